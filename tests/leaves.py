"""The elements of a file that hold no items, as the bytes they are, but for those that an edit names."""

from __future__ import annotations

from collections.abc import Iterator

from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.source import Source
from dicomveil.engine.contents import contents
from dicomveil.engine.edit import Editor


def unnamed_leaves(data: bytes, place: Address) -> list[tuple[tuple[int, ...], bytes]]:
    """Return tags and encoded elements, in order, of what is neither at a place nor in what is; no group lengths."""
    instance = Editor(()).open(Source.in_memory(data))
    found = []
    for entry in contents(instance):
        lying = entry.lying
        if (
            entry.items is None
            and lying.tag & 0xFFFF
            and not any(map(place.matches, _around(entry.address, lying.tag)))
        ):
            tags = tuple(step.tag for step in entry.address.steps)
            found.append((tags, lying.source.read(lying.start, lying.end)))
    return found


def _around(address: Address, tag: int) -> Iterator[Address]:
    """Yield an element's own address, and those of the items and sequences it is in."""
    *outer, _ = address.steps
    yield Address((*outer, Step(tag)))
    for depth, step in enumerate(outer):
        yield Address((*outer[:depth], step))
        yield Address((*outer[:depth], Step(step.tag, step.creator)))
