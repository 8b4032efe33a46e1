"""Listing: every element with tag, VR, keyword and value, in two parts."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from DICOM_reencoder.modify_tags import list_all_tags
from documented_api.data_sets import ct_slice, nested, written


def listed(ds: Dataset, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert list_all_tags(written(ds, folder / "ct.dcm")) is None  # type: ignore[func-returns-value]
    return capsys.readouterr().out


def test_file_meta_comes_first_and_the_data_set_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    meta, _, data_set = listed(ct_slice(), tmp_path, capsys).partition("\nDataset\n")
    assert meta.startswith("File Meta Information\n")
    assert "(0002,0010) UI TransferSyntaxUID = 1.2.840.10008.1.2.1" in meta.splitlines()
    assert "(0010,0010) PN PatientName = Lindqvist^Ida" in data_set.splitlines()
    assert "(0002," not in data_set


def test_every_element_has_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = listed(ct_slice(), tmp_path, capsys).partition("\nDataset\n")[2].splitlines()
    assert len(lines) == 1 + len(ct_slice())


def test_several_values_are_parted_by_backslashes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert r"(0028,0030) DS PixelSpacing = 0.70\0.70" in listed(ct_slice(), tmp_path, capsys)


def test_items_of_sequences_are_indented_deeper_and_deeper(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = listed(nested(ct_slice()), tmp_path, capsys).splitlines()
    at = lines.index("(0008,1115) SQ ReferencedSeriesSequence = 1 item")
    assert lines[at + 1] == "    item 1"
    assert lines[at + 2] == "        (0008,0020) DA StudyDate = 20240301"
    assert lines[at + 3] == "        (0008,114A) SQ ReferencedInstanceSequence = 1 item"
    assert lines[at + 4] == "            item 1"
    assert lines[at + 5].startswith("                (0008,1150) UI ReferencedSOPClassUID = ")


def test_binary_and_long_values_are_shown_by_their_length(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = listed(ct_slice(ImageComments="x" * 500), tmp_path, capsys)
    assert "(7FE0,0010) OW PixelData = <512 bytes>" in shown
    assert f"= {'x' * 64}... (500 characters)" in shown


def test_private_elements_are_named_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = listed(ct_slice(), tmp_path, capsys)
    assert "(0029,0010) LO PrivateCreator = MAKERS PRIVATE" in shown
    assert "(0029,1010) LO Private = Lindqvist private" in shown


def test_an_empty_value_is_shown_as_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "(0010,0020) LO PatientID =" in listed(ct_slice(PatientID=""), tmp_path, capsys).splitlines()


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = listed(ct_slice(ImageComments="one\r\n\x0ctwo"), tmp_path, capsys)
    assert r"= one\r\n\x0ctwo" in shown


def test_a_value_that_cannot_be_read_is_still_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(ct_slice(), tmp_path / "ct.dcm")
    path.write_bytes(path.read_bytes().replace(b"DS\x04\x002.50", b"DS\x04\x00abcd"))
    list_all_tags(path)
    assert "(0018,0050) DS SliceThickness = abcd" in capsys.readouterr().out


def test_a_number_of_impossible_length_is_still_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(ct_slice(RecommendedDisplayFrameRateInFloat=1.0), tmp_path / "ct.dcm")
    path.write_bytes(path.read_bytes().replace(b"FL\x04\x00\x00\x00\x80\x3f", b"FL\x06\x00\x00\x00\x80\x3f\x00\x00"))
    list_all_tags(path)
    out = capsys.readouterr().out
    assert "(0008,9459) FL RecommendedDisplayFrameRateInFloat = <unreadable, 6 bytes>" in out
    assert "(0010,0020) LO PatientID = NF-0042" in out


def test_a_file_without_meta_has_an_empty_first_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ds = ct_slice()
    del ds.file_meta
    pydicom.dcmwrite(tmp_path / "bare", ds, implicit_vr=True, little_endian=True)
    list_all_tags(tmp_path / "bare")
    out = capsys.readouterr().out
    assert out.startswith("File Meta Information\n---------------------\n(none)\n")
    assert "(0010,0020) LO PatientID = NF-0042" in out


def test_a_missing_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list_all_tags(tmp_path / "absent.dcm")
