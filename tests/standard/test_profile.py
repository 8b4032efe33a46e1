"""Table E.1-1 of PS3.15 2026d: counts and rows that a wrong constant would change."""

from __future__ import annotations

from collections import Counter

import pytest

from dicomveil.standard import profile

OPTIONS = {
    "retain_safe_private": {"C": 1},
    "retain_uids": {"K": 60},
    "retain_device_id": {"K": 48, "C": 11},
    "retain_institution_id": {"K": 10},
    "retain_patient_chars": {"K": 14, "C": 5},
    "retain_long_full_dates": {"K": 169},
    "retain_long_modified_dates": {"C": 169},
    "clean_descriptors": {"C": 141},
    "clean_structured_content": {"C": 4},
    "clean_graphics": {"C": 4},
}


def test_the_table_has_657_rows_of_these_codes():
    codes = {"X": 417, "D": 93, "U": 55, "Z": 42, "X/D": 23, "X/Z": 11, "X/Z/D": 8, "Z/D": 6, "X/Z/U*": 2}

    assert len(profile.rows()) == sum(codes.values()) == 657
    assert Counter(row.basic for row in profile.rows()) == codes


def test_the_options_stand_in_the_tables_order():
    assert profile.option_columns() == tuple(OPTIONS)


@pytest.mark.parametrize("option", [pytest.param(option, id=option) for option in OPTIONS])
def test_an_option_has_as_many_rows_of_each_code_as_the_standard(option):
    codes = Counter(row.options[option] for row in profile.rows() if option in row.options)

    assert codes == OPTIONS[option]


def test_retired_rows_and_rows_in_a_standard_iod_are_as_many_as_in_the_standard():
    assert sum(row.retired for row in profile.rows()) == 102
    assert sum(row.in_std_iod for row in profile.rows()) == 473


@pytest.mark.parametrize(
    ("tag", "keyword", "basic", "options"),
    [
        pytest.param(0x00100010, "PatientName", "Z", {}, id="patient-name"),
        pytest.param(0x00100020, "PatientID", "Z/D", {}, id="patient-id"),
        pytest.param(0x00100030, "PatientBirthDate", "Z", {}, id="birth-date-is-in-no-option"),
        pytest.param(0x00100040, "PatientSex", "Z", {"retain_patient_chars": "K"}, id="sex"),
        pytest.param(0x00101010, "PatientAge", "X", {"retain_patient_chars": "K"}, id="age"),
        pytest.param(0x00080018, "SOPInstanceUID", "U", {"retain_uids": "K"}, id="sop-instance-uid"),
        pytest.param(0x00001000, "AffectedSOPInstanceUID", "X", {"retain_uids": "K"}, id="affected-uid"),
        pytest.param(0x0040A124, "UID", "U", {}, id="uid-that-retain-uids-forgets"),
        pytest.param(0x00080080, "InstitutionName", "X/Z/D", {"retain_institution_id": "K"}, id="institution"),
        pytest.param(0x00181000, "DeviceSerialNumber", "X/Z/D", {"retain_device_id": "K"}, id="device-serial"),
        pytest.param(0x00081140, "ReferencedImageSequence", "X/Z/U*", {"retain_uids": "K"}, id="references"),
        pytest.param(0x00081030, "StudyDescription", "X", {"clean_descriptors": "C"}, id="study-description"),
        pytest.param(
            0x00080020,
            "StudyDate",
            "Z",
            {"retain_long_full_dates": "K", "retain_long_modified_dates": "C"},
            id="full-dates-keep-and-modified-dates-clean-not-the-other-way-about",
        ),
        pytest.param(
            0x00181200,
            "DateOfLastCalibration",
            "X",
            {"retain_device_id": "K", "retain_long_full_dates": "K", "retain_long_modified_dates": "C"},
            id="options-collide",
        ),
        pytest.param(0x0040A730, "ContentSequence", "D", {"clean_structured_content": "C"}, id="content"),
        pytest.param(0x00700001, "GraphicAnnotationSequence", "D", {"clean_graphics": "C"}, id="graphics"),
        pytest.param(0x00420011, "EncapsulatedDocument", "D", {}, id="encapsulated-document"),
        pytest.param(0x3004007F, "DoseCalculationModelName", "X", {"clean_descriptors": "C"}, id="newest-row"),
    ],
)
def test_a_row_says_what_the_standard_says(tag, keyword, basic, options):
    row = profile.row(tag)

    assert (row.keyword, row.basic, dict(row.options)) == (keyword, basic, options)


@pytest.mark.parametrize(
    ("tag", "row_tag"),
    [
        pytest.param(0x50000005, "50xxxxxx", id="curve"),
        pytest.param(0x501E3000, "50xxxxxx", id="last-curve"),
        pytest.param(0x60003000, "60xx3000", id="overlay-data"),
        pytest.param(0x601E4000, "60xx4000", id="overlay-comments"),
        pytest.param(0x00090010, "gggg,eeee odd", id="private-creator"),
        pytest.param(0x00091001, "gggg,eeee odd", id="private"),
        pytest.param(0x50013000, "gggg,eeee odd", id="odd-group-like-a-curve"),
        pytest.param(0x60013000, "gggg,eeee odd", id="odd-group-like-an-overlay"),
        pytest.param(0xFFFFFFFF, "gggg,eeee odd", id="last-tag-there-is"),
        pytest.param(0xFFFCFFFC, "FFFCFFFC", id="trailing-padding"),
    ],
)
def test_repeating_groups_and_private_elements_have_their_row(tag, row_tag):
    assert profile.row(tag).tag == row_tag


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param(0x60000010, id="overlay-rows"),
        pytest.param(0x00280010, id="rows"),
        pytest.param(0x00080016, id="sop-class-uid"),
        pytest.param(0x00080003, id="unknown-even"),
    ],
)
def test_an_attribute_outside_the_table_has_no_row(tag):
    assert profile.row(tag) is None


def test_rows_are_found_by_their_own_tags_and_stand_in_the_order_of_tags():
    single = [row for row in profile.rows() if "x" not in row.tag and row.tag != profile.PRIVATE]

    assert len(single) == 657 - 4
    assert [profile.row(int(row.tag, 16)) for row in single] == single
    assert [row.tag for row in single] == sorted(row.tag for row in single)


def test_nobody_can_change_a_row_for_the_others():
    with pytest.raises(TypeError):
        profile.row(0x00080018).options["retain_uids"] = "X"
