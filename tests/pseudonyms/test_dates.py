"""Dates move by whole days; precision, form, time of day and zone stay."""

from __future__ import annotations

import pytest

from dicomveil.errors import UnreadableDate, UsageError
from dicomveil.pseudonyms.dates import ShiftRange, days_from_digest, shift_date, shift_datetime


@pytest.mark.parametrize(
    ("value", "days", "moved"),
    [
        pytest.param("20240229", -366, "20230228", id="a leap day"),
        pytest.param("20240101", -1, "20231231", id="over new year"),
        pytest.param("20240101", 31, "20240201", id="into the future"),
        pytest.param("00010102", -1, "00010101", id="the first day"),
        pytest.param("99991230", 1, "99991231", id="the last day"),
        pytest.param("1997.04.21", 10, "1997.05.01", id="the form before 1993"),
        pytest.param("20240101-20240131", -1, "20231231-20240130", id="a range"),
        pytest.param("20240101-", -1, "20231231-", id="a range without end"),
        pytest.param("-20240101", -1, "-20231231", id="a range without beginning"),
        pytest.param("1997.04.21-1997.04.22", 1, "1997.04.22-1997.04.23", id="a range of the old form"),
        pytest.param("", -366, "", id="unknown"),
        pytest.param("  ", -366, "", id="padding only"),
        pytest.param("        ", -366, "", id="eight spaces"),
        pytest.param("20240102  ", -1, "20240101", id="padding"),
    ],
)
def test_a_date_moves(value, days, moved):
    assert shift_date(value, days=days) == moved


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("20230229", id="no leap day that year"),
        pytest.param("20241301", id="month 13"),
        pytest.param("20240100", id="day 0"),
        pytest.param("00000101", id="year 0"),
        pytest.param("2024W101", id="a week date"),
        pytest.param("2024-W10-1", id="a long week date"),
        pytest.param("2024-01-01", id="ISO with hyphens"),
        pytest.param("2024/01/01", id="slashes"),
        pytest.param("2024.01-01", id="half old form"),
        pytest.param("202401", id="a month"),
        pytest.param("202401011", id="nine digits"),
        pytest.param("-", id="a range of nothing"),
        pytest.param("20240101-20240102-", id="three ends"),
        pytest.param(" 20240101", id="leading space"),
        pytest.param("20240101\0", id="NUL"),
        pytest.param("20240101\\20240102", id="two values"),
        pytest.param("٢٠٢٤٠١٠١", id="digits of another script"),
        pytest.param("²0240101", id="superscript digit"),
        pytest.param("Smith", id="a name"),
    ],
)
def test_what_is_no_date_is_refused_without_being_repeated(value):
    with pytest.raises(UnreadableDate) as caught:
        shift_date(value, days=-1)
    assert value not in str(caught.value) or value == "-"
    assert caught.value.length == len(value)
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("value", "days"),
    [("00010101", -1), ("99991231", 1), ("20240101", 10**12)],
    ids=["before year 1", "after year 9999", "absurdly far"],
)
def test_a_date_does_not_leave_the_calendar(value, days):
    with pytest.raises(UnreadableDate):
        shift_date(value, days=days)
    with pytest.raises(UnreadableDate):
        shift_datetime(value, days=days)


@pytest.mark.parametrize(
    ("value", "days", "moved"),
    [
        pytest.param("20240229134501.250000+0100", -366, "20230228134501.250000+0100", id="everything"),
        pytest.param("20240229134501.2", -366, "20230228134501.2", id="one digit of fraction"),
        pytest.param("20240229134560", -366, "20230228134560", id="a leap second"),
        pytest.param("202402291345", -366, "202302281345", id="minutes"),
        pytest.param("2024022913-0500", -366, "2023022813-0500", id="hours and a zone"),
        pytest.param("20240229", -366, "20230228", id="a day"),
        pytest.param("202401", 16, "202401", id="a month that stays"),
        pytest.param("202401", 17, "202402", id="a month that goes"),
        pytest.param("2024", -182, "2024", id="a year that stays"),
        pytest.param("2024", -183, "2023", id="a year that goes"),
        pytest.param("2024+1400", -366, "2023+1400", id="a year and the easternmost zone"),
        pytest.param("2024-1200", -366, "2023-1200", id="a year and the westernmost zone"),
        pytest.param("2004-2005", -366, "2003-2004", id="a range of years, as no zone is so far west"),
        pytest.param("2024-", -366, "2023-", id="a range without end"),
        pytest.param("-20240102", -1, "-20240101", id="a range without beginning"),
        pytest.param("20240102-0500-20240103-0500", -1, "20240101-0500-20240102-0500", id="a range with zones"),
        pytest.param("2024010210-20240103", -1, "2024010110-20240102", id="a range of two precisions"),
        pytest.param("", -1, "", id="unknown"),
        pytest.param("2024010212  ", -1, "2024010112", id="padding"),
    ],
)
def test_a_date_time_moves(value, days, moved):
    assert shift_datetime(value, days=days) == moved


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("202", id="three digits"),
        pytest.param("20240", id="five digits"),
        pytest.param("202413", id="month 13"),
        pytest.param("20230229", id="no leap day that year"),
        pytest.param("2024010124", id="hour 24"),
        pytest.param("202401011260", id="minute 60"),
        pytest.param("20240101125961", id="second 61"),
        pytest.param("20240101125959.", id="a point and no fraction"),
        pytest.param("20240101125959.1234567", id="seven digits of fraction"),
        pytest.param("2024010112.5", id="a fraction of an hour"),
        pytest.param("2024+1401", id="a zone too far east"),
        pytest.param("2024-1201", id="a zone too far west"),
        pytest.param("2024+0160", id="a zone of 60 minutes"),
        pytest.param("2024+01:00", id="a zone with a colon"),
        pytest.param("2024 0100", id="a zone without sign"),
        pytest.param("+0100", id="a zone alone"),
        pytest.param("-", id="a range of nothing"),
        pytest.param("2024-01-01T12:00", id="ISO"),
        pytest.param("٢٠٢٤", id="digits of another script"),
        pytest.param("20240101\\20240102", id="two values"),
    ],
)
def test_what_is_no_date_time_is_refused_without_being_repeated(value):
    with pytest.raises(UnreadableDate) as caught:
        shift_datetime(value, days=-1)
    assert value not in str(caught.value) or value == "-"
    assert caught.value.length == len(value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("arguments", "least", "most"),
    [
        pytest.param((), -3650, -1, id="the default is the past"),
        pytest.param((5, 7, "past"), -7, -5, id="past"),
        pytest.param((5, 7, "future"), 5, 7, id="future"),
        pytest.param((9, 9, "future"), 9, 9, id="one choice"),
    ],
)
def test_days_stay_within_their_range(arguments, least, most):
    shift_range = ShiftRange(*arguments)
    days = {days_from_digest(n.to_bytes(8, "big") + b"\1", shift_range) for n in range(4000)}
    assert days == set(range(least, most + 1))


def test_either_direction_goes_both_ways_and_never_stays():
    shift_range = ShiftRange(5, 7, "either")
    days = {days_from_digest(n.to_bytes(8, "big") + sign, shift_range) for n in (0, 1, 2) for sign in (b"\0", b"\1")}
    assert days == {-7, -6, -5, 5, 6, 7}


@pytest.mark.parametrize(
    "arguments",
    [(0, 5), (-3, 5), (6, 5), (1, 36501), (1.0, 5), (True, 5), (1, 5, "sideways")],
    ids=["zero", "negative", "crossed", "too far", "no whole number", "a truth value", "no direction"],
)
def test_a_range_that_cannot_be_is_refused(arguments):
    with pytest.raises(UsageError):
        ShiftRange(*arguments)


def test_a_short_digest_gives_no_days():
    with pytest.raises(UsageError):
        days_from_digest(bytes(8), ShiftRange())
