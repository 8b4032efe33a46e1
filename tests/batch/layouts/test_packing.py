from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dicomveil.batch.layouts import packing
from dicomveil.batch.layouts.packing import Packed
from dicomveil.batch.sources.inputs import Input
from dicomveil.dataset.write import Draft
from dicomveil.engine.report import Report
from dicomveil.errors import NotWritten

ITEM = Input(1, "/in/Quillfeather/a", "Quillfeather/a")


class World:
    """An output, what is staged for it, and a layout for each run."""

    def __init__(self, folder: Path) -> None:
        self.output, self.staging = folder / "out", folder / "out.dicomveil" / "staging"

    def layout(self, **options: Any) -> Packed:
        return Packed(str(self.output), str(self.staging), **options)

    def stage(self, inside: str, content: str = "copy") -> None:
        path = self.staging / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def zip(self, study: str) -> dict[str, str]:
        with zipfile.ZipFile(self.output / f"{study}.zip") as file:
            assert file.testzip() is None
            return {name: file.read(name).decode() for name in file.namelist()}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def report(instance: str = "i1") -> Report:
    return Report("1.2", "P", "S", "R", instance)


def test_a_study_is_a_zip_in_its_patients_folder_and_nothing_stays_staged(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.stage("P/S/Q/i2.dcm", "two")
    world.stage("P/T/R/i3.dcm", "three")
    assert world.layout().finish() == []
    assert world.zip("P/S") == {"Q/i2.dcm": "two", "R/i1.dcm": "one"}
    assert world.zip("P/T") == {"R/i3.dcm": "three"}
    assert not world.staging.exists()


def test_the_same_copies_make_the_same_bytes_whenever_they_were_made(tmp_path: Path) -> None:
    made = []
    for name, order in (("one", "abc"), ("two", "cab")):
        world = World(tmp_path / name)
        for each in order:
            world.stage(f"P/S/R/{each}.dcm", each)
            os.utime(world.staging / f"P/S/R/{each}.dcm", (ord(each) * 10**7, len(made) * 10**8))
        world.layout().finish()
        made.append((world.output / "P/S.zip").read_bytes())
    assert made[0] == made[1]


def test_copies_are_stored_in_the_order_of_names_at_a_fixed_time(world: World) -> None:
    for name in "cab":
        world.stage(f"P/S/R/{name}.dcm")
    world.layout().finish()
    with zipfile.ZipFile(world.output / "P/S.zip") as file:
        members = file.infolist()
    assert [member.filename for member in members] == ["R/a.dcm", "R/b.dcm", "R/c.dcm"]
    assert {(m.compress_type, m.date_time) for m in members} == {(zipfile.ZIP_STORED, packing.FIXED_TIME)}


def test_a_later_run_adds_to_a_zip_and_replaces_in_it(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.stage("P/S/R/i2.dcm", "two")
    world.layout().finish()
    world.stage("P/S/R/i2.dcm", "two anew")
    world.stage("P/S/R/i0.dcm", "zero")
    assert world.layout().finish() == []
    assert world.zip("P/S") == {"R/i0.dcm": "zero", "R/i1.dcm": "one", "R/i2.dcm": "two anew"}


def test_a_zip_in_which_nothing_changes_is_left_alone(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.layout().finish()
    before = os.stat(world.output / "P/S.zip")
    world.stage("P/S/R/i1.dcm", "one")
    assert world.layout().finish() == []
    after = os.stat(world.output / "P/S.zip")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not world.staging.exists()


def test_a_copy_of_the_same_length_is_told_from_the_one_that_is_packed(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.layout().finish()
    world.stage("P/S/R/i1.dcm", "eno")
    world.layout().finish()
    assert world.zip("P/S") == {"R/i1.dcm": "eno"}


def test_what_a_killed_writer_left_half_done_is_not_packed(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.stage("P/S/R/.dicomveil-17-17.part", "half")
    world.layout().finish()
    assert world.zip("P/S") == {"R/i1.dcm": "one"}
    assert not world.staging.exists()


def test_nothing_staged_is_nothing_to_do(world: World) -> None:
    assert world.layout().finish() == []
    assert not world.output.exists()


def test_a_copy_is_there_whether_it_is_staged_or_packed(world: World) -> None:
    world.stage("P/S/R/i1.dcm")
    assert world.layout().has("P/S/R/i1.dcm", 0)
    world.layout().finish()
    layout = world.layout()
    assert layout.has("P/S/R/i1.dcm", 0)
    assert not layout.has("P/S/R/i2.dcm", 0)
    assert not layout.has("P/T/R/i1.dcm", 0)


def test_the_members_of_a_zip_are_listed_once_however_many_copies_are_looked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        world.stage(f"P/S/R/{number}.dcm")
    world.layout().finish()
    listed: list[str] = []
    namelist = zipfile.ZipFile.namelist
    monkeypatch.setattr(zipfile.ZipFile, "namelist", lambda self: listed.append("") or namelist(self))
    layout = world.layout()
    assert all(layout.has(f"P/S/R/{number}.dcm", 0) for number in range(5))
    assert len(listed) == 1


def test_a_packed_copy_is_brought_back_where_it_is_wanted(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.layout().finish()
    place = world.layout().place(report(), ITEM)
    assert Path(place) == world.staging / "P/S/R/i1.dcm"
    assert Path(place).read_text() == "one"


def test_nothing_is_brought_back_over_a_staged_copy_or_one_that_is_made_anew(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.stage("P/S/R/i2.dcm", "two")
    world.layout().finish()
    world.stage("P/S/R/i1.dcm", "newer")
    assert Path(world.layout().place(report("i1"), ITEM)).read_text() == "newer"
    assert not os.path.lexists(world.layout(overwrite=True).place(report("i2"), ITEM))


def test_a_dry_run_brings_nothing_back_but_sees_it(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.layout().finish()
    layout = world.layout(dry=True)
    assert os.path.lexists(layout.place(report("i1"), ITEM))
    assert layout.place(report("i2"), ITEM) == f"{world.output}/P/S/R/i2.dcm"
    assert not world.staging.exists()


def test_a_full_disk_is_told_without_a_path_and_what_is_staged_is_packed_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.stage("P/T/R/i2.dcm", "two")
    with monkeypatch.context() as full:
        full.setattr(packing.shutil, "copyfileobj", _no_space)
        (problem,) = world.layout().finish()
    assert "P/S.zip could not be written: No space left on device" in problem
    assert str(world.output) not in problem
    assert list(world.output.rglob("*.zip")) == []
    assert len([path for path in world.staging.rglob("*") if path.is_file()]) == 2
    assert world.layout().finish() == []
    assert (world.zip("P/S"), world.zip("P/T")) == ({"R/i1.dcm": "one"}, {"R/i2.dcm": "two"})


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_zip_that_fails_keeps_the_one_that_was_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.layout().finish()
    world.stage("P/S/R/i2.dcm", "two")

    def failing(self: Draft) -> None:
        raise NotWritten("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Draft, "publish", failing)
        assert len(world.layout().finish()) == 1
    assert world.zip("P/S") == {"R/i1.dcm": "one"}


def test_a_damaged_zip_is_not_replaced_but_told_of_and_the_others_are_made(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.stage("P/T/R/i2.dcm", "two")
    (world.output / "P").mkdir(parents=True)
    (world.output / "P/S.zip").write_bytes(b"no zip")
    (problem,) = world.layout().finish()
    assert "P/S.zip in the output is damaged" in problem
    assert (world.output / "P/S.zip").read_bytes() == b"no zip"
    assert (world.staging / "P/S/R/i1.dcm").read_text() == "one"
    assert world.zip("P/T") == {"R/i2.dcm": "two"}
    (world.output / "P/S.zip").unlink()
    assert world.layout().finish() == []
    assert world.zip("P/S") == {"R/i1.dcm": "one"}


def test_a_member_that_was_damaged_in_its_zip_is_told_of_when_it_is_copied(world: World) -> None:
    world.stage("P/S/R/i1.dcm", "one")
    world.layout().finish()
    path = world.output / "P/S.zip"
    path.write_bytes(path.read_bytes().replace(b"one", b"eno"))
    world.stage("P/S/R/i2.dcm", "two")
    (problem,) = world.layout().finish()
    assert "damaged" in problem
    with pytest.raises(NotWritten, match="damaged"):
        world.layout().place(report(), ITEM)


def test_studies_beyond_the_limits_of_old_zips_are_packed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 200)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    for number in range(4):
        world.stage(f"P/S/R/{number}.dcm", f"{number}" * 150 * (number + 1))
    assert world.layout().finish() == []
    monkeypatch.undo()
    assert [len(content) for content in world.zip("P/S").values()] == [150, 300, 450, 600]
