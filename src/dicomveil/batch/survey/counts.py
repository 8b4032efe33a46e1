"""What a survey tells when it has seen everything: series by series, and what is odd about them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.survey.raw_text import text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


class SeriesRow(NamedTuple):
    """One series of one SOP class and modality. Numbers count from 1, in the order of files.

    ``key``, ``patient_id``, ``name`` and the UIDs are the original's: not for anything that leaves the house.
    Of several names the first in the order of letters is given. ``duplicates`` counts the files whose SOP Instance UID
    another file has as well, ``unnamed`` those without one.
    """

    patient: int
    key: str
    patient_id: str
    name: str
    study: int
    study_uid: str
    series: int
    series_uid: str
    modality: str
    sop_class: str
    instances: int
    bytes: int
    duplicates: int
    unnamed: int


class Duplicates(NamedTuple):
    """Files with one SOP Instance UID, by number; ``same_bytes`` if all are alike to the last byte.

    ``paths`` are the files' own: not for anything that leaves the house.
    """

    files: tuple[int, ...]
    paths: tuple[str, ...]
    patients: tuple[int, ...]
    same_bytes: bool


class _Same(NamedTuple):
    number: int
    size: int
    content: bytes | None
    patient: int
    path: bytes


class Counts:
    """Counts and numbers what a census has taken, and answers questions about it.

    Parameters
    ----------
    db
        The tables of `dicomveil.batch.survey.census.Census`.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(_COUNTED)

    def series(self) -> Iterator[SeriesRow]:
        """Yield every series, patient by patient, study by study."""
        for number, key, patient_id, name, study, study_uid, series, series_uid, *rest in self._db.execute(_SERIES):
            who = text_of(key), text_of(patient_id), text_of(name)
            uids = study_uid.decode("latin-1"), series_uid.decode("latin-1")
            yield SeriesRow(number, *who, study, uids[0], series, uids[1], *rest)

    def several_names(self) -> Iterator[tuple[int, int]]:
        """Yield each patient whose ID goes with several names, not spellings of one, and how many these are."""
        yield from self._db.execute(_SEVERAL_NAMES)

    def several_ids(self) -> Iterator[tuple[int, ...]]:
        """Yield the numbers of patients that have one name and birth date, but not one ID."""
        same: tuple[object, ...] = ()
        numbers: list[int] = []
        for *who, number in self._db.execute(_SEVERAL_IDS):
            if tuple(who) != same:
                if len(numbers) > 1:
                    yield tuple(numbers)
                same, numbers = tuple(who), []
            numbers.append(number)
        if len(numbers) > 1:
            yield tuple(numbers)

    def duplicates(self) -> Iterator[Duplicates]:
        """Yield the files that share a SOP Instance UID, UID by UID."""
        uid: bytes | None = None
        group: list[_Same] = []
        for instance, *each in self._db.execute(_DUPLICATES):
            if instance != uid and group:
                yield _duplicates(group)
                group = []
            uid = instance
            group.append(_Same(*each))
        if group:
            yield _duplicates(group)

    def missing(self) -> dict[str, int]:
        """Return how many files have no Patient ID, no UIDs, no SOP class, by what they miss."""
        names = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
        counts = self._db.execute(_MISSING).fetchone()
        return {name: count for name, count in zip(names, counts, strict=True) if count}


_COUNTED = """
CREATE INDEX IF NOT EXISTS by_instance ON files (instance, size);
CREATE TEMP TABLE numbered AS
WITH shared AS (
    SELECT instance FROM files WHERE instance != x'' GROUP BY instance HAVING COUNT(*) > 1
), counted AS (
    SELECT s.id, s.patient, s.study, s.series, s.sop_class, s.modality,
           COUNT(*) AS instances, SUM(f.size) AS bytes, MIN(f.number) AS first,
           SUM(f.instance IN shared) AS duplicates, SUM(f.instance = x'') AS unnamed
    FROM files f JOIN series s ON s.id = f.series GROUP BY s.id
), placed AS (
    SELECT *, MIN(first) OVER (PARTITION BY patient) AS p, MIN(first) OVER (PARTITION BY patient, study) AS st,
           MIN(first) OVER (PARTITION BY patient, study, series) AS se FROM counted
)
SELECT *, DENSE_RANK() OVER (ORDER BY p) AS patient_number,
       DENSE_RANK() OVER (PARTITION BY patient ORDER BY st) AS study_number,
       DENSE_RANK() OVER (PARTITION BY patient, study ORDER BY se) AS series_number
FROM placed;
CREATE INDEX temp.by_id ON numbered (id);
CREATE INDEX temp.by_patient ON numbered (patient);
"""
_SERIES = """
SELECT n.patient_number, p.key, p.patient_id,
       (SELECT name FROM people e WHERE e.patient = p.id ORDER BY name = x'', name LIMIT 1),
       n.study_number, n.study, n.series_number, n.series, n.modality, n.sop_class, n.instances, n.bytes,
       n.duplicates, n.unnamed
FROM numbered n JOIN patients p ON p.id = n.patient
ORDER BY n.patient_number, n.study_number, n.series_number, n.first
"""
_SEVERAL_NAMES = """
SELECT (SELECT patient_number FROM numbered n WHERE n.patient = e.patient), COUNT(DISTINCT e.levelled)
FROM people e JOIN patients p ON p.id = e.patient
WHERE p.patient_id != x'' AND e.levelled != '' AND e.patient IN (SELECT patient FROM numbered)
GROUP BY e.patient HAVING COUNT(DISTINCT e.levelled) > 1 ORDER BY 1
"""
_SEVERAL_IDS = """
SELECT e.levelled, e.birth_date, (SELECT patient_number FROM numbered n WHERE n.patient = e.patient) AS number
FROM people e JOIN patients p ON p.id = e.patient
WHERE p.patient_id != x'' AND e.levelled != '' AND e.birth_date != x'' AND e.patient IN (SELECT patient FROM numbered)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_DUPLICATES = """
SELECT f.instance, f.number, f.size, f.content, n.patient_number, f.path FROM files f JOIN numbered n ON n.id = f.series
WHERE f.instance IN (SELECT instance FROM files WHERE instance != x'' GROUP BY instance HAVING COUNT(*) > 1)
ORDER BY f.instance, f.number
"""
_MISSING = """
SELECT SUM(p.patient_id = x''), SUM(n.study = x''), SUM(n.series = x''), SUM(f.instance = x''), SUM(n.sop_class = '')
FROM files f JOIN numbered n ON n.id = f.series JOIN patients p ON p.id = n.patient
"""


def _duplicates(group: list[_Same]) -> Duplicates:
    """Files that could not be read again have no content to compare: they are not called the same."""
    contents = {(each.size, each.content) for each in group}
    same = len(contents) == 1 and all(each.content is not None for each in group)
    return Duplicates(
        tuple(each.number for each in group),
        tuple(os.fsdecode(each.path) for each in group),
        tuple(sorted({each.patient for each in group})),
        same,
    )
