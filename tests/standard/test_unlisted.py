"""The attributes that Table E.1-1 forgets, and their roles."""

from __future__ import annotations

from collections import Counter

import pytest

from dicomveil.standard import dictionary, profile, unlisted

UNLISTED = [tag for tag in dictionary.vr_by_tag() if unlisted.role(tag)]


def test_the_69_attributes_have_these_roles():
    assert Counter(map(unlisted.role, UNLISTED)) == {
        "structural": 17,
        "instance": 16,
        "date": 15,
        "address": 12,
        "organization": 4,
        "person": 3,
        "device": 1,
        "container": 1,
    }
    assert len(UNLISTED) == 69


def test_none_of_them_is_in_the_table_and_all_of_that_vr_are_in_one_of_the_two():
    identifying = {"UI", "DA", "TM", "DT", "PN", "UR", "AE", "AS"}
    outside_both = [
        tag
        for tag, vr in dictionary.vr_by_tag().items()
        if vr in identifying and not profile.row(tag) and not unlisted.role(tag) and tag >> 16 > 0x0004
    ]

    assert [tag for tag in UNLISTED if profile.row(tag)] == []
    assert outside_both == []


@pytest.mark.parametrize(
    ("tag", "role"),
    [
        pytest.param(0x00080016, "structural", id="sop-class-uid"),
        pytest.param(0x00081150, "structural", id="referenced-sop-class-uid"),
        pytest.param(0x00081167, "instance", id="multi-frame-source"),
        pytest.param(0x00200242, "instance", id="source-of-a-concatenation"),
        pytest.param(0x00081190, "address", id="retrieve-url"),
        pytest.param(0x00140104, "person", id="secondary-reviewer"),
        pytest.param(0x00080416, "date", id="expiration"),
        pytest.param(0x0040E031, "organization", id="home-community"),
        pytest.param(0x00089123, "device", id="creator-version"),
        pytest.param(0x0072007F, "container", id="selector-ui-value"),
        pytest.param(0x00080018, None, id="in-the-table"),
        pytest.param(0x00280010, None, id="a-number"),
        pytest.param(0x00091001, None, id="private"),
    ],
)
def test_an_attribute_has_its_role(tag, role):
    assert unlisted.role(tag) == role
