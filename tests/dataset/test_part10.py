"""A file is opened whatever its beginning looks like, as long as a data set can be told."""

from __future__ import annotations

import pytest

from builders import (
    BIG_ENDIAN,
    CT_IMAGE,
    DEFLATED,
    EXPLICIT,
    FORMS,
    IMPLICIT,
    JPEG,
    Form,
    dicom_file,
    element,
    encode,
    encode_meta,
    meta_elements,
)
from dicomveil.dataset.part10 import looks_like_data_set
from dicomveil.errors import MalformedDataSet, NotDicom
from walkers import opened, walked

DATA_SET = [
    element(0x00080005, "CS", "ISO_IR 100"),
    element(0x00080018, "UI", "2.25.1"),
    element(0x00100010, "PN", "Doe"),
]
every_form = pytest.mark.parametrize("form", [*FORMS, JPEG], ids=lambda form: form.name)


def told(data: bytes) -> tuple[str, bool, bool, bool]:
    syntax = opened(data).syntax
    return syntax.uid, syntax.encoding.explicit, syntax.encoding.little, syntax.deflated


@every_form
def test_the_transfer_syntax_of_file_meta_says_how_the_data_set_is_encoded(form: Form):
    data = dicom_file(DATA_SET, form)
    assert told(data) == (form.uid, form.explicit, form.little, form.deflated)
    assert walked(data)[1] == encode(DATA_SET, form)


def test_file_meta_is_known_by_tag_undecoded():
    meta = opened(dicom_file(DATA_SET)).meta
    assert meta[0x00020002].rstrip(b"\0") == CT_IMAGE.encode()
    assert meta[0x00020003] == b"2.25.1"
    assert meta[0x00020001] == b"\0\1"
    assert meta.keys() == {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012}


@every_form
def test_a_file_without_preamble_is_read(form: Form):
    data = dicom_file(DATA_SET, form, preamble=None)
    assert told(data) == (form.uid, form.explicit, form.little, form.deflated)
    assert walked(data)[1] == encode(DATA_SET, form)


@pytest.mark.parametrize("preamble", [None, bytes(128) + b"DICM"], ids=["bare", "preamble"])
@pytest.mark.parametrize("form", [IMPLICIT, EXPLICIT, BIG_ENDIAN], ids=lambda form: form.name)
def test_without_file_meta_the_encoding_is_told_from_the_first_element(form: Form, preamble: bytes | None):
    data = dicom_file(DATA_SET, form, preamble=preamble, meta=[])
    assert told(data) == (form.uid, form.explicit, form.little, False)
    assert opened(data).meta == {}
    assert walked(data)[1] == encode(DATA_SET, form)


@pytest.mark.parametrize("form", [IMPLICIT, EXPLICIT, BIG_ENDIAN], ids=lambda form: form.name)
def test_without_a_transfer_syntax_in_file_meta_the_encoding_is_told_from_the_first_element(form: Form):
    meta = [each for each in meta_elements(form.uid) if each.tag != 0x00020010]
    data = dicom_file(DATA_SET, form, meta=meta)
    assert told(data) == (form.uid, form.explicit, form.little, False)
    assert walked(data)[1] == encode(DATA_SET, form)


@pytest.mark.parametrize(("said", "is_"), [(EXPLICIT, IMPLICIT), (IMPLICIT, EXPLICIT)], ids=["implicit", "explicit"])
def test_a_transfer_syntax_that_the_first_element_belies_is_not_believed(said: Form, is_: Form):
    data = dicom_file(DATA_SET, is_, meta=meta_elements(said.uid))
    assert told(data) == (said.uid, is_.explicit, True, False)
    assert walked(data)[1] == encode(DATA_SET, is_)
    assert opened(data).syntax.encoding is opened(data).syntax.encoding  # what is learned of it is kept once


@pytest.mark.parametrize("length", [b"KK\x03\0", b"OB\x01\0"], ids=["no-vr", "a-vr-but-for-its-reserved-bytes"])
def test_a_length_that_is_letters_is_taken_for_no_vr(length: bytes):
    value = b"x" * int.from_bytes(length, "little")
    first = b"\x08\0\x05\0" + length + value
    rest = encode(DATA_SET[1:], IMPLICIT)
    for data in (dicom_file([], IMPLICIT) + first + rest, bytes(128) + b"DICM" + first + rest):
        assert told(data)[1:] == (False, True, False)
    assert told(dicom_file([], EXPLICIT) + b"\x08\0\x05\0ZZ\0\0\2\0\0\0ab")[1]


def test_file_meta_without_a_group_length_or_with_a_wrong_one_is_read_to_its_end():
    for meta in (
        encode(meta_elements(EXPLICIT.uid)),
        encode([element(0x00020000, "UL", 4), *meta_elements(EXPLICIT.uid)]),
    ):
        data = dicom_file(DATA_SET, meta=meta)
        assert data[opened(data).start :] == encode(DATA_SET)


def test_file_meta_in_implicit_vr_is_read():
    data = dicom_file(DATA_SET, IMPLICIT, meta=encode(meta_elements(IMPLICIT.uid), IMPLICIT))
    assert opened(data).meta[0x00020003] == b"2.25.1"
    assert walked(data)[1] == encode(DATA_SET, IMPLICIT)


@pytest.mark.parametrize("size", [30_000, 32_600, 33_000, 100_000])
def test_file_meta_longer_than_the_first_window_is_read_to_its_end(size: int, tmp_path):
    private = [
        element(0x00020100, "UI", "1.2"),
        element(0x00020102, "OB", bytes(size)),
        element(0x00020103, "UI", "1.3"),
    ]
    data = dicom_file(DATA_SET, meta=[*meta_elements(EXPLICIT.uid), *private])
    (tmp_path / "file").write_bytes(data)
    part10 = opened(tmp_path / "file")
    try:
        assert part10.start == len(data) - len(encode(DATA_SET))
        assert part10.meta[0x00020103] == b"1.3\0"
        assert len(part10.meta[0x00020102]) <= 1024
    finally:
        part10.source.close()


def test_a_file_that_is_all_file_meta_has_an_empty_data_set():
    data = dicom_file([])
    assert opened(data).start == len(data)
    assert walked(data)[1] == b""


def test_dicm_in_the_data_of_a_file_without_preamble_is_no_preamble():
    name = element(0x00080070, "LO", b"x" * (128 - len(encode(DATA_SET[:1])) - 8) + b"DICM")
    data = encode([DATA_SET[0], name, *DATA_SET[2:]])
    assert data[128:132] == b"DICM"
    assert walked(data)[1] == data


def test_a_preamble_that_looks_like_another_format_is_a_preamble():
    assert walked(dicom_file(DATA_SET, preamble=b"II*\0".ljust(128, b"\1") + b"DICM"))[1] == encode(DATA_SET)


def test_a_length_in_file_meta_past_the_end_is_refused():
    meta = encode_meta(meta_elements(EXPLICIT.uid)) + b"\x02\0\x02\1OB\0\0\xff\xff\0\0"
    with pytest.raises(MalformedDataSet) as caught:
        opened(dicom_file(DATA_SET, meta=meta))
    assert caught.value.kind == "a length past the end of what holds it"


def test_a_deflated_data_set_is_inflated_and_read_from_its_start():
    part10 = opened(dicom_file(DATA_SET, DEFLATED))
    assert part10.start == 0
    assert part10.source.read(0, part10.source.size) == encode(DATA_SET)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ" + bytes(200),
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"%PDF-1.7 " * 40,
        b"{}",
        b"Doe^Jane\n" * 60,
        bytes(300),
    ],
    ids=["empty", "program", "png", "pdf", "json", "text", "zeros"],
)
def test_other_files_are_no_dicom(data: bytes):
    with pytest.raises(NotDicom):
        opened(data)


def test_what_looks_like_a_data_set_begins_with_group_2_or_8():
    for form in (IMPLICIT, EXPLICIT, BIG_ENDIAN):
        assert looks_like_data_set(encode(DATA_SET, form))
        assert not looks_like_data_set(encode([element(0x40100010, "LO", "x")], form))
    assert not looks_like_data_set(b"\x08\0\x05\0CS\0")
