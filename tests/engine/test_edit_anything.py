"""Files, bytes and data sets are edited by one function, which takes no argument that it would not heed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from builders import dicom_file, element
from dicomveil import edit
from dicomveil.editing.edits import Put
from dicomveil.errors import UsageError

UID = element(0x00080018, "UI", "2.25.1")
BEFORE = dicom_file([UID, element(0x00100010, "PN", "Doe")])
AFTER = dicom_file([UID, element(0x00100010, "PN", "Roe")])
EDITS = [Put("PatientName", "Roe")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.dcm"
    made.write_bytes(BEFORE)
    return made


def test_a_file_is_edited_to_another_or_in_its_place_with_a_backup_or_without(path, tmp_path):
    assert edit(path, EDITS, tmp_path / "b.dcm") is True
    assert ((tmp_path / "b.dcm").read_bytes(), path.read_bytes()) == (AFTER, BEFORE)
    assert edit(path, EDITS, in_place=True, backup=False) is True
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["a.dcm", "b.dcm"]
    assert edit(path, EDITS, in_place=True) is False
    path.write_bytes(BEFORE)
    assert edit(path, EDITS, in_place=True) is True
    assert (path.read_bytes(), (tmp_path / "a.dcm.bak").read_bytes()) == (AFTER, BEFORE)


@pytest.mark.parametrize(
    "options",
    [{"to": "b.dcm"}, {"in_place": True}, {"overwrite": True}, {"backup": False}],
    ids=["to", "in-place", "overwrite", "backup"],
)
def test_bytes_and_data_sets_take_nothing_that_is_for_files(options):
    pydicom = pytest.importorskip("pydicom")
    for subject in (BEFORE, pydicom.dcmread(BytesIO(BEFORE))):
        with pytest.raises(UsageError, match="returned"):
            edit(subject, EDITS, **options)


@pytest.mark.parametrize(
    "options",
    [{}, {"to": "b.dcm", "in_place": True}, {"to": "b.dcm", "backup": False}, {"in_place": True, "overwrite": True}],
    ids=["nowhere", "twice", "backup-of-a-copy", "overwrite-in-place"],
)
def test_a_file_has_one_place_to_go_to(path, options):
    with pytest.raises(UsageError):
        edit(path, EDITS, **options)
    assert [each.name for each in path.parent.iterdir()] == ["a.dcm"]
    assert path.read_bytes() == BEFORE


def test_nothing_else_is_edited():
    with pytest.raises(UsageError, match="a path, the bytes"):
        edit(7, EDITS)  # type: ignore[call-overload]


def test_file_meta_of_a_data_set_that_no_edit_names_stays():
    pydicom = pytest.importorskip("pydicom")
    ds = pydicom.dcmread(BytesIO(BEFORE))
    ds.file_meta.FileMetaInformationGroupLength = 4711
    before = ds.file_meta.to_json()
    edited = edit(ds, EDITS)
    assert edited.PatientName == "Roe"
    assert edited.file_meta.to_json() == before
    assert ds.file_meta.to_json() == before
    assert edit(ds, [Put("SOPInstanceUID", "2.25.7")]).file_meta.MediaStorageSOPInstanceUID == "2.25.7"


def test_what_pydicom_cannot_decode_is_taken_over_as_it_lies_and_quoted_nowhere():
    pydicom = pytest.importorskip("pydicom")
    data = dicom_file([UID, element(0x00100010, "PN", "Doe")]) + b"\x28\0\x06\x01US\x03\0abc"
    made = edit(pydicom.dcmread(BytesIO(data)), EDITS)
    assert made.PatientName == "Roe"
    assert made.get_item(0x00280106).value == b"abc"
