"""The item of dummies that stands for a sequence whose code is D."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.actions.dummy import DUMMY_BY_VR

if TYPE_CHECKING:
    from dicomveil.dataset.syntax import Encoding

Leaf = tuple[int, str, bytes]
Nested = tuple[int, str, "tuple[Leaf | Nested, ...]"]

COMMENT_CODE = b"121106"
"""Comment, of the coding scheme DCM (PS3.16 Annex D)."""

_CODE: tuple[Leaf | Nested, ...] = (
    (0x00080100, "SH", DUMMY_BY_VR["SH"]),
    (0x00080102, "SH", b"99VEIL"),
    (0x00080104, "LO", DUMMY_BY_VR["LO"]),
)
_REFERENCE: tuple[Leaf | Nested, ...] = (
    (0x00081150, "UI", b"1.2.840.10008.3.1.2.3.3\0"),
    (0x00081155, "UI", DUMMY_BY_VR["UI"]),
)
_CONTENT: tuple[Leaf | Nested, ...] = (
    (0x0040A010, "CS", b"CONTAINS"),
    (0x0040A040, "CS", b"TEXT"),
    (
        0x0040A043,
        "SQ",
        ((0x00080100, "SH", COMMENT_CODE), (0x00080102, "SH", b"DCM "), (0x00080104, "LO", b"Comment ")),
    ),
    (0x0040A160, "UT", DUMMY_BY_VR["UT"]),
)
_TEXT_OBJECT: tuple[Leaf | Nested, ...] = (
    (0x00700004, "CS", b"PIXEL "),
    (0x00700006, "ST", DUMMY_BY_VR["ST"]),
    (0x00700014, "FL", bytes(8)),
    (0x00700015, "CS", b"N "),
)

ITEM_BY_TAG: dict[int, tuple[Leaf | Nested, ...]] = {
    0x00080082: _CODE,  # Institution Code Sequence
    0x00081072: ((0x00080080, "LO", DUMMY_BY_VR["LO"]), (0x00401101, "SQ", _CODE)),  # Operator Identification
    0x00081111: _REFERENCE,  # Referenced Performed Procedure Step Sequence
    0x00340001: ((0x00340002, "OB", DUMMY_BY_VR["OB"]),),  # Flow Identifier Sequence
    0x00401101: _CODE,  # Person Identification Code Sequence
    0x0040A073: (  # Verifying Observer Sequence
        (0x0040A027, "LO", DUMMY_BY_VR["LO"]),
        (0x0040A030, "DT", DUMMY_BY_VR["DT"]),
        (0x0040A075, "PN", DUMMY_BY_VR["PN"]),
        (0x0040A088, "SQ", ()),
    ),
    0x0040A730: _CONTENT,  # Content Sequence
    0x0040B020: ((0x00700006, "ST", DUMMY_BY_VR["ST"]), (0x0040A0B0, "US", b"\0\0\0\0")),  # Waveform Annotation
    0x00700001: ((0x00700002, "CS", DUMMY_BY_VR["CS"]), (0x00700008, "SQ", _TEXT_OBJECT)),  # Graphic Annotation
    0x3006004E: (  # ROI Interpreter Sequence
        (0x00080080, "LO", b""),
        (0x00080082, "SQ", ()),
        (0x00401101, "SQ", ()),
        (0x0040A084, "CS", b"PSN "),
        (0x0040A123, "PN", DUMMY_BY_VR["PN"]),
    ),
}
"""Attributes of Type 1 and 2 of each sequence that Table E.1-1 may want a dummy of (PS3.3)."""


def dummy_item(tag: int, encoding: Encoding) -> bytes:
    """Encode the value of a dummy sequence: one item, or none for a sequence we have no item for."""
    leaves = ITEM_BY_TAG.get(tag)
    return b"" if leaves is None else encoding.item(_encoded(leaves, encoding))


def _encoded(leaves: tuple[Leaf | Nested, ...], encoding: Encoding) -> bytes:
    return b"".join([_element(tag, vr, value, encoding) for tag, vr, value in sorted(leaves, key=lambda leaf: leaf[0])])


def _element(tag: int, vr: str, value: bytes | tuple[Leaf | Nested, ...], encoding: Encoding) -> bytes:
    if isinstance(value, bytes):
        if vr in ("US", "FL") and not encoding.little:
            value = value[::-1]
        return encoding.element(tag, vr, value)
    return encoding.element(tag, vr, encoding.item(_encoded(value, encoding)) if value else b"")
