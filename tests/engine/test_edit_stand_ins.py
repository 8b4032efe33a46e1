"""Stand-ins for edits follow the patient, whatever edits make of the patient's name."""

from __future__ import annotations

import pytest

from builders import dicom_file, element
from dicomveil.dataset.source import Source
from dicomveil.editing.edits import Edit, Format, Put, Remove
from dicomveil.engine.edit import Editor
from dicomveil.engine.edit_stand_ins import EditStandIns
from dicomveil.errors import EditRefused
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

LATIN = element(0x00080005, "CS", "ISO_IR 100")
DATE = element(0x00080020, "DA", "20240229")
SHIFTED = Format("StudyDate", "{StudyDate|shift}")
PSEUDONYMS = KeyedPseudonyms(ProjectKey(bytes(range(32))))


def shifted(*edits: Edit, patient: object) -> str:
    editor = Editor([*edits, SHIFTED], stand_ins=EditStandIns(PSEUDONYMS))
    instance = editor.prepare(Source.in_memory(dicom_file([LATIN, DATE, patient]))).instance  # type: ignore[list-item]
    (text,) = instance.texts(SHIFTED.place) or []
    return text


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([], id="alone"),
        pytest.param([Put("PatientID", "P-1")], id="another-id-before"),
        pytest.param([Remove("PatientID")], id="no-id-any-more"),
        pytest.param([Put("SpecificCharacterSet", "ISO_IR 192")], id="another-character-set-before"),
    ],
)
def test_dates_move_by_the_days_of_the_patient_the_file_came_with(edits):
    days = PSEUDONYMS.days("Mü7")
    moved = shifted(*edits, patient=element(0x00100020, "LO", b"M\xfc7 "))
    import datetime

    assert datetime.datetime.strptime(moved, "%Y%m%d") == datetime.datetime(2024, 2, 29) + datetime.timedelta(days)


def test_without_a_patient_id_all_move_alike():
    assert shifted(patient=element(0x00100020, "LO", "")) == shifted(patient=element(0x00100010, "PN", "Doe"))


def test_a_patient_id_that_cannot_be_read_is_no_guess():
    with pytest.raises(EditRefused, match="PatientID"):
        shifted(patient=element(0x00100020, "LO", b"\x80\x80"))
