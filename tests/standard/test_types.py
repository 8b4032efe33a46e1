"""What codes come to by Type: the counts in the notes of the tables, and a second derivation from modules."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from dicomveil.standard import profile, tables, types
from standard.sources import rows_of

CR = "1.2.840.10008.5.1.4.1.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
GRAYSCALE_PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11.1"
SIMPLIFIED_ECHO_SR = "1.2.840.10008.5.1.4.1.1.88.72"
PET = "1.2.840.10008.5.1.4.1.1.128"
RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
RT_PHYSICIAN_INTENT = "1.2.840.10008.5.1.4.1.1.481.10"
SAMPLE = {
    "cr": CR,
    "ct": CT,
    "enhanced-mr": ENHANCED_MR,
    "grayscale-presentation-state": GRAYSCALE_PRESENTATION_STATE,
    "simplified-echo-sr": SIMPLIFIED_ECHO_SR,
    "pet": PET,
    "rt-structure-set": RT_STRUCTURE_SET,
    "rt-physician-intent": RT_PHYSICIAN_INTENT,
}
# Table E.1-1a, and E.1.1 where a code would break the IOD; the strongest Type's digit is the key.
BY_TYPE = {
    "X/Z": {"1": "U", "2": "Z", "3": "X"},  # Type 1 only in a sequence of references
    "X/D": {"1": "D", "2": "D", "3": "X"},
    "Z/D": {"1": "D", "2": "Z", "3": "Z"},
    "X/Z/D": {"1": "D", "2": "Z", "3": "X"},
    "X/Z/U*": {"1": "U", "2": "Z", "3": "X"},
    "X": {"1": "D", "2": "Z"},
    "Z": {"1": "D"},
}


def all_sop_classes() -> list[str]:
    return tables.table("types")["sop_classes"]


@pytest.mark.parametrize(
    ("sop_class", "path", "action"),
    [
        pytest.param(PET, "SeriesDate", "D", id="series-date-is-type-1-in-pet"),
        pytest.param(CT, "SeriesDate", "X", id="series-date-is-type-3-in-ct"),
        pytest.param(CT, "PatientID", "Z", id="patient-id-at-the-top"),
        pytest.param(CT, "DeviceSerialNumber", "X", id="device-serial-in-ct"),
        pytest.param(ENHANCED_MR, "DeviceSerialNumber", "D", id="device-serial-in-enhanced-mr"),
        pytest.param(ENHANCED_MR, "ReferencedPerformedProcedureStepSequence", "D", id="procedure-step-in-enhanced-mr"),
        pytest.param(GRAYSCALE_PRESENTATION_STATE, "PresentationCreationDate", "D", id="presentation-date-stays"),
        pytest.param(GRAYSCALE_PRESENTATION_STATE, "PresentationCreationTime", "D", id="presentation-time-stays"),
        pytest.param(SIMPLIFIED_ECHO_SR, "TimezoneOffsetFromUTC", "D", id="timezone-in-simplified-echo"),
        pytest.param(RT_STRUCTURE_SET, "SourceSeriesInformationSequence.SeriesDescription", "D", id="nested-conflict"),
    ],
)
def test_a_code_comes_to_what_the_iod_allows(sop_class, path, action):
    assert types.resolution(sop_class)[path] == action


@pytest.mark.parametrize(
    ("path", "classes"),
    [
        pytest.param("ContentDate", {"D": 108, "Z": 32}, id="content-date"),
        pytest.param("ContentTime", {"D": 116, "Z": 24}, id="content-time"),
        pytest.param("SeriesDate", {"D": 17, "X": 153}, id="series-date"),
        pytest.param("SeriesTime", {"D": 17, "X": 153}, id="series-time"),
        pytest.param("DeviceSerialNumber", {"D": 108, "X": 66}, id="device-serial-number"),
        pytest.param("ReferencedPerformedProcedureStepSequence", {"X": 82, "Z": 22, "D": 66}, id="procedure-step"),
        pytest.param("PresentationCreationDate", {"D": 15}, id="presentation-date"),
        pytest.param("PatientID", {"Z": 170}, id="patient-id"),
    ],
)
def test_a_code_comes_to_each_action_in_as_many_sop_classes_as_counted(path, classes):
    actions = [types.resolution(uid).get(path) for uid in all_sop_classes()]

    assert Counter(action for action in actions if action) == classes


def test_the_compound_codes_and_conflicts_come_to_these_actions_in_all():
    actions = Counter(action for uid in all_sop_classes() for action in types.resolution(uid).values())

    # of the compound rows: X 4692, D 3551, Z 1091, U 71 and three C!; of the conflicts: D 1627, Z 400
    assert actions == {"X": 4692, "D": 3551 + 1627, "Z": 1091 + 400, "U": 71 + 3}


def test_references_that_must_stay_are_kept_with_new_uids():
    paths = [path for path, action in types.resolution(RT_PHYSICIAN_INTENT).items() if action == "U"]

    assert any(path.endswith("ReferencedStudySequence") for path in paths)


def test_a_plain_code_without_a_conflict_is_not_listed():
    of_ct = types.resolution(CT)

    assert "StudyDescription" not in of_ct
    assert "PatientName" not in of_ct
    assert not any(path.startswith("Overlay") for uid in all_sop_classes() for path in types.resolution(uid))


def test_an_unknown_sop_class_has_no_types():
    assert dict(types.resolution("1.2.840.10008.5.1.4.1.1.9999")) == {}
    assert dict(types.required("1.2.826.0.1")) == {}


def test_nobody_can_change_a_resolution_for_the_others():
    with pytest.raises(TypeError):
        types.resolution(CT)["PatientID"] = "K"


@pytest.mark.parametrize(
    ("sop_class", "tag", "type_"),
    [
        pytest.param(CT, 0x00080018, 1, id="sop-instance-uid"),
        pytest.param(CT, 0x0020000D, 1, id="study-uid"),
        pytest.param(CT, 0x0020000E, 1, id="series-uid"),
        pytest.param(CT, 0x00100010, 2, id="patient-name"),
        pytest.param(CT, 0x00100020, 2, id="patient-id"),
        pytest.param(CT, 0x00080020, 2, id="study-date"),
        pytest.param(PET, 0x00080021, 1, id="series-date-in-pet"),
        pytest.param(CT, 0x00080021, None, id="series-date-is-optional-in-ct"),
        pytest.param(CT, 0x00101010, None, id="age-is-optional"),
        pytest.param(GRAYSCALE_PRESENTATION_STATE, 0x00700082, 1, id="presentation-date"),
    ],
)
def test_what_a_mandatory_module_demands_is_required(sop_class, tag, type_):
    assert types.required(sop_class).get(tag) == type_


def test_mandatory_modules_demand_as_many_attributes_of_each_type_as_counted():
    demanded = Counter(type_ for uid in all_sop_classes() for type_ in types.required(uid).values())

    assert demanded == {1: 1105, 2: 1648}


def test_every_image_needs_its_patient_study_and_instance():
    for uid in all_sop_classes():
        required = types.required(uid)
        if 0x00100010 in required:
            assert (required[0x00080018], required[0x0020000D], required[0x0020000E]) == (1, 1, 1)


def test_the_conflicts_are_23_and_each_is_resolved_somewhere():
    conflicts = types.conflicts()

    assert len(conflicts) == 23
    assert [c.tag for c in conflicts] == sorted(c.tag for c in conflicts)
    for conflict in conflicts:
        if conflict.tag != "60xx3000":
            expected = BY_TYPE[conflict.basic][conflict.type]
            found = {types.resolution(uid).get(conflict.example_path) for uid in all_sop_classes()}
            assert expected in found


def test_a_conflict_has_the_code_of_its_row():
    for conflict in types.conflicts():
        assert profile.row(int(conflict.tag.replace("x", "0"), 16)).basic == conflict.basic


@pytest.mark.parametrize("sop_class", [pytest.param(uid, id=name) for name, uid in SAMPLE.items()])
def test_the_resolution_is_what_the_modules_of_the_iod_give(sop_class):
    usages = {r["module"]: r["usage"] for r in rows_of("sop_class_modules.csv") if r["sop_class_uid"] == sop_class}
    types_at: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows_of("module_attribute_types.csv.gz"):
        if row["module"] in usages and "x" not in row["tag"]:
            types_at[row["path"], row["tag"]].add(row["type"][0])
    expected = {
        path: action
        for (path, tag), found in types_at.items()
        if (action := BY_TYPE.get(profile.row(int(tag, 16)).basic, {}).get(min(found)))
    }

    assert len(expected) > 20
    assert types.resolution(sop_class) == expected


@pytest.mark.parametrize("sop_class", [pytest.param(uid, id=name) for name, uid in SAMPLE.items()])
def test_the_required_attributes_are_what_the_mandatory_modules_demand(sop_class):
    mandatory = {
        r["module"] for r in rows_of("sop_class_modules.csv") if r["sop_class_uid"] == sop_class and r["usage"] == "M"
    }
    order = ("1", "1C", "2", "2C", "3")
    strongest: dict[int, str] = {}
    for row in rows_of("module_attribute_types.csv.gz"):
        if row["module"] in mandatory and "." not in row["path"] and "x" not in row["tag"]:
            tag = int(row["tag"], 16)
            strongest[tag] = min(strongest.get(tag, "3"), row["type"], key=order.index)

    assert types.required(sop_class) == {tag: int(t) for tag, t in strongest.items() if t in {"1", "2"}}
