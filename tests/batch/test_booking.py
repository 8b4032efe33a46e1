"""Of inputs that want one place one has it, and what became of each is told and noted once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from dicomveil.batch.booking import Booking
from dicomveil.batch.outcome import DONE, DUPLICATE, THERE_ALREADY, Outcome
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.records.ledger_file import IN_MEMORY
from dicomveil.batch.records.tokens import Tokens
from dicomveil.batch.sources.inputs import Input
from engine.instances import KEY

TOKENS = Tokens(KEY)
ITEMS = [Input(number, f"/ward/{number}", f"{number}") for number in (1, 2, 3)]


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger(IN_MEMORY) as opened:
        begin(opened)
        yield opened


def begin(ledger: Ledger, source: bytes = b"ward") -> None:
    ledger.begin(source, started="2026-01-02T03:04:05", software="0", recipe="basic", fingerprint="0123", jobs=1)


def done(number: int, target: str = "copy", code: str = DONE) -> Outcome:
    item = ITEMS[number - 1]
    return Outcome(number, TOKENS.of(item).hex(), code, "", None, target, item.path)


def booking(ledger: Ledger, told: list[Outcome] | None = None, *, overwrite: bool = False) -> Booking:
    heard = [] if told is None else told
    return Booking(ledger, TOKENS, lambda each: each.target, overwrite=overwrite, tell=heard.extend)


def done_over(item: Input, target: str) -> Outcome:
    return done(item.number, target)


def codes(ledger: Ledger) -> list[str]:
    entries = [ledger.entry(TOKENS.of(item)) for item in ITEMS]
    return [entry.code for entry in entries if entry is not None]


@pytest.mark.parametrize("together", [True, False], ids=["in-one-portion", "in-two"])
def test_of_two_that_want_one_place_only_one_is_told_to_have_it(ledger: Ledger, together: bool) -> None:
    told: list[Outcome] = []
    books = booking(ledger, told)
    for portion in [[done(1), done(2)]] if together else [[done(1)], [done(2)]]:
        books.book(portion)
    assert [(each.number, each.code) for each in told] == [(1, DONE)]
    assert codes(ledger) == [DONE, THERE_ALREADY]
    assert [(each.number, each.code) for each in books.settled(ITEMS[:2], done_over)] == [(2, DUPLICATE)]
    assert codes(ledger) == [DONE, DUPLICATE]


def test_the_first_by_name_has_the_place_though_it_came_last_and_the_other_is_corrected(ledger: Ledger) -> None:
    told: list[Outcome] = []
    books = booking(ledger, told)
    books.book([done(3)])
    books.book([done(1)])
    list(books.settled(ITEMS, done_over))
    assert [(each.number, each.code, each.corrects is not None) for each in told] == [
        (3, DONE, False),
        (1, DONE, False),
        (3, DUPLICATE, True),
    ]
    owner = ledger.owner("copy")
    assert owner is not None
    assert owner.token == TOKENS.of(ITEMS[0])


@pytest.mark.parametrize("theirs", [1, 2], ids=["of-the-same-name", "of-another-name"])
def test_a_copy_of_another_folder_is_left_to_it(ledger: Ledger, theirs: int) -> None:
    booking(ledger).book([done(theirs)])
    begin(ledger, b"other ward")
    books = booking(ledger)
    books.book([done(1)])
    assert [each.code for each in books.settled(ITEMS, done_over)] == [DUPLICATE]
    assert codes(ledger) == [DUPLICATE]


def test_where_copies_are_written_over_the_one_that_shall_have_it_is_made_again(ledger: Ledger) -> None:
    books = booking(ledger, overwrite=True)
    books.book([done(1), done(2)])  # whose bytes lie there now, nobody knows
    again: list[int] = []

    def noted(item: Input, target: str) -> Outcome:
        again.append(item.number)
        return done_over(item, target)

    assert [(each.number, each.code) for each in books.settled(ITEMS, noted)] == [(2, DUPLICATE)]
    assert again == [1]
    assert codes(ledger) == [DONE, DUPLICATE]


def test_where_nobody_waits_no_listing_is_gone_through_again(ledger: Ledger) -> None:
    def listing() -> Iterator[Input]:
        pytest.fail("a listing may have millions of files")
        yield

    books = booking(ledger)
    books.book([done(1, "one"), done(2, "two")])
    assert list(books.settled(listing(), done_over)) == []


def test_what_a_full_disk_did_not_take_is_noted_with_the_next(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    books = booking(ledger)
    with monkeypatch.context() as disk:
        disk.setattr(ledger, "record", full)
        assert [each.code for each in books.book([done(1)])] == [DONE]
        assert [each.code for each in books.book([done(2)])] == []  # the place is taken, though the ledger knows not
        assert books.unrecorded == 2
    books.book([done(3, "other")])
    assert books.unrecorded == 0
    assert codes(ledger) == [DONE, THERE_ALREADY, DONE]


def test_what_a_disk_never_takes_does_not_fill_the_memory(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("dicomveil.batch.booking._MOST_UNRECORDED", 10)
    monkeypatch.setattr(ledger, "record", full)
    books = booking(ledger)
    for number in range(50):
        books.book([done(1, f"copy {number}")])
    assert len(books._unwritten) <= 10
    assert books.unrecorded == 50
