"""Spell digests as UIDs, identifiers and days, and remember the last of them."""

from __future__ import annotations

from dicomveil.errors import UsageError
from dicomveil.pseudonyms.dates import ShiftRange, days_from_digest
from dicomveil.pseudonyms.identifiers import check_prefix, identifier_from_digest
from dicomveil.pseudonyms.uids import uid_from_digest

PATIENT_ID = "patient-id"
"""The purpose whose identifiers carry the prefix; all others are 16 characters, so that they fit SH too."""

_UID = "uid"
_DATE_SHIFT = "date-shift"
RESERVED_PURPOSES = frozenset({_UID, _DATE_SHIFT, "fingerprint"})
"""Purposes that no identifier may have, because other stand-ins show their digests."""

_CACHED_AT_MOST = 100_000


class SpelledDigests:
    """Stand-ins of every kind from digests alone; a subclass says where the digests come from.

    Parameters
    ----------
    shift_range
        How far dates move, and which way.
    prefix
        Put before stand-ins for the Patient ID.

    Raises
    ------
    UsageError
        If ``prefix`` does not fit; from :meth:`identifier`, if the purpose is a reserved one.
    """

    __slots__ = ("_cache", "_prefix", "_shift_range")

    def __init__(self, shift_range: ShiftRange, prefix: str) -> None:
        check_prefix(prefix)
        self._shift_range = shift_range
        self._prefix = prefix
        self._cache: dict[tuple[str, str], str] = {}

    def uid(self, original: str) -> str:
        return self._cache.get((_UID, original)) or self._cached(
            _UID, original, self._spelled_uid(self._digest(_UID, _bytes_of(original)))
        )

    def identifier(self, purpose: str, original: str) -> str:
        if purpose in RESERVED_PURPOSES:
            raise UsageError("uid, date-shift and fingerprint are no purposes of identifiers")
        return self._cache.get((purpose, original)) or self._cached(
            purpose, original, self._spelled_identifier(purpose, self._digest(purpose, _bytes_of(original)))
        )

    def days(self, patient: str) -> int:
        return days_from_digest(self._digest(_DATE_SHIFT, _bytes_of(patient)), self._shift_range)

    def _digest(self, purpose: str, original: bytes) -> bytes:
        raise NotImplementedError

    def _spelled_uid(self, digest: bytes) -> str:
        return uid_from_digest(digest)

    def _spelled_identifier(self, purpose: str, digest: bytes) -> str:
        return identifier_from_digest(digest, self._prefix if purpose == PATIENT_ID else "")

    def _cached(self, purpose: str, original: str, stand_in: str) -> str:
        if len(self._cache) >= _CACHED_AT_MOST:
            self._cache.clear()
        self._cache[purpose, original] = stand_in
        return stand_in


def _bytes_of(original: str) -> bytes:
    return original.strip(" \0").encode("utf-8", "surrogatepass")
