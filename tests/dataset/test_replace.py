"""An edited file takes the place of its source at once, and its backup is there before it, or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dicomveil.dataset import replace
from dicomveil.dataset.replace import Manner, check_in_place, patched, replaced
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import Draft
from dicomveil.errors import EditRefused, NotWritten

OLD, NEW = b"old bytes", b"new bytes"
EDITS = [(0, 3, b"new")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.dcm"
    made.write_bytes(OLD)
    return made


def carry_out(path: Path, manner: Manner) -> None:
    with Source.open(path) as source:
        replaced(source, EDITS, str(path), manner)


def there(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def no_publishing(self: Draft) -> None:
    raise NotWritten("no space")


def test_the_original_is_kept_beside_the_edited_file(path):
    carry_out(path, Manner())
    assert there(path) == {"a.dcm": NEW, "a.dcm.bak": OLD}


def test_where_there_are_no_links_the_backup_is_a_copy(path, monkeypatch):
    def refuse(*names: object, **options: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(replace.os, "link", refuse)
    replace._keep(str(path), f"{path}.bak", replace=False)
    assert there(path) == {"a.dcm": OLD, "a.dcm.bak": OLD}


def test_a_failure_leaves_no_backup_that_would_stop_the_next_edit(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Draft, "publish", no_publishing)
        with pytest.raises(NotWritten):
            carry_out(path, Manner())
    assert there(path) == {"a.dcm": OLD}
    carry_out(path, Manner())
    assert there(path) == {"a.dcm": NEW, "a.dcm.bak": OLD}


def test_a_backup_that_is_there_is_replaced_if_asked_and_only_then(path):
    (path.parent / "a.dcm.bak").write_bytes(b"older")
    with pytest.raises(NotWritten, match="backup"):
        carry_out(path, Manner())
    assert there(path) == {"a.dcm": OLD, "a.dcm.bak": b"older"}
    carry_out(path, Manner(new_backup=True))
    assert there(path) == {"a.dcm": NEW, "a.dcm.bak": OLD}


def test_a_backup_is_never_missing_while_a_new_one_replaces_it(path, monkeypatch):
    backup = path.parent / "a.dcm.bak"
    backup.write_bytes(b"older")
    seen = []
    link = os.link

    def watched(*names: object, **options: object) -> None:
        seen.append(backup.exists())
        link(*names, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(replace.os, "link", watched)
    carry_out(path, Manner(new_backup=True))
    assert seen
    assert all(seen)


def test_a_backup_that_is_another_name_of_the_file_stays_one(path):
    os.link(path, path.parent / "a.dcm.bak")
    carry_out(path, Manner(new_backup=True))
    assert there(path) == {"a.dcm": NEW, "a.dcm.bak": OLD}


@pytest.mark.parametrize("link", [os.link, os.symlink], ids=["hard", "symbolic"])
def test_a_patch_does_not_reach_a_backup_that_is_the_same_file(path, link):
    link(path, path.parent / "a.dcm.bak")
    other = path.parent / "other"
    other.symlink_to(path)
    for name in (path, other):
        for attempt in (patched, lambda name, edits: check_in_place(edits, name, Manner(patch=True))):
            with pytest.raises(NotWritten, match="its backup is the same file"):
                attempt(str(name), EDITS)
    assert there(path) == {"a.dcm": OLD, "a.dcm.bak": OLD, "other": OLD}


def test_a_patch_leaves_a_backup_of_its_own_as_it_is(path):
    (path.parent / "a.dcm.bak").write_bytes(b"older")
    patched(str(path), EDITS)
    assert there(path) == {"a.dcm": NEW, "a.dcm.bak": b"older"}


def test_a_patch_writes_values_of_unchanged_length_and_no_others(path):
    patched(str(path), EDITS)
    assert there(path) == {"a.dcm": NEW}
    os.utime(path, (1000, 1000))
    patched(str(path), EDITS, keep_times=True)
    assert path.stat().st_mtime == 1000
    with pytest.raises(EditRefused):
        patched(str(path), [(0, 3, b"OLD"), (4, 9, b"longer than it was")])
    assert there(path) == {"a.dcm": NEW}
