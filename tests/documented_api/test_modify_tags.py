"""Editing one attribute: True only if something really changed, to a valid value."""

from __future__ import annotations

import copy
import datetime
import logging
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from DICOM_reencoder.core import load_dataset, save_dataset
from DICOM_reencoder.modify_tags import modify_tag
from documented_api.data_sets import compressed_slice, ct_slice, written

ITEM = Dataset()
ITEM.PatientID = "NF-0043"

BAD_ITEM = Dataset()
BAD_ITEM.add_new("ReferencedFrameNumber", "IS", None)
BAD_ITEM.add_new("PatientBirthDate", "DA", "")
BAD_ITEM["PatientBirthDate"]._value = "tomorrow"

VALID = [
    pytest.param("PatientName", "Berg^Mia", "Berg^Mia", id="PN"),
    pytest.param("PatientName", "Müller^Ida", "Müller^Ida", id="PN-in-the-character-set"),
    pytest.param("PatientID", "7", "7", id="LO"),
    pytest.param("StationName", "CT2", "CT2", id="SH-added"),
    pytest.param("Modality", "MR", "MR", id="CS"),
    pytest.param("StudyDate", "20230115", "20230115", id="DA"),
    pytest.param("StudyDate", datetime.date(987, 1, 5), "09870105", id="DA-from-a-date"),
    pytest.param("StudyTime", datetime.time(9, 5), "090500", id="TM-from-a-time"),
    pytest.param("StudyTime", "0905", "0905", id="TM"),
    pytest.param(
        "AcquisitionDateTime",
        datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        "20240102030405.000006",
        id="DT-from-one",
    ),
    pytest.param("AcquisitionDateTime", "2024-0500", "2024-0500", id="DT-with-a-zone"),
    pytest.param("PatientAge", "018M", "018M", id="AS"),
    pytest.param("SliceThickness", "1.250", "1.250", id="DS"),
    pytest.param("SliceThickness", 0.1 + 0.2, 0.3, id="DS-from-a-long-float"),
    pytest.param("PixelSpacing", [0.5, 0.5], [0.5, 0.5], id="DS-list"),
    pytest.param("PixelSpacing", "0.5\\0.5", [0.5, 0.5], id="DS-with-backslash"),
    pytest.param("InstanceNumber", 12, 12, id="IS"),
    pytest.param("InstanceNumber", "12", 12, id="IS-from-text"),
    pytest.param("Rows", 512, 512, id="US"),
    pytest.param("Rows", "512", 512, id="US-from-text"),
    pytest.param("SmallestImagePixelValue", 7, 7, id="US-or-SS"),
    pytest.param("ReferencePixelX0", -5, -5, id="SL"),
    pytest.param("RealWorldValueSlope", 0.125, 0.125, id="FD"),
    pytest.param("RecommendedDisplayFrameRateInFloat", 12.5, 12.5, id="FL"),
    pytest.param("StudyInstanceUID", "1.2.3", "1.2.3", id="UI"),
    pytest.param("ImageType", ["DERIVED", "SECONDARY"], ["DERIVED", "SECONDARY"], id="CS-list"),
    pytest.param("FrameIncrementPointer", "FrameTime", 0x00181063, id="AT-from-a-keyword"),
    pytest.param("FrameIncrementPointer", 0x00181065, 0x00181065, id="AT"),
    pytest.param("ImageComments", "two\r\nlines \\ one value", "two\r\nlines \\ one value", id="LT"),
    pytest.param("RetrieveURL", "https://example.org/a?b=c", "https://example.org/a?b=c", id="UR"),
    pytest.param("RedPaletteColorLookupTableData", b"\x01\x02", b"\x01\x02", id="OW"),
    pytest.param("ICCProfile", b"\x01\x02", b"\x01\x02", id="OB"),
    pytest.param("PixelData", bytes(512), bytes(512), id="pixel-data"),
    pytest.param("OtherPatientIDsSequence", [ITEM], [ITEM], id="SQ"),
    pytest.param("PatientID", "", "", id="emptied"),
    pytest.param("StudyDate", None, "", id="emptied-by-None"),
    pytest.param("Rows", None, None, id="number-emptied"),
    pytest.param("(0010,0010)", "Berg^Mia", "Berg^Mia", id="by-tag"),
    pytest.param("00100010", "Berg^Mia", "Berg^Mia", id="by-digits"),
    pytest.param(0x00100010, "Berg^Mia", "Berg^Mia", id="by-number"),
]

INVALID = [
    pytest.param("PatientNam", "Berg", id="no-such-keyword"),
    pytest.param("", "Berg", id="no-name"),
    pytest.param(None, "Berg", id="None-for-a-name"),
    pytest.param("Item", "Berg", id="a-delimiter"),
    pytest.param("00080000", 4, id="a-group-length"),
    pytest.param("(0011,1001)", "Berg", id="private-and-absent"),
    pytest.param("TransferSyntaxUID", "1.2.840.10008.1.2", id="transfer-syntax"),
    pytest.param("PatientName", 5, id="PN-number"),
    pytest.param("PatientName", "a=b=c=d", id="PN-four-groups"),
    pytest.param("PatientName", "Berg\\Lind", id="PN-two-where-one"),
    pytest.param("PatientName", "山田", id="PN-not-in-the-character-set"),
    pytest.param("PatientID", "x" * 65, id="LO-too-long"),
    pytest.param("PatientID", "a\nb", id="LO-line-break"),
    pytest.param("PatientID", True, id="LO-bool"),
    pytest.param("PatientID", object(), id="LO-object"),
    pytest.param("AccessionNumber", "x" * 17, id="SH-too-long"),
    pytest.param("Modality", "mr", id="CS-lower-case"),
    pytest.param("Modality", "X" * 17, id="CS-too-long"),
    pytest.param("StudyDate", "abc", id="DA-letters"),
    pytest.param("StudyDate", "20240230", id="DA-no-day"),
    pytest.param("StudyDate", "2024-01-15", id="DA-dashes"),
    pytest.param("StudyDate", "2024.01.15", id="DA-old-form"),
    pytest.param("StudyDate", "20240101-20240131", id="DA-range"),
    pytest.param("StudyDate", 20240115, id="DA-number"),
    pytest.param("StudyDate", datetime.time(1, 2), id="DA-time"),
    pytest.param("StudyTime", "250000", id="TM-hour-25"),
    pytest.param("StudyTime", "1000-1100", id="TM-range"),
    pytest.param("AcquisitionDateTime", "2024011", id="DT-half-a-day"),
    pytest.param("PatientAge", "18Y", id="AS-two-digits"),
    pytest.param("SliceThickness", "abc", id="DS-letters"),
    pytest.param("SliceThickness", "1.23456789012345678", id="DS-too-long"),
    pytest.param("SliceThickness", float("nan"), id="DS-nan"),
    pytest.param("PixelSpacing", [0.5], id="DS-one-where-two"),
    pytest.param("InstanceNumber", "abc", id="IS-letters"),
    pytest.param("InstanceNumber", 2**31, id="IS-too-large"),
    pytest.param("InstanceNumber", 1.5, id="IS-fraction"),
    pytest.param("Rows", "abc", id="US-letters"),
    pytest.param("Rows", 70000, id="US-too-large"),
    pytest.param("Rows", -1, id="US-negative"),
    pytest.param("Rows", 1.5, id="US-fraction"),
    pytest.param("Rows", True, id="US-bool"),
    pytest.param("SmallestImagePixelValue", -7, id="US-by-pixel-representation"),
    pytest.param("RecommendedDisplayFrameRateInFloat", 1e300, id="FL-too-large"),
    pytest.param("StudyInstanceUID", "1.2.abc", id="UI-letters"),
    pytest.param("StudyInstanceUID", "1.02", id="UI-leading-zero"),
    pytest.param("StudyInstanceUID", "1." * 33 + "1", id="UI-too-long"),
    pytest.param("RetrieveURL", "no url at all", id="UR-spaces"),
    pytest.param("FrameIncrementPointer", "NoSuchKeyword", id="AT-no-keyword"),
    pytest.param("ICCProfile", "text", id="OB-text"),
    pytest.param("OtherPatientIDsSequence", ["text"], id="SQ-text"),
    pytest.param("OtherPatientIDsSequence", [BAD_ITEM], id="SQ-bad-value-inside"),
    pytest.param("SpecificCharacterSet", "ISO_IR 4711", id="unknown-character-set"),
]


@pytest.mark.parametrize(("name", "value", "expected"), VALID)
def test_a_valid_value_is_set_and_survives_saving(tmp_path: Path, name: str, value: object, expected: object) -> None:
    ds = ct_slice()
    assert modify_tag(ds, name, value) is True
    keyword = name if pydicom.datadict.tag_for_keyword(str(name)) else "PatientName"
    assert load_dataset(save_dataset(ds, tmp_path / "edited.dcm"))[keyword].value == expected


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_an_invalid_edit_is_refused_with_a_reason_and_changes_nothing(
    caplog: pytest.LogCaptureFixture, name: str, value: object
) -> None:
    ds = ct_slice()
    assert modify_tag(ds, name, value) is False
    assert ds == ct_slice()
    assert ds.file_meta == ct_slice().file_meta
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("DICOM_reencoder", logging.WARNING)
    if isinstance(value, str) and len(value) > 2:
        assert value not in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PatientName", "Lindqvist^Ida"),
        ("StudyDate", datetime.date(2024, 3, 1)),
        ("SliceThickness", "2.50"),
        ("InstanceNumber", 1),
        ("Rows", 16),
        ("ImageType", ["ORIGINAL", "PRIMARY", "AXIAL"]),
        ("PixelData", bytes(range(256)) * 2),
    ],
)
@pytest.mark.parametrize("from_file", [True, False], ids=["from-a-file", "made-by-code"])
def test_the_same_value_again_is_no_change(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, value: object, from_file: bool
) -> None:
    ds = load_dataset(written(ct_slice(), tmp_path / "ct.dcm")) if from_file else ct_slice()
    assert modify_tag(ds, name, value) is False
    assert "has that value already" in caplog.text


def test_the_same_sequence_again_is_no_change(tmp_path: Path) -> None:
    ds = ct_slice()
    assert modify_tag(ds, "OtherPatientIDsSequence", [copy.deepcopy(ITEM)])
    assert not modify_tag(ds, "OtherPatientIDsSequence", [copy.deepcopy(ITEM)])
    again = load_dataset(save_dataset(ds, tmp_path / "edited.dcm"))
    assert not modify_tag(again, "OtherPatientIDsSequence", [copy.deepcopy(ITEM)])


def test_an_absent_attribute_can_be_added_empty_once() -> None:
    ds = ct_slice(PatientAge=None)
    assert modify_tag(ds, "PatientAge", "")
    assert not modify_tag(ds, "PatientAge", None)
    assert "PatientAge" in ds


def test_the_nearest_keyword_is_offered(caplog: pytest.LogCaptureFixture) -> None:
    modify_tag(ct_slice(), "PatientNam", "Berg")
    assert "PatientName" in caplog.text


def test_a_negative_pixel_value_is_signed_where_pixels_are(tmp_path: Path) -> None:
    ds = ct_slice(PixelRepresentation=1)
    assert modify_tag(ds, "SmallestImagePixelValue", -7)
    assert load_dataset(save_dataset(ds, tmp_path / "edited.dcm")).SmallestImagePixelValue == -7


def test_a_private_element_that_is_there_can_be_edited() -> None:
    ds = ct_slice()
    assert modify_tag(ds, "(0029,1010)", "other")
    assert ds[0x00291010].value == "other"


def test_without_a_character_set_only_ascii_is_written() -> None:
    ds = ct_slice(SpecificCharacterSet=None)
    assert not modify_tag(ds, "PatientName", "Müller")
    assert modify_tag(ds, "PatientName", "Mueller")


def test_a_new_character_set_rewrites_all_text_at_every_depth(tmp_path: Path) -> None:
    ds = ct_slice(PatientName="Müller^Ida")
    item = Dataset()
    item.PatientComments = "für Ida"
    ds.OtherPatientIDsSequence = [item]
    ds = load_dataset(written(ds, tmp_path / "latin.dcm"))
    assert modify_tag(ds, "SpecificCharacterSet", "ISO_IR 192")
    saved = save_dataset(ds, tmp_path / "utf8.dcm")
    assert "Müller".encode() in saved.read_bytes()
    assert "für Ida".encode() in saved.read_bytes()
    again = load_dataset(saved)
    assert again.PatientName == "Müller^Ida"
    assert again.OtherPatientIDsSequence[0].PatientComments == "für Ida"


def test_a_character_set_that_lacks_a_letter_is_refused() -> None:
    ds = ct_slice(PatientName="Müller^Ida")
    assert not modify_tag(ds, "SpecificCharacterSet", "ISO_IR 144")
    assert ds.SpecificCharacterSet == "ISO_IR 100"


def test_file_meta_follows_sop_instance_uid_at_once(tmp_path: Path) -> None:
    ds = load_dataset(written(ct_slice(), tmp_path / "ct.dcm"))
    assert modify_tag(ds, "SOPInstanceUID", "1.2.3.4")
    assert ds.file_meta.MediaStorageSOPInstanceUID == "1.2.3.4"


def test_an_element_of_file_meta_goes_there(tmp_path: Path) -> None:
    ds = load_dataset(written(ct_slice(), tmp_path / "ct.dcm"))
    assert modify_tag(ds, "SourceApplicationEntityTitle", "STORE")
    saved = pydicom.dcmread(save_dataset(ds, tmp_path / "new.dcm"))
    assert saved.file_meta.SourceApplicationEntityTitle == "STORE"


def test_plain_bytes_are_no_pixel_data_of_a_compressed_file() -> None:
    ds = compressed_slice()
    assert not modify_tag(ds, "PixelData", bytes(512))
    assert ds.PixelData == compressed_slice().PixelData


def test_fragments_are_pixel_data_of_a_compressed_file(tmp_path: Path) -> None:
    fragments = encapsulate([b"\xff\xd8" + bytes(10) + b"\xff\xd9"])
    replaced, added = compressed_slice(), compressed_slice()
    del added.PixelData
    for number, ds in enumerate([replaced, added]):
        assert modify_tag(ds, "PixelData", fragments)
        saved = load_dataset(save_dataset(ds, tmp_path / f"{number}.dcm"))
        assert (saved["PixelData"].VR, saved.PixelData) == ("OB", fragments)


def test_pixel_data_of_8_bits_keeps_the_vr_it_has() -> None:
    ds = ct_slice(BitsAllocated=8, BitsStored=8, HighBit=7)
    ds.add_new("PixelData", "OB", bytes(256))
    assert modify_tag(ds, "PixelData", bytes(255) + b"\x01")
    assert ds["PixelData"].VR == "OB"


def test_text_that_cannot_be_read_stops_a_new_character_set_without_being_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(ct_slice(SpecificCharacterSet="ISO_IR 192", PatientName="Muller^Ida"), tmp_path / "ct.dcm")
    path.write_bytes(path.read_bytes().replace(b"Muller", b"M\xfcller"))
    ds = load_dataset(path)
    assert not modify_tag(ds, "SpecificCharacterSet", "ISO_IR 100")
    assert [record.name for record in caplog.records] == ["DICOM_reencoder"]
    assert "cannot be read" in caplog.text


def test_an_invalid_value_that_is_there_can_be_corrected_without_a_warning_that_quotes_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ds = ct_slice()
    ds.add_new("StudyID", "SH", "S1")
    path = written(ds, tmp_path / "ct.dcm")
    path.write_bytes(path.read_bytes().replace(b"CS\x02\x00CT", b"CS\x02\x00c!"))
    ds = load_dataset(path)
    assert modify_tag(ds, "Modality", "CT")
    assert ds.Modality == "CT"
    assert "c!" not in caplog.text


def test_pydicoms_settings_are_as_before() -> None:
    before = pydicom.config.settings.writing_validation_mode, pydicom.config.settings.reading_validation_mode
    modify_tag(ct_slice(), "StudyDate", "abc")
    assert before == (
        pydicom.config.settings.writing_validation_mode,
        pydicom.config.settings.reading_validation_mode,
    )
    assert not logging.getLogger("pydicom").disabled
