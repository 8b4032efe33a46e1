from __future__ import annotations

from pathlib import Path

import pytest

from builders import EXPLICIT, IMPLICIT, Element, Form, element, sequence
from dicomveil.errors import Refused
from engine.instances import deidentified, deidentifier, usual, with_elements

BASIC = "113100"


def method_item(value: str, meaning: str = "Somebody's own") -> list[Element]:
    return [element(0x00080100, "SH", value), element(0x00080102, "SH", "99OWN"), element(0x00080104, "LO", meaning)]


@pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT], ids=lambda form: form.name)
def test_an_instance_without_marks_gets_them_all(tmp_path: Path, form: Form) -> None:
    found, _ = deidentified(tmp_path, usual(), form=form)
    assert found.PatientIdentityRemoved == "YES"
    assert found.LongitudinalTemporalInformationModified == "REMOVED"
    assert [item.CodeValue for item in found.DeidentificationMethodCodeSequence] == [BASIC]
    assert "PS3.15" in found.DeidentificationMethod[1]
    assert list(found.keys()) == sorted(found.keys())


@pytest.mark.parametrize("stored", ["SQ", "UN"])
@pytest.mark.parametrize("undefined", [False, True])
def test_what_an_earlier_pass_said_is_added_to(tmp_path: Path, stored: str, undefined: bool) -> None:
    items = [method_item("OWN1"), method_item(BASIC)]
    codes = sequence(0x00120064, *items, undefined=undefined, vr=stored, form=IMPLICIT if stored == "UN" else None)
    earlier = with_elements(element(0x00120062, "CS", "NO"), element(0x00120063, "LO", "CTP\\by hand"), codes)
    found, _ = deidentified(tmp_path, earlier, deidentifier("research"))
    assert found.PatientIdentityRemoved == "YES"
    assert found.DeidentificationMethod[:2] == ["CTP", "by hand"]
    assert found.DeidentificationMethod[2].startswith("dicomveil")
    codes_found = [item.CodeValue for item in found.DeidentificationMethodCodeSequence]
    assert codes_found == ["OWN1", BASIC, "113107", "113108"]


@pytest.mark.parametrize(
    "method",
    ["dicomveil 0.1.0\\x", "CTP\\dicomveil 0.0.9", "Dicomveil 9"],
    ids=["ours", "after another's", "another version"],
)
@pytest.mark.parametrize("last", [False, True], ids=["in order", "out of order"])
def test_an_instance_that_we_have_stamped_is_refused_unless_asked_for_again(
    tmp_path: Path, method: str, last: bool
) -> None:
    mark = element(0x00120063, "LO", method)
    elements = [*usual(), mark] if last else with_elements(mark)
    with pytest.raises(Refused) as refusal:
        deidentified(tmp_path, elements)
    assert refusal.value.code == "already-deidentified"
    deidentified(tmp_path, elements, deidentifier(again=True))


def test_a_second_pass_doubles_no_mark(tmp_path: Path) -> None:
    once, _ = deidentified(tmp_path, usual())
    again, _ = deidentified(tmp_path, (tmp_path / "target.dcm").read_bytes(), deidentifier(again=True))
    assert again.DeidentificationMethod == once.DeidentificationMethod
    assert again.DeidentificationMethodCodeSequence == once.DeidentificationMethodCodeSequence


def test_marks_that_name_the_patient_are_not_kept(tmp_path: Path) -> None:
    marks = [element(0x00120063, "LO", "for Quillfeather"), sequence(0x00120064, method_item("1", "Quillfeather"))]
    found, _ = deidentified(tmp_path, with_elements(*marks))
    assert found.DeidentificationMethod[0].startswith("dicomveil")
    assert found.DeidentificationMethodCodeSequence[0].CodeMeaning == "REMOVED"


def test_marks_inside_items_say_nothing_of_this_pass(tmp_path: Path) -> None:
    inside = sequence(0x00089215, [element(0x00120062, "CS", "YES"), element(0x00120063, "LO", "dicomveil 0.1.0")])
    found, _ = deidentified(tmp_path, with_elements(inside))
    assert found.PatientIdentityRemoved == "YES"
