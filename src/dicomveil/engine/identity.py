"""Which attributes tell whose instance it is, and what follows from their values for all actions."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.actions.outcome import World
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET, Charset
from dicomveil.errors import UnreadableText
from dicomveil.text.folding import folded
from dicomveil.text.identifiers import KnownIdentifiers
from dicomveil.text.numbers import SHORTEST_NUMBER, long_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.pseudonyms.sources import Pseudonyms

PATIENT_NAME = 0x00100010
PATIENT_ID = 0x00100020
PATIENT_BIRTH_DATE = 0x00100030
STUDY_INSTANCE_UID = 0x0020000D
BURNED_IN_ANNOTATION = 0x00280301

TELLS_PATIENT = frozenset({PATIENT_NAME, PATIENT_ID, PATIENT_BIRTH_DATE})
AT_ROOT_ONLY = frozenset({SPECIFIC_CHARACTER_SET, STUDY_INSTANCE_UID, BURNED_IN_ANNOTATION})

IDENTIFIERS = frozenset(
    {
        0x00080020,  # Study Date, and the other days on which it all happened
        0x00080021,  # Series Date
        0x00080022,  # Acquisition Date
        0x00080023,  # Content Date
        0x00080050,  # Accession Number
        0x00080080,  # Institution Name
        0x00080081,  # Institution Address
        0x00080092,  # Referring Physician's Address
        0x00080094,  # Referring Physician's Telephone Numbers
        PATIENT_ID,
        PATIENT_BIRTH_DATE,
        0x00101000,  # Other Patient IDs
        0x00101040,  # Patient's Address
        0x00101050,  # Insurance Plan Identification
        0x00101090,  # Medical Record Locator
        0x00102154,  # Patient's Telephone Numbers
        0x00102155,  # Patient's Telecom Information
        0x00120040,  # Clinical Trial Subject ID
        0x00120042,  # Clinical Trial Subject Reading ID
        0x00181000,  # Device Serial Number
        0x00200010,  # Study ID
        0x00380010,  # Admission ID
        0x00380060,  # Service Episode ID
        0x00380300,  # Current Patient Location
        0x00380400,  # Patient's Institution Residence
        0x00400009,  # Scheduled Procedure Step ID
        0x00400253,  # Performed Procedure Step ID
        0x00401001,  # Requested Procedure ID
        0x00401102,  # Person's Address
        0x00401103,  # Person's Telephone Numbers
        0x00402016,  # Placer Order Number / Imaging Service Request
        0x00402017,  # Filler Order Number / Imaging Service Request
        0x00402006,  # Placer Order Number / Imaging Service Request (retired form)
        0x00402007,  # Filler Order Number / Imaging Service Request (retired form)
        0x00402010,  # Order Callback Phone Number
        0x00401006,  # Placer Order Number / Procedure
        0x00401007,  # Filler Order Number / Procedure
    }
)
"""Identifiers of the patient and others that may be repeated in texts (names are known by their VR, PN)."""


class Identity(NamedTuple):
    """One identifying value as it lies: its tag, VR, whether it stands at the root, and its bytes.

    ``path`` has the tags of the sequences around it, where somebody wants to know. ``kept`` says that the recipe keeps
    it: then it is no secret, and only tells which patient of a survey this is.
    """

    tag: int
    is_name: bool
    at_root: bool
    raw: bytes
    path: tuple[int, ...] = ()
    kept: bool = False


def identifies(tag: int, vr: str, *, at_root: bool) -> bool:
    """Say whether an attribute tells whose instance it is."""
    if tag in AT_ROOT_ONLY:
        return at_root
    return vr == "PN" or tag in IDENTIFIERS


def identifies_at(path: tuple[int, ...], tag: int, vr: str) -> bool:
    """Say the same of an attribute in the items of sequences; what is private, or in something private, goes unseen."""
    return identifies(tag, vr, at_root=not path) and not any(step & 0x10000 for step in (*path, tag))


def charset_of(identity: tuple[Identity, ...]) -> Charset:
    """Return the character set that an instance declares."""
    return Charset.of(_at_root(identity, SPECIFIC_CHARACTER_SET))


def world_of(identity: tuple[Identity, ...], pseudonyms: Pseudonyms, others: Iterable[tuple[bool, str]] = ()) -> World:
    """Work out what actions may know of an instance with these identifying values.

    ``others`` are further values of its patient, decoded, each with whether it is a name; they are known as well.
    """
    charset = charset_of(identity)
    secret = tuple(each for each in identity if not each.kept)
    names: list[str] = []
    identifiers: list[str] = []
    for each in secret:
        if each.tag not in AT_ROOT_ONLY:
            (names if each.is_name else identifiers).extend(readings_of(each.raw, charset))
    for is_name, text in others:
        (names if is_name else identifiers).append(text)
    patient = patient_key(secret, charset)
    return World(
        pseudonyms=pseudonyms,
        patient=patient,
        days=pseudonyms.days(patient),
        charset=charset,
        known=KnownIdentifiers.of(dict.fromkeys(names), dict.fromkeys(identifiers)),
        numbers=_numbers(identifiers),
    )


def _at_root(identity: tuple[Identity, ...], tag: int) -> bytes:
    return next((each.raw for each in identity if each.tag == tag and each.at_root), b"")


def readings_of(raw: bytes, charset: Charset) -> list[str]:
    """Return the ways to read a value: as declared first; declarations are often wrong, so in other likely ways too."""
    raw = raw.strip(b"\0 ")
    if not raw:
        return []
    readings = []
    with suppress(UnreadableText):
        readings.append(charset.decode(raw, "PN"))
    if not raw.isascii():
        with suppress(UnicodeDecodeError):
            readings.append(raw.decode("utf-8"))
        readings.append(raw.decode("latin-1"))
    return readings or [raw.decode("latin-1")]


def _numbers(identifiers: list[str]) -> frozenset[bytes]:
    """Return the identifiers as they would look if a number attribute held them, and the long numbers within them."""
    numbers: set[str] = set()
    for identifier in identifiers:
        for part in identifier.split("\\"):
            digits = "".join(filter(str.isdecimal, part))
            numbers.update(number.lstrip("0") for number in (digits, *long_numbers(folded(part))))
    return frozenset(number.encode("ascii", "ignore") for number in numbers if len(number) >= SHORTEST_NUMBER)


def patient_key(identity: tuple[Identity, ...], charset: Charset) -> str:
    """Return what tells this patient from others: the Patient ID, or failing that name and birth date, or the study.

    Issuer of Patient ID is left out on purpose: it comes and goes between one patient's files.
    """
    patient_id = first_reading(identity, PATIENT_ID, charset)
    if patient_id:
        return patient_id
    name = first_reading(identity, PATIENT_NAME, charset)
    birth_date = first_reading(identity, PATIENT_BIRTH_DATE, charset)
    if name:
        return f"\0{name}\0{birth_date}"
    return f"\0{first_reading(identity, STUDY_INSTANCE_UID, charset)}"


def first_reading(identity: tuple[Identity, ...], tag: int, charset: Charset) -> str:
    """Return the likeliest reading of an attribute at the root, without padding; empty if there is none."""
    readings = readings_of(_at_root(identity, tag), charset)
    return readings[0].strip(" \0") if readings else ""
