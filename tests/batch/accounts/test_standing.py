"""Whether anything is left to do is said from what is known, and never too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.ledgers import outcome, project_with
from dicomveil.batch.accounts.accounts import Accounts
from dicomveil.batch.accounts.standing import ENDED, INTERRUPTED, Standing
from dicomveil.batch.records.command import Command
from dicomveil.batch.sources.inputs import Inputs


def standing_of(tmp_path: Path, *outcomes: object, end: str | None = "whole", source: Path | None = None) -> Standing:
    project = project_with(tmp_path, list(outcomes), end=end)  # type: ignore[arg-type]
    command = None if source is None else Command(str(source), "", (), "basic", "", (), "0123", "0.1.0", "2026d")
    with Accounts(project) as accounts:
        return Standing.of(accounts, project, command)


@pytest.mark.parametrize(
    ("code", "all_done", "quarantined"),
    [
        ("done", True, 0),
        ("skipped", True, 0),
        ("duplicate", False, 0),
        ("target-exists", False, 0),
        ("unreadable", False, 1),
        ("residue", False, 1),
    ],
)
def test_all_is_done_only_when_every_instance_has_a_copy_of_its_own(
    tmp_path: Path, code: str, all_done: bool, quarantined: int
) -> None:
    standing = standing_of(tmp_path, outcome(1), outcome(2, code, "why"))
    assert (standing.all_done, standing.quarantined) == (all_done, quarantined)


@pytest.mark.parametrize("outcomes", [(), (outcome(1, "skipped", "no DICOM"),)], ids=["nothing", "no-dicom"])
def test_a_run_that_found_no_instance_has_not_done_all(tmp_path: Path, outcomes: tuple[object, ...]) -> None:
    assert not standing_of(tmp_path, *outcomes).all_done


@pytest.mark.parametrize("end", ["interrupted", None])
def test_a_run_that_did_not_come_to_its_end_has_not_done_all_and_says_how_many_there_are(
    tmp_path: Path, end: str | None
) -> None:
    source = tmp_path / "ward"
    source.mkdir()
    for name in "abc":
        (source / name).touch()
    standing = standing_of(tmp_path, outcome(1), end=end, source=source)
    assert (standing.state, standing.all_done, standing.known, standing.files) == (INTERRUPTED, False, 1, 3)


def test_an_input_that_is_gone_is_not_counted(tmp_path: Path) -> None:
    assert standing_of(tmp_path, outcome(1), end=None, source=tmp_path / "gone").files is None


def test_the_input_of_a_run_that_came_to_its_end_is_not_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Inputs, "count", lambda _: pytest.fail("an input may have millions of files"))
    standing = standing_of(tmp_path, outcome(1), source=tmp_path)
    assert (standing.state, standing.files) == (ENDED, None)
