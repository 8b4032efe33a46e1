"""Who and what is in a folder, counted alike by any number of processes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import CT_IMAGE, Element, dicom_file, element
from dicomveil.batch.crews.crew import crew_of
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.batch.survey import look
from dicomveil.batch.survey.census import Census
from dicomveil.batch.survey.counts import SeriesRow
from dicomveil.batch.survey.survey import Survey

NAME, ID, BIRTH = 0x00100010, 0x00100020, 0x00100030


def one(uid: str = "2.25.1", *, series: str = "2.25.20", **of: str) -> bytes:
    """Make an instance; what is an empty text is not there."""
    values = {"name": "Wimpleton^Zoe", "id": "WA-55", "birth": "19330221", "study": "2.25.10", "modality": "CT", **of}
    elements: list[Element] = [
        element(0x00080016, "UI", CT_IMAGE),
        element(0x00080018, "UI", uid),
        element(0x00080060, "CS", values["modality"]),
        element(0x00081030, "LO", of.get("text", "CHEST")),
        element(NAME, "PN", values["name"]),
        element(ID, "LO", values["id"]),
        element(BIRTH, "DA", values["birth"]),
        element(0x0020000D, "UI", values["study"]),
        element(0x0020000E, "UI", series),
    ]
    return dicom_file([each for each in elements if each.value != ""], meta=())


class Told:
    """A census that is complete, and the codes of the files."""

    def __init__(self, census: Census, folder: Path, jobs: int) -> None:
        crew = crew_of(jobs)
        self.codes = Counter(each.code for each in Survey(Inputs(folder), crew, census))
        counts = census.counted()
        self.series = list(counts.series())
        self.names, self.ids = dict(counts.several_names()), list(counts.several_ids())
        self.duplicates = list(counts.duplicates())
        self.missing = counts.missing()
        self.known = sorted(census.known())


def told(folder: Path, jobs: int = 1) -> Told:
    with Census() as census:
        return Told(census, folder, jobs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "export"
    inside.mkdir()
    return inside


def laid(folder: Path, *contents: bytes) -> Path:
    for number, content in enumerate(contents):
        (folder / f"{number:03}").write_bytes(content)
    return folder


def test_instances_are_counted_by_patient_study_and_series(folder: Path) -> None:
    first = [one(f"2.25.{number}") for number in (1, 2)]
    other = one("2.25.3", series="2.25.21", modality="MR"), one("2.25.4", study="2.25.11", series="2.25.22")
    rows = told(laid(folder, *first, *other, one("2.25.5", id="WA-56", name="Quux^Ben"))).series
    assert [(row.patient, row.study, row.series, row.modality, row.instances) for row in rows] == [
        (1, 1, 1, "CT", 2),
        (1, 1, 2, "MR", 1),
        (1, 2, 1, "CT", 1),
        (2, 1, 1, "CT", 1),
    ]
    assert rows[0].bytes == sum(map(len, first))
    assert (rows[3].patient_id, rows[3].name, rows[3].study_uid) == ("WA-56", "Quux^Ben", "2.25.10")


def test_two_processes_tell_what_one_tells(folder: Path) -> None:
    files = [
        one(f"2.25.{n % 90}", id=f"WA-{n % 7}", series=f"2.25.3{n % 11}", name=f"Quux^B{n % 8}") for n in range(99)
    ]
    laid(folder, *files)
    assert vars(told(folder, 1)) == vars(told(folder, 2))


def test_files_with_one_instance_uid_are_the_same_or_not(folder: Path) -> None:
    same, other = one("2.25.1"), one("2.25.2", text="CHEST")
    found = told(laid(folder, same, other, same, one("2.25.2", text="BRAIN"), one("2.25.3"))).duplicates
    assert sorted((each.files, each.same_bytes) for each in found) == [((1, 3), True), ((2, 4), False)]
    assert {os.path.basename(path) for each in found for path in each.paths} == {"000", "001", "002", "003"}


def test_files_of_two_sizes_are_not_the_same_and_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "fingerprint", lambda source, end: pytest.fail("read"))
    (found,) = told(laid(folder, one("2.25.1"), one("2.25.1", text="CHEST ABDOMEN"))).duplicates
    assert found.same_bytes is False


def test_files_without_an_instance_uid_are_no_duplicates(folder: Path) -> None:
    found = told(laid(folder, one(""), one("")))
    assert (found.duplicates, found.missing) == ([], {"SOPInstanceUID": 2})


def test_an_id_with_two_names_is_told_of_and_one_name_in_two_spellings_is_not(folder: Path) -> None:
    spellings = one("2.25.1", name="Wimpleton^Zoe"), one("2.25.2", name="WIMPLETON ZOE"), one("2.25.3", name="")
    assert told(laid(folder, *spellings)).names == {}
    assert told(laid(folder, *spellings, one("2.25.9", name="Quux^Ben"))).names == {1: 2}


def test_a_person_with_two_ids_is_told_of(folder: Path) -> None:
    files = one("2.25.1"), one("2.25.2", id="WA-56", name="WIMPLETON^ZOE"), one("2.25.3", id="WA-57", birth="19330222")
    assert told(laid(folder, *files)).ids == [(1, 2)]


def test_ids_and_uids_that_are_missing_are_counted(folder: Path) -> None:
    files = one("2.25.1", id=""), one("2.25.2", id="", study=""), one("2.25.3", series="")
    assert told(laid(folder, *files)).missing == {"PatientID": 2, "StudyInstanceUID": 1, "SeriesInstanceUID": 1}


def test_an_odd_file_is_counted_by_its_code_and_stops_nothing(folder: Path) -> None:
    laid(folder, one("2.25.1"), one("2.25.2")[:-5], b"Wimpleton, Zoe")
    (folder / "link").symlink_to("link")
    found = told(folder)
    assert found.codes == {"seen": 1, "malformed": 1, "skipped": 1, "unreadable": 1}
    assert sum(row.instances for row in found.series) == 1


def test_a_file_cut_short_still_tells_of_its_patient(folder: Path) -> None:
    cut = one("2.25.2", name="Wimpleton^Araminta")[:-5]
    texts = {text for *_, text in told(laid(folder, one("2.25.1"), cut)).known}
    assert {b"Wimpleton^Zoe", b"Wimpleton^Araminta"} <= texts


def test_a_fault_of_ours_is_told_without_its_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(self: object, source: object) -> None:
        raise KeyError("Wimpleton")

    monkeypatch.setattr(look.Surveyor, "look", faulty)
    with Census() as census:
        (looked,) = Survey(Inputs(laid(folder, one())), crew_of(1), census)
    assert looked.code == "internal-error"
    assert "Wimpleton" not in looked.message


def test_what_was_seen_before_an_interruption_can_be_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(folder, *(one(f"2.25.{number}") for number in range(100)))  # more than one portion
    usual = look.Surveyor.look

    def interrupted(self: look.Surveyor, source: object) -> object:
        seen = usual(self, source)  # type: ignore[arg-type]
        if seen.instance == b"2.25.80":
            raise KeyboardInterrupt
        return seen

    monkeypatch.setattr(look.Surveyor, "look", interrupted)
    with Census() as census:
        assert sum(1 for _ in seen_until_interrupted(Survey(Inputs(folder), crew_of(1), census))) == 64
        rows: list[SeriesRow] = list(census.counted().series())
    assert [row.instances for row in rows] == [64]


def seen_until_interrupted(run: Survey) -> Iterator[object]:
    try:
        yield from run
    except KeyboardInterrupt:
        return


def test_a_census_writes_no_file_that_has_a_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    before = sorted(tmp_path.rglob("*"))
    with Census() as census:
        laid(folder, one())
        list(Survey(Inputs(folder), crew_of(1), census))
        assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == [folder / "000"]
