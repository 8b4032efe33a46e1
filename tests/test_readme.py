"""README is run: its commands, its Python, its recipe; and its table of actions is the program's own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread

from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.options import ProfileOption
from dicomveil.recipe.verbs import Verb

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    lines = [line.partition("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.fixture
def at_work(tmp_path: Path) -> Path:
    """The folder that the demo keeps, with what README's commands name: an export of a hospital, and one file of it."""
    (command,) = [each for each in commands() if each.startswith("python demo/run_demo.py ")]
    folder = tmp_path / "kept"
    assert command.split()[2:] == ["../try-it", "&&", "cd", "../try-it"]
    subprocess.run([sys.executable, "demo/run_demo.py", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_dicomveil_commands_run_as_they_stand_one_after_the_other(at_work: Path) -> None:
    ours = [each for each in commands() if each.startswith("dicomveil ")]
    assert {each.split()[1] for each in ours} >= {"deidentify", "edit", "show", "diff", "find", "explain"}
    for command in ours:
        words = [sys.executable, "-m", "dicomveil", *shlex.split(command)[1:]]
        done = subprocess.run(words, cwd=at_work, capture_output=True, text=True, check=False)
        differs = command.startswith("dicomveil diff ") and "differ" in done.stdout
        malformed = "malformed" in done.stdout + done.stderr  # the hospital has one odd file
        assert (done.returncode == 0) or (done.returncode == 1 and (differs or malformed)), (command, done.stderr)
        assert "Traceback" not in done.stderr


def test_the_search_of_the_readme_finds_something(at_work: Path) -> None:
    (command,) = [each for each in commands() if each.startswith("dicomveil find ")]
    words = [sys.executable, "-m", "dicomveil", *shlex.split(command)[1:]]
    assert ".dcm" in subprocess.run(words, cwd=at_work, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("command", [each for each in commands() if each.startswith("make ")])
def test_each_make_command_has_its_target(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{shlex.split(command)[1]}:", makefile, re.MULTILINE)


def test_every_command_is_of_a_kind_that_is_checked() -> None:
    assert all(
        each.startswith(
            ("dicomveil ", "make ", "python3 -m venv .venv", ". .venv/bin/activate", "python demo/run_demo.py ")
        )
        for each in commands()
    )


def test_the_python_runs_as_it_stands(at_work: Path) -> None:
    for code in blocks("python"):
        done = subprocess.run([sys.executable, "-c", code], cwd=at_work, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (at_work / "one-deidentified.dcm").stat().st_size > 1000
    assert dcmread(at_work / "one-edited.dcm").PatientID == "P-7"


def test_the_recipe_is_a_recipe(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    path = tmp_path / "readme.toml"
    path.write_text(text, encoding="utf-8")
    recipe = load_recipe(path)
    assert ProfileOption.RETAIN_DEVICE_IDENTITY in recipe.options
    assert recipe.rules[-1].value == "REFERRER"


def test_the_table_of_actions_is_the_programs_own() -> None:
    table = README[README.index("| action | what it does |") :].split("\n\n")[0]
    named = set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))
    assert named == {str(verb) for verb in Verb} - {"profile"}


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_each_link_leads_to_a_file_of_the_project(link: str) -> None:
    assert (ROOT / link).exists()
