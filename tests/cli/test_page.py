"""The page about the command line tells of every command, option and exit code, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dicomveil.cli import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")


def part_about(command: str) -> str:
    (part,) = [part for part in re.split(r"^## ", PAGE, flags=re.M) if part.startswith(f"`dicomveil {command}")]
    return part


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_has_the_options_of_each_command(dicomveil, command):
    offered = set(re.findall(r"^  (--[a-z-]+)", dicomveil(command, "--help").out, re.MULTILINE))
    rows = "".join(line for line in part_about(command).splitlines(keepends=True) if line.startswith("| `--"))
    assert set(re.findall(r"--[a-z-]+(?=[ `])", rows)) == offered


def test_the_page_has_the_purpose_of_each_command():
    for name, purpose in COMMANDS.items():
        words = purpose.split(" of a file")[0].split(",")[0]
        assert re.search(rf"^dicomveil {name}.* {re.escape(words)}", PAGE, re.MULTILINE)
