"""Editing a file: what was asked for changes, everything else is the bytes it was."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from DICOM_reencoder.modify_tags import modify_tags_batch
from documented_api.data_sets import compressed_slice, ct_slice, nested, raw_elements, written


def test_all_edits_are_made_and_the_data_set_comes_back_as_it_was_written(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    edits = {"PatientName": "Berg^Mia", "Rows": 32, "StationName": "CT2"}
    returned = modify_tags_batch(source, edits, tmp_path / "out.dcm")
    saved = pydicom.dcmread(tmp_path / "out.dcm")
    assert isinstance(returned, Dataset)
    assert returned == saved
    assert (saved.PatientName, saved.Rows, saved.StationName) == ("Berg^Mia", 32, "CT2")


def test_the_input_stays_as_it_was(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    before = source.read_bytes()
    modify_tags_batch(source, {"PatientID": "7"}, tmp_path / "out.dcm")
    assert source.read_bytes() == before


@pytest.mark.parametrize("make", [ct_slice, compressed_slice], ids=["native", "compressed"])
def test_everything_else_is_the_bytes_it_was(tmp_path: Path, make: object) -> None:
    ds = nested(make())  # type: ignore[operator]
    source = written(ds, tmp_path / "ct.dcm")
    modify_tags_batch(source, {"PatientID": "7", "Rows": "abc"}, tmp_path / "out.dcm")
    before, after = raw_elements(source), raw_elements(tmp_path / "out.dcm")
    assert after.pop(0x00100020) == b"7 "
    del before[0x00100020]
    assert after == before


def test_text_that_is_padded_more_than_needed_stays_so(tmp_path: Path) -> None:
    source = written(ct_slice(StationName="CT2"), tmp_path / "ct.dcm")
    source.write_bytes(source.read_bytes().replace(b"SH\x04\x00CT2 ", b"SH\x06\x00CT2   "))
    modify_tags_batch(source, {"StationName": "CT2", "PatientID": "7"}, tmp_path / "out.dcm")
    assert raw_elements(tmp_path / "out.dcm")[0x00081010] == b"CT2   "


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian], ids=["implicit", "deflated"]
)
def test_the_transfer_syntax_is_kept(tmp_path: Path, syntax: pydicom.uid.UID) -> None:
    ds = ct_slice()
    ds.file_meta.TransferSyntaxUID = syntax
    source = written(ds, tmp_path / "ct.dcm")
    modify_tags_batch(source, {"PatientID": "7"}, tmp_path / "out.dcm")
    saved = pydicom.dcmread(tmp_path / "out.dcm")
    assert saved.file_meta.TransferSyntaxUID == syntax
    assert (saved.PatientID, saved.PixelData) == ("7", ds.PixelData)


def test_invalid_names_and_values_are_skipped_and_reported_and_the_rest_is_done(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    edits = {"PatientNam": "Berg", "StudyDate": "someday", "PatientID": "7"}
    saved = modify_tags_batch(source, edits, tmp_path / "out.dcm")
    assert (saved.PatientID, saved.StudyDate) == ("7", "20240301")
    assert "PatientNam'" in caplog.text
    assert "StudyDate" in caplog.text
    assert "someday" not in caplog.text
    assert len(caplog.records) == 2


def test_the_character_set_is_set_before_text_that_needs_it(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    edits = {"PatientName": "山田^太郎", "SpecificCharacterSet": "ISO_IR 192"}
    modify_tags_batch(source, edits, tmp_path / "out.dcm")
    assert pydicom.dcmread(tmp_path / "out.dcm").PatientName == "山田^太郎"


def test_file_meta_follows_a_new_sop_instance_uid(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    modify_tags_batch(source, {"SOPInstanceUID": "1.2.3.4"}, tmp_path / "out.dcm")
    assert pydicom.dcmread(tmp_path / "out.dcm").file_meta.MediaStorageSOPInstanceUID == "1.2.3.4"


def test_no_edits_at_all_make_a_copy(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    modify_tags_batch(source, {}, tmp_path / "sub" / "out.dcm")
    assert (tmp_path / "sub" / "out.dcm").read_bytes() == source.read_bytes()


def test_the_input_is_never_replaced(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    (tmp_path / "link.dcm").symlink_to(source)
    for target in (source, tmp_path / "link.dcm"):
        with pytest.raises(ValueError, match="replace the input"):
            modify_tags_batch(source, {"PatientID": "7"}, target)


def test_a_file_that_is_no_dicom_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no DICOM at all")
    with pytest.raises(InvalidDicomError):
        modify_tags_batch(tmp_path / "notes.txt", {"PatientID": "7"}, tmp_path / "out.dcm")
    assert not (tmp_path / "out.dcm").exists()
