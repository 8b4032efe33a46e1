"""Questions to the ledger are answered rightly, also while a run writes to it, and change nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from batch.ledgers import add_run, outcome, project_with
from dicomveil.batch.accounts.accounts import Accounts, Deed, SeriesAccount
from dicomveil.batch.accounts.standing import AT_WORK, ENDED, INTERRUPTED, Standing
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.records.ledger_file import has_writer
from dicomveil.batch.records.project import Project
from dicomveil.errors import UsageError

MIXED = [
    *(outcome(number) for number in (1, 2, 3, 4)),
    outcome(5, "malformed", "a length past the end of what holds it at byte 7"),
    outcome(6, "malformed", "a length past the end of what holds it at byte 7"),
    outcome(7, "duplicate", "another"),
    outcome(8, "skipped", "not a DICOM file"),
    outcome(9, "unreadable", "Permission denied"),
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_with(tmp_path, MIXED)


def test_files_are_counted_by_code_and_by_message(project):
    with Accounts(project) as accounts:
        assert accounts.by_code() == {"done": 4, "duplicate": 1, "malformed": 2, "skipped": 1, "unreadable": 1}
        assert ("malformed", "a length past the end of what holds it at byte 7", 2) in accounts.by_message()
        assert accounts.pixels_not_checked() == 1
        assert accounts.size_bytes() == 4000


def test_what_was_done_to_an_attribute_is_summed_over_files_and_places(project):
    with Accounts(project) as accounts:
        assert accounts.deeds() == [
            Deed("PatientName", "pseudonym", "Table E.1-1", files=4, places=4),
            Deed("RequestAttributesSequence[*].PatientComments", "remove", "<b>a reason</b>", files=2, places=6),
        ]


def test_only_what_can_be_tried_again_is_quarantined_in_the_order_of_names(project):
    with Accounts(project) as accounts:
        assert [(each.number, each.code) for each in accounts.quarantined()] == [
            (5, "malformed"),
            (6, "malformed"),
            (9, "unreadable"),
        ]


def test_only_copies_have_a_target_and_stand_ins(project):
    with Accounts(project) as accounts:
        files = list(accounts.files())
    assert files[0].target == "P1/2.25.1/2.25.91/2.25.81.dcm"
    assert (files[1].pixels_not_checked, files[4].pixels_not_checked) == (True, None)
    assert {(each.target, each.patient) for each in files[4:]} == {("", "")}


def test_durations_are_counted_between_edges(project):
    with Accounts(project) as accounts:
        assert accounts.durations((0.001, 0.004, 0.005)) == [0, 0, 9, 0]
        total, longest = accounts.seconds()
    assert (round(total, 6), longest) == (0.036, 0.004)


def test_series_are_told_of_so_many_patients_only(project):
    with Accounts(project) as accounts:
        assert accounts.patients() == 2
        assert [each.patient for each in accounts.series(1)] == ["P0", "P0"]
        assert next(accounts.series(1)) == SeriesAccount("P0", "2.25.1", "2.25.94", 1, "P0/2.25.1/2.25.94/2.25.84.dcm")


def test_a_file_counts_for_every_run_that_has_seen_to_it(project):
    with Ledger(project.ledger_path) as ledger:
        add_run(ledger, [outcome(5)])
    with Accounts(project) as accounts:
        assert [(run.run, run.files, run.done) for run in accounts.runs()] == [(1, 9, 4), (2, 1, 1)]


def test_a_ledger_can_be_asked_while_a_run_has_it_and_is_left_as_it_was(project):
    before = sorted(Path(project.folder).iterdir())
    with Ledger(project.ledger_path) as ledger:
        with Accounts(project) as accounts:
            assert sum(accounts.by_code().values()) == 9
            add_run(ledger, [outcome(10)])
            assert sum(accounts.by_code().values()) == 10
        assert has_writer(project.ledger_path)
    assert not has_writer(project.ledger_path)
    with Accounts(project):
        pass
    assert sorted(Path(project.folder).iterdir()) == before


def test_accounts_cannot_change_a_ledger(project):
    with Accounts(project) as accounts, pytest.raises(UsageError):
        accounts._rows("DELETE FROM inputs")
    with Accounts(project) as accounts:
        assert sum(accounts.by_code().values()) == 9


def test_a_ledger_of_another_version_is_refused(project):
    connection = sqlite3.connect(project.ledger_path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UsageError, match="another version"):
        Accounts(project)


def test_a_damaged_ledger_is_told_without_its_path(project):
    Path(project.ledger_path).write_bytes(b"no database" * 100)
    with pytest.raises(UsageError, match="cannot be used") as caught:
        Accounts(project)
    assert project.folder not in str(caught.value)


@pytest.mark.parametrize(
    ("end", "state"), [("whole", ENDED), ("interrupted", INTERRUPTED), (None, INTERRUPTED)], ids=str
)
def test_how_the_last_run_stands_is_told(tmp_path, end, state):
    project = project_with(tmp_path, MIXED[:4], end=end)
    with Accounts(project) as accounts:
        standing = Standing.of(accounts, project, None)
    assert (standing.state, standing.known, standing.all_done) == (state, 4, state == ENDED)


def test_a_run_that_holds_the_ledger_is_at_work(tmp_path):
    project = project_with(tmp_path, [], end=None)
    with Ledger(project.ledger_path), Accounts(project) as accounts:
        assert Standing.of(accounts, project, None).state == AT_WORK


def test_a_project_is_found_by_its_output_and_by_its_private_folder(project, tmp_path, monkeypatch):
    for word in (tmp_path / "shared", f"{tmp_path}/shared/", project.folder, f"{project.folder}/"):
        found = Project.named(str(word))
        assert (found.ledger_path, found.output) == (project.ledger_path, str(tmp_path / "shared"))
    monkeypatch.chdir(project.folder)
    assert Project.named(".").output == str(tmp_path / "shared")


def test_where_no_run_was_made_there_is_no_project(tmp_path):
    with pytest.raises(UsageError, match="there is no ledger") as caught:
        Project.named(str(tmp_path / "Wimpleton"))
    assert "Wimpleton" not in str(caught.value)
