"""How a run was started is remembered for its owner alone, so that it can be gone on with."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from dicomveil.batch.records.command import Command
from dicomveil.errors import UsageError

COMMAND = Command(
    "/ward/Quillfeather", "", ("--jobs", "2"), "basic", "Basic", ("retain-uids",), "0123", "0.1.0", "2026d"
)


def test_a_command_is_remembered_as_it_was(tmp_path: Path) -> None:
    path = str(tmp_path / "command.json")
    COMMAND.remember(path)
    other = Command(**{**asdict(COMMAND), "input": "/ward/J\udcfcrgen"})
    other.remember(path)
    assert Command.remembered(path) == other


def test_it_is_for_its_owner_alone_since_it_names_the_input(tmp_path: Path) -> None:
    COMMAND.remember(str(tmp_path / "command.json"))
    assert (tmp_path / "command.json").stat().st_mode & 0o077 == 0


def test_where_nothing_was_remembered_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Command.remembered(str(tmp_path / "command.json")) is None
    assert Command.remembered(str(tmp_path / "file" / "command.json")) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"words": "--overwrite"}, id="words-that-would-be-letters"),
        pytest.param({"words": [["--overwrite"]]}, id="words-in-words"),
        pytest.param({"input": None}, id="no-input"),
        pytest.param({"fingerprint": 123}, id="number"),
    ],
)
def test_nothing_is_started_from_words_that_are_none(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "command.json").write_text(json.dumps({**asdict(COMMAND), **change}))
    with pytest.raises(UsageError, match="cannot be read"):
        Command.remembered(str(tmp_path / "command.json"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"{}"])
def test_a_damaged_memory_is_told_without_what_it_says(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "command.json").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read") as caught:
        Command.remembered(str(tmp_path / "command.json"))
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.__cause__ is None
