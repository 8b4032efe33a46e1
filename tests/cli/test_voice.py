"""What a run says: enough to act on, and not more than can be read."""

from __future__ import annotations

import json

import pytest

from cli.cases import instance


@pytest.fixture
def broken(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(10, 35):
        (folder / f"Wimpleton_{number}").write_bytes(instance(number)[:-20])
    return folder


def test_at_most_twenty_files_are_named_and_the_rest_counted(dicomveil, broken, shared):
    err = dicomveil("deidentify", broken, shared).err.splitlines()
    named = [line for line in err if line.startswith("dicomveil: file ")]
    assert len(named) == 20
    assert named[-1].startswith("dicomveil: file 20 ")
    assert err[-1] == "dicomveil: ... and 5 more, see the report"


def test_the_report_names_all_of_them(dicomveil, broken, shared):
    dicomveil("deidentify", broken, shared)
    lines = (shared.with_name("shared.dicomveil") / "report.jsonl").read_text().splitlines()
    files = [line for line in map(json.loads, lines) if "file" in line]
    assert [line["code"] for line in files] == ["malformed"] * 25


def test_quiet_says_nothing_but_by_its_code(dicomveil, broken, shared):
    dicomveil("deidentify", broken, shared, "--quiet")
    assert dicomveil("deidentify", broken, shared, "--quiet") == (1, "", "")


def test_a_reason_all_share_stands_in_the_table_and_different_ones_do_not(dicomveil, broken, shared):
    assert "at byte" in dicomveil("deidentify", broken, shared).out
    (broken / "other").write_bytes(instance(99)[:-80])
    assert "at byte" not in dicomveil("deidentify", broken, shared).out
