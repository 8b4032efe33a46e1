"""A data set as an outline that can be changed: levels are opened when asked for, bytes are left where they lie.

What is changed becomes edits of the source's bytes; lengths that measure what has changed are the only bytes that
change with it: those of items and sequences (PS3.5 7.5), and group lengths (PS3.5 7.2).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.index import HOLDERS, Index, Indexed
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.rules import LENGTH_16, LENGTH_32_AFTER_VR
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.dataset.syntax import IMPLICIT_LE
from dicomveil.errors import LimitExceeded, MalformedDataSet

if TYPE_CHECKING:
    from dicomveil.dataset.rules import Node
    from dicomveil.dataset.splice import Edit
    from dicomveil.dataset.syntax import Encoding


class Lying(NamedTuple):
    """One element where it lies; offsets are into ``source``. ``vr`` is as encoded, or the dictionary's."""

    tag: int
    vr: str
    form: int
    source: Source
    start: int
    value: int
    end: int
    little: bool

    @property
    def raw(self) -> bytes:
        """The undecoded value; of undefined length, with its delimiter."""
        return self.source.read(self.value, self.end)

    @property
    def length_field(self) -> tuple[int, int]:
        """Where the length stands, and in how many bytes."""
        size = 2 if self.form == LENGTH_16 else 4
        return self.value - size, size

    @property
    def is_undefined(self) -> bool:
        """Tell whether a delimiter ends the value (PS3.5 7.5)."""
        at, size = self.length_field
        return size == 4 and self.source.read(at, at + 4) == _UNDEFINED


class Outline:
    """The elements of one data set: the root, an item, or the File Meta Information.

    Elements are known by *slots*: numbers that stay the same whatever changes, ascending in file order for those of the
    source. A new element's slot is negative.
    """

    __slots__ = (
        "_new",
        "_opened",
        "_repeated",
        "_slots",
        "depth",
        "holders",
        "limits",
        "node",
        "source",
        "start",
        "starts",
        "stop",
        "tags",
    )

    def __init__(self, source: Source, found: Indexed, limits: Limits, depth: int = 0) -> None:
        self.source = source
        self.node: Node = found.node
        self.start, self.stop = found.start, found.stop
        self.tags, self.starts, self.holders = found.tags, found.starts, found.holders
        self.limits = limits
        self.depth = depth
        self._slots: dict[int, int] = dict(zip(self.tags, range(len(self.tags)), strict=True))
        self._repeated: dict[int, list[int]] | None = None
        self._new: dict[int, bytes] = {}
        self._opened: dict[int, Items] = {}

    @classmethod
    def of_root(cls, source: Source, start: int, node: Node, limits: Limits | None = None) -> Outline:
        """Outline a whole data set; raises what `Reading.root` raises."""
        limits = limits or Limits()
        return cls(source, Index(source, limits).of_root(node, start), limits)

    @classmethod
    def of_elements(cls, source: Source, start: int, stop: int, node: Node) -> Outline:
        """Outline a run of elements, such as the File Meta Information."""
        return cls(source, Index(source).of_elements(node, start, stop), Limits())

    @property
    def encoding(self) -> Encoding:
        """How the elements of this level are encoded."""
        return self.node.encoding

    @property
    def is_changed(self) -> bool:
        """Tell whether anything here, or further in, is to become other bytes."""
        return bool(self._new) or any(items.is_changed for items in self._opened.values())

    def slots(self, tag: int) -> list[int]:
        """Return the slots of an attribute: none, one, or, in a file that repeats it, several."""
        new = self._new
        slot = self._slots.get(tag)
        if slot is None:
            return [~tag] if ~tag in new else []
        if len(self._slots) == len(self.tags):
            return [] if new.get(slot) == b"" else [slot]
        return [each for each in self._repeats(tag) or (slot,) if new.get(each) != b""]

    def all_slots(self) -> list[int]:
        """Return the slots of all elements, in the order of their tags."""
        there = [slot for slot in range(len(self.tags)) if self._new.get(slot) != b""]
        added = [slot for slot in self._new if slot < 0]
        return sorted(there + added, key=self.tag_of) if added else there

    def tag_of(self, slot: int) -> int:
        """Return the tag of an element."""
        return ~slot if slot < 0 else self.tags[slot]

    def element(self, slot: int) -> Lying:
        """Return an element as it lies now, in the source or as what replaced it."""
        items = self._opened.get(slot)
        new = items.flat() if items is not None and items.is_changed else self._new.get(slot)
        if new is None:
            return self._in_source(slot)
        return self._lying(slot, Source.in_memory(new), 0, len(new))

    def raw(self, tag: int) -> bytes | None:
        """Return the undecoded value of an attribute of this level; None if it is not there."""
        slots = self.slots(tag)
        return self.element(slots[0]).raw if slots else None

    def is_as(self, slot: int, encoded: bytes) -> bool:
        """Tell whether an element's bytes are these already."""
        if slot in self._opened and self._opened[slot].is_changed:
            return False
        new = self._new.get(slot)
        if new is not None:
            return new == encoded
        start, end = self.starts[slot], self._end(slot)
        return end - start == len(encoded) and self.source.read(start, end) == encoded

    def new_bytes(self, tag: int) -> bytes | None:
        """Return the element that has come to stand for an attribute, empty if it was removed; None if none has."""
        slot = self._slots.get(tag, ~tag)
        if slot < 0 or len(self._slots) == len(self.tags):
            return self._new.get(slot)
        return next((self._new[each] for each in self._repeats(tag) or (slot,) if each in self._new), None)

    def have(self, tag: int, encoded: bytes) -> None:
        """Have ``encoded`` stand for an attribute, once, if it does not already."""
        slot = self._slots.get(tag)
        if slot is None or len(self._slots) != len(self.tags) or slot in self._opened or slot in self._new:
            slots = self.slots(tag)
            if len(slots) != 1 or not self.is_as(slots[0], encoded):
                self.put(tag, encoded)
            return
        start, end = self.starts[slot], self._end(slot)
        if end - start != len(encoded) or self.source.read(start, end) != encoded:
            self._new[slot] = encoded

    def put(self, tag: int, encoded: bytes) -> int:
        """Have ``encoded`` stand for an attribute, once; return its slot."""
        slots = self.slots(tag)
        if not slots:
            again = self._slots.get(tag)  # where it was before it was removed
            slots = [~tag if again is None else again]
        for slot in slots[1:]:
            self.remove(slot)
        self._opened.pop(slots[0], None)
        self._new[slots[0]] = encoded
        return slots[0]

    def exchange(self, slot: int, encoded: bytes) -> None:
        """Have ``encoded`` stand in the place of one element; in a file that repeats it, the others stay."""
        self._opened.pop(slot, None)
        self._new[slot] = encoded

    def remove(self, slot: int) -> None:
        """Take an element out, with everything in it."""
        self._opened.pop(slot, None)
        if slot < 0:
            self._new.pop(slot, None)
        else:
            self._new[slot] = b""

    def items(self, slot: int) -> Items | None:
        """Return the items of an element; None if it has no items, whatever its VR says.

        Raises
        ------
        MalformedDataSet
            If it has the VR of a sequence and cannot be read as one.
        LimitExceeded
            If it is deeper than is accepted.
        """
        known = self._opened.get(slot)
        if known is not None:
            return known
        lying = self.element(slot)
        if lying.vr not in HOLDERS or self.depth >= self.limits.depth:
            if lying.vr == "SQ":
                raise LimitExceeded("nested deeper than is accepted", lying.start)
            return None
        try:
            opened = Items(self, lying)
        except LimitExceeded:
            raise
        except MalformedDataSet:
            if lying.vr == "SQ":
                raise
            return None
        self._opened[slot] = opened
        return opened

    def has(self, slot: int) -> bool:
        """Tell whether an element is there, as things stand."""
        return self._new.get(slot) != b"" if slot >= 0 else slot in self._new

    def was(self, tag: int) -> bytes | None:
        """Return the undecoded value that an attribute of this level has in the source; None if it is not there."""
        slot = self._slots.get(tag)
        return None if slot is None else self._in_source(slot).raw

    def changes(self) -> list[tuple[int, Lying | None, Items | None]]:
        """Return the slots whose elements have changed, what they were, and their items if only these have changed."""
        changed = {slot for slot, items in self._opened.items() if items.is_changed} | self._new.keys()
        return [
            (slot, None if slot < 0 else self._in_source(slot), None if slot in self._new else self._opened[slot])
            for slot in sorted(changed, key=self.tag_of)
        ]

    def edits(self) -> list[Edit]:
        """Return what has to change in the source, in ascending order."""
        found: list[tuple[int, list[Edit]]] = []
        for slot, new in self._new.items():
            items = self._opened.get(slot)
            if items is not None and items.is_changed:
                new = items.flat()  # noqa: PLW2901 - what it has become since
            at = self._place(~slot) if slot < 0 else self.starts[slot]
            found.append((self.tag_of(slot), [(at, at if slot < 0 else self._end(slot), new)]))
        for slot, items in self._opened.items():
            if slot not in self._new and items.is_changed:
                found.append((self.tags[slot], items.edits()))
        found += self._group_lengths(found)
        found.sort(key=lambda change: (change[1][0][0], change[1][0][1], change[0]))
        return [edit for _, edits in found for edit in edits]

    def flat(self) -> bytes:
        """Return all elements as they shall be."""
        return spliced(self.source.read(self.start, self.stop), self.start, self.edits())

    def _repeats(self, tag: int) -> list[int] | None:
        """Return all slots that an attribute has in the source, if the file repeats it; they are looked up once."""
        if self._repeated is None:
            self._repeated = {}
            for slot, each in enumerate(self.tags):
                if self._slots[each] != slot or each in self._repeated:
                    self._repeated.setdefault(each, []).append(slot)
        return self._repeated.get(tag)

    def _in_source(self, slot: int) -> Lying:
        return self._lying(slot, self.source, self.starts[slot], self._end(slot))

    def _lying(self, slot: int, source: Source, start: int, end: int) -> Lying:
        tag = self.tag_of(slot)
        vr, form = self.node.vr_and_form(tag, source.read(start + 4, start + 6) if self.encoding.explicit else b"")
        return Lying(
            tag, vr, form, source, start, start + (12 if form == LENGTH_32_AFTER_VR else 8), end, self.encoding.little
        )

    def _end(self, slot: int) -> int:
        return self.starts[slot + 1] if slot + 1 < len(self.starts) else self.stop

    def _place(self, tag: int) -> int:
        """Return where a new element goes: before the first with a higher tag."""
        tags = self.tags
        if not tags or tag > tags[-1]:
            return self.stop
        here = bisect_left(tags, tag)
        if here == len(tags) or tags[here] < tag or (here and tags[here - 1] > tag):  # not in order
            here = next(slot for slot, each in enumerate(tags) if each > tag)
        return self.starts[here]

    def _group_lengths(self, found: list[tuple[int, list[Edit]]]) -> list[tuple[int, list[Edit]]]:
        """Correct the (retired) group lengths of the groups that have changed size."""
        grown = {tag >> 16: 0 for tag, _ in found if tag & 0xFFFF0000 in self._slots}
        for tag, edits in found if grown else ():
            grown[tag >> 16] = grown.get(tag >> 16, 0) + sum(len(new) - (end - at) for at, end, new in edits)
        lengths: dict[int, Lying] = {}
        sizes: dict[int, int] = {}
        for group, growth in grown.items():
            slot = self._slots.get(group << 16)
            if slot is None or slot in self._new or not growth:
                continue
            lying = self.element(slot)
            if lying.end - lying.value == 4:
                lengths[group] = lying
                sizes[group] = growth - (self._end(slot) - self.starts[slot])
        for each, tag in enumerate(self.tags) if lengths else ():
            if tag >> 16 in sizes:
                sizes[tag >> 16] += self._end(each) - self.starts[each]
        return [
            (group << 16, [(lying.value, lying.end, self.encoding.length(sizes[group]))])
            for group, lying in lengths.items()
        ]


class Item(NamedTuple):
    """One item; ``start`` is where its header begins, ``end`` what follows it and its delimiter."""

    outline: Outline
    start: int
    end: int
    undefined: bool


class Items:
    """The items of one sequence, in an order that can be changed."""

    __slots__ = ("_first", "_lying", "_node", "_outer", "_undefined", "items")

    def __init__(self, outer: Outline, lying: Lying) -> None:
        self._outer, self._lying = outer, lying
        self._undefined = lying.is_undefined
        self._node = outer.node.twin(IMPLICIT_LE) if lying.vr == "UN" else outer.node
        found: list[Indexed] = []
        if lying.end > lying.value:
            index = Index(lying.source, outer.limits)
            if lying.vr == "UN":
                self._node = index.of_unknown(outer.node, lying.value)
            found = index.of_items(self._node, lying.value, lying.end, undefined=self._undefined)
        inside = outer.depth + 1
        self._first = [
            Item(Outline(lying.source, each, outer.limits, inside), each.start - 8, each.end, each.end != each.stop)
            for each in found
        ]
        self.items = list(self._first)

    @property
    def is_changed(self) -> bool:
        """Tell whether items have come, gone, or changed."""
        return self.items != self._first or any(item.outline.is_changed for item in self.items)

    def insert(self, number: int) -> Outline:
        """Put a new, empty item before the one at ``number``, or behind the last; return its outline."""
        node = self._first[0].outline.node if self._first else self._node
        nothing = Indexed(node, 0, 0, 0, [], [], [])
        empty = Outline(Source.in_memory(b""), nothing, self._outer.limits, self._outer.depth + 1)
        self.items.insert(number, Item(empty, -1, -1, False))
        return empty

    def gone(self) -> list[tuple[int, Item]]:
        """Return the items that are gone, each with the number it had."""
        kept = {item.start for item in self.items}
        return [(number, item) for number, item in enumerate(self._first) if item.start not in kept]

    def edits(self) -> list[Edit]:
        """Return what has to change in the bytes the sequence lies in, its length included."""
        kept = {item.start for item in self.items}
        found: list[Edit] = []
        pending = b""
        rest = iter(self._first)
        for item in [*self.items, None]:
            if item is not None and item.start < 0:
                pending += self._node.encoding.item(item.outline.flat())
                continue
            for first in rest:
                if first is item:
                    break
                if first.start not in kept:
                    found.append((first.start, first.end, b""))
            at = self._behind() if item is None else item.start
            if pending:
                found.append((at, at, pending))
                pending = b""
            if item is not None:
                found += self._inside(item)
        return self._with_length(found)

    def flat(self) -> bytes:
        """Return the whole element as it shall be."""
        lying = self._lying
        return spliced(lying.source.read(lying.start, lying.end), lying.start, self.edits())

    def _behind(self) -> int:
        return self._first[-1].end if self._first else self._lying.value

    def _inside(self, item: Item) -> list[Edit]:
        edits = item.outline.edits()
        growth = _growth(edits)
        if growth and not item.undefined:
            size = item.outline.stop - item.outline.start + growth
            edits.insert(0, (item.start + 4, item.start + 8, self._node.encoding.length(size)))
        return edits

    def _with_length(self, edits: list[Edit]) -> list[Edit]:
        growth = _growth(edits)
        if growth and not self._undefined:
            at, size = self._lying.length_field
            length = self._lying.end - self._lying.value + growth
            if length >= (1 << 8 * size) - 1:
                raise LimitExceeded("grown longer than its length can say", at)
            edits.insert(0, (at, at + size, length.to_bytes(size, "little" if self._outer.encoding.little else "big")))
        return edits


_UNDEFINED = b"\xff\xff\xff\xff"


def _growth(edits: list[Edit]) -> int:
    return sum(len(new) - (end - start) for start, end, new in edits)
