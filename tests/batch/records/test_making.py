"""What an output remembers of how its copies are made, so that no others come among them."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from dicomveil.batch.records.project import Making, Project
from dicomveil.errors import UsageError

BASIC = Making("keyed", "0a1b2c3d", "basic", "fedcba9876543210")


def test_copies_made_in_the_same_way_are_taken_whatever_the_recipe_is_called(tmp_path: Path) -> None:
    project = Project.beside(tmp_path / "out")
    project.remember(BASIC)
    project.check(replace(BASIC, recipe="the same under another name"))


def test_an_output_nothing_is_known_of_takes_all_and_looking_writes_nothing(tmp_path: Path) -> None:
    Project.beside(tmp_path / "out").check(BASIC)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("other", "why"),
    [
        pytest.param(replace(BASIC, stand_ins="random"), "keyed stand-ins, and these would be random", id="source"),
        pytest.param(replace(BASIC, key="99999999"), "under the key 0a1b2c3d, .* under the key 99999999", id="key"),
        pytest.param(replace(BASIC, key=""), "under the key 0a1b2c3d, .* without a key", id="no key"),
    ],
)
def test_no_patient_becomes_two_in_one_output(tmp_path: Path, other: Making, why: str, overwrite: bool) -> None:
    project = Project.beside(tmp_path / "out")
    project.remember(BASIC)
    with pytest.raises(UsageError, match=f"{why}.*choose another output"):
        project.check(other, overwrite=overwrite)


def test_copies_of_another_recipe_are_taken_only_over_the_earlier_ones(tmp_path: Path) -> None:
    project = Project.beside(tmp_path / "out")
    project.remember(BASIC)
    other = replace(BASIC, recipe="research", fingerprint="0" * 16)
    with pytest.raises(UsageError, match=r"basic fedcba9876543210, now research 0{16}.*--overwrite"):
        project.check(other)
    project.check(other, overwrite=True)
    project.remember(other)
    project.check(other)


@pytest.mark.parametrize("overwrite", [False, True])
def test_copies_in_another_layout_are_never_taken(tmp_path: Path, overwrite: bool) -> None:
    project = Project.beside(tmp_path / "out")
    project.remember(BASIC)
    with pytest.raises(UsageError, match=r"layout pseudonyms, .* layout zip; choose another output"):
        project.check(replace(BASIC, layout="zip"), overwrite=overwrite)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"stand_ins": "keyed"}', "\udcff"])
def test_a_damaged_memory_takes_nothing(tmp_path: Path, text: str) -> None:
    project = Project.beside(tmp_path / "out")
    project.remember(BASIC)
    Path(project.making_path).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match="cannot be read"):
        project.check(BASIC)


def test_the_memory_is_for_its_owner_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    project = Project.beside(tmp_path / "out")
    before = os.umask(0)
    try:
        project.remember(BASIC)
        project.remember(BASIC)
    finally:
        os.umask(before)
    assert os.listdir(project.folder) == ["project.json"]
    assert stat.S_IMODE(os.stat(project.making_path).st_mode) == 0o600


def test_a_private_folder_that_cannot_be_written_is_told_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "out.dicomveil").write_text("in the way")
    with pytest.raises(UsageError, match="the private folder beside the output cannot be written") as caught:
        Project.beside(tmp_path / "out").remember(BASIC)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("spelled", "folder"),
    [("out//", "out.dicomveil"), ("./out", "./out.dicomveil"), ("deep/out", "deep/out.dicomveil")],
)
def test_a_project_is_spelled_as_its_output_is(spelled: str, folder: str) -> None:
    assert Project.beside(spelled) == Project(folder)


@pytest.mark.parametrize("spelled", [".", "./", "deep/.."])
def test_an_output_without_a_name_of_its_own_has_its_project_beside_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelled: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Project.beside(spelled) == Project(f"{tmp_path}.dicomveil")


@pytest.mark.parametrize(
    ("earlier", "now", "why"),
    [
        pytest.param("", "aaaabbbbcccc", "made without --known, .* with the file of --known aaaabbbb", id="with"),
        pytest.param("aaaabbbbcccc", "", "with the file of --known aaaabbbb, .* without --known", id="without"),
        pytest.param("aaaabbbbcccc", "ddddeeeeffff", "aaaabbbb, .* with the file of --known ddddeeee", id="another"),
    ],
)
def test_copies_that_are_cleaned_by_other_knowledge_are_taken_only_over_the_earlier_ones(
    tmp_path: Path, earlier: str, now: str, why: str
) -> None:
    project = Project.beside(tmp_path / "out")
    project.remember(replace(BASIC, known=earlier))
    project.check(replace(BASIC, known=earlier))
    with pytest.raises(UsageError, match=f"{why}.*--overwrite"):
        project.check(replace(BASIC, known=now))
    project.check(replace(BASIC, known=now), overwrite=True)
