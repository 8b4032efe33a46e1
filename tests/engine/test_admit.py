from __future__ import annotations

from pathlib import Path

import pytest

from builders import EXPLICIT, dicom_file, element, meta_elements, sequence
from dicomveil.engine.admit import admit_sop_class, admit_transfer_syntax, pixels_need_a_look
from dicomveil.errors import Refused
from dicomveil.standard.tables import table
from engine.instances import deidentified, deidentifier, usual, with_elements

SECONDARY_CAPTURE, CT, ULTRASOUND = (
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.6.1",
)


@pytest.mark.parametrize(
    ("sop_class", "code"),
    [
        ("1.2.840.10008.1.3.10", "dicomdir"),
        ("", "no-sop-class"),
        ("1.2.840.113619.4.30", "private-sop-class"),
        ("Quillfeather", "private-sop-class"),
    ],
)
def test_what_no_profile_is_defined_for_is_refused_with_a_code_and_without_its_value(sop_class: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        admit_sop_class(sop_class)
    assert refusal.value.code == code
    assert not sop_class or sop_class not in str(refusal.value)


def test_every_storage_sop_class_of_the_standard_is_taken_in() -> None:
    for sop_class in table("uids")["sop_classes"]:
        if sop_class != "1.2.840.10008.1.3.10":
            admit_sop_class(sop_class)


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.4.999", "1.2.840.113619.5.2"])
def test_transfer_syntaxes_of_the_standard_newer_ones_too_are_taken_in(uid: str) -> None:
    admit_transfer_syntax(uid)


@pytest.mark.parametrize("uid", ["", "1.2.3", "Quillfeather", "1.2.840.10008.20200315.1"])
def test_what_is_no_transfer_syntax_of_the_standard_is_refused(uid: str) -> None:
    with pytest.raises(Refused, match="transfer syntax") as refusal:
        admit_transfer_syntax(uid)
    assert refusal.value.code == "unknown-transfer-syntax"


@pytest.mark.parametrize(
    ("tag", "code"), [(0x00420011, "encapsulated-document"), (0x04000500, "encrypted-attributes")], ids=str
)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_what_nobody_can_look_into_is_refused_at_any_depth(tmp_path: Path, tag: int, code: str, depth: int) -> None:
    hidden = element(tag, "OB", b"%PDF") if tag == 0x00420011 else sequence(tag, [element(0x04000520, "OB", b"%PDF")])
    for _ in range(depth):
        hidden = sequence(0x00089215, [hidden])
    with pytest.raises(Refused) as refusal:
        deidentified(tmp_path, with_elements(hidden))
    assert refusal.value.code == code
    assert not (tmp_path / "target.dcm").exists()


def test_an_instance_that_nothing_tells_from_others_is_refused(tmp_path: Path) -> None:
    content = dicom_file(with_elements(without=[0x00080018]), meta=meta_elements(EXPLICIT.uid, CT, ""))
    with pytest.raises(Refused) as refusal:
        deidentified(tmp_path, content)
    assert refusal.value.code == "no-sop-instance"


@pytest.mark.parametrize(
    ("sop_class", "burned_in", "modality", "has_pixels", "look"),
    [
        (CT, b"", b"CT", True, False),
        (CT, b"YES ", b"CT", True, True),
        (SECONDARY_CAPTURE, b"", b"CT", True, True),
        (SECONDARY_CAPTURE, b"NO", b"CT", True, False),
        (SECONDARY_CAPTURE, b"", b"OT", False, False),
        (ULTRASOUND, b"", b"US", True, True),
        (CT, b"", b"XA", True, True),
        (CT, b"MAYBE", b"US", True, True),
    ],
)
def test_pixels_that_are_likely_to_show_text_are_said_to_need_a_look(
    sop_class: str, burned_in: bytes, modality: bytes, has_pixels: bool, look: bool
) -> None:
    assert pixels_need_a_look(sop_class, burned_in, modality, has_pixels) is look


def test_a_report_says_that_pixels_were_not_checked(tmp_path: Path) -> None:
    _, report = deidentified(tmp_path, with_elements(element(0x00080060, "CS", "US")))
    assert report.pixels_not_checked
    _, report = deidentified(tmp_path, usual(), deidentifier())
    assert not report.pixels_not_checked
