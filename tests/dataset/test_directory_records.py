from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from pydicom.filereader import read_dataset

from builders import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Element, Form, dicom_file, element, sequence
from dicomveil.dataset.directory_records import records_of
from dicomveil.errors import UnreadableValue
from engine.instances import with_elements

SR, PRESENTATION = "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.11.1"
PALETTE, RT_PLAN = "1.2.840.10008.5.1.4.39.1", "1.2.840.10008.5.1.4.1.1.481.5"
FILE_ID = "AAAAAAAA/BBBBBBBB/CCCCCCCC/DDDDDDDD"
NUMBERS = [element(0x00200011, "IS", "3"), element(0x00200013, "IS", "17")]


def records(folder: Path, elements: list[Element], form: Form = EXPLICIT) -> list[pydicom.Dataset]:
    path = folder / "file"
    path.write_bytes(dicom_file(elements, form))
    made = records_of(str(path), FILE_ID)
    return [read_dataset(io.BytesIO(each.elements), is_implicit_VR=False, is_little_endian=True) for each in made]


def title(meaning: str) -> Element:
    code = [element(0x00080100, "SH", "1"), element(0x00080102, "SH", "99X"), element(0x00080104, "LO", meaning)]
    return sequence(0x0040A043, code)


@pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED], ids=lambda form: form.name)
def test_an_image_has_a_record_for_patient_study_series_and_itself(tmp_path: Path, form: Form) -> None:
    patient, study, series, image = records(tmp_path, with_elements(*NUMBERS), form)
    assert (patient.DirectoryRecordType, patient.PatientID) == ("PATIENT", "4711")
    assert (study.DirectoryRecordType, study.StudyInstanceUID, study.StudyDate) == ("STUDY", "1.2.3.4.5", "20200315")
    assert (series.DirectoryRecordType, series.Modality, series.SeriesNumber) == ("SERIES", "CT", 3)
    assert (image.DirectoryRecordType, image.InstanceNumber) == ("IMAGE", 17)
    assert image.ReferencedFileID == FILE_ID.split("/")
    assert image.ReferencedSOPInstanceUIDInFile == "1.2.3.4.5.1"
    assert image.ReferencedTransferSyntaxUIDInFile == form.uid


def test_what_a_record_must_have_is_invented_where_a_copy_has_it_not(tmp_path: Path) -> None:
    _, study, series, image = records(tmp_path, with_elements(without=[0x00080020, 0x00080060]))
    assert (study.StudyDate, study.StudyTime, study.StudyID) == ("19000101", "000000", "0")
    assert (series.Modality, series.SeriesNumber, image.InstanceNumber) == ("OT", 0, 0)


def test_names_keep_their_character_set(tmp_path: Path) -> None:
    charset, name = element(0x00080005, "CS", "ISO_IR 192"), element(0x00100010, "PN", "Müller".encode())
    patient, *_ = records(tmp_path, with_elements(charset, name))
    assert patient.PatientName == "Müller"


@pytest.mark.parametrize("tag", [0x00080016, 0x00080018, 0x00100020, 0x0020000D, 0x0020000E], ids=hex)
def test_a_file_that_cannot_be_told_from_others_has_no_records(tmp_path: Path, tag: int) -> None:
    with pytest.raises(UnreadableValue):
        records(tmp_path, with_elements(without=[tag]))


@pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT, BIG_ENDIAN], ids=lambda form: form.name)
def test_a_report_has_its_title_and_what_modifies_it_but_not_its_content(tmp_path: Path, form: Form) -> None:
    modifier = [element(0x0040A010, "CS", "HAS CONCEPT MOD"), element(0x0040A040, "CS", "CODE"), title("Language")]
    finding = [element(0x0040A010, "CS", "CONTAINS"), element(0x0040A040, "CS", "TEXT"), title("Finding")]
    content = sequence(0x0040A730, modifier, finding)
    *_, leaf = records(tmp_path, with_elements(title("Report"), content, without=[0x00280010], sop_class=SR), form)
    assert (leaf.DirectoryRecordType, leaf.CompletionFlag) == ("SR DOCUMENT", "PARTIAL")
    assert leaf.ConceptNameCodeSequence[0].CodeMeaning == "Report"
    assert [item.ConceptNameCodeSequence[0].CodeMeaning for item in leaf.ContentSequence] == ["Language"]


def test_a_report_without_a_title_has_no_record_and_the_error_no_value(tmp_path: Path) -> None:
    with pytest.raises(UnreadableValue) as caught:
        records(tmp_path, with_elements(without=[0x00280010], sop_class=SR))
    assert "4711" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("sop_class", "extra", "kind"),
    [
        pytest.param(PRESENTATION, [], "PRESENTATION", id="presentation"),
        pytest.param(RT_PLAN, [element(0x300A0002, "SH", "plan")], "RT PLAN", id="plan"),
        pytest.param("1.2.840.10008.5.1.4.1.1.66", [], "RAW DATA", id="raw"),
    ],
)
def test_other_objects_have_records_of_their_kind(
    tmp_path: Path, sop_class: str, extra: list[Element], kind: str
) -> None:
    made = records(tmp_path, with_elements(*extra, without=[0x00280010], sop_class=sop_class))
    assert [each.DirectoryRecordType for each in made] == ["PATIENT", "STUDY", "SERIES", kind]


def test_what_belongs_to_no_patient_stands_at_the_top(tmp_path: Path) -> None:
    label = element(0x00700080, "CS", "WARM")
    made = records(tmp_path, with_elements(label, without=[0x00280010], sop_class=PALETTE))
    assert [(each.DirectoryRecordType, each.ContentLabel) for each in made] == [("PALETTE", "WARM")]
