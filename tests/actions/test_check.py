from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.check import check_number, check_term, check_text, check_uid
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
        b"120458",
        b"\xff\xfe",
        b"1.3.6.1.4.1.99999.12.34",
        b"2.25.329800735698586629295641978511506172918",
        b"see 1.2.276.0.7230010.3.1",
    ],
    ids=[
        "name",
        "second value",
        "number",
        "birth date",
        "birth date in six digits",
        "unreadable",
        "UID",
        "UID of a UUID",
        "UID in prose",
    ],
)
def test_a_text_that_may_name_somebody_is_impossible_to_keep(raw: bytes) -> None:
    assert check_text(raw, "LO", world()) is IMPOSSIBLE


def test_a_name_in_the_character_set_of_an_item_is_found_under_the_root_s() -> None:
    czech = world(b"ISO_IR 101", names=("Dvořáková^Žofie",))
    assert check_text("Dvořáková".encode("iso8859-2"), "LO", czech) is IMPOSSIBLE
    assert check_text("Dvořáková".encode(), "LO", czech) is IMPOSSIBLE
    assert check_text("Krajčí".encode("iso8859-2"), "LO", czech) is KEPT


@pytest.mark.parametrize(
    ("raw", "vr"),
    [
        (b"1.5\\-2E+3 ", "DS"),
        (b"+12 ", "IS"),
        (b"045Y", "AS"),
        (b"", "DS"),
        (b"12\0", "IS"),
        (b"7.734519", "DS"),
        (b".7734519", "DS"),
        (b"-0.07734519\\\\1", "DS"),
        (b"7.734519E5", "DS"),
        (b"7.734519E-6", "DS"),
        (b"7734519E1", "DS"),
        (b"77345190E-2", "DS"),
        (b"1-2", "DS"),
    ],
)
def test_a_number_stays(raw: bytes, vr: str) -> None:
    assert check_number(raw, vr, world()) is KEPT


@pytest.mark.parametrize(
    ("raw", "vr"),
    [
        *((b"Zeb", "DS"), (b"1.5", "IS"), (b"7734519 ", "DS"), (b"1\\7734519", "IS"), (b"1\0x", "DS"), (b"097X", "AS")),
        *((b"7.734519E6", "DS"), (b"1\\+77345.190e+02 ", "DS"), (b"77345190E-1", "DS"), (b"0.07734519E8", "DS")),
        *((b"7734519-1", "IS"), (b"7734519.1.2", "DS"), (b"12-04-58", "DS"), (b"773 4519 0", "IS")),
        *(
            (b"7734519E999999999", "DS"),
            (b"7734-519", "DS"),
            (b"7 734 519", "IS"),
            (b"7.734.519", "DS"),
            (b"7734519.-", "DS"),
        ),
        *((b"7734519E" + b"0" * 5000, "DS"), (b"7734519E+0000", "DS"), (b"7734519e", "DS")),
    ],
)
def test_what_is_no_number_or_somebody_s_number_is_impossible_to_keep(raw: bytes, vr: str) -> None:
    assert check_number(raw, vr, world()) is IMPOSSIBLE


@pytest.mark.parametrize(
    ("raw", "outcome"), [(b"1.2.840.10008.1.2\0", KEPT), (b"1.2\\1.3", KEPT), (b"1.2 Q", IMPOSSIBLE)]
)
def test_a_uid_of_the_standard_s_own_is_digits_and_dots(raw: bytes, outcome: object) -> None:
    assert check_uid(raw, "UI", world()) is outcome


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        pytest.param(b"121206", KEPT, id="code-of-DICOM-s-own-that-is-a-day"),
        pytest.param(b"580412", IMPOSSIBLE, id="day-that-is-no-code-of-DICOM-s-own"),
        pytest.param(b"113100 ", IMPOSSIBLE, id="number-known"),
        pytest.param(b"on 121206", IMPOSSIBLE, id="day-in-a-text"),
        pytest.param(b"T-D1100", KEPT, id="code"),
        pytest.param(b"QUILLFEATHER", IMPOSSIBLE, id="name"),
    ],
)
def test_a_code_of_dicom_s_own_is_taken_for_no_day(raw: bytes, outcome: object) -> None:
    known = world(identifiers=("19580412", "20061212", "MRN-113100"))
    assert check_term(raw, "SH", known) is outcome
