"""Files of a folder are edited one by one; what goes wrong with one leaves it as it was and stops nothing."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from builders import dicom_file, element, sequence
from dicomveil.batch.edits.run import Copies, EditRun
from dicomveil.dataset.replace import Manner
from dicomveil.editing.addresses import spelled
from dicomveil.editing.edit_list import EditList
from dicomveil.editing.edits import Edit, NewUID, Put, Remove, Replace, Substitute
from dicomveil.editing.instance import Instance
from dicomveil.editing.table import read_table
from dicomveil.editing.uids import NewUIDs
from dicomveil.engine.edit import Editor
from dicomveil.engine.undo import UndoWriter, undo
from dicomveil.errors import EditError, NoSpace, UsageError


def instance(number: int, name: str = "Doe^Jane") -> bytes:
    return dicom_file([element(0x00080018, "UI", f"2.25.{number}"), element(0x00100010, "PN", name)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    (source / "b").mkdir(parents=True)
    (source / "a.dcm").write_bytes(instance(1))
    (source / "b" / "c").write_bytes(instance(2))
    (source / "bad.dcm").write_bytes(instance(3)[:-3])
    (source / "notes.txt").write_text("no DICOM at all, only words")
    return source


def codes(run: EditRun) -> list[str]:
    return [outcome.code for outcome in run]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


NEW = Put("PatientName", "Roe^Ann")


def test_copies_have_the_names_of_their_originals(folder, tmp_path):
    before = files(folder)
    assert codes(EditRun(Editor([NEW]), folder, tmp_path / "out")) == ["edited", "malformed", "skipped", "edited"]
    assert files(tmp_path / "out") == {"a.dcm": instance(1, "Roe^Ann"), "b/c": instance(2, "Roe^Ann")}
    assert files(folder) == before


def test_files_that_nothing_changes_are_copied_as_they_are_unless_unwanted(folder, tmp_path):
    editor = Editor([NEW], where='SOPInstanceUID == "2.25.2"')
    assert codes(EditRun(editor, folder, tmp_path / "all")) == ["not-matched", "malformed", "skipped", "edited"]
    assert files(tmp_path / "all") == {"a.dcm": instance(1), "b/c": instance(2, "Roe^Ann")}
    list(EditRun(editor, folder, tmp_path / "some", copies=Copies(only_changed=True)))
    assert files(tmp_path / "some") == {"b/c": instance(2, "Roe^Ann")}


def test_in_place_the_original_is_kept_beside_the_edited_file(folder):
    before = files(folder)
    assert codes(EditRun(Editor([NEW]), folder)) == ["edited", "malformed", "skipped", "edited"]
    after = files(folder)
    assert after["a.dcm"] == instance(1, "Roe^Ann")
    assert {name.removesuffix(".bak"): raw for name, raw in after.items() if name.endswith(".bak")} == {
        name: before[name] for name in ("a.dcm", "b/c")
    }
    assert after["bad.dcm"] == before["bad.dcm"]


def test_a_second_edit_takes_no_backup_for_a_file_and_replaces_none(folder):
    list(EditRun(Editor([NEW]), folder))
    after = files(folder)
    outcomes = list(EditRun(Editor([Put("PatientName", "X")]), folder))
    told = [outcome.code for outcome in outcomes]
    assert told == ["backup-exists", "skipped", "malformed", "skipped", "backup-exists", "skipped"]
    assert "backup" in outcomes[0].message
    assert files(folder) == after
    assert codes(EditRun(Editor([Put("PatientName", "X")]), folder, manner=Manner(backup=False)))[0] == "edited"


def test_a_change_of_nothing_rewrites_nothing(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert codes(EditRun(Editor([Put("PatientName", "Doe^Jane")]), folder)) == [
        "unchanged",
        "malformed",
        "skipped",
        "unchanged",
    ]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_what_an_edit_in_place_has_left_is_not_copied_but_counted(folder, tmp_path):
    list(EditRun(Editor([NEW]), folder))
    (folder / ".dicomveil-1-1.part").write_bytes(b"half")
    outcomes = list(EditRun(Editor([NEW]), folder, tmp_path / "out"))
    skipped = sorted(each.message for each in outcomes if each.code == "skipped")
    assert skipped == ["a backup of an edit in place"] * 2 + ["not a DICOM file", "what a stopped edit has left"]
    assert sorted(files(tmp_path / "out")) == ["a.dcm", "b/c"]
    (folder / "alone.bak").write_bytes(instance(7))
    assert codes(EditRun(Editor([NEW]), folder / "alone.bak", tmp_path / "alone")) == ["edited"]


def test_a_copy_is_readable_to_nobody_who_could_not_read_the_original(folder, tmp_path):
    (folder / "a.dcm").chmod(0o600)
    (folder / "b" / "c").chmod(0o604)
    list(EditRun(Editor([NEW]), folder, tmp_path / "out"))
    modes = [stat.S_IMODE((tmp_path / "out" / name).stat().st_mode) for name in ("a.dcm", "b/c")]
    assert modes[0] == 0o600
    assert not modes[1] & ~0o604


def test_several_inputs_keep_their_names_and_are_taken_once(folder, tmp_path):
    sources = [folder / "a.dcm", folder / "b", folder / "b" / "c"]
    run = EditRun(Editor([NEW]), sources, tmp_path / "out")
    assert (codes(run), run.count()) == (["edited", "edited"], 2)
    assert files(tmp_path / "out") == {"a.dcm": instance(1, "Roe^Ann"), "b/c": instance(2, "Roe^Ann")}
    assert codes(EditRun(Editor([NEW]), sources)) == ["edited", "edited"]


@pytest.mark.parametrize(
    ("names", "target", "reason"),
    [
        pytest.param(["a.dcm", "b/c"], "in/bad.dcm", "output is a file", id="into-a-file"),
        pytest.param(["a.dcm", "nowhere"], "out", "does not exist", id="one-is-not-there"),
        pytest.param(["a.dcm", "d/a.dcm"], "out", "same name", id="two-of-a-name"),
    ],
)
def test_several_inputs_that_do_not_go_together_are_refused(folder, tmp_path, names, target, reason):
    (folder / "d").mkdir()
    (folder / "d" / "a.dcm").write_bytes(instance(4))
    with pytest.raises(UsageError, match=reason):
        EditRun(Editor([NEW]), [folder / name for name in names], tmp_path / target)


def test_a_dicomdir_in_a_folder_is_skipped_and_by_itself_edited(folder):
    data = dicom_file([sequence(0x00041220, [element(0x00041430, "CS", "PATIENT"), element(0x00100010, "PN", "A")])])
    (folder / "DICOMDIR").write_bytes(data)
    edit = Replace("**.PatientName", "B")
    outcome = next(iter(EditRun(Editor([edit]), folder)))
    assert (outcome.code, "DICOMDIR" in outcome.message) == ("skipped", True)
    assert (folder / "DICOMDIR").read_bytes() == data
    assert codes(EditRun(Editor([edit]), folder / "DICOMDIR")) == ["edited"]


def test_in_place_permissions_stay_and_times_if_asked(folder):
    path = folder / "a.dcm"
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18))
    list(EditRun(Editor([NEW]), path, manner=Manner(keep_times=True)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_mtime_ns == 10**18


def test_copies_have_times_and_permissions_of_their_originals_if_asked(folder, tmp_path):
    path = folder / "a.dcm"
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18))
    list(EditRun(Editor([NEW]), path, tmp_path / "alike", copies=Copies(alike=True)))
    list(EditRun(Editor([NEW]), path, tmp_path / "fresh"))
    alike, fresh = (tmp_path / "alike").stat(), (tmp_path / "fresh").stat()
    assert (stat.S_IMODE(alike.st_mode), alike.st_mtime_ns) == (0o640, 10**18)
    assert fresh.st_mtime_ns > 10**18


def test_a_link_still_leads_to_the_edited_file(folder):
    link = folder / "link"
    link.symlink_to("a.dcm")
    list(EditRun(Editor([NEW]), link))
    assert link.is_symlink()
    assert (folder / "a.dcm").read_bytes() == instance(1, "Roe^Ann")


def test_nothing_that_is_there_is_overwritten_unasked(folder, tmp_path):
    out = tmp_path / "out"
    list(EditRun(Editor([NEW]), folder, out))
    assert codes(EditRun(Editor([Put("PatientName", "X")]), folder, out))[0] == "target-exists"
    assert (out / "a.dcm").read_bytes() == instance(1, "Roe^Ann")
    assert codes(EditRun(Editor([Put("PatientName", "X")]), folder, out, copies=Copies(overwrite=True)))[0] == "edited"


@pytest.mark.parametrize(
    "edits", [[NEW], [Put("PatientComments", "long " * 200), Remove("PatientName")]], ids=["short", "long"]
)
def test_an_undone_edit_gives_back_every_byte(folder, tmp_path, edits: list[Edit]):
    before = files(folder)
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor(edits), folder, manner=Manner(backup=False), undo=writer))
    assert files(folder) != before
    assert stat.S_IMODE((tmp_path / "undo").stat().st_mode) == 0o600
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None, None]
    assert files(folder) == before


def test_two_edits_are_undone_the_last_one_first(folder, tmp_path):
    before = files(folder)
    with UndoWriter(str(tmp_path / "undo")) as writer:
        for value in ("A", "B^C"):
            list(EditRun(Editor([Put("PatientName", value)]), folder, manner=Manner(backup=False), undo=writer))
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None] * 4
    assert files(folder) == before


def test_copies_of_a_run_that_was_stopped_are_done_before_when_it_is_run_again(folder, tmp_path):
    out = tmp_path / "out"
    next(iter(EditRun(Editor([NEW]), folder, out)))
    before = files(out)
    assert codes(EditRun(Editor([NEW]), folder, out, dry_run=True))[0] == "done-before"
    assert codes(EditRun(Editor([NEW]), folder, out)) == ["done-before", "malformed", "skipped", "edited"]
    assert files(out) == {**before, "b/c": instance(2, "Roe^Ann")}


@pytest.mark.parametrize("other", [instance(1, "Roe^Amy"), instance(1, "Roe^Anne")], ids=["same-length", "longer"])
def test_a_copy_that_would_be_another_is_no_copy_done_before(folder, tmp_path, other):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.dcm").write_bytes(other)
    assert codes(EditRun(Editor([NEW]), folder, tmp_path / "out"))[0] == "target-exists"
    assert (tmp_path / "out" / "a.dcm").read_bytes() == other


def test_a_link_to_an_original_is_no_copy_done_before(folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.dcm").symlink_to(folder / "a.dcm")
    nothing = Put("PatientName", "Doe^Jane")
    assert codes(EditRun(Editor([nothing]), folder, tmp_path / "out"))[0] == "target-exists"


def test_what_is_done_before_is_not_in_a_new_undo_file(folder, tmp_path):
    list(EditRun(Editor([NEW]), folder, tmp_path / "out"))
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor([NEW]), folder, tmp_path / "out", undo=writer))
    assert list(undo(str(tmp_path / "undo"))) == []


@pytest.mark.parametrize("in_place", [True, False], ids=["in-place", "copies"])
def test_a_full_disk_ends_the_run_and_leaves_whole_files_only(folder, tmp_path, monkeypatch, in_place):
    run = EditRun(Editor([NEW]), folder, None if in_place else tmp_path / "out")
    before = files(folder)

    def full(*_: object) -> int:
        raise NoSpace(os.strerror(errno.ENOSPC))

    monkeypatch.setattr("dicomveil.dataset.write.Draft.write", full)
    assert codes(run) == ["not-written"]
    assert run.is_full
    assert files(folder) == before
    assert files(tmp_path / "out") == {}


def test_a_file_that_cannot_be_written_for_another_reason_stops_nothing(folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b").write_text("in the way")
    assert codes(EditRun(Editor([NEW]), folder, tmp_path / "out")) == ["edited", "malformed", "skipped", "not-written"]


@pytest.mark.parametrize("name", ["out", "out/deeper/still"])
def test_an_output_that_cannot_be_written_is_told_before_any_file_is_opened(folder, tmp_path, monkeypatch, name):
    def refuses(path: str, *_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    with monkeypatch.context() as context:
        context.setattr("dicomveil.dataset.write.os.open", refuses)
        with pytest.raises(UsageError) as caught:
            EditRun(Editor([NEW]), folder, tmp_path / name)
    assert str(caught.value) == "the output cannot be written: Permission denied"
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written: Not a directory"):
        EditRun(Editor([NEW]), folder, tmp_path / "file" / "out")


def edited_in_place(path: Path, undo_file: Path, *, backup: bool) -> Path:
    with UndoWriter(str(undo_file)) as writer:
        list(EditRun(Editor([NEW]), path, manner=Manner(backup=backup), undo=writer))
    return path.with_name(path.name + ".bak")


def test_an_undo_takes_away_a_backup_that_its_edit_has_made(folder, tmp_path):
    path, original = folder / "a.dcm", (folder / "a.dcm").read_bytes()
    backup = edited_in_place(path, tmp_path / "undo", backup=True)
    assert [undone.was_back for undone in undo(str(tmp_path / "undo"), dry_run=True)] == [False]
    assert backup.exists()
    assert [undone.was_back for undone in undo(str(tmp_path / "undo"))] == [False]
    assert (path.read_bytes(), backup.exists()) == (original, False)
    assert [undone.was_back for undone in undo(str(tmp_path / "undo"))] == [True]


def test_an_undo_takes_away_the_backup_of_a_file_that_was_brought_back_otherwise(folder, tmp_path):
    path, original = folder / "a.dcm", (folder / "a.dcm").read_bytes()
    backup = edited_in_place(path, tmp_path / "undo", backup=True)
    path.write_bytes(original)
    assert [undone.was_back for undone in undo(str(tmp_path / "undo"))] == [True]
    assert (path.read_bytes(), backup.exists()) == (original, False)


def test_an_undo_leaves_a_backup_that_holds_something_else(folder, tmp_path):
    path, original = folder / "a.dcm", (folder / "a.dcm").read_bytes()
    backup = edited_in_place(path, tmp_path / "undo", backup=True)
    backup.write_bytes(original[:-1] + b"!")
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None]
    assert (path.read_bytes(), backup.read_bytes()) == (original, original[:-1] + b"!")


def test_an_undo_leaves_a_copy_that_is_no_backup_of_its_edit(folder, tmp_path):
    path, original = folder / "a.dcm", (folder / "a.dcm").read_bytes()
    mine = folder / "a.dcm.bak"
    mine.write_bytes(original)
    edited_in_place(path, tmp_path / "undo", backup=False)
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None]
    assert (path.read_bytes(), mine.read_bytes()) == (original, original)


def test_a_file_that_is_not_undone_keeps_its_backup(folder, tmp_path):
    path, original = folder / "a.dcm", (folder / "a.dcm").read_bytes()
    backup = edited_in_place(path, tmp_path / "undo", backup=True)
    path.write_bytes(path.read_bytes() + b"!")
    assert [type(undone.error).__name__ for undone in undo(str(tmp_path / "undo"))] == ["EditRefused"]
    assert backup.read_bytes() == original


def test_a_file_that_was_changed_since_is_not_undone(folder, tmp_path):
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor([NEW]), folder, manner=Manner(backup=False), undo=writer))
    changed = instance(1, "Poe^Ann")
    (folder / "a.dcm").write_bytes(changed)
    (folder / "b" / "c").unlink()
    outcomes = list(undo(str(tmp_path / "undo")))
    assert [type(outcome.error).__name__ for outcome in outcomes] == ["FileNotFoundError", "EditRefused"]
    assert (folder / "a.dcm").read_bytes() == changed


def test_a_patch_that_was_killed_is_undone_part_by_part(folder, tmp_path):
    path = folder / "a.dcm"
    before = path.read_bytes()
    edits = [Put("PatientName", "Poe^Jane"), Put("SOPInstanceUID", "2.25.7")]
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor(edits), path, manner=Manner(patch=True), undo=writer))
    path.write_bytes(path.read_bytes().replace(b"Poe^Jane", b"Doe^Jane"))  # as if it had been killed before that
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None]
    assert path.read_bytes() == before
    path.write_bytes(before.replace(b"Doe^Jane", b"Moe^Jane"))
    assert [type(undone.error).__name__ for undone in undo(str(tmp_path / "undo"))] == ["EditRefused"]


def test_an_edit_that_was_never_made_is_undone_already(folder, tmp_path):
    before = files(folder)
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor([Put("PatientName", "longer than it was")]), folder / "a.dcm", undo=writer))
    (folder / "a.dcm").write_bytes(before["a.dcm"])  # as if it had been killed before that
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None]
    assert (folder / "a.dcm").read_bytes() == before["a.dcm"]


def test_an_edit_that_failed_is_not_undone(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.dcm").write_bytes(b"somebody else's")
    with UndoWriter(str(tmp_path / "undo")) as writer:
        assert codes(EditRun(Editor([NEW]), folder, out, undo=writer))[0] == "target-exists"
    assert [undone.error for undone in undo(str(tmp_path / "undo"))] == [None]
    assert (out / "a.dcm").read_bytes() == b"somebody else's"
    assert (out / "b" / "c").read_bytes() == instance(2)


@pytest.mark.parametrize("new", ["Roe^Jane", "longer than it was"], ids=["same-length", "longer"])
def test_a_file_that_has_grown_since_is_not_undone(folder, tmp_path, new):
    path = folder / "a.dcm"
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor([Put("PatientName", new)]), path, manner=Manner(backup=False), undo=writer))
    grown = path.read_bytes() + bytes(8)
    path.write_bytes(grown)
    assert [type(undone.error).__name__ for undone in undo(str(tmp_path / "undo"))] == ["EditRefused"]
    assert path.read_bytes() == grown


def referring(folder: Path) -> Path:
    """Make a folder of three files, each of which refers to the others."""
    folder.mkdir()
    for number in (1, 2, 3):
        others = [[element(0x00081155, "UI", f"2.25.{other}")] for other in (1, 2, 3) if other != number]
        uid, name = element(0x00080018, "UI", f"2.25.{number}"), element(0x00100010, "PN", "ABC"[number - 1])
        (folder / str(number)).write_bytes(dicom_file([uid, sequence(0x00081110, *others), name]))
    return folder


class Dotted:
    """Stand-ins that can be foreseen."""

    def uid(self, original: str) -> str:
        return f"{original}.9"

    def tools(self, instance: object) -> object:
        raise NotImplementedError


def test_only_uids_of_files_that_are_edited_are_followed(tmp_path):
    folder = referring(tmp_path / "in")
    table = tmp_path / "rows.csv"
    table.write_text("SOPInstanceUID,StudyID\n2.25.1,1\n2.25.2,2\n")
    rows = read_table(table, ["SOPInstanceUID"])
    editor = Editor([NewUID("SOPInstanceUID")], where='PatientName != "B"', stand_ins=Dotted())
    assert codes(EditRun(editor, folder, table=rows, manner=Manner(backup=False))) == ["edited", *["not-matched"] * 2]
    assert rows.unused == [3]
    now = b"".join(files(folder).values())
    assert now.count(b"2.25.1.9") == 2  # in the data set and the file meta; nobody else is edited
    assert b"2.25.2.9" not in now
    assert b"2.25.3.9" not in now


def test_uids_of_a_file_that_refuses_its_edits_are_not_followed(tmp_path):
    folder = referring(tmp_path / "in")
    edits = [NewUID("SOPInstanceUID"), Substitute("PatientName", "B", "B^" * 7)]
    editor = Editor(edits, stand_ins=Dotted())
    assert codes(EditRun(editor, folder, manner=Manner(backup=False))) == ["edited", "edit-refused", "edited"]
    now = b"".join(files(folder).values())
    assert b"2.25.2.9" not in now
    assert (b"2.25.1.9" in now, b"2.25.3.9" in now) == (True, True)


@pytest.mark.parametrize("text", ["", "{}\n", "\xff", "[" * 5000 + "\n"], ids=["empty", "heading", "bytes", "deep"])
def test_what_is_no_undo_file_is_refused(tmp_path, text):
    path = tmp_path / "undo"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError):
        list(undo(str(path)))


def test_a_dry_run_of_an_undo_changes_nothing_and_tells_what_could_not_be_undone(folder, tmp_path):
    with UndoWriter(str(tmp_path / "undo")) as writer:
        for value in ("A", "B^C"):
            list(EditRun(Editor([Put("PatientName", value)]), folder, manner=Manner(backup=False), undo=writer))
    (folder / "b" / "c").write_bytes(instance(2, "changed since"))
    before = files(folder)
    errors = [type(each.error).__name__ for each in undo(str(tmp_path / "undo"), dry_run=True)]
    assert errors == ["EditRefused", "NoneType", "EditRefused", "NoneType"]
    assert files(folder) == before
    assert [type(each.error).__name__ for each in undo(str(tmp_path / "undo"))] == errors


def test_what_overwriting_replaces_is_not_promised_to_be_undone(folder, tmp_path):
    with UndoWriter(str(tmp_path / "undo")) as writer, pytest.raises(UsageError, match="cannot be undone"):
        EditRun(Editor([NEW]), folder, tmp_path / "out", copies=Copies(overwrite=True), undo=writer)


def test_a_full_disk_under_the_undo_file_is_told_as_such_and_leaves_it_readable(folder, tmp_path, monkeypatch):
    path = tmp_path / "undo"
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        if b'"path"' in data:
            real(descriptor, data[:5])
            raise OSError(28, "No space left on device")
        return real(descriptor, data)

    before = files(folder)
    with UndoWriter(str(path)) as writer:
        monkeypatch.setattr(os, "write", full)
        outcome = next(iter(EditRun(Editor([NEW]), folder, undo=writer)))
        monkeypatch.undo()
    assert (outcome.code, outcome.message) == (
        "not-written",
        "the undo file cannot be written: No space left on device",
    )
    assert files(folder) == before
    assert list(undo(str(path))) == []


def test_an_undo_file_that_cannot_even_be_begun_is_not_left_empty(tmp_path, monkeypatch):
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match="undo file cannot be written"):
        UndoWriter(str(tmp_path / "undo"))
    assert not (tmp_path / "undo").exists()


@pytest.mark.parametrize(
    "between",
    [
        pytest.param([Put("AccessionNumber", "123"), Put("PatientID", "47")], id="longer-here-shorter-there"),
        pytest.param([Put("PatientID", "4712")], id="elsewhere"),
    ],
)
def test_an_edit_is_not_undone_in_a_file_that_was_edited_since(tmp_path, between):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([element(0x00080018, "UI", "2.25.1"), *OTHERS]))
    manner = Manner(backup=False)
    with UndoWriter(str(tmp_path / "undo")) as writer:
        list(EditRun(Editor([Remove("Modality")]), path, manner=manner, undo=writer))
    list(EditRun(Editor(between), path, manner=manner))
    since = path.read_bytes()
    assert [type(undone.error).__name__ for undone in undo(str(tmp_path / "undo"))] == ["EditRefused"]
    assert path.read_bytes() == since


OTHERS = [element(0x00080050, "SH", "1"), element(0x00080060, "CS", "CT"), element(0x00100020, "LO", "4711")]


def undone_in_turn(path: Path) -> list[str]:
    return [type(undone.error).__name__ for undone in undo(str(path))]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("{", id="no-json"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"path": "a", "size": 1, "was": "", "parts": 5}', id="no-parts"),
        pytest.param('{"path": "a\\u0000b", "size": 1, "was": "", "parts": []}', id="no-path"),
        pytest.param('{"path": PATH, "size": 1, "was": "", "parts": [[0, 0, "", "=x"]]}', id="no-base64"),
        pytest.param('{"path": PATH, "size": 1, "was": "", "parts": [[-5, 1, "", ""]]}', id="no-place"),
    ],
)
def test_what_is_damaged_of_an_undo_file_keeps_nothing_else_from_being_undone(folder, tmp_path, damage):
    before = files(folder)
    path = tmp_path / "undo"
    with UndoWriter(str(path)) as writer:
        list(EditRun(Editor([NEW]), folder, manner=Manner(backup=False), undo=writer))
    written = damage.replace("PATH", json.dumps(str(folder / "a.dcm")))
    path.write_text(path.read_text() + written + "\n")
    after = files(folder)
    told = [type(each.error).__name__ for each in undo(str(path), dry_run=True)]
    assert files(folder) == after
    assert told == undone_in_turn(path) == ["EditRefused", "NoneType", "NoneType"]
    assert files(folder) == before


def test_a_last_line_that_was_being_written_when_the_run_was_killed_is_left_out(folder, tmp_path):
    path = tmp_path / "undo"
    with UndoWriter(str(path)) as writer:
        list(EditRun(Editor([NEW]), folder, manner=Manner(backup=False), undo=writer))
    path.write_text(path.read_text()[:-20])
    assert undone_in_turn(path) == ["NoneType"]
    assert (folder / "a.dcm").read_bytes() == instance(1)


def test_an_undo_file_that_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "undo").write_text("mine")
    with pytest.raises(UsageError):
        UndoWriter(str(tmp_path / "undo"))
    assert (tmp_path / "undo").read_text() == "mine"


def test_a_patch_writes_the_same_file_over_itself(folder):
    path = folder / "a.dcm"
    number = path.stat().st_ino
    assert codes(EditRun(Editor([Put("PatientName", "Poe^Jane")]), path, manner=Manner(patch=True))) == ["edited"]
    assert path.read_bytes() == instance(1, "Poe^Jane")
    assert path.stat().st_ino == number
    assert not (folder / "a.dcm.bak").exists()


def test_a_patch_of_another_length_is_refused_and_writes_nothing(folder):
    before = files(folder)
    edits = [Put("SOPInstanceUID", "2.25.7"), Put("PatientName", "longer than it was")]
    assert codes(EditRun(Editor(edits), folder / "a.dcm", manner=Manner(patch=True))) == ["edit-refused"]
    assert files(folder) == before


def test_a_dry_run_writes_nothing_and_says_what_would_change(folder, tmp_path):
    before = files(tmp_path)
    data = dicom_file([element(0x00080018, "UI", "2.25.9"), sequence(0x00081110, [element(0x00100010, "PN", "A")])])
    (folder / "a.dcm").write_bytes(data)
    before["in/a.dcm"] = data
    run = EditRun(
        Editor([Replace("**.PatientName", "B"), Put("PatientID", "1")]), folder, tmp_path / "out", dry_run=True
    )
    outcome = next(iter(run))
    told = [(str(change.address), change.vr, change.before, change.after) for change in outcome.changes]
    assert told == [("(0008,1110)[0].(0010,0010)", "PN", "A", "B"), ("(0010,0020)", "LO", None, "1")]
    assert outcome.changes[0].place == "ReferencedStudySequence[*].PatientName"
    list(run)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("edit", "manner", "code"),
    [
        pytest.param(NEW, Manner(), "backup-exists", id="backup-there"),
        pytest.param(NEW, Manner(backup=False), "edited", id="no-backup"),
        pytest.param(Put("PatientName", "longer than it was"), Manner(patch=True), "edit-refused", id="patch"),
    ],
)
def test_a_dry_run_refuses_what_the_run_would(folder, edit, manner, code):
    path = folder / "a.dcm"
    (folder / "a.dcm.bak").write_bytes(b"mine")
    assert codes(EditRun(Editor([edit]), path, manner=manner, dry_run=True)) == [code]
    assert path.read_bytes() == instance(1)
    assert codes(EditRun(Editor([edit]), path, manner=manner)) == [code]


def test_a_dry_run_over_one_file_tells_what_is_in_a_sequence_that_comes_or_goes(folder):
    name = element(0x00100010, "PN", "A")
    path = folder / "a.dcm"
    study = sequence(0x00081110, [sequence(0x00081140, [name]), name])
    path.write_bytes(dicom_file([element(0x00080018, "UI", "2.25.9"), study]))

    def told_of(*edits: Edit) -> list[tuple[str, str | None, str | None]]:
        (outcome,) = EditRun(Editor(edits), path, dry_run=True, manner=Manner(backup=False))
        return [(spelled(each.address), each.before, each.after) for each in outcome.changes]

    assert told_of(Remove("ReferencedStudySequence"), Put("ReferencedSeriesSequence[0].PatientID", "7")) == [
        ("ReferencedStudySequence", "a sequence", None),
        ("ReferencedStudySequence[0].ReferencedImageSequence", "a sequence", None),
        ("ReferencedStudySequence[0].ReferencedImageSequence[0].PatientName", "A", None),
        ("ReferencedStudySequence[0].PatientName", "A", None),
        ("ReferencedSeriesSequence", None, "a sequence"),
        ("ReferencedSeriesSequence[0].PatientID", None, "7"),
    ]
    told = told_of(Remove("ReferencedStudySequence[0]"))
    assert told[0] == ("ReferencedStudySequence[0]", "an item of 2 elements", None)
    assert told[-1] == ("ReferencedStudySequence[0].PatientName", "A", None)


def test_a_table_gives_each_file_its_row(folder, tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("SOPInstanceUID,PatientName\n2.25.2,Roe^Ann\n2.25.77,Nobody\n")
    rows = read_table(table, ["SOPInstanceUID"])
    assert codes(EditRun(Editor([]), folder, table=rows, manner=Manner(backup=False))) == [
        "not-matched",
        "malformed",
        "skipped",
        "edited",
    ]
    assert (folder / "b" / "c").read_bytes() == instance(2, "Roe^Ann")
    assert rows.unused == [3]


def test_no_two_files_are_given_the_same_sop_instance_uid_unforced(folder, tmp_path):
    edit = Put("SOPInstanceUID", "2.25.7")
    with pytest.raises(EditError, match="the same for several files"):
        EditRun(Editor([edit]), folder, tmp_path / "a")
    some = EditRun(Editor([edit], where="exists PatientName"), folder, tmp_path / "b")
    assert codes(some) == ["edited", "malformed", "skipped", "edit-refused"]
    assert codes(EditRun(Editor([edit]), folder / "a.dcm", tmp_path / "c")) == ["edited"]
    assert codes(EditRun(Editor([edit], force=True), folder, tmp_path / "d"))[3] == "edited"
    (tmp_path / "rows.csv").write_text("match PatientName,set SOPInstanceUID\nDoe^Jane,2.25.7\n")
    rows = read_table(tmp_path / "rows.csv")
    assert codes(EditRun(Editor([]), folder, tmp_path / "e", table=rows))[3] == "edit-refused"


def test_a_file_that_ends_within_a_header_is_not_edited_and_padding_stays(folder):
    path = folder / "a.dcm"
    for rest, code in ((b"\x10\0\x20\0", "malformed"), (bytes(5), "edited")):
        path.write_bytes(instance(1) + rest)
        assert codes(EditRun(Editor([NEW]), path, manner=Manner(backup=False))) == [code]
    assert path.read_bytes() == instance(1, "Roe^Ann") + bytes(5)


def test_a_row_is_forced_as_the_table_is(folder, tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("SOPInstanceUID,StudyDate\n2.25.1,never\n")
    rows = read_table(table, ["SOPInstanceUID"], force=True)
    assert codes(EditRun(Editor([]), folder / "a.dcm", table=rows)) == ["edited"]
    assert b"never " in (folder / "a.dcm").read_bytes()


def test_an_unwritable_target_is_told_for_each_file(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "b").write_text("in the way")
    assert codes(EditRun(Editor([NEW]), folder, out)) == ["edited", "malformed", "skipped", "not-written"]


def test_the_output_is_never_the_input(folder):
    with pytest.raises(UsageError):
        EditRun(Editor([NEW]), folder, folder / "b" / "out")


NEXT_NAME = Substitute("PatientName", "$", "x")


def test_a_link_in_a_folder_is_not_followed_in_place(folder, tmp_path):
    outside = tmp_path / "outside.dcm"
    outside.write_bytes(instance(4))
    (folder / "l.dcm").symlink_to(outside)
    (folder / "m.dcm").symlink_to("a.dcm")
    outcomes = list(EditRun(Editor([NEXT_NAME]), folder, manner=Manner(backup=False)))
    told = {os.path.basename(each.path): (each.code, each.message) for each in outcomes}
    assert told["l.dcm"] == told["m.dcm"] == ("skipped", "a link to another file; edit that one")
    assert outside.read_bytes() == instance(4)
    assert (folder / "a.dcm").read_bytes() == instance(1, "Doe^Janex")


def test_a_file_that_a_link_in_another_input_leads_to_is_edited_all_the_same(folder, tmp_path):
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "l.dcm").symlink_to(folder / "a.dcm")
    run = EditRun(Editor([Put("SOPInstanceUID", "2.25.9")]), [tmp_path / "links", folder / "a.dcm"])
    assert codes(run) == ["skipped", "edited"]
    assert codes(EditRun(Editor([NEW]), [folder / "a.dcm", folder], manner=Manner(backup=False)))[0] == "edited"


def test_a_link_that_is_named_itself_is_followed_in_place(folder):
    (folder / "l.dcm").symlink_to("a.dcm")
    assert codes(EditRun(Editor([NEW]), folder / "l.dcm")) == ["edited"]
    assert (folder / "a.dcm").read_bytes() == instance(1, "Roe^Ann")


@pytest.mark.parametrize("patch", [True, False], ids=["patched", "replaced"])
def test_a_file_of_two_names_is_edited_once_under_each(folder, patch):
    os.link(folder / "a.dcm", folder / "aa.dcm")
    editor = Editor([Substitute("PatientName", "(.)(.)$", r"\2\1")])
    list(EditRun(editor, folder, manner=Manner(backup=False, patch=patch)))
    assert (folder / "a.dcm").read_bytes() == (folder / "aa.dcm").read_bytes() == instance(1, "Doe^Jaen")


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry", "run"])
def test_no_copy_leaves_the_output_through_a_link(folder, tmp_path, dry_run):
    before = files(folder)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b").symlink_to(folder / "b")
    run = EditRun(Editor([NEW]), folder, tmp_path / "out", copies=Copies(overwrite=True), dry_run=dry_run)
    assert {os.path.basename(each.path): each.code for each in run}["c"] == "not-written"
    assert files(folder) == before


def test_a_fault_of_ours_before_the_first_edit_is_not_passed_over(folder, tmp_path, monkeypatch):
    def faulty(self: object, instance: object) -> list[int]:
        raise KeyError("a fault")

    monkeypatch.setattr(EditList, "carry_out", faulty)
    editor = Editor(NewUID("SOPInstanceUID"), stand_ins=Dotted())
    with pytest.raises(KeyError):
        list(EditRun(editor, folder, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [OSError(5, "a disk that fails"), MemoryError()], ids=["disk", "memory"])
def test_no_reference_follows_a_file_that_fails_after_its_new_uid_is_known(folder, tmp_path, monkeypatch, error):
    refers = dicom_file([element(0x00080018, "UI", "2.25.9"), element(0x00081155, "UI", "2.25.1")])
    (folder / "c.dcm").write_bytes(refers)
    follow = NewUIDs.follow

    def failing(self: NewUIDs, instance: Instance) -> None:
        follow(self, instance)
        if instance.root.was(0x00080018) == b"2.25.1":
            raise error

    monkeypatch.setattr(NewUIDs, "follow", failing)
    editor = Editor(NewUID("SOPInstanceUID"), stand_ins=Dotted())
    told = codes(EditRun(editor, folder, tmp_path / "out"))
    why = "unreadable" if isinstance(error, OSError) else "out-of-memory"
    assert told == [why, "malformed", "edited", "skipped", "edited"]
    assert b"\x08\x00\x55\x11UI\x06\x002.25.1" in (tmp_path / "out" / "c.dcm").read_bytes()
