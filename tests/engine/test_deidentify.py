from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydicom.uid import UID

from builders import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    Form,
    dicom_file,
    element,
    encapsulated,
    meta_elements,
    sequence,
)
from dicomveil.errors import BrokenInstance, MalformedDataSet, TargetExists, UsageError
from dicomveil.recipe.options import OFFERED
from engine.instances import OTHER_KEY, deidentified, deidentifier, read, usual, with_elements

FORMS = [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_copy_is_a_part_10_file_in_the_same_transfer_syntax_about_the_same_instance(
    tmp_path: Path, form: Form
) -> None:
    found, report = deidentified(tmp_path, usual(), form=form)
    meta = found.file_meta
    assert meta.TransferSyntaxUID == form.uid
    assert meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID == report.instance_uid
    assert meta.MediaStorageSOPClassUID == found.SOPClassUID
    assert UID(found.SOPInstanceUID).is_valid
    assert found.SOPInstanceUID != "1.2.3.4.5.1"
    assert found.preamble == bytes(128)
    assert found.PixelData[:4] == b"\1\2\3\4"


def test_one_original_uid_has_one_new_uid_wherever_it_stands(tmp_path: Path) -> None:
    reference = sequence(
        0x00089215, [element(0x00081155, "UI", "1.2.3.4.5.1"), element(0x00081150, "UI", "1.2.840.10008.5.1.4.1.1.2")]
    )
    un = element(0x00209164, "UN", b"1.2.3.4.5.1\0")
    found, _ = deidentified(tmp_path, with_elements(reference, un))
    item = found.DerivationCodeSequence[0]
    assert item.ReferencedSOPInstanceUID == found.SOPInstanceUID
    assert item.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert str(found[0x00209164].value).strip("\0") == found.SOPInstanceUID


def test_patient_s_name_and_id_are_one_stand_in_that_another_key_does_not_give(tmp_path: Path) -> None:
    found, report = deidentified(tmp_path, usual())
    assert found.PatientID == str(found.PatientName) == report.patient
    other, _ = deidentified(tmp_path, usual(), deidentifier(key=OTHER_KEY))
    assert other.PatientID != found.PatientID
    assert other.StudyInstanceUID != found.StudyInstanceUID


def test_a_patient_id_that_is_missing_is_put_in_and_others_are_not(tmp_path: Path) -> None:
    found, _ = deidentified(tmp_path, with_elements(without=[0x00100020]))
    assert found.PatientID
    assert "StudyID" not in found
    assert "PatientBirthDate" not in found


def test_the_patient_s_id_in_an_item_has_the_same_stand_in(tmp_path: Path) -> None:
    inside = sequence(0x00089215, [element(0x00100020, "LO", "4711")], [element(0x00100020, "LO", "4712")])
    found, _ = deidentified(tmp_path, with_elements(inside))
    same, other = found.DerivationCodeSequence
    assert same.PatientID == found.PatientID
    assert other.PatientID not in (found.PatientID, "4712")


def test_what_is_retained_stays_byte_for_byte(tmp_path: Path) -> None:
    elements = with_elements(
        element(0x00080070, "LO", b"Maker  of\0s"),
        element(0x00180050, "DS", b"1.50  "),
        element(0x00180060, "DS", b"+120 "),
        element(0x00200032, "DS", b"-1.0\\2\\ 3.00 "),
        element(0x00280030, "DS", b"0.5\\0.5 "),
        element(0x00281050, "DS", b"40\\4e1"),
    )
    deidentified(tmp_path, elements)
    source, target = (tmp_path / "source.dcm").read_bytes(), (tmp_path / "target.dcm").read_bytes()
    for raw in (b"Maker  of\0s", b"1.50  ", b"+120 ", b"-1.0\\2\\ 3.00 ", b"0.5\\0.5 ", b"40\\4e1"):
        at = source.index(raw)
        assert source[at - 8 : at + len(raw)] in target


def test_encapsulated_pixels_are_the_same_fragments(tmp_path: Path) -> None:
    frames = encapsulated(b"", b"\xff\xd8 one \xff\xd9", b"\xff\xd8 two \xff\xd9")
    meta = meta_elements("1.2.840.10008.1.2.4.50")
    deidentified(tmp_path, dicom_file(with_elements(frames), meta=meta))
    source, target = (tmp_path / "source.dcm").read_bytes(), (tmp_path / "target.dcm").read_bytes()
    assert source[source.index(b"\xe0\x7f\x10\0") :] == target[target.index(b"\xe0\x7f\x10\0") :]


def test_the_source_is_only_read(tmp_path: Path) -> None:
    deidentified(tmp_path, usual())
    before = (tmp_path / "source.dcm").read_bytes()
    with pytest.raises(UsageError, match="source"):
        deidentifier().deidentify(tmp_path / "source.dcm", tmp_path / "source.dcm", overwrite=True)
    assert (tmp_path / "source.dcm").read_bytes() == before


def test_a_target_that_is_there_stays_unless_overwriting_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "source.dcm").write_bytes(dicom_file(usual()))
    (tmp_path / "target.dcm").write_bytes(b"mine")
    with pytest.raises(TargetExists):
        deidentifier().deidentify(tmp_path / "source.dcm", tmp_path / "target.dcm")
    assert (tmp_path / "target.dcm").read_bytes() == b"mine"
    deidentifier().deidentify(tmp_path / "source.dcm", tmp_path / "target.dcm", overwrite=True)
    assert read(tmp_path / "target.dcm").PatientIdentityRemoved == "YES"


def test_nothing_is_left_where_an_instance_fails(tmp_path: Path) -> None:
    with pytest.raises(MalformedDataSet):
        deidentified(tmp_path, dicom_file(usual())[:-2])
    assert os.listdir(tmp_path) == ["source.dcm"]


def test_an_output_that_is_not_what_it_should_be_is_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dicomveil.dataset.write import Draft

    whole = Draft.write
    monkeypatch.setattr(Draft, "write", lambda self, source, pieces: whole(self, source, pieces[:-1]))
    with pytest.raises((BrokenInstance, MalformedDataSet)):
        deidentified(tmp_path, usual())
    assert os.listdir(tmp_path) == ["source.dcm"]


def test_a_report_lists_what_was_done_in_the_order_of_the_data_set_without_values(tmp_path: Path) -> None:
    inside = sequence(
        0x00089215, [element(0x00100010, "PN", "Quillfeather^Other")], [element(0x00100010, "PN", "Quillfeather^Z")]
    )
    _, report = deidentified(tmp_path, with_elements(inside))
    lines = list(report.lines())
    assert ("StudyDate", "empty", "PS3.15 2026d E.1-1 (0008,0020) Z", 1) in lines
    nested = [line for line in lines if line[0] == "DerivationCodeSequence[*].PatientName"]
    assert len(nested) == 1
    assert nested[0][3] == 2
    assert "Quillfeather" not in str(lines)
    addresses = [line[0] for line in lines]
    assert addresses.index("SOPInstanceUID") < addresses.index("StudyDate") < addresses.index("PatientName")


@pytest.mark.parametrize("option", sorted(OFFERED), ids=str)
def test_every_option_that_is_offered_can_be_carried_out_and_earns_its_code(tmp_path: Path, option: str) -> None:
    found, _ = deidentified(tmp_path, usual(), deidentifier("basic", [option]))
    codes = [item.CodeValue for item in found.DeidentificationMethodCodeSequence]
    assert len(codes) == 2
    assert codes[0] == "113100"


def test_retained_uids_are_those_of_the_source_in_the_file_meta_too(tmp_path: Path) -> None:
    found, _ = deidentified(tmp_path, usual(), deidentifier("basic", ["retain-uids"]))
    assert found.SOPInstanceUID == found.file_meta.MediaStorageSOPInstanceUID == "1.2.3.4.5.1"
    assert found.StudyInstanceUID == "1.2.3.4.5"


@pytest.mark.parametrize("left", range(1, 13))
def test_a_file_cut_within_a_header_is_refused_and_an_earlier_copy_of_the_whole_one_stays(
    tmp_path: Path, left: int
) -> None:
    whole, source, target = dicom_file(usual()), tmp_path / "in.dcm", tmp_path / "out.dcm"
    source.write_bytes(whole)
    by = deidentifier()
    by.deidentify(source, target)
    copy = target.read_bytes()
    pixels_at = len(dicom_file(usual()[:-1]))
    source.write_bytes(whole[: pixels_at + left])
    with pytest.raises(MalformedDataSet):
        by.deidentify(source, target, overwrite=True)
    assert target.read_bytes() == copy
