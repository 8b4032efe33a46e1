"""A patient's name stands as such in one file only; no copy of the patient's other files holds it either."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from builders import CT_IMAGE, dicom_file, element
from dicomveil.cli import main
from engine.instances import read

RECIPE = """
extends = "research"

[[rule]]
address = "StudyDescription"
action = "check"
reason = "descriptions are wanted, if they name nobody"

[[rule]]
address = "InstitutionName"
action = "keep"
reason = "where it was is no secret"
"""


def one(number: int, *, name: str, description: str, institution: str = "Saint Example") -> bytes:
    return dicom_file(
        [
            element(0x00080016, "UI", CT_IMAGE),
            element(0x00080018, "UI", f"2.25.707070{number}"),
            element(0x00080020, "DA", f"2023040{number}"),
            element(0x00080060, "CS", "CT"),
            element(0x00080080, "LO", institution),
            element(0x00081030, "LO", description),
            element(0x00100010, "PN", name),
            element(0x00100020, "LO", "WA-5550123"),
            element(0x0020000D, "UI", f"2.25.80808{number}"),
            element(0x0020000E, "UI", f"2.25.90909{number}"),
        ]
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "1.dcm").write_bytes(one(1, name="Wimpleton^Araminta", description="CHEST"))
    (folder / "2.dcm").write_bytes(one(2, name="", description="CHEST of Araminta WIMPLETON", institution="Elsewhere"))
    (folder / "3.dcm").write_bytes(one(3, name="", description="CHEST at Saint Example"))
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return folder


@pytest.fixture
def descriptions(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """De-identify the export and tell what its descriptions have become."""
    monkeypatch.delenv("DICOMVEIL_KEY", raising=False)

    def call(output: str, *words: str) -> list[str]:
        recipe = str(tmp_path / "recipe.toml")
        assert main(["deidentify", str(export), str(tmp_path / output), "--recipe", recipe, *words]) == 0
        copies = [read(path) for path in (tmp_path / output).rglob("*.dcm")]
        assert {str(copy.InstitutionName) for copy in copies} == {"Saint Example", "Elsewhere"}
        return sorted(str(copy.get("StudyDescription", "")) for copy in copies)

    return call


def survey(export: Path, known: Path, *words: str) -> str:
    assert main(["survey", str(export), "--known", str(known), *words]) == 0
    return str(known)


def test_what_one_file_tells_is_looked_for_in_all(export, descriptions, tmp_path):
    known = survey(export, tmp_path / "known")
    assert descriptions("without") == ["CHEST", "CHEST at Saint Example", "CHEST of Araminta WIMPLETON"]
    assert descriptions("with", "--known", known) == ["", "CHEST", "CHEST at Saint Example"]


def test_two_processes_clean_alike(export, descriptions, tmp_path):
    known = survey(export, tmp_path / "known", "--jobs", "2")
    assert descriptions("with", "--known", known, "--jobs", "2") == ["", "CHEST", "CHEST at Saint Example"]


def test_copies_of_one_output_are_cleaned_alike(export, descriptions, tmp_path, capsys):
    known = survey(export, tmp_path / "known")
    descriptions("shared")
    recipe = str(tmp_path / "recipe.toml")
    again = ["deidentify", str(export), str(tmp_path / "shared"), "--recipe", recipe, "--known", known]
    assert main(again) == 2
    assert "would not be cleaned alike" in capsys.readouterr().err
    assert descriptions("shared", "--known", known, "--overwrite") == ["", "CHEST", "CHEST at Saint Example"]
    assert main(again) == 0


def test_one_patient_s_single_file_is_cleaned_by_what_the_others_tell(export, tmp_path):
    known = survey(export, tmp_path / "known")
    recipe, copy = str(tmp_path / "recipe.toml"), tmp_path / "copy.dcm"
    assert main(["deidentify", str(export / "2.dcm"), str(copy), "--recipe", recipe, "--known", known]) == 0
    assert read(copy).get("StudyDescription", "") == ""


def test_a_file_is_explained_with_what_the_others_tell_as_it_is_done(export, tmp_path, capsys):
    known = survey(export, tmp_path / "known")

    def explained(*words: str) -> str:
        capsys.readouterr()
        assert main(["explain", str(export / "2.dcm"), "--recipe", str(tmp_path / "recipe.toml"), *words]) == 0
        said = capsys.readouterr()
        assert not [value for value in ("wimpleton", "araminta", "5550123") if value in (said.out + said.err).lower()]
        (line,) = [line for line in said.out.splitlines() if line.startswith("StudyDescription ")]
        return line.split()[2]

    assert explained() == "keep"
    assert explained("--known", known) == "empty"


@pytest.mark.parametrize("content", [None, b"Wimpleton"], ids=["none", "other"])
def test_a_file_that_no_survey_has_written_explains_nothing(export, tmp_path, capsys, content):
    path = tmp_path / "Wimpleton"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    assert main(["explain", str(export / "2.dcm"), "--known", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "the file of --known" in said.err
    assert "Wimpleton" not in said.err
