"""A portion is done anywhere with nothing but what is sent there, and sends back little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders import dicom_file
from dicomveil.batch import portion
from dicomveil.batch.crews.chunks import Task
from dicomveil.batch.outcome import Outcome
from dicomveil.batch.portion import carry_out, packed
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.batch.work import Work
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, with_elements

FILES = 6


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    folder = tmp_path / "export"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}").write_bytes(dicom_file(with_elements(instance=f"1.2.3.{number}")))
    (folder / "no").write_bytes(b"no DICOM")
    return [Task(item, f"{item.number:016x}") for item in Inputs(folder)]


def work(tmp_path: Path, **options: Any) -> Work:
    return Work(load_recipe("basic"), KEY, str(tmp_path / "table"), str(tmp_path / "shared"), **options)


def told(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(each.token, each.code) for each in outcomes]


def test_every_task_has_its_outcome_in_their_order(tmp_path: Path, tasks: list[Task]) -> None:
    outcomes = carry_out(packed(work(tmp_path)), tasks)
    assert told(outcomes) == [(task.token, "skipped" if task.item.name == "no" else "done") for task in tasks]


def test_what_one_run_has_learned_is_not_for_the_next(tmp_path: Path, tasks: list[Task]) -> None:
    same = work(tmp_path)
    first, second = packed(same), packed(same)
    carry_out(first, tasks[:1])
    (_, worker), *_ = portion._kept
    carry_out(first, tasks[1:2])
    assert portion._kept == [(first, worker)]
    carry_out(second, tasks[2:])
    ((sent, other),) = portion._kept
    assert sent == second
    assert other is not worker


def test_what_was_done_to_files_alike_comes_back_once(tmp_path: Path, tasks: list[Task]) -> None:
    *_, before, last = carry_out(packed(work(tmp_path)), tasks[:FILES])
    assert before.actions is last.actions
    assert before.actions is not None
    assert "PatientName" in before.actions.told
    assert [each.report.notes for each in (before, last) if each.report] == [[], []]


def test_a_portion_that_was_lost_after_it_was_done_is_done_again_in_peace(tmp_path: Path, tasks: list[Task]) -> None:
    first = carry_out(packed(work(tmp_path)), tasks)
    again = carry_out(packed(work(tmp_path)), tasks)
    assert told(first) == told(again)
    assert [each.target for each in first] == [each.target for each in again]
