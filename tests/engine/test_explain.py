from __future__ import annotations

from pathlib import Path

from builders import dicom_file, element, sequence
from dicomveil.engine.explain import Line, explain
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, with_elements

ELEMENTS = with_elements(
    element(0x00080070, "LO", "Maker"),
    sequence(0x00081140, [element(0x00100010, "PN", "Quillfeather")]),
    sequence(0x00089215, [element(0x00080104, "LO", "axial"), element(0x00100010, "PN", "Quillfeather^Z")]),
    element(0x00181210, "SH", "Quillfeather"),
    element(0x00290010, "LO", "ACME"),
    element(0x00291001, "LO", "secret"),
)


def lines_of(folder: Path, recipe: str = "basic") -> dict[str, Line]:
    path = folder / "source.dcm"
    path.write_bytes(dicom_file(ELEMENTS))
    return {line.address: line for line in explain(path, load_recipe(recipe), KeyedPseudonyms(KEY))}


def test_every_element_is_explained_as_it_would_be_treated(tmp_path: Path) -> None:
    lines = lines_of(tmp_path)
    actions = {address: line.action for address, line in lines.items()}
    assert actions["Manufacturer"] == "keep"
    assert actions["StudyDate"] == "empty"
    assert actions["StudyInstanceUID"] == "new-uid"
    assert actions["PatientName"] == "pseudonym"
    assert actions["ConvolutionKernel"] == "dummy"
    assert actions["ReferencedImageSequence"] == "remove"
    assert actions["ReferencedImageSequence[0].PatientName"] == "remove"
    assert actions["DerivationCodeSequence"] == "keep"
    assert actions["DerivationCodeSequence[0].CodeMeaning"] == "keep"
    assert actions["DerivationCodeSequence[0].PatientName"] == "pseudonym"
    assert actions["(0029,1001)"] == "remove"


def test_a_reason_names_the_row_or_the_rule_and_what_was_impossible(tmp_path: Path) -> None:
    lines = lines_of(tmp_path)
    assert "E.1-1 (0008,0020) Z" in lines["StudyDate"].reason
    assert "recipe basic, line" in lines["PatientName"].reason
    assert "impossible for this value" in lines["ConvolutionKernel"].reason
    assert lines["ReferencedImageSequence[0].PatientName"].reason == "goes with ReferencedImageSequence"


def test_values_are_there_for_a_face_that_may_show_them_and_no_reason_repeats_one(tmp_path: Path) -> None:
    lines = lines_of(tmp_path)
    assert lines["PatientName"].value == "Quillfeather^4711"
    assert not [line for line in lines.values() if "uillfeather" in line.reason + line.action + line.address]


def test_an_option_changes_what_is_said(tmp_path: Path) -> None:
    assert lines_of(tmp_path, "research")["StudyDate"].action == "shift-date"


def test_nothing_is_written(tmp_path: Path) -> None:
    lines_of(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["source.dcm"]
