"""Look through every byte of a finished output's data set for what is known of the original."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.syntax import LONG_LENGTH_VRS, PIXEL_DATA_TAGS, Encoding
from dicomveil.dataset.walk import Limits, Walk
from dicomveil.errors import BrokenInstance, MalformedDataSet, ResidueFound
from dicomveil.standard.dictionary import keyword_of, vr_by_tag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dicomveil.dataset.source import Source

SHORTEST_NUMBER = 6  # digits; shorter runs of digits occur everywhere
LARGEST_VALUE_SEARCHED = 1 << 22  # bytes; a larger value (waveforms, meshes) is searched this far
LARGEST_TEXT = 1 << 16  # bytes; UIDs are looked for in values up to here

_NUMERIC_VRS = frozenset({"DA", "DS", "DT", "IS", "TM", "UI", "AS"})
_UID_LIKE = re.compile(rb"[0-9]+(?:\.[0-9]+){2,}")


class Wanted:
    """What must not be found: known identifiers as lower-case bytes, and the instance UIDs that were mapped.

    ``retained`` are values that an option keeps as they are, ``ours`` bytes that we put in ourselves; neither is a
    residue. ``uids`` grows while instances are made; membership is asked at each check.
    """

    __slots__ = ("letters", "numbers", "ours", "retained", "uids")

    def __init__(
        self,
        needles: Iterable[bytes],
        uids: Collection[bytes] = (),
        retained: Collection[bytes] = (),
        ours: tuple[bytes, ...] = (),
    ) -> None:
        wanted = tuple(needles)
        self.letters = tuple(each for each in wanted if not _is_number(each))
        self.numbers = tuple(each for each in wanted if _is_number(each) and len(each) >= SHORTEST_NUMBER)
        self.uids = uids
        self.retained = retained
        self.ours = ours


class ResidueCheck:
    """Walks outputs again, by itself, and searches what it has not searched before for the same wanted things."""

    def __init__(self) -> None:
        self._roots: dict[Encoding, _Plain] = {}
        self._wanted: Wanted | None = None

    def check(self, source: Source, start: int, encoding: Encoding, wanted: Wanted) -> None:
        """Check a finished data set.

        Raises
        ------
        ResidueFound
            If a wanted identifier or UID is in it; the address is the keyword of the element.
        BrokenInstance
            If the data set cannot be read to its last byte.
        """
        if wanted is not self._wanted:
            self._wanted = wanted
            for each in self._roots.values():
                each.search_again(wanted)
        root = self._roots.setdefault(encoding, _Plain(encoding))
        walk = Walk(source, limits=Limits())
        try:
            end = walk.root(root, start)
        except MalformedDataSet as error:
            raise BrokenInstance(f"the output cannot be read: {error}") from None
        if end != source.size:
            raise BrokenInstance("the output has bytes that belong to no element")
        _search(source, walk.fresh, encoding, wanted)


def _search(source: Source, extents: list[tuple[int, int]], encoding: Encoding, wanted: Wanted) -> None:
    """Search elements where they lie, but for pixel data."""
    elements = []
    for start, end in extents:
        if _tag(source.read(start, start + 4), encoding) not in PIXEL_DATA_TAGS:
            elements.append(source.read(start, min(end, start + LARGEST_VALUE_SEARCHED)))
    _search_elements(elements, encoding, wanted)


def _search_elements(elements: list[bytes], encoding: Encoding, wanted: Wanted) -> None:
    """Search all for letters, those that are no numbers for numbers too, UIDs for mapped originals."""
    everything: list[bytes] = []
    wordy: list[bytes] = []
    for raw in elements:
        vr = _vr(raw, encoding)
        value = raw[12:] if encoding.explicit and vr in LONG_LENGTH_VRS else raw[8:]
        if value in wanted.retained or raw in wanted.ours:
            continue
        everything.append(raw)
        if vr == "UI":
            _search_uids(value.split(b"\\"), raw, encoding, wanted)
        elif vr not in _NUMERIC_VRS:
            wordy.append(raw)
            if len(raw) <= LARGEST_TEXT and b"." in value:
                _search_uids(_UID_LIKE.findall(value), raw, encoding, wanted)
    haystack = b"\0".join(everything).lower()
    for needle in wanted.letters:
        if needle in haystack:
            raise ResidueFound("identifier", _where(needle, everything, encoding))
    haystack = b"\0".join(wordy)
    for number in wanted.numbers:
        if number in haystack and re.search(rb"(?<![0-9.])" + number + rb"(?![0-9.])", haystack):
            raise ResidueFound("identifier", _where(number, wordy, encoding))


def _search_uids(uids: list[bytes], raw: bytes, encoding: Encoding, wanted: Wanted) -> None:
    for uid in uids:
        stripped = uid.strip(b"\0 ")
        if stripped and stripped in wanted.uids:
            raise ResidueFound("instance UID", _address(raw, encoding))


class _Plain(Node):
    """A place without a policy: every element is looked at, sequences are gone into."""

    __slots__ = ("children",)

    def __init__(self, encoding: Encoding) -> None:
        super().__init__(encoding, vr_by_tag(), remembers=True)
        self.children: list[_Plain] = []

    def search_again(self, wanted: Wanted) -> None:
        """Forget what is remembered here and below if it holds what is wanted now; it was searched for other things."""
        memory = self.memory
        assert memory is not None
        memory.unit_list = [unit for unit in memory.parts() if not unit.varies]
        memory.unsettled = True
        try:
            _search_elements([unit.raw for unit in memory.unit_list], self.encoding, wanted)
        except ResidueFound:
            memory.unit_list = []
        for child in self.children:
            child.search_again(wanted)

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


def _is_number(needle: bytes) -> bool:
    return needle.isdigit()


def _vr(raw: bytes, encoding: Encoding) -> str:
    code = raw[4:6]
    if encoding.explicit and code.isalpha():
        return code.decode("ascii")
    return vr_by_tag().get(_tag(raw, encoding), "")


def _tag(raw: bytes, encoding: Encoding) -> int:
    order = "little" if encoding.little else "big"
    return int.from_bytes(raw[:2], order) << 16 | int.from_bytes(raw[2:4], order)  # type: ignore[arg-type]


def _where(needle: bytes, elements: list[bytes], encoding: Encoding) -> str:
    raw = next((raw for raw in elements if needle in raw.lower()), b"")
    return _address(raw, encoding)


def _address(raw: bytes, encoding: Encoding) -> str:
    tag = _tag(raw, encoding)
    return keyword_of(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
