"""What PS3.15 Annex E asks of a de-identifier, where no other test says it; docs/conformance.md has the list."""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path

import pytest

from builders import (
    BIG_ENDIAN,
    CT_IMAGE,
    EXPLICIT,
    IMPLICIT,
    Element,
    Form,
    dicom_file,
    element,
    meta_elements,
    sequence,
)
from dicomveil.standard.dictionary import vr_of
from dicomveil.standard.profile import PRIVATE, Row, rows
from dicomveil.standard.types import required
from engine.instances import deidentified, deidentifier, usual, with_elements

CHECKOUT = Path(__file__).parents[2]
SR = "1.2.840.10008.5.1.4.1.1.88.22"
WALKED = 0x00089215
REFUSED = {0x00420011, 0x04000500}  # documents and encrypted attributes
OURS = {0x00120062, 0x00120063, 0x00120064, 0x00280303, 0x00100020, 0x00100010}
BYTES = b"XyzzyPlu"
PLANTED = {
    "AE": "XYZZYPLUGH",
    "AS": "093Y",
    "CS": "XYZZYPLUGH",
    "DA": "19470811",
    "DS": "47110815.5",
    "DT": "19470811093715",
    "IS": "47110815",
    "LO": "XYZZYPLUGH",
    "LT": "XYZZYPLUGH",
    "PN": "XYZZYPLUGH^A",
    "SH": "XYZZYPLUGH",
    "ST": "XYZZYPLUGH",
    "TM": "093715.47",
    "UC": "XYZZYPLUGH",
    "UI": "1.3.6.1.4.1.99999.47.11",
    "UR": "urn:XYZZYPLUGH",
    "UT": "XYZZYPLUGH",
}
NEVER = [BYTES, b"XYZZYPLUGH", b"093Y", b"19470811", b"47110815", b"093715", b"1.3.6.1.4.1.99999.47.11"]


def planted(row: Row) -> Element:
    tag = int(row.tag.replace("x", "0"), 16)
    vr = (vr_of(tag) or "LO").split(" or ")[0]
    if vr == "SQ":
        return sequence(tag, [element(0x00100010, "PN", "XYZZYPLUGH"), element(0x00081030, "LO", "XYZZYPLUGH")])
    return element(tag, vr, PLANTED.get(vr, BYTES[:2] if vr in ("US", "SS") else BYTES))


def every_row(*, but: set[int]) -> list[Element]:
    elements = [planted(row) for row in rows() if row.tag != PRIVATE]
    return [each for each in elements if each.tag not in REFUSED | but and each.tag >> 16 != 2]


@pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT, BIG_ENDIAN], ids=lambda form: form.name)
@pytest.mark.parametrize("sop_class", [CT_IMAGE, SR], ids=["CT", "SR"])
def test_every_row_of_the_table_is_applied_at_every_depth(tmp_path: Path, form: Form, sop_class: str) -> None:
    """Statements 1, 3, 12, 14 to 21, 33."""
    inside = every_row(but=set())
    deeper = [*[each for each in inside if each.tag < WALKED], sequence(WALKED, inside, undefined=True)]
    named = {each.tag for each in usual()}
    elements = [*usual(sop_class), *every_row(but=named), sequence(WALKED, inside, deeper)]
    elements = [each for each in elements if each.tag >= 0x00080000]
    deidentified(tmp_path, sorted(elements, key=lambda each: each.tag), form=form)
    written = (tmp_path / "target.dcm").read_bytes()
    assert [marker for marker in NEVER if marker in written] == []
    assert struct.pack(form.order + "H", 0x6000) + struct.pack(form.order + "H", 0x3000) not in written


@pytest.mark.parametrize("sop_class", [CT_IMAGE, SR, "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.481.3"])
def test_a_valid_instance_keeps_every_attribute_that_its_iod_requires(tmp_path: Path, sop_class: str) -> None:
    """Statement 4, for the attributes that the table names."""
    elements = [
        planted(row)
        for row in rows()
        if row.tag.isalnum() and "x" not in row.tag and int(row.tag, 16) in required(sop_class)
    ]
    found, _ = deidentified(tmp_path, with_elements(*elements, sop_class=sop_class))
    missing = [
        tag for tag, type_ in required(sop_class).items() if tag not in found or (type_ == 1 and found[tag].is_empty)
    ]
    assert missing == []


def test_dummies_above_the_instance_are_the_same_in_all_instances_of_a_patient(tmp_path: Path) -> None:
    """Statements 8 and 9."""
    by = deidentifier()
    one, _ = deidentified(tmp_path, usual(instance="1.2.3.4.5.1"), by)
    two, _ = deidentified(tmp_path, usual(instance="1.2.3.4.5.2"), by)
    other, _ = deidentified(tmp_path, usual(patient="4712"), by)
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID"):
        assert one[keyword] == two[keyword]
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert other.PatientID != one.PatientID


def test_uids_that_the_standard_defines_stay(tmp_path: Path) -> None:
    """Statement 10."""
    well_known = {
        0x0008010C: "1.2.840.10008.2.16.4",
        0x00080118: "1.2.840.10008.8.1.1",
        0x00081150: CT_IMAGE,
        0x00200052: "1.2.840.10008.1.4.1.1",
        0x0008010D: "1.2.840.10008.2.6.1",
        0x00081155: "1.2.840.10008.1.5.1",
    }
    item = [element(tag, "UI", uid) for tag, uid in sorted(well_known.items())]
    found, _ = deidentified(tmp_path, with_elements(sequence(WALKED, item)))
    assert {tag: found.DerivationCodeSequence[0][tag].value for tag in well_known} == well_known


def test_an_instance_of_a_well_known_uid_has_it_in_its_file_meta_too(tmp_path: Path) -> None:
    """Statements 8 and 10."""
    found, report = deidentified(tmp_path, usual("1.2.840.10008.5.1.4.39.1", instance="1.2.840.10008.1.5.1"))
    assert (
        found.SOPInstanceUID
        == found.file_meta.MediaStorageSOPInstanceUID
        == report.instance_uid
        == "1.2.840.10008.1.5.1"
    )


def test_references_that_the_table_forgets_match_what_they_refer_to(tmp_path: Path) -> None:
    """Statement 11."""
    forgotten = (0x00209161, 0x00083010, 0x00185002, 0x00281214, 0x30061234)
    tags = [tag for tag in forgotten if vr_of(tag) == "UI"]
    found, _ = deidentified(tmp_path, with_elements(*(element(tag, "UI", "1.2.3.4.5.1") for tag in tags)))
    assert {str(found[tag].value) for tag in tags} == {found.SOPInstanceUID}


def test_burned_in_annotation_and_recognizable_features_are_left_as_they_were(tmp_path: Path) -> None:
    """Statements 29 and 30: nothing was done to the pixels, and nothing says so."""
    found, _ = deidentified(tmp_path, with_elements(element(0x00280301, "CS", "YES"), element(0x00280302, "CS", "YES")))
    assert (found.BurnedInAnnotation, found.RecognizableVisualFeatures) == ("YES", "YES")
    bare, _ = deidentified(tmp_path, usual())
    assert "BurnedInAnnotation" not in bare
    codes = {item.CodeValue for item in found.DeidentificationMethodCodeSequence}
    assert not codes & {"113101", "113102"}


def test_the_file_meta_information_is_ours_alone(tmp_path: Path) -> None:
    """Statements 31, 32, 36."""
    theirs = [*meta_elements(EXPLICIT.uid), element(0x00020013, "SH", "XYZZY"), element(0x00020016, "AE", "XYZZY")]
    found, _ = deidentified(tmp_path, dicom_file(usual(), preamble=b"XYZZY".ljust(128) + b"DICM", meta=theirs))
    names = {each.keyword for each in found.file_meta}
    assert names == {
        "FileMetaInformationGroupLength",
        "FileMetaInformationVersion",
        "MediaStorageSOPClassUID",
        "MediaStorageSOPInstanceUID",
        "TransferSyntaxUID",
        "ImplementationClassUID",
        "ImplementationVersionName",
    }
    assert found.preamble == bytes(128)
    assert found.file_meta.ImplementationClassUID != "2.25.99"
    assert b"XYZZY" not in (tmp_path / "target.dcm").read_bytes()


def test_full_dates_stay_and_modified_ones_move_together_with_their_times(tmp_path: Path) -> None:
    """Statements 28 and 46; the birth date is in neither."""
    moments = [
        element(0x00080021, "DA", "20200316"),
        element(0x00080031, "TM", "235959.5"),
        element(0x00080201, "SH", "+0100 "),
        element(0x00100030, "DA", "19580412"),
    ]
    full, _ = deidentified(tmp_path, with_elements(*moments), deidentifier("basic", ["retain-full-dates"]))
    assert (full.StudyDate, full.SeriesDate, full.SeriesTime, full.TimezoneOffsetFromUTC) == (
        "20200315",
        "20200316",
        "235959.5",
        "+0100",
    )
    assert full.LongitudinalTemporalInformationModified == "UNMODIFIED"
    moved, _ = deidentified(tmp_path, with_elements(*moments), deidentifier("basic", ["retain-modified-dates"]))
    assert int(moved.SeriesDate) - int(moved.StudyDate) in (1, 70, 71, 72, 73, 8870)
    assert moved.StudyDate not in ("20200315", "")
    assert moved.SeriesTime == "235959.5"
    assert moved.LongitudinalTemporalInformationModified == "MODIFIED"
    assert not full.PatientBirthDate
    assert not moved.PatientBirthDate


def test_full_and_modified_dates_exclude_each_other() -> None:
    """Statement 46."""
    from dicomveil.errors import RecipeError

    with pytest.raises(RecipeError, match="exclude each other"):
        deidentifier("basic", ["retain-full-dates", "retain-modified-dates"])


RETAINED = {
    "retain-patient-characteristics": {0x00100040: ("CS", "F"), 0x00101010: ("AS", "045Y"), 0x00101030: ("DS", "71.5")},
    "retain-device-identity": {0x00181000: ("LO", "SN-12345"), 0x00181008: ("LO", "Gantry 9")},
    "retain-uids": {0x0020000D: ("UI", "1.2.3.4.5"), 0x00200052: ("UI", "1.2.3.4.6")},
    "retain-institution-identity": {
        0x00080080: ("LO", "Clinic"),
        0x00080081: ("ST", "1 Street"),
        0x00081040: ("LO", "Ward 7"),
    },
}


@pytest.mark.parametrize("option", sorted(RETAINED))
def test_an_option_retains_what_it_names_and_nothing_else(tmp_path: Path, option: str) -> None:
    """Statements 47, 48, 49, 51."""
    everything = [element(tag, vr, value) for values in RETAINED.values() for tag, (vr, value) in values.items()]
    found, _ = deidentified(tmp_path, with_elements(*everything), deidentifier("basic", [option]))
    for name, values in RETAINED.items():
        for tag, (_, value) in values.items():
            stays = tag in found and str(found[tag].value) == value
            assert stays is (name == option)


def test_the_conformance_statement_names_a_test_or_says_not_offered_for_every_statement() -> None:
    """Statements 52 and 53, and that no named test is missing."""
    text = (CHECKOUT / "docs" / "conformance.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", text, re.MULTILINE)
    assert [int(number) for number, _ in lines] == list(range(1, 55))
    missing = []
    for number, where in lines:
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", where)
        if not tests and "not offered yet" not in where and "docs/" not in where and "this page" not in where:
            missing.append((number, "nothing"))
        missing += [(number, name) for path, name in tests if name not in functions_of(CHECKOUT / path)]
    assert missing == []


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
