"""What becomes of one input is said whatever happens, and nothing of it is where it should not be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders import dicom_file
from dicomveil.batch.layouts.layout import Layout
from dicomveil.batch.sources.inputs import Input, Inputs
from dicomveil.batch.worker import Worker
from dicomveil.errors import NotWritten, ProjectKeyError
from engine.instances import deidentifier, with_elements

SECRET = "Quillfeather"


@pytest.fixture
def item(tmp_path: Path) -> Input:
    (tmp_path / SECRET).mkdir()
    (tmp_path / SECRET / "a").write_bytes(dicom_file(with_elements()))
    (found,) = Inputs(tmp_path / SECRET)
    return found


def worker(tmp_path: Path, **options: Any) -> Worker:
    return Worker(deidentifier(), Layout(str(tmp_path / "shared"), dry=options.get("dry_run", False)).place, **options)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(SECRET), "out-of-memory"),
        (OSError(5, SECRET), "unreadable"),
        (NotWritten("no space"), "not-written"),
        (KeyError(SECRET), "internal-error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_copy_that_could_not_be_finished_is_told_and_has_no_name(
    tmp_path: Path, item: Input, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    one = worker(tmp_path)
    monkeypatch.setattr(one.deidentifier, "finish", failing)
    outcome = one.take(item, "00", may_replace=f"{tmp_path}/shared/an-old-copy")
    assert (outcome.code, outcome.target, outcome.report) == (code, None, None)
    assert SECRET not in outcome.message
    assert files_in(tmp_path / "shared") == []
    monkeypatch.undo()
    assert one.take(item, "00").code == "done"


def test_a_key_that_cannot_be_used_is_no_fault_of_a_file(
    tmp_path: Path, item: Input, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> None:
        raise ProjectKeyError("gone")

    one = worker(tmp_path)
    monkeypatch.setattr(one.deidentifier, "prepare", failing)
    with pytest.raises(ProjectKeyError):
        one.take(item, "00")


def test_an_original_is_never_its_own_copy(tmp_path: Path, item: Input) -> None:
    before = Path(item.path).read_bytes()
    (tmp_path / "link").hardlink_to(item.path)
    for target in (item.path, str(tmp_path / "link")):
        outcome = Worker(deidentifier(), lambda report, item, target=target: target, overwrite=True).take(item, "00")
        assert (outcome.code, outcome.target) == ("target-is-source", None)
    assert Path(item.path).read_bytes() == before


def test_a_copy_that_is_there_stays_unless_it_is_this_very_input_s(tmp_path: Path, item: Input) -> None:
    target = worker(tmp_path).take(item, "00").target
    assert target is not None
    Path(target).write_bytes(b"of another")
    refused = worker(tmp_path).take(item, "00", may_replace=f"{tmp_path}/shared/other")
    assert (refused.code, refused.target) == ("target-exists", target)
    assert Path(target).read_bytes() == b"of another"
    assert worker(tmp_path).take(item, "00", may_replace=target).code == "done"
    assert Path(target).read_bytes() != b"of another"


@pytest.mark.parametrize(("content", "code"), [(None, "done"), (b"of another", "target-exists")])
def test_after_a_kill_only_a_copy_with_the_same_bytes_counts_as_done(
    tmp_path: Path, item: Input, content: bytes | None, code: str
) -> None:
    target = Path(worker(tmp_path).take(item, "00").target or "")
    if content is not None:
        target.write_bytes(content)
    assert worker(tmp_path, same_is_done=True).take(item, "00").code == code
    assert worker(tmp_path).take(item, "00").code == "target-exists"


def test_a_dry_run_writes_nothing_and_says_what_would_be_refused(tmp_path: Path, item: Input) -> None:
    planned = worker(tmp_path, dry_run=True).take(item, "00")
    assert (planned.code, (tmp_path / "shared").exists()) == ("done", False)
    assert worker(tmp_path).take(item, "00").target == planned.target
    assert worker(tmp_path, dry_run=True).take(item, "00").code == "target-exists"


def test_an_input_with_the_same_bytes_as_before_is_not_written_again(tmp_path: Path, item: Input) -> None:
    first = worker(tmp_path, whole=True).take(item, "00")
    Path(first.target or "").write_bytes(b"as it was left")
    again = worker(tmp_path, whole=True).take(item, "00", may_replace=first.target or "", fingerprint=first.fingerprint)
    assert (again.code, again.is_same, again.copy_bytes) == ("done", True, 0)
    assert Path(first.target or "").read_bytes() == b"as it was left"
    Path(item.path).write_bytes(dicom_file(with_elements(patient="4712")))
    changed = worker(tmp_path, whole=True).take(item, "00", fingerprint=first.fingerprint)
    assert changed.is_same is False
    assert Path(changed.target or "").read_bytes() != b"as it was left"
