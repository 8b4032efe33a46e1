"""A token stands for an input where people read: always the same one, and nothing can be learned from it."""

from __future__ import annotations

from pathlib import Path

from dicomveil.batch.records.tokens import TOKEN_BYTES, Tokens
from dicomveil.batch.sources.inputs import Input, Inputs
from engine.instances import KEY, OTHER_KEY

ITEM = Input(1, "/ward/Quillfeather/a", "Quillfeather/a")


def test_a_folder_that_was_moved_has_files_with_the_same_tokens(tmp_path: Path) -> None:
    for root in ("here", "there"):
        (tmp_path / root / "Quillfeather").mkdir(parents=True)
        (tmp_path / root / "Quillfeather" / "a").touch()
    here, there = ([Tokens(KEY).of(item) for item in Inputs(tmp_path / root)] for root in ("here", "there"))
    assert here == there


def test_a_file_that_comes_before_it_changes_no_token() -> None:
    assert Tokens(KEY).of(ITEM) == Tokens(KEY).of(ITEM._replace(number=2, size=7, changed_ns=7))


def test_who_knows_a_name_but_not_the_key_cannot_make_its_token() -> None:
    assert Tokens(KEY).of(ITEM) != Tokens(OTHER_KEY).of(ITEM)
    assert len(Tokens(KEY).of(ITEM)) == TOKEN_BYTES


def test_a_folder_has_one_token_however_it_is_spelled(tmp_path: Path) -> None:
    (tmp_path / "ward").mkdir()
    (tmp_path / "link").symlink_to("ward")
    spellings = ("ward", "ward/", "link", "../" + tmp_path.name + "/ward")
    assert len({Tokens(KEY).of_folder(f"{tmp_path}/{each}") for each in spellings}) == 1


def test_a_file_and_a_folder_of_one_name_are_told_apart() -> None:
    assert Tokens(KEY).of(Input(1, "/ward", "/ward")) != Tokens(KEY).of_folder("/ward")[:TOKEN_BYTES]


def test_names_in_no_character_set_are_told_apart() -> None:
    names = "J\udcfcrgen", "J\udcf6rgen"
    assert len({Tokens(KEY).of(Input(1, name, name)) for name in names}) == 2
