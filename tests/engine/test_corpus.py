"""Every real file beside the checkout: what is kept is the same bytes, what is required is there, no patient is."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest

from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import PIXEL_DATA_TAGS
from dicomveil.engine.report import Report
from dicomveil.errors import InstanceError
from dicomveil.standard.dictionary import keyword_of
from dicomveil.standard.types import required
from dicomveil.standard.uids import is_standard_uid
from dicomveil.text.stopwords import NO_IDENTIFIER
from engine.instances import deidentifier
from engine.placed import MARKS, folded, values_of

PRESETS = ("basic", "research")
REFUSALS = {
    "not-dicom",
    "dicomdir",
    "malformed",
    "no-sop-class",
    "private-sop-class",
    "no-sop-instance",
    "encapsulated-document",
    "encrypted-attributes",
    "unknown-transfer-syntax",
    "already-deidentified",
}
IDENTIFYING = (
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "AccessionNumber",
    "ReferringPhysicianName",
    "OperatorsName",
    "PerformingPhysicianName",
    "StudyInstanceUID",
    "SOPInstanceUID",
    "SeriesInstanceUID",
)
AS_A_WHOLE = ("InstitutionName", "InstitutionAddress", "PatientAddress")  # a word of these names nobody


@dataclass(frozen=True)
class Copy:
    source: Path
    target: Path
    report: Report


@pytest.fixture(scope="session", params=PRESETS)
def copies(request: pytest.FixtureRequest, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Copy]:
    """One de-identifier takes them all, as in a run; only refusals that are known may happen."""
    folder = tmp_path_factory.mktemp(request.param)
    by = deidentifier(request.param)
    made: list[Copy] = []
    codes = set()
    for number, path in enumerate(sorted(each for each in corpus.rglob("*") if each.is_file())):
        try:
            made.append(Copy(path, folder / f"{number}.dcm", by.deidentify(path, folder / f"{number}.dcm")))
        except InstanceError as error:
            codes.add(error.code)
    assert codes <= REFUSALS
    assert len(made) > 200
    return made


def is_or_is_inside(address: str, noted: set[str]) -> bool:
    parts = address.split(".")
    return any(".".join(parts[:end]).removesuffix("[*]") in noted for end in range(1, len(parts) + 1))


def test_what_the_report_does_not_name_is_the_same_bytes_and_nothing_else_is_new(copies: list[Copy]) -> None:
    wrong = []
    for copy in copies:
        noted = {address for address, *_ in copy.report.lines()} | MARKS
        before, after = values_of(copy.source), values_of(copy.target)
        for place, value in before.items():
            kept = not is_or_is_inside(folded(place[0]), noted)
            if kept and (place not in after or after[place].raw != value.raw):
                wrong.append((copy.source.name, place))
        wrong += [
            (copy.source.name, place, "new")
            for place in after
            if place not in before and not is_or_is_inside(folded(place[0]), noted)
        ]
    assert wrong == []


def test_nothing_that_the_iod_requires_is_missing_or_empty_that_was_not_so_before(copies: list[Copy]) -> None:
    broken = []
    for copy in copies:
        before, after = values_of(copy.source), values_of(copy.target)
        for tag, type_ in required(copy.report.sop_class_uid).items():
            keyword = keyword_of(tag)
            was, now = before.get((keyword, 0)), after.get((keyword, 0))
            if was is not None and (
                now is None or (type_ == 1 and (was.raw or was.holds_items) and not (now.raw or now.holds_items))
            ):
                broken.append((copy.source.name, keyword, type_))
    assert broken == []


def test_nothing_of_the_patient_is_left_before_the_pixels(copies: list[Copy]) -> None:
    left = []
    for copy in copies:
        before = values_of(copy.source)
        wanted = {
            part.strip(b" \0").lower()
            for keyword in IDENTIFYING
            if (keyword, 0) in before
            for part in re.split(rb"[\\^= ,]", before[keyword, 0].raw)
        }
        wanted |= {before[keyword, 0].raw.strip(b" \0").lower() for keyword in AS_A_WHOLE if (keyword, 0) in before}
        wanted = {
            each
            for each in wanted
            if len(each) >= 5
            and not is_standard_uid(each)
            and each.decode("latin-1") not in NO_IDENTIFIER
            and len(set(each)) > 1
        }
        haystack = b"\0".join(
            value.raw.lower()
            for (address, _), value in values_of(copy.target).items()
            if value.vr not in ("DS", "IS", "TM", "DA", "DT")
            and len(value.raw) < 1 << 20
            and "PixelData" not in address
        )
        left += [(copy.source.name, len(each)) for each in wanted if each in haystack]
    assert left == []


def test_pixels_are_the_same_bytes(copies: list[Copy]) -> None:
    places = {(keyword_of(tag), 0) for tag in PIXEL_DATA_TAGS}
    for copy in copies:
        before, after = values_of(copy.source), values_of(copy.target)
        assert {place: before[place].raw for place in places & set(before)} == {
            place: after[place].raw for place in places & set(after)
        }


def test_every_copy_is_read_by_pydicom_to_its_last_element(copies: list[Copy]) -> None:
    for copy in copies:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data_set = pydicom.dcmread(copy.target, defer_size=4096)
            count = sum(1 for element in data_set if element.tag not in PIXEL_DATA_TAGS)
        assert count >= 5
        assert data_set.PatientIdentityRemoved == "YES"
        named = data_set.file_meta.MediaStorageSOPInstanceUID
        assert data_set.get("SOPInstanceUID", named) == named


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmdump (DCMTK) is not installed")
def test_dcmdump_reads_what_it_read_before(copies: list[Copy]) -> None:
    def readable(path: Path) -> bool:
        return (
            subprocess.run(["dcmdump", "-q", "-M", str(path)], stdout=subprocess.DEVNULL, check=False).returncode == 0
        )

    sample = sample_of(copies, each=2)
    assert [copy.source.name for copy in sample if not readable(copy.target) and readable(copy.source)] == []


NEW_COMPLAINTS_ACCEPTED = (
    (
        "",
        "ReferencedSeriesSequence present but Instance does not reference",
        "Source Image Sequence is X/Z/U*: Z on Type 2",
    ),
    (
        "CT0012.",
        "",
        "the patient is called Perfusion, which is also a value of Image Type; the check prefers to find too much",
    ),
    ("wave_dfl", "Seek failed", "dciodvfy takes deflated bytes for elements"),
)
"""Start of the file's name, the error, and why it is right."""


def complaints(path: Path) -> set[str]:
    """What dciodvfy thinks is an error, without the values it quotes."""
    done = subprocess.run(["dciodvfy", str(path)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=False)
    lines = done.stderr.decode("latin-1").splitlines()
    return {
        re.sub(r"<[^>]*>|\[[^\]]*\]|[0-9a-fx.]*\d[0-9a-fx.]*", "_", line) for line in lines if line.startswith("Error")
    }


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (dicom3tools) is not installed")
def test_dciodvfy_finds_no_new_kind_of_error(copies: list[Copy]) -> None:
    new = []
    for copy in sample_of(copies, each=1):
        for line in complaints(copy.target) - complaints(copy.source):
            accepted = (
                copy.source.name.startswith(name) and error in line for name, error, _ in NEW_COMPLAINTS_ACCEPTED
            )
            if not any(accepted):
                new.append((copy.source.name, line))
    assert new == []


def sample_of(copies: list[Copy], each: int) -> list[Copy]:
    """The first files of each SOP class and transfer syntax."""
    kinds: dict[tuple[str, str], list[Copy]] = {}
    for copy in copies:
        with Source.open(copy.target) as source:
            syntax = open_part10(source).syntax.uid
        if copy.target.stat().st_size < 1 << 22:
            kinds.setdefault((copy.report.sop_class_uid, syntax), []).append(copy)
    return [copy for kind in kinds.values() for copy in kind[:each]]
