"""Everything a survey has seen, in a nameless file that vanishes with it: memory stays flat for millions of files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dicomveil.batch.distinct_rows import DistinctRows
from dicomveil.batch.survey.counts import Counts
from dicomveil.batch.survey.raw_text import raw, text_of
from dicomveil.errors import UsageError
from dicomveil.text.names import levelled_name

if TYPE_CHECKING:
    from dicomveil.batch.distinct_rows import Cells
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

_BY_INSTANCE = "CREATE INDEX IF NOT EXISTS by_instance ON files (instance, size)"
_ALIKE = """
SELECT number FROM files f WHERE instance != x'' AND EXISTS (
    SELECT 1 FROM files o WHERE o.instance = f.instance AND o.size = f.size AND o.number != f.number
) ORDER BY number
"""


class Census:
    """Takes what portions tell, and answers questions once it is `counted`; a context that is left ends it.

    SQLite keeps what does not fit into its memory in a temporary file without a name, for its owner's eyes only, that
    is gone when this process is, however it ends.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        for pragma in ("temp_store = FILE", "journal_mode = OFF", "synchronous = OFF"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        self._rows = DistinctRows(self._db)

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
        key, patient_id, name, birth_date = map(raw, (person.key, person.patient_id, person.name, person.birth_date))
        patient = self._rows.number("patients", {"key": key}, {"patient_id": patient_id})
        who: Cells = {"patient": patient, "name": name, "birth_date": birth_date}
        self._rows.number("people", who, {"levelled": levelled_name(person.name)})
        return patient

    def _series(self, patient: int, key: SeriesKey) -> int:
        uids = {"study": key.study, "series": key.series}
        kind = {"sop_class": key.sop_class, "modality": key.modality}
        return self._rows.number("series", {"patient": patient, **uids, **kind})

    # --- files alike

    def alike(self) -> Iterator[int]:
        """Yield the numbers of files that share SOP Instance UID and size with another, in ascending order."""
        self._db.execute(_BY_INSTANCE)
        for (number,) in self._db.execute(_ALIKE):
            yield number

    def note_contents(self, contents: Iterable[tuple[int, bytes]]) -> None:
        """Note what stands for all bytes of files."""
        self._db.executemany("UPDATE files SET content = ? WHERE number = ?", [(content, n) for n, content in contents])

    # --- answering

    def counted(self) -> Counts:
        """Return what is told of all that was taken; to be asked once, and nothing can be taken any more."""
        return Counts(self._db)

    def known(self) -> Iterator[tuple[str, bytes, int, bool, bytes]]:
        """Yield what identifies patients: the patient's key, and path, tag, whether it is a name, and text of each."""
        statement = "SELECT p.key, k.path, k.tag, k.is_name, k.text FROM known k JOIN patients p ON p.id = k.patient"
        for key, *value in self._db.execute(statement):
            yield (text_of(key), *value)


def _packed(value: KnownValue) -> tuple[bytes, int, int, bytes]:
    path = b"".join(step.to_bytes(4, "big") for step in value.path)
    return path, value.tag, int(value.is_name), raw(value.text)
