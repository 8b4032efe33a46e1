from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.outcome import IMPOSSIBLE, Replaced
from dicomveil.actions.pseudonym import patient_id, patient_pseudonym, pseudonym


def test_the_patient_has_one_stand_in_whatever_the_value() -> None:
    assert patient_pseudonym(b"Quillfeather^Zebulon", "PN", world()) == patient_pseudonym(b"", "PN", world())


def test_another_patient_has_another_stand_in() -> None:
    assert patient_pseudonym(b"A", "PN", world()) != patient_pseudonym(b"A", "PN", world(patient="8"))


def test_a_patient_id_in_an_item_has_the_stand_in_of_the_patient_if_it_is_the_patient_s() -> None:
    assert patient_id(b"7734519 ", "LO", world()) == patient_pseudonym(b"", "LO", world())
    assert patient_id(b"8", "LO", world()) == patient_pseudonym(b"", "LO", world(patient="8"))


@pytest.mark.parametrize("action", [pseudonym, patient_id])
def test_an_empty_value_stays_empty_and_an_unreadable_one_is_impossible(action: object) -> None:
    assert callable(action)
    assert action(b"  ", "LO", world()) == Replaced(b"")
    assert action(b"\xff\xfe", "LO", world()) is IMPOSSIBLE


def test_a_stand_in_is_that_of_the_text_not_of_its_bytes() -> None:
    latin, utf_8 = world(b"ISO_IR 100"), world()
    assert pseudonym("Zoë ".encode("latin-1"), "LO", latin) == pseudonym("Zoë".encode(), "LO", utf_8)


def test_a_stand_in_fits_the_shortest_text_vr() -> None:
    outcome = pseudonym(b"ACC-1", "SH", world())
    assert isinstance(outcome, Replaced)
    assert 0 < len(outcome.value) <= 16
    assert outcome != pseudonym(b"ACC-2", "SH", world())
