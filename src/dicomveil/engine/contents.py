"""What is in a file, element by element: where it stands, its VR, and its value as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.address import Address, Step
from dicomveil.editing.instance import charset_in, texts_of
from dicomveil.errors import EditRefused, UnreadableValue

if TYPE_CHECKING:
    from dicomveil.dataset.address import Item
    from dicomveil.dataset.outline import Lying, Outline
    from dicomveil.editing.instance import Instance

    Trail = tuple[Step, ...]

LONGEST_TEXT_BYTES = 1024 * 1024
"""Longer values are told by their length; nobody reads them."""


class Entry(NamedTuple):
    """One element. ``items`` counts what a sequence holds, None for what is no sequence.

    ``vr`` is the one to read the value by: the encoded one, or, where PS3.6 leaves a choice, what the instance says.
    """

    address: Address
    vr: str
    lying: Lying
    items: int | None
    charset: bytes

    @property
    def depth(self) -> int:
        """How many sequences it is in."""
        return len(self.address.steps) - 1

    @property
    def length(self) -> int:
        """The bytes of its value, delimiters included."""
        return self.lying.end - self.lying.value

    def texts(self) -> list[str] | None:
        """Return its values as text; None if they are binary, too long, or not what the VR says."""
        if self.items is not None or self.length > LONGEST_TEXT_BYTES:
            return None
        try:
            return texts_of(self.lying, self.vr, self.charset) if self.length else []
        except UnreadableValue:
            return None


def contents(instance: Instance) -> Iterator[Entry]:
    """Yield every element at every depth, in file order: File Meta Information first, items after what holds them.

    Raises
    ------
    MalformedDataSet, LimitExceeded
        If a sequence cannot be read.
    """
    if instance.meta is not None:
        yield from _level(instance, instance.meta, (), b"")
    yield from _level(instance, instance.root, (), instance.charset)


def chosen(instance: Instance, addresses: Sequence[Address]) -> dict[tuple[int, int], set[Item]]:
    """Return the elements that addresses stand for, by source and start, each with the items that are meant.

    None among these stands for the whole element. An address that leads into what is no sequence stands for nothing.
    """
    found: dict[tuple[int, int], set[Item]] = {}
    for address in addresses:
        with suppress(EditRefused):
            for spot in instance.spots(address):
                if spot.lying is not None:
                    key = id(spot.lying.source), spot.lying.start
                    found.setdefault(key, set()).add(address.steps[-1].item)
    return found


def _level(instance: Instance, outline: Outline, trail: Trail, charset: bytes) -> Iterator[Entry]:
    holders = set(outline.holders)
    creators: dict[int, str] = {}
    for slot in outline.all_slots():
        lying = outline.element(slot)
        items = outline.items(slot) if slot in holders else None
        step = _step(lying, creators)
        vr = "SQ" if items is not None and items.items else instance.vr_read(lying)
        count = None if items is None or (vr != "SQ" and not items.items) else len(items.items)
        yield Entry(Address((*trail, step)), vr, lying, count, charset)
        for number, item in enumerate(items.items if items else ()):
            here = (*trail, Step(step.tag, step.creator, number))
            yield from _level(instance, item.outline, here, charset_in(item.outline, charset))


def _step(lying: Lying, creators: dict[int, str]) -> Step:
    """Name a private element by its creator, if one has reserved its block (PS3.5 7.8.1)."""
    tag = lying.tag
    if not tag >> 16 & 1:
        return Step(tag)
    if 0x10 <= tag & 0xFFFF <= 0xFF:
        creators[tag & 0xFFFF0000 | (tag & 0xFF) << 8] = lying.raw.decode("latin-1").strip(" \0")
        return Step(tag)
    return Step(tag, creators.get(tag & 0xFFFFFF00) or None)
