from __future__ import annotations

import pytest

from builders import BIG_ENDIAN, EXPLICIT, IMPLICIT, Element, Form, element, encapsulated, encode, nested, sequence
from dicomveil.assurance.residue import ResidueCheck, Wanted
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE
from dicomveil.errors import BrokenInstance, ResidueFound

ENCODINGS = {EXPLICIT.name: EXPLICIT_LE, IMPLICIT.name: IMPLICIT_LE, BIG_ENDIAN.name: EXPLICIT_BE}
WANTED = Wanted((b"quillfeather", b"7734519"))
UIDS = (b"1.2.3.4.55", b"2.25.12345678901", b"1.2")


def check(*elements: Element, form: Form = EXPLICIT, wanted: Wanted = WANTED, by: ResidueCheck | None = None) -> None:
    raw = encode([element(0x00080060, "CS", "CT"), *elements], form)
    (by or ResidueCheck()).check(Source.in_memory(raw), 0, ENCODINGS[form.name], wanted, UIDS)


FORMS = pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT, BIG_ENDIAN], ids=lambda form: form.name)


@FORMS
@pytest.mark.parametrize(
    "left",
    [
        element(0x00081030, "LO", "of QUILLFEATHER"),
        element(0x00081030, "LO", "no 7734519."),
        element(0x00081030, "LO", "no 7 734 519"),
        element(0x00081030, "LO", "A-7734-519/2"),
        element(0x00081155, "UI", "1.2.3\\1.2.3.4.55"),
        element(0x00081030, "LO", "see 1.2.3.4.55."),
        element(0x00081030, "LO", "see 2.25.12345678901"),
        element(0x00282000, "OB", b"\0\1Quillfeather\0\1"),
        nested(5, element(0x00081030, "LO", "Quillfeather")),
        nested(5, element(0x00081030, "LO", "Quillfeather"), undefined=True),
        element(0x00290010, "LO", "Quillfeather"),
    ],
    ids=[
        "letters",
        "number",
        "number in groups",
        "number among others",
        "UID",
        "UID in text",
        "UID of a UUID in text",
        "in bytes",
        "nested",
        "undefined lengths",
        "private",
    ],
)
def test_what_is_left_of_the_original_is_found_and_not_repeated(form: Form, left: Element) -> None:
    with pytest.raises(ResidueFound) as found:
        check(left, form=form)
    assert "quillfeather" not in str(found.value).lower()
    assert "7734519" not in str(found.value)
    assert found.value.address


@FORMS
@pytest.mark.parametrize(
    "innocent",
    [
        element(0x00081030, "LO", "quill feather"),
        element(0x00280030, "DS", "7734519"),
        element(0x00081030, "LO", "177345190"),
        element(0x00081030, "LO", "0.7734519"),
        element(0x00081030, "LO", "7.734519"),
        element(0x00081030, "LO", "17 7345 190"),
        element(0x00081155, "UI", "1.2.3.4.55.6"),
        element(0x00081030, "LO", "version 1.2"),
        element(0x00080020, "DA", "20200101"),
    ],
    ids=[
        "other words",
        "a measurement",
        "within a longer number",
        "a fraction",
        "another fraction",
        "a longer number in groups",
        "another UID",
        "a version",
        "a date",
    ],
)
def test_what_is_not_of_the_original_is_no_residue(form: Form, innocent: Element) -> None:
    check(innocent, form=form)


def test_pixels_are_not_searched() -> None:
    check(element(0x7FE00010, "OB", b"quillfeather"))
    check(encapsulated(b"", b"quillfeather"))


def test_what_an_option_retains_and_what_we_put_in_is_no_residue() -> None:
    kept = element(0x00080080, "LO", "Quillfeather")
    check(kept, wanted=Wanted((b"quillfeather",), retained={encode([kept])}))
    mark = element(0x00120063, "LO", "Quillfeather")
    check(mark, wanted=Wanted((b"quillfeather",), ours=(encode([mark]),)))


def test_a_value_that_is_retained_in_one_attribute_is_a_residue_in_another() -> None:
    kept = element(0x00080080, "LO", "Quillfeather")
    with pytest.raises(ResidueFound):
        check(element(0x00081030, "LO", "Quillfeather"), wanted=Wanted((b"quillfeather",), retained={encode([kept])}))


def test_an_instances_uid_is_found_in_what_was_recognised_from_the_instance_before() -> None:
    by = ResidueCheck()
    names_another = element(0x00081030, "LO", "see 1.2.3.4.99")
    check(names_another, by=by)
    check(names_another, by=by)
    raw = encode([element(0x00080060, "CS", "CT"), names_another])
    with pytest.raises(ResidueFound):
        by.check(Source.in_memory(raw), 0, EXPLICIT_LE, WANTED, (b"1.2.3.4.99",))


def test_short_numbers_are_not_looked_for() -> None:
    check(element(0x00081030, "LO", "4711"), wanted=Wanted((b"4711",)))


def test_what_was_searched_for_one_patient_is_searched_again_for_another() -> None:
    by = ResidueCheck()
    check(element(0x00081030, "LO", "Quillfeather"), wanted=Wanted((b"somebody",)), by=by)
    check(element(0x00081030, "LO", "Quillfeather"), wanted=Wanted((b"somebody",)), by=by)
    with pytest.raises(ResidueFound):
        check(element(0x00081030, "LO", "Quillfeather"), by=by)


def test_the_same_inside_sequences() -> None:
    by = ResidueCheck()
    inside = sequence(0x00089215, [element(0x00081030, "LO", "Quillfeather")])
    check(inside, wanted=Wanted((b"somebody",)), by=by)
    with pytest.raises(ResidueFound):
        check(inside, by=by)


@pytest.mark.parametrize(
    "tail", [b"\0\0\0", b"\x10\0\x10\0PN\xff\0x"], ids=["bytes that are no element", "a length past the end"]
)
def test_an_output_that_cannot_be_read_to_its_last_byte_is_broken(tail: bytes) -> None:
    raw = encode([element(0x00080060, "CS", "CT")]) + tail
    with pytest.raises(BrokenInstance):
        ResidueCheck().check(Source.in_memory(raw), 0, EXPLICIT_LE, WANTED)
