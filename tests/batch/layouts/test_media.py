from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest
from pydicom.fileset import FileSet

from builders import Element, dicom_file, element
from dicomveil.batch.layouts.media import Media, by_file_ids
from dicomveil.batch.sources.inputs import Input
from dicomveil.dataset.write import Draft
from dicomveil.engine.report import Report
from dicomveil.errors import NotWritten
from engine.instances import with_elements

ITEM = Input(1, "/in/Quillfeather/a", "Quillfeather/a")
NO_STUDY = 0x0020000D


def lay(root: Path, number: int, *extra: Element, without: Iterable[int] = ()) -> Path:
    """Lay a copy where the layout wants it."""
    report = Report("1.2", "4711", "1.2.3.4.5", "1.2.3.4.5.0", f"1.2.3.4.5.{number}")
    place = Path(Media(str(root)).place(report, ITEM))
    elements = with_elements(
        element(0x00200013, "IS", str(number)), *extra, without=without, instance=report.instance_uid
    )
    place.write_bytes(dicom_file(elements))
    return place


@contextmanager
def file_set(root: Path) -> Iterator[FileSet]:
    """Open a DICOMDIR with pydicom, and clear away the folder that it makes for changes."""
    found = FileSet(root / "DICOMDIR")
    try:
        yield found
    finally:
        found._stage["t"].cleanup()


def listed(root: Path) -> list[str]:
    records = pydicom.dcmread(root / "DICOMDIR").DirectoryRecordSequence
    return [str(each.ReferencedSOPInstanceUIDInFile) for each in records if "ReferencedFileID" in each]


def test_names_are_file_ids_and_derived_from_stand_ins_alone() -> None:
    report = Report("1.2", "P-1", "2.25.1", "2.25.2", "2.25.3")
    folder, name = by_file_ids(report, ITEM)
    assert re.fullmatch(r"([A-Z0-9_]{1,8}/){3}[A-Z0-9_]{1,8}", f"{folder}/{name}")
    assert by_file_ids(report, Input(9, "/other", "other")) == (folder, name)


def test_the_directory_lists_every_copy_and_pydicom_finds_each(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        lay(tmp_path, number)
    assert Media(str(tmp_path)).finish() == []
    with file_set(tmp_path) as found:
        pairs = {(str(each.SOPInstanceUID), str(each.load().SOPInstanceUID)) for each in found}
    assert pairs == {(f"1.2.3.4.5.{number}",) * 2 for number in (1, 2, 3)}


def test_copies_are_listed_by_their_numbers_whatever_their_names(tmp_path: Path) -> None:
    for number in (10, 9, 2, 1):
        lay(tmp_path, number)
    Media(str(tmp_path)).finish()
    assert listed(tmp_path) == [f"1.2.3.4.5.{number}" for number in (1, 2, 9, 10)]


def test_the_same_copies_make_the_same_directory_and_it_is_left_alone(tmp_path: Path) -> None:
    lay(tmp_path / "one", 1)
    lay(tmp_path / "one", 2)
    lay(tmp_path / "two", 2)
    lay(tmp_path / "two", 1)
    for name in ("one", "two"):
        Media(str(tmp_path / name)).finish()
    path = tmp_path / "one" / "DICOMDIR"
    assert path.read_bytes() == (tmp_path / "two" / "DICOMDIR").read_bytes()
    before = path.stat()
    Media(str(tmp_path / "one")).finish()
    assert path.stat().st_ino == before.st_ino


def test_a_later_copy_comes_into_the_directory_and_one_that_is_gone_leaves_it(tmp_path: Path) -> None:
    gone = lay(tmp_path, 1)
    Media(str(tmp_path)).finish()
    lay(tmp_path, 2)
    gone.unlink()
    Media(str(tmp_path)).finish()
    assert listed(tmp_path) == ["1.2.3.4.5.2"]


def test_a_copy_that_cannot_be_listed_is_told_of_and_stays(tmp_path: Path) -> None:
    lay(tmp_path, 1)
    other = lay(tmp_path, 2, without=[NO_STUDY])
    (problem,) = Media(str(tmp_path)).finish()
    assert str(other.relative_to(tmp_path)) in problem
    assert str(tmp_path) not in problem
    assert other.exists()
    assert listed(tmp_path) == ["1.2.3.4.5.1"]


def test_files_that_are_not_ours_are_not_listed(tmp_path: Path) -> None:
    place = lay(tmp_path, 1)
    shutil.copy(place, tmp_path / "original.dcm")
    assert Media(str(tmp_path)).finish() == []
    assert listed(tmp_path) == ["1.2.3.4.5.1"]


def test_no_copies_make_no_directory(tmp_path: Path) -> None:
    assert Media(str(tmp_path)).finish() == []
    assert os.listdir(tmp_path) == []


def test_a_directory_that_cannot_be_written_leaves_the_one_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path, 1)
    Media(str(tmp_path)).finish()
    lay(tmp_path, 2)

    def failing(self: Draft) -> None:
        raise NotWritten("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Draft, "publish", failing)
        (problem,) = Media(str(tmp_path)).finish()
    assert "the DICOMDIR could not be written: No space left on device" in problem
    assert listed(tmp_path) == ["1.2.3.4.5.1"]
    assert Media(str(tmp_path)).finish() == []
    assert len(listed(tmp_path)) == 2


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (dicom3tools) is not installed")
def test_an_outside_reference_finds_no_error_in_a_directory(tmp_path: Path) -> None:
    for number in (1, 2):
        lay(tmp_path, number)
    Media(str(tmp_path)).finish()
    verdict = subprocess.run(
        ["dciodvfy", tmp_path / "DICOMDIR"], capture_output=True, text=True, check=False, timeout=60
    )
    assert "BasicDirectory" in verdict.stderr
    assert [line for line in verdict.stderr.splitlines() if line.startswith("Error")] == []
