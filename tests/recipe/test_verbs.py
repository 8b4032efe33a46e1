"""What a rule can do, and to which elements."""

from __future__ import annotations

import pytest

from dicomveil.recipe.targets import target_of
from dicomveil.recipe.verbs import Verb, rule_problems


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.REPLACE], ids=str)
def test_no_action_but_replace_takes_a_value(verb: Verb) -> None:
    assert rule_problems(None, verb, "") == [("value", "only replace takes a value")]
    assert rule_problems(None, verb, None) == []


def test_replace_takes_a_value_which_may_be_empty() -> None:
    target = target_of("StudyDescription")
    assert rule_problems(target, Verb.REPLACE, None) == [("value", "replace needs a value")]
    assert rule_problems(target, Verb.REPLACE, "") == []


@pytest.mark.parametrize(
    ("address", "verb", "fits"),
    [
        ("StudyDate", Verb.SHIFT_DATE, True),
        ("AcquisitionDateTime", Verb.SHIFT_DATE, True),
        ("StudyTime", Verb.SHIFT_DATE, False),
        ("StudyDescription", Verb.SHIFT_DATE, False),
        ("FrameOfReferenceUID", Verb.NEW_UID, True),
        ("StudyID", Verb.NEW_UID, False),
        ("AccessionNumber", Verb.PSEUDONYM, True),
        ("StudyDate", Verb.PSEUDONYM, False),
        ("FrameOfReferenceUID", Verb.PSEUDONYM, False),
        ("StudyDescription", Verb.CHECK, True),
        ("PixelData", Verb.CHECK, False),
        ("RequestAttributesSequence", Verb.CHECK, False),
        ("RequestAttributesSequence", Verb.REMOVE, True),
        ("SmallestImagePixelValue", Verb.EMPTY, True),
        ('(0029,"SIEMENS CSA HEADER",10)', Verb.SHIFT_DATE, True),
        ("60xxxxxx", Verb.REMOVE, True),
    ],
)
def test_an_action_is_refused_on_a_vr_it_cannot_act_on(address: str, verb: Verb, fits: bool) -> None:
    keys = [key for key, _ in rule_problems(target_of(address), verb, None)]
    assert keys == ([] if fits else ["action"])


@pytest.mark.parametrize(
    ("address", "value", "fits"),
    [
        ("PatientName", "ANONYMOUS^PATIENT", True),
        ("PatientName", "Müller^Änne", True),
        ("PatientID", "X" * 64, True),
        ("PatientID", "X" * 65, False),
        ("PatientID", "bell\a", False),
        ("ImageType", "DERIVED\\SECONDARY", True),
        ("Modality", "not upper case", False),
        ("StudyDate", "20200101", True),
        ("StudyDate", "2020-01-01", False),
        ("StudyDate", "20200230", False),
        ("PatientAge", "030Y", True),
        ("PatientAge", "thirty", False),
        ("PatientWeight", "70.5", True),
        ("PatientWeight", "heavy", False),
        ("FrameOfReferenceUID", "1.2.3", True),
        ("FrameOfReferenceUID", "1.02.3", False),
    ],
)
def test_a_value_that_the_vr_forbids_is_refused_before_any_file_is_read(address: str, value: str, fits: bool) -> None:
    keys = [key for key, _ in rule_problems(target_of(address), Verb.REPLACE, value)]
    assert keys == ([] if fits else ["value"])


@pytest.mark.parametrize("address", ["Rows", "PixelData", "RequestAttributesSequence", "SmallestImagePixelValue"])
def test_text_cannot_replace_what_is_no_text(address: str) -> None:
    assert [key for key, _ in rule_problems(target_of(address), Verb.REPLACE, "1")] == ["action"]


def test_a_wrong_value_is_not_repeated() -> None:
    [(_, message)] = rule_problems(target_of("StudyDate"), Verb.REPLACE, "SECRET")
    assert "SECRET" not in message
