"""Cut the files of a run into portions for workers: small at first, then larger; large files alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dicomveil.batch.sources.inputs import Input

FEWEST_FILES = 64
MOST_FILES = 1_000
ENOUGH_BYTES = 32 * 1024 * 1024
LARGE_FILE_BYTES = 64 * 1024 * 1024
_SMALL_CHUNKS = 32


class Task(NamedTuple):
    """One input for a worker: the token that stands for it, and the copy that it may replace, if any.

    ``fingerprint`` is the one that the input had when it was done before; empty if it is not to be compared.
    """

    item: Input
    token: str
    may_replace: str = ""
    fingerprint: bytes = b""


def chunks(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Yield tasks in portions, in their order but for large files, which go alone and at once.

    The first portions are small, so that all workers have some even of a short run; later ones have up to 1,000
    files as long as these are small, so that handing over costs little.
    """
    chunk: list[Task] = []
    size, made = 0, 0
    for task in tasks:
        if task.item.size >= LARGE_FILE_BYTES:
            yield [task]
            continue
        chunk.append(task)
        size += task.item.size
        most = FEWEST_FILES if made < _SMALL_CHUNKS else MOST_FILES
        if len(chunk) >= most or size >= ENOUGH_BYTES:
            yield chunk
            made += 1
            chunk, size = [], 0
    if chunk:
        yield chunk


def halves(chunk: list[Task]) -> list[list[Task]]:
    """Return a portion in two, to find out which file of it is to blame."""
    middle = len(chunk) // 2
    return [half for half in (chunk[:middle], chunk[middle:]) if half]
