from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders import dicom_file, element
from dicomveil.batch.run import DONE, SKIPPED, Outcome, Run
from dicomveil.batch.sources.inputs import Input
from dicomveil.dataset.write import Draft
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import NotWritten, StandInTableError, UsageError
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, OTHER_KEY, deidentifier, read, with_elements

SECRET = "Quillfeather"


def instance(number: int = 1, **kind: str) -> bytes:
    return dicom_file(with_elements(instance=f"1.2.3.4.5.{number}", **kind))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Three good files, of which the second is where the tests put bad ones."""
    folder = tmp_path / "export" / SECRET
    folder.mkdir(parents=True)
    for number, name in enumerate("acd", 1):
        (folder / name).write_bytes(instance(number))
    return folder


def run(source: Path, by: Deidentifier | None = None, **options: Any) -> Run:
    return Run(by or deidentifier(), source, options.pop("target", source.parent / "../shared"), KEY, **options)


def codes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.code for outcome in outcomes]


def copies(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def nothing_said_gives_anything_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold every outcome of every test to it: no message has a path, a name of a file or a value."""
    said: list[str] = []
    outcome_of = Run._outcome

    def listening(self: Run, item: Input) -> Outcome:
        outcome = outcome_of(self, item)
        said.extend((outcome.message, outcome.token, outcome.code))
        return outcome

    monkeypatch.setattr(Run, "_outcome", listening)
    yield
    assert [text for text in said if SECRET in text or "/" in text or "4711" in text] == []


# --- one bad file stops nothing


def truncated(path: Path) -> None:
    path.write_bytes(instance(9)[:-3])


def no_dicom(path: Path) -> None:
    path.write_text(f"{SECRET}, 4711")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def directory_of_files(path: Path) -> None:
    path.write_bytes(instance(9, sop_class="1.2.840.10008.1.3.10"))


def private_class(path: Path) -> None:
    path.write_bytes(instance(9, sop_class="1.3.46.670589.11.0.0.12.1"))


def already_done(path: Path) -> None:
    path.write_bytes(dicom_file(with_elements(element(0x00120063, "LO", "dicomveil 0.1"), instance="1.2.3.4.5.9")))


def the_same_instance(path: Path) -> None:
    path.write_bytes(instance(1))


def a_link_to_one_done_already(path: Path) -> None:
    path.symlink_to(path.parent / "a")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (truncated, "malformed"),
        (no_dicom, SKIPPED),
        (empty, SKIPPED),
        (directory_of_files, SKIPPED),
        (private_class, "private-sop-class"),
        (already_done, "already-deidentified"),
        (the_same_instance, "duplicate"),
        (a_link_to_one_done_already, "duplicate"),
    ],
    ids=lambda each: each.__name__ if callable(each) else each,
)
def test_one_bad_file_stops_nothing_and_leaves_nothing(
    export: Path, tmp_path: Path, make: Callable[[Path], None], code: str
) -> None:
    make(export / "b")
    outcomes = list(run(export))
    assert codes(outcomes) == [DONE, code, DONE, DONE]
    assert outcomes[1].message
    assert outcomes[1].target is outcomes[1].report is None
    assert copies(tmp_path / "shared") == sorted(
        Path(os.path.realpath(outcome.target)) for outcome in outcomes if outcome.target
    )


def test_a_file_that_may_not_be_read_is_told_and_passed_by(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (export / "b").write_bytes(instance(9))
    forbid(monkeypatch, "open", export / "b")
    outcomes = list(run(export))
    assert codes(outcomes) == [DONE, "unreadable", DONE, DONE]
    assert outcomes[1].message == os.strerror(errno.EACCES)


def test_a_folder_that_may_not_be_listed_is_told_once_and_passed_by(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (export / "b").mkdir()
    (export / "b" / "hidden").write_bytes(instance(9))
    forbid(monkeypatch, "scandir", export / "b")
    forbid(monkeypatch, "open", export / "b")
    outcomes = list(run(export))
    assert codes(outcomes) == [DONE, DONE, DONE, "unreadable"]
    assert outcomes[3].message == os.strerror(errno.EACCES)


def forbid(monkeypatch: pytest.MonkeyPatch, name: str, path: Path) -> None:
    """Let a call of the system fail for one path, as it does for those who are not its owner."""
    allowed = getattr(os, name)

    def call(asked: str, *rest: Any, **others: Any) -> Any:
        if os.fspath(asked) == str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), asked)
        return allowed(asked, *rest, **others)

    monkeypatch.setattr(os, name, call)


def test_a_file_that_vanishes_between_listing_and_opening_is_told_and_passed_by(export: Path) -> None:
    outcomes = iter(run(export))
    assert next(outcomes).code == DONE
    (export / "c").unlink()
    gone, after = outcomes
    assert (gone.code, gone.message) == ("unreadable", os.strerror(errno.ENOENT))
    assert after.code == DONE


def test_a_file_that_becomes_a_folder_is_told_and_passed_by(export: Path) -> None:
    outcomes = iter(run(export))
    next(outcomes)
    (export / "c").unlink()
    (export / "c").mkdir()
    assert codes(list(outcomes)) == [SKIPPED, DONE]


def test_a_full_disk_is_told_of_each_file_and_leaves_nothing(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object) -> int:
        raise NotWritten(os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Draft, "write", write)
    outcomes = list(run(export))
    assert [(outcome.code, outcome.message) for outcome in outcomes] == [("not-written", os.strerror(errno.ENOSPC))] * 3
    assert copies(tmp_path / "shared") == []


def test_a_target_folder_that_cannot_be_made_is_told_and_the_others_are_done(export: Path, tmp_path: Path) -> None:
    (export / "b").write_bytes(instance(9, patient="4712"))
    first = list(run(export))
    folder = Path(first[1].target or "").parents[2]
    shutil.rmtree(tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / folder.name).write_text("in the way")
    outcomes = list(run(export))
    assert codes(outcomes) == [DONE, "not-written", DONE, DONE]
    assert outcomes[1].message == os.strerror(errno.ENOTDIR)


def test_an_error_nobody_foresaw_is_told_by_its_kind_and_place_and_the_rest_goes_on(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, asked = Deidentifier.prepare, []

    def failing(self: Deidentifier, source: Any) -> Any:
        asked.append(source)
        if len(asked) == 2:
            raise KeyError(f"{SECRET} 4711")
        return prepare(self, source)

    monkeypatch.setattr(Deidentifier, "prepare", failing)
    outcomes = list(run(export))
    assert codes(outcomes) == [DONE, "internal-error", DONE]
    assert outcomes[1].message.startswith("KeyError in test_run.py:")
    assert outcomes[1].message.endswith("; please report it, without patient data")


def test_a_file_too_large_for_memory_is_told_and_the_rest_goes_on(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, asked = Deidentifier.prepare, []

    def failing(self: Deidentifier, source: Any) -> Any:
        asked.append(source)
        if len(asked) == 1:
            raise MemoryError
        return prepare(self, source)

    monkeypatch.setattr(Deidentifier, "prepare", failing)
    assert codes(list(run(export))) == ["out-of-memory", DONE, DONE]


def test_a_table_of_stand_ins_that_cannot_be_used_stops_the_run(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise StandInTableError("the table of stand-ins is damaged")

    monkeypatch.setattr(Deidentifier, "prepare", failing)
    with pytest.raises(StandInTableError):
        next(iter(run(export)))


def test_an_interruption_stops_the_run(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Deidentifier, "prepare", failing)
    with pytest.raises(KeyboardInterrupt):
        next(iter(run(export)))


def test_an_instance_that_could_not_be_written_leaves_its_place_to_the_next_with_its_uid(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (export / "b").write_bytes(instance(1))
    write, asked = Draft.write, []

    def failing(self: Draft, *what: Any) -> int:
        asked.append(what)
        if len(asked) == 1:
            raise NotWritten(os.strerror(errno.EDQUOT))
        return write(self, *what)

    monkeypatch.setattr(Draft, "write", failing)
    assert codes(list(run(export))) == ["not-written", DONE, DONE, DONE]


# --- which files, in which order


def test_the_order_is_that_of_names_folder_by_folder_whatever_the_file_system_says(export: Path) -> None:
    for name in ("b/z", "b/a/x", "0/q"):
        (export / name).parent.mkdir(parents=True, exist_ok=True)
        (export / name).write_text("no DICOM")
    outcomes = list(run(export))
    assert [os.path.relpath(outcome.path, export) for outcome in outcomes] == ["a", "c", "d", "0/q", "b/z", "b/a/x"]
    assert [outcome.number for outcome in outcomes] == [1, 2, 3, 4, 5, 6]


def test_links_to_folders_are_not_followed_so_none_goes_round_in_circles(export: Path) -> None:
    (export / "round").symlink_to(export)
    assert codes(list(run(export))) == [DONE] * 3


def test_a_link_that_leads_nowhere_is_left_out(export: Path) -> None:
    (export / "b").symlink_to(export / "nobody")
    assert codes(list(run(export))) == [DONE] * 3


def test_a_link_to_itself_stops_nothing(export: Path) -> None:
    (export / "b").symlink_to(export / "b")
    done = [outcome.code for outcome in run(export) if outcome.code == DONE]
    assert done == [DONE] * 3


@pytest.mark.parametrize("as_input", [False, True], ids=["in-the-input", "as-the-input"])
def test_a_pipe_is_not_waited_for(export: Path, as_input: bool) -> None:
    os.mkfifo(export / "b")
    source = export / "b" if as_input else export
    outcomes: list[Outcome] = []
    waiting = threading.Thread(target=lambda: outcomes.extend(run(source)), daemon=True)
    waiting.start()
    waiting.join(timeout=20)
    assert not waiting.is_alive()
    assert codes(outcomes) == ([SKIPPED] if as_input else [DONE] * 3)


def test_counting_counts_what_a_run_yields_and_opens_nothing(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (export / "b").write_text("no DICOM")
    one = run(export)
    forbid(monkeypatch, "open", export / "b")
    assert one.count() == 4
    monkeypatch.undo()
    assert len(list(one)) == 4


# --- where copies go


def test_copies_of_a_folder_are_named_by_stand_ins_alone(export: Path, tmp_path: Path) -> None:
    for outcome in run(export):
        assert outcome.report is not None
        made = outcome.report
        inside = f"{made.patient}/{made.study_uid}/{made.series_uid}/{made.instance_uid}.dcm"
        assert os.path.realpath(outcome.target or "") == f"{tmp_path}/shared/{inside}"
        assert read(Path(outcome.target or "")).SOPInstanceUID == made.instance_uid
    told = " ".join(os.path.relpath(path, tmp_path) for path in copies(tmp_path / "shared"))
    assert [word for word in (SECRET, "4711", "1.2.3.4.5") if word in told] == []


def test_a_single_file_is_written_under_the_name_it_was_given(export: Path, tmp_path: Path) -> None:
    (outcome,) = run(export / "a", target=tmp_path / "new" / "copy.dcm")
    assert outcome.target == str(tmp_path / "new" / "copy.dcm")
    assert copies(tmp_path / "new") == [tmp_path / "new" / "copy.dcm"]


@pytest.mark.parametrize("there", [True, False], ids=["folder-that-is-there", "name-with-a-slash-at-its-end"])
def test_a_single_file_goes_into_a_folder_as_one_of_many_would(export: Path, tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "new").mkdir()
    (outcome,) = run(export / "a", target=str(tmp_path / "new") + ("" if there else "/"))
    assert outcome.report is not None
    assert [path.name for path in copies(tmp_path / "new")] == [f"{outcome.report.instance_uid}.dcm"]
    assert len(copies(tmp_path / "new")[0].relative_to(tmp_path / "new").parts) == 4


def test_a_single_file_s_copy_may_stand_in_the_working_folder(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert codes(list(run(export / "a", target="copy.dcm"))) == [DONE]
    assert (tmp_path / "copy.dcm").is_file()


def test_a_single_file_whose_folder_cannot_be_made_is_said_not_to_be_written(export: Path, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("in the way")
    (outcome,) = run(export / "a", target=tmp_path / "new" / "folder" / "copy.dcm")
    assert (outcome.code, outcome.message) == ("not-written", os.strerror(errno.ENOTDIR))


def test_nothing_is_overwritten_unasked(export: Path) -> None:
    first = list(run(export))
    before = Path(first[0].target or "").stat().st_ino
    again = list(run(export))
    assert codes(again) == ["target-exists"] * 3
    assert Path(first[0].target or "").stat().st_ino == before
    assert codes(list(run(export, overwrite=True))) == [DONE] * 3
    assert Path(first[0].target or "").stat().st_ino != before


def test_files_likely_to_show_text_are_refused_where_the_recipe_asks_for_it(export: Path, tmp_path: Path) -> None:
    (export / "b").write_bytes(dicom_file(with_elements(element(0x00280301, "CS", "YES"), instance="1.2.3.4.5.9")))
    careful = deidentifier(replace(load_recipe("basic"), refuse_burned_in=True))
    assert codes(list(run(export, careful))) == [DONE, "burned-in-annotation", DONE, DONE]
    assert codes(list(run(export, target=tmp_path / "other"))) == [DONE] * 4


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_copy_never_takes_the_place_of_its_original(export: Path, tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "hard").hardlink_to(export / "a")
    before = (export / "a").read_bytes()
    (outcome,) = run(export / "a", target=tmp_path / "hard", overwrite=overwrite)
    assert outcome.code == ("target-is-source" if overwrite else "target-exists")
    assert (export / "a").read_bytes() == (tmp_path / "hard").read_bytes() == before


# --- what is refused before any file is opened


def test_a_folder_does_not_go_into_a_file(export: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="the input is a folder and the output a file"):
        run(export, target=tmp_path / "file")


@pytest.mark.parametrize("target", ["", "new", "..", "../.."], ids=["itself", "inside", "around", "further-around"])
def test_an_input_and_output_that_are_not_apart_are_refused(export: Path, target: str) -> None:
    with pytest.raises(UsageError):
        run(export, target=export / target)


def test_an_input_that_is_not_there_is_refused(export: Path) -> None:
    with pytest.raises(UsageError, match="the input does not exist"):
        run(export / "nobody")


# --- a dry run


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("single", [False, True], ids=["folder", "single-file"])
def test_a_dry_run_tells_what_a_run_does_and_writes_nothing(export: Path, tmp_path: Path, single: bool) -> None:
    (export / "b").write_bytes(instance(1))
    (export / "e").write_bytes(instance(9)[:-3])
    source, target = (export / "a", tmp_path / "new" / "a.dcm") if single else (export, tmp_path / "new")
    before = everything(tmp_path)
    dry = list(run(source, target=target, dry_run=True))
    assert everything(tmp_path) == before
    wet = list(run(source, target=target))
    assert [told(each) for each in dry] == [told(each) for each in wet]
    assert codes(wet) == ([DONE] if single else [DONE, "duplicate", DONE, DONE, "malformed"])


def told(outcome: Outcome) -> object:
    notes = list(outcome.report.lines()) if outcome.report else None
    return outcome._replace(report=None, seconds=0.0, copy_bytes=0), notes


def test_a_dry_run_tells_which_targets_exist(export: Path) -> None:
    first = list(run(export))
    Path(first[1].target or "").unlink()
    assert codes(list(run(export, dry_run=True))) == ["target-exists", DONE, "target-exists"]
    assert codes(list(run(export, dry_run=True, overwrite=True))) == [DONE] * 3
    assert not Path(first[1].target or "").exists()


# --- tokens


def tokens(source: Path, key: Any = KEY) -> list[str]:
    return [each.token for each in Run(deidentifier(), source, source.parent / "../shared", key, dry_run=True)]


def test_tokens_are_the_same_in_two_runs_and_on_two_machines_and_others_with_another_key(
    export: Path, tmp_path: Path
) -> None:
    (export / "deep").mkdir()
    (export / "deep" / SECRET).write_text("no DICOM")
    first = tokens(export)
    assert len(set(first)) == 4
    assert tokens(export) == first
    shutil.copytree(export, tmp_path / "elsewhere" / "copy")
    assert tokens(tmp_path / "elsewhere" / "copy") == first
    assert not set(tokens(export, OTHER_KEY)) & set(first)


def test_a_slash_at_the_end_of_the_input_changes_no_token(export: Path) -> None:
    with_slash = Run(deidentifier(), f"{export}/", export.parent / "../shared", KEY, dry_run=True)
    assert [each.token for each in with_slash] == tokens(export)


def test_a_token_is_sixteen_hexadecimal_digits_of_the_path_s_and_nothing_of_the_path(export: Path) -> None:
    for token in tokens(export):
        assert len(bytes.fromhex(token)) == 8
        assert token not in {SECRET, str(export)}


def test_a_name_that_is_no_text_is_a_name_like_any_other(export: Path) -> None:
    (Path(os.fsdecode(os.fsencode(export) + b"/\xff\xfe"))).write_bytes(instance(9))
    outcomes = list(run(export))
    assert codes(outcomes) == [DONE] * 4
    assert len({outcome.token for outcome in outcomes}) == 4
