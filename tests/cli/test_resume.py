"""A run that was interrupted is gone on with as it was started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
from pathlib import Path

import pytest

from dicomveil.batch.worker import Worker


def command_json(shared: Path) -> Path:
    return Path(f"{shared}.dicomveil/command.json")


def interrupt_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first file of a run be the last, as Ctrl-C would."""
    take = Worker.take

    def interrupted(*given: object, **more: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return take(*given, **more)

    monkeypatch.setattr(Worker, "take", interrupted)
    monkeypatch.setattr("dicomveil.cli.undertaking.Undertaking.can_do_anything", lambda _: True)


@pytest.fixture
def stopped(dicomveil, export, shared, monkeypatch):
    """An interrupted run with words of its own: a relative input, a recipe, an option."""
    monkeypatch.chdir(export.parent)
    with monkeypatch.context() as patch:
        interrupt_in(patch)
        said = dicomveil(
            "deidentify", "export", shared, "--recipe", "research", "--retain", "uids", "--again", "--quiet"
        )
    assert said.code == 130
    assert len(list(shared.rglob("*.dcm"))) == 1
    monkeypatch.chdir(shared.parent)
    return shared


def test_resume_does_the_rest_with_the_words_of_before(dicomveil, stopped):
    said = dicomveil("resume", stopped)
    assert said.code == 0
    assert "retain-modified-dates, retain-patient-characteristics, retain-uids" in said.out
    assert "done before" in said.out
    assert len(list(stopped.rglob("*.dcm"))) == 3


def test_an_interrupted_run_has_its_page(stopped):
    page = Path(f"{stopped}.dicomveil/report.html").read_text(encoding="utf-8")
    assert "has not come to its end" in page


def test_how_to_speak_is_said_anew(dicomveil, stopped):
    said = dicomveil("resume", stopped, "-j", "1", "--json")
    assert json.loads(said.out.splitlines()[-1])["summary"]["done"] == 2


def test_words_are_kept_for_the_owner_only_with_absolute_paths(stopped, export):
    told = json.loads(command_json(stopped).read_text())
    assert told["input"] == str(export)
    assert told["words"] == ["--recipe=research", "--retain=uids", "--again"]
    if os.name == "posix":
        assert stat.S_IMODE(command_json(stopped).stat().st_mode) == 0o600


def test_recipe_and_key_files_are_found_again_from_elsewhere(dicomveil, export, shared, tmp_path, monkeypatch):
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "mine.toml").write_text('extends = "basic"\n')
    dicomveil("deidentify", export, tmp_path / "other", "--quiet")
    shutil.copy(tmp_path / "other.dicomveil" / "key", work / "key")
    monkeypatch.setenv("DICOMVEIL_KEY", "key")
    with monkeypatch.context() as patch:
        interrupt_in(patch)
        dicomveil("deidentify", export, shared, "--recipe", "mine.toml")
    monkeypatch.delenv("DICOMVEIL_KEY")
    monkeypatch.chdir(tmp_path)
    assert dicomveil("resume", "shared").code == 0
    assert len(list(shared.rglob("*.dcm"))) == 3


def test_a_project_that_was_moved_goes_on_where_it_is(dicomveil, stopped):
    moved = stopped.parent / "moved"
    stopped.rename(moved)
    Path(f"{stopped}.dicomveil").rename(f"{moved}.dicomveil")
    assert dicomveil("resume", moved).code == 0
    assert (len(list(moved.rglob("*.dcm"))), stopped.exists()) == (3, False)


def test_a_run_that_came_to_its_end_is_not_resumed(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    said = dicomveil("resume", shared)
    assert (said.code, said.out) == (2, "")
    assert "there is nothing to resume" in said.err


def test_an_input_that_is_gone_is_told_without_its_name(dicomveil, stopped, export):
    export.rename(export.parent / "elsewhere")
    said = dicomveil("resume", stopped)
    assert (said.code, said.out) == (2, "")
    assert "not there any more" in said.err
    assert "export" not in said.err


@pytest.mark.parametrize("content", ["", "[]", '{"input": 7}', "{"], ids=["empty", "list", "number", "cut"])
def test_words_that_cannot_be_read_are_an_error(dicomveil, stopped, content):
    command_json(stopped).write_text(content)
    said = dicomveil("resume", stopped)
    assert (said.code, said.out) == (2, "")
    assert "command.json" in said.err


def started_on_a_cluster(shared: Path) -> None:
    """Have it look as if the last run had been done by a cluster, whose engine is not installed here."""
    told = json.loads(command_json(shared).read_text())
    told["words"].append("--cluster=nosuch://127.0.0.1:1")
    command_json(shared).write_text(json.dumps(told))


def test_with_a_number_of_processes_a_run_on_a_cluster_goes_on_here(dicomveil, stopped):
    started_on_a_cluster(stopped)
    said = dicomveil("resume", stopped)
    assert (said.code, said.out) == (2, "")
    assert "a cluster is named" in said.err
    assert dicomveil("resume", stopped, "-j", "1").code == 0
    assert len(list(stopped.rglob("*.dcm"))) == 3
    assert json.loads(command_json(stopped).read_text())["words"] == ["--recipe=research", "--retain=uids", "--again"]


def test_with_a_number_of_processes_what_a_cluster_could_not_do_is_retried_here(dicomveil, ward, shared):
    dicomveil("deidentify", ward, shared)
    started_on_a_cluster(shared)
    assert dicomveil("quarantine", "retry", shared).code == 2
    said = dicomveil("quarantine", "retry", shared, "-j", "1", "--json")
    assert json.loads(said.out.splitlines()[-1])["summary"]["why"] == {"retried": 2}
