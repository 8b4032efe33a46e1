"""The page about the command line tells of every command, option and exit code, and of no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomveil.cli import COMMANDS

SOURCE = Path(__file__).parents[2] / "src" / "dicomveil"
NEVER_RAISED = {"failed", "failed-check"}  # codes of errors that only lend their kind to others
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


def codes_in(tree: ast.Module) -> Iterator[str]:
    """Yield the codes of error classes, of refusals and of outcomes in a module."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(body=body):
                for line in body:
                    match line:
                        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                            yield code
            case ast.Assign(
                targets=[ast.Tuple(elts=[ast.Name(id="code"), *_])],
                value=ast.Tuple(elts=[ast.Constant(value=str(code)), *_]),
            ):
                yield code
            case ast.FunctionDef(name="code_and_message"):
                for each in ast.walk(node):
                    match each:
                        case ast.Return(value=ast.Tuple(elts=[ast.Constant(value=str(code)), *_])):
                            yield code
            case ast.Call(func=ast.Name(id="Refused"), args=[ast.Constant(value=str(code)), *_]):
                yield code
            case ast.Call(func=ast.Name(id="Outcome"), args=[_, _, ast.Constant(value=str(code)), *_]):
                yield code
            case ast.Assign(
                targets=[ast.Name(id="DONE" | "SKIPPED" | "DUPLICATE" | "QUARANTINED")],
                value=ast.Constant(value=str(code)),
            ):
                yield code


def test_the_page_says_of_every_code_what_to_do_and_of_no_other():
    sources = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    used = {code for text in sources for code in codes_in(ast.parse(text))} - NEVER_RAISED
    _, _, part = part_about("deidentify").partition("### What became of a file")
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", part.partition("\n### ")[0], re.MULTILINE)
    told_apart = set(re.findall(r"`(not-dicom|dicomdir)`", part))
    assert len(rows) == len(set(rows))
    assert set(rows) | told_apart == used
    assert set(rows) & told_apart == set()
