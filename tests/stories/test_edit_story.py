"""Editing when the world is against it: a full disk, a kill, files that cannot be read or written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builders import PIXEL_DATA, dicom_file, element, encapsulated, nested

SRC = Path(__file__).parents[2] / "src"
NAME = element(0x00100010, "PN", "Doe^Jane")


def instance(number: int, pixels: int = 100, name: str = "Doe^Jane") -> bytes:
    return dicom_file(
        [
            element(0x00080018, "UI", f"2.25.{number}"),
            element(0x00100010, "PN", name),
            element(PIXEL_DATA, "OW", b"ab" * pixels),
        ]
    )


def start(*words: object, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    return subprocess.Popen(
        [sys.executable, "-m", "dicomveil", *map(str, words)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,  # type: ignore[call-overload]
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def test_a_file_too_large_for_the_disk_stays_and_the_others_are_edited(folder):
    small, large = instance(1), instance(2, pixels=200_000)
    (folder / "large").write_bytes(large)
    (folder / "small").write_bytes(small)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    process = start("edit", folder, "--in-place", "--set", "PatientName=Roe", preexec_fn=limit)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "not-written" in errors
    assert (folder / "large").read_bytes() == large
    assert (folder / "small").read_bytes() == instance(1, name="Roe")
    assert names(folder) == ["large", "small", "small.bak"]


def test_a_kill_leaves_each_file_as_it_was_or_edited_as_a_whole(folder):
    for number in range(400):
        (folder / f"{number:03}").write_bytes(instance(number, pixels=20_000))
    process = start("edit", folder, "--in-place", "--no-backup", "--set", "PatientName=Roe")
    while process.poll() is None and (folder / "005").read_bytes() == instance(5, pixels=20_000):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    now = [(folder / f"{number:03}").read_bytes() for number in range(400)]
    edited = [raw == instance(number, pixels=20_000, name="Roe") for number, raw in enumerate(now)]
    as_they_were = [raw == instance(number, pixels=20_000) for number, raw in enumerate(now)]
    assert all(one != other for one, other in zip(edited, as_they_were, strict=True))
    assert edited[5]
    assert len([name for name in names(folder) if not name.isdigit()]) <= 1  # one part without its name at most
    done = start("edit", folder, "--in-place", "--no-backup", "--set", "PatientName=Roe")
    done.communicate(timeout=60)
    assert done.returncode == 0
    assert [(folder / f"{n:03}").read_bytes() for n in range(400)] == [
        instance(n, pixels=20_000, name="Roe") for n in range(400)
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read and write everything")
def test_what_cannot_be_read_or_written_is_told(folder):
    (folder / "unreadable").write_bytes(instance(1))
    (folder / "unreadable").chmod(0)
    (folder / "fine").write_bytes(instance(2))
    process = start("edit", folder, "--in-place", "--set", "PatientName=Roe")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "(unreadable)" in errors
    assert (folder / "fine").read_bytes() == instance(2, name="Roe")


def odd_files() -> dict[str, bytes]:
    good = instance(1)
    return {
        "empty": b"",
        "zeros": bytes(1000),
        "cut-in-a-header": good[:-205],
        "cut-in-a-value": good[:-3],
        "deep": dicom_file([element(0x00080018, "UI", "2.25.1"), nested(90, NAME, undefined=True)]),
        "deep-defined": dicom_file([element(0x00080018, "UI", "2.25.1"), nested(90, NAME)]),
        "wrong-vr": dicom_file([element(0x00100010, "SQ", b"Doe^Jane")]),
        "no-fragment": dicom_file([NAME, encapsulated(b"", b"frame")])[:-12],
        "length-too-large": dicom_file([element(0x00100010, "PN", b"Doe^Jane", length=60_000)]),
        **{f"flipped-{at}": bytes([*good[:at], good[at] ^ 0xFF, *good[at + 1 :]]) for at in range(132, 400, 7)},
    }


@pytest.mark.parametrize("edits", [["--set", "PatientName=Roe"], ["--remove", "**.PatientName"]], ids=["one", "deep"])
def test_odd_files_are_told_of_or_edited_and_stop_nothing(folder, tmp_path, edits):
    files = odd_files()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    (folder / "zzz").write_bytes(instance(7))
    process = start("edit", folder, tmp_path / "out", *edits, "--json", "--show-paths")
    out, errors = process.communicate(timeout=60)
    assert "internal-error" not in out + errors
    assert "Traceback" not in errors
    assert (tmp_path / "out" / "zzz").exists()
    assert {name: (folder / name).read_bytes() for name in files} == files
    written = {name for name in files if (tmp_path / "out" / name).exists()}
    assert not written & {"empty", "zeros", "cut-in-a-value", "length-too-large"}
