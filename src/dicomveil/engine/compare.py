"""Compare two instances element by element, at every address: what was added, removed, changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.syntax import BINARY_VRS
from dicomveil.engine.contents import chosen, contents

if TYPE_CHECKING:
    from dicomveil.dataset.address import Address, Item
    from dicomveil.dataset.outline import Lying
    from dicomveil.editing.instance import Instance
    from dicomveil.engine.contents import Entry

LARGE_BYTES = 64 * 1024
"""Binary values are compared by hash from here on, and pixel data always."""

_SLICE_BYTES = 1024 * 1024
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_WIDTHS = {"OW": 2, "OL": 4, "OF": 4, "OV": 8, "OD": 8}


class Difference(NamedTuple):
    """One element that is not the same in both; None where it is not there."""

    address: Address
    left: Entry | None
    right: Entry | None


def differences(left: Instance, right: Instance, ignored: Sequence[Address] = ()) -> Iterator[Difference]:
    """Yield what differs, in the order of the left instance, then what only the right one has.

    Values are compared, not their encoding: VR written or implied, byte order, padding, and defined or undefined
    lengths of sequences are no differences; another VR is, where both are known. Items are compared by their number,
    and elements of one address, in a file that repeats it, by their order.

    Parameters
    ----------
    ignored
        Addresses that are not compared, nor what is in them; of an item (``Sequence[0]``), what is in it.

    Raises
    ------
    MalformedDataSet, LimitExceeded
        If a sequence cannot be read.
    """
    others = dict(_counted(_not_ignored(right, ignored)))
    for key, entry in _counted(_not_ignored(left, ignored)):
        other = others.pop(key, None)
        if other is None or not _is_same(entry, other):
            yield Difference(entry.address, entry, other)
    for (address, _), entry in others.items():
        yield Difference(address, None, entry)


def _counted(entries: Iterator[Entry]) -> Iterator[tuple[tuple[Address, int], Entry]]:
    """Yield entries by address and how many of it came before."""
    counts: dict[Address, int] = {}
    for entry in entries:
        number = counts[entry.address] = counts.get(entry.address, -1) + 1
        yield (entry.address, number), entry


def digest(entry: Entry) -> str:
    """Return the SHA-256 of a value as it lies, in hexadecimal."""
    found = hashlib.sha256()
    for part in _parts(entry.lying):
        found.update(part)
    return found.hexdigest()


def is_large(entry: Entry) -> bool:
    """Tell whether a value is one to be told by its hash."""
    return entry.lying.tag in _PIXELS or (entry.length > LARGE_BYTES and entry.texts() is None)


def _not_ignored(instance: Instance, ignored: Sequence[Address]) -> Iterator[Entry]:
    """Yield the elements but for those at the ignored addresses, and but for what is in these, or in their items."""
    left_out = chosen(instance, ignored)
    inside = -1
    items: set[Item] = set()
    for entry in contents(instance):
        if not entry.lying.tag & 0xFFFF:
            continue  # group lengths measure the encoding
        if 0 <= inside < entry.depth and {None, "*", entry.address.steps[inside].item} & items:
            continue
        if inside >= entry.depth:
            inside = -1
        here = left_out.get((id(entry.lying.source), entry.lying.start))
        if here:
            inside, items = entry.depth, here
        if not here or None not in here:
            yield entry


def _is_same(left: Entry, right: Entry) -> bool:
    if (left.items is None) != (right.items is None) or left.items != right.items:
        return False
    if left.items is not None:
        return True
    if left.vr != right.vr and "UN" not in (left.vr, right.vr):
        return False
    if left.lying.little is right.lying.little and left.length == right.length and _same_bytes(left, right):
        return True
    if left.vr in BINARY_VRS or right.vr in BINARY_VRS or left.vr != right.vr:
        return _same_binary(left, right)
    ours, theirs = left.texts(), right.texts()
    if ours is None or theirs is None:
        return _same_but_for_padding(left, right)
    return ours == theirs


def _same_bytes(left: Entry, right: Entry) -> bool:
    pairs = zip(_parts(left.lying), _parts(right.lying), strict=False)
    return all(ours == theirs for ours, theirs in pairs)


def _same_binary(left: Entry, right: Entry) -> bool:
    width = _WIDTHS.get(left.vr, 1)
    if width > 1 and left.lying.little is not right.lying.little:
        theirs = right.lying.raw
        theirs = b"".join(theirs[at : at + width][::-1] for at in range(0, len(theirs), width))
        return left.lying.raw == theirs
    return _same_but_for_padding(left, right)


def _same_but_for_padding(left: Entry, right: Entry) -> bool:
    """Tell whether one value is the other with a byte behind it that makes its length even (PS3.5 6.2, 8)."""
    if left.length == right.length and {left.vr, right.vr} & BINARY_VRS:
        return False  # every byte counts, and they are not the same
    ours, theirs = left.lying.raw, right.lying.raw
    if abs(len(ours) - len(theirs)) > 1:
        return False
    if len(ours) != len(theirs):
        shorter, longer = sorted((ours, theirs), key=len)
        return longer in (shorter + b"\0", shorter + b" ")
    return ours[:-1] == theirs[:-1] and {ours[-1:], theirs[-1:]} <= {b"\0", b" "}


def _parts(lying: Lying) -> Iterator[bytes]:
    for start in range(lying.value, lying.end, _SLICE_BYTES):
        yield lying.source.read(start, min(start + _SLICE_BYTES, lying.end))
