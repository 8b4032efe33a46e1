"""A scan lists every element at every depth: where it lies, how it is encoded, and whether it holds items."""

from __future__ import annotations

import pytest

from builders import FORMS, IMPLICIT, PIXEL_DATA, Form, dicom_file, element, encapsulated, encode, sequence
from dicomveil.dataset.scan import Scan, scan
from dicomveil.standard.dictionary import vr_by_tag
from walkers import opened

every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
DOE = element(0x00100010, "PN", "Doe^Jane")


def scanned(data: bytes) -> tuple[Scan, bytes]:
    part10 = opened(data)
    found = scan(part10.source, part10.start, part10.syntax.encoding, vr_by_tag())
    return found, part10.source.read(0, part10.source.size)


@every_form
def test_elements_come_in_file_order_those_of_items_after_what_holds_them(form: Form):
    elements = [
        sequence(0x00081140, [DOE], [], [DOE, sequence(0x00081199, [DOE])]),
        DOE,
        sequence(0x00291001, [DOE], vr="UN"),
        element(0x00280010, "US", 2),
    ]
    found, raw = scanned(dicom_file(elements, form))
    assert [(each.path, each.vr, each.holds_items) for each in found.elements] == [
        ((0x00081140,), "SQ", True),
        ((0x00081140, 0, 0x00100010), "PN", False),
        ((0x00081140, 2, 0x00100010), "PN", False),
        ((0x00081140, 2, 0x00081199), "SQ", True),
        ((0x00081140, 2, 0x00081199, 0, 0x00100010), "PN", False),
        ((0x00100010,), "PN", False),
        ((0x00291001,), "UN", True),
        ((0x00291001, 0, 0x00100010), "PN", False),
        ((0x00280010,), "US", False),
    ]
    assert {raw[each.value : each.end] for each in found.elements if each.tag == 0x00100010} == {b"Doe^Jane"}
    assert found.end == len(raw)
    assert raw[found.start : found.end] == encode(elements, form)


@every_form
def test_extents_cover_header_and_value(form: Form):
    elements = [DOE, element(0x00104000, "LT", "text"), element(PIXEL_DATA, "OW", [1, 2])]
    found, raw = scanned(dicom_file(elements, form))
    assert [raw[each.start : each.end] for each in found.elements] == [each.encoded(form) for each in elements]


def test_in_implicit_vr_the_dictionary_says_the_vr():
    tags = {
        0x00100010: "PN",
        0x00280106: "US or SS",
        0x00290010: "LO",
        0x00291001: "UN",
        0x00080000: "UL",
        0x00105555: "UN",
    }
    found, _ = scanned(dicom_file([element(tag, "OB", b"\0\0") for tag in sorted(tags)], IMPLICIT))
    assert {each.tag: each.vr for each in found.elements} == tags


def test_encapsulated_pixel_data_is_one_element():
    pixels = encapsulated(b"\0\0\0\0", b"frame one ", b"frame two")
    found, raw = scanned(dicom_file([DOE, pixels]))
    last = found.elements[-1]
    assert (last.path, last.vr, last.holds_items) == ((PIXEL_DATA,), "OB", False)
    assert raw[last.start : last.end] == encode([pixels])
    assert found.end == len(raw)


@every_form
def test_what_follows_the_data_set_is_not_listed(form: Form):
    elements = [DOE, element(PIXEL_DATA, "OW", [1, 2])]
    found, raw = scanned(dicom_file(elements, form, trailing=DOE.encoded(form) + b"\xff" * 50))
    assert [each.tag for each in found.elements] == [0x00100010, PIXEL_DATA]
    assert raw[found.start : found.end] == encode(elements, form)


@pytest.mark.parametrize("rest", [b"", b"xx", b"\xfe\xff\0\xe0\0\0"])
def test_un_that_is_no_sequence_to_its_last_byte_is_one_value(rest: bytes):
    inside = sequence(0x00291001, [DOE], vr="UN").items[0].encoded(IMPLICIT)
    found, _ = scanned(dicom_file([element(0x00291001, "UN", inside + rest), DOE]))
    paths = [each.path for each in found.elements]
    assert paths == [(0x00291001,), *([] if rest else [(0x00291001, 0, 0x00100010)]), (0x00100010,)]
    assert found.elements[0].holds_items == (not rest)
