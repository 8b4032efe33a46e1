"""What PS3.6 calls each attribute: compared with pydicom, and completed by Table E.1-1."""

from __future__ import annotations

import re

import pytest
from pydicom import _dicom_dict as pydicom_dict

from dicomveil.standard import dictionary, profile, tables

NOT_IN_PYDICOM = {
    *range(0x00081301, 0x00081305),
    *range(0x00100011, 0x00100017),
    *range(0x00100041, 0x00100048),
    0x00102162,
    *(0x0040A034, 0x0040A035, 0x0040B034, 0x0040B036, 0x0040B03B, 0x0040B03F),
    *(0x0040E012, 0x3004007F),
}
CORRECTED_BY_THE_TABLE = {0x300A067C, 0x300A067D, 0x00102160}  # two misspelled names, one retired since


def test_an_implicit_vr_file_is_read_with_the_same_vrs_as_in_pydicom():
    ours = dictionary.vr_by_tag()

    assert {tag: vr for tag, vr in ours.items() if tag not in NOT_IN_PYDICOM} == {
        tag: entry[0] for tag, entry in pydicom_dict.DicomDictionary.items()
    }


def test_no_tag_has_two_vrs():
    assert sum(map(len, tables.table("vr")["vr"].values())) == len(dictionary.vr_by_tag())


def test_the_attributes_newer_than_pydicom_are_known():
    assert len(NOT_IN_PYDICOM) == 26
    assert dictionary.vr_by_tag().keys() - pydicom_dict.DicomDictionary.keys() == NOT_IN_PYDICOM
    assert all(dictionary.keyword_of(tag) for tag in NOT_IN_PYDICOM)


@pytest.mark.parametrize(
    ("tag", "keyword", "vr", "vm"),
    [
        pytest.param(0x00100011, "PersonNamesToUseSequence", "SQ", "1", id="names-to-use"),
        pytest.param(0x00100012, "NameToUse", "LT", "1", id="name-to-use"),
        pytest.param(0x00102162, "EthnicGroups", "UC", "1-n", id="ethnic-groups"),
        pytest.param(0x0040A034, "EffectiveStartDateTime", "DT", "1", id="effective-start"),
        pytest.param(0x0040E012, "DisplayURI", "UR", "1", id="display-uri"),
        pytest.param(0x3004007F, "DoseCalculationModelName", "LO", "1", id="dose-model"),
    ],
)
def test_an_attribute_newer_than_pydicom_has_its_vr_and_vm(tag, keyword, vr, vm):
    found = dictionary.attribute(tag)

    assert (found.keyword, found.vr, found.vm, found.retired) == (keyword, vr, vm, False)


def test_every_attribute_is_described_as_in_pydicom():
    for tag, (vr, vm, name, retired, keyword) in pydicom_dict.DicomDictionary.items():
        if tag not in CORRECTED_BY_THE_TABLE:
            assert dictionary.attribute(tag) == (f"{tag:08X}", keyword, vr, vm, retired != "", name)


def test_names_that_pydicom_misspells_are_the_standards():
    assert dictionary.attribute(0x300A067C).name == "Radiation Generation Mode Label"
    assert dictionary.attribute(0x300A067D).name == "Radiation Generation Mode Description"
    assert dictionary.attribute(0x00102160).retired


def test_every_repeating_group_is_described_as_in_pydicom():
    for pattern, (vr, vm, name, retired, keyword) in pydicom_dict.RepeatersDictionary.items():
        tag = int(pattern.replace("x", "2"), 16)

        assert dictionary.attribute(tag) == (pattern, keyword, vr, vm, retired != "", name)
        assert dictionary.keyword_of(dictionary.tag_of(keyword)) == keyword
        assert tag not in dictionary.vr_by_tag()


def test_a_repeating_group_never_stands_in_for_a_single_attribute_or_a_group_length():
    assert dictionary.keyword_of(0x00280400) == "TransformLabel"
    assert dictionary.keyword_of(dictionary.tag_of("RowsForNthOrderCoefficients")) != "TransformLabel"
    assert dictionary.vr_of(0x10000000) is None


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        pytest.param(0x60003000, "OB or OW", id="first-overlay"),
        pytest.param(0x601E3000, "OB or OW", id="last-overlay"),
        pytest.param(0x50023000, "OB or OW", id="second-curve"),
        pytest.param(0x60013000, None, id="odd-group-like-an-overlay-is-private"),
        pytest.param(0x00091001, None, id="private"),
        pytest.param(0x00100000, None, id="group-length"),
        pytest.param(0x00080003, None, id="unknown-even"),
        pytest.param(0x00100010, "PN", id="one-tag"),
    ],
)
def test_repeating_groups_have_a_vr_and_what_is_not_in_ps3_6_has_none(tag, vr):
    assert dictionary.vr_of(tag) == vr
    assert (dictionary.attribute(tag) is None) == (vr is None)


def test_keyword_and_tag_lead_to_each_other():
    with_keyword = {tag for tag in dictionary.vr_by_tag() if dictionary.keyword_of(tag)}

    assert len(with_keyword) == 5085 + 26  # the other six of pydicom are retired and blank
    assert all(dictionary.tag_of(dictionary.keyword_of(tag)) == tag for tag in with_keyword)


def test_an_unknown_tag_has_an_empty_keyword_and_an_unknown_keyword_no_tag():
    assert dictionary.keyword_of(0x00091001) == ""
    assert dictionary.tag_of("") is None
    assert dictionary.tag_of("patientname") is None


def test_every_row_of_the_profile_has_a_vr_but_the_two_that_are_no_single_attribute():
    without = []
    for row in profile.rows():
        tag = row.tag.replace("x", "0")
        if not re.fullmatch("[0-9A-F]{8}", tag) or dictionary.vr_of(int(tag, 16)) is None:
            without.append(row.tag)
        else:
            assert dictionary.keyword_of(int(tag, 16)) == row.keyword

    assert without == ["50xxxxxx", "gggg,eeee odd"]


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        pytest.param("PatientsName", "PatientName", id="from-the-name"),
        pytest.param("patientid", "PatientID", id="capitals"),
        pytest.param("StudyInstanceUid", "StudyInstanceUID", id="one-capital"),
        pytest.param("OverlyData", "OverlayData", id="repeating-group"),
    ],
)
def test_a_misspelled_keyword_is_answered_with_the_nearest(word, nearest):
    assert dictionary.nearest_keywords(word)[0] == nearest


def test_no_more_keywords_are_offered_than_asked_for():
    assert len(dictionary.nearest_keywords("PatientNam")) == 3
    assert len(dictionary.nearest_keywords("PatientNam", n=2)) == 2
    assert dictionary.nearest_keywords("?!") == []
