"""The demo a newcomer runs first shows what it claims, and would notice if it were not so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pydicom")

ROOT = Path(__file__).parents[2]


def run_demo(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "demo" / "run_demo.py"), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo") / "kept"
    return folder, run_demo(str(folder))


def test_it_ends_well_and_says_so(kept):
    _, done = kept
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\n0 of 19 left\n" in done.stdout
    assert "README's commands run as they stand" in done.stdout


def test_it_shows_before_and_after(kept):
    _, done = kept
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.split()}
    assert "Quillfeather^Rosalind" in lines["PatientName"]
    assert lines["PatientBirthDate"].split()[1:] == ["19580317", "(empty)"]
    assert lines["KVP"].split()[1:] == ["120", "120"]
    assert "the same bytes" in lines["PixelData"]


def test_it_shows_that_references_and_intervals_hold(kept):
    _, done = kept
    assert done.stdout.count("the RTSTRUCT names the 6 new CT slices: yes") == 2
    assert done.stdout.count("CT and MR are 7 days apart, as before: yes") == 2


def test_the_bad_file_is_told_and_the_others_are_done(kept):
    folder, done = kept
    assert len(list((folder / "shared").rglob("*.dcm"))) == 18
    assert "not done  malformed     1" in done.stdout
    assert "skipped                 1  not a DICOM file" in done.stdout


def test_a_folder_that_is_there_is_left_alone(kept):
    folder, _ = kept
    done = run_demo(str(folder))
    assert done.returncode == 1
    assert "name a new one" in done.stderr


def test_its_search_finds_what_is_left_in_bytes_and_names(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "demo")
    from run_demo import left_over

    (tmp_path / "ravensworth.dcm").write_bytes("østerbrückner".upper().encode("latin-1") + b"\0SWITHCT03")
    assert left_over(tmp_path, b"1958-0317") == {"Ravensworth", "Østerbrückner", "SWITHCT03"}


def test_its_check_of_references_notices_a_slice_that_is_not_named(kept, monkeypatch):
    folder, _ = kept
    monkeypatch.syspath_prepend(ROOT / "demo")
    from pydicom import dcmread
    from run_demo import check_links

    outputs = [dcmread(path) for path in sorted((folder / "shared").rglob("*.dcm"))]
    assert list(check_links(outputs)) == [True] * 4
    next(each for each in outputs if each.Modality == "CT").SOPInstanceUID = "2.25.1"
    assert list(check_links(outputs)).count(False) == 1
