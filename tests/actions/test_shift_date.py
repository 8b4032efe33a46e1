from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.outcome import IMPOSSIBLE, KEPT, Replaced
from dicomveil.actions.shift_date import shift_date


@pytest.mark.parametrize(
    ("vr", "raw", "moved"),
    [
        ("DA", b"20240305", b"20240224"),
        ("DA", b"20240305  ", b"20240224"),
        ("DA", b"", b""),
        ("DA", b"1997.04.21", b"1997.04.11"),
        ("DA", b"20240305-20240306 ", b"20240224-20240225 "),
        ("DA", b"20240305\\20240306 ", b"20240224\\20240225 "),
        ("DT", b"20240305101500.25+0100 ", b"20240224101500.25+0100"),
        ("DT", b"202403", b"202403"),
        ("DT", b"20240305\\2024 ", b"20240224\\2024 "),
    ],
)
def test_dates_move_by_the_patient_s_days_and_keep_their_form(vr: str, raw: bytes, moved: bytes) -> None:
    assert shift_date(raw, vr, world(days=-10)) == Replaced(moved)


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        ("DA", b"Quillfeather"),
        ("DA", b"20240231"),
        ("DA", b"00010105"),
        ("DA", b"\xff" * 8),
        ("DT", b"on 20240305 "),
        ("LO", b"20240305"),
        ("UN", b"20240305"),
        ("DA", b"20240305\\x"),
        ("DA", b"20240305\0Q"),
    ],
)
def test_what_is_no_date_is_impossible_to_move(vr: str, raw: bytes) -> None:
    assert shift_date(raw, vr, world(days=-10)) is IMPOSSIBLE


@pytest.mark.parametrize(
    "raw",
    [b"", b"10", b"1015", b"101530", b"101530.5 ", b"10:15:30", b"101530.123456\\1016 ", b"1015-1030 ", b"101530\0"],
)
def test_a_time_of_day_stays_as_it_is(raw: bytes) -> None:
    assert shift_date(raw, "TM", world()) is KEPT


@pytest.mark.parametrize("raw", [b"7734519", b"Zebulon", b"996130", b"101530.1234567", b"10 Q", b"1"])
def test_what_is_no_time_of_day_is_impossible_to_keep(raw: bytes) -> None:
    assert shift_date(raw, "TM", world()) is IMPOSSIBLE


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [(b"+0100 ", KEPT), (b"-0330", KEPT), (b"", KEPT), (b"Zebulon", IMPOSSIBLE), (b"77345", IMPOSSIBLE)],
)
def test_a_zone_stays_if_it_is_one(raw: bytes, outcome: object) -> None:
    assert shift_date(raw, "SH", world()) is outcome
