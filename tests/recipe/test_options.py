"""The options of the profile: their words, columns and codes."""

from __future__ import annotations

import pytest

from dicomveil.recipe.options import OFFERED, ProfileOption, contradictions, not_offered
from dicomveil.standard.methods import method_codes
from dicomveil.standard.profile import option_columns

PIXEL_OPTIONS = {ProfileOption.CLEAN_PIXEL_DATA, ProfileOption.CLEAN_RECOGNIZABLE_VISUAL_FEATURES}


def test_every_option_column_of_the_table_has_exactly_one_option() -> None:
    assert sorted(option.column for option in ProfileOption if option.column) == sorted(option_columns())


def test_only_the_options_that_change_pixels_have_no_column() -> None:
    assert {option for option in ProfileOption if not option.column} == PIXEL_OPTIONS


def test_the_options_and_the_profile_are_all_of_cid_7050() -> None:
    assert {option.code for option in ProfileOption} | {"113100"} == {method.code_value for method in method_codes()}


@pytest.mark.parametrize("option", list(ProfileOption), ids=str)
def test_the_code_of_an_option_is_the_one_of_its_column(option: ProfileOption) -> None:
    assert [method.profile_column for method in method_codes() if method.code_value == option.code] == [option.column]


@pytest.mark.parametrize(
    ("option", "code", "meaning"),
    [
        (
            ProfileOption.RETAIN_MODIFIED_DATES,
            "113107",
            "Retain Longitudinal Temporal Information Modified Dates Option",
        ),
        (ProfileOption.RETAIN_DEVICE_IDENTITY, "113109", "Retain Device Identity Option"),
        (ProfileOption.CLEAN_PIXEL_DATA, "113101", "Clean Pixel Data Option"),
    ],
    ids=["dates", "device", "pixels"],
)
def test_codes_and_meanings_are_those_of_ps3_16(option: ProfileOption, code: str, meaning: str) -> None:
    assert (option.code, option.meaning) == (code, meaning)


def test_only_retaining_is_offered() -> None:
    assert {option.value for option in OFFERED} == {
        "retain-safe-private",
        "retain-uids",
        "retain-device-identity",
        "retain-institution-identity",
        "retain-patient-characteristics",
        "retain-full-dates",
        "retain-modified-dates",
    }


@pytest.mark.parametrize("option", sorted(set(ProfileOption) - OFFERED), ids=str)
def test_a_cleaning_option_is_refused_by_name_as_not_built_yet(option: ProfileOption) -> None:
    assert not_offered(option).startswith(f"{option.value} is not built yet")


def test_all_offered_options_but_one_of_the_dates_go_together() -> None:
    assert contradictions(OFFERED - {ProfileOption.RETAIN_FULL_DATES}) == []
    assert contradictions(OFFERED - {ProfileOption.RETAIN_MODIFIED_DATES}) == []
    assert len(contradictions(OFFERED)) == 1
