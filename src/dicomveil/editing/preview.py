"""Say what edits have made of an instance: before and after, element by element, or by address alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET
from dicomveil.dataset.outline import Items
from dicomveil.editing.addresses import spelled
from dicomveil.editing.instance import charset_in, texts_of
from dicomveil.errors import UnreadableValue

if TYPE_CHECKING:
    from dicomveil.dataset.outline import Item, Lying, Outline
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


def changes(instance: Instance, *, inside: bool = False) -> Iterator[Change]:
    """Yield every change that edits have made, in the order of the data set, File Meta Information first.

    Of a sequence or an item that comes or goes as a whole, what is ``inside`` is told too where that is asked for.
    """
    preview = _Preview(instance, inside)
    if instance.meta is not None:
        yield from preview.level(instance.meta, (), b"", b"")
    before = instance.root.was(SPECIFIC_CHARACTER_SET) or b""
    yield from preview.level(instance.root, (), before, instance.charset)


class _Preview:
    def __init__(self, instance: Instance, inside: bool) -> None:
        self._instance = instance
        self._inside = inside

    def level(self, outline: Outline, trail: Trail, before: bytes, after: bytes) -> Iterator[Change]:
        for slot, was, items in outline.changes():
            place = (*trail, Step(outline.tag_of(slot)))
            if items is not None and was is not None:
                yield from self._items(items, place, before, after)
                continue
            now = outline.element(slot) if outline.has(slot) else None
            lying = now or was
            assert lying is not None
            yield Change(Address(place), lying.vr, self._shown(was, before), self._shown(now, after))
            if self._inside:
                yield from self._whole(outline, was, place, before, is_new=False)
                yield from self._whole(outline, now, place, after, is_new=True)

    def _items(self, items: Items, place: Trail, before: bytes, after: bytes) -> Iterator[Change]:
        *outer, step = place
        for number, gone in items.gone():
            here = (*outer, Step(step.tag, item=number))
            yield Change(Address(here), "item", _an_item(gone), None)
            if self._inside:
                yield from self._all(gone.outline, here, charset_in(gone.outline, before), is_new=False)
        for number, item in enumerate(items.items):
            here = (*outer, Step(step.tag, item=number))
            if item.start < 0:
                yield Change(Address(here), "item", None, _an_item(item))
                if self._inside:
                    yield from self._all(item.outline, here, charset_in(item.outline, after), is_new=True)
                continue
            was = item.outline.was(SPECIFIC_CHARACTER_SET)
            yield from self.level(item.outline, here, before if was is None else was, charset_in(item.outline, after))

    def _whole(
        self, outline: Outline, lying: Lying | None, place: Trail, charset: bytes, *, is_new: bool
    ) -> Iterator[Change]:
        """Yield what is in an element that has come or gone, if it is a sequence."""
        if lying is None or self._instance.vr_read(lying) != "SQ" or lying.vr != "SQ":
            return
        *outer, step = place
        for number, item in enumerate(Items(outline, lying).items):
            here = (*outer, Step(step.tag, item=number))
            yield from self._all(item.outline, here, charset_in(item.outline, charset), is_new=is_new)

    def _all(self, outline: Outline, trail: Trail, charset: bytes, *, is_new: bool) -> Iterator[Change]:
        for slot in outline.all_slots():
            lying, place = outline.element(slot), (*trail, Step(outline.tag_of(slot)))
            shown = self._shown(lying, charset)
            yield Change(Address(place), lying.vr, None if is_new else shown, shown if is_new else None)
            yield from self._whole(outline, lying, place, charset, is_new=is_new)

    def _shown(self, lying: Lying | None, charset: bytes) -> str | None:
        if lying is None:
            return None
        length = lying.end - lying.value
        vr = self._instance.vr_read(lying)
        if vr == "SQ":
            return "a sequence"
        try:
            return "\\".join(texts_of(lying, vr, charset)) if length else ""
        except UnreadableValue:
            return f"<{length} bytes>"


def _an_item(item: Item) -> str:
    count = len(item.outline.all_slots())
    return f"an item of {count} element{'' if count == 1 else 's'}"
