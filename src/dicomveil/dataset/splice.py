"""Build a new file from runs of source bytes and the replacements between them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicomveil.dataset.source import Source

Edit = tuple[int, int, bytes]
"""Start and end of a run of source bytes, and what stands there instead; in ascending order, never overlapping."""

Piece = bytes | tuple[int, int]
"""Bytes to write, or the extent of a run of source bytes that is too long to read into memory."""

LONGEST_RUN_READ = 64 * 1024


def spliced(raw: bytes, origin: int, edits: list[Edit]) -> bytes:
    """Return ``raw``, whose first byte lies at ``origin``, with the edits made.

    >>> spliced(b"abcdef", 100, [(101, 103, b"X"), (106, 106, b"!")])
    b'aXdef!'
    """
    pieces = []
    at = origin
    for start, end, new in edits:
        pieces.append(raw[at - origin : start - origin])
        pieces.append(new)
        at = end
    pieces.append(raw[at - origin :])
    return b"".join(pieces)


def pieces_of(header: bytes, source: Source, start: int, end: int, edits: list[Edit]) -> list[Piece]:
    """Return what the new file is made of: the header, then the data set from ``start`` to ``end`` with its edits.

    Neighbouring short pieces are joined; long runs stay extents, for the kernel to copy.
    """
    pieces: list[Piece] = []
    short = [header]
    head, known = source.head, len(source.head)
    for stop, after, new in [*edits, (end, end, b"")]:
        if start < stop:
            if stop <= known:
                short.append(head[start:stop])
            elif stop - start <= LONGEST_RUN_READ:
                short.append(source.read(start, stop))
            else:
                pieces += (b"".join(short), (start, stop))
                short = []
        short.append(new)
        start = after
    pieces.append(b"".join(short))
    return pieces


def deflated(header: bytes, source: Source, start: int, end: int, edits: list[Edit]) -> list[Piece]:
    """Return the pieces of a file whose data set, but not its header, is deflated (PS3.5 A.5)."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    parts = [header]
    for piece in pieces_of(b"", source, start, end, edits):
        parts.append(stream.compress(piece if isinstance(piece, bytes) else source.read(*piece)))
    parts.append(stream.flush())
    whole = b"".join(parts)
    return [whole if len(whole) % 2 == 0 else whole + b"\0"]
