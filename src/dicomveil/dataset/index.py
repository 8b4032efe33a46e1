"""Find where the elements of one data set begin, without a look at those inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.reading import Reading
from dicomveil.dataset.rules import KEEP, LENGTH_32_AFTER_VR, MOST_RULES, Inert
from dicomveil.dataset.runs import PATIENCE, Met, runs_of
from dicomveil.dataset.syntax import PIXEL_DATA_TAGS
from dicomveil.errors import MalformedDataSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dicomveil.dataset.limits import Limits
    from dicomveil.dataset.rules import Node, Rule
    from dicomveil.dataset.runs import Run
    from dicomveil.dataset.source import Source
    from dicomveil.dataset.syntax import Encoding


HOLDERS = frozenset({"SQ", "UN"})
"""The VRs of elements that may hold items."""


LARGEST_WHOLE_BYTES = 4 * 1024
_UNDEFINED = b"\xff\xff\xff\xff"


class Indexed(NamedTuple):
    """One data set: the tags of its elements and where they begin.

    The data set lies from ``start`` to ``stop``; ``end`` is after its delimiter, if there is one. ``holders`` are the
    positions in ``tags`` of elements that may hold items.
    """

    node: Node
    start: int
    stop: int
    end: int
    tags: list[int]
    starts: list[int]
    holders: list[int]


class Level(Inert):
    """A place in one encoding, and what the data sets met there teach about the next.

    ``plain`` are headers whose 16-bit length (32-bit in implicit VR) says all there is to know; ``runs`` are elements
    that followed each other at the root, ``wholes`` the bytes of those there that are of undefined length.
    """

    __slots__ = ("_until_learning", "_wait", "plain", "runs", "wholes")

    def __init__(self, encoding: Encoding, vr_of: Mapping[int, str]) -> None:
        super().__init__(encoding, vr_of)
        self.plain: dict[bytes, int] = {}
        self.runs: dict[bytes, Run] = {}
        self.wholes: dict[bytes, bytes] = {}
        self._wait = self._until_learning = 1

    def in_encoding(self, encoding: Encoding) -> Node:
        """Make the same place for items in another encoding."""
        return Level(encoding, self.vr_of)

    def plain_at(self, key: bytes) -> None:
        """Note a plain header."""
        if len(self.plain) > MOST_RULES:
            self.plain.clear()
        self.plain[key] = self.tag_of(key)

    def met_whole(self, key: bytes, raw: bytes) -> None:
        """Note the bytes of an element of undefined length: where they stand again, the element ends with them."""
        if len(self.wholes) > MOST_RULES:
            self.wholes.clear()
        self.wholes[key] = raw

    def missed(self, key: bytes, run: Run) -> None:
        """Note that a run's headers were others this time: too often, and each half goes on alone."""
        run.misses += 1
        if run.misses > PATIENCE:
            del self.runs[key]
            self.runs.update({half.key: half for half in run.halves()})

    def proved(self) -> None:
        """Note that most of a data set was met in runs; the next other kind of data set will be learned at once."""
        self._wait = self._until_learning = 1

    def learn_runs(self, source: Source, tags: list[int], starts: list[int], stop: int, holders: list[int]) -> None:
        """Make runs of a data set that hardly any were met in; seldom and seldomer, if it does not help."""
        self._until_learning -= 1
        if self._until_learning:
            return
        self._wait = self._until_learning = 2 * self._wait
        may_hold = set(holders)
        ends = [*starts[1:], stop][: len(starts)]
        met = [
            self._met(source, tag, start, end, slot in may_hold)
            for slot, (tag, start, end) in enumerate(zip(tags, starts, ends, strict=True))
        ]
        self.runs = {run.key: run for run in runs_of(met, 6 if self.encoding.explicit else 4)}

    def _met(self, source: Source, tag: int, start: int, end: int, may_hold: bool) -> Met | None:
        head = source.read(start, start + 12)
        key = head[: 6 if self.encoding.explicit else 4]
        rule = None if key in self.plain else self.rules.get(key) or self.learn(key)  # a large file has rules forgotten
        after_vr = rule is not None and rule.length_form == LENGTH_32_AFTER_VR
        size = 12 if after_vr else 8
        field = head[8:12] if after_vr else head[4:8]
        is_special = tag in PIXEL_DATA_TAGS or tag < 0x10000 or tag >= 0xFFFE0000
        if is_special or len(head) < size or field == _UNDEFINED or end - start < size:
            return None
        return Met(tag, head[:size], end - start, may_hold)


class Index(Reading):
    """Lists the elements of a root data set, or of each item of one sequence."""

    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        super().__init__(source, limits=limits)
        self._listed: list[Indexed] = []
        self._level = 0
        self._tags: list[int] = []
        self._starts: list[int] = []
        self._holders: list[int] = []
        self._in_runs = 0

    def of_root(self, node: Node, start: int) -> Indexed:
        """List a whole data set; raises what `Reading.root` raises."""
        end = self.root(node, start)
        while self._starts and self._starts[-1] >= end:
            del self._starts[-1], self._tags[-1]
        holders = self._holders
        while holders and holders[-1] >= len(self._tags):
            del holders[-1]
        if isinstance(node, Level):
            if 2 * self._in_runs > len(self._tags):
                node.proved()
            else:
                node.learn_runs(self.source, self._tags, self._starts, end, holders)
        return Indexed(node, start, end, end, self._tags, self._starts, holders)

    def of_elements(self, node: Node, start: int, stop: int) -> Indexed:
        """List the elements in a run of bytes, such as the File Meta Information."""
        self.data_set(node, start, stop, undefined=False)
        return self._listed.pop()

    def of_items(self, node: Node, start: int, stop: int, *, undefined: bool) -> list[Indexed]:
        """List each item of a sequence whose value begins at ``start``.

        Raises
        ------
        MalformedDataSet
            If what is there is no sequence.
        """
        self._listed, self._level = [], 1
        self.sequence(node, start, stop, undefined=undefined)
        return self._listed

    def of_unknown(self, node: Node, at: int) -> Node:
        """Return the place for items in a UN value that begins at ``at`` (PS3.5 6.2.2 note 2)."""
        return node.twin(self._unknown_encoding(node, at))

    def data_set(self, node: Node, at: int, stop: int, *, undefined: bool) -> int:
        """Walk the elements of one data set, listed if it is one that is asked for."""
        if self.depth != self._level:
            return super().data_set(node, at, stop, undefined=undefined)
        tags: list[int] = []
        starts: list[int] = []
        holders: list[int] = []
        self._tags, self._starts, self._holders = tags, starts, holders
        end = super().data_set(node, at, stop, undefined=undefined)
        self._listed.append(Indexed(node, at, end - 8 if undefined else end, end, tags, starts, holders))
        return end

    def _elements(self, node: Node, at: int, stop: int, undefined: bool) -> int:
        if self.depth != self._level or not isinstance(node, Level):
            return super()._elements(node, at, stop, undefined)
        unpack, plain, runs = node.unpack, node.plain, {} if self._level else node.runs
        tags, starts = self._tags, self._starts
        buffer, base, available = self._buffer, self._base, self._available
        while at < stop:
            if at + 12 > available or at < base:
                buffer, base, available = self._refill(at)
                if at + 8 > available:
                    return self._short(at)
            key, length = unpack(buffer, at - base)
            run = runs.get(key)
            if run is not None and at + run.size <= stop and at + run.size <= available:
                if run.is_at(buffer, at - base):
                    self._in_runs += len(run.tags)
                    self._holders += [len(tags) + each for each in run.holders]
                    tags += run.tags
                    starts += run.starts(at)
                    at += run.size
                    continue
                node.missed(key, run)
            tag = plain.get(key)
            if tag is not None:
                tags.append(tag)
                starts.append(at)
                at += 8 + length
                continue
            rule = node.rules.get(key) or node.learn(key)
            if rule is KEEP:
                node.plain_at(key)
                continue
            here = at
            at = self._one(node, rule, key, at, stop, undefined)
            if self._closed:
                return at
            if rule.vr in HOLDERS:
                self._holders.append(len(tags))
            tags.append(rule.tag)
            starts.append(here)
            buffer, base, available = self._buffer, self._base, self._available
        if at > stop:
            raise MalformedDataSet("a length past the end of what holds it", starts[-1])
        return at

    def _one(self, node: Level, rule: Rule, key: bytes, at: int, stop: int, undefined: bool) -> int:
        """Step over an element that is not plain; return where it ends."""
        if self._level or rule.vr not in HOLDERS:
            return self._element(node, rule, at, stop, undefined)
        whole = node.wholes.get(key)
        if whole and self._buffer.startswith(whole, at - self._base) and at + len(whole) <= stop:
            return at + len(whole)
        end = self._element(node, rule, at, stop, undefined)
        if end - at <= LARGEST_WHOLE_BYTES and not self._closed:
            node.met_whole(key, self.source.read(at, end))
        return end

    def _collected(self) -> int:
        return len(self._tags) + super()._collected()
