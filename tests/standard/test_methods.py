"""CID 7050 of PS3.16: the method codes."""

from __future__ import annotations

import pytest

from dicomveil.standard import profile
from dicomveil.standard.methods import method_code, method_codes


def test_the_13_codes_are_113100_to_113112_of_dcm():
    assert [code.code_value for code in method_codes()] == [str(n) for n in range(113100, 113113)]
    assert {code.scheme for code in method_codes()} == {"DCM"}


def test_every_option_of_the_profile_has_its_code():
    columns = {"basic", *profile.option_columns()}

    assert {code.profile_column for code in method_codes()} - {""} == columns


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [
        pytest.param("basic", "113100", "Basic Application Confidentiality Profile", id="basic"),
        pytest.param("Clean Pixel Data Option", "113101", "Clean Pixel Data Option", id="by-meaning"),
        pytest.param("113102", "113102", "Clean Recognizable Visual Features Option", id="by-value"),
        pytest.param("clean_descriptors", "113105", "Clean Descriptors Option", id="descriptors"),
        pytest.param(
            "retain_long_full_dates",
            "113106",
            "Retain Longitudinal Temporal Information Full Dates Option",
            id="full-dates",
        ),
        pytest.param(
            "retain_long_modified_dates",
            "113107",
            "Retain Longitudinal Temporal Information Modified Dates Option",
            id="modified-dates",
        ),
        pytest.param("retain_institution_id", "113112", "Retain Institution Identity Option", id="institution"),
    ],
)
def test_a_method_is_found_by_column_meaning_or_value(name, value, meaning):
    code = method_code(name)

    assert (code.code_value, code.meaning) == (value, meaning)


def test_the_two_methods_that_change_pixels_are_in_no_column_of_the_profile():
    assert [code.code_value for code in method_codes() if not code.profile_column] == ["113101", "113102"]


@pytest.mark.parametrize("name", [pytest.param("", id="empty"), pytest.param("retain_all", id="unknown")])
def test_an_unknown_method_is_an_error(name):
    with pytest.raises(KeyError):
        method_code(name)
