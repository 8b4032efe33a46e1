from __future__ import annotations

import re

from dicomveil.batch.layouts.mirror import Mirrored
from dicomveil.batch.sources.inputs import Input
from dicomveil.engine.report import Report
from engine.instances import KEY, OTHER_KEY

REPORT = Report("1.2", "P-1", "2.25.1", "2.25.2", "2.25.3")


def mirrored(name: str, by: Mirrored | None = None) -> str:
    folder, file = (by or Mirrored(KEY))(REPORT, Input(1, f"/in/{name}", name))
    return f"{folder}/{file}" if folder else file


def test_the_folders_are_those_of_the_input_with_a_stand_in_for_each_name() -> None:
    by = Mirrored(KEY)
    one, two, other = mirrored("a/b/c.dcm", by), mirrored("a/b/d.dcm", by), mirrored("a/e/c.dcm", by)
    assert one.split("/")[:2] == two.split("/")[:2]
    assert one.split("/")[0] == other.split("/")[0]
    assert len({one, two, other}) == 3


def test_the_same_name_in_the_same_place_has_the_same_stand_in_in_any_order_and_process() -> None:
    names = ["a/b/c", "a/b", "a", "x/y"]
    one, other = Mirrored(KEY), Mirrored(KEY)
    assert [mirrored(name, one) for name in names] == [mirrored(name, other) for name in reversed(names)][::-1]


def test_the_same_name_in_another_place_cannot_be_told() -> None:
    names = {part for name in ("same/same/same", "other/same") for part in mirrored(name).split("/")}
    assert len(names) == 5


def test_a_name_keeps_neither_length_nor_extension_and_no_file_system_confuses_it() -> None:
    for name in ("Quillfeather^Jane.IMA", "x", "IM000001.dcm", "\udcff", "Ä" * 100):
        assert re.fullmatch(r"[a-z2-7]{16}\.dcm", mirrored(name))
    assert re.fullmatch(r"[a-z2-7]{16}/[a-z2-7]{16}\.dcm", mirrored("Quillfeather/1"))


def test_upper_and_lower_case_are_different_names() -> None:
    assert mirrored("a") != mirrored("A")


def test_another_key_gives_other_stand_ins() -> None:
    assert mirrored("a/b") != mirrored("a/b", Mirrored(OTHER_KEY))


def test_more_folders_than_are_remembered_change_nothing(monkeypatch) -> None:
    names = [f"{folder}/{deeper}/file" for folder in "abc" for deeper in "xyz"]
    before = [mirrored(name) for name in names]
    monkeypatch.setattr("dicomveil.batch.layouts.mirror._MOST_FOLDERS_KNOWN", 2)
    by = Mirrored(KEY)
    assert [mirrored(name, by) for name in names] == before
