"""Look through every byte of a finished output, but its pixels, for what is known of the original."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dicomveil.dataset.limits import Limits
from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.syntax import PIXEL_DATA_TAGS, Encoding
from dicomveil.dataset.walk import Walk
from dicomveil.errors import BrokenInstance, MalformedDataSet, ResidueFound
from dicomveil.standard.dictionary import keyword_of, vr_by_tag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dicomveil.dataset.recall import Unit
    from dicomveil.dataset.source import Source

SHORTEST_NUMBER = 6  # digits; shorter runs of digits occur everywhere
WINDOW_BYTES = 1 << 22  # a longer value is searched in windows, so that memory stays flat
OVERLAP_BYTES = 256  # no identifier is longer than what two windows share
LARGEST_HEADER_SEARCHED = 1 << 26  # bytes before the pixels in which this instance's UIDs are looked for
SHORTEST_UID = 8  # characters; shorter ones are version numbers as well

_SEPARATORS = b" -_/"  # of the digits of a number; a dot makes it another number
_NUMERIC_VRS = frozenset({"DA", "DS", "DT", "IS", "TM", "UI", "AS"})


class Wanted:
    """What must not be found in any output of one study: known identifiers as lower-case bytes.

    ``retained`` are elements that an option keeps as they are, ``ours`` elements that we put in ourselves; neither is
    a residue.
    """

    __slots__ = ("letters", "numbers", "ours", "retained")

    def __init__(
        self, needles: Iterable[bytes], retained: Collection[bytes] = (), ours: tuple[bytes, ...] = ()
    ) -> None:
        wanted = tuple(needles)
        self.letters = tuple(each for each in wanted if not each.isdigit())
        self.numbers = tuple(each for each in wanted if each.isdigit() and len(each) >= SHORTEST_NUMBER)
        self.retained = retained
        self.ours = ours


class ResidueCheck:
    """Walks outputs again, by itself, and searches what it has not searched before for the same wanted things."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._roots: dict[Encoding, _Plain] = {}
        self._wanted: Wanted | None = None

    def check(self, source: Source, start: int, encoding: Encoding, wanted: Wanted, uids: Iterable[bytes] = ()) -> None:
        """Check a finished data set; ``uids`` are the original UIDs of this very instance and what it belongs to.

        Raises
        ------
        ResidueFound
            If a wanted identifier or UID is in it; the address is the keyword of the element, where it can be told.
        BrokenInstance
            If the data set cannot be read to its last byte.
        """
        try:
            self._check(source, start, encoding, wanted, uids)
        except BaseException:
            self._roots.clear()  # what was refused must not be recognised as searched
            raise

    def _check(self, source: Source, start: int, encoding: Encoding, wanted: Wanted, uids: Iterable[bytes]) -> None:
        if wanted is not self._wanted:
            self._wanted = wanted
            self._search_again(wanted)
        root = self._roots.setdefault(encoding, _Plain(encoding))
        walk = Walk(source, limits=self._limits)
        try:
            end = walk.root(root, start)
        except MalformedDataSet as error:
            raise BrokenInstance(f"the output cannot be read: {error}") from None
        if end != source.size:
            raise BrokenInstance("the output has bytes that belong to no element")
        elements: list[bytes] = []
        header_end = end
        for first, last in walk.fresh:
            if _tag(source.read(first, first + 4), encoding) in PIXEL_DATA_TAGS:
                header_end = min(header_end, first)
            else:
                elements += _in_windows(source, first, last)
        _search(elements, encoding, wanted)
        _search_uids(source.read(start, min(header_end, start + LARGEST_HEADER_SEARCHED)), uids)

    def _search_again(self, wanted: Wanted) -> None:
        """Forget what is remembered if it holds what is wanted now; it was searched for other things."""
        for root in self._roots.values():
            places = root.with_all_below()
            units = [unit for place in places for unit in place.settled_units()]
            try:
                _search([unit.raw for unit in units], root.encoding, wanted)
            except ResidueFound:
                for place in places:
                    place.forget()


def _in_windows(source: Source, first: int, last: int) -> Iterator[bytes]:
    """Read an element; a long one in overlapping windows, each behind the element's header."""
    yield source.read(first, min(last, first + WINDOW_BYTES))
    for start in range(first + WINDOW_BYTES - OVERLAP_BYTES, last - OVERLAP_BYTES, WINDOW_BYTES):
        yield source.read(first, first + 12) + source.read(start, min(last, start + WINDOW_BYTES + OVERLAP_BYTES))


def _search(elements: list[bytes], encoding: Encoding, wanted: Wanted) -> None:
    """Search all elements for letters, those that are no numbers for numbers too."""
    everything: list[bytes] = []
    codes: list[bytes] = []
    wordy: list[bytes] = []
    passed_over = wanted.retained or wanted.ours
    for raw in elements:
        if passed_over and (raw in wanted.retained or raw in wanted.ours):
            continue
        vr = _vr(raw, encoding)
        (codes if vr == "CS" else everything).append(raw)
        if wanted.numbers and vr not in _NUMERIC_VRS:
            wordy.append(raw)
    haystack = b"\0".join(everything).lower()
    for needle in wanted.letters:
        if needle in haystack:
            raise ResidueFound("identifier", _where(re.escape(needle), everything, encoding))
    haystack = b"\0".join(codes).lower()
    for needle in wanted.letters:
        if needle in haystack and re.search(_as_word(needle), haystack):
            raise ResidueFound("identifier", _where(_as_word(needle), codes, encoding))
    haystack = b"\0".join(wordy)
    levelled = haystack.translate(None, _SEPARATORS)
    for number in wanted.numbers:
        if number in levelled and re.search(_however_parted(number), haystack):
            raise ResidueFound("identifier", _where(_however_parted(number), wordy, encoding))


def _search_uids(header: bytes, uids: Iterable[bytes]) -> None:
    """Search everything before the pixels for the UIDs that this instance had."""
    for uid in uids:
        if len(uid) < SHORTEST_UID or uid not in header:
            continue
        if re.search(_alone(uid), header):
            raise ResidueFound("instance UID", "an element of the data set")


class _Plain(Node):
    """A place without a policy: every element is looked at, sequences are gone into."""

    __slots__ = ("children",)

    def __init__(self, encoding: Encoding) -> None:
        super().__init__(encoding, vr_by_tag(), remembers=True)
        self.children: list[_Plain] = []

    def with_all_below(self) -> list[_Plain]:
        """Return this place and every place in its items."""
        return [self, *(below for child in self.children for below in child.with_all_below())]

    def settled_units(self) -> list[Unit]:
        """Return what is remembered here, element by element, without what always differs."""
        memory = self.memory
        assert memory is not None
        memory.unit_list = [unit for unit in memory.parts() if not unit.varies]
        memory.unsettled = True
        return memory.unit_list

    def forget(self) -> None:
        """Remember nothing."""
        assert self.memory is not None
        self.memory.unit_list = []

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        if vr == "SQ" or (vr == "UN" and self.vr_of.get(tag, "SQ") == "SQ"):
            rule = Rule(tag, vr)
            rule.inside = child = _Plain(self.encoding)
            self.children.append(child)
            return rule
        return None

    def in_encoding(self, encoding: Encoding) -> Node:
        twin = _Plain(encoding)
        self.children.append(twin)
        return twin


def _vr(raw: bytes, encoding: Encoding) -> str:
    code = raw[4:6]
    if encoding.explicit and code.isalpha():
        return code.decode("ascii")
    return vr_by_tag().get(_tag(raw, encoding), "")


def _tag(raw: bytes, encoding: Encoding) -> int:
    order = "little" if encoding.little else "big"
    return int.from_bytes(raw[:2], order) << 16 | int.from_bytes(raw[2:4], order)  # type: ignore[arg-type]


def _alone(uid: bytes) -> bytes:
    """Return a pattern that finds a UID where it is not part of a longer one."""
    return rb"(?<![0-9.])" + re.escape(uid) + rb"(?!\.?[0-9])"


def _however_parted(number: bytes) -> bytes:
    """Return a pattern that finds a number alone, also with a separator between any of its digits."""
    digits = [number[at : at + 1] for at in range(len(number))]
    return rb"(?<![0-9.])" + (b"[" + re.escape(_SEPARATORS) + b"]?").join(digits) + rb"(?!\.?[0-9])"


def _as_word(needle: bytes) -> bytes:
    """Return a pattern that finds a name in a code as a word only: MONO is no part of MONOCHROME2."""
    return rb"(?<![a-z])" + re.escape(needle) + rb"(?![a-z])"


def _where(pattern: bytes, elements: list[bytes], encoding: Encoding) -> str:
    raw = next((raw for raw in elements if re.search(pattern, raw.lower())), b"")
    return _address(raw, encoding)


def _address(raw: bytes, encoding: Encoding) -> str:
    tag = _tag(raw, encoding)
    return keyword_of(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
