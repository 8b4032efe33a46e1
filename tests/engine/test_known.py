from __future__ import annotations

from pathlib import Path

import pytest

from builders import dicom_file, element
from dicomveil.dataset.source import Source
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.engine.known import KnownValue
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.model import Recipe, RecipeRule, Verb
from engine.instances import KEY, read, with_elements

NAME, ID, INSTITUTION, DESCRIPTION, REQUEST = 0x00100010, 0x00100020, 0x00080080, 0x00081030, 0x00400275
CHECKED = RecipeRule("StudyDescription", Verb.CHECK)


class Told:
    """Knows of one patient."""

    def __init__(self, *values: KnownValue, patient: str = "4711") -> None:
        self.values = values
        self.patient = patient

    def values_of(self, patient: str) -> tuple[KnownValue, ...]:
        return self.values if patient == self.patient else ()


def description(folder: Path, text: str, known: Told, *rules: RecipeRule, patient: str = "4711") -> str:
    """Return what becomes of a study's description in a file that names nobody."""
    recipe = Recipe("own", rules=(*load_recipe("basic").rules, CHECKED, *rules))
    elements = [element(DESCRIPTION, "LO", text), element(NAME, "PN", ""), element(ID, "LO", patient)]
    elements.append(element(INSTITUTION, "LO", "Saint Example"))
    (folder / "in").write_bytes(dicom_file(with_elements(*elements)))
    Deidentifier(recipe, KeyedPseudonyms(KEY), known=known).deidentify(folder / "in", folder / "out", overwrite=True)
    return str(read(folder / "out").get("StudyDescription", ""))


WIMPLETON = KnownValue((), NAME, True, "Wimpleton^Araminta")


def test_what_another_file_tells_of_a_patient_goes_from_texts(tmp_path: Path) -> None:
    assert description(tmp_path, "CHEST, wimpleton", Told()) == "CHEST, wimpleton"
    assert description(tmp_path, "CHEST, wimpleton", Told(WIMPLETON)) == ""


def test_another_patient_s_name_stays_what_it_is(tmp_path: Path) -> None:
    assert description(tmp_path, "CHEST, wimpleton", Told(WIMPLETON, patient="4712")) == "CHEST, wimpleton"


def test_a_number_and_a_day_of_another_file_are_found_in_prose(tmp_path: Path) -> None:
    told = Told(KnownValue((REQUEST,), 0x00401001, False, "ACC-5550123"), KnownValue((), 0x00100030, False, "19330221"))
    assert description(tmp_path, "see acc 5550123", told) == ""
    assert description(tmp_path, "born 21 Feb 1933", told) == ""
    assert description(tmp_path, "CHEST", told) == "CHEST"


def test_what_the_recipe_keeps_where_it_stood_is_no_secret(tmp_path: Path) -> None:
    told = Told(KnownValue((), INSTITUTION, False, "Saint Example"))
    keeps = RecipeRule("InstitutionName", Verb.KEEP)
    assert description(tmp_path, "Saint Example", told, keeps) == "Saint Example"
    assert description(tmp_path, "Saint Example", told) == ""


def test_a_patient_is_found_also_where_the_recipe_keeps_his_id(tmp_path: Path) -> None:
    keeps = RecipeRule("PatientID", Verb.KEEP)
    assert description(tmp_path, "CHEST, wimpleton", Told(WIMPLETON), keeps) == ""
    assert description(tmp_path, "CHEST, 4711", Told(WIMPLETON), keeps) == "CHEST, 4711"


def test_patients_whose_kept_ids_alone_differ_are_not_taken_for_one(tmp_path: Path) -> None:
    recipe = Recipe("own", rules=(CHECKED, RecipeRule("PatientID", Verb.KEEP)))
    by = Deidentifier(recipe, KeyedPseudonyms(KEY), known=Told(WIMPLETON))
    texts = []
    for patient in ("4712", "4711", "4712"):
        elements = element(DESCRIPTION, "LO", "wimpleton"), element(NAME, "PN", ""), element(ID, "LO", patient)
        (tmp_path / "in").write_bytes(dicom_file(with_elements(*elements)))
        by.deidentify(tmp_path / "in", tmp_path / "out", overwrite=True)
        texts.append(read(tmp_path / "out").get("StudyDescription"))
    assert texts == ["wimpleton", "", "wimpleton"]


@pytest.mark.parametrize("known", [None, Told()], ids=["without", "of-nobody"])
def test_stand_ins_are_the_same_with_and_without_it(tmp_path: Path, known: Told | None) -> None:
    (tmp_path / "in").write_bytes(dicom_file(with_elements()))
    recipe = Recipe("own", rules=(RecipeRule("PatientID", Verb.KEEP),))
    with Source.open(tmp_path / "in") as source:
        made = Deidentifier(recipe, KeyedPseudonyms(KEY), known=known).prepare(source)
    assert made.setting.world.patient == "\0Quillfeather^4711\0"
