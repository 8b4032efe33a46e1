"""Which instances are taken in, and which are refused because they cannot be made safe yet."""

from __future__ import annotations

from dicomveil.errors import Refused
from dicomveil.standard.uids import is_standard_sop_class, is_standard_uid

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
ENCAPSULATED_DOCUMENT = 0x00420011
ENCRYPTED_ATTRIBUTES = 0x04000500

_SHOWS_TEXT = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.3",  # Ultrasound Multi-frame (retired)
        "1.2.840.10008.5.1.4.1.1.3.1",  # Ultrasound Multi-frame
        "1.2.840.10008.5.1.4.1.1.6",  # Ultrasound (retired)
        "1.2.840.10008.5.1.4.1.1.6.1",  # Ultrasound
        "1.2.840.10008.5.1.4.1.1.6.2",  # Enhanced US Volume
        "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture, with its multi-frame kinds
        "1.2.840.10008.5.1.4.1.1.7.1",
        "1.2.840.10008.5.1.4.1.1.7.2",
        "1.2.840.10008.5.1.4.1.1.7.3",
        "1.2.840.10008.5.1.4.1.1.7.4",
        "1.2.840.10008.5.1.4.1.1.12.1",  # X-Ray Angiographic
        "1.2.840.10008.5.1.4.1.1.12.1.1",
        "1.2.840.10008.5.1.4.1.1.12.2",  # X-Ray Radiofluoroscopic
        "1.2.840.10008.5.1.4.1.1.12.2.1",
        "1.2.840.10008.5.1.4.1.1.77.1.1",  # VL Endoscopic and other photographs
        "1.2.840.10008.5.1.4.1.1.77.1.1.1",
        "1.2.840.10008.5.1.4.1.1.77.1.4",
        "1.2.840.10008.5.1.4.1.1.77.1.4.1",
        "1.2.840.10008.5.1.4.1.1.77.1.5.1",
        "1.2.840.10008.5.1.4.1.1.77.1.5.2",
    }
)
"""SOP classes whose pixels are likely to show text unless Burned In Annotation says NO."""

_KNOWN_PRIVATE_SYNTAXES = frozenset({"1.2.840.113619.5.2"})  # GE's: implicit VR, pixels in big endian

_SHOWS_TEXT_MODALITIES = frozenset({b"US", b"SC", b"XA", b"RF", b"ES", b"OT", b"IVUS", b"FS", b"HC"})


def admit_sop_class(sop_class_uid: str) -> None:
    """Let a SOP class in, or refuse it.

    Raises
    ------
    Refused
        ``dicomdir``: a directory of other files; a new one belongs to the output (PS3.15 E.1.1).
        ``no-sop-class``: what kind of object it is cannot be told.
        ``private-sop-class``: the standard defines no profile for it (E.1.1 note).
    """
    if sop_class_uid == MEDIA_DIRECTORY:
        raise Refused("dicomdir", "a DICOMDIR lists other files by name; make a new one for the output")
    if not sop_class_uid:
        raise Refused("no-sop-class", "no SOP Class UID: what kind of object it is cannot be told")
    if not is_standard_uid(sop_class_uid) and not is_standard_sop_class(sop_class_uid):
        raise Refused("private-sop-class", "of a private SOP class: no profile is defined for it")


def admit_transfer_syntax(uid: str) -> None:
    """Let a transfer syntax in, or refuse it: it goes into the new file as it is.

    Raises
    ------
    Refused
        ``unknown-transfer-syntax``: the standard does not define it, so that nobody knows how the data set is encoded
        or what else stands in its place.
    """
    if not is_standard_uid(uid) and uid not in _KNOWN_PRIVATE_SYNTAXES:
        raise Refused("unknown-transfer-syntax", "in a transfer syntax that the standard does not define")


def refuse_content(tag: int) -> None:
    """Refuse an instance for holding an attribute that nothing here can look into.

    Raises
    ------
    Refused
        ``encapsulated-document`` or ``encrypted-attributes``.
    """
    if tag == ENCAPSULATED_DOCUMENT:
        raise Refused("encapsulated-document", "an encapsulated document (PDF, CDA, STL ...) cannot be cleaned yet")
    raise Refused("encrypted-attributes", "holds encrypted attributes that cannot be vouched for")


def pixels_need_a_look(sop_class_uid: str, burned_in: bytes, modality: bytes, has_pixels: bool) -> bool:
    """Tell whether an instance is likely to show text in its pixels.

    ``burned_in`` and ``modality`` are the undecoded values, empty if absent (PS3.3 C.7.6.1.1.1, C.7.3.1.1.1).
    """
    says = burned_in.strip(b" \0").upper()
    if says == b"YES":
        return True
    if says == b"NO" or not has_pixels:
        return False
    return sop_class_uid in _SHOWS_TEXT or modality.strip(b" \0").upper() in _SHOWS_TEXT_MODALITIES
