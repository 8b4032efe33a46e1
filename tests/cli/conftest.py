"""A hospital export with planted names, and the command line called as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.cases import PRIVATE_CLASS, ULTRASOUND, instance
from dicomveil.cli import main

SRC = Path(__file__).parents[2] / "src"


class Said(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DICOMVEIL_KEY", raising=False)


@pytest.fixture
def dicomveil(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call the command line in this process."""

    def call(*words: str | Path) -> Said:
        capsys.readouterr()
        code = main(list(map(str, words)))
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command line as a process of its own, with the words of the Popen call as keywords."""
    started: list[subprocess.Popen[str]] = []

    def call(*words: str | Path, **options: object) -> subprocess.Popen[str]:
        usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
        environment = {**os.environ, "PYTHONPATH": str(SRC)}
        process = subprocess.Popen(
            [sys.executable, "-m", "dicomveil", *map(str, words)], env=environment, **{**usual, **options}
        )
        started.append(process)
        return process

    yield call
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder as hospitals write them: names of patients in names of folders and files, and in values."""
    folder = tmp_path / "cataract-ward" / "export"
    inside = folder / "Wimpleton_Araminta"
    inside.mkdir(parents=True)
    for number in (1, 2, 3):
        (inside / f"Wimpleton^Araminta_{number}.dcm").write_bytes(instance(number))
    return folder


@pytest.fixture
def ward(export: Path) -> Path:
    """The same with one file of each kind that needs a word: other, broken, refused, pixels not checked."""
    inside = export / "Wimpleton_Araminta"
    (export / "Wimpleton.txt").write_text("Wimpleton, Araminta")
    (inside / "Wimpleton_cut.dcm").write_bytes(instance(4)[:-20])
    (inside / "Wimpleton_private.dcm").write_bytes(instance(5, sop_class=PRIVATE_CLASS))
    (inside / "Wimpleton_us.dcm").write_bytes(instance(6, sop_class=ULTRASOUND, modality="US"))
    return export


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Where copies go."""
    return tmp_path / "shared"
