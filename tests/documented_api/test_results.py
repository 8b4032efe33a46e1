"""What a de-identified file holds: each documented result."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, JPEGBaseline8Bit

from DICOM_reencoder.anonymize_dicom import anonymize_dicom, generate_anonymous_id
from documented_api.data_sets import ROOT, compressed_slice, ct_slice, nested, raw_elements, written

Deidentify = Callable[[Dataset], Dataset]
UID_ROOT = "1.2.826.0.1.3680043.8.498."
DATES = ["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"]


@pytest.fixture
def deidentified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deidentify:
    monkeypatch.delenv("DICOM_REENCODER_KEY", raising=False)
    count = iter(range(1000))

    def through_files(ds: Dataset) -> Dataset:
        number = next(count)
        source = written(ds, tmp_path / f"{number}.dcm")
        return pydicom.dcmread(anonymize_dicom(source, tmp_path / f"{number}-out.dcm"))

    return through_files


def shift_of(before: Dataset, after: Dataset, keyword: str = "StudyDate") -> int:
    return (_day(after[keyword].value) - _day(before[keyword].value)).days


def _day(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def test_the_patients_name_is_anonymous_patient(deidentified: Deidentify) -> None:
    assert deidentified(ct_slice()).PatientName == "ANONYMOUS^PATIENT"


def test_the_patient_id_is_the_prefix_and_the_generated_id(deidentified: Deidentify) -> None:
    assert deidentified(ct_slice()).PatientID == "ANON_" + generate_anonymous_id("NF-0042")


@pytest.mark.parametrize(
    "keyword",
    ["PatientBirthDate", "PatientAddress", "PatientTelephoneNumbers", "PatientAge", "InstitutionAddress"],
)
def test_what_describes_the_patient_is_empty(deidentified: Deidentify, keyword: str) -> None:
    assert deidentified(ct_slice())[keyword].is_empty


@pytest.mark.parametrize("keyword", ["InstitutionName", "ReferringPhysicianName", "PerformingPhysicianName"])
def test_institution_and_physicians_are_anonymized(deidentified: Deidentify, keyword: str) -> None:
    assert deidentified(ct_slice())[keyword].value == "ANONYMIZED"


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
def test_uids_are_new_valid_and_under_the_documented_root(deidentified: Deidentify, keyword: str) -> None:
    uid = deidentified(ct_slice())[keyword].value
    assert uid != ct_slice()[keyword].value
    assert uid.startswith(UID_ROOT)
    assert uid.is_valid


def test_file_meta_names_the_new_instance(deidentified: Deidentify) -> None:
    ds = deidentified(ct_slice())
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    assert ds.file_meta.MediaStorageSOPClassUID == ds.SOPClassUID == CTImageStorage


def test_uids_are_consistent_across_files_and_references(deidentified: Deidentify) -> None:
    one = deidentified(ct_slice())
    other = deidentified(nested(ct_slice(SOPInstanceUID=ROOT + "3.2")))
    assert one.StudyInstanceUID == other.StudyInstanceUID
    assert one.SeriesInstanceUID == other.SeriesInstanceUID
    assert one.FrameOfReferenceUID == other.FrameOfReferenceUID
    assert one.SOPInstanceUID != other.SOPInstanceUID
    referenced = other.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPInstanceUID
    assert referenced == one.SOPInstanceUID


@pytest.mark.parametrize("keyword", DATES)
def test_all_dates_move_by_one_offset_and_keep_their_form(deidentified: Deidentify, keyword: str) -> None:
    ds = deidentified(ct_slice())
    assert re.fullmatch("[0-9]{8}", ds[keyword].value)
    assert shift_of(ct_slice(), ds, keyword) == shift_of(ct_slice(), ds) != 0


def test_the_date_of_a_date_time_moves_and_time_fraction_and_zone_stay(deidentified: Deidentify) -> None:
    ds = deidentified(ct_slice())
    assert ds.AcquisitionDateTime[8:] == "101500.5+0100"
    assert shift_of(ct_slice(), ds, "AcquisitionDateTime") == shift_of(ct_slice(), ds)


def test_files_of_one_patient_share_the_offset_and_the_id(deidentified: Deidentify) -> None:
    later = ct_slice(SOPInstanceUID=ROOT + "3.2", StudyDate="20250301", StudyInstanceUID=ROOT + "7")
    one, other = deidentified(ct_slice()), deidentified(later)
    assert one.PatientID == other.PatientID
    assert shift_of(ct_slice(), one) == shift_of(later, other)


def test_patients_differ_in_ids_and_offsets(deidentified: Deidentify) -> None:
    patients = [ct_slice(PatientID=f"NF-{number:04}") for number in range(4)]
    results = [deidentified(patient) for patient in patients]
    assert len({ds.PatientID for ds in results}) == 4
    assert len({shift_of(*pair) for pair in zip(patients, results, strict=True)}) > 1


@pytest.mark.parametrize("change", [None, ""], ids=["absent", "empty"])
def test_without_a_patient_id_a_stable_one_comes_from_other_identifiers(
    deidentified: Deidentify, change: str | None
) -> None:
    one = deidentified(ct_slice(PatientID=change))
    again = deidentified(ct_slice(PatientID=change, SOPInstanceUID=ROOT + "3.2"))
    other = deidentified(ct_slice(PatientID=change, PatientName="Berg^Mia", StudyInstanceUID=ROOT + "8"))
    assert re.fullmatch("ANON_[0-9A-F]{16}", one.PatientID)
    assert one.PatientID == again.PatientID != other.PatientID
    assert one.StudyDate == again.StudyDate


@pytest.mark.parametrize("keyword", DATES)
def test_a_missing_date_is_skipped(deidentified: Deidentify, keyword: str) -> None:
    ds = deidentified(ct_slice(**{keyword: None}))
    assert keyword not in ds
    assert all(other in ds for other in DATES if other != keyword)


def test_an_empty_date_stays_empty(deidentified: Deidentify) -> None:
    assert deidentified(ct_slice(StudyDate="")).StudyDate == ""


def test_private_elements_are_gone(deidentified: Deidentify) -> None:
    private = ct_slice()
    item = Dataset()
    item.private_block(0x0031, "MAKERS PRIVATE", create=True).add_new(0x01, "LO", "Lindqvist")
    private.ProcedureCodeSequence = [item]
    ds = deidentified(private)
    assert not [element.tag for element in ds.iterall() if element.tag.is_private]


@pytest.mark.parametrize(
    "keyword",
    [
        *(
            "Modality",
            "KVP",
            "SliceThickness",
            "PixelSpacing",
            "ImagePositionPatient",
            "WindowCenter",
            "WindowWidth",
        ),
        *(
            "ImageOrientationPatient",
            "Rows",
            "Columns",
            "BitsAllocated",
            "BitsStored",
            "HighBit",
            "PixelData",
        ),
        *("PixelRepresentation", "PhotometricInterpretation", "SamplesPerPixel", "RescaleSlope", "ImageType"),
        *("RescaleIntercept", "SOPClassUID", "SeriesNumber", "InstanceNumber"),
    ],
)
def test_what_the_image_needs_is_kept_as_the_bytes_it_was(tmp_path: Path, keyword: str) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    out = Path(anonymize_dicom(source, tmp_path / "out.dcm"))
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    assert raw_elements(out)[tag] == raw_elements(source)[tag]


def test_compressed_pixel_data_and_its_transfer_syntax_are_kept(deidentified: Deidentify) -> None:
    ds = deidentified(compressed_slice())
    assert ds.PixelData == compressed_slice().PixelData
    assert ds.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert ds["PixelData"].is_undefined_length


def test_nested_names_ids_and_dates_follow_the_same_rules(deidentified: Deidentify) -> None:
    ds = deidentified(nested(ct_slice()))
    inner = ds.ReferencedSeriesSequence[0]
    assert inner.PatientName == "ANONYMOUS^PATIENT"
    assert inner.PatientID == ds.PatientID
    assert inner.StudyDate == ds.StudyDate


@pytest.mark.parametrize("planted", ["Lindqvist", "NF-0042", "Northfield", "Hale", "555-0117", "19700615", ROOT])
def test_nothing_of_the_patient_is_left_in_any_byte(tmp_path: Path, planted: str) -> None:
    source = written(nested(ct_slice(ImageComments="Lindqvist NF-0042")), tmp_path / "ct.dcm")
    assert planted.encode() in source.read_bytes()
    out = anonymize_dicom(source, tmp_path / "out.dcm")
    assert planted.encode() not in Path(out).read_bytes()


def test_a_multi_frame_file_works(deidentified: Deidentify) -> None:
    ds = ct_slice(SOPClassUID=EnhancedCTImageStorage, NumberOfFrames=3)
    ds.PixelData = bytes(512) + b"\x01\x02" * 256 + bytes(512)
    frames = []
    for number in range(3):
        content, frame = Dataset(), Dataset()
        content.FrameAcquisitionDateTime = f"2024030210150{number}"
        frame.FrameContentSequence = [content]
        frames.append(frame)
    ds.PerFrameFunctionalGroupsSequence = frames
    out = deidentified(ds)
    assert (out.NumberOfFrames, out.PixelData) == (3, ds.PixelData)
    moments = [frame.FrameContentSequence[0].FrameAcquisitionDateTime for frame in out.PerFrameFunctionalGroupsSequence]
    assert [moment[:8] for moment in moments] == [out.AcquisitionDate] * 3
    assert [moment[8:] for moment in moments] == ["101500", "101501", "101502"]


def test_a_file_without_pixel_data_works(deidentified: Deidentify) -> None:
    ds = deidentified(ct_slice(PixelData=None))
    assert "PixelData" not in ds
    assert ds.PatientName == "ANONYMOUS^PATIENT"


def test_a_file_without_preamble_and_file_meta_works(tmp_path: Path) -> None:
    ds = ct_slice()
    del ds.file_meta
    pydicom.dcmwrite(tmp_path / "bare", ds, implicit_vr=True, little_endian=True)
    out = pydicom.dcmread(anonymize_dicom(tmp_path / "bare", tmp_path / "out.dcm"))
    assert (out.PatientName, out.PixelData) == ("ANONYMOUS^PATIENT", ct_slice().PixelData)


def test_the_output_says_that_it_was_deidentified(deidentified: Deidentify) -> None:
    ds = deidentified(ct_slice())
    assert ds.PatientIdentityRemoved == "YES"
    assert ds.LongitudinalTemporalInformationModified == "MODIFIED"
