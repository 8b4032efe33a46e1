"""One keyed digest for each purpose and original: the root of every derived stand-in."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.pseudonyms.key import ProjectKey

SCHEME = "1"
"""Version of the way stand-ins are made; another way is another number, with vectors of its own."""


def derive(key: ProjectKey, purpose: str, original: bytes) -> bytes:
    """Derive the 32 bytes that stand for an original.

    HMAC-SHA-256 (RFC 2104, FIPS 180-4) under the project's secret, over
    ``dicomveil/<scheme>/<purpose>``, a NUL, and the original. The label keeps worlds
    apart: what stands for a UID tells nothing about what stands for a patient. Without
    the key nobody can test a guess, which a bare hash of a patient number allows.

    Parameters
    ----------
    key
        The project key.
    purpose
        What the stand-in is for, such as ``"uid"`` or ``"date-shift"``.
    original
        The original as bytes; empty is an original like any other.

    Raises
    ------
    UsageError
        If ``purpose`` is empty or holds a NUL, which would let two purposes overlap.

    Examples
    --------
    >>> from dicomveil.pseudonyms.key import ProjectKey
    >>> key = ProjectKey(bytes(32))
    >>> derive(key, "uid", b"1.2.3").hex()[:16]
    'a8c3a76948455187'
    >>> derive(key, "uid", b"1.2.3") == derive(key, "patient-id", b"1.2.3")
    False
    """
    return hmac.digest(key.secret, _label(purpose) + original, "sha256")


class Deriver:
    """`derive` for one key and purpose, many times: what does not depend on the original is hashed once.

    HMAC(K, text) is H(K xor opad, H(K xor ipad, text)) (RFC 2104); both inner states are kept and copied.

    Examples
    --------
    >>> from dicomveil.pseudonyms.key import ProjectKey
    >>> key = ProjectKey(bytes(32))
    >>> Deriver(key, "uid")(b"1.2.3") == derive(key, "uid", b"1.2.3")
    True
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: ProjectKey, purpose: str) -> None:
        padded = key.secret.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in padded]) + _label(purpose))
        self._outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in padded]))

    def __call__(self, original: bytes) -> bytes:
        """Return the 32 bytes that stand for an original."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(original)
        outer.update(inner.digest())
        return outer.digest()


_BLOCK_BYTES = 64  # of SHA-256; a secret is 32 bytes, so it is never hashed first


@lru_cache(maxsize=64)
def _label(purpose: str) -> bytes:
    if not purpose or "\0" in purpose:
        raise UsageError("a purpose is a word without NUL")
    return f"dicomveil/{SCHEME}/{purpose}\0".encode()
