"""Where stand-ins come from: derived from a key, drawn at random, or as the documented API promises."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from dicomveil.pseudonyms.dates import DEFAULT_SHIFT, ShiftRange
from dicomveil.pseudonyms.derive import SCHEME, Deriver, derive
from dicomveil.pseudonyms.random_table import RandomTable
from dicomveil.pseudonyms.spelled_digests import PATIENT_ID, RESERVED_PURPOSES, SpelledDigests
from dicomveil.pseudonyms.uids import uid_under

if TYPE_CHECKING:
    from os import PathLike

    from dicomveil.pseudonyms.key import ProjectKey

DOCUMENTED_ROOT = "1.2.826.0.1.3680043.8.498."
"""pydicom's UID root, which the documented API promises."""

_DOCUMENTED_ID_CHARS = 16


class Pseudonyms(Protocol):
    """Stand-ins for originals: the same original always gets the same one, from any file, at any depth.

    Originals are taken without the padding around them (spaces and NULs, PS3.5 6.2), so that a
    padded value does not make a second patient.
    """

    def uid(self, original: str) -> str:
        """Return the UID that stands for an instance UID, also in every reference to it."""
        ...

    def identifier(self, purpose: str, original: str) -> str:
        """Return what stands for an identifier such as a Patient ID; each purpose is a world of its own."""
        ...

    def days(self, patient: str) -> int:
        """Return by how many days to move every date of a patient: never 0, negative is into the past."""
        ...


class KeyedPseudonyms(SpelledDigests):
    """Stand-ins derived from the originals under a project key: same key, same stand-ins, on any machine.

    Nothing needs to be remembered. Whoever has the key can test guesses; Safe Harbor does not allow
    codes derived from the patient's data (45 CFR 164.514(c)): see :class:`RandomPseudonyms`.

    Parameters
    ----------
    key
        The project key.
    shift_range
        How far dates move, and which way.
    prefix
        Put before stand-ins for the Patient ID (purpose ``"patient-id"``).

    Raises
    ------
    UsageError
        If ``prefix`` does not fit; from :meth:`identifier`, if the purpose is one that UIDs, dates or
        the key's fingerprint use.

    Examples
    --------
    >>> from dicomveil.pseudonyms.key import ProjectKey
    >>> stand_ins = KeyedPseudonyms(ProjectKey(bytes(32)), prefix="P-")
    >>> stand_ins.identifier("patient-id", "4711"), stand_ins.identifier("accession-number", "4711")
    ('P-NK48MANV87ANREVB', '9NM7G3A02DAD27VC')
    >>> stand_ins.uid("1.2.3 ") == stand_ins.uid("1.2.3")
    True
    >>> stand_ins.days("4711")
    -3599
    """

    __slots__ = ("_derivers", "_key")

    def __init__(self, key: ProjectKey, shift_range: ShiftRange = DEFAULT_SHIFT, prefix: str = "") -> None:
        super().__init__(shift_range, prefix)
        self._key = key
        self._derivers: dict[str, Deriver] = {}

    def _digest(self, purpose: str, original: bytes) -> bytes:
        deriver = self._derivers.get(purpose)
        if deriver is None:
            deriver = self._derivers[purpose] = Deriver(self._key, purpose)
        return deriver(original)


class RandomPseudonyms(SpelledDigests):
    """Stand-ins drawn at random and remembered in a private table, for Safe Harbor.

    Nothing in a stand-in is derived from the patient's data (45 CFR 164.514(c)). The table with the key
    says who is who, so both stay where the originals are; without the table the next run draws anew.
    It grows by 98 bytes for each original and needs a POSIX system.

    Parameters
    ----------
    key
        The project key; it hides the originals in the table.
    table_path
        The table, see :class:`~dicomveil.pseudonyms.random_table.RandomTable`; made if absent.
    shift_range, prefix
        As for :class:`KeyedPseudonyms`.

    Raises
    ------
    UsageError
        As :class:`KeyedPseudonyms`.
    StandInTableError
        If the table cannot be used, now or when a new original is met.

    Examples
    --------
    >>> import tempfile
    >>> from dicomveil.pseudonyms.key import ProjectKey
    >>> folder = tempfile.TemporaryDirectory()
    >>> key, table = ProjectKey(bytes(32)), f"{folder.name}/stand-ins"
    >>> drawn = RandomPseudonyms(key, table).uid("1.2.3")
    >>> RandomPseudonyms(key, table).uid("1.2.3") == drawn
    True
    >>> folder.cleanup()
    """

    __slots__ = ("_table",)

    def __init__(
        self,
        key: ProjectKey,
        table_path: str | PathLike[str],
        shift_range: ShiftRange = DEFAULT_SHIFT,
        prefix: str = "",
    ) -> None:
        super().__init__(shift_range, prefix)
        self._table = RandomTable(key, table_path)

    def _digest(self, purpose: str, original: bytes) -> bytes:
        return self._table.value_for(purpose, original)


class DocumentedPseudonyms(SpelledDigests):
    """The stand-ins that the documented API promises; without a key they can be guessed.

    A Patient ID gives ``<prefix>_`` and :func:`documented_id`; every UID is new under pydicom's root;
    dates move by 1 to 3650 days into the past. Without a key all of it is computed from the original
    alone: whoever has a list of patient numbers finds each one's stand-in, and its days, by trying.
    Dates are labelled apart, so that at least the stand-in itself does not give away the days.

    Parameters
    ----------
    key
        A project key, or None for what the documentation says to the letter.
    prefix
        Put before stand-ins for the Patient ID, with an underscore; empty means neither.
    shift_range
        How far dates move, and which way.

    Raises
    ------
    UsageError
        As :class:`KeyedPseudonyms`; a prefix may have 47 characters.

    Examples
    --------
    >>> stand_ins = DocumentedPseudonyms()
    >>> stand_ins.identifier("patient-id", "12345")
    'ANON_5994471ABB01112A'
    >>> stand_ins.uid("1.2.3"), stand_ins.days("12345")
    ('1.2.826.0.1.3680043.8.498.83157291100528770189819005642061813684', -1414)
    """

    __slots__ = ("_key",)

    def __init__(
        self, key: ProjectKey | None = None, prefix: str = "ANON", shift_range: ShiftRange = DEFAULT_SHIFT
    ) -> None:
        super().__init__(shift_range, f"{prefix}_" if prefix else "")
        self._key = key

    def _digest(self, purpose: str, original: bytes) -> bytes:
        if purpose in RESERVED_PURPOSES:
            return _documented_digest(self._key, purpose, original)
        return _documented_id_digest(self._key, original)

    def _spelled_uid(self, digest: bytes) -> str:
        return uid_under(DOCUMENTED_ROOT, digest)

    def _spelled_identifier(self, purpose: str, digest: bytes) -> str:
        return (self._prefix if purpose == PATIENT_ID else "") + _documented_spelling(digest)


def documented_id(original: str, key: ProjectKey | None = None) -> str:
    """Make the 16 characters that the documented API promises for an ID.

    Parameters
    ----------
    original
        The original ID, taken as it is.
    key
        None for the first 16 characters of the upper-case SHA-256 hex digest of the ID in UTF-8:
        anyone can undo them with a list of numbers. With a key, of its HMAC: nobody can without the key.

    Examples
    --------
    >>> documented_id("12345")
    '5994471ABB01112A'
    """
    return _documented_spelling(_documented_id_digest(key, original.encode("utf-8", "surrogatepass")))


def _documented_id_digest(key: ProjectKey | None, original: bytes) -> bytes:
    return hashlib.sha256(original).digest() if key is None else _documented_digest(key, "id", original)


def _documented_digest(key: ProjectKey | None, purpose: str, original: bytes) -> bytes:
    if key is not None:
        return derive(key, f"documented/{purpose}", original)
    return hashlib.sha256(f"dicomveil/{SCHEME}/documented/{purpose}\0".encode() + original).digest()


def _documented_spelling(digest: bytes) -> str:
    return digest.hex()[:_DOCUMENTED_ID_CHARS].upper()
