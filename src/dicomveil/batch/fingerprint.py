"""Tell whether an input is the one it was: a hash of its bytes before the pixel data, or of all of them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicomveil.dataset.source import Source

FINGERPRINT_BYTES = 16
_SLICE_BYTES = 1024 * 1024


def fingerprint(source: Source, end: int | None) -> bytes:
    """Hash a file up to ``end``, or all of it; SHA-256, cut to 16 bytes. The two are never equal.

    It is unkeyed and kept in the project's private folder alone: whoever has the original can tell that it was there.
    """
    digest = sha256(b"whole" if end is None else b"before the pixels")
    stop = source.size if end is None else end
    for at in range(0, stop, _SLICE_BYTES):
        digest.update(source.read(at, min(at + _SLICE_BYTES, stop)))
    return digest.digest()[:FINGERPRINT_BYTES]
