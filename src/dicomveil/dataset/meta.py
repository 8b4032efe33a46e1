"""Make File Meta Information anew; what a source had there is never copied (PS3.10 7.1, PS3.15 E.1.1)."""

from __future__ import annotations

from dicomveil.dataset.syntax import EXPLICIT_LE

IMPLEMENTATION_CLASS_UID = "2.25.193601648254015457270206781542572453594"
IMPLEMENTATION_VERSION_NAME = "DICOMVEIL 0.1"

PREAMBLE = bytes(128) + b"DICM"


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Encode preamble and File Meta Information of a new file.

    The preamble is zeros: what else it held (a TIFF header, say) belonged to the source.

    >>> meta = file_meta("1.2.840.10008.5.1.4.1.1.2", "2.25.1", "1.2.840.10008.1.2.1")
    >>> meta[128:140].hex(" "), len(meta) % 2
    ('44 49 43 4d 02 00 00 00 55 4c 04 00', 0)
    """
    elements = b"".join(
        [
            _VERSION,
            EXPLICIT_LE.element(0x00020002, "UI", _uid(sop_class_uid)),
            EXPLICIT_LE.element(0x00020003, "UI", _uid(sop_instance_uid)),
            EXPLICIT_LE.element(0x00020010, "UI", _uid(transfer_syntax_uid)),
            _IMPLEMENTATION,
        ]
    )
    group_length = len(elements).to_bytes(4, "little")
    return PREAMBLE + EXPLICIT_LE.element(0x00020000, "UL", group_length) + elements


def _uid(uid: str) -> bytes:
    raw = uid.encode("ascii")
    return raw if len(raw) % 2 == 0 else raw + b"\0"


_VERSION = EXPLICIT_LE.element(0x00020001, "OB", b"\0\1")
_IMPLEMENTATION = EXPLICIT_LE.element(0x00020012, "UI", _uid(IMPLEMENTATION_CLASS_UID)) + EXPLICIT_LE.element(
    0x00020013, "SH", IMPLEMENTATION_VERSION_NAME.encode().ljust(len(IMPLEMENTATION_VERSION_NAME) + 1 & ~1)
)
