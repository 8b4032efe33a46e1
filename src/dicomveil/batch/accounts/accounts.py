"""Questions to a project's ledger, and their answers; a ledger is only read, also while a run writes to it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.outcome import DONE, DUPLICATE, SKIPPED, THERE_ALREADY
from dicomveil.batch.records.ledger_file import HAS_COPY, LedgerFile, for_reading, unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicomveil.batch.records.project import Project

NO_QUARANTINE = (DONE, SKIPPED, DUPLICATE, THERE_ALREADY)
"""Codes of inputs for which nothing is left to be tried."""


class RunAccount(NamedTuple):
    """One run; ``files`` counts the inputs whose latest outcome is of it, ``done`` those of them that have a copy.

    ``ended`` and ``seconds`` are None for a run that is at work, or was killed. ``problems`` is what was wrong at its
    end, a sentence each, other than with single inputs.
    """

    run: int
    started: str
    ended: str | None
    seconds: float | None
    interrupted: bool
    recipe: str
    fingerprint: str
    software: str
    jobs: int
    source: bytes
    problems: tuple[str, ...]
    files: int
    done: int


class FileAccount(NamedTuple):
    """What is known of one input; patient, study and series are stand-ins.

    ``target`` is relative to the output: where its copy is, or the one it had when it could last be done. ``gone`` says
    that it is no longer in the input. ``duplicate_of`` is the token of the input that has the copy which a duplicate
    wanted; empty if it is none, or that is not known.
    """

    token: str
    code: str
    message: str
    size: int
    target: str
    patient: str
    study: str
    series: str
    pixels_not_checked: bool | None
    seconds: float
    run: int
    gone: bool
    duplicate_of: str


class Quarantined(NamedTuple):
    """An input that could not be done; ``source`` is the token of the folder it is in."""

    number: int
    token: bytes
    code: str
    message: str
    source: bytes


class Deed(NamedTuple):
    """What was done to the elements at one address: in how many copies, and in how many places of them."""

    address: str
    action: str
    reason: str
    files: int
    places: int


class SeriesAccount(NamedTuple):
    """The copies of one series, and one of them as an example."""

    patient: str
    study: str
    series: str
    files: int
    example: str


class Accounts(LedgerFile):
    """What a project's ledger tells; a context that is left closes it.

    Raises
    ------
    UsageError
        If the ledger cannot be used.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(for_reading(project.ledger_path))

    def by_code(self) -> dict[str, int]:
        """Return how many inputs there are of each code; those that are gone are not counted."""
        return dict(self._rows("SELECT code, COUNT(*) FROM inputs WHERE NOT gone GROUP BY 1 ORDER BY 1"))

    def gone(self) -> tuple[int, int]:
        """Return how many inputs are not there any more, and how many of them have left copies."""
        ((count, copies),) = self._rows(
            f"SELECT COUNT(*), COALESCE(SUM({HAS_COPY} AND gone = 1), 0) FROM inputs WHERE gone"
        )
        return int(count), int(copies)

    def gone_undone(self) -> int:
        """Return how many inputs could not be done and are not there any more."""
        return self._one(_GONE_UNDONE, *NO_QUARANTINE)

    def by_message(self) -> list[tuple[str, str, int]]:
        """Return code, message and number of inputs, for those that are not done; the most frequent first."""
        return list(self._rows(_BY_MESSAGE))

    def pixels_not_checked(self) -> int:
        """Return how many copies are likely to show text in their pixels, which nobody has looked at."""
        return self._one("SELECT COUNT(*) FROM inputs WHERE code = 'done' AND pixels_not_checked AND gone < 2")

    def size_bytes(self) -> int:
        """Return the size of all inputs that have a copy."""
        return self._one("SELECT COALESCE(SUM(size), 0) FROM inputs WHERE code = 'done'")

    def known_of(self, source: bytes) -> int:
        """Return how many inputs of a folder are known, and not to be gone."""
        statement = "SELECT COUNT(*) FROM inputs i JOIN sources s ON s.id = i.source WHERE s.token = ? AND NOT gone"
        return self._one(statement, source)

    def secret(self) -> bytes | None:
        """Return the ledger's own secret, with which tokens are made where there is no project key."""
        return next((bytes(value) for (value,) in self._rows("SELECT value FROM secret")), None)

    def runs(self) -> list[RunAccount]:
        """Return the runs so far, the first one first."""
        rows = self._rows(_RUNS)
        return [RunAccount._make((*row[:4], bool(row[4]), *row[5:10], _lines(row[10]), *row[11:])) for row in rows]

    def files(self) -> Iterator[FileAccount]:
        """Yield what is known of each input, folder by folder, in the order of tokens."""
        for token, code, message, size, folder, name, *others, pixels, seconds, run, gone, of in self._rows(_FILES):
            has_copy = name is not None and code not in (THERE_ALREADY, DUPLICATE)
            target = "" if not has_copy else f"{folder}/{name}" if folder else name
            looked = None if pixels is None else bool(pixels)
            more = *others, looked, seconds, run, bool(gone), of.hex() if of else ""
            yield FileAccount._make((token.hex(), code, message or "", size, target, *more))

    def quarantined(self) -> Iterator[Quarantined]:
        """Yield the inputs that could not be done and are not gone, in the order of their names."""
        return (Quarantined._make(row) for row in self._rows(_QUARANTINED, *NO_QUARANTINE))

    def deeds(self) -> list[Deed]:
        """Return what was done to which attribute, the most frequent first."""
        files: Counter[tuple[str, str, str]] = Counter()
        places: Counter[tuple[str, str, str]] = Counter()
        for content, count in self._rows(_ACTIONS):
            for address, action, reason, where in json.loads(content):
                files[address, action, reason] += count
                places[address, action, reason] += count * where
        found = [Deed(*line, count, places[line]) for line, count in files.items()]
        return sorted(found, key=lambda deed: (-deed.files, deed.address, deed.action, deed.reason))

    def durations(self, edges_s: tuple[float, ...]) -> list[int]:
        """Return how many inputs took less than each edge, but not less than the one before; then all that took more.

        Inputs that were not opened again since they are known are counted with the time it took then.
        """
        cases = " ".join(f"WHEN seconds < {float(edge)!r} THEN {index}" for index, edge in enumerate(edges_s))
        counts = dict(self._rows(f"SELECT CASE {cases} ELSE {len(edges_s)} END, COUNT(*) FROM inputs GROUP BY 1"))
        return [counts.get(index, 0) for index in range(len(edges_s) + 1)]

    def seconds(self) -> tuple[float, float]:
        """Return the time all inputs took together, and the longest that one took."""
        ((total, longest),) = self._rows("SELECT COALESCE(SUM(seconds), 0), COALESCE(MAX(seconds), 0) FROM inputs")
        return float(total), float(longest)

    def patients(self) -> int:
        """Return how many patients have copies."""
        return self._one(_PATIENTS)

    def series(self, most_patients: int) -> Iterator[SeriesAccount]:
        """Yield the series of so many patients, in the order of their stand-ins."""
        for *series, files, folder, name in self._rows(_SERIES, most_patients):
            yield SeriesAccount._make((*series, files, f"{folder}/{name}" if folder else name))

    def _one(self, statement: str, *values: object) -> int:
        ((value,),) = self._rows(statement, *values)
        return int(value)

    def _rows(self, statement: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise unusable(error) from None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("\n")))


_BY_MESSAGE = """
SELECT code, COALESCE(message, ''), COUNT(*) FROM inputs WHERE code <> 'done' AND NOT gone
GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""
_RUNS = """
SELECT r.id, r.started, r.ended, r.seconds, r.interrupted, r.recipe, r.fingerprint, r.software, r.jobs, s.token,
       r.problems, COALESCE(r.files, i.files, 0), COALESCE(r.done, i.done, 0)
FROM runs r JOIN sources s ON s.id = r.source
LEFT JOIN (SELECT run, COUNT(*) AS files, SUM(code = 'done') AS done FROM inputs GROUP BY run) i ON i.run = r.id
ORDER BY r.id
"""
_FILES = """
SELECT i.token, i.code, i.message, i.size, f.path, i.name, COALESCE(s.patient, ''), COALESCE(s.study, ''),
       COALESCE(s.series, ''), i.pixels_not_checked, i.seconds, i.run, i.gone, o.token
FROM inputs i LEFT JOIN folders f ON f.id = i.folder LEFT JOIN series s ON s.id = i.series
LEFT JOIN inputs o ON i.code = 'duplicate' AND o.code = 'done' AND o.folder = i.folder AND o.name = i.name
ORDER BY i.source, i.token
"""
_MARKS = ", ".join("?" * len(NO_QUARANTINE))
_GONE_UNDONE = f"SELECT COUNT(*) FROM inputs WHERE gone AND code NOT IN ({_MARKS})"
_QUARANTINED = f"""
SELECT i.number, i.token, i.code, COALESCE(i.message, ''), s.token FROM inputs i JOIN sources s ON s.id = i.source
WHERE NOT i.gone AND i.code NOT IN ({_MARKS}) ORDER BY i.source, i.number
"""
_ACTIONS = """
SELECT a.content, i.files FROM actions a
JOIN (SELECT actions, COUNT(*) AS files FROM inputs WHERE code = 'done' AND actions IS NOT NULL GROUP BY 1) i
ON i.actions = a.id
"""
_PATIENTS = """
SELECT COUNT(DISTINCT patient) FROM series WHERE id IN (SELECT DISTINCT series FROM inputs WHERE code = 'done')
"""
# Of the columns beside a lone MIN, SQLite takes the row that has it.
_SERIES = """
WITH copies AS (
    SELECT series, COUNT(*) AS files, folder, MIN(name) AS name FROM inputs
    WHERE code = 'done' AND series IS NOT NULL GROUP BY series
), first AS (
    SELECT DISTINCT s.patient FROM series s JOIN copies c ON c.series = s.id ORDER BY s.patient LIMIT ?
)
SELECT s.patient, s.study, s.series, SUM(c.files), f.path, MIN(c.name)
FROM copies c JOIN series s ON s.id = c.series LEFT JOIN folders f ON f.id = c.folder
WHERE s.patient IN (SELECT patient FROM first)
GROUP BY s.patient, s.study, s.series ORDER BY s.patient, s.study, s.series
"""
