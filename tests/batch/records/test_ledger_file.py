"""One writes a ledger, many may read it meanwhile, and each gives it back whole."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dicomveil.batch.records.ledger_file import (
    IN_MEMORY,
    VERSION,
    LedgerFile,
    for_reading,
    for_writing,
    has_writer,
)
from dicomveil.errors import UsageError


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "private" / "ledger")


def of_another_version(path: str) -> None:
    LedgerFile(*for_writing(path)).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files are counted as Linux tells them")
def test_a_ledger_that_cannot_be_opened_leaves_no_file_open(path: str) -> None:
    of_another_version(path)
    before = open_files()
    for opened in (for_writing, for_reading):
        with pytest.raises(UsageError, match="another version"):
            opened(path)
    assert open_files() == before


def test_a_run_that_was_refused_keeps_no_other_out(path: str) -> None:
    of_another_version(path)
    with pytest.raises(UsageError, match="another version"):
        for_writing(path)
    assert not has_writer(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION}")
    LedgerFile(*for_writing(path)).close()


def test_one_whose_run_was_stopped_while_it_was_made_says_so_and_is_made_by_the_next(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    with pytest.raises(UsageError, match="stopped before it had begun"):
        for_reading(path)
    LedgerFile(*for_writing(path)).close()
    for_reading(path).close()


def test_who_closes_a_ledger_twice_closes_no_file_of_another(path: str) -> None:
    opened = LedgerFile(*for_writing(path))
    opened.close()
    with open(os.devnull, "rb") as other:
        opened.close()
        assert os.fstat(other.fileno())


def test_reading_makes_no_ledger(path: str) -> None:
    Path(path).parent.mkdir()
    with pytest.raises(UsageError, match="cannot be used"):
        for_reading(path)
    assert os.listdir(os.path.dirname(path)) == []
    assert not has_writer(path)


def test_a_ledger_in_memory_is_locked_by_nobody() -> None:
    first, second = for_writing(IN_MEMORY), for_writing(IN_MEMORY)
    assert (first[1], second[1]) == (None, None)
    for opened in (first, second):
        LedgerFile(*opened).close()
