"""The SQLite file of a ledger: its tables, its one writer, and those who read while that writes."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dicomveil.errors import UsageError
from dicomveil.pseudonyms.private_file import make_private_folder, open_private

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

VERSION = 2
IN_MEMORY = ":memory:"
HAS_COPY = "name IS NOT NULL AND code NOT IN ('target-exists', 'duplicate')"
"""Of rows of inputs: it has a copy, or had one when it could last be done."""

_SCHEMA = """
CREATE TABLE secret (value BLOB NOT NULL);
CREATE TABLE sources (id INTEGER PRIMARY KEY, token BLOB NOT NULL UNIQUE);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, software TEXT NOT NULL, recipe TEXT NOT NULL,
    fingerprint TEXT NOT NULL, jobs INTEGER NOT NULL, source INTEGER NOT NULL, seconds REAL, interrupted INTEGER,
    known TEXT NOT NULL, problems TEXT NOT NULL DEFAULT '', files INTEGER, done INTEGER
);
CREATE TABLE folders (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE series (
    id INTEGER PRIMARY KEY, patient TEXT NOT NULL, study TEXT NOT NULL, series TEXT NOT NULL, sop_class TEXT NOT NULL,
    UNIQUE (patient, study, series, sop_class)
);
CREATE TABLE actions (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, content TEXT NOT NULL);
CREATE TABLE inputs (
    source INTEGER NOT NULL, token BLOB NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL, fingerprint BLOB, code TEXT NOT NULL, message TEXT, folder INTEGER, name TEXT,
    series INTEGER, actions INTEGER, pixels_not_checked INTEGER, run INTEGER NOT NULL, seconds REAL NOT NULL,
    copy_bytes INTEGER, gone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (source, token)
) WITHOUT ROWID;
CREATE UNIQUE INDEX copies ON inputs (folder, name) WHERE code = 'done';
CREATE INDEX kept ON inputs (folder, name)
    WHERE name IS NOT NULL AND code NOT IN ('done', 'target-exists', 'duplicate');
CREATE TABLE stale (folder INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (folder, name)) WITHOUT ROWID;
"""
_TRIES, _BETWEEN_TRIES_S = 5, 0.05
_READERS_PATIENCE_S = 5.0
_MAPPED_BYTES = 1 << 30


class LedgerFile:
    """An open ledger; a context that is left closes it.

    Parameters
    ----------
    lock
        A descriptor that is closed with it, if there is one.
    """

    def __init__(self, db: sqlite3.Connection, lock: int | None = None) -> None:
        self._db = db
        self._lock = lock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back, and its lock."""
        self._db.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def for_writing(path: str) -> tuple[sqlite3.Connection, int | None]:
    """Open a ledger for the one process that may write to it; it is made with mode 0600 if absent.

    Returns
    -------
    connection
        To the file, or to one that is forgotten, for `IN_MEMORY`.
    lock
        The descriptor that keeps other writers out for as long as it is open; None where there are none.

    Raises
    ------
    UsageError
        If it cannot be used, another run is using it, or it is of another version of dicomveil.
    """
    lock = None
    try:
        with ExitStack() as given_back:
            if path != IN_MEMORY:
                make_private_folder(path)
                lock = _locked(f"{path}.lock")
                given_back.callback(os.close, lock)
                os.close(open_private(path, os.O_RDWR | os.O_CREAT))
            db = sqlite3.connect(path, isolation_level=None, timeout=0)
            given_back.callback(db.close)
            _prepare(db)
            given_back.pop_all()
    except (OSError, sqlite3.Error) as error:
        raise unusable(error) from None
    return db, lock


def for_reading(path: str) -> sqlite3.Connection:
    """Open a ledger that is there, also while a run writes to it.

    Raises
    ------
    UsageError
        If it cannot be used, or is of another version of dicomveil.
    """
    uri = Path(path).absolute().as_uri()
    try:
        with ExitStack() as given_back:
            db = sqlite3.connect(f"{uri}?mode=rw", uri=True, timeout=_READERS_PATIENCE_S)  # ro leaves files behind
            given_back.callback(db.close)
            db.execute("PRAGMA query_only = ON")
            db.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")  # whole tables are read, several times
            _check_version(db)
            given_back.pop_all()
    except sqlite3.Error as error:
        raise unusable(error) from None
    return db


def has_writer(path: str) -> bool:
    """Tell whether a run on this machine has the ledger open to write to it."""
    with suppress(ImportError, FileNotFoundError):  # where there are no locks, nobody knows
        import fcntl

        with open(f"{path}.lock", "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


def unusable(error: OSError | sqlite3.Error) -> UsageError:
    """Say that a ledger cannot be used, without its path."""
    if isinstance(error, OSError):
        why = os.strerror(error.errno or 0)
        return UsageError(f"the private folder beside the output cannot be written: its ledger cannot be used: {why}")
    return UsageError(
        "the ledger in the private folder cannot be used: it is damaged, or the disk is full; if it is damaged, "
        "move it away and run again: copies that are there are compared, not lost"
    )


def _prepare(db: sqlite3.Connection) -> None:
    version = _check_version(db, 0)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    if version == 0:
        db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")


def _check_version(db: sqlite3.Connection, *others: int) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == 0 and 0 not in others:
        raise UsageError("the last run was stopped before it had begun; start it again with dicomveil deidentify")
    if version not in (VERSION, *others):
        raise UsageError("the ledger in the private folder is of another version of dicomveil; use that version")
    return int(version)


def _locked(path: str) -> int:
    """Take the lock of a ledger for as long as the descriptor is open."""
    descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    with suppress(ImportError):  # where there is none, SQLite's own locks have to do
        import fcntl

        for _ in range(_TRIES):  # who only asks whether a run is at work has it for a moment
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                time.sleep(_BETWEEN_TRIES_S)
        os.close(descriptor)
        raise UsageError("another run is at work on this output; wait for it, or stop it")
    return descriptor
