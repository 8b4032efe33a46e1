"""How a project stands, for people and for programs; and nothing of a patient in any of it."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path

import pytest

from cli.cases import PLANTED, instance
from dicomveil.batch.records.ledger import Ledger

WARD = 7


@pytest.fixture
def done(dicomveil, ward, shared):
    """A project of the ward: four done, two not, one skipped."""
    dicomveil("deidentify", ward, shared)
    return shared


def test_status_tells_runs_outcomes_recipe_and_what_to_do_next(dicomveil, done):
    said = dicomveil("status", done)
    assert (said.code, said.err) == (1, "")
    assert said.out.startswith("Recipe basic ")
    assert " 7 files, 4 of them done" in said.out
    assert "not done            malformed" in said.out
    assert f"Next: dicomveil quarantine list {done} " in said.out


def test_all_done_gives_code_0_and_nothing_to_do(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    said = dicomveil("status", f"{shared}.dicomveil")
    assert (said.code, said.err) == (0, "")
    assert "nothing is left to do" in said.out


def test_one_file_is_no_files(dicomveil, tmp_path, shared):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "1.dcm").write_bytes(instance(1))
    dicomveil("deidentify", tmp_path / "one", shared)
    assert " 1 file, 1 of them done" in dicomveil("status", shared).out
    told = dicomveil("survey", tmp_path / "one").out
    assert (told.count("1 file "), told.count("1 file, "), "1 files" in told) == (1, 1, False)


def test_status_as_json(dicomveil, done):
    told = json.loads(dicomveil("status", done, "--json").out)
    assert (told["state"], told["known"], told["quarantined"], told["all_done"]) == ("ended", WARD, 2, False)
    assert told["by_code"] == {"done": 4, "malformed": 1, "private-sop-class": 1, "skipped": 1}
    assert [run["files"] for run in told["runs"]] == [WARD]
    assert (told["recipe"], told["edition"]) == ("basic", "2026d")


def test_how_far_a_killed_run_is(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    with Ledger(f"{shared}.dicomveil/ledger") as ledger:
        source = bytes.fromhex(json.loads(dicomveil("status", shared, "--json").out)["runs"][0]["source"])
        ledger.begin(source, started="2026-01-02", software="0", recipe="basic", fingerprint="", jobs=1)
        at_work = dicomveil("status", shared)
    (export / "later.dcm").write_bytes(b"")
    killed = dicomveil("status", shared)
    assert (at_work.code, killed.code) == (1, 1)
    assert "at work; 3 of 3 files" in at_work.out
    assert "interrupted; 3 of 4 files" in killed.out
    assert f"Next: dicomveil resume {shared}" in killed.out


def test_a_row_a_file_goes_to_standard_output(dicomveil, done):
    rows = list(csv.DictReader(io.StringIO(dicomveil("status", done, "--csv", "-").out)))
    lines = [json.loads(line) for line in dicomveil("status", done, "--jsonl", "-").out.splitlines()]
    assert len(rows) == len(lines) == WARD
    assert [row["token"] for row in rows] == [line["token"] for line in lines]
    for row in rows:
        assert (row["code"] == "done") == (done / row["target"]).is_file()


@pytest.mark.parametrize("option", ["--csv", "--jsonl", "--html"])
def test_a_file_is_for_its_owner_only_and_never_overwritten(dicomveil, done, tmp_path, option):
    path = tmp_path / "account"
    assert dicomveil("status", done, option, path).code == 1
    before = path.read_bytes()
    assert before
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = dicomveil("status", done, option, path)
    assert (said.code, said.out) == (2, "")
    assert str(path) not in said.err
    assert path.read_bytes() == before


def test_two_accounts_cannot_share_standard_output(dicomveil, done):
    assert dicomveil("status", done, "--json", "--csv", "-").code == 2


@pytest.mark.parametrize(
    "command", [["status"], ["resume"], ["quarantine", "list"], ["quarantine", "retry"]], ids=" ".join
)
def test_where_no_run_was_made_there_is_nothing_to_tell(dicomveil, tmp_path, command):
    said = dicomveil(*command, tmp_path / "Wimpleton")
    assert (said.code, said.out) == (2, "")
    assert "there is no ledger" in said.err
    assert "Wimpleton" not in said.err


def test_no_planted_value_and_no_input_path_is_in_any_account(dicomveil, ward, done):
    page = Path(f"{done}.dicomveil/report.html").read_text(encoding="utf-8")
    told = page + "".join(
        dicomveil(*words).all
        for words in (
            ("status", done),
            ("status", done, "--json"),
            ("status", done, "--csv", "-"),
            ("status", done, "--jsonl", "-"),
            ("quarantine", "list", done),
            ("quarantine", "list", done, "--json"),
            ("quarantine", "retry", done),
        )
    )
    assert len(told) > 10_000
    assert [text for text in (*PLANTED, str(ward)) if text.lower() in told.lower()] == []


def test_a_page_that_cannot_be_written_fails_no_run(dicomveil, export, shared):
    Path(f"{shared}.dicomveil/report.html").mkdir(parents=True)
    said = dicomveil("deidentify", export, shared)
    assert said.code == 0
    assert "report.html could not be written: " in said.err
    assert "done" in said.out


def test_an_output_whose_zips_are_yet_to_be_packed_is_not_told_to_be_gone(dicomveil, export, shared, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("dicomveil.batch.batch.Batch.finish", stopped)
        assert dicomveil("deidentify", export, shared, "--layout", "zip").code == 130
    assert not shared.exists()
    said = dicomveil("status", f"{shared}.dicomveil")
    assert (said.code, said.err) == (1, "")
    assert "Next: dicomveil resume" in said.out


def test_an_output_that_is_gone_is_told(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    shared.rename(shared.with_name("elsewhere"))
    said = dicomveil("status", shared)
    assert said.code == 1
    assert "the output is not there any more" in said.err


@pytest.mark.parametrize("option", ["--html", "--csv", "--jsonl"])
def test_accounts_are_not_laid_among_the_copies(dicomveil, done, option):
    said = dicomveil("status", done, option, done / "page")
    assert (said.code, said.out) == (2, "")
    assert "that place is in the output" in said.err
    assert not (done / "page").exists()


def test_a_page_wants_a_name(dicomveil, done, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert dicomveil("status", done, "--html", "-").code == 2
    assert not (tmp_path / "-").exists()


def test_inputs_that_are_gone_are_told_apart_and_leave_nothing_to_do(dicomveil, ward, done):
    inside = ward / "Wimpleton_Araminta"
    (inside / "Wimpleton_cut.dcm").unlink()
    (inside / "Wimpleton_private.dcm").unlink()
    (inside / "Wimpleton_us.dcm").unlink()
    assert json.loads(dicomveil("status", done, "--json").out)["gone"] == 0  # nobody has looked yet
    run = dicomveil("deidentify", ward, done)
    told = "no longer in the input 3 of them 1 has a copy, which is still in the output "
    assert run.code == 0
    assert told in " ".join(run.out.split())
    said = dicomveil("status", done)
    assert said.code == 0
    assert told in " ".join(said.out.split())
    assert "nothing is left to do" in said.out
    as_json = json.loads(dicomveil("status", done, "--json").out)
    assert as_json["by_code"] == {"done": 3, "skipped": 1}
    assert (as_json["gone"], as_json["gone_copies"], as_json["known"]) == (3, 1, 4)
    rows = csv.DictReader(io.StringIO(dicomveil("status", done, "--csv", "-").out))
    assert sorted(row["code"] for row in rows if row["gone"] == "yes") == ["done", "malformed", "private-sop-class"]
    page = Path(f"{done}.dicomveil/report.html").read_text(encoding="utf-8")
    assert "3 files are no longer in the input, and not counted; 1 copy of such files is still" in page
    assert "Every file is done that can be." in page


def test_an_input_that_is_empty_now_is_told_with_what_it_has_left(dicomveil, export, done):
    for path in [*export.rglob("*.dcm"), *export.rglob("*.txt")]:
        path.unlink()
    said = dicomveil("deidentify", export, done)
    assert said.code == 1
    assert "the input has no files" in said.err
    assert "no longer in the input 7 of them 4 have copies" in " ".join(said.out.split())
    assert "No file of the input has a copy." in Path(f"{done}.dicomveil/report.html").read_text(encoding="utf-8")


def test_copies_that_the_directory_does_not_list_are_told_here_and_on_the_page(dicomveil, export, shared):
    report = export / "Wimpleton.sr"
    report.write_bytes(instance(7, sop_class="1.2.840.10008.5.1.4.1.1.88.33", modality="SR"))
    run = dicomveil("deidentify", export, shared, "--dicomdir")
    (problem,) = [line.removeprefix("dicomveil: ") for line in run.err.splitlines() if "does not list" in line]
    said = dicomveil("status", shared)
    assert said.code == 1
    assert f"The last run has told: {problem}\n" in said.out
    assert "Next: see to what the last run has told" in said.out  # as another run would tell the same
    assert json.loads(dicomveil("status", shared, "--json").out)["runs"][-1]["problems"] == [problem]
    page = Path(f"{shared}.dicomveil/report.html").read_text(encoding="utf-8")
    assert f"<p>{problem}</p>" in page
    assert "Something is wrong with the output: see what to do below." in page
    report.unlink()
    assert dicomveil("quarantine", "retry", shared).code == 0
    for path in shared.rglob("*"):
        if path.is_file() and b"1.2.840.10008.5.1.4.1.1.88.33" in path.read_bytes():
            path.unlink()
    assert dicomveil("deidentify", export, shared, "--dicomdir").code == 0
    assert dicomveil("status", shared).code == 0
    assert problem not in Path(f"{shared}.dicomveil/report.html").read_text(encoding="utf-8")
