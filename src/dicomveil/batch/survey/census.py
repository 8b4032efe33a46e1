"""Everything a survey has seen, in a nameless file that vanishes with it: memory stays flat for millions of files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.errors import UsageError
from dicomveil.text.names import levelled_name

if TYPE_CHECKING:
    from dicomveil.batch.survey.look import Looks, SeriesKey
    from dicomveil.engine.known import KnownValue
    from dicomveil.engine.survey import Person

_SCHEMA = """
CREATE TABLE patients (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, patient_id BLOB NOT NULL);
CREATE TABLE people (
    id INTEGER PRIMARY KEY, patient INTEGER NOT NULL, name BLOB NOT NULL, birth_date BLOB NOT NULL,
    levelled TEXT NOT NULL, UNIQUE (patient, name, birth_date)
);
CREATE TABLE series (
    id INTEGER PRIMARY KEY, patient INTEGER NOT NULL, study BLOB NOT NULL, series BLOB NOT NULL,
    sop_class TEXT NOT NULL, modality TEXT NOT NULL, UNIQUE (patient, study, series, sop_class, modality)
);
CREATE TABLE files (
    number INTEGER PRIMARY KEY, series INTEGER NOT NULL, size INTEGER NOT NULL, instance BLOB NOT NULL,
    path BLOB NOT NULL, content BLOB
);
CREATE TABLE known (
    patient INTEGER NOT NULL, path BLOB NOT NULL, tag INTEGER NOT NULL, is_name INTEGER NOT NULL, text BLOB NOT NULL,
    PRIMARY KEY (patient, path, tag, is_name, text)
) WITHOUT ROWID;
"""
_CACHE_KIB = 65_536
_MOST_IDS_KNOWN = 20_000

_BY_INSTANCE = "CREATE INDEX IF NOT EXISTS by_instance ON files (instance, size)"
_COUNTED = f"""
{_BY_INSTANCE};
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
_ALIKE = """
SELECT number FROM files f WHERE instance != x'' AND EXISTS (
    SELECT 1 FROM files o WHERE o.instance = f.instance AND o.size = f.size AND o.number != f.number
) ORDER BY number
"""
_MISSING = """
SELECT SUM(p.patient_id = x''), SUM(n.study = x''), SUM(n.series = x''), SUM(f.instance = x''), SUM(n.sop_class = '')
FROM files f JOIN numbered n ON n.id = f.series JOIN patients p ON p.id = n.patient
"""


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


class Census:
    """Takes what portions tell, counts it, and answers questions once it is `counted`; a context that is left ends it.

    SQLite keeps what does not fit into its memory in a temporary file without a name, for its owner's eyes only, that
    is gone when this process is, however it ends.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        for pragma in ("temp_store = FILE", "journal_mode = OFF", "synchronous = OFF"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        self._ids: dict[tuple[object, ...], int] = {}

    def __enter__(self) -> Census:
        return self

    def __exit__(self, *error: object) -> None:
        self._db.close()

    # --- taking

    def take(self, looks: Looks) -> None:
        """Take what a portion has told.

        Raises
        ------
        UsageError
            If there is no space for it.
        """
        try:
            self._db.execute("BEGIN")
            people = [self._patient(person) for person in looks.people]
            series = [self._series(people[key.person], key) for key in looks.series]
            rows = [
                (f.number, series[f.series], f.size, f.instance, os.fsencode(f.path))
                for f in looks.files
                if f.series >= 0
            ]
            self._db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, NULL)", rows)
            values = ((people[person], *_packed(value)) for person, value in looks.values)
            self._db.executemany("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?)", values)
            self._db.execute("COMMIT")
        except sqlite3.Error:
            raise UsageError("no space for temporary files; name a folder that has some in SQLITE_TMPDIR") from None

    def _patient(self, person: Person) -> int:
        patient = self._id("patients", ("key", "patient_id"), (_raw(person.key), _raw(person.patient_id)), same=1)
        values = (patient, _raw(person.name), _raw(person.birth_date), levelled_name(person.name))
        self._id("people", ("patient", "name", "birth_date", "levelled"), values, same=3)
        return patient

    def _series(self, patient: int, key: SeriesKey) -> int:
        values = (patient, key.study, key.series, key.sop_class, key.modality)
        return self._id("series", ("patient", "study", "series", "sop_class", "modality"), values, same=5)

    def _id(self, table: str, columns: tuple[str, ...], values: tuple[object, ...], *, same: int) -> int:
        """Return the number of a row, which is added if it is new; the first ``same`` columns tell rows apart."""
        known = (table, *values[:same])
        found = self._ids.get(known)
        if found is None:
            marks = ", ".join("?" * len(columns))
            self._db.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
            where = " AND ".join(f"{column} = ?" for column in columns[:same])
            (found,) = self._db.execute(f"SELECT id FROM {table} WHERE {where}", values[:same]).fetchone()
            if len(self._ids) >= _MOST_IDS_KNOWN:
                self._ids.clear()
            self._ids[known] = int(found)
        return int(found)

    # --- files alike

    def alike(self) -> Iterator[int]:
        """Yield the numbers of files that share SOP Instance UID and size with another, in ascending order."""
        self._db.execute(_BY_INSTANCE)
        for (number,) in self._db.execute(_ALIKE):
            yield number

    def note_contents(self, contents: Iterable[tuple[int, bytes]]) -> None:
        """Note what stands for all bytes of files."""
        self._db.executemany("UPDATE files SET content = ? WHERE number = ?", [(raw, n) for n, raw in contents])

    # --- answering

    def count(self) -> None:
        """Count and number what was taken; nothing can be taken any more."""
        self._db.executescript(_COUNTED)

    def series(self) -> Iterator[SeriesRow]:
        """Yield every series, patient by patient, study by study."""
        for number, key, patient_id, name, study, study_uid, series, series_uid, *rest in self._db.execute(_SERIES):
            who = _text(key), _text(patient_id), _text(name)
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

    def known(self) -> Iterator[tuple[str, bytes, int, bool, bytes]]:
        """Yield what identifies patients: the patient's key, and path, tag, whether it is a name, and text of each."""
        statement = "SELECT p.key, k.path, k.tag, k.is_name, k.text FROM known k JOIN patients p ON p.id = k.patient"
        for key, *value in self._db.execute(statement):
            yield (_text(key), *value)


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


def _packed(value: KnownValue) -> tuple[bytes, int, int, bytes]:
    path = b"".join(step.to_bytes(4, "big") for step in value.path)
    return path, value.tag, int(value.is_name), _raw(value.text)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
