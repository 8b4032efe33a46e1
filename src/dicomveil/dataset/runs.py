"""Recognise runs of elements by their headers: in the order the last data set had them, and as long."""

from __future__ import annotations

from itertools import accumulate
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_ELEMENTS = 32
LARGEST_RUN_BYTES = 8 * 1024
PATIENCE = 2  # how often the headers of a run may differ before it is split


class Met(NamedTuple):
    """An element of defined length as it was met: its header's bytes, and how many bytes it is in all."""

    tag: int
    header: bytes
    size: int
    may_hold: bool


class Run:
    """Consecutive elements; one comparison of all their headers recognises them, whatever their values.

    ``key`` is the first one's header without its length, ``holders`` are the positions of those that may hold items.
    """

    __slots__ = (
        "_at",
        "_headers",
        "_met",
        "_offsets",
        "_starts",
        "_unpack",
        "holders",
        "key",
        "misses",
        "size",
        "tags",
    )

    def __init__(self, met: Sequence[Met], key_bytes: int) -> None:
        self._met = met
        self.key = met[0].header[:key_bytes]
        self._headers = tuple(each.header for each in met)
        self._unpack = Struct("".join(f"{len(e.header)}s{e.size - len(e.header)}x" for e in met)).unpack_from
        ends = list(accumulate(each.size for each in met))
        self._offsets = [0, *ends[:-1]]
        self.size = ends[-1]
        self.tags = [each.tag for each in met]
        self.holders = [position for position, each in enumerate(met) if each.may_hold]
        self.misses = 0
        self._at = -1
        self._starts: list[int] = []

    def is_at(self, buffer: bytes, at: int) -> bool:
        """Tell whether the same headers stand at ``at``."""
        return self._unpack(buffer, at) == self._headers

    def starts(self, at: int) -> list[int]:
        """Return where the elements begin if the first begins at ``at``."""
        if self._at != at:
            self._at, self._starts = at, [at + offset for offset in self._offsets]
        return self._starts

    def halves(self) -> list[Run]:
        """Return both halves; no run is of a single element."""
        middle = len(self._met) // 2
        return [Run(half, len(self.key)) for half in (self._met[:middle], self._met[middle:]) if len(half) > 1]


def runs_of(met: Iterable[Met | None], key_bytes: int) -> list[Run]:
    """Make runs of the elements of a data set; None stands for elements that are in no run."""
    runs: list[list[Met]] = [[]]
    size = 0
    for each in met:
        if each is None or len(runs[-1]) == MOST_ELEMENTS or size + each.size > LARGEST_RUN_BYTES:
            runs.append([])
            size = 0
        if each is not None and each.size <= LARGEST_RUN_BYTES:
            runs[-1].append(each)
            size += each.size
    return [Run(run, key_bytes) for run in runs if len(run) > 1]
