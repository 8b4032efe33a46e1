"""Encode a DICOMDIR: directory records in a tree, linked by their offsets in the file (PS3.3 F, PS3.10 8.6)."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.meta import file_meta
from dicomveil.dataset.syntax import EXPLICIT_LE, EXPLICIT_LITTLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DIRECTORY_CLASS = "1.2.840.10008.1.3.10"
"""Media Storage Directory Storage."""


class Record(NamedTuple):
    """What a directory record says, but for its place: ``elements`` are encoded, from Directory Record Type on.

    Records of one ``kind`` and ``key`` below the same record are one. ``number`` is the series' or instance's own.
    """

    kind: str
    key: bytes
    elements: bytes
    number: int = 0

    @property
    def order(self) -> tuple[str, int, bytes]:
        """What records of a level are sorted by."""
        return self.kind, self.number, self.key


class _Entry:
    __slots__ = ("lower", "offset", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.lower: dict[tuple[str, bytes], _Entry] = {}
        self.offset = 0


def directory(branches: Iterable[tuple[Record, ...]], uid_from: Callable[[bytes], str]) -> bytes:
    """Encode a whole file, always the same for the same branches.

    Parameters
    ----------
    branches
        The records that lead to each file, from the top down, in the order they are to be listed.
    uid_from
        Makes the UID of the directory from a digest of its content: another content is another instance.
    """
    top = _Entry(Record("", b"", b""))
    digest = hashlib.sha256()
    for branch in branches:
        entry = top
        for record in branch:
            digest.update(record.elements)
            entry = entry.lower.setdefault((record.kind, record.key), _Entry(record))
    head = file_meta(DIRECTORY_CLASS, uid_from(digest.digest()), EXPLICIT_LITTLE)
    entries = list(_below(top))
    at = len(head) + len(_before_records(0, 0, 0))
    for entry in entries:
        entry.offset = at
        at += len(_item(entry, 0))
    size = at - len(head) - len(_before_records(0, 0, 0))
    roots = [entry.offset for entry in top.lower.values()] or [0]
    following = dict(_followed(top))
    items = [_item(entry, following.get(entry.offset, 0)) for entry in entries]
    return b"".join([head, _before_records(roots[0], roots[-1], size), *items])


def _below(entry: _Entry) -> Iterator[_Entry]:
    for lower in entry.lower.values():
        yield lower
        yield from _below(lower)


def _followed(entry: _Entry) -> Iterator[tuple[int, int]]:
    """Yield the offset of each entry that has one after it on its level, with that one's."""
    level = list(entry.lower.values())
    yield from ((one.offset, after.offset) for one, after in pairwise(level))
    for lower in level:
        yield from _followed(lower)


def _before_records(first: int, last: int, size: int) -> bytes:
    return b"".join(
        [
            EXPLICIT_LE.element(0x00041130, "CS", b""),
            EXPLICIT_LE.element(0x00041200, "UL", first.to_bytes(4, "little")),
            EXPLICIT_LE.element(0x00041202, "UL", last.to_bytes(4, "little")),
            EXPLICIT_LE.element(0x00041212, "US", bytes(2)),
            EXPLICIT_LE.element(0x00041220, "SQ", b"")[:8] + size.to_bytes(4, "little"),
        ]
    )


def _item(entry: _Entry, following: int) -> bytes:
    lower = next(iter(entry.lower.values())).offset if entry.lower else 0
    return EXPLICIT_LE.item(
        EXPLICIT_LE.element(0x00041400, "UL", following.to_bytes(4, "little"))
        + EXPLICIT_LE.element(0x00041410, "US", b"\xff\xff")
        + EXPLICIT_LE.element(0x00041420, "UL", lower.to_bytes(4, "little"))
        + entry.record.elements
    )
