from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from builders import Element, dicom_file, element, sequence
from dicomveil.batch import action_lists
from dicomveil.batch.action_lists import ActionLists
from dicomveil.batch.records.reports import ReportWriter
from dicomveil.batch.run import DONE, Outcome, Run
from dicomveil.engine.report import Note, Report
from dicomveil.errors import NotWritten
from engine.instances import KEY, deidentifier, with_elements

PLANTED = ("uillfeather", "4711", "4712", "1.2.3.4.5", "20200315", "ward")


def shapes() -> list[list[Element]]:
    """Instances of three shapes in turn: other elements are removed from each."""
    made = []
    for number in range(12):
        shape = number % 3
        extra = [element(0x00104000, "LT", "Mrs Quillfeather")] if shape else []
        inside = [element(0x00100010, "PN", "Quillfeather")] * shape
        made.append(
            with_elements(
                sequence(0x00089215, *[[each] for each in inside]),
                *extra,
                instance=f"1.2.3.4.5.{number}",
                patient="4711",
            )
        )
    return made


def run_of(folder: Path, files: list[bytes], options: tuple[str, ...] = ()) -> Run:
    source = folder / "ward Quillfeather"
    source.mkdir(exist_ok=True)
    for number, content in enumerate(files):
        (source / f"Quillfeather {number:02}").write_bytes(content)
    return Run(deidentifier(options=options), source, folder / "out", KEY)


def written(path: Path, run: Run) -> list[Outcome]:
    writer = ReportWriter(str(path), "basic 0123")
    outcomes = []
    for outcome in run:
        writer.write(outcome)
        outcomes.append(outcome)
    writer.close()
    return outcomes


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def done_by_file(lines: list[dict[str, object]]) -> list[object]:
    """The actions of each file, found by their number among the lines before it."""
    known: dict[object, object] = {}
    told: list[object] = []
    for line in lines:
        if "run" in line:
            known = {}
        elif "done" in line:
            assert line["actions"] not in known
            known[line["actions"]] = line["done"]
        elif "actions" in line:
            told.append(known[line["actions"]])
    return told


def listed(report: Report | None) -> list[list[object]]:
    assert report is not None
    return [list(line) for line in report.lines()]


@pytest.mark.parametrize("most_known", [10_000, 2, 1], ids=["remembered", "often-forgotten", "always-forgotten"])
@pytest.mark.parametrize("options", [(), ("retain-safe-private",)], ids=["basic", "safe-private"])
def test_a_file_s_number_leads_to_what_was_done_to_it_and_each_list_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_known: int, options: tuple[str, ...]
) -> None:
    monkeypatch.setattr(action_lists, "_MOST_KNOWN", most_known)
    path = tmp_path / "report.jsonl"
    outcomes = written(path, run_of(tmp_path, [dicom_file(each) for each in shapes()], options))
    assert [outcome.code for outcome in outcomes] == [DONE] * 12
    lines = lines_of(path)
    assert done_by_file(lines) == [listed(outcome.report) for outcome in outcomes]
    assert [line["actions"] for line in lines if "done" in line] == [0, 1, 2]


def test_lists_that_die_lend_their_place_in_memory_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_lists, "_MOST_KNOWN", 3)
    path = tmp_path / "report.jsonl"
    writer, lists = ReportWriter(str(path), "basic"), ActionLists()
    expected = []
    for number in range(400):
        note = Note((), 0x00100000 + number % 40, "remove", f"reason {number % 40}")
        report = Report("1.2", notes=[note, (note,)])
        expected.append(listed(report))
        writer.write(Outcome(number, "00", DONE, "", report, "out", "in", actions=lists.of(report)))
        del note, report
    writer.close()
    assert done_by_file(lines_of(path)) == expected


def test_no_line_holds_a_value_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    odd = with_elements(element(0x00080020, "DA", "4712 May"), element(0x00290010, "LO", "Quillfeather & Sons"))
    good = [dicom_file(each) for each in shapes()[:3]]
    outcomes = written(path, run_of(tmp_path, [dicom_file(odd), *good, good[0][:-3], b"Mrs Quillfeather"]))
    assert sorted(outcome.code for outcome in outcomes) == ["done", "done", "done", "duplicate", "malformed", "skipped"]
    text = path.read_text()
    assert [planted for planted in PLANTED if planted in text] == []
    assert str(tmp_path) not in text


def test_each_file_has_a_line_with_its_number_token_code_and_what_its_copy_is(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    ultrasound = with_elements(element(0x00080060, "CS", "US"))
    run = run_of(tmp_path, [dicom_file(ultrasound, trailing=b"\1\2\3\4\5"), b"no DICOM"])
    done, skipped = written(path, run)
    assert done.report is not None
    first, actions, *files = lines_of(path)
    assert first["run"].keys() == {"dicomveil", "standard", "recipe"}
    assert first["run"]["recipe"] == "basic 0123"
    assert actions.keys() == {"actions", "done"}
    assert files == [
        {
            "file": 1,
            "token": done.token,
            "code": "done",
            "actions": 0,
            "instance": done.report.instance_uid,
            "sop_class": "1.2.840.10008.5.1.4.1.1.2",
            "pixels_not_checked": True,
            "trailing_bytes_dropped": 5,
        },
        {"file": 2, "token": skipped.token, "code": "skipped", "message": "not a DICOM file"},
    ]


def test_a_second_run_is_added_to_the_first_and_counts_its_lists_anew(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    files = [dicom_file(each) for each in shapes()[:3]]
    first = written(path, run_of(tmp_path, files))
    before = path.read_text()
    second = written(path, run_of(tmp_path, files))
    assert path.read_text().startswith(before)
    lines = lines_of(path)
    assert len([line for line in lines if "run" in line]) == 2
    assert [outcome.code for outcome in second] == ["target-exists"] * 3
    assert done_by_file(lines) == [listed(outcome.report) for outcome in first]


@pytest.mark.parametrize("mask", [0o022, 0])
def test_the_report_is_for_its_owner_alone(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "report.jsonl"
    before = os.umask(mask)
    try:
        ReportWriter(str(path), "basic").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_name_for_the_same_content_is_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    writer, lists = ReportWriter(str(path), "basic"), ActionLists()
    for number in (1, 2):
        report = Report("1.2", notes=[Note((), 0x00100010, "pseudonym", "a reason")])
        writer.write(Outcome(number, "00", DONE, "", report, "out", "in", actions=lists.of(report)))
    writer.close()
    assert [line.get("actions") for line in lines_of(path)[1:]] == [0, 0, 0]


def test_what_is_said_of_a_failure_is_written_with_it(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    writer = ReportWriter(str(path), "basic")
    writer.write(Outcome(7, "ab", NotWritten.code, "No space left on device", None, None, "in"))
    writer.close()
    assert lines_of(path)[1:] == [
        {"file": 7, "token": "ab", "code": "not-written", "message": "No space left on device"}
    ]


def test_a_line_torn_by_a_kill_is_ended_before_the_next_run_writes(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    path.write_text('{"file": 1, "tok')
    ReportWriter(str(path), "basic").close()
    torn, run, end = path.read_text().split("\n")
    assert (torn, end) == ('{"file": 1, "tok', "")
    assert json.loads(run)["run"]["recipe"] == "basic"
