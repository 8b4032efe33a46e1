"""Files are found in a fixed order, whatever they are called; nothing that could hold a run up is among them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dicomveil.dataset.discover import files_under


def found(root: Path) -> list[str]:
    return [os.path.relpath(path, root) for path in files_under(str(root))]


def made(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")


def test_files_come_folder_by_folder_in_the_order_of_names(tmp_path: Path):
    made(tmp_path, "b/2", "b/10", "a/z/deep", "a/y", "IM000001", "c.dcm", "no extension")
    assert found(tmp_path) == ["IM000001", "c.dcm", "no extension", "a/y", "a/z/deep", "b/10", "b/2"]
    assert found(tmp_path) == found(tmp_path)


def test_hidden_files_and_odd_names_are_files_like_others(tmp_path: Path):
    made(tmp_path, ".hidden", "Doe^Jane", "x" * 200, "ü")
    assert sorted(found(tmp_path)) == sorted([".hidden", "Doe^Jane", "x" * 200, "ü"])


def test_an_empty_folder_has_none(tmp_path: Path):
    assert found(tmp_path) == []


def test_a_link_to_a_file_is_followed_and_one_to_a_folder_is_not(tmp_path: Path):
    made(tmp_path, "folder/file")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "folder" / "up").symlink_to("..")
    (tmp_path / "link").symlink_to("folder/file")
    (tmp_path / "broken").symlink_to("nowhere")
    assert found(tmp_path) == ["link", "folder/file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are not known here")
def test_a_pipe_is_left_out(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    made(tmp_path, "file")
    assert found(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_listed_is_named_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made(tmp_path, "a/file", "b/file")
    scandir = os.scandir

    def refusing(path: str):
        if path.endswith("a"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert found(tmp_path) == ["a", "b/file"]


def test_a_hundred_levels_of_folders_are_walked(tmp_path: Path):
    at = tmp_path
    here = os.getcwd()
    try:
        os.chdir(at)
        for _ in range(100):
            os.mkdir("d")
            os.chdir("d")
        Path("file").write_bytes(b"")
    finally:
        os.chdir(here)
    assert len([path for path in files_under(str(tmp_path)) if path.endswith("file")]) == 1
