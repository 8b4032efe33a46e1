from __future__ import annotations

import pytest

from dicomveil.engine.identity import Identity, identifies, world_of
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from engine.instances import KEY

CHARSET, NAME, PATIENT_ID, BIRTH_DATE, STUDY, ACCESSION = (
    0x00080005,
    0x00100010,
    0x00100020,
    0x00100030,
    0x0020000D,
    0x00080050,
)


def identity(tag: int, raw: bytes, *, at_root: bool = True) -> Identity:
    return Identity(tag, tag in (NAME, 0x00081050), at_root, raw)


def patient(*values: Identity) -> str:
    return world_of(values, KeyedPseudonyms(KEY)).patient


@pytest.mark.parametrize("tag", [NAME, PATIENT_ID, BIRTH_DATE, ACCESSION, 0x00101040, 0x00400253])
def test_names_and_numbers_identify_at_any_depth(tag: int) -> None:
    vr = "PN" if tag == NAME else "LO"
    assert identifies(tag, vr, at_root=True)
    assert identifies(tag, vr, at_root=False)


def test_every_name_of_a_person_identifies() -> None:
    assert identifies(0x00081050, "PN", at_root=False)
    assert not identifies(0x00081090, "LO", at_root=True)


@pytest.mark.parametrize("tag", [CHARSET, STUDY, 0x00280301])
def test_what_tells_of_the_instance_as_a_whole_counts_at_its_root_alone(tag: int) -> None:
    assert identifies(tag, "UI", at_root=True)
    assert not identifies(tag, "UI", at_root=False)


def test_a_patient_is_told_by_the_id_whatever_its_padding() -> None:
    assert (
        patient(identity(PATIENT_ID, b"4711 "))
        == patient(identity(PATIENT_ID, b"4711"), identity(NAME, b"A^B"))
        == "4711"
    )


def test_without_an_id_name_and_birth_date_tell_and_without_these_the_study() -> None:
    named = patient(identity(NAME, b"A^B"), identity(BIRTH_DATE, b"19580412"))
    assert named == patient(identity(PATIENT_ID, b"  "), identity(NAME, b"A^B "), identity(BIRTH_DATE, b"19580412"))
    assert named != patient(identity(NAME, b"A^B"), identity(BIRTH_DATE, b"19580413"))
    assert patient(identity(STUDY, b"1.2")) != patient(identity(STUDY, b"1.3"))


def test_nobody_s_id_can_be_taken_for_another_s_name() -> None:
    assert patient(identity(NAME, b"4711")) != patient(identity(PATIENT_ID, b"4711"))


def test_an_id_in_an_item_is_not_the_patient_s() -> None:
    assert patient(identity(PATIENT_ID, b"8", at_root=False), identity(PATIENT_ID, b"4711")) == "4711"


def test_one_id_in_two_character_sets_is_one_patient() -> None:
    latin = patient(identity(CHARSET, b"ISO_IR 100"), identity(PATIENT_ID, "Zoë1".encode("latin-1")))
    assert latin == patient(identity(CHARSET, b"ISO_IR 192"), identity(PATIENT_ID, "Zoë1".encode()))


def test_what_is_known_is_found_again_in_text() -> None:
    world = world_of((identity(NAME, b"Quillfeather^Zeb"), identity(PATIENT_ID, b"7734519")), KeyedPseudonyms(KEY))
    assert world.known.found_in("for quillfeather")
    assert world.numbers == {b"7734519"}
    assert world.days == KeyedPseudonyms(KEY).days("7734519")


def test_a_name_that_does_not_fit_its_character_set_is_known_in_every_likely_reading() -> None:
    world = world_of((identity(CHARSET, b"ISO_IR 6"), identity(NAME, "Dvořáková".encode())), KeyedPseudonyms(KEY))
    assert world.known.found_in("Dvorakova")
