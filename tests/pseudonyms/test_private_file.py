"""A private file is there as a whole or not at all, and nobody but its owner ever sees it."""

from __future__ import annotations

import os

import pytest

from dicomveil.pseudonyms.private_file import private_draft

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")


@pytest.fixture(params=[True, False], ids=["hard-links", "no-hard-links"])
def links(request, monkeypatch):
    def no_links(*_):
        raise PermissionError

    if not request.param:
        monkeypatch.setattr(os, "link", no_links)


def draft(path, content, *, then=lambda: None, replace=False):
    with private_draft(path, replace=replace) as file:
        file.write(content)
        then()


def give_up():
    raise KeyboardInterrupt


@posix_only
@pytest.mark.usefixtures("links")
def test_a_draft_is_for_its_owner_only_from_its_first_byte_on(tmp_path):
    path = tmp_path / "secret"
    before = os.umask(0)
    try:
        with private_draft(path) as file:
            assert os.stat(file.name).st_mode & 0o777 == 0o600
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("links")
def test_a_draft_has_no_name_before_it_is_whole(tmp_path):
    path = tmp_path / "secret"
    with private_draft(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["secret"]


@pytest.mark.usefixtures("links")
def test_of_two_drafts_of_one_name_the_first_has_it(tmp_path):
    path = tmp_path / "secret"
    with pytest.raises(FileExistsError):
        draft(path, b"late", then=lambda: draft(path, b"early"))
    assert path.read_bytes() == b"early"
    assert os.listdir(tmp_path) == ["secret"]


@pytest.mark.parametrize("replace", [False, True])
def test_nothing_is_left_of_a_draft_that_was_given_up(tmp_path, replace):
    path = tmp_path / "secret"
    with pytest.raises(KeyboardInterrupt):
        draft(path, b"half", then=give_up, replace=replace)
    assert os.listdir(tmp_path) == []


def test_a_draft_may_take_the_place_of_what_was_there(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    draft(path, b"new", replace=True)
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["secret"]
