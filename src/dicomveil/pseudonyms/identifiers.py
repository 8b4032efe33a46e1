"""New identifiers from digests: 16 characters that cannot be misread and fit SH and LO."""

from __future__ import annotations

from dicomveil.errors import UsageError

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGEST_BYTES = 10
_SHIFTS = range(_DIGEST_BYTES * 8 - 5, -1, -5)
_LO_MAX_CHARS = 64
PREFIX_MAX_CHARS = _LO_MAX_CHARS - len(_SHIFTS)


def identifier_from_digest(digest: bytes, prefix: str = "") -> str:
    """Spell the digest's first 80 bits with 16 letters and digits.

    The alphabet is Crockford's base 32, which has no I, L, O and U: read aloud or typed from
    paper it stays itself. 80 bits keep a million patients apart but for one chance in 10^12.

    Parameters
    ----------
    digest
        At least 10 bytes; what follows them is not used.
    prefix
        Put before the 16 characters: up to 48 printable ASCII characters other than the
        backslash. With a prefix the result fits LO (64 characters), but no longer SH (16)
        (PS3.5 6.2).

    Raises
    ------
    UsageError
        If ``digest`` is too short, or ``prefix`` too long or not allowed in an LO value.

    Examples
    --------
    >>> identifier_from_digest(bytes(range(32)))
    '000G40R40M30E209'
    >>> identifier_from_digest(bytes(32), "STUDY-")
    'STUDY-0000000000000000'
    """
    if len(digest) < _DIGEST_BYTES:
        raise UsageError("an identifier needs a digest of at least 10 bytes")
    if prefix:
        check_prefix(prefix)
    number = int.from_bytes(digest[:_DIGEST_BYTES], "big")
    return prefix + "".join([_CROCKFORD[number >> shift & 31] for shift in _SHIFTS])


def check_prefix(prefix: str) -> None:
    """Refuse a prefix that no LO value may begin with, or that leaves no room for 16 more characters.

    Raises
    ------
    UsageError
        If ``prefix`` is longer than 48 characters, begins with a space, or holds a backslash or
        anything that is not printable ASCII.
    """
    if len(prefix) > PREFIX_MAX_CHARS:
        raise UsageError(f"a prefix of identifiers has at most {PREFIX_MAX_CHARS} characters")
    if prefix[:1] == " " or "\\" in prefix or not (prefix.isascii() and prefix.isprintable()):
        raise UsageError("a prefix of identifiers is printable ASCII without a backslash or a leading space")
