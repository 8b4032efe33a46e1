"""Read a data set as it lies: every element at every depth is met once, and a rule says what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dicomveil.dataset.fragments import end_of_fragments
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.rules import KEEP, LENGTH_16, LENGTH_32_AFTER_VR, VR_CODES, Node, Rule
from dicomveil.dataset.syntax import (
    BINARY_VRS,
    IMPLICIT_BE,
    IMPLICIT_LE,
    ITEM_END,
    PIXEL_DATA_TAGS,
    UNDEFINED,
    Encoding,
)
from dicomveil.errors import LimitExceeded, MalformedDataSet

if TYPE_CHECKING:
    from dicomveil.dataset.source import Source
    from dicomveil.dataset.splice import Edit

Mark = tuple[int, int, int, int, bool, list[int]]


class Stranger(Exception):
    """An identifying value is not what it was expected to be."""


class Reading:
    """One pass over one data set, element by element; `Walk` adds what it remembers of the data sets before.

    ``edits`` collects what must change, ``notes`` what the rules had to say (in groups, see `flat`; no note is a
    tuple), ``identity`` the values that identify, ``facts`` what acts want to hand on, ``fresh`` the extents of
    elements that were not recognised from the data set before. ``context`` stands for all that the same bytes need
    to have in common to come out the same: what was learned under another is forgotten. ``expected`` is the identity
    that the context was made for, if the walk shall stop at the first that differs. ``stamps`` are elements (tag,
    encoded) to be put in at the root, in ascending order; ``stamped`` counts those done. ``tidy`` asks for zeros where
    the standard wants zeros (PS3.5 7.1.2, 7.5) and a file has something else. ``fleeting`` is set by an act whose
    outcome depends on more than the element's bytes and the context; ``read_as_items`` tells an act whether the
    element before it was gone into; ``creators`` is for acts to keep the private blocks of each data set, by depth.
    ``foreign_text`` is for acts to note that an item has declared a character set of its own. ``trace``, if it is a
    dictionary, gets the note of each element that was replaced or removed, by where it starts.
    """

    def __init__(
        self,
        source: Source,
        context: object = None,
        stamps: tuple[tuple[int, bytes], ...] = (),
        limits: Limits | None = None,
        *,
        tidy: bool = False,
    ) -> None:
        self.source = source
        self.tidy = tidy
        self.context = context
        self.stamps = stamps
        self.stamped = 0
        self.limits = limits or Limits()
        self.edits: list[Edit] = []
        self.delta = 0
        self.notes: list[object] = []
        self.facts: list[object] = []
        self.identity: list[object] = []
        self.fresh: list[tuple[int, int]] = []
        self.creators: dict[int, dict[int, object]] = {}
        self.expected: tuple[object, ...] | None = None
        self.trace: dict[int, object] | None = None
        self.acts = 0
        self.fleeting = False
        self.read_as_items = False
        self.foreign_text = False
        self.depth = 0
        self._start = 0
        self._after_pixels: tuple[int, Mark] | None = None
        self._data_sets = 0
        self._closed = False
        self._buffer, self._base = source.window(0)
        self._available = len(self._buffer)

    def root(self, node: Node, start: int) -> int:
        """Walk a whole data set from ``start``; return where it ends.

        A zero-filled end, and whatever follows Pixel Data without being an element, belong to nothing: they are left
        outside.

        Raises
        ------
        MalformedDataSet
            If a length leads past its container or the file, a header is cut short, a sequence is not closed
            (PS3.5 7.1, 7.5), or something else than elements stands where Pixel Data may yet follow.
        LimitExceeded
            If the data set is deeper or has more elements than ``limits`` allow.
        """
        self._start = start
        try:
            end = self.data_set(node, start, self.source.size, undefined=False)
        except LimitExceeded:
            raise
        except MalformedDataSet:
            if self._after_pixels is None:
                raise
            end, mark = self._after_pixels
            self._back_to(mark)
        if end < self.source.size and self._after_pixels is None and not self._is_zeros(end):
            is_short = end + 8 > self.source.size
            raise MalformedDataSet(
                _CUT_SHORT if is_short else "something that is no element where an element must be", end
            )
        if self.stamped < len(self.stamps):
            self.stamp(UNDEFINED, end)
        return end

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Put ``new`` where the source has the bytes from ``start`` to ``end``."""
        self.edits.append((start, end, new))
        self.delta += len(new) - (end - start)

    def stamp(self, before: int, at: int) -> None:
        """Put in, at ``at``, the stamps whose tags are lower than ``before``."""
        while self.stamped < len(self.stamps) and self.stamps[self.stamped][0] < before:
            self.replace(at, at, self.stamps[self.stamped][1])
            self.stamped += 1

    def data_set(self, node: Node, at: int, stop: int, *, undefined: bool) -> int:
        """Walk the elements of the root or of one item; return where it ends, after the delimiter if there is one."""
        self._data_sets += 1
        if node.hears_entry:
            node.entered(self)
        end = self._elements(node, at, stop, undefined)
        if undefined and not self._closed:
            raise MalformedDataSet("an item that is never closed", end)
        self._closed = False
        self.fresh.append((at, end))
        return end

    def _elements(self, node: Node, at: int, stop: int, undefined: bool) -> int:
        """Walk all elements up to ``stop`` or the delimiter; return where they end."""
        unpack, rule_of = node.unpack, node.rules.get
        buffer, base, available = self._buffer, self._base, self._available
        last = at
        while at < stop:
            if at + 12 > available or at < base:
                buffer, base, available = self._refill(at)
                if at + 8 > available:
                    return self._short(at)
            key, length = unpack(buffer, at - base)
            rule = rule_of(key)
            last = at
            if rule is KEEP:
                at += 8 + length
                continue
            if rule is None:
                node.learn(key)
                continue
            at = self._element(node, rule, at, stop, undefined)
            if self._closed:
                return at
            buffer, base, available = self._buffer, self._base, self._available
        if at > stop:
            raise MalformedDataSet("a length past the end of what holds it", last)
        return at

    def _element(  # noqa: PLR0912 - hot, and flat
        self, node: Node, rule: Rule, at: int, stop: int, undefined: bool
    ) -> int:
        """Do with one element what its rule says; return where it ends."""
        tag = rule.tag
        form = rule.length_form
        length: int
        if form == LENGTH_16:
            (length,) = node.length_16(self._buffer, at - self._base + 6)
            value = at + 8
        else:
            length, value = self._length_32(node, form, at)
            if tag >= 0xFFFE0000:
                return self._delimiter(tag, at, length, undefined)
            if tag < 0x10000 and not self.depth and at > self._start:
                self._closed = True
                return at
        if rule.gated and self.stamped < len(self.stamps):
            self.stamp(tag, at)
        end = value + length
        if rule.inside is None and form == LENGTH_16:
            if end > stop:
                raise MalformedDataSet("a length past the end of what holds it", at)
            if rule.identity is not None:
                self._identify(rule.identity(self.source.read(value, end)))
            written = rule.written
            if written is None:
                if rule.act is not None:
                    self.acts += 1
                    written = rule.act(self, rule, at, value, end)
            elif rule.note is not None:
                self.notes.append(rule.note)
            if written is not None:
                self.edits.append((at, end, written))
                self.delta += len(written) - end + at
                if self.trace is not None:
                    self.trace[at] = self.notes[-1]
            return end
        return self._large_element(node, rule, at, value, length, stop)

    def _large_element(self, node: Node, rule: Rule, at: int, value: int, length: int, stop: int) -> int:
        """Do with an element that may hold items, or whose header may hold stray bytes, what its rule says."""
        edits, delta, notes = len(self.edits), self.delta, len(self.notes)
        end = self._inside(node, rule, at, value, length, stop)
        inner_notes = len(self.notes)
        if rule.identity is not None:
            self._identify(rule.identity(self.source.read(value, end)))
        written = rule.written
        if written is None and rule.act is not None:
            self.acts += 1
            known, size = len(self.edits), self.delta
            written = rule.act(self, rule, at, value, end)
            if len(self.edits) != known:  # it took back what had become of an element before
                edits += len(self.edits) - known
                delta += self.delta - size
        if written is not None:
            del self.edits[edits:]
            if rule.note is not None or not written:
                del self.notes[notes:inner_notes]  # what became of its items went with it
            self.delta = delta
            self.replace(at, end, written)
            if rule.note is not None:
                self.notes.append(rule.note)
            if self.trace is not None:
                self.trace[at] = self.notes[-1]
        elif self.tidy and rule.length_form == LENGTH_32_AFTER_VR and self.source.read(at + 6, at + 8) != b"\0\0":
            self.edits.insert(edits, (at + 6, at + 8, b"\0\0"))
        if rule.tag in PIXEL_DATA_TAGS and not self.depth:
            self._after_pixels = end, self._mark()
            self.fleeting = True
        return end

    def _length_32(self, node: Node, form: int, at: int) -> tuple[int, int]:
        """Return an element's 32-bit length and where its value starts."""
        here = at - self._base
        if form != LENGTH_32_AFTER_VR:
            return node.length_32(self._buffer, here + 4)[0], at + 8
        if here + 12 > len(self._buffer):
            raise MalformedDataSet(_CUT_SHORT, at)
        return node.length_32(self._buffer, here + 8)[0], at + 12

    def _delimiter(self, tag: int, at: int, length: int, undefined: bool) -> int:
        if tag != ITEM_END or not undefined:
            raise MalformedDataSet("a delimiter or item where an element must be", at)
        if length and self.tidy:
            self.replace(at + 4, at + 8, b"\0\0\0\0")
        self._closed = True
        return at + 8

    def _identify(self, identity: object) -> None:
        """Hand an identifying value on; stop if it is not the expected one."""
        count = len(self.identity)
        self.identity.append(identity)
        if self.expected is not None and (count >= len(self.expected) or self.expected[count] != identity):
            raise Stranger

    def _short(self, at: int) -> int:
        """Leave fewer than eight bytes at the end of the file to `root`; refuse them anywhere else."""
        if self.depth:
            raise MalformedDataSet(_CUT_SHORT, at)
        self._closed = True
        return at

    def _inside(self, node: Node, rule: Rule, at: int, value: int, length: int, stop: int) -> int:
        """Walk what an element holds, if it holds items; return where the element ends."""
        if length == UNDEFINED:
            if rule.vr in BINARY_VRS:
                self.read_as_items = False
                end = end_of_fragments(self.source, value, stop, little=node.encoding.little)
                if self.tidy and self.source.read(end - 4, end) != b"\0\0\0\0":
                    self.replace(end - 4, end, b"\0\0\0\0")
                return end
            if rule.length_form == LENGTH_32_AFTER_VR and rule.vr not in ("SQ", "UN"):
                raise MalformedDataSet("an undefined length on a VR that cannot have one", at)
            inside = rule.inside or node.inert()
            if rule.vr == "UN":
                inside = inside.twin(self._unknown_encoding(node, value))
            end = self.sequence(inside, value, stop, undefined=True)
            self.read_as_items = True
            return end
        end = value + length
        if end > stop:
            raise MalformedDataSet("a length past the end of what holds it", at)
        if rule.inside is not None and length:
            edits, delta = len(self.edits), self.delta
            if rule.vr == "SQ" and rule.written is None:
                self.sequence(rule.inside, value, end, undefined=False)
                self.read_as_items = True
            else:
                self.read_as_items = self._perhaps_sequence(node, rule.inside, value, end)
            self._adjust(edits, delta, value, length, node, 2 if rule.length_form == LENGTH_16 else 4)
        return end

    def sequence(self, node: Node, at: int, stop: int, *, undefined: bool) -> int:
        """Walk the items of a sequence from ``at``; return where they end, after the delimiter if there is one."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise LimitExceeded("nested deeper than is accepted", at)
        item, foreign = node.item, self.foreign_text
        while at < stop:
            if at + 14 > self._available or at < self._base:
                self._refill(at)
                if at + 8 > self._available:
                    raise MalformedDataSet(_CUT_SHORT, at)
            here = at - self._base
            tag, length = item(self._buffer, here)
            if tag != node.item_tag:
                if tag != node.end_tag or not (undefined or at + 8 == stop):
                    raise MalformedDataSet("something that is no item where a sequence item must be", at)
                if length and self.tidy:
                    self.replace(at + 4, at + 8, b"\0\0\0\0")
                self.depth -= 1
                return at + 8
            inner = node
            if (
                node.encoding.explicit
                and self._buffer[here + 12 : here + 14] not in VR_CODES
                and length
                and not self._is_explicit(at + 8)
            ):
                inner = node.twin(IMPLICIT_LE if node.encoding.little else IMPLICIT_BE)
            value = at + 8
            if length == UNDEFINED:
                at = self.data_set(inner, value, stop, undefined=True)
            else:
                at = value + length
                if at > stop:
                    raise MalformedDataSet("an item longer than what holds it", value - 8)
                edits, delta = len(self.edits), self.delta
                self.data_set(inner, value, at, undefined=False)
                self._adjust(edits, delta, value, length, node, 4)
            self.foreign_text = foreign
        if undefined or at > stop:
            raise MalformedDataSet("a sequence that is never closed", at)
        self.depth -= 1
        return at

    def _adjust(self, edits: int, delta: int, value: int, length: int, node: Node, field: int) -> None:
        """Rewrite a defined length, ``field`` bytes long, if what it measures has changed size since ``delta``."""
        if self.delta == delta:
            return
        length += self.delta - delta
        if length >= (1 << 8 * field) - 1:
            raise LimitExceeded("grown longer than its length can say", value - field)
        new = length.to_bytes(field, "little" if node.encoding.little else "big")
        self.edits.insert(edits, (value - field, value, new))

    def _is_explicit(self, at: int) -> bool:
        """Tell whether an item's first element carries a VR; some writers nest implicit VR in explicit."""
        head = self.source.read(at, at + 6)
        return (head[4:].isalpha() and head[4:].isupper()) or head[:2] in (b"\xfe\xff", b"\xff\xfe")

    def _perhaps_sequence(self, node: Node, inside: Node, at: int, end: int) -> bool:
        """Walk a value that may be a sequence stored as UN; if it is not one to its last byte, leave it whole."""
        inner = inside.twin(self._unknown_encoding(node, at))
        if self.source.read(at, at + 4) != (_ITEM_LITTLE if inner.encoding.little else _ITEM_BIG):
            return False
        here = self._mark()
        try:
            self.sequence(inner, at, end, undefined=False)
        except LimitExceeded:
            raise
        except MalformedDataSet:
            self._back_to(here)
            return False
        return True

    def _unknown_encoding(self, node: Node, at: int) -> Encoding:
        """Return how the items in a UN value are encoded: little endian even in big (PS3.5 6.2.2 note 2)."""
        little = self.source.read(at, at + 2) == _ITEM_LITTLE[:2]
        return IMPLICIT_LE if little and not node.encoding.little else node.encoding

    def _refill(self, at: int) -> tuple[bytes, int, int]:
        """Move the window to ``at``."""
        if self._collected() > self.limits.elements:
            raise LimitExceeded("more elements than are accepted", at)
        self._buffer, self._base = self.source.window(at)
        self._available = self._base + len(self._buffer)
        return self._buffer, self._base, self._available

    def _collected(self) -> int:
        return len(self.edits) + len(self.notes) + len(self.fresh)

    def _lists(self) -> tuple[list[Any], ...]:
        return self.edits, self.notes, self.identity, self.facts, self.fresh

    def _mark(self) -> Mark:
        """Return what `_back_to` needs to take back what comes of the bytes from here on."""
        lengths = [len(each) for each in self._lists()]
        return self.delta, self.depth, self.stamped, self._data_sets, self.foreign_text, lengths

    def _back_to(self, mark: Mark) -> None:
        """Take back what came of bytes that proved to be no elements."""
        self.delta, self.depth, self.stamped, self._data_sets, self.foreign_text, lengths = mark
        self._closed = False
        for each, length in zip(self._lists(), lengths, strict=True):
            del each[length:]

    def _is_zeros(self, at: int) -> bool:
        """Tell whether nothing but zeros follows."""
        size = self.source.size
        parts = range(at, size, _PADDING_READ_BYTES)
        return not any(any(self.source.read(part, min(part + _PADDING_READ_BYTES, size))) for part in parts)


_CUT_SHORT = "a header cut short"
_PADDING_READ_BYTES = 64 * 1024
_ITEM_LITTLE, _ITEM_BIG = b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00"
