"""Every row is there once, and its number is the same however often it is asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from dicomveil.batch import distinct_rows
from dicomveil.batch.distinct_rows import DistinctRows


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, told TEXT)")
        yield opened


def test_a_row_keeps_its_number_and_what_was_first_told_of_it(db: sqlite3.Connection) -> None:
    rows = DistinctRows(db)
    one, other = rows.number("people", {"name": "a"}, {"told": "first"}), rows.number("people", {"name": "b"})
    assert one != other
    assert rows.number("people", {"name": "a"}, {"told": "later"}) == one
    assert DistinctRows(db).number("people", {"name": "a"}) == one
    assert db.execute("SELECT told FROM people WHERE id = ?", (one,)).fetchone() == ("first",)


def test_a_row_that_was_rolled_back_is_added_again_once_it_is_forgotten(db: sqlite3.Connection) -> None:
    rows = DistinctRows(db)
    db.execute("BEGIN")
    rows.number("people", {"name": "a"})
    db.execute("ROLLBACK")
    rows.forget()
    assert rows.find("people", {"name": "a"}) is None
    assert rows.number("people", {"name": "a"}) == rows.find("people", {"name": "a"})


def test_only_so_many_are_remembered_for_millions_of_rows(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct_rows, "_MOST_REMEMBERED", 4)
    rows = DistinctRows(db)
    numbers = [rows.number("people", {"name": f"{each}"}) for each in range(20)]
    assert len(rows._known) <= 4
    assert [rows.number("people", {"name": f"{each}"}) for each in range(20)] == numbers
