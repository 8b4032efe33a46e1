"""Walk one data set after the other, recognising what is as it was.

Elements that are byte for byte those of the data set before (a patient's other images, a frame's neighbours) are
recognised by one comparison, and what became of them is not worked out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.reading import Reading
from dicomveil.dataset.recall import LARGEST_UNIT_BYTES, MOST_UNITS, Unit
from dicomveil.dataset.rules import KEEP
from dicomveil.dataset.splice import spliced
from dicomveil.errors import MalformedDataSet

if TYPE_CHECKING:
    from dicomveil.dataset.rules import Node

__all__ = ["Walk", "flat"]


class Walk(Reading):
    """One pass over one data set with the help of what the nodes remember of those before."""

    def data_set(  # noqa: PLR0912, PLR0915 - the one hot loop; split up it is a third slower
        self, node: Node, at: int, stop: int, *, undefined: bool
    ) -> int:
        """Walk the elements of the root or of one item, recognising what is as it was in the one before."""
        memory = node.memory
        if memory is None or self._in_foreign_text():
            return super().data_set(node, at, stop, undefined=undefined)
        self._data_sets += 1
        if node.hears_entry:
            node.entered(self)
        units = memory.units(self.context)
        learning = not units
        index = tag = 0
        peeked = -1
        buffer, base = self._buffer, self._base
        while at < stop:
            if index < len(units):
                unit = units[index]
                raw = unit.raw
                if buffer.startswith(raw, at - base) and at >= base:
                    if unit.varies:
                        at = self._one(node, at, stop, undefined)
                        if self._in_foreign_text():
                            break
                        buffer, base = self._buffer, self._base
                        index += 1
                        continue
                    end = at + len(raw)
                    if unit.before == self.stamped and end <= stop:
                        if unit.written is not None:
                            self.edits.append((at, end, unit.written))
                            self.delta += len(unit.written) - len(raw)
                        if unit.notes:
                            self.notes.append(unit.notes)
                        if unit.identity:
                            self.identity += unit.identity
                        if unit.facts:
                            self.facts += unit.facts
                        self.stamped = unit.after
                        self.acts += unit.depends
                        if unit.misses:
                            memory.proved(unit)
                        at = end
                        index += 1
                        continue
                if unit.parts:
                    memory.split(index)
                    continue
                if peeked != at:
                    here = at - base
                    inside = 0 <= here <= len(buffer) - 4
                    peeked, tag = at, node.tag_of(buffer, here) if inside else self._tag(node, at)
                if tag > unit.tag:
                    index += memory.missed(index)
                    continue
                expected = tag == unit.tag
            elif undefined and buffer.startswith(node.item_end, at - base) and at >= base:
                at += 8
                self._closed = True
                break
            else:
                expected = False
            fresh, at = self._learned(node, at, stop, undefined)
            buffer, base = self._buffer, self._base
            if self._closed or self._in_foreign_text():
                break
            if expected:
                memory.replace(index, fresh)
            elif len(units) <= MOST_UNITS:
                units.insert(index, fresh)
                memory.unsettled = True
            index += 1
        if self._in_foreign_text() and not self._closed:  # nothing is as it was under the common character set
            self.fresh.append((at, at := self._elements(node, at, stop, undefined)))
        if undefined and not self._closed:
            raise MalformedDataSet("an item that is never closed", at)
        self._closed = False
        if memory.unsettled and not learning:
            memory.settle()
        return at

    def _in_foreign_text(self) -> bool:  # asked anew each time: any act may have noted it
        return self.foreign_text

    def _learned(self, node: Node, at: int, stop: int, undefined: bool) -> tuple[Unit, int]:
        """Walk one element; return it as a unit to remember, and where it ends."""
        edits, notes, identity, facts = len(self.edits), len(self.notes), len(self.identity), len(self.facts)
        before, fleeting, acts = self.stamped, self.fleeting, self.acts
        self.fleeting = False
        end = self._one(node, at, stop, undefined)
        if self.fleeting or end - at > LARGEST_UNIT_BYTES or self._closed:
            raw = self.source.read(at, at + 4)
            unit = Unit(node.tag_of(raw) if len(raw) == 4 else 0, raw, varies=True)
        else:
            raw = self.source.read(at, end)
            unit = Unit(node.tag_of(raw), raw, varies=False)
            if len(self.edits) > edits:
                start, stop, new = self.edits[-1]
                alone = len(self.edits) == edits + 1 and start == at and stop == end
                unit.written = new if alone else spliced(raw, at, self.edits[edits:])
            if len(self.notes) > notes:
                unit.notes = flat(self.notes[notes:])
            if len(self.facts) > facts:
                unit.facts = tuple(self.facts[facts:])
            if len(self.identity) > identity:
                unit.identity = tuple(self.identity[identity:])
            unit.before, unit.after = before, self.stamped
            unit.depends = self.acts != acts or self.stamped != before
        self.fleeting = fleeting or self.fleeting
        return unit, end

    def _one(self, node: Node, at: int, stop: int, undefined: bool) -> int:
        """Walk one element; return where it ends."""
        if at + 12 > self._available or at < self._base:
            self._refill(at)
            if at + 8 > self._available:
                return self._short(at)
        key, length = node.unpack(self._buffer, at - self._base)
        rule = node.rules.get(key) or node.learn(key)
        if rule is KEEP:
            end = int(at + 8 + length)
            if end > stop:
                raise MalformedDataSet("a length past the end of what holds it", at)
            self.fresh.append((at, end))
            return end
        data_sets = self._data_sets
        end = self._element(node, rule, at, stop, undefined)
        if data_sets == self._data_sets:
            self.fresh.append((at, end))
        return end

    def _tag(self, node: Node, at: int) -> int:
        """Return the tag at ``at``, or the lowest if nothing more is there."""
        head = self.source.read(at, at + 4)
        return node.tag_of(head) if len(head) == 4 else 0


def flat(notes: list[object]) -> tuple[object, ...]:
    """Return notes one by one: a recognised unit hands on all of its notes in one tuple."""
    single: list[object] = []
    for note in notes:
        if note.__class__ is tuple:
            single += note
        else:
            single.append(note)
    return tuple(single)
