from __future__ import annotations

from pathlib import Path

import pytest

from builders import CT_IMAGE, Element, dicom_file, element
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import EXPLICIT_LE, IMPLICIT_LE
from dicomveil.engine.identity import BURNED_IN_ANNOTATION, PATIENT_ID, STUDY_INSTANCE_UID, Identity
from dicomveil.engine.plan import Plan
from dicomveil.engine.setting import Setting
from dicomveil.engine.stamp import DATES_MODIFIED, METHOD, METHOD_CODES, PATIENT_IDENTITY_REMOVED
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.model import Recipe, RecipeRule, Verb
from engine.instances import KEY, OTHER_KEY, deidentified, deidentifier, with_elements

MARKS = [PATIENT_IDENTITY_REMOVED, METHOD, METHOD_CODES, DATES_MODIFIED]
PATIENT = Identity(PATIENT_ID, False, True, b"4711 ")
STUDY = Identity(STUDY_INSTANCE_UID, False, True, b"1.2.3.4.5\0")
PSEUDONYMS = KeyedPseudonyms(KEY)


def setting(*identity: Identity, recipe: Recipe | None = None, **others: object) -> Setting:
    plan = Plan(recipe or load_recipe("basic"), CT_IMAGE)
    given = {"encoding": EXPLICIT_LE, "pseudonyms": PSEUDONYMS, **others}
    return Setting(plan, given["encoding"], identity, given["pseudonyms"])  # type: ignore[arg-type]


def test_patient_and_study_are_named_by_stand_ins_that_another_key_does_not_give() -> None:
    made, other = setting(PATIENT, STUDY), setting(PATIENT, STUDY, pseudonyms=KeyedPseudonyms(OTHER_KEY))
    assert made.patient == PSEUDONYMS.identifier("patient-id", "4711")
    assert made.study_uid == PSEUDONYMS.uid("1.2.3.4.5")
    assert {made.patient, made.study_uid} & {other.patient, other.study_uid} == set()


def test_padding_makes_no_other_patient_or_study() -> None:
    bare = setting(PATIENT._replace(raw=b"4711"), STUDY._replace(raw=b"1.2.3.4.5"))
    padded = setting(PATIENT, STUDY)
    assert (bare.patient, bare.study_uid) == (padded.patient, padded.study_uid)


def test_what_stands_in_an_item_names_no_patient_and_no_study() -> None:
    inner = [each._replace(at_root=False, raw=b"1.9") for each in (PATIENT, STUDY)]
    assert setting(*inner, PATIENT, STUDY).patient == setting(PATIENT, STUDY).patient
    assert setting(*inner, PATIENT, STUDY).study_uid == setting(PATIENT, STUDY).study_uid


def test_a_patient_without_a_study_has_a_folder_of_its_own() -> None:
    assert setting(PATIENT).study_uid != setting(PATIENT._replace(raw=b"4712")).study_uid


@pytest.mark.parametrize("encoding", [EXPLICIT_LE, IMPLICIT_LE], ids=["explicit", "implicit"])
def test_the_stamps_are_the_marks_and_the_patient_s_stand_in_in_the_order_of_their_tags(encoding: object) -> None:
    made = setting(PATIENT, encoding=encoding)
    assert [tag for tag, _ in made.stamps] == [PATIENT_ID, *MARKS]
    assert made.patient.encode() in made.stamps[0][1]


def test_a_recipe_that_makes_no_stand_in_for_the_patient_s_id_has_none_put_in() -> None:
    recipe = Recipe("own", rules=(RecipeRule("PatientID", Verb.EMPTY),))
    assert [tag for tag, _ in setting(PATIENT, recipe=recipe).stamps] == MARKS


def test_what_we_put_in_ourselves_is_not_taken_for_a_residue() -> None:
    made = setting(PATIENT)
    assert set(made.wanted.ours) > {encoded for _, encoded in made.stamps}


def test_the_dates_of_a_patient_move_by_the_same_days_in_every_study() -> None:
    other_study = STUDY._replace(raw=b"1.2.3.4.6")
    assert setting(PATIENT, STUDY).world.days == setting(PATIENT, other_study).world.days == PSEUDONYMS.days("4711")


# --- what an instance's own elements tell its setting


def setting_of(folder: Path, *elements: Element) -> Setting:
    by = deidentifier()
    deidentified(folder, with_elements(*elements), by)
    (made,) = by._settings.values()
    return made


def test_the_character_set_of_an_instance_is_that_of_its_world(tmp_path: Path) -> None:
    name = "Завод".encode("iso8859_5")
    cyrillic = element(0x00080005, "CS", "ISO_IR 144"), element(0x00100010, "PN", name)
    made = setting_of(tmp_path, *cyrillic)
    assert made.world.charset.decode(name, "LO") == "Завод"


def test_text_in_another_character_set_that_names_nobody_is_kept(tmp_path: Path) -> None:
    maker = "Завод".encode("iso8859_5") + b" "
    found, _ = deidentified(
        tmp_path, with_elements(element(0x00080005, "CS", "ISO_IR 144"), element(0x00080070, "LO", maker))
    )
    assert found.Manufacturer == "Завод"


def test_an_instance_that_says_there_is_text_in_its_pixels_is_told_of(tmp_path: Path) -> None:
    by = deidentifier()
    for says, told in (("YES", True), ("NO", False), ("YES", True)):
        _, report = deidentified(tmp_path, with_elements(element(BURNED_IN_ANNOTATION, "CS", says)), by)
        assert report.pixels_not_checked is told


def test_instances_of_one_study_share_a_setting_and_another_study_s_have_their_own(tmp_path: Path) -> None:
    by, path = deidentifier(), tmp_path / "source.dcm"
    settings = []
    for number, study in enumerate(["1.2.3.4.5", "1.2.3.4.5", "1.2.3.4.6"]):
        elements = with_elements(element(STUDY_INSTANCE_UID, "UI", study), instance=f"1.2.3.4.5.{number}")
        path.write_bytes(dicom_file(elements))
        with Source.open(path) as source:
            settings.append(by.prepare(source).setting)
    assert settings[0] is settings[1]
    assert settings[0] is not settings[2]
    assert (settings[0].patient, settings[0].world.days) == (settings[2].patient, settings[2].world.days)
