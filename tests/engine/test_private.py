from __future__ import annotations

import pytest

from dicomveil.engine.private import is_creator, stored_as_known


@pytest.mark.parametrize(
    ("tag", "creator"), [(0x00290010, True), (0x002900FF, True), (0x00291010, False), (0x0029000F, False)]
)
def test_creators_are_told_from_the_elements_of_their_blocks(tag: int, creator: bool) -> None:
    assert is_creator(tag) is creator


@pytest.mark.parametrize(
    ("vr", "known"), [("DS", "DS"), ("UN", "DS"), ("IS", "DS"), ("LO", "SH"), ("US", "SS"), ("OB", None)]
)
def test_a_private_element_is_vouched_for_in_the_vr_it_is_known_by_or_its_like(vr: str, known: str | None) -> None:
    assert stored_as_known(vr, known)


@pytest.mark.parametrize(("vr", "known"), [("OB", "DS"), ("UT", "LO"), ("SQ", "FL"), ("LO", "FL"), ("PN", "LO")])
def test_in_any_other_vr_nobody_vouches_for_it(vr: str, known: str) -> None:
    assert not stored_as_known(vr, known)
