"""How decisions meet elements: wrong VRs, sequences that are none, Types at the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import EXPLICIT, IMPLICIT, Form, element, sequence
from engine.instances import deidentified, deidentifier, usual, with_elements

PET, ENHANCED_SR, GSPS = "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.88.22", "1.2.840.10008.5.1.4.1.1.11.1"


def test_the_type_in_the_sop_class_decides_what_a_compound_code_comes_to(tmp_path: Path) -> None:
    series_date = element(0x00080021, "DA", "20200315")
    ct, _ = deidentified(tmp_path, with_elements(series_date))
    assert "SeriesDate" not in ct
    pet, _ = deidentified(tmp_path, with_elements(series_date, sop_class=PET))
    assert pet.SeriesDate == "19000101"


def test_a_removal_that_would_break_the_iod_leaves_a_dummy(tmp_path: Path) -> None:
    found, _ = deidentified(tmp_path, with_elements(element(0x00700082, "DA", "20200315"), sop_class=GSPS))
    assert found.PresentationCreationDate == "19000101"


def test_a_sequence_that_needs_a_dummy_has_one_item_of_dummies(tmp_path: Path) -> None:
    content = sequence(
        0x0040A730, [element(0x0040A160, "UT", "Quillfeather has it")], [element(0x0040A160, "UT", "more")]
    )
    found, _ = deidentified(tmp_path, with_elements(content, sop_class=ENHANCED_SR))
    assert [item.TextValue for item in found.ContentSequence] == ["REMOVED"]


@pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT], ids=lambda form: form.name)
def test_lengths_of_what_holds_a_change_are_right_at_every_level(tmp_path: Path, form: Form) -> None:
    inner = sequence(
        0x00540220, [element(0x00100010, "PN", "Quillfeather^A^Very^Long"), element(0x00080070, "LO", "Maker")]
    )
    found, _ = deidentified(
        tmp_path, with_elements(sequence(0x00089215, [inner], [inner]), sequence(0x00540222, [inner])), form=form
    )
    items = (
        [*found.DerivationCodeSequence, *found.ViewModifierCodeSequence] if "ViewModifierCodeSequence" in found else []
    )
    assert [item.ViewCodeSequence[0].Manufacturer for item in items] == ["Maker"] * 3
    assert {str(item.ViewCodeSequence[0].PatientName) for item in items} == {found.PatientID}


def test_a_sequence_stored_as_un_is_gone_into_and_one_that_does_not_read_as_items_goes(tmp_path: Path) -> None:
    good = sequence(
        0x00089215, [element(0x00080104, "LO", "axial"), element(0x00100010, "PN", "Q^Z")], vr="UN", form=IMPLICIT
    )
    found, _ = deidentified(tmp_path, with_elements(good, element(0x00540220, "UN", b"no items")))
    assert found.DerivationCodeSequence[0].CodeMeaning == "axial"
    assert str(found.DerivationCodeSequence[0].PatientName) == found.PatientID
    assert "ViewCodeSequence" not in found


def test_a_dummy_that_stands_for_a_known_attribute_stored_as_un_has_its_right_vr(tmp_path: Path) -> None:
    deidentified(tmp_path, with_elements(element(0x00080070, "UN", b"Quillfeather")))
    assert b"\x08\0\x70\0LO\x08\0REMOVED " in (tmp_path / "target.dcm").read_bytes()


def test_two_elements_of_one_tag_leave_none_of_the_values(tmp_path: Path) -> None:
    twice = [element(0x00100020, "LO", "4711"), element(0x00100020, "LO", "Quillfeather")]
    deidentified(tmp_path, [each for each in usual() if each.tag < 0x00100020] + twice + usual()[6:])
    written = (tmp_path / "target.dcm").read_bytes()
    assert b"Quillfeather" not in written
    assert b"4711" not in written
    assert written.count(b"\x10\0\x20\0LO") == 1


def test_private_creators_stay_only_with_an_element_of_their_block(tmp_path: Path) -> None:
    safe = [
        element(0x00190010, "LO", "GEMS_ACQU_01"),
        element(0x00190011, "LO", "GEMS_ACQU_01"),
        element(0x00191123, "DS", "1.5 "),
    ]
    found, _ = deidentified(tmp_path, with_elements(*safe), deidentifier("basic", ["retain-safe-private"]))
    assert sorted(each.tag for each in found if each.tag.is_private) == [0x00190011, 0x00191123]


def test_creators_of_one_data_set_do_not_vouch_for_another(tmp_path: Path) -> None:
    inside = sequence(0x00089215, [element(0x00191023, "DS", "1.5 ")])
    safe = [element(0x00190010, "LO", "GEMS_ACQU_01"), element(0x00191023, "DS", "2.5 ")]
    found, _ = deidentified(tmp_path, with_elements(inside, *safe), deidentifier("basic", ["retain-safe-private"]))
    assert 0x00191023 in found
    assert 0x00191023 not in found.DerivationCodeSequence[0]


def test_a_creator_does_not_outlive_its_item(tmp_path: Path) -> None:
    first = [element(0x00190010, "LO", "GEMS_ACQU_01"), element(0x00191023, "DS", "1.5 ")]
    found, _ = deidentified(
        tmp_path,
        with_elements(sequence(0x00089215, first, [element(0x00191023, "DS", "1.5 ")])),
        deidentifier("basic", ["retain-safe-private"]),
    )
    assert [0x00191023 in item for item in found.DerivationCodeSequence] == [True, False]


def test_the_retained_uids_option_goes_into_the_sequences_it_keeps(tmp_path: Path) -> None:
    reference = [element(0x00081155, "UI", "1.2.3.4.7"), element(0x00100010, "PN", "Quillfeather")]
    found, _ = deidentified(
        tmp_path, with_elements(sequence(0x00082112, reference)), deidentifier("basic", ["retain-uids"])
    )
    assert found.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.7"
    assert str(found.SourceImageSequence[0].PatientName) == found.PatientID
