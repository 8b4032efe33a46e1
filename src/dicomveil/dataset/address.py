"""Where an element sits: nesting, items, repeating groups and private creators included."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from dicomveil.errors import AddressError

TYPE_CHECKING = False  # type checkers take it for typing's, which is slow to import
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Item: TypeAlias = int | Literal["*"] | None

EXACT = 0xFFFFFFFF
"""The mask of a step that stands for one tag."""

_META_GROUP = 0x0002
_BLOCK = 0x0000FF00  # the byte of a private element number that differs from file to file (PS3.5 7.8.1)
_ANYWHERE = "**."


@dataclass(frozen=True, slots=True)
class Step:
    """One level of an address: an element and, where it leads into a sequence, which item.

    ``item`` counts from 0; ``"*"`` is any item. Bits absent from ``mask`` may be anything, as in the
    repeating groups 60xx (PS3.5 7.6), of which only even groups count. With a ``creator`` the element is
    private, and the block byte of ``tag`` is dropped, because it differs from file to file.
    """

    tag: int
    creator: str | None = None
    item: Item = None
    mask: int = EXACT

    def __post_init__(self) -> None:
        kept = self.mask if self.creator is None else self.mask & ~_BLOCK
        object.__setattr__(self, "tag", self.tag & kept)

    def __str__(self) -> str:
        item = "" if self.item is None else f"[{self.item}]"
        return f"({self._numbers()}){item}"

    def matches(self, concrete: Step) -> bool:
        """Say whether this step stands for a step of a real data set."""
        if self.creator != concrete.creator or (concrete.tag & self.mask) != self.tag:
            return False
        if self.mask >> 16 != 0xFFFF and concrete.tag >> 16 & 1:
            return False
        return self.item == concrete.item or (self.item == "*" and concrete.item is not None)

    @property
    def is_exact(self) -> bool:
        """Tell whether this is one tag: no repeating group, nor a private element by its creator."""
        return self.creator is None and self.mask == EXACT

    def _numbers(self) -> str:
        if self.creator is not None:
            escaped = self.creator.replace("\\", "\\\\").replace('"', '\\"')
            return f'{self.tag >> 16:04x},"{escaped}",{self.tag & 0xFF:02x}'
        digits = f"{self.tag:08x}"
        free = [not self.mask >> shift & 0xF for shift in range(28, -4, -4)]
        shown = "".join("x" if is_free else digit for digit, is_free in zip(digits, free, strict=True))
        return f"{shown[:4]},{shown[4:]}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where an element sits, or, with ``[*]``, ``xx`` and ``anywhere``, a set of such places.

    Every step but the last names an item. ``anywhere`` stands for any number of levels before the first.
    The text form (``str``) has numbers only and is what ``parse`` reads.
    """

    steps: tuple[Step, ...]
    anywhere: bool = False

    def __post_init__(self) -> None:
        if not self.steps or any(step.item is None for step in self.steps[:-1]):
            raise AddressError("an item such as [0] or [*] after each sequence", 0)

    def __str__(self) -> str:
        return (_ANYWHERE if self.anywhere else "") + ".".join(map(str, self.steps))

    def spelled(self, keyword_of: Callable[[int], str | None]) -> str:
        """Return the text form with keywords, where an element has one.

        Examples
        --------
        >>> Address((Step(0x00081115, item=0), Step(0x00080060))).spelled({0x00080060: "Modality"}.get)
        '(0008,1115)[0].Modality'
        """
        spelled = []
        for step in self.steps:
            keyword = keyword_of(step.tag) if step.is_exact else None
            item = "" if step.item is None else f"[{step.item}]"
            spelled.append(f"{keyword}{item}" if keyword else str(step))
        return (_ANYWHERE if self.anywhere else "") + ".".join(spelled)

    @property
    def in_file_meta(self) -> bool:
        """Tell whether this is a place in the File Meta Information (PS3.10 7.1)."""
        first = self.steps[0]
        return not self.anywhere and first.tag >> 16 == _META_GROUP and first.mask == EXACT

    def matches(self, concrete: Address) -> bool:
        """Say whether this address stands for the place of a real element.

        Examples
        --------
        >>> place = parse("(0008,1115)[2].(0020,000e)", tag_of={}.get)
        >>> [parse(text, tag_of={}.get).matches(place) for text in ("00081115[*].0020000e", "**.0020,000E")]
        [True, True]
        >>> parse("(0020,000e)", tag_of={}.get).matches(place)
        False
        """
        before = len(concrete.steps) - len(self.steps)
        if before < 0 or (before and not self.anywhere):
            return False
        return all(mine.matches(other) for mine, other in zip(self.steps, concrete.steps[before:], strict=True))


def parse(text: str, *, tag_of: Callable[[str], int | None]) -> Address:
    r"""Read an address.

    Steps are joined by dots. A step is a keyword, ``(0010,0010)``, ``0010,0010``, ``00100010``, a repeating
    group ``(60xx,3000)`` or a private element ``(0029,"SIEMENS CSA HEADER",10)``, hexadecimal in either case;
    every step but the last is followed by an item, ``[0]`` or ``[*]``. ``**.`` in front means at any depth.
    In a creator, ``\"`` and ``\\`` stand for a quotation mark and a backslash.

    Parameters
    ----------
    text
        The address.
    tag_of
        Gives the tag of a keyword, or ``None`` if there is no such keyword.

    Raises
    ------
    AddressError
        With the position, counted from 0, and what belongs there.

    Examples
    --------
    >>> str(parse("AnatomicRegionSequence[*].00080104", tag_of={"AnatomicRegionSequence": 0x00082218}.get))
    '(0008,2218)[*].(0008,0104)'
    >>> str(parse('**.(0029,"SIEMENS CSA HEADER",10)', tag_of={}.get))
    '**.(0029,"SIEMENS CSA HEADER",10)'
    >>> parse("(0010,001", tag_of={}.get)
    Traceback (most recent call last):
        ...
    dicomveil.errors.AddressError: expected a tag or a keyword at character 1
    """
    anywhere = text.startswith(_ANYWHERE)
    at = len(_ANYWHERE) if anywhere else 0
    steps: list[Step] = []
    while True:
        step, at = _read_step(text, at, tag_of)
        steps.append(step)
        if at == len(text):
            return Address(tuple(steps), anywhere)
        if step.item is None:
            raise AddressError("the end, or an item such as [0] or [*]", at)
        if text[at] != ".":
            raise AddressError("the end, or a dot and another step", at)
        at += 1


# Compiled on first use, which keeps it out of every start; `re` remembers.
_TAG = r"([0-9A-Fa-fXx]{4}),?([0-9A-Fa-fXx]{4})(?![0-9A-Za-z,])"
_STEP = (
    rf"\({_TAG}\)|{_TAG}"
    r'|\(([0-9A-Fa-f]{4}),"((?:[^"\\]|\\["\\])*)",([0-9A-Fa-f]{2})\)'
    r"|([A-Za-z][A-Za-z0-9]*)"
)
_ITEM = r"\[(\*|0|[1-9][0-9]{0,9})\]"


def _read_step(text: str, at: int, tag_of: Callable[[str], int | None]) -> tuple[Step, int]:
    found = re.compile(_STEP).match(text, at)
    if found is None:
        raise AddressError("a tag or a keyword", at)
    item, end = _read_item(text, found.end())
    group, element, bare_group, bare_element, private_group, creator, low_byte, keyword = found.groups()
    if keyword is not None:
        tag = tag_of(keyword)
        if tag is None:
            raise AddressError("a known keyword", at)
        return Step(tag, item=item), end
    if creator is not None:
        if not int(private_group, 16) & 1:
            raise AddressError("an odd group before a private creator", at)
        named = re.sub(r"\\(.)", r"\1", creator)
        return Step(int(private_group, 16) << 16 | int(low_byte, 16), named, item), end
    digits = ((group or bare_group) + (element or bare_element)).lower()
    mask = int("".join("0" if digit == "x" else "f" for digit in digits), 16)
    return Step(int(digits.replace("x", "0"), 16), item=item, mask=mask), end


def _read_item(text: str, at: int) -> tuple[Item, int]:
    if text[at : at + 1] != "[":
        return None, at
    found = re.compile(_ITEM).match(text, at)
    if found is None:
        raise AddressError("an item such as [0] or [*]", at)
    return "*" if found[1] == "*" else int(found[1]), found.end()
