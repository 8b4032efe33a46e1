"""Say what edits have made of an instance: before and after, element by element, or by address alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET
from dicomveil.editing.addresses import spelled
from dicomveil.editing.instance import charset_in, texts_of
from dicomveil.errors import UnreadableValue

if TYPE_CHECKING:
    from dicomveil.dataset.outline import Items, Lying, Outline
    from dicomveil.editing.instance import Instance

    Trail = tuple[Step, ...]


class Change(NamedTuple):
    """One element, or item, that is not what it was.

    ``before`` is None for what is new, ``after`` for what is gone. Both are values of the data set: not for logs.
    """

    address: Address
    vr: str
    before: str | None
    after: str | None

    @property
    def place(self) -> str:
        """The address with keywords, items left open, for counting over many files."""
        steps = tuple(Step(step.tag, step.creator, None if step.item is None else "*") for step in self.address.steps)
        return spelled(Address(steps))


def changes(instance: Instance) -> Iterator[Change]:
    """Yield every change that edits have made, in the order of the data set, File Meta Information first."""
    if instance.meta is not None:
        yield from _changes(instance, instance.meta, (), b"", b"")
    before = instance.root.was(SPECIFIC_CHARACTER_SET) or b""
    yield from _changes(instance, instance.root, (), before, instance.charset)


def _changes(instance: Instance, outline: Outline, trail: Trail, before: bytes, after: bytes) -> Iterator[Change]:
    for slot, was, items in outline.changes():
        tag = outline.tag_of(slot)
        if items is not None and was is not None:
            yield from _in_items(instance, items, (*trail, Step(tag)), before, after)
            continue
        now = outline.element(slot) if outline.has(slot) else None
        lying = now or was
        assert lying is not None
        shown = [
            None if each is None else _shown(instance, each, charset) for each, charset in ((was, before), (now, after))
        ]
        yield Change(Address((*trail, Step(tag))), lying.vr, *shown)


def _in_items(instance: Instance, items: Items, trail: Trail, before: bytes, after: bytes) -> Iterator[Change]:
    *outer, step = trail
    for number in items.gone():
        yield Change(Address((*outer, Step(step.tag, item=number))), "item", "an item", None)
    for number, item in enumerate(items.items):
        here = (*outer, Step(step.tag, item=number))
        if item.start < 0:
            yield Change(Address(here), "item", None, f"an item of {len(item.outline.all_slots())} elements")
            continue
        was = item.outline.was(SPECIFIC_CHARACTER_SET)
        old = before if was is None else was
        yield from _changes(instance, item.outline, here, old, charset_in(item.outline, after))


def _shown(instance: Instance, lying: Lying, charset: bytes) -> str:
    length = lying.end - lying.value
    vr = instance.vr_read(lying)
    if vr == "SQ":
        return "a sequence"
    try:
        return "\\".join(texts_of(lying, vr, charset)) if length else ""
    except UnreadableValue:
        return f"<{length} bytes>"
