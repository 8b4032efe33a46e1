"""What is known of a patient is found in other texts, and ordinary technical texts are left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.text.folding import folded
from dicomveil.text.identifiers import KnownIdentifiers
from dicomveil.text.stopwords import NO_NAME


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("SMITH^JOHN", "seen by smith", id="one-word"),
        pytest.param("SMITH^JOHN", "John Smith", id="other-order-and-case"),
        pytest.param("SMITH^JOHN", "SMITHJOHN", id="joined"),
        pytest.param("SMITH^JOHN", "JohnSmith_T1", id="camel-case"),
        pytest.param("SMITH^JOHN", "x.smith-17", id="separators"),
        pytest.param("SMITH^JOHN", "SMITH01", id="with-a-number"),
        pytest.param("Smith-Jones^A", "Jones", id="half-a-double-name"),
        pytest.param("Lee^Ann", "LEE, scout", id="three-letters-as-a-word"),
        pytest.param("Lee^Ann", "leeann", id="two-short-words-joined"),
        pytest.param("Lee^Ann", "ANNLEE t2", id="two-short-words-joined-in-other-order"),
        pytest.param("Lee^Ann", "Lee01", id="short-word-with-a-number"),
        pytest.param("Wu^Li", "Wu", id="two-letters-as-a-word"),
        pytest.param("McDonald^Al", "Mc Donald", id="split-in-two"),
        pytest.param("O'Brien^Pat", "O^BRIEN", id="apostrophe"),
        pytest.param("Müller^Ida", "MULLER", id="accents-stripped"),
        pytest.param("Müller^Ida", "Mueller", id="umlaut-written-out"),
        pytest.param("Mueller^Ida", "Müller", id="umlaut-in-the-text"),
        pytest.param("MULLER^Ida", "Müller", id="umlaut-only-in-the-text"),
        pytest.param("Mueller^Ida", "Muller", id="umlaut-dropped"),
        pytest.param("Иванов^Пётр", "иванов", id="cyrillic"),
        pytest.param("Yamada^Tarou=山田^太郎=やまだ^たろう", "tarou", id="alphabetic-group"),
        pytest.param("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎様", id="ideographic-group"),
        pytest.param("Yamada^Tarou=山田^太郎=やまだ^たろう", "やまだ", id="phonetic-group"),
        pytest.param("王^明", "患者王明检查", id="two-single-characters"),
        pytest.param("Dr. van der Berg", "BERG", id="name-in-prose"),
        pytest.param("SMITH^JOHN\\WEBER^ANNA", "weber", id="second-value"),
        pytest.param("BRAIN0017^X", "brain-0017", id="code-as-a-name"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, text: str) -> None:
    assert KnownIdentifiers.of([name], []).found_in(text)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        pytest.param("MRN123456", "MRN 123-456", id="separators-in-the-text"),
        pytest.param("MRN 123-456", "id=mrn123456;", id="separators-in-the-identifier"),
        pytest.param("0012345", "12345", id="leading-zeros-lost"),
        pytest.param("12345", "x0012345", id="leading-zeros-gained"),
        pytest.param("4711", "case 4711", id="short-number-as-a-word"),
        pytest.param("A-12", "pt A-12 scan", id="short-code-with-separators"),
        pytest.param("A-12", "a12", id="short-code"),
        pytest.param("+49 30 1234567", "(030) 123 45 67", id="telephone"),
        pytest.param("12 Main Street, Springfield", "12 main street", id="part-of-an-address"),
        pytest.param("St. Mary's General Hospital", "ST MARYS GENERAL HOSPITAL CT 3", id="institution"),
        pytest.param("Universitätsklinikum Köln", "Universitaetsklinikum Koeln", id="institution-written-out"),
        pytest.param("A4711X\\B0815Y", "b0815y", id="second-value"),
        pytest.param("19580412", "born April 12, 1958", id="day-of-birth"),
        pytest.param("19580412", "dob120458", id="day-of-birth-in-six-digits"),
        pytest.param("MRN-4711007", "4711007", id="number-without-its-letters"),
        pytest.param("MRN-4711007", "coil 4 711 007", id="number-without-its-letters-in-groups"),
        pytest.param("MRN-4711007", "4711-007", id="number-without-its-letters-parted"),
        pytest.param("MRN4711007X", "B4711007", id="number-with-other-letters"),
        pytest.param("ACC-0776655", "776655", id="number-without-letters-and-zeros"),
        pytest.param("A/12-34-56", "123456", id="number-in-groups-without-its-letters"),
        pytest.param("A\\MRN-4711007", "4711007", id="number-of-a-second-value"),
        pytest.param("P 19580412 K", "12 Apr 58", id="day-within-an-identifier"),
        pytest.param("MRN-\N{FULLWIDTH DIGIT FOUR}711007", "4711007", id="full-width-digits"),
    ],
)
def test_an_identifier_is_found_however_it_is_written(identifier: str, text: str) -> None:
    assert KnownIdentifiers.of([], [identifier]).found_in(text)


@pytest.mark.parametrize(
    ("names", "identifiers", "text"),
    [
        pytest.param(["Lee^Ann"], [], "STEEL CANNULA", id="short-names-inside-words"),
        pytest.param(["Smith^J"], [], "J-shaped", id="initials"),
        pytest.param(["Dr^Smith"], [], "DR CHEST", id="titles"),
        pytest.param(["van der Berg"], [], "van der Graaf", id="particles"),
        pytest.param(["ANONYMOUS^PATIENT"], ["UNKNOWN"], "UNKNOWN PATIENT", id="nobody"),
        pytest.param(["CT^Phantom"], ["CT"], "CT ABDOMEN", id="modality"),
        pytest.param([], ["1", "12", "X"], "1 12 X", id="too-short"),
        pytest.param([], ["4711"], "147112", id="short-number-inside-a-number"),
        pytest.param([], ["000000"], "0.000000", id="zeros"),
        pytest.param([], ["111111"], "1.1111111", id="one-digit-repeated"),
        pytest.param([], ["MGH"], "mghx", id="short-code-inside-a-word"),
        pytest.param([], ["General Hospital Boston"], "General", id="single-word-of-an-institution"),
        pytest.param([], ["HOSPITAL"], "hospital bed", id="institution-that-names-no-place"),
        pytest.param([], ["19580412"], "1958", id="year-of-birth"),
        pytest.param([], ["MRN-47110"], "47110", id="short-number-within-an-identifier"),
        pytest.param([], ["MRN-000000"], "0.0000001", id="zeros-within-an-identifier"),
        pytest.param([], ["MRN-4711007"], "4711 mm, 7 s", id="half-of-a-number-within-an-identifier"),
        pytest.param(["", "^^^"], ["", " "], "CHEST", id="nothing-known"),
        pytest.param(["Mann^Otto"], ["A1234567"], "STANDARD BODY FILTER 1.25MM", id="technical-text"),
        pytest.param(["Mann^Otto"], [], "", id="empty-text"),
    ],
)
def test_what_identifies_nobody_is_left_alone(names: list[str], identifiers: list[str], text: str) -> None:
    assert not KnownIdentifiers.of(names, identifiers).found_in(text)


def test_a_name_that_is_also_a_word_is_found_because_too_much_is_better_than_too_little() -> None:
    assert KnownIdentifiers.of(["Chest^Ada"], []).found_in("CHEST")


def test_the_representation_shows_no_value() -> None:
    shown = repr(KnownIdentifiers.of(["Smith^John"], ["4711", "A0815"]))
    assert shown == "KnownIdentifiers(1 names, 2 identifiers)"


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöüéñç", min_size=4, max_size=12)
PROSE = st.text("ABC xyz.,^-_= 0123", max_size=20)


@given(WORDS, PROSE, PROSE, st.sampled_from([str.upper, str.lower, str.title]))
def test_a_planted_name_is_always_found(name: str, before: str, after: str, cased: Callable[[str], str]) -> None:
    known = KnownIdentifiers.of([f"{name}^Q"], [])
    planted = cased(name)
    if folded(name).strip() not in NO_NAME:
        assert known.found_in(f"{before} {planted}{after}")


@given(
    st.text("ABCDEF0123456789", min_size=5, max_size=14),
    st.lists(st.sampled_from(" -_./:^"), max_size=14),
    PROSE,
)
def test_a_planted_identifier_is_found_whatever_separates_its_characters(
    identifier: str, separators: list[str], before: str
) -> None:
    if identifier.isdigit() and len(set(identifier)) == 1:
        return
    separators = [*separators, *[""] * len(identifier)]
    written = "".join(a + b for a, b in zip(identifier, separators, strict=False))
    assert KnownIdentifiers.of([], [identifier]).found_in(f"{before} {written}")


@given(
    st.lists(st.text(max_size=15), max_size=4),
    st.lists(st.text(max_size=15), max_size=4),
    st.text(max_size=30),
)
def test_any_text_at_all_is_taken_without_an_error(names: list[str], identifiers: list[str], text: str) -> None:
    known = KnownIdentifiers.of(names, identifiers)
    known.needles()
    assert known.found_in(text) in (True, False)
