"""A run in any layout may be stopped at any moment: run again, it ends with what it would have made undisturbed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders import dicom_file, element
from dicomveil.batch.batch import Batch
from dicomveil.batch.crews import chunks
from dicomveil.batch.crews.crew import crew_of
from dicomveil.batch.layouts import packing
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.batch.work import Work
from dicomveil.dataset.write import Draft
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, with_elements

LAYOUTS = ("pseudonyms", "mirror", "zip", "media")
every_layout = pytest.mark.parametrize("layout", LAYOUTS)


class Stopped(BaseException):
    """What takes a run away in the middle of things; nothing catches it."""


@pytest.fixture(autouse=True)
def portions_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "FEWEST_FILES", 2)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two patients with two studies of three instances each, one of which lies there twice."""
    folder = tmp_path / "export"
    for patient in ("4711", "4712"):
        for study in (1, 2):
            for number in (1, 2, 3):
                lay(folder, patient, study, number)
    lay(folder, "4711", 1, 1, "twice")
    return folder


def lay(folder: Path, patient: str, study: int, number: int, name: str = "") -> Path:
    path = folder / patient / str(study) / (name or str(number))
    path.parent.mkdir(parents=True, exist_ok=True)
    uids = [element(0x0020000D, "UI", f"1.2.{patient}.{study}"), element(0x0020000E, "UI", f"1.2.{patient}.{study}.0")]
    path.write_bytes(dicom_file(with_elements(*uids, patient=patient, instance=f"1.2.{patient}.{study}.0.{number}")))
    return path


class Place:
    """An output, and runs into it."""

    def __init__(self, export: Path, layout: str, name: str) -> None:
        self.export = export
        self.output = export.parent / name
        self.private = export.parent / f"{name}.dicomveil"
        self.layout = layout

    def run(self, stop_after: int | None = None, **options: Any) -> list[str]:
        """Carry a run out, or stop it after so many outcomes; return their codes."""
        work = Work(
            load_recipe("basic"),
            KEY,
            "",
            str(self.output),
            layout=self.layout,
            staging=str(self.private / "staging"),
            **options,
        )
        codes: list[str] = []
        with Ledger(str(self.private / "ledger")) as ledger:
            batch = Batch(work, Inputs(self.export), crew_of(1), ledger)
            outcomes = iter(batch)
            for outcome in outcomes:
                codes.append(outcome.code)
                if len(codes) == stop_after:
                    outcomes.close()  # type: ignore[attr-defined]
                    return codes
            assert batch.finish() == []
        return codes

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.output).as_posix(): path.read_bytes()
            for path in sorted(self.output.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def at(export: Path) -> Callable[..., Place]:
    return lambda layout, name: Place(export, layout, name)


@every_layout
@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_run_that_is_stopped_and_run_again_ends_like_an_undisturbed_one(
    at: Callable[..., Place], layout: str, after: int
) -> None:
    undisturbed, stopped = at(layout, "undisturbed"), at(layout, "stopped")
    undisturbed.run()
    stopped.run(stop_after=after)
    stopped.run()
    assert stopped.files() == undisturbed.files()
    assert not (stopped.private / "staging").exists()


@every_layout
def test_a_second_run_has_nothing_to_do_and_changes_nothing(at: Callable[..., Place], layout: str) -> None:
    place = at(layout, "out")
    place.run()
    before = place.files()
    assert set(place.run()) <= {"duplicate"}
    assert place.files() == before


@pytest.mark.parametrize(
    ("owner", "name", "calls"),
    [
        pytest.param(packing, "_add", 2, id="within a zip"),
        pytest.param(packing, "_write", 2, id="between zips"),
        pytest.param(Draft, "publish", 14, id="before a zip has its name"),
        pytest.param(packing.shutil, "rmtree", 2, id="before its staged copies are removed"),
    ],
)
def test_packing_that_is_stopped_anywhere_and_run_again_ends_like_undisturbed(
    at: Callable[..., Place], monkeypatch: pytest.MonkeyPatch, owner: object, name: str, calls: int
) -> None:
    undisturbed, stopped = at("zip", "undisturbed"), at("zip", "stopped")
    undisturbed.run()
    real, left = getattr(owner, name), [calls]

    def stopping(*words: Any, **options: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise Stopped
        return real(*words, **options)

    with monkeypatch.context() as kill:
        kill.setattr(owner, name, stopping)
        with pytest.raises(Stopped):
            stopped.run()
    assert (stopped.private / "staging").exists()
    stopped.run()
    assert stopped.files() == undisturbed.files()
    assert not (stopped.private / "staging").exists()


@every_layout
def test_a_later_run_adds_to_what_is_there_as_if_all_had_come_at_once(
    at: Callable[..., Place], export: Path, layout: str
) -> None:
    late, at_once = at(layout, "late"), at(layout, "at-once")
    late.run()
    lay(export, "4711", 1, 4)
    lay(export, "4713", 1, 1)
    assert late.run().count("done") == 2
    at_once.run()
    assert late.files() == at_once.files()


@every_layout
def test_a_copy_that_was_taken_away_is_made_again(at: Callable[..., Place], layout: str) -> None:
    place = at(layout, "out")
    place.run()
    before = place.files()
    gone = next(path for path in sorted(place.output.rglob("*")) if path.is_file() and path.name != "DICOMDIR")
    gone.unlink()
    assert place.run().count("done") == (3 if layout == "zip" else 1)
    assert place.files() == before


def test_of_two_files_with_one_uid_one_has_the_copy_but_in_a_mirror_both(at: Callable[..., Place]) -> None:
    told = {layout: at(layout, layout).run().count("duplicate") for layout in LAYOUTS}
    assert told == {"pseudonyms": 1, "mirror": 0, "zip": 1, "media": 1}
    assert len(at("mirror", "mirror").files()) == 13


def test_a_second_file_with_a_packed_uid_does_not_take_its_place_in_the_zip(
    at: Callable[..., Place], export: Path
) -> None:
    place = at("zip", "out")
    place.run()
    before = place.files()
    late = lay(export, "4712", 2, 3, "z-late")
    late.write_bytes(late.read_bytes().replace(b"\1\2\3\4", b"\4\3\2\1"))
    assert place.run().count("duplicate") == 2  # the one of the first run is told again
    assert place.files() == before


def test_a_file_that_has_changed_has_its_new_copy_in_the_zip(at: Callable[..., Place], export: Path) -> None:
    place, fresh = at("zip", "out"), at("zip", "fresh")
    place.run()
    path = export / "4712" / "2" / "3"
    path.write_bytes(path.read_bytes().replace(b"\1\2\3\4", b"\4\3\2\1") + bytes(2))
    assert place.run().count("done") == 1
    fresh.run()
    assert place.files() == fresh.files()


@every_layout
def test_copies_made_anew_are_the_same(at: Callable[..., Place], layout: str) -> None:
    place = at(layout, "out")
    place.run()
    before = place.files()
    place.run(overwrite=True)
    assert place.files() == before
