"""The face as a whole: help, version, wrong words, faults, pipes, and what a start costs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.cases import instance
from dicomveil import __version__, cli

HEAVY = {"pydicom", "pydantic", "click", "rich", "numpy", "asyncio", "importlib.resources", "logging"}


def test_help_teaches_a_first_command_and_names_all(dicomveil):
    said = dicomveil("--help")
    assert (said.code, said.err) == (0, "")
    assert "dicomveil deidentify hospital-export shared" in said.out
    for name, purpose in cli.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(purpose)}$", said.out, re.MULTILINE)


@pytest.mark.parametrize("word", ["-h", "help"])
def test_other_ways_to_ask_for_help(dicomveil, word):
    assert dicomveil(word) == dicomveil("--help")


def test_no_words_give_the_help_and_code_2(dicomveil):
    said = dicomveil()
    assert (said.code, said.out) == (2, "")
    assert said.err == dicomveil("--help").out


def test_the_version_comes_with_edition_and_acknowledgement(dicomveil):
    said = dicomveil("--version")
    assert said.code == 0
    assert said.out == (
        f"dicomveil {__version__}, PS3.15 2026d\nTables of the standard: DICOM PS3.15 2026d, (c) NEMA\n"
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        pytest.param("deidentfy", "the first word is no command; did you mean deidentify?", id="misspelled"),
        pytest.param("--versoin", "the first word is no command; did you mean --version?", id="option"),
        pytest.param("Wimpleton/scan.dcm", "the first word is no command; there are: deidentify, edit, ", id="path"),
    ],
)
def test_a_word_that_is_no_command_is_told_with_code_2(dicomveil, word, message):
    said = dicomveil(word)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert "Wimpleton" not in said.err


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_each_of_its_options(dicomveil, command):
    said = dicomveil(command, "--help")
    assert (said.code, said.err) == (0, "")
    usage, _, described = said.out.partition("options:")
    named = set(re.findall(r"--[a-z-]+", usage.partition("\n\n")[0]))
    assert named == set(re.findall(r"^  (--[a-z-]+)", described, re.MULTILINE))
    assert all(len(line) <= 110 for line in said.out.splitlines())


def test_the_options_of_deidentify_are_those_that_were_promised(dicomveil):
    out = dicomveil("deidentify", "--help").out
    promised = (
        "recipe retain key overwrite dry-run hash jobs json refuse-burned-in show-paths random again quiet "
        "layout dicomdir known project no-archives cluster"
    )
    assert set(re.findall(r"^  --([a-z-]+)", out, re.MULTILINE)) == set(promised.split())


def test_a_fault_nobody_foresaw_is_told_in_a_line_without_its_words(dicomveil, monkeypatch):
    def faulty(words: list[str]) -> int:
        raise KeyError("Wimpleton^Araminta")

    monkeypatch.setattr(cli, "_command", lambda name: faulty)
    said = dicomveil("recipes")
    assert (said.code, said.out) == (1, "")
    assert re.fullmatch(
        r"dicomveil: a fault of dicomveil: KeyError in test_cli\.py:\d+; please report it, .*\n", said.err
    )


def test_an_error_of_the_system_is_told_without_its_path(dicomveil, monkeypatch):
    def failing(words: list[str]) -> int:
        raise PermissionError(13, "Permission denied", "/export/Wimpleton")

    monkeypatch.setattr(cli, "_command", lambda name: failing)
    assert dicomveil("recipes") == (1, "", "dicomveil: Permission denied\n")


def test_an_interruption_anywhere_gives_130(dicomveil, monkeypatch):
    def interrupted(words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_command", lambda name: interrupted)
    assert dicomveil("recipes") == (130, "", "dicomveil: interrupted\n")


def test_python_can_run_the_package(start):
    out, err = start("--version").communicate(timeout=60)
    assert (out.splitlines()[0], err) == (f"dicomveil {__version__}, PS3.15 2026d", "")


@pytest.mark.parametrize("words", [["--help"], ["recipes"], ["deidentify", "--help"]], ids=" ".join)
def test_a_closed_pipe_is_no_traceback(start, words):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as nobody_reads:
        process = start(*words, stdout=nobody_reads)
        _, err = process.communicate(timeout=60)
    assert (process.returncode in (0, 1), err) == (True, "")  # argparse counts unread help as done


def modules_of(tmp_path: Path, *words: str) -> set[str]:
    script = (
        "import sys; from dicomveil.cli import main; code = main(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr); raise SystemExit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(Path(cli.__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_help_loads_nothing_to_speak_of(tmp_path):
    loaded = modules_of(tmp_path, "--help")
    ours = {name for name in loaded if name.startswith("dicomveil")}
    assert ours <= {"dicomveil", "dicomveil.cli", "dicomveil.version"}
    assert loaded & (HEAVY | {"argparse", "dataclasses"}) == set()


@pytest.mark.parametrize(
    ("edit", "loads"),
    [
        pytest.param(("--set", "PatientName=Roe"), set(), id="none"),
        pytest.param(("--sub", "EthnicGroup=/Doe/Roe/"), set(), id="of-what-is-not-there"),
        pytest.param(("--sub", "PatientName=/Doe/Roe/"), {"regex"}, id="one"),
    ],
)
def test_an_edit_loads_regular_expressions_only_to_search(tmp_path, edit, loads):
    (tmp_path / "one.dcm").write_bytes(instance())
    loaded = modules_of(tmp_path, "edit", str(tmp_path / "one.dcm"), str(tmp_path / "new.dcm"), *edit)
    assert loaded & (HEAVY | {"regex"}) == loads


def test_a_run_loads_nothing_heavy(tmp_path):
    (tmp_path / "one.dcm").write_bytes(instance())
    loaded = modules_of(
        tmp_path,
        "deidentify",
        str(tmp_path / "one.dcm"),
        str(tmp_path / "new.dcm"),
        "--retain",
        "modified-dates",
    )
    assert "dicomveil.engine.deidentify" in loaded
    assert loaded & HEAVY == set()
