"""Explaining a file: each element, what becomes of it and why, with values only when asked for."""

from __future__ import annotations

import json

import pytest

from cli.cases import PLANTED, PRIVATE_CLASS, instance


@pytest.fixture
def one(tmp_path):
    path = tmp_path / "Wimpleton.dcm"
    path.write_bytes(instance())
    return path


def line_of(out: str, address: str) -> list[str]:
    (line,) = [each for each in out.splitlines() if each.startswith(f"{address} ")]
    return line.split()


def test_every_element_is_told_with_action_and_reason(dicomveil, one):
    said = dicomveil("explain", one)
    assert (said.code, said.err) == (0, "")
    assert line_of(said.out, "StudyDescription")[:5] == ["StudyDescription", "LO", "remove", "22", "bytes"]
    assert "E.1-1 (0008,1030) X" in said.out
    assert line_of(said.out, "Modality")[2] == "keep"
    assert line_of(said.out, "RequestAttributesSequence[0].PatientName")[2] == "remove"


def test_the_last_line_counts_all_elements(dicomveil, one):
    out = dicomveil("explain", one).out
    *elements, empty, last = out.splitlines()
    assert empty == ""
    assert last.startswith(f"{len(elements)} elements: ")


def test_values_and_path_are_masked(dicomveil, one):
    said = [dicomveil("explain", one, *more) for more in ((), ("--json",), ("--changes-only",))]
    assert [text for text in PLANTED if text in "".join(each.all for each in said)] == []


def test_values_are_shown_when_asked_for_with_a_warning(dicomveil, one):
    said = dicomveil("explain", one, "--show-values")
    assert "'Wimpleton^Araminta'" in said.out
    assert "keep this list where the original is" in said.err


def test_control_characters_of_a_value_do_not_reach_the_terminal(dicomveil, tmp_path):
    path = tmp_path / "odd.dcm"
    path.write_bytes(instance().replace(b"Wimpleton, second", b"Wimple\x1b[2J second"))
    said = dicomveil("explain", path, "--show-values")
    assert said.code == 0
    assert "\x1b" not in said.out


def test_changes_only_leaves_out_what_is_kept(dicomveil, one):
    out = dicomveil("explain", one, "--changes-only").out
    assert not [line for line in out.splitlines() if line.split()[2:3] == ["keep"]]
    assert line_of(out, "PatientName")[2] == "pseudonym"


def test_the_recipe_and_options_decide(dicomveil, one):
    assert line_of(dicomveil("explain", one).out, "StudyDate")[2] == "empty"
    assert line_of(dicomveil("explain", one, "--recipe", "research").out, "StudyDate")[2] == "shift-date"
    assert line_of(dicomveil("explain", one, "--retain", "full-dates").out, "StudyDate")[2] == "keep"


def test_json_is_a_line_an_element(dicomveil, one):
    lines = [json.loads(line) for line in dicomveil("explain", one, "--json").out.splitlines()]
    assert all(set(line) == {"address", "vr", "action", "reason", "length"} for line in lines)
    shown = [json.loads(line) for line in dicomveil("explain", one, "--json", "--show-values").out.splitlines()]
    assert {line["address"]: line["value"] for line in shown}["PatientID"] == "WA-5550123"
    assert len(shown) == len(lines)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"text", "not-dicom", id="no DICOM"),
        pytest.param(instance()[:-20], "malformed", id="cut short"),
        pytest.param(instance(sop_class=PRIVATE_CLASS), "private-sop-class", id="refused"),
    ],
)
def test_what_would_not_be_done_is_told_with_code_1(dicomveil, tmp_path, content, code):
    (tmp_path / "Wimpleton").write_bytes(content)
    said = dicomveil("explain", tmp_path / "Wimpleton")
    assert said.code == 1
    assert f"({code})" in said.err
    assert "Wimpleton" not in said.all


@pytest.mark.parametrize("words", [["Wimpleton"], [], ["a", "--recipe", "reserch"], ["a", "--key", "k"]])
def test_wrong_usage_gives_code_2(dicomveil, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    said = dicomveil("explain", *words)
    assert (said.code, said.out) == (2, "")
    assert "Wimpleton" not in said.err


def test_a_folder_is_told_to_be_one_with_code_2(dicomveil, tmp_path):
    said = dicomveil("explain", tmp_path)
    assert (said.code, said.err) == (2, "dicomveil: a folder; explain takes one file\n")


def test_nothing_is_written(dicomveil, one, tmp_path):
    dicomveil("explain", one)
    assert list(tmp_path.iterdir()) == [one]
