"""A text for its owner's eyes is written whole or not at all, and not over another unasked."""

from __future__ import annotations

import os

import pytest

from dicomveil.batch.storage.whole_file import whole_file


def write(path, text, *, then, replace=False):
    with whole_file(str(path), replace=replace) as stream:
        stream.write(text)
        then()


def give_up():
    raise LookupError


def test_a_text_is_written_as_it_is(tmp_path):
    with whole_file(str(tmp_path / "table.csv")) as stream:
        stream.write("Grünling\r\nnext\n")
    assert (tmp_path / "table.csv").read_bytes() == "Grünling\r\nnext\n".encode()
    assert (tmp_path / "table.csv").stat().st_mode & 0o077 == 0


def test_nobody_makes_a_long_text_for_a_name_that_is_taken(tmp_path):
    (tmp_path / "table.csv").touch()
    with pytest.raises(FileExistsError), whole_file(str(tmp_path / "table.csv")):
        pytest.fail("the text was asked for")


def test_a_file_that_came_while_a_text_was_written_is_left_as_it_is(tmp_path):
    with pytest.raises(FileExistsError):
        write(tmp_path / "table.csv", "ours", then=lambda: (tmp_path / "table.csv").write_text("theirs"))
    assert (tmp_path / "table.csv").read_text() == "theirs"
    assert os.listdir(tmp_path) == ["table.csv"]


def test_a_text_that_could_not_be_made_takes_no_place(tmp_path):
    (tmp_path / "table.csv").write_text("old")
    with pytest.raises(LookupError):
        write(tmp_path / "table.csv", "half", then=give_up, replace=True)
    assert (tmp_path / "table.csv").read_text() == "old"
    assert os.listdir(tmp_path) == ["table.csv"]
