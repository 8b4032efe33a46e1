"""A few elements are looked at first, without reading on."""

from __future__ import annotations

import pytest

from builders import FORMS, Form, Plain, Raw, dicom_file, element, sequence
from dicomveil.dataset.peek import Peek
from dicomveil.errors import MalformedDataSet
from dicomveil.standard.dictionary import vr_by_tag
from walkers import opened

every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
CLASS, INSTANCE, NAME = 0x00080016, 0x00080018, 0x00100010
PEEK = Peek((CLASS, INSTANCE), vr_by_tag())


def peeked(data: bytes, peek: Peek = PEEK) -> dict[int, bytes]:
    part10 = opened(data)
    return peek(part10.source, part10.start, part10.syntax.encoding)


@every_form
def test_values_come_without_padding_and_absent_ones_are_left_out(form: Form):
    data = dicom_file([element(CLASS, "UI", "1.2.3"), element(NAME, "PN", "Doe^Jane")], form)
    assert peeked(data) == {CLASS: b"1.2.3"}


def test_one_peek_serves_data_sets_one_after_the_other_in_any_form():
    for number, form in enumerate([*FORMS, *FORMS]):
        data = dicom_file([element(CLASS, "UI", f"1.2.{number}"), element(INSTANCE, "UI", "2.25")], form)
        assert peeked(data) == {CLASS: f"1.2.{number}".encode(), INSTANCE: b"2.25"}
    assert peeked(dicom_file([element(NAME, "PN", "Doe")])) == {}


@pytest.mark.parametrize("undefined", [False, True])
@every_form
def test_the_same_tags_inside_items_are_not_meant(form: Form, undefined: bool):
    inside = sequence(0x00080006, [element(INSTANCE, "UI", "9.9")], undefined=undefined)
    stored_as_un = sequence(0x00090001, [element(INSTANCE, "UI", "9.9")], undefined=undefined, vr="UN")
    data = dicom_file([inside, element(CLASS, "UI", "1.2"), stored_as_un], form)
    assert peeked(data) == {CLASS: b"1.2"}


@every_form
def test_what_follows_the_last_of_them_may_be_broken(form: Form):
    elements = [element(CLASS, "UI", "1.2"), element(0x00081010, "SH", "x"), Raw(b"\xff" * 30)]
    assert peeked(dicom_file(elements, form)) == {CLASS: b"1.2"}


@every_form
def test_what_precedes_them_may_not_be_broken(form: Form):
    with pytest.raises(MalformedDataSet):
        peeked(dicom_file([Plain(0x00080008, "CS", b"", length=5000), element(CLASS, "UI", "1.2")], form))
