"""A place is a path or a URL, and is the same one however it is spelled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dicomveil.batch.storage.places import (
    absolute,
    draft,
    holds,
    holds_files,
    is_taken,
    lies_in,
    names_folder,
    resolved,
    spelled,
    taken_under,
)
from dicomveil.dataset.source import Source
from dicomveil.errors import TargetExists


@pytest.mark.parametrize(
    ("place", "folder", "inside"),
    [
        ("/data/shared", "/data/shared", True),
        ("/data/shared/a", "/data/shared", True),
        ("/data/shared-too", "/data/shared", False),
        ("s3://bucket/shared/a", "s3://bucket/shared", True),
        ("s3://bucket/shared-too", "s3://bucket/shared", False),
        ("s3://bucket", "s3://bucket/shared", False),
    ],
)
def test_a_folder_whose_name_only_begins_alike_is_another(place: str, folder: str, inside: bool) -> None:
    assert lies_in(place, folder) is inside


def test_a_place_means_the_same_to_a_process_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").touch()
    found = absolute("a")
    monkeypatch.chdir("/")
    assert os.path.samefile(found, tmp_path / "a")
    assert [absolute(each) for each in ("", "s3://bucket/a")] == ["", "s3://bucket/a"]


def test_the_way_up_from_a_linked_folder_is_the_system_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "link").symlink_to("far/away")
    monkeypatch.chdir(tmp_path)
    assert os.path.samefile(absolute("link/.."), tmp_path / "far")


def test_one_place_is_called_the_same_whichever_link_leads_there(tmp_path: Path) -> None:
    (tmp_path / "ward").mkdir()
    (tmp_path / "link").symlink_to("ward")
    assert resolved(f"{tmp_path}/link/") == resolved(str(tmp_path / "ward"))
    assert resolved("s3://bucket/ward/") == resolved("s3://bucket/ward")


def test_a_url_of_this_machine_is_the_path_it_is(tmp_path: Path) -> None:
    assert spelled(f"file://{tmp_path}") == spelled(tmp_path) == str(tmp_path)


def test_a_slash_at_the_end_names_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    new = str(tmp_path / "new")
    assert [names_folder(each) for each in (new, new + "/", str(tmp_path))] == [False, True, True]


def test_empty_folders_hold_nothing_at_whatever_depth(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert not holds_files(str(tmp_path))
    (tmp_path / "a" / "b" / "c").touch()
    assert holds_files(str(tmp_path))


def test_a_link_that_leads_nowhere_takes_its_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    assert is_taken(str(tmp_path / "link"))
    assert taken_under(str(tmp_path))(str(tmp_path / "link"))


def test_a_copy_that_is_there_is_compared_byte_for_byte(tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_bytes(b"made")
    with draft(str(target), overwrite=False) as copy:
        copy.write(Source.in_memory(b""), [b"made"])
        assert holds(str(target), copy.fd)
        target.write_bytes(b"maid")
        assert not holds(str(target), copy.fd)
        with pytest.raises(TargetExists):
            copy.publish()
    assert target.read_bytes() == b"maid"
