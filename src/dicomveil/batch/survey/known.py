"""A private file of what identifies each patient, from all of his files: a survey writes it, a run reads it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING

from dicomveil.batch.survey.raw_text import raw, text_of
from dicomveil.engine.known import KnownValue
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.private_file import make_private_folder, open_private, private_draft, why_not_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

VERSION = 1
MOST_VALUES = 5_000
"""Of one patient; whoever has more is no patient, but a number that stands for many. Names come first."""

_APPLICATION = 0x64766B6E
_DIGEST_CHARS = 32
_PATIENT_BYTES = 16
_PATIENTS_REMEMBERED = 64
_SCHEMA = """
CREATE TABLE known (
    patient BLOB NOT NULL, is_name INTEGER NOT NULL, tag INTEGER NOT NULL, path BLOB NOT NULL, text BLOB NOT NULL,
    PRIMARY KEY (patient, is_name, tag, path, text)
) WITHOUT ROWID;
CREATE TABLE content (digest TEXT NOT NULL);
"""
_ALL = "SELECT patient, is_name, tag, path, text FROM known ORDER BY patient, is_name, tag, path, text"
_OF_ONE = "SELECT path, tag, is_name, text FROM known WHERE patient = ? ORDER BY is_name DESC, tag, path, text LIMIT ?"


class KnownFile:
    """What a survey has learned of patients; opened for reading only.

    ``digest`` changes with anything in it, and with nothing else.

    Raises
    ------
    UsageError
        If it cannot be read, can be reached by others, or was not made by a survey of this version.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        from urllib.parse import quote

        try:
            descriptor = open_private(path, os.O_RDONLY)
            try:
                trouble = why_not_private(descriptor)
            finally:
                os.close(descriptor)
            if trouble is not None:
                raise UsageError(f"the file of --known {trouble}")
            uri = f"file:{quote(os.path.abspath(path), errors='surrogateescape')}?mode=ro"
            self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
            self.digest = self._read_digest()
        except OSError as error:
            raise UsageError(f"the file of --known cannot be read: {os.strerror(error.errno or 0)}") from None
        except sqlite3.Error:
            raise UsageError("the file of --known is damaged, or was not made by dicomveil survey --known") from None
        self._recall = lru_cache(maxsize=_PATIENTS_REMEMBERED)(self._read)

    def _read_digest(self) -> str:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if (application, version) != (_APPLICATION, VERSION):
            raise UsageError("the file of --known was not made by dicomveil survey --known of this version")
        (digest,) = self._db.execute("SELECT digest FROM content").fetchone()
        return str(digest)

    def values_of(self, patient: str) -> tuple[KnownValue, ...]:
        """Return what is known of a patient, names first; nothing of one that no file of the survey was of."""
        return self._recall(patient)

    def _read(self, patient: str) -> tuple[KnownValue, ...]:
        rows = self._db.execute(_OF_ONE, (_stand_in(patient), MOST_VALUES))
        return tuple(KnownValue(_path(p), tag, bool(is_name), text_of(text)) for p, tag, is_name, text in rows)

    def close(self) -> None:
        """Give the file back."""
        self._db.close()


def write_known(
    path: str | PathLike[str], values: Iterable[tuple[str, bytes, int, bool, bytes]], *, overwrite: bool = False
) -> None:
    """Write what a survey has learned into a file for its owner's eyes only (0600), whole or not at all.

    Parameters
    ----------
    values
        As `dicomveil.batch.survey.census.Census.known` gives them, in any order.

    Raises
    ------
    UsageError
        If the file is there already and is not to be overwritten, or cannot be written.
    """
    try:
        make_private_folder(path)
        with (
            private_draft(path, replace=overwrite) as file,
            closing(sqlite3.connect(file.name, isolation_level=None)) as db,
        ):
            _fill(db, values)
    except FileExistsError:
        raise UsageError("the file of --known is there already; name another, or replace it with --overwrite") from None
    except OSError as error:
        raise UsageError(f"the file of --known cannot be written: {os.strerror(error.errno or 0)}") from None
    except sqlite3.Error:
        raise UsageError("the file of --known cannot be written; is the disk full?") from None


def _fill(db: sqlite3.Connection, values: Iterable[tuple[str, bytes, int, bool, bytes]]) -> None:
    db.execute("PRAGMA journal_mode = OFF")  # half a file never gets its name
    db.executescript(_SCHEMA)
    db.execute("BEGIN")
    rows = ((_stand_in(patient), is_name, tag, path, text) for patient, path, tag, is_name, text in values)
    db.executemany("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?)", rows)
    digest = hashlib.sha256()
    for row in db.execute(_ALL):
        digest.update(repr(row).encode())
    db.execute("INSERT INTO content VALUES (?)", (digest.hexdigest()[:_DIGEST_CHARS],))
    db.execute(f"PRAGMA application_id = {_APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _stand_in(patient: str) -> bytes:
    """Return what a patient's rows are found by; no secret, as the rows beside it hold the original."""
    return hashlib.sha256(raw(patient)).digest()[:_PATIENT_BYTES]


def _path(packed: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4))
