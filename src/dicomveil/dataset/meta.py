"""Make File Meta Information anew; what a source had there is never copied (PS3.10 7.1, PS3.15 E.1.1)."""

from __future__ import annotations

from functools import lru_cache

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
    before, after = _around_instance(sop_class_uid, transfer_syntax_uid)
    elements = before + EXPLICIT_LE.element(0x00020003, "UI", _uid(sop_instance_uid)) + after
    group_length = len(elements).to_bytes(4, "little")
    return _GROUP_LENGTH + group_length + elements


@lru_cache(maxsize=256)
def _around_instance(sop_class_uid: str, transfer_syntax_uid: str) -> tuple[bytes, bytes]:
    """Encode what stands before and after Media Storage SOP Instance UID; most files of a run have the same."""
    before = _VERSION + EXPLICIT_LE.element(0x00020002, "UI", _uid(sop_class_uid))
    return before, EXPLICIT_LE.element(0x00020010, "UI", _uid(transfer_syntax_uid)) + _IMPLEMENTATION


def _uid(uid: str) -> bytes:
    raw = uid.encode("ascii")
    return raw if len(raw) % 2 == 0 else raw + b"\0"


_GROUP_LENGTH = PREAMBLE + EXPLICIT_LE.element(0x00020000, "UL", bytes(4))[:8]
_VERSION = EXPLICIT_LE.element(0x00020001, "OB", b"\0\1")
_IMPLEMENTATION = EXPLICIT_LE.element(0x00020012, "UI", _uid(IMPLEMENTATION_CLASS_UID)) + EXPLICIT_LE.element(
    0x00020013, "SH", IMPLEMENTATION_VERSION_NAME.encode().ljust(len(IMPLEMENTATION_VERSION_NAME) + 1 & ~1)
)
