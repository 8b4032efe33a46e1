"""How copies are laid out, as a user asks for it."""

from __future__ import annotations

import errno
import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from cli.cases import PLANTED, instance
from dicomveil.batch.layouts import packing
from dicomveil.cli.layouts import OFFERED


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("words", [["--layout", "mirror"], ["--layout", "zip"], ["--dicomdir"]], ids=" ".join)
def test_no_name_in_an_output_and_nothing_said_tells_of_the_input(dicomveil, ward, shared, words):
    said = dicomveil("deidentify", ward, shared, *words)
    told = said.all.replace(str(shared), "") + "".join(names(shared))
    assert names(shared)
    assert [planted for planted in PLANTED if planted in told] == []


def test_a_mirror_has_the_folders_of_the_input(dicomveil, export, shared):
    assert dicomveil("deidentify", export, shared, "--layout", "mirror").code == 0
    assert all(re.fullmatch(r"[a-z2-7]{16}/[a-z2-7]{16}\.dcm", name) for name in names(shared))
    assert len(names(shared)) == 3


def test_two_files_with_one_sop_instance_uid_have_two_copies_in_a_mirror(dicomveil, export, shared):
    (export / "again.dcm").write_bytes(instance(1))
    said = dicomveil("deidentify", export, shared, "--layout", "mirror", "--json")
    assert (said.code, json.loads(said.out.splitlines()[-1])["summary"]["done"]) == (0, 4)
    assert len(names(shared)) == 4


def test_a_zip_for_each_study_and_the_next_run_finds_its_copies_there(dicomveil, export, shared):
    assert dicomveil("deidentify", export, shared, "--layout", "zip").code == 0
    (name,) = names(shared)
    assert re.fullmatch(r"[^/]+/2\.25\.\d+\.zip", name)
    with zipfile.ZipFile(shared / name) as file:
        assert len(file.namelist()) == 3
    assert not Path(f"{shared}.dicomveil/staging").exists()
    said = dicomveil("deidentify", export, shared, "--layout", "zip", "--json")
    summary = json.loads(said.out.splitlines()[-1])["summary"]
    assert (said.code, summary["done"], summary["done_before"]) == (0, 0, 3)


def test_a_full_disk_while_packing_is_told_with_code_1_and_the_next_run_packs(dicomveil, export, shared, monkeypatch):
    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(packing.shutil, "copyfileobj", no_space)
        said = dicomveil("deidentify", export, shared, "--layout", "zip")
    assert (said.code, names(shared)) == (1, [])
    assert ".zip could not be written: No space left on device" in said.err
    assert "run it again when there is space" in said.err
    assert dicomveil("deidentify", export, shared, "--layout", "zip").code == 0
    assert len(names(shared)) == 1


def test_an_interruption_while_packing_gives_130_and_the_next_run_packs(dicomveil, export, shared, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(packing.shutil, "copyfileobj", interrupted)
        assert dicomveil("deidentify", export, shared, "--layout", "zip").code == 130
    assert names(shared) == []
    assert dicomveil("deidentify", export, shared, "--layout", "zip").code == 0
    assert len(names(shared)) == 1


def test_a_new_directory_is_written_and_the_one_among_the_inputs_is_not_copied(dicomveil, export, shared):
    (export / "DICOMDIR").write_bytes(instance(9, sop_class="1.2.840.10008.1.3.10"))
    said = dicomveil("deidentify", export, shared, "--dicomdir")
    assert said.code == 0
    assert "DICOMDIR" in names(shared)
    assert len(names(shared)) == 4
    assert [planted for planted in PLANTED if planted.encode() in (shared / "DICOMDIR").read_bytes()] == []


def test_a_copy_that_the_directory_does_not_list_gives_code_1(dicomveil, tmp_path, shared, export):
    (export / "report").write_bytes(instance(7, sop_class="1.2.840.10008.5.1.4.1.1.88.33", modality="SR"))
    said = dicomveil("deidentify", export, shared, "--dicomdir")
    assert said.code == 1
    assert re.search(r"the DICOMDIR does not list ([A-Z2-7]{8}/){3}[A-Z2-7]{8}: what", said.err)


@pytest.mark.parametrize("words", [["--layout", "mirror"], ["--layout", "zip"], ["--dicomdir"]], ids=" ".join)
def test_a_dry_run_in_any_layout_writes_nothing_and_names_no_private_folder(dicomveil, export, shared, words):
    said = dicomveil("deidentify", export, shared, "--dry-run", "--json", *words)
    assert (said.code, os.listdir(export.parent.parent)) == (0, ["cataract-ward"])
    told = [json.loads(line) for line in said.out.splitlines()[:-1]]
    assert all(each["code"] == "done" and not each["target"].startswith("..") for each in told)


def test_a_dry_run_sees_what_is_packed(dicomveil, export, shared):
    dicomveil("deidentify", export, shared, "--layout", "zip")
    said = dicomveil("deidentify", export, shared, "--layout", "zip", "--dry-run", "--json")
    assert json.loads(said.out.splitlines()[-1])["summary"]["there_already"] == 3


@pytest.mark.parametrize("words", [[], ["--layout", "zip"], ["--dicomdir"], ["--overwrite"]], ids=" ".join)
def test_an_output_keeps_its_layout(dicomveil, export, shared, words):
    dicomveil("deidentify", export, shared, "--layout", "mirror")
    before = names(shared)
    said = dicomveil("deidentify", export, shared, *words)
    assert (said.code, names(shared)) == (2, before)
    assert "the output has copies in the layout mirror" in said.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(["--layout", "mirror", "--random"], "random stand-ins derive nothing", id="random"),
        pytest.param(["--layout", "mirror", "--recipe", "documented"], "needs a key", id="no key"),
        pytest.param(["--layout", "zip", "--dicomdir"], "leave out --layout", id="two layouts"),
        pytest.param(["--layout", "tree"], "invalid choice", id="unknown"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_made(dicomveil, export, shared, words, why):
    said = dicomveil("deidentify", export, shared, *words)
    assert (said.code, os.listdir(export.parent.parent)) == (2, ["cataract-ward"])
    assert why in said.err


def test_a_single_file_has_no_layout_to_choose_unless_its_output_is_a_folder(dicomveil, tmp_path):
    (tmp_path / "one.dcm").write_bytes(instance())
    for words in (["--layout", "zip"], ["--dicomdir"]):
        said = dicomveil("deidentify", tmp_path / "one.dcm", tmp_path / "new.dcm", *words)
        assert (said.code, "end its name with a slash" in said.err) == (2, True)
    assert dicomveil("deidentify", tmp_path / "one.dcm", f"{tmp_path}/new/", "--layout", "zip").code == 0
    said = dicomveil("deidentify", tmp_path / "one.dcm", f"{tmp_path}/other/", "--layout", "mirror")
    assert (said.code, "an input that is a folder" in said.err) == (2, True)


def test_the_manual_has_every_layout():
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `--layout (\w+)` ", page, re.MULTILINE)) == set(OFFERED) | {"NAME"}
