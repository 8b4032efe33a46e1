"""New UIDs from digests: digits and dots, at most 64, no leading zeros (PS3.5 9.1)."""

from __future__ import annotations

from functools import lru_cache

from dicomveil.errors import UsageError

_UID_MAX_CHARS = 64
_ROOT_MAX_CHARS = 34  # leaves 30 digits, some 100 bits, so that two originals never meet
_UUID_BYTES = 16
_VERSION_AND_VARIANT_OFF = ~((0xF << 76) | (0x3 << 62))
_VERSION_8_RFC_VARIANT = (0x8 << 76) | (0x2 << 62)


def uid_from_digest(digest: bytes) -> str:
    """Make a UID under ``2.25`` from a UUID made of the digest's first 16 bytes.

    The UUID is of version 8, the custom one (RFC 9562 5.8), so that nobody takes it for a
    random or a time-based one; as a UID it is one component of up to 39 digits (PS3.5 B.2).

    Parameters
    ----------
    digest
        At least 16 bytes; what follows them is not used.

    Returns
    -------
    str
        At most 44 characters.

    Raises
    ------
    UsageError
        If ``digest`` is shorter than 16 bytes.

    Examples
    --------
    >>> uid_from_digest(bytes(32))
    '2.25.604472133179351442128896'
    >>> len(uid_from_digest(b"\\xff" * 32))
    44
    """
    if len(digest) < _UUID_BYTES:
        raise UsageError("a UID needs a digest of at least 16 bytes")
    number = int.from_bytes(digest[:_UUID_BYTES], "big")
    return f"2.25.{number & _VERSION_AND_VARIANT_OFF | _VERSION_8_RFC_VARIANT}"


def uid_under(root: str, digest: bytes) -> str:
    """Make a UID under an organisation's root: as many of the digest's decimal digits as there is room for.

    Parameters
    ----------
    root
        The root with its closing dot, such as ``"1.2.826.0.1.3680043.8.498."``; at most 34
        characters, so that enough digits follow.
    digest
        At least 16 bytes, read as one big-endian number.

    Returns
    -------
    str
        At most 64 characters (PS3.5 9.1).

    Raises
    ------
    UsageError
        If ``root`` is no UID with a closing dot, or too long, or ``digest`` shorter than 16 bytes.

    Examples
    --------
    >>> uid_under("1.2.826.0.1.3680043.8.498.", b"\\xff" * 32)
    '1.2.826.0.1.3680043.8.498.11579208923731619542357098500868790785'
    >>> uid_under("1.02.", b"\\xff" * 32)
    Traceback (most recent call last):
        ...
    dicomveil.errors.UsageError: a UID root is components without leading zeros, each closed by a dot
    """
    _check_root(root)
    if len(digest) < _UUID_BYTES:
        raise UsageError("a UID needs a digest of at least 16 bytes")
    return (root + str(int.from_bytes(digest, "big")))[:_UID_MAX_CHARS]


@lru_cache(maxsize=8)
def _check_root(root: str) -> None:
    *components, after_last_dot = root.split(".")
    if after_last_dot or not components or not all(map(_is_component, components)):
        raise UsageError("a UID root is components without leading zeros, each closed by a dot")
    if len(root) > _ROOT_MAX_CHARS:
        raise UsageError(f"a UID root has at most {_ROOT_MAX_CHARS} characters")


def _is_component(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
