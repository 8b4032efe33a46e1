"""Loading and saving: whole files, in the right place, or clear errors."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from DICOM_reencoder.core import load_dataset, save_dataset
from documented_api.data_sets import PIXELS, compressed_slice, ct_slice, written


def test_a_file_is_loaded_with_all_its_elements(tmp_path: Path) -> None:
    ds = load_dataset(written(ct_slice(), tmp_path / "ct.dcm"))
    assert (ds.PatientName, ds.PixelData) == ("Lindqvist^Ida", PIXELS)


def test_a_path_may_be_a_string(tmp_path: Path) -> None:
    assert load_dataset(str(written(ct_slice(), tmp_path / "ct.dcm"))).Modality == "CT"


@pytest.mark.parametrize("implicit", [True, False], ids=["implicit", "explicit"])
def test_a_file_without_preamble_and_meta_is_loaded(tmp_path: Path, implicit: bool) -> None:
    ds = ct_slice()
    del ds.file_meta
    pydicom.dcmwrite(tmp_path / "bare", ds, implicit_vr=implicit, little_endian=True)
    assert load_dataset(tmp_path / "bare").PatientID == "NF-0042"


def test_a_missing_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_dataset(tmp_path / "absent.dcm")


@pytest.mark.parametrize(
    "content",
    [b"", b"DICM", b"PatientName: Lindqvist\n" * 20, bytes(4096), b"PK\x03\x04" + bytes(200)],
    ids=["empty", "only-a-prefix", "text", "zeros", "archive"],
)
def test_what_is_no_dicom_is_refused_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.dcm").write_bytes(content)
    with pytest.raises(InvalidDicomError, match=r"^not a DICOM file$"):
        load_dataset(tmp_path / "other.dcm")


@pytest.mark.parametrize("kept", [-1, -300, 200], ids=["last-byte", "in-pixels", "no-data-set"])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, kept: int) -> None:
    path = written(ct_slice(), tmp_path / "ct.dcm")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InvalidDicomError):
        load_dataset(path)


def test_loading_and_saving_gives_the_same_data_set_bytes(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    saved = save_dataset(load_dataset(source), tmp_path / "again.dcm")
    assert saved.read_bytes() == source.read_bytes()


def test_parent_folders_are_made_and_the_path_comes_back_as_it_was_given(tmp_path: Path) -> None:
    target = os.path.join(tmp_path, "a", "b", "ct.dcm")
    assert save_dataset(ct_slice(), target) == target
    assert save_dataset(ct_slice(), Path(target)) == Path(target)
    assert load_dataset(target).Modality == "CT"


def test_a_bare_file_name_is_saved_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert save_dataset(ct_slice(), "ct.dcm") == "ct.dcm"
    assert [each.name for each in tmp_path.iterdir()] == ["ct.dcm"]


def test_a_data_set_without_file_meta_gets_what_is_missing_and_stays_as_it_was(tmp_path: Path) -> None:
    ds = ct_slice()
    del ds.file_meta
    saved = pydicom.dcmread(save_dataset(ds, tmp_path / "ct.dcm"))
    assert saved.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert saved.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    assert saved.file_meta.MediaStorageSOPClassUID == ds.SOPClassUID
    assert not hasattr(ds, "file_meta")


def test_a_data_set_of_two_elements_can_be_saved_and_loaded(tmp_path: Path) -> None:
    ds = Dataset()
    ds.PatientName, ds.PatientID = "Lindqvist^Ida", "NF-0042"
    assert load_dataset(save_dataset(ds, tmp_path / "small.dcm")) == ds
    assert pydicom.misc.is_dicom(tmp_path / "small.dcm")


def test_a_data_set_read_without_meta_keeps_its_encoding(tmp_path: Path) -> None:
    ds = ct_slice()
    del ds.file_meta
    pydicom.dcmwrite(tmp_path / "bare", ds, implicit_vr=True, little_endian=True)
    save_dataset(load_dataset(tmp_path / "bare"), tmp_path / "ct.dcm")
    assert pydicom.dcmread(tmp_path / "ct.dcm").file_meta.TransferSyntaxUID == ImplicitVRLittleEndian


def test_file_meta_follows_a_changed_sop_instance_uid(tmp_path: Path) -> None:
    ds = load_dataset(written(ct_slice(), tmp_path / "ct.dcm"))
    ds.SOPInstanceUID = "1.2.3.4"
    saved = pydicom.dcmread(save_dataset(ds, tmp_path / "new.dcm"))
    assert saved.file_meta.MediaStorageSOPInstanceUID == "1.2.3.4"


def test_compressed_pixel_data_is_saved_as_it_is(tmp_path: Path) -> None:
    source = written(compressed_slice(), tmp_path / "jpeg.dcm")
    saved = pydicom.dcmread(save_dataset(load_dataset(source), tmp_path / "again.dcm"))
    assert saved.PixelData == compressed_slice().PixelData
    assert saved.file_meta.TransferSyntaxUID == JPEGBaseline8Bit


def test_a_transfer_syntax_that_pydicom_does_not_know_is_kept(tmp_path: Path) -> None:
    source = written(compressed_slice(), tmp_path / "jpeg.dcm")
    jpeg, jpeg_xl = JPEGBaseline8Bit.encode() + b"\0", b"1.2.840.10008.1.2.4.112\0"
    source.write_bytes(
        source.read_bytes()
        .replace(b"UI\x16\0" + jpeg[:22], b"UI\x18\0" + jpeg_xl)
        .replace(b"UL\x04\0\xac", b"UL\x04\0\xae")
    )
    saved = pydicom.dcmread(save_dataset(load_dataset(source), tmp_path / "again.dcm"))
    assert saved.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.112"
    assert saved.PixelData == compressed_slice().PixelData


def test_compressed_pixel_data_without_a_transfer_syntax_is_refused(tmp_path: Path) -> None:
    ds = compressed_slice()
    del ds.file_meta
    with pytest.raises(ValueError, match="Transfer Syntax"):
        save_dataset(ds, tmp_path / "jpeg.dcm")
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_that_cannot_be_encoded_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = written(ct_slice(), tmp_path / "ct.dcm")
    before = target.read_bytes()
    ds = copy.deepcopy(ct_slice())
    ds["Rows"]._value = "Lindqvist"
    with pytest.raises(ValueError, match=r"at \(0028,0010\)") as refusal:
        save_dataset(ds, target)
    assert "Lindqvist" not in str(refusal.value)
    assert refusal.value.__suppress_context__
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_a_target_that_is_a_folder_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "ct.dcm").mkdir()
    with pytest.raises(OSError):  # which one differs between systems
        save_dataset(ct_slice(), tmp_path / "ct.dcm")
    assert list(tmp_path.iterdir()) == [tmp_path / "ct.dcm"]


def test_a_saved_file_has_ordinary_permissions(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    save_dataset(ct_slice(), tmp_path / "ct.dcm")
    assert (tmp_path / "ct.dcm").stat().st_mode == (tmp_path / "ordinary").stat().st_mode
