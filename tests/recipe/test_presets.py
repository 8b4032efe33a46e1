"""The recipes that come with dicomveil."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dicomveil.recipe.build import PRESETS, preset, preset_text
from dicomveil.recipe.checks import wrong_in
from dicomveil.recipe.lines import lines_of
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.model import Dates, Pseudonymisation, Recipe, Verb
from dicomveil.recipe.options import ProfileOption
from dicomveil.standard.dictionary import keyword_of, tag_of, vr_by_tag
from dicomveil.standard.profile import row, rows

DOCUMENTED_RULES = {
    "PatientName": ("replace", "ANONYMOUS^PATIENT"),
    "PatientID": ("pseudonym", None),
    "PatientBirthDate": ("empty", None),
    "PatientAddress": ("empty", None),
    "PatientTelephoneNumbers": ("empty", None),
    "PatientAge": ("empty", None),
    "InstitutionAddress": ("empty", None),
    "InstitutionName": ("replace", "ANONYMIZED"),
    "ReferringPhysicianName": ("replace", "ANONYMIZED"),
    "PerformingPhysicianName": ("replace", "ANONYMIZED"),
    "GPSTimeStamp": ("shift-date", None),
}
SLOW_TO_IMPORT = {
    "pydantic",
    "pydantic_core",
    "pydicom",
    "difflib",
    "dicomveil.recipe.checks",
    "dicomveil.recipe.lines",
    "dicomveil.dataset.address",
    "dicomveil.dataset.values",
}
PROMISED_PRESERVED = [
    "PixelData",
    "FloatPixelData",
    "DoubleFloatPixelData",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "PixelAspectRatio",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SliceLocation",
    "SliceThickness",
    "SpacingBetweenSlices",
    "PatientPosition",
    "GantryDetectorTilt",
    "TableHeight",
    "Modality",
    "KVP",
    "WindowCenter",
    "WindowWidth",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
    "LossyImageCompression",
    "PixelPaddingValue",
    "SmallestImagePixelValue",
    "LargestImagePixelValue",
]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_passes_the_checks_of_files(name: str) -> None:
    assert wrong_in(tomllib.loads(preset_text(name))) == []


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_read_as_a_file_is_the_same_recipe(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(preset_text(name), encoding="utf-8")
    as_file = load_recipe(path)
    assert as_file == load_recipe(name)
    assert as_file.fingerprint == load_recipe(name).fingerprint


@pytest.mark.parametrize("name", PRESETS)
def test_the_rules_of_a_preset_tell_their_line_and_their_reason(name: str) -> None:
    lines = lines_of(preset_text(name))
    own = [rule for rule in preset(name).rules if rule.origin.startswith(f"recipe {name},")]
    assert [rule.origin for rule in own] == [f"recipe {name}, line {lines['rule', index]}" for index in range(len(own))]
    assert all(rule.reason for rule in preset(name).rules)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_read_without_the_machinery_that_checks_files(name: str) -> None:
    program = "import sys; from dicomveil.recipe.load import *; load_recipe(sys.argv[1]); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program, name],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert "dicomveil.recipe.build" in loaded
    assert loaded.isdisjoint(SLOW_TO_IMPORT)


def test_basic_retains_nothing_and_keeps_the_files_of_a_patient_together() -> None:
    basic = load_recipe("basic")
    assert basic.options == frozenset()
    assert {(rule.address, rule.verb) for rule in basic.rules} == {
        ("PatientID", Verb.PSEUDONYM),
        ("PatientName", Verb.PSEUDONYM),
    }
    assert (basic.dates, basic.pseudonyms, basic.refuse_burned_in) == (Dates(), Pseudonymisation(), False)


def test_research_is_basic_with_modified_dates_and_patient_characteristics() -> None:
    research, basic = load_recipe("research"), load_recipe("basic")
    assert research.options == {
        ProfileOption.RETAIN_MODIFIED_DATES,
        ProfileOption.RETAIN_PATIENT_CHARACTERISTICS,
    }
    assert research.rules == basic.rules
    assert (research.dates, research.pseudonyms) == (basic.dates, basic.pseudonyms)


def test_documented_has_a_rule_for_each_value_that_the_documentation_names() -> None:
    documented = load_recipe("documented")
    assert {rule.address: (rule.verb.value, rule.value) for rule in documented.rules} == DOCUMENTED_RULES
    assert all(rule.target.path == () and not rule.target.anchored for rule in documented.rules)
    assert documented.options == {ProfileOption.RETAIN_MODIFIED_DATES}
    assert documented.pseudonyms == Pseudonymisation("documented", "ANON")
    assert documented.dates == Dates(1, 3650, "past")


def test_documented_moves_every_date_of_the_table_that_it_does_not_empty() -> None:
    documented = load_recipe("documented")
    tags = [int(each.tag, 16) for each in rows() if each.tag.isalnum() and "x" not in each.tag]
    dates = [tag for tag in tags if vr_by_tag()[tag] in {"DA", "DT"}]
    assert len(dates) > 100
    assert {keyword_of(tag) for tag in dates if not _moves(documented, tag)} == {"PatientBirthDate"}


def _moves(recipe: Recipe, tag: int) -> bool:
    rule, found = recipe.rule_for((), tag), row(tag)
    if rule is not None:
        return rule.verb is Verb.SHIFT_DATE
    return found is not None and found.options.get("retain_long_modified_dates") == "C"


@pytest.mark.parametrize("keyword", PROMISED_PRESERVED)
def test_what_documented_promises_to_preserve_is_not_in_the_table(keyword: str) -> None:
    tag = tag_of(keyword)
    assert tag is not None
    assert row(tag) is None
