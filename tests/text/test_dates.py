"""A day of birth is found in prose, and other days are not."""

from __future__ import annotations

import pytest

from dicomveil.text.dates import looks_like_a_day, mentions_day
from dicomveil.text.folding import folded

DAY = "19580412"


def mentions(text: str) -> bool:
    spaced = folded(text)
    return mentions_day(spaced, "".join(spaced.split()), DAY)


@pytest.mark.parametrize(
    "text",
    [
        "19580412",
        "1958-04-12",
        "1958.04.12",
        "1958-04-12T10:00:00",
        "12.04.1958",
        "12.4.1958",
        "04/12/1958",
        "4/12/1958",
        "12041958",
        "12 Apr 1958",
        "12APR1958",
        "April 12, 1958",
        "12th of April 1958",
        "DOB: 12-Apr-58",
        "*12.4.58",
        "58-04-12",
        "le 12 avril 1958",
        "12. April 1958",
        "12 de abril de 1958",
        "120458",
        "DOB580412x",
        "041258, 17 kV",
        "12 aprile 1958",
    ],
)
def test_the_day_is_found_in_every_common_form(text: str) -> None:
    assert mentions(text)


@pytest.mark.parametrize(
    "text",
    [
        "1958",
        "April 1958",
        "13 Apr 1958",
        "12 May 1958",
        "12 Apr 1959",
        "1204581",
        "0120458",
        "580411",
        "1.25 mm 58 kV",
        "12 Mai 58",
        "CHEST",
    ],
)
def test_another_day_or_a_part_of_it_is_not_found(text: str) -> None:
    assert not mentions(text)


@pytest.mark.parametrize(
    ("month", "name"),
    list(
        enumerate(
            [
                ("January", "Januar", "janvier", "enero", "gennaio"),
                ("February", "Februar", "février", "febrero", "febbraio"),
                ("March", "März", "Maerz", "mars", "marzo", "maart"),
                ("April", "avril", "abril", "aprile"),
                ("May", "Mai", "mayo", "maggio", "mei"),
                ("June", "Juni", "juin", "junio", "giugno"),
                ("July", "Juli", "juillet", "julio", "luglio"),
                ("August", "août", "agosto", "augustus"),
                ("September", "septembre", "settembre", "setembro"),
                ("October", "Oktober", "octobre", "ottobre", "outubro"),
                ("November", "novembre"),
                ("December", "Dezember", "décembre", "diciembre", "dicembre"),
            ],
            start=1,
        )
    ),
    ids=[f"month-{number}" for number in range(1, 13)],
)
def test_months_are_known_by_name_in_several_languages(month: int, name: tuple[str, ...]) -> None:
    for spelled in name:
        spaced = folded(f"3 {spelled} 1961")
        assert mentions_day(spaced, "".join(spaced.split()), f"1961{month:02}03")
        assert not mentions_day(spaced, "".join(spaced.split()), f"1961{month % 12 + 1:02}03")


@pytest.mark.parametrize(
    ("digits", "answer"),
    [
        pytest.param("19580412", True, id="a-day"),
        pytest.param("19581312", False, id="month-13"),
        pytest.param("19580432", False, id="day-32"),
        pytest.param("12345678", False, id="a-number"),
        pytest.param("195804", False, id="too-short"),
    ],
)
def test_only_what_can_be_a_day_of_a_life_is_taken_for_one(digits: str, answer: bool) -> None:
    assert looks_like_a_day(digits) is answer
