"""File Meta Information is made anew, complete and in order."""

from __future__ import annotations

import io

import pytest

from builders import element, encode_meta
from dicomveil.dataset.meta import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, PREAMBLE, file_meta
from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.source import Source

SOP_CLASS, INSTANCE, SYNTAX = "1.2.840.10008.5.1.4.1.1.2", "2.25.12345", "1.2.840.10008.1.2.4.50"


def test_pydicom_reads_what_was_asked_for_and_nothing_else():
    pydicom = pytest.importorskip("pydicom")
    meta = pydicom.dcmread(io.BytesIO(file_meta(SOP_CLASS, INSTANCE, SYNTAX))).file_meta
    assert {each.keyword: each.value for each in meta if each.keyword != "FileMetaInformationGroupLength"} == {
        "FileMetaInformationVersion": b"\0\1",
        "MediaStorageSOPClassUID": SOP_CLASS,
        "MediaStorageSOPInstanceUID": INSTANCE,
        "TransferSyntaxUID": SYNTAX,
        "ImplementationClassUID": IMPLEMENTATION_CLASS_UID,
        "ImplementationVersionName": IMPLEMENTATION_VERSION_NAME,
    }


@pytest.mark.parametrize("instance", ["1.2", "1.23", "2.25." + "9" * 39, "1." + "2" * 62])
def test_the_group_length_leads_to_the_data_set(instance: str):
    meta = file_meta(SOP_CLASS, instance, SYNTAX)
    assert int.from_bytes(meta[140:144], "little") == len(meta) - 144
    opened = open_part10(Source.in_memory(meta))
    assert opened.start == len(meta)
    assert opened.meta[0x00020003].rstrip(b"\0") == instance.encode()


def test_the_preamble_is_zeros():
    assert file_meta(SOP_CLASS, INSTANCE, SYNTAX)[:132] == PREAMBLE == bytes(128) + b"DICM"


def test_every_value_has_an_even_length_and_uids_are_padded_with_a_zero():
    opened = open_part10(Source.in_memory(file_meta("1.2", "1.23", SYNTAX)))
    assert all(len(value) % 2 == 0 for value in opened.meta.values())
    assert opened.meta[0x00020002] == b"1.2\0"
    assert opened.meta[0x00020003] == b"1.23"


def test_it_is_encoded_as_another_encoder_does():
    opened = open_part10(Source.in_memory(file_meta(SOP_CLASS, INSTANCE, SYNTAX)))
    vrs = {1: "OB", 2: "UI", 3: "UI", 0x10: "UI", 0x12: "UI", 0x13: "SH"}
    elements = [element(0x00020000 | number, vr, opened.meta[0x00020000 | number]) for number, vr in vrs.items()]
    assert file_meta(SOP_CLASS, INSTANCE, SYNTAX) == PREAMBLE + encode_meta(elements)
