"""Instances of one made-up patient, and what of them must never be seen."""

from __future__ import annotations

from builders import Element, dicom_file, element, sequence

PLANTED = ("Wimpleton", "Araminta", "WA-5550123", "Pondicherry", "19330221", "cataract-ward", "2.25.7070707")
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
PRIVATE_CLASS = "1.3.46.670589.11.0.0.12.1"


def instance(number: int = 1, *, sop_class: str = CT, modality: str = "CT", extra: tuple[Element, ...] = ()) -> bytes:
    """Make one instance of the planted patient."""
    request = [element(0x00401001, "SH", "WA-5550123"), element(0x00100010, "PN", "Wimpleton^Araminta")]
    usual = [
        element(0x00080016, "UI", sop_class),
        element(0x00080018, "UI", f"2.25.7070707{number}"),
        element(0x00080020, "DA", "20230405"),
        element(0x00080060, "CS", modality),
        element(0x00081030, "LO", "Wimpleton, second look"),
        element(0x00100010, "PN", "Wimpleton^Araminta"),
        element(0x00100020, "LO", "WA-5550123"),
        element(0x00100030, "DA", "19330221"),
        element(0x00104000, "LT", "lives in Pondicherry"),
        element(0x0020000D, "UI", "2.25.7070707001"),
        element(0x0020000E, "UI", "2.25.7070707002"),
        sequence(0x00400275, request),
        element(0x7FE00010, "OW", bytes(32)),
    ]
    return dicom_file(sorted([*usual, *extra], key=lambda each: each.tag))
