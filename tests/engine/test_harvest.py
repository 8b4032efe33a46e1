from __future__ import annotations

from contextlib import suppress
from typing import cast

import pytest

from builders import CT_IMAGE, EXPLICIT, IMPLICIT, Element, Form, element, encode, nested, sequence
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import EXPLICIT_LE, IMPLICIT_LE, UNDEFINED
from dicomveil.dataset.walk import Walk
from dicomveil.engine.harvest import Enough
from dicomveil.engine.identity import Identity
from dicomveil.engine.plan import Plan
from dicomveil.recipe.load import load_recipe

NAME, ID, STUDY = 0x00100010, 0x00100020, 0x0020000D
CODES, FRAMES, PRIVATE = 0x00089215, 0x52009229, 0x00290010
ENCODINGS = {EXPLICIT: EXPLICIT_LE, IMPLICIT: IMPLICIT_LE}


def harvest(
    *elements: Element, form: Form = EXPLICIT, options: tuple[str, ...] = (), before: int = UNDEFINED
) -> list[tuple[int, bytes]]:
    """Return tag and value of what tells whose instance it is, and see that nothing else comes of the walk."""
    walk = Walk(Source.in_memory(encode(sorted(elements, key=lambda each: each.tag), form)))
    plan = Plan(load_recipe("basic").with_options(options), CT_IMAGE)
    with suppress(Enough):
        walk.root(plan.harvest(ENCODINGS[form], before), 0)
    assert walk.edits == walk.notes == walk.facts == []
    return [(each.tag, each.raw.strip(b"\0 ")) for each in cast("list[Identity]", walk.identity)]


WHO = (element(NAME, "PN", "Quillfeather"), element(ID, "LO", "4711"), element(STUDY, "UI", "1.2.3"))
FOUND = [(NAME, b"Quillfeather"), (ID, b"4711"), (STUDY, b"1.2.3")]


@pytest.mark.parametrize("form", ENCODINGS, ids=lambda form: form.name)
def test_what_identifies_is_found_and_what_does_not_is_passed_by(form: Form) -> None:
    rest = element(0x00080060, "CS", "CT"), element(0x00280010, "US", 2), element(0x7FE00010, "OW", bytes(8))
    assert harvest(*WHO, *rest, form=form) == FOUND


@pytest.mark.parametrize("form", ENCODINGS, ids=lambda form: form.name)
@pytest.mark.parametrize("undefined", [False, True], ids=["defined", "undefined"])
def test_what_identifies_is_found_in_items_too(form: Form, undefined: bool) -> None:
    deep = nested(3, element(NAME, "PN", "Quillfeather^Z"), undefined=undefined)
    assert harvest(deep, *WHO, form=form) == [(NAME, b"Quillfeather^Z"), *FOUND]


def test_what_counts_at_the_root_alone_is_not_taken_from_items() -> None:
    inside = sequence(CODES, [element(0x00080005, "CS", "ISO_IR 144"), element(STUDY, "UI", "1.9")])
    assert harvest(inside, *WHO) == FOUND


def test_a_sequence_stored_as_un_is_gone_into_in_its_own_encoding() -> None:
    inside = sequence(CODES, [element(NAME, "PN", "Quillfeather^Z")], vr="UN", form=IMPLICIT)
    assert harvest(inside, *WHO) == [(NAME, b"Quillfeather^Z"), *FOUND]


def test_what_private_sequences_hold_goes_unseen() -> None:
    inside = sequence(0x00291010, [element(NAME, "PN", "Somebody^Else")])
    assert harvest(element(PRIVATE, "LO", "ACME"), inside, *WHO) == FOUND


@pytest.mark.parametrize("order", [CODES, FRAMES], ids=["before", "after"])
def test_the_first_look_ends_where_it_is_told_to(order: int) -> None:
    inside = sequence(order, [element(NAME, "PN", "Quillfeather^Z")])
    expected = [(NAME, b"Quillfeather^Z"), *FOUND] if order == CODES else FOUND
    assert harvest(inside, *WHO, before=0x50000000) == expected
    assert len(harvest(inside, *WHO)) == len(FOUND) + 1


def test_the_end_of_the_first_look_is_said_aloud() -> None:
    walk = Walk(Source.in_memory(encode([element(NAME, "PN", "Quillfeather"), element(FRAMES, "LO", "x")])))
    with pytest.raises(Enough):
        walk.root(Plan(load_recipe("basic"), CT_IMAGE).harvest(EXPLICIT_LE, 0x50000000), 0)


def test_what_the_recipe_keeps_is_no_secret() -> None:
    institution = element(0x00080080, "LO", "Quillhospital ")
    assert harvest(institution, options=("retain-institution-identity",)) == []
    assert len(harvest(institution)) == 1


def test_a_name_in_an_unknown_element_is_known_by_its_vr() -> None:
    assert harvest(element(0x00109999, "PN", "Quillfeather^X")) == [(0x00109999, b"Quillfeather^X")]


def test_a_plan_makes_each_harvest_once() -> None:
    plan = Plan(load_recipe("basic"), CT_IMAGE)
    assert plan.harvest(EXPLICIT_LE) is plan.harvest(EXPLICIT_LE)
    assert len({id(plan.harvest(*each)) for each in ((EXPLICIT_LE,), (IMPLICIT_LE,), (EXPLICIT_LE, 5))}) == 3
