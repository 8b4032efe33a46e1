"""Addresses are taken as text, as Address, and as the numbers pydicom and others have them."""

from __future__ import annotations

import pytest
from pydicom.tag import Tag

from dicomveil.dataset.address import Address, Step
from dicomveil.editing.addresses import read_address
from dicomveil.editing.edits import Copy, Remove
from dicomveil.editing.grammar import parse_condition
from dicomveil.editing.templates import parse_template
from dicomveil.errors import EditError

NAME = Address((Step(0x00100010),))


@pytest.mark.parametrize(
    "written",
    ["PatientName", NAME, 0x00100010, (0x0010, 0x0010), Tag(0x00100010)],
    ids=["keyword", "address", "number", "pair", "pydicom"],
)
def test_all_these_are_the_same_address(written):
    assert read_address(written) == NAME


@pytest.mark.parametrize("written", [None, True, 1.5, -1, 1 << 32, (1, 2, 3), (0x10000, 0)], ids=repr)
def test_anything_else_is_answered_with_what_is_taken(written):
    with pytest.raises(EditError, match="an address is a text such as PatientName, a tag as a number"):
        read_address(written)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Remove("PatientName[0]"), id="edit"),
        pytest.param(lambda: Copy("PatientID", "PatientName[0]"), id="copy"),
        pytest.param(lambda: parse_condition("exists PatientName[0]"), id="condition"),
        pytest.param(lambda: parse_template("{PatientName[0]}"), id="template"),
        pytest.param(lambda: Remove("PatientName[0].PatientID"), id="on-the-way"),
    ],
)
def test_an_item_of_what_is_no_sequence_is_the_same_mistake_everywhere(make):
    with pytest.raises(EditError, match="an item of PatientName, which is no sequence"):
        make()
