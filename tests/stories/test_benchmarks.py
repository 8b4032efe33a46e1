"""The benchmarks run from the command line, and their corpus is DICOM; how fast anything is, is not asserted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

CHECKOUT = Path(__file__).parents[2]
BENCHMARKS = CHECKOUT / "benchmarks"
TWO_SERIES_OR_MORE = 41  # a series has at most 40 slices


@dataclass(frozen=True)
class Shape:
    """What the files of a kind are to have."""

    kind: str
    files: int
    modality: str
    frames: int
    pixel_bytes: int
    elements: range
    sequences: range


SHAPES = [
    Shape("ct", 2, "CT", 1, 524_288, range(180, 240), range(12, 25)),
    Shape("mr", TWO_SERIES_OR_MORE, "MR", 1, 131_072, range(170, 220), range(12, 25)),
    Shape("multiframe", 1, "US", 60, 40_320_000, range(140, 200), range(10, 25)),
    Shape("enhanced", 1, "MR", 200, 26_214_400, range(9_300, 10_000), range(2_350, 2_450)),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder with a corpus of each kind, and take it away afterwards: it is large."""
    folder = tmp_path_factory.mktemp("corpora")
    for shape in SHAPES:
        write(folder / shape.kind, shape.kind, shape.files)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_pydicom_reads_every_element_of_every_kind_of_file(written: Path, shape: Shape) -> None:
    paths = files_in(written / shape.kind)
    assert len(paths) == shape.files
    for path in paths:
        dataset = dcmread(path)
        elements, sequences = counts(dataset)
        assert elements in shape.elements
        assert sequences in shape.sequences
        assert dataset.Modality == shape.modality
        assert dataset.get("NumberOfFrames", 1) == shape.frames
        assert len(dataset.PixelData) == shape.pixel_bytes
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.kind)
def test_dcmtk_accepts_every_kind_of_file(written: Path, shape: Shape) -> None:
    if shutil.which("dcmdump") is None:
        pytest.skip("dcmdump, of DCMTK, is not installed")
    for path in (files_in(written / shape.kind)[0], files_in(written / shape.kind)[-1]):
        done = subprocess.run(["dcmdump", "--quiet", path], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_slices_differ_as_those_of_a_scanner_do_and_series_in_their_encoding(written: Path) -> None:
    slices = [dcmread(path) for path in files_in(written / "mr")]
    first_series = [one for one in slices if one.SeriesInstanceUID == slices[0].SeriesInstanceUID]
    assert len({one.SOPInstanceUID for one in slices}) == len(slices)
    for keyword in ("InstanceNumber", "SliceLocation", "ContentTime"):
        assert len({str(one[keyword].value) for one in first_series}) == len(first_series), keyword
    assert {one.file_meta.TransferSyntaxUID for one in slices} == {ExplicitVRLittleEndian, ImplicitVRLittleEndian}
    assert {one["RequestAttributesSequence"].is_undefined_length for one in slices} == {True, False}


def test_a_seed_always_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        write(tmp_path / name, "mr", 1, seed)
    first, again = (files_in(tmp_path / name)[0].read_bytes() for name in ("first", "again"))
    assert first == again
    first_dataset, other_dataset = (dcmread(files_in(tmp_path / name)[0]) for name in ("first", "other"))
    for keyword in ("PatientID", "SOPInstanceUID", "PixelData"):
        assert first_dataset[keyword].value != other_dataset[keyword].value, keyword


def test_the_runner_prints_a_table_with_a_row_for_each_tool_and_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    figures = tmp_path / "figures.json"
    done = run(
        "run_benchmarks.py", "--kinds", "mr", "--files", 3, "--reps", 1, "--out", out, "--json", figures, "--peers"
    )
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("start-up, CPU ms", "a one-file run", "mr: 3 files of 168 KB", "file system:", "<= 3.0x"):
        assert words in done.stdout
    rows = [line.split() for line in done.stdout.partition("mr: 3 files")[2].splitlines()]
    assert ["dcmanon", "not", "installed"] in rows
    assert {row[0] for row in rows if row} >= {"cp", "dicomveil", "pydicom", "gdcmanon"}
    measured = json.loads(figures.read_text(encoding="utf-8"))["kinds"]["mr"]
    assert measured["dicomveil"]["one_file_cpu_s"] > 0
    assert measured["dcmanon"] is None
    assert list(out.iterdir()) == []


def test_the_runner_reads_from_another_place_when_asked_and_leaves_nothing_there(tmp_path: Path) -> None:
    done = run("run_benchmarks.py", "--kinds", "mr", "--files", 2, "--reps", 1, "--source", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "file system of source:" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("--files", 1), ("--reps", 0), ("--out", "nowhere"), ("--kinds", "xray")], ids=lambda words: words[0]
)
def test_the_runner_refuses_what_it_cannot_measure(words: tuple[object, ...]) -> None:
    done = run("run_benchmarks.py", *words)
    assert done.returncode == 2
    assert f"argument {words[0]}" in done.stderr


def test_the_runner_says_by_its_exit_code_that_dicomveil_could_not_be_run(tmp_path: Path) -> None:
    broken = tmp_path / "dicomveil"
    broken.mkdir()
    (broken / "__init__.py").touch()
    (broken / "__main__.py").write_text("raise SystemExit('not today')", encoding="utf-8")
    done = run("run_benchmarks.py", "--kinds", "mr", "--files", 2, "--reps", 1, path=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "could not be run: exit code 1: not today\n"


def test_the_runner_says_that_files_are_missing_from_the_output(tmp_path: Path) -> None:
    lazy = tmp_path / "dicomveil"
    lazy.mkdir()
    (lazy / "__init__.py").touch()
    (lazy / "__main__.py").touch()
    done = run("run_benchmarks.py", "--kinds", "mr", "--files", 2, "--reps", 1, path=tmp_path)
    assert done.returncode == 1
    assert "wrote 0 of 2 files" in done.stderr


def write(folder: Path, kind: str, files: int, seed: int = 1) -> None:
    done = run("corpus.py", folder, "--kind", kind, "--files", files, "--seed", seed)
    assert (done.returncode, done.stderr) == (0, "")


def run(script: str, *words: object, path: Path = CHECKOUT / "src") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def counts(dataset: Dataset) -> tuple[int, int]:
    """Count elements and sequences at every depth; to count them, pydicom converts every value."""
    elements = sequences = 0
    for element in dataset.iterall():
        elements += 1
        sequences += element.VR == "SQ"
    return elements, sequences
