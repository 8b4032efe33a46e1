from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builders import dicom_file, element, meta_elements
from dicomveil.batch.run import DONE, SKIPPED, Run
from dicomveil.batch.sources.inputs import Inputs, opened
from dicomveil.errors import NotDicom, UsageError
from engine.instances import KEY, deidentifier, with_elements

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DIRECTORY = "1.2.840.10008.1.3.10"


def instance(number: int = 1) -> bytes:
    return dicom_file(with_elements(instance=f"1.2.3.4.5.{number}"))


def directory() -> bytes:
    entries = [element(0x00041130, "CS", "MEDIA")]
    return dicom_file(entries, meta=meta_elements(EXPLICIT_LITTLE, DIRECTORY, "2.25.5"))


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A disc: a directory, and two files in a folder."""
    folder = tmp_path / "media"
    (folder / "IMAGES").mkdir(parents=True)
    (folder / "DICOMDIR").write_bytes(directory())
    for number in (1, 2):
        (folder / "IMAGES" / f"IM{number}").write_bytes(instance(number))
    return folder


def test_a_file_has_its_number_name_size_and_time(media: Path) -> None:
    items = list(Inputs(media))
    assert [(item.number, item.name) for item in items] == [(1, "DICOMDIR"), (2, "IMAGES/IM1"), (3, "IMAGES/IM2")]
    for item in items:
        status = os.stat(item.path)
        assert (item.size, item.changed_ns) == (status.st_size, status.st_mtime_ns)
        with opened(item) as source:
            assert (source.size, source.changed_ns) == (status.st_size, status.st_mtime_ns)


def test_inputs_can_be_gone_through_again(media: Path) -> None:
    inputs = Inputs(media)
    assert list(inputs) == list(inputs)
    assert inputs.count() == 3


def test_what_was_edited_out_in_place_does_not_come_back_from_the_backup(media: Path) -> None:
    image = media / "IMAGES" / "IM1"
    image.with_name("IM1.bak").write_bytes(image.read_bytes())
    backup = next(item for item in Inputs(media) if item.name == "IMAGES/IM1.bak")
    with pytest.raises(NotDicom, match="a backup of an edit in place"):
        opened(backup)
    (named,) = Inputs(media / "IMAGES" / "IM1.bak")
    with opened(named) as source:
        assert source.size == image.stat().st_size


def test_a_single_file_is_taken_as_it_is(media: Path) -> None:
    inputs = Inputs(media / "IMAGES" / "IM1")
    assert inputs.is_single
    assert [item.path for item in inputs] == [str(media / "IMAGES" / "IM1")]


def test_what_is_not_there_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        Inputs(tmp_path / "nothing")


# --- media


@pytest.mark.parametrize("name", ["DICOMDIR", "renamed"])
def test_a_dicomdir_stands_for_its_folder(media: Path, tmp_path: Path, name: str) -> None:
    (media / "DICOMDIR").rename(media / name)
    inputs = Inputs(media / name)
    assert (inputs.root, inputs.is_single) == (str(media), False)
    assert sorted(item.name for item in inputs) == sorted([name, "IMAGES/IM1", "IMAGES/IM2"])
    outcomes = list(Run(deidentifier(), media / name, tmp_path / "shared", KEY))
    assert [outcome.code for outcome in outcomes] == [SKIPPED, DONE, DONE]


def test_a_dicomdir_named_in_the_working_folder_stands_for_that(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(media)
    assert [item.name for item in Inputs("DICOMDIR")] == ["DICOMDIR", "IMAGES/IM1", "IMAGES/IM2"]


def test_an_output_in_the_folder_of_a_dicomdir_is_refused(media: Path) -> None:
    with pytest.raises(UsageError, match="the output lies inside the input"):
        Run(deidentifier(), media / "DICOMDIR", media / "shared", KEY)


# --- listing


def test_listing_opens_no_file_with_a_usual_name(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("x.dcm", "CT.1.2.840.113619.2", "IM0001", "y.IMA"):
        (media / name).write_bytes(instance())

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    inputs = Inputs(media)
    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr(os, "open", forbidden)
    assert inputs.count() == len(list(inputs)) == 7


def test_a_run_over_plain_files_imports_nothing_for_archives_and_storage(media: Path, tmp_path: Path) -> None:
    words = ["deidentify", str(media), str(tmp_path / "shared"), "--quiet"]
    code = (
        f"import sys; from dicomveil.cli import main; main({words!r}); "
        "print([name for name in ('zipfile', 'tarfile', 'fsspec', 'upath', 'tempfile') if name in sys.modules])"
    )
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "PYTHONPATH": path}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert said.stdout == "[]\n", said.stderr
    assert len(list((tmp_path / "shared").rglob("*.dcm"))) == 2
