from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders import dicom_file, element
from dicomveil.batch.batch import Batch
from dicomveil.batch.crews.chunks import Task
from dicomveil.batch.crews.crew import Crew, InProcess, cores, crew_of, jobs_for
from dicomveil.batch.outcome import DONE, Corrected, Other, Outcome
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.sources.inputs import Input, Inputs
from dicomveil.batch.work import Work
from dicomveil.batch.worker import Worker
from dicomveil.errors import NotWritten, ProjectKeyError
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, with_elements

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are made by fork, to fail as the tests want")

SECRET = "Quillfeather"


def instance(number: int, *more: bytes, **kind: str) -> bytes:
    return dicom_file(with_elements(*more, instance=f"1.2.3.4.5.{number}", **kind))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export" / SECRET
    folder.mkdir(parents=True)
    for number in range(200):
        (folder / f"{number:03}").write_bytes(instance(number))
    return folder


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(str(tmp_path / "private" / "ledger")) as opened:
        yield opened


def work(tmp_path: Path, **options: Any) -> Work:
    return Work(load_recipe("basic"), KEY, str(tmp_path / "table"), str(tmp_path / "shared"), **options)


def batch(export: Path, ledger: Ledger, crew: Crew | None = None, **options: Any) -> Batch:
    tmp_path = export.parents[1]
    more = {name: options.pop(name) for name in ("retried", "only") if name in options}
    return Batch(work(tmp_path, **options), Inputs(export), crew or crew_of(1), ledger, **more)


def forked(jobs: int = 2) -> Crew:
    """Workers that have what the test has monkeypatched."""
    return Crew(lambda: ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")), jobs)


def codes(outcomes: list[Outcome]) -> Counter[str]:
    return Counter(outcome.code for outcome in outcomes)


def copies(tmp_path: Path) -> dict[str, bytes]:
    root = tmp_path / "shared"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def asked(private: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(private / "ledger")) as db:
        return db.execute(statement).fetchall()


# --- the same, however it is carried out


def test_many_workers_make_what_one_makes(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    assert codes(list(batch(export, ledger))) == {DONE: 200}
    alone = copies(tmp_path)
    shutil.rmtree(tmp_path / "shared")
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        outcomes = list(batch(export, other, crew_of(2)))
    assert sorted(outcome.number for outcome in outcomes) == list(range(1, 201))
    assert copies(tmp_path) == alone
    assert len(alone) == 200


class Drawn(Input):
    """An input that is counted as long as anything holds it."""

    alive = 0

    def __del__(self) -> None:
        Drawn.alive -= 1


class Counted(Inputs):
    taken = 0

    def __iter__(self) -> Iterator[Input]:
        for item in super().__iter__():
            self.taken += 1
            Drawn.alive += 1
            yield Drawn(*item)


@pytest.mark.parametrize(("jobs", "window"), [(1, 1), (2, 5)])
def test_a_run_holds_what_is_in_flight_and_not_the_whole_listing(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, window: int
) -> None:
    monkeypatch.setattr("dicomveil.batch.crews.chunks.FEWEST_FILES", 4)
    monkeypatch.setattr("dicomveil.batch.crews.chunks.MOST_FILES", 4)
    inputs = Counted(export)
    run = iter(Batch(work(tmp_path), inputs, Crew(InProcess, jobs), ledger))
    next(run)
    assert inputs.taken <= window * 4
    assert max(Drawn.alive for _ in run) <= (window + 1) * 4
    assert inputs.taken == 200


def test_of_files_with_one_uid_the_first_by_name_has_the_copy_whoever_is_faster(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = export / "000a"
    first.write_bytes(instance(150, element(0x00180060, "DS", "80")))  # 150 is done in a later portion

    outcomes = list(batch(export, ledger))
    assert codes(outcomes) == {DONE: 200, "duplicate": 1}
    undisturbed = copies(tmp_path)

    shutil.rmtree(tmp_path / "shared")
    monkeypatch.setattr("dicomveil.batch.batch.chunks", lambda tasks: [[task] for task in reversed(list(tasks))])
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        reverse = list(batch(export, other))
        assert Counter(each.code for each in reverse if not each.corrects) == {DONE: 201}
        (corrected,) = [each for each in reverse if each.corrects]
        assert (corrected.number, corrected.code, corrected.corrects) == (152, "duplicate", Corrected(False))
        assert asked(tmp_path / "other", "SELECT code, count(*) FROM inputs GROUP BY code") == [
            ("done", 200),
            ("duplicate", 1),
        ]
    assert copies(tmp_path) == undisturbed


@pytest.mark.parametrize("order", [1, -1], ids=["forwards", "backwards"])
def test_overwriting_settles_it_the_same_way(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    (export / "000a").write_bytes(instance(150, element(0x00180060, "DS", "80")))
    list(batch(export, ledger))
    undisturbed = copies(tmp_path)
    for path in (tmp_path / "shared").rglob("*.dcm"):
        path.write_bytes(b"stale")
    monkeypatch.setattr("dicomveil.batch.batch.chunks", lambda tasks: [[task] for task in list(tasks)[::order]])
    list(batch(export, ledger, overwrite=True))
    assert copies(tmp_path) == undisturbed


# --- what an earlier run has done


def test_a_second_run_takes_only_what_is_new_or_changed_and_says_why(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    (export / "new").write_bytes(instance(900))
    (export / "003").write_bytes(instance(3, element(0x00180060, "DS", "70")))
    gone = next(iter(sorted((tmp_path / "shared").rglob("*.dcm"))))
    gone.unlink()
    again = batch(export, ledger)
    outcomes = list(again)
    assert codes(outcomes) == {DONE: 3}
    assert again.why == {"new": 1, "changed": 1, "copy gone": 1}
    assert again.before == {DONE: 198}
    assert len(copies(tmp_path)) == 201
    assert gone.exists()


def test_a_file_that_could_not_be_done_is_told_again_but_not_done_again_unless_it_changed(
    export: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (export / "007").read_bytes()
    (export / "007").write_bytes(whole[:-3])
    (first,) = [each for each in batch(export, ledger) if each.code != DONE]
    taken: list[str] = []
    take = Worker.take

    def noting(self: Worker, item: Input, token: str, **options: bool) -> Outcome:
        taken.append(item.name)
        return take(self, item, token, **options)

    monkeypatch.setattr(Worker, "take", noting)
    (told,) = list(batch(export, ledger))
    assert (told.number, told.token, told.code, told.message) == (8, first.token, "malformed", first.message)
    assert taken == []
    assert codes(list(batch(export, ledger, retried=True))) == {"malformed": 1}
    assert taken == ["007"]
    (export / "007").write_bytes(whole)
    assert codes(list(batch(export, ledger))) == {DONE: 1}


def test_what_may_have_passed_is_tried_again(export: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise NotWritten(os.strerror(errno.ENOSPC))

    with monkeypatch.context() as context:
        context.setattr("dicomveil.dataset.write.Draft.write", full)
        assert codes(list(batch(export, ledger))) == {"not-written": 200}
    again = batch(export, ledger)
    assert codes(list(again)) == {DONE: 200}
    assert again.why == {"retried": 200}


def test_only_inputs_that_are_asked_for_are_taken(export: Path, ledger: Ledger) -> None:
    first = next(iter(batch(export, ledger)))
    (outcome,) = batch(export, ledger, only=frozenset({bytes.fromhex(first.token)}), overwrite=True)
    assert outcome.token == first.token


def test_with_whole_fingerprints_a_change_is_seen_that_size_and_time_do_not_tell(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    path = export / "003"
    path.write_bytes(instance(3, element(0x00180060, "DS", "120")))
    list(batch(export, ledger, whole=True))
    before, status = copies(tmp_path), path.stat()
    path.write_bytes(instance(3, element(0x00180060, "DS", "130")))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert codes(list(batch(export, ledger))) == {}
    assert copies(tmp_path) == before
    list(batch(export, ledger, whole=True))
    assert copies(tmp_path) != before


# --- killed, full, gone


def test_a_run_that_was_killed_before_its_ledger_knew_goes_on_without_a_word(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    undisturbed = copies(tmp_path)
    with Ledger(str(tmp_path / "other" / "ledger")) as other:  # copies are there, and nothing is known of them
        assert codes(list(batch(export, other))) == {DONE: 200}
    assert copies(tmp_path) == undisturbed


def killing(names: set[str], times: int | None = None) -> Any:
    take = Worker.take
    marks = multiprocessing.get_context("fork").Value("i", 0)

    def deadly(self: Worker, item: Input, token: str, **options: bool) -> Outcome:
        if item.name in names and (times is None or marks.value < times):
            marks.value += 1
            os.kill(os.getpid(), signal.SIGKILL)
        return take(self, item, token, **options)

    return deadly


def test_a_worker_that_is_killed_once_loses_nothing(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "take", killing({"100"}, times=1))
    outcomes = list(batch(export, ledger, forked()))
    assert codes(outcomes) == {DONE: 200}
    assert len(copies(tmp_path)) == 200


def test_files_that_kill_their_workers_are_found_out_and_their_neighbours_are_done(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setattr(Worker, "take", killing({"005", "100"}))
        outcomes = list(batch(export, ledger, forked()))
    assert codes(outcomes) == {DONE: 198, "worker-died": 2}
    assert {each.number for each in outcomes if each.code != DONE} == {6, 101}
    assert len(outcomes) == 200
    assert codes(list(batch(export, ledger))) == {"worker-died": 2}  # told again, not tried again
    assert codes(list(batch(export, ledger, retried=True))) == {DONE: 2}
    assert len(copies(tmp_path)) == 200


def test_a_key_that_cannot_be_used_ends_the_run(export: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> Outcome:
        raise ProjectKeyError("the table is damaged")

    monkeypatch.setattr(Worker, "take", failing)
    with pytest.raises(ProjectKeyError):
        list(batch(export, ledger, forked()))


@pytest.mark.parametrize("jobs", [1, 2], ids=["alone", "two-workers"])
def test_a_run_that_is_stopped_notes_what_it_has_done_and_goes_on_later(
    export: Path, ledger: Ledger, tmp_path: Path, jobs: int
) -> None:
    run = batch(export, ledger, crew_of(jobs))
    outcomes = []
    for outcome in run:
        outcomes.append(outcome)
        run.stop()
    assert run.interrupted
    assert 1 <= len(outcomes) <= 200
    assert len(copies(tmp_path)) == len(outcomes)
    rest = list(batch(export, ledger))
    assert codes(outcomes + rest) == {DONE: 200}
    assert asked(tmp_path / "private", "SELECT interrupted FROM runs") == [(1,), (0,)]


def test_a_run_that_is_stopped_while_it_settles_whose_copy_it_is_ends_in_good_order(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("000a", 150), ("000b", 151)):
        (export / name).write_bytes(instance(number, element(0x00180060, "DS", "80")))
    monkeypatch.setattr("dicomveil.batch.batch.chunks", lambda tasks: [[task] for task in reversed(list(tasks))])
    run = batch(export, ledger)
    for outcome in run:
        if outcome.corrects:
            run.stop()
    assert run.interrupted
    assert asked(tmp_path / "private", "SELECT code, count(*) FROM inputs GROUP BY code") == [
        ("done", 200),
        ("duplicate", 2),
    ]


def test_a_ledger_on_a_full_disk_loses_no_copy_and_is_told(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    run = batch(export, ledger)
    with monkeypatch.context() as context:
        context.setattr(Ledger, "record", full)
        assert codes(list(run)) == {DONE: 200}
    assert run.unrecorded == 200
    assert len(copies(tmp_path)) == 200
    assert codes(list(batch(export, ledger))) == {DONE: 200}


def test_a_file_that_changes_while_it_is_read_is_not_published(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dicomveil.engine.deidentify import Deidentifier

    finish = Deidentifier.finish

    def changing(self: Deidentifier, made: Any, source: Any, draft: Any) -> None:
        if made.report.instance_uid and not hit:
            hit.append(1)
            os.utime(export / "000", ns=(1, 1))
        finish(self, made, source, draft)

    hit: list[int] = []
    monkeypatch.setattr(Deidentifier, "finish", changing)
    outcomes = list(batch(export, ledger))
    assert codes(outcomes) == {DONE: 199, "source-changed": 1}
    assert len(copies(tmp_path)) == 199


def test_nothing_told_or_noted_gives_a_name_away(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    (export / "007").write_bytes((export / "007").read_bytes()[:-3])
    for outcome in batch(export, ledger):
        assert SECRET not in outcome.message + outcome.token + (outcome.target or "")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "private").iterdir())
    for value in (SECRET, "1.2.3.4.5.", str(export)):
        assert value.encode() not in kept


# --- the crew


def test_a_few_files_are_done_in_this_process_and_many_by_all_cores(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicomveil.batch.crews.crew._FEW_FILES", 199)
    few = tmp_path / "few"
    few.mkdir()
    (few / "one").write_bytes(b"")
    assert jobs_for(Inputs(few)) == 1
    assert jobs_for(Inputs(export)) == cores() >= 1


def test_a_call_that_fails_in_this_process_is_told_by_its_future() -> None:
    assert isinstance(InProcess().submit(int, "x").exception(), ValueError)
    assert InProcess().submit(int, "7").result() == 7


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from dicomveil.batch.crews.crew import crew_of\n"
        "if __name__ == '__main__':\n"
        "    crew = crew_of(2)\n"
        "    print(crew.submit(os.getpid).result(), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "parent.py"
    path.write_text(script)
    import subprocess
    import time

    source = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, env={"PYTHONPATH": source}, timeout=60
    )
    worker = int(done.stdout)
    for _ in range(600):
        if not os.path.exists(f"/proc/{worker}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{worker}")


def test_a_work_travels_without_its_secret_being_shown(tmp_path: Path) -> None:
    assert KEY.secret.hex() not in repr(work(tmp_path))
    assert replace(work(tmp_path), whole=True).whole
    assert Task(Input(1, "", ""), "ab").may_replace == ""


def test_two_folders_that_hold_the_same_instances_have_one_copy_of_each(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    other = tmp_path / "other folder"
    shutil.copytree(export, other)
    (other / "003").write_bytes(instance(3, element(0x00180060, "DS", "90")))
    list(batch(export, ledger))
    before = copies(tmp_path)
    second = Batch(work(tmp_path), Inputs(other), crew_of(1), ledger)
    assert codes(list(second)) == {"duplicate": 200}
    assert copies(tmp_path) == before
    assert second.unrecorded == 0
    over = Batch(work(tmp_path, overwrite=True), Inputs(other), crew_of(1), ledger)
    assert codes(list(over)) == {DONE: 200}
    assert len(copies(tmp_path)) == 200
    assert copies(tmp_path) != before
    assert codes(list(batch(export, ledger))) == {"duplicate": 200}


def test_a_change_of_recipe_that_was_interrupted_leaves_no_copy_of_the_old_one(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    def run(recipe: str, **options: Any) -> Batch:
        changed = replace(work(tmp_path, **options), recipe=load_recipe(recipe))
        return Batch(changed, Inputs(export), crew_of(1), ledger)

    list(run("research"))
    old = copies(tmp_path)
    stopped = run("basic", overwrite=True)
    for _ in stopped:
        stopped.stop()
    assert copies(tmp_path).items() & old.items()
    again = run("basic")
    list(again)
    assert set(again.why) == {"another recipe"}
    assert again.finish() == []
    assert not copies(tmp_path).items() & old.items()


def test_copies_of_another_input_that_an_old_recipe_made_are_told(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    other = tmp_path / "other folder"
    other.mkdir()
    (other / "one").write_bytes(instance(900))
    list(batch(export, ledger))
    changed = replace(work(tmp_path, overwrite=True), recipe=load_recipe("research"))
    second = Batch(changed, Inputs(other), crew_of(1), ledger)
    assert codes(list(second)) == {DONE: 1}
    (problem,) = second.finish()
    assert problem.startswith("200 copies in the output are not made as this run makes them")


def test_a_file_whose_time_alone_has_changed_is_done_again_and_told_apart(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    os.utime(export / "003", ns=(1, 1))
    (export / "004").write_bytes(instance(4, element(0x00180060, "DS", "70")))
    again = batch(export, ledger)
    assert codes(list(again)) == {DONE: 2}
    assert again.why == {"touched": 1, "changed": 1}


def test_with_whole_fingerprints_the_same_bytes_are_not_done_again(
    export: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dicomveil.engine.deidentify import Deidentifier

    list(batch(export, ledger, whole=True))
    os.utime(export / "003", ns=(1, 1))
    monkeypatch.setattr(Deidentifier, "finish", None)  # nothing is written
    again = batch(export, ledger, whole=True)
    assert list(again) == []
    assert (again.before, again.why) == ({DONE: 200}, {})


def test_the_report_is_told_before_the_ledger_so_that_a_kill_loses_no_line(
    export: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    record = Ledger.record

    def recording(self: Ledger, outcomes: Any, numbers: Any) -> None:
        order.append("ledger")
        record(self, outcomes, numbers)

    monkeypatch.setattr(Ledger, "record", recording)
    told: list[Outcome] = []

    def tell(outcomes: list[Outcome]) -> None:
        order.append("report")
        told.extend(outcomes)

    list(Batch(work(export.parents[1]), Inputs(export), crew_of(1), ledger, tell=tell))
    assert codes(told) == {DONE: 200}
    assert order[:2] == ["report", "ledger"]


def test_a_changed_input_never_takes_the_place_of_another(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    first = copies(tmp_path)
    (export / "150").write_bytes(instance(3, element(0x00180060, "DS", "70")))
    again = list(batch(export, ledger))
    assert codes(again) == {"duplicate": 1}
    left = copies(tmp_path)
    assert {name: first[name] for name in left} == left
    assert len(left) == 199  # what it was is in the input no more


def test_what_an_input_was_before_it_was_damaged_goes_when_it_is_another_instance(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    before = copies(tmp_path)
    (export / "150").write_bytes(instance(150)[:200])
    assert codes(list(batch(export, ledger))) == {"malformed": 1}
    assert copies(tmp_path) == before  # of an input that cannot be read the copy is all there is
    (export / "150").write_bytes(instance(150, patient="another"))
    assert codes(list(batch(export, ledger))) == {DONE: 1}
    assert len(copies(tmp_path)) == 200
    assert len(before.keys() - copies(tmp_path).keys()) == 1


def test_what_a_killed_run_did_not_come_to_take_away_is_taken_away_by_the_next(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(batch(export, ledger))
    (export / "150").write_bytes(instance(150, patient="another"))
    with monkeypatch.context() as killed:
        killed.setattr(Batch, "_clear_away", lambda self: None)
        list(batch(export, ledger))
    assert len(copies(tmp_path)) == 201
    assert list(batch(export, ledger)) == []
    assert len(copies(tmp_path)) == 200


def test_a_duplicate_gets_the_copy_in_the_run_that_finds_the_other_changed(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    (export / "150").write_bytes(instance(3))
    list(batch(export, ledger))
    (export / "003").write_bytes(instance(3, patient="another"))
    again = list(batch(export, ledger))
    assert codes(again) == {DONE: 2}
    assert len(copies(tmp_path)) == 200


def test_an_input_that_became_another_instance_leaves_no_old_copy(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    (export / "150").write_bytes(instance(150, patient="another"))
    assert codes(list(batch(export, ledger))) == {DONE: 1}
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        there = copies(tmp_path)
        shutil.rmtree(tmp_path / "shared")
        list(batch(export, other))
    assert copies(tmp_path) == there


def test_the_first_by_name_has_the_copy_also_if_it_came_later(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    (export / "0").write_bytes(b"no DICOM")  # all numbers move
    (export / "149a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    outcomes = list(batch(export, ledger))
    assert codes(outcomes) == {"skipped": 1, DONE: 1}
    claimed = asked(tmp_path / "private", "SELECT number FROM inputs WHERE code = 'duplicate'")
    assert claimed == [(153,)]


def test_a_run_that_dies_while_it_settles_leaves_no_copy_without_an_owner(
    export: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def dying(*_: object) -> None:
        raise Died

    (export / "000a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    with monkeypatch.context() as context:
        context.setattr("dicomveil.batch.batch.chunks", lambda tasks: [[task] for task in list(tasks)[::-1]])
        context.setattr(Ledger, "hand_over", dying)
        with pytest.raises(Died):
            list(batch(export, ledger))
    list(batch(export, ledger))
    there = copies(tmp_path)
    assert asked(tmp_path / "private", "SELECT number FROM inputs WHERE code = 'duplicate'") == [(152,)]
    shutil.rmtree(tmp_path / "shared")
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        list(batch(export, other))
    assert copies(tmp_path) == there


def test_an_empty_copy_that_a_power_failure_left_is_made_again(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    there = copies(tmp_path)
    hit = tmp_path / "shared" / next(iter(there))
    hit.write_bytes(b"")
    again = batch(export, ledger)
    assert codes(list(again)) == {DONE: 1}
    assert again.why == {"copy gone": 1}
    assert copies(tmp_path) == there


def test_what_was_refused_for_an_option_is_tried_without_it(export: Path, ledger: Ledger) -> None:
    (export / "000").write_bytes(instance(0, element(0x00280301, "CS", "YES")))
    assert codes(list(batch(export, ledger, refuse_burned_in=True))) == {DONE: 199, "burned-in-annotation": 1}
    assert codes(list(batch(export, ledger, refuse_burned_in=True))) == {"burned-in-annotation": 1}
    assert codes(list(batch(export, ledger))) == {DONE: 1}


# --- inputs that are gone


def test_inputs_that_are_gone_are_noted_by_a_whole_run_and_counted_with_their_copies(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    (export / "000").write_bytes(b"no DICOM")
    list(batch(export, ledger))
    (export / "000").unlink()
    (export / "150").unlink()
    again = batch(export, ledger)
    assert codes(list(again)) == {}
    assert (again.before, again.gone, again.gone_copies) == ({DONE: 198}, 2, 1)
    assert len(copies(tmp_path)) == 199
    assert ledger.here() == 198


def test_neither_a_stopped_run_nor_one_over_some_inputs_says_that_others_are_gone(export: Path, ledger: Ledger) -> None:
    first, *_ = list(batch(export, ledger))
    (export / "150").unlink()
    list(batch(export, ledger, only=frozenset({bytes.fromhex(first.token)}), overwrite=True))
    stopped = batch(export, ledger, overwrite=True)
    for _ in stopped:
        stopped.stop()
    assert ledger.here() == 200
    list(batch(export, ledger))
    assert ledger.here() == 199


def test_an_input_that_is_back_is_no_longer_gone_also_when_another_went(export: Path, ledger: Ledger) -> None:
    list(batch(export, ledger))
    (export / "150").rename(export.parent / "150")
    list(batch(export, ledger))
    (export.parent / "150").rename(export / "150")
    (export / "151").unlink()
    again = batch(export, ledger)
    assert codes(list(again)) == {}
    assert (again.before, again.gone, again.gone_copies) == ({DONE: 199}, 1, 1)


def test_a_copy_of_an_input_that_is_gone_is_no_longer_counted_when_it_was_taken_away(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    there = set(copies(tmp_path))
    (export / "150").unlink()
    (export / "151").unlink()
    list(batch(export, ledger))
    left = asked(
        tmp_path / "private", "SELECT path || '/' || name FROM inputs i JOIN folders f ON f.id = folder WHERE gone"
    )
    assert {str(name) for (name,) in left} < there
    copy = tmp_path / "shared" / str(left[0][0])
    copy.rename(tmp_path / "taken away")
    list(batch(export, ledger))
    assert ledger.gone() == (2, 1)
    (tmp_path / "taken away").rename(copy)
    list(batch(export, ledger))
    assert ledger.gone() == (2, 2)


def test_an_input_under_a_new_name_has_the_copy_that_it_had_under_the_old_one(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    there = copies(tmp_path)
    (export / "003").rename(export / "moved")
    again = batch(export, ledger)
    assert codes(list(again)) == {DONE: 1}
    assert (again.gone, again.gone_copies) == (1, 0)
    assert copies(tmp_path) == there


def test_nothing_is_said_to_be_gone_as_long_as_an_archive_cannot_be_listed(export: Path, ledger: Ledger) -> None:
    with zipfile.ZipFile(export / "some.zip", "w") as archive:
        archive.writestr("a", instance(300))
    list(batch(export, ledger))
    whole = (export / "some.zip").read_bytes()
    (export / "some.zip").write_bytes(whole[:-30])
    (export / "150").unlink()
    list(batch(export, ledger))
    assert ledger.gone() == (0, 0)
    (export / "some.zip").write_bytes(whole)
    list(batch(export, ledger))
    assert ledger.gone() == (2, 1)  # the file, and the archive as one that cannot be listed


def test_a_full_disk_leaves_it_to_the_next_run_to_note_what_is_gone(
    export: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    list(batch(export, ledger))
    (export / "150").unlink()
    with monkeypatch.context() as context:
        context.setattr(Ledger, "mark_gone", full)
        assert codes(list(batch(export, ledger))) == {}
    assert ledger.gone() == (0, 0)
    list(batch(export, ledger))
    assert ledger.gone() == (1, 1)


# --- duplicates, and of what


def test_a_duplicate_says_of_which_file_it_is_one_also_when_it_is_told_again(export: Path, ledger: Ledger) -> None:
    (export / "150a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    (told,) = [each for each in batch(export, ledger) if each.code == "duplicate"]
    assert (told.number, told.other) == (152, Other(151, str(export / "150")))
    (export / "0").write_bytes(b"no DICOM")  # all numbers move
    (again,) = [each for each in batch(export, ledger) if each.code == "duplicate"]
    assert (again.number, again.other) == (153, Other(152, str(export / "150")))


def test_an_input_that_loses_its_copy_to_an_earlier_name_says_to_which(export: Path, ledger: Ledger) -> None:
    list(batch(export, ledger))
    (export / "000a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    list(batch(export, ledger))
    (again,) = list(batch(export, ledger))
    assert (again.number, again.code, again.other) == (152, "duplicate", Other(2, str(export / "000a")))


def test_a_duplicate_of_another_input_folder_is_told_to_be_one(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    other = tmp_path / "other folder"
    other.mkdir()
    (other / "003").write_bytes(instance(3, element(0x00180060, "DS", "90")))
    list(batch(export, ledger))
    for _ in range(2):
        (told,) = Batch(work(tmp_path), Inputs(other), crew_of(1), ledger)
        assert (told.code, told.other) == ("duplicate", Other(0, ""))


def test_a_duplicate_gets_the_copy_when_the_file_that_had_it_is_gone(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    (export / "150a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    (export / "150b").write_bytes(instance(150, element(0x00180060, "DS", "80")))
    list(batch(export, ledger))
    (export / "150").unlink()
    again = batch(export, ledger)
    outcomes = {each.number: each for each in again}
    assert {number: each.code for number, each in outcomes.items()} == {151: DONE, 152: "duplicate"}
    assert outcomes[152].other == Other(151, str(export / "150a"))
    assert (again.gone, again.gone_copies) == (1, 0)
    there = copies(tmp_path)
    shutil.rmtree(tmp_path / "shared")
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        list(batch(export, other))
    assert copies(tmp_path) == there


def test_a_duplicate_gets_the_copy_when_the_file_that_had_it_became_another_instance(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    (export / "150a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    list(batch(export, ledger))
    (export / "150").write_bytes(instance(150, patient="another"))
    for _ in range(2):
        list(batch(export, ledger))
    there = copies(tmp_path)
    assert len(there) == 201
    shutil.rmtree(tmp_path / "shared")
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        list(batch(export, other))
    assert copies(tmp_path) == there


def test_files_whose_names_have_shifted_have_all_their_copies(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    before = copies(tmp_path)
    for number in reversed(range(10)):
        (export / f"{number:03}").rename(export / f"{number + 1:03}")
    (export / "000").write_bytes(instance(999))
    again = list(batch(export, ledger))
    assert {each.code for each in again} == {DONE}
    left = copies(tmp_path)
    lost = before.keys() - left.keys()
    assert len(lost) == 1  # of the instance that another file's name has replaced
    assert len(left) == len(before)
    assert list(batch(export, ledger)) == []


def test_a_repaired_file_does_not_write_over_the_copy_that_another_has_since(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    list(batch(export, ledger))
    whole = (export / "150").read_bytes()
    (export / "1000").write_bytes(whole)
    (export / "150").write_bytes(whole[:200])
    assert codes(list(batch(export, ledger))) == {DONE: 1, "malformed": 1}
    before = copies(tmp_path)
    (export / "150").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    assert codes(list(batch(export, ledger))) == {"duplicate": 1}
    assert copies(tmp_path) == before


def test_a_copy_of_what_is_no_dicom_file_any_more_is_told_of(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    (export / "150").write_bytes(b"something else")
    again = batch(export, ledger)
    assert codes(list(again)) == {"skipped": 1}
    assert [problem for problem in again.finish() if "no DICOM files any more" in problem]


def test_a_copy_whose_input_was_damaged_and_went_is_counted(export: Path, ledger: Ledger, tmp_path: Path) -> None:
    list(batch(export, ledger))
    (export / "150").write_bytes(instance(150)[:200])
    list(batch(export, ledger))
    (export / "150").unlink()
    again = batch(export, ledger)
    list(again)
    assert (again.gone, again.gone_copies) == (1, 1)


def test_a_duplicate_whose_other_file_is_gone_has_the_copy_at_once(export: Path, ledger: Ledger) -> None:
    (export / "250").write_bytes(instance(3))
    assert codes(list(batch(export, ledger)))["duplicate"] == 1
    (export / "003").unlink()
    assert codes(list(batch(export, ledger))) == {DONE: 1}


def test_of_two_that_want_a_place_that_is_free_again_the_first_by_name_has_it(
    export: Path, ledger: Ledger, tmp_path: Path
) -> None:
    (export / "150a").write_bytes(instance(150, element(0x00180060, "DS", "70")))
    list(batch(export, ledger))
    (export / "150").write_bytes(instance(999))
    (export / "150b").write_bytes(instance(150, element(0x00180060, "DS", "80")))
    codes_by_number = {each.number: each.code for each in batch(export, ledger)}
    assert codes_by_number == {151: DONE, 152: DONE, 153: "duplicate"}
    there = copies(tmp_path)
    shutil.rmtree(tmp_path / "shared")
    with Ledger(str(tmp_path / "other" / "ledger")) as other:
        list(batch(export, other))
    assert copies(tmp_path) == there
