from __future__ import annotations

import os
from pathlib import Path

import pytest

from dicomveil.batch.records.project import Project
from dicomveil.batch.storage.places import check_apart
from dicomveil.errors import UsageError


@pytest.mark.parametrize("spelled", ["out", "out/", "./out", "in/../out", "out//", "out/in/.."])
def test_a_project_lies_beside_its_output_however_that_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelled: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert os.path.abspath(Project.beside(spelled).folder) == f"{tmp_path}/out.dicomveil"


def test_what_belongs_to_a_project_lies_in_its_folder(tmp_path: Path) -> None:
    project = Project.beside(tmp_path / "out")
    paths = {project.key_path, project.table_path, project.reports_path}
    assert len(paths) == 3
    assert {os.path.dirname(path) for path in paths} == {project.folder}


def test_a_project_makes_nothing(tmp_path: Path) -> None:
    Project.beside(tmp_path / "out")
    assert os.listdir(tmp_path) == []


@pytest.fixture
def places(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in-two").mkdir()
    (tmp_path / "in" / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("in", "in", "the output is the input"),
        ("in", "in/", "the output is the input"),
        ("in", "link", "the output is the input"),
        ("link", "in", "the output is the input"),
        ("in/file", "in/file", "the output is the input"),
        ("in/file", "link/file", "the output is the input"),
        ("in", "in/new", "the output lies inside the input"),
        ("in", "in/deep/../new/deep", "the output lies inside the input"),
        ("in", "link/new", "the output lies inside the input"),
        ("in/deep", "in", "the input lies inside the output"),
        ("in/deep", "link", "the input lies inside the output"),
        ("in/file", "in", "the input lies inside the output"),
    ],
)
def test_input_and_output_that_are_not_apart_are_refused(places: Path, source: str, target: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        check_apart(places / source, f"{places}/{target}")
    assert str(places) not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "target"),
    [("in", "out"), ("in", "in-two"), ("in-two", "in"), ("in/file", "in/other"), ("in/deep", "in-two/deep")],
)
def test_input_and_output_that_are_apart_are_taken(places: Path, source: str, target: str) -> None:
    check_apart(places / source, places / target)
