from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.check import check_number, check_text, check_uid
from dicomveil.actions.outcome import IMPOSSIBLE, KEPT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SOFT TISSUE",
        b"B70f\\B30f ",
        b"Philips 5.2.1.0",
        b"1.2.840.10008.5.1.4.1.1.2",
        "Schädel".encode(),
        b"v1.2.3.4",
    ],
    ids=["empty", "words", "values", "version", "UID of the standard", "accents", "short version"],
)
def test_a_text_that_names_nobody_stays(raw: bytes) -> None:
    assert check_text(raw, "LO", world()) is KEPT


@pytest.mark.parametrize(
    "raw",
    [
        b"for quillfeather",
        b"A\\ZEBULON",
        b"7734519",
        b"12.04.1958",
        b"\xff\xfe",
        b"1.3.6.1.4.1.99999.12.34",
        b"2.25.329800735698586629295641978511506172918",
        b"see 1.2.276.0.7230010.3.1",
    ],
    ids=["name", "second value", "number", "birth date", "unreadable", "UID", "UID of a UUID", "UID in prose"],
)
def test_a_text_that_may_name_somebody_is_impossible_to_keep(raw: bytes) -> None:
    assert check_text(raw, "LO", world()) is IMPOSSIBLE


def test_a_name_in_the_character_set_of_an_item_is_found_under_the_root_s() -> None:
    czech = world(b"ISO_IR 101", names=("Dvořáková^Žofie",))
    assert check_text("Dvořáková".encode("iso8859-2"), "LO", czech) is IMPOSSIBLE
    assert check_text("Dvořáková".encode(), "LO", czech) is IMPOSSIBLE
    assert check_text("Krajčí".encode("iso8859-2"), "LO", czech) is KEPT


@pytest.mark.parametrize(
    ("raw", "vr"), [(b"1.5\\-2E+3 ", "DS"), (b"+12 ", "IS"), (b"045Y", "AS"), (b"", "DS"), (b"12\0", "IS")]
)
def test_a_number_stays(raw: bytes, vr: str) -> None:
    assert check_number(raw, vr, world()) is KEPT


@pytest.mark.parametrize(
    ("raw", "vr"),
    [(b"Zeb", "DS"), (b"1.5", "IS"), (b"7734519 ", "DS"), (b"1\\7734519", "IS"), (b"1\0x", "DS"), (b"097X", "AS")],
)
def test_what_is_no_number_or_somebody_s_number_is_impossible_to_keep(raw: bytes, vr: str) -> None:
    assert check_number(raw, vr, world()) is IMPOSSIBLE


@pytest.mark.parametrize(
    ("raw", "outcome"), [(b"1.2.840.10008.1.2\0", KEPT), (b"1.2\\1.3", KEPT), (b"1.2 Q", IMPOSSIBLE)]
)
def test_a_uid_of_the_standard_s_own_is_digits_and_dots(raw: bytes, outcome: object) -> None:
    assert check_uid(raw, "UI", world()) is outcome
