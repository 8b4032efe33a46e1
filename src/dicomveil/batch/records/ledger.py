"""What is known of each input of a project, written down by one process alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.distinct_rows import DistinctRows
from dicomveil.batch.records.ledger_file import HAS_COPY, LedgerFile, for_writing

if TYPE_CHECKING:
    from dicomveil.batch.outcome import Outcome


class Entry(NamedTuple):
    """What the ledger has of one input; ``target`` is relative to the output, None where nothing was ever written.

    An input that cannot be done now keeps the place of the copy that it had before.

    ``making`` tells apart how copies were made: by which recipe, with which knowledge of the patients. ``gone`` says
    that a whole run has not met it any more.
    """

    number: int
    size: int
    changed_ns: int
    fingerprint: bytes
    code: str
    message: str
    target: str | None
    run: int
    software: str
    making: str
    copy_bytes: int
    pixels_not_checked: bool
    gone: bool


class Claim(NamedTuple):
    """An input that a copy is of."""

    source: int
    token: bytes
    number: int
    run: int
    pixels_not_checked: bool
    gone: bool


class Ledger(LedgerFile):
    """One project's ledger; a context that is left closes it.

    Parameters
    ----------
    path
        The file, made with mode 0600 if absent; `IN_MEMORY` for one that is forgotten.

    Raises
    ------
    UsageError
        If it cannot be used, another run is using it, or it is of another version of dicomveil.
    """

    def __init__(self, path: str) -> None:
        super().__init__(*for_writing(path))
        self._rows = DistinctRows(self._db)
        self.run = self.source = 0
        self.making = ""
        self._knew_some = False

    @property
    def secret(self) -> bytes:
        """32 random bytes of this ledger's own, to hide names of inputs where there is no project key."""
        row = self._db.execute("SELECT value FROM secret").fetchone()
        if row is None:
            row = (os.urandom(32),)
            self._db.execute("INSERT INTO secret VALUES (?)", row)
        return bytes(row[0])

    # --- runs

    def begin(
        self,
        source: bytes,
        *,
        started: str,
        software: str,
        recipe: str,
        fingerprint: str,
        jobs: int,
        known: str = "",
    ) -> None:
        """Note that a run begins; ``source`` stands for its input folder, ``started`` is a time in ISO 8601.

        ``fingerprint`` is that of the recipe, ``known`` the digest of what a survey has learned of the patients.
        """
        self._db.execute("INSERT OR IGNORE INTO sources (token) VALUES (?)", (source,))
        (self.source,) = self._db.execute("SELECT id FROM sources WHERE token = ?", (source,)).fetchone()
        row = (started, software, recipe, fingerprint, jobs, self.source, known)
        self.run = self._db.execute(_BEGIN, row).lastrowid or 0
        self.making = making_of(fingerprint, known)
        self._knew_some = self.knows_any()

    def end(self, *, ended: str, seconds: float, interrupted: bool) -> None:
        """Note that the run has ended, how, and how many files it has seen to: later runs see to some of them again."""
        self._db.execute(_END, {"ended": ended, "seconds": seconds, "interrupted": interrupted, "run": self.run})

    def note_problems(self, problems: Iterable[str]) -> None:
        """Note what was wrong at the end of the run, a line each; no value and no path of the input."""
        self._db.execute("UPDATE runs SET problems = ? WHERE id = ?", ("\n".join(problems), self.run))

    def made_otherwise(self) -> int:
        """Count the copies that were made by another recipe, or with other knowledge, than this run's."""
        return int(self._db.execute(_OTHERWISE, (self.run,)).fetchone()[0])

    # --- inputs

    def knows_any(self) -> bool:
        """Tell whether anything is known of any input of this run's folder."""
        return self._db.execute("SELECT 1 FROM inputs WHERE source = ? LIMIT 1", (self.source,)).fetchone() is not None

    def entry(self, token: bytes) -> Entry | None:
        """Return what is known of an input of this run's folder."""
        row = self._db.execute(_ENTRY, (self.source, token)).fetchone()
        if row is None:
            return None
        number, size, changed_ns, fingerprint, code, message, folder, name, run, software, recipe, known, *copy = row
        target = None if name is None else f"{folder}/{name}" if folder else name
        made = run, software, making_of(recipe, known), copy[0] or 0, bool(copy[1]), bool(copy[2])
        return Entry(number, size, changed_ns, fingerprint or b"", code, message or "", target, *made)

    def owner(self, target: str) -> Claim | None:
        """Return the input whose copy lies there, as far as the ledger knows."""
        folder, name = _parted(target)
        known = self._rows.find("folders", {"path": folder})
        row = None if known is None else self._db.execute(_OWNER, (known, name)).fetchone()
        return None if row is None else Claim._make((*row[:4], bool(row[4]), bool(row[5])))

    def owners_waited_for(self) -> set[bytes]:
        """Return the tokens of this folder's inputs whose copies are where others of this run wanted theirs."""
        return {bytes(token) for (token,) in self._db.execute(_WAITED_FOR, (self.source, self.run))}

    def record(self, outcomes: Iterable[tuple[Outcome, str | None]], numbers: Iterable[tuple[int, bytes]] = ()) -> None:
        """Write down what became of inputs, all or none.

        Parameters
        ----------
        outcomes
            Each with its target relative to the output.
        numbers
            New numbers, each with the token of its input, which is there.

        Raises
        ------
        sqlite3.Error
            If they cannot be written; nothing of them is then.
        """
        with self._transaction():
            rows = [self._row(*each) for each in outcomes]
            if self._knew_some:
                self._db.executemany(_STALE, [(*row[:2], row[8], row[9]) for row in rows if row[9] is not None])
            self._db.executemany(_RECORD, rows)
            self._db.executemany(_RENUMBER, [(*each, self.source) for each in numbers])

    def hand_over(self, claim: Claim, outcome: tuple[Outcome, str], code: str, message: str) -> None:
        """Note, at once, that a copy is an input's now, and what became of the one that had it.

        Raises
        ------
        sqlite3.Error
            If it cannot be written; nothing of it is then.
        """
        with self._transaction():
            self._db.execute(_DISOWN, (code, message, claim.source, claim.token))
            self._db.execute(_RECORD, self._row(*outcome))

    # --- copies of what inputs were before

    def stale(self) -> list[str]:
        """Return the places of copies whose inputs have become other instances since."""
        return [f"{folder}/{name}" if folder else name for folder, name in self._db.execute(_STALE_ONES)]

    def is_left(self, target: str) -> bool:
        """Tell whether what lies there is a copy that was an input's, and is no input's now."""
        folder, name = _parted(target)
        known = self._rows.find("folders", {"path": folder})
        return known is not None and self._db.execute(_LEFT, {"folder": known, "name": name}).fetchone() is not None

    def kept_of_others(self) -> int:
        """Count the copies of inputs that are no DICOM files any more."""
        return int(self._db.execute(_KEPT_OF_OTHERS).fetchone()[0])

    def forget_stale(self, target: str) -> None:
        """Note that such a copy is gone, or another input's now."""
        folder, name = _parted(target)
        self._db.execute(_FORGET_STALE, (name, folder))

    # --- inputs that are gone

    def here(self) -> int:
        """Count the inputs of this run's folder that are not known to be gone."""
        return int(self._db.execute(_HERE, (self.source,)).fetchone()[0])

    def mark_gone(self, here: Iterable[bytes]) -> None:
        """Note of all inputs of this run's folder but those with these tokens that they are gone.

        Raises
        ------
        sqlite3.Error
            If it cannot be written; nothing of it is then.
        """
        with self._transaction():
            self._db.execute("CREATE TEMP TABLE here (token BLOB PRIMARY KEY) WITHOUT ROWID")
            self._db.executemany("INSERT OR IGNORE INTO here VALUES (?)", ((token,) for token in here))
            self._db.execute(_MARK_GONE, (self.source,))
            self._db.execute("DROP TABLE here")

    def look_for_their_copies(self, has: Callable[[str, int], bool]) -> None:
        """Note which inputs that are gone from this run's folder have left copies: somebody may have taken them away.

        Parameters
        ----------
        has
            Tells by its target and size whether a copy is there.

        Raises
        ------
        sqlite3.Error
            If it cannot be written; nothing of it is then.
        """
        changes = []
        for token, folder, name, size, gone in self._db.execute(_GONE_DONE, (self.source,)):
            now = _GONE_AND_COPY if has(f"{folder}/{name}" if folder else name, size or 0) else _GONE_WITH_COPY_TOO
            if now != gone:
                changes.append((now, self.source, token))
        with self._transaction():
            self._db.executemany("UPDATE inputs SET gone = ? WHERE source = ? AND token = ?", changes)

    def gone(self) -> tuple[int, int]:
        """Count the inputs that are gone from this run's folder, and those of them whose copies are there."""
        count, copies = self._db.execute(_GONE, (self.source,)).fetchone()
        return int(count), int(copies)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._rows.forget()  # rows that were added are gone again
            with suppress(sqlite3.Error):  # a full disk rolls back by itself
                self._db.execute("ROLLBACK")
            raise

    def _row(self, outcome: Outcome, target: str | None) -> tuple[object, ...]:
        report, actions = outcome.report, outcome.actions
        folder = name = series = done = None
        if target is not None:
            inside, name = _parted(target)
            folder = self._rows.number("folders", {"path": inside})
        if report is not None:
            uids = {"study": report.study_uid, "series": report.series_uid, "sop_class": report.sop_class_uid}
            series = self._rows.number("series", {"patient": report.patient, **uids})
        if actions is not None:
            done = self._rows.number("actions", {"digest": actions.digest}, {"content": actions.told})
        return (
            self.source,
            bytes.fromhex(outcome.token),
            outcome.number,
            outcome.size,
            outcome.changed_ns,
            outcome.fingerprint or None,
            outcome.code,
            outcome.message or None,
            folder,
            name,
            series,
            done,
            report.pixels_not_checked if report is not None else None,
            self.run,
            round(outcome.seconds, 6),
            outcome.copy_bytes or None,
        )


_BEGIN = """
INSERT INTO runs (started, software, recipe, fingerprint, jobs, source, known) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_END = """
UPDATE runs SET ended = :ended, seconds = :seconds, interrupted = :interrupted,
    (files, done) = (SELECT COUNT(*), COALESCE(SUM(code = 'done'), 0) FROM inputs WHERE run = :run)
WHERE id = :run
"""
_OTHERWISE = """
SELECT COUNT(*) FROM inputs i JOIN runs r ON r.id = i.run JOIN runs now ON now.id = ?
WHERE i.code = 'done' AND (r.fingerprint <> now.fingerprint OR r.known <> now.known)
"""
_ENTRY = """
SELECT i.number, i.size, i.changed_ns, i.fingerprint, i.code, i.message, f.path, i.name, r.id, r.software,
       r.fingerprint, r.known, i.copy_bytes, i.pixels_not_checked, i.gone
FROM inputs i LEFT JOIN folders f ON f.id = i.folder JOIN runs r ON r.id = i.run
WHERE i.source = ? AND i.token = ?
"""
_OWNER = """
SELECT source, token, number, run, pixels_not_checked, gone FROM inputs WHERE folder = ? AND name = ? AND code = 'done'
"""
_WAITED_FOR = """
SELECT DISTINCT o.token FROM inputs i JOIN inputs o ON o.folder = i.folder AND o.name = i.name AND o.code = 'done'
WHERE i.source = ? AND i.run = ? AND i.code = 'target-exists' AND o.source = i.source
"""
_DISOWN = "UPDATE inputs SET code = ?, message = ? WHERE source = ? AND token = ?"
_RENUMBER = "UPDATE inputs SET number = ?, gone = 0 WHERE token = ? AND source = ?"
_HERE = "SELECT COUNT(*) FROM inputs WHERE source = ? AND NOT gone"
_MARK_GONE = "UPDATE inputs SET gone = 1 WHERE source = ? AND NOT gone AND token NOT IN (SELECT token FROM here)"
_GONE = f"SELECT COUNT(*), COALESCE(SUM({HAS_COPY} AND gone = 1), 0) FROM inputs WHERE source = ? AND gone"
_GONE_AND_COPY, _GONE_WITH_COPY_TOO = 1, 2  # not there any more, its copy is; neither is; else 0
_GONE_DONE = f"""
SELECT i.token, f.path, i.name, i.copy_bytes, i.gone FROM inputs i JOIN folders f ON f.id = i.folder
WHERE i.source = ? AND i.gone AND {HAS_COPY}
"""
_STALE = f"""
INSERT OR IGNORE INTO stale SELECT folder, name FROM inputs
WHERE source = ? AND token = ? AND {HAS_COPY}
  AND (folder IS NOT ? OR name IS NOT ?)
"""
_LEFT = """
SELECT 1 FROM stale WHERE folder = :folder AND name = :name UNION ALL
SELECT 1 FROM inputs WHERE folder = :folder AND name = :name
    AND name IS NOT NULL AND code NOT IN ('done', 'target-exists', 'duplicate')
"""
_KEPT_OF_OTHERS = "SELECT COUNT(*) FROM inputs WHERE name IS NOT NULL AND code = 'skipped' AND NOT gone"
_STALE_ONES = "SELECT f.path, s.name FROM stale s JOIN folders f ON f.id = s.folder ORDER BY f.path, s.name"
_FORGET_STALE = "DELETE FROM stale WHERE name = ? AND folder = (SELECT id FROM folders WHERE path = ?)"
_RECORD = f"""
INSERT INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (source, token) DO UPDATE SET
    number = excluded.number, size = excluded.size, changed_ns = excluded.changed_ns,
    fingerprint = excluded.fingerprint, code = excluded.code, message = excluded.message,
    folder = CASE WHEN excluded.name IS NULL AND {HAS_COPY} THEN folder ELSE excluded.folder END,
    name = CASE WHEN excluded.name IS NULL AND {HAS_COPY} THEN name ELSE excluded.name END,
    series = excluded.series, actions = excluded.actions,
    pixels_not_checked = excluded.pixels_not_checked, run = excluded.run, seconds = excluded.seconds,
    copy_bytes = excluded.copy_bytes, gone = 0
"""


def _parted(target: str) -> tuple[str, str]:
    folder, _, name = target.rpartition("/")
    return folder, name


def making_of(fingerprint: str, known: str) -> str:
    """Return what tells apart how copies are made."""
    return f"{fingerprint} {known}"
