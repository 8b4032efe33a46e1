"""Number the rows of SQLite tables in which every row is there once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    Cells = Mapping[str, str | bytes | int]

_MOST_REMEMBERED = 20_000


class DistinctRows:
    """Finds the ``id`` of rows by what tells them apart, and remembers the latest: a series comes thousands of times.

    Examples
    --------
    >>> import sqlite3
    >>> db = sqlite3.connect(":memory:")
    >>> _ = db.execute("CREATE TABLE folders (id INTEGER PRIMARY KEY, path TEXT UNIQUE)")
    >>> rows = DistinctRows(db)
    >>> rows.find("folders", {"path": "a"}), rows.number("folders", {"path": "a"}), rows.find("folders", {"path": "a"})
    (None, 1, 1)
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known: dict[tuple[str | bytes | int, ...], int] = {}

    def find(self, table: str, cells: Cells) -> int | None:
        """Return the number of a row, None if there is no such."""
        key = (table, *cells.values())
        known = self._known.get(key)
        if known is None:
            where = " AND ".join(f"{column} = ?" for column in cells)
            row = self._db.execute(f"SELECT id FROM {table} WHERE {where}", tuple(cells.values())).fetchone()
            if row is None:
                return None
            known = self._remember(key, row[0])
        return known

    def number(self, table: str, cells: Cells, more: Cells | None = None) -> int:
        """Return the number of a row, which is added if it is new: then with ``more``, which does not tell it apart."""
        known = self.find(table, cells)
        if known is None:
            whole = {**cells, **(more or {})}
            statement = f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({', '.join('?' * len(whole))})"
            added = self._db.execute(statement, tuple(whole.values())).lastrowid
            known = self._remember((table, *cells.values()), added or 0)
        return known

    def forget(self) -> None:
        """Forget what is remembered: rows that were added may be gone again."""
        self._known.clear()

    def _remember(self, key: tuple[str | bytes | int, ...], number: int) -> int:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = number
        return number
