from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.catalogue import ACTIONS
from dicomveil.actions.dummy import DUMMY_BY_VR
from dicomveil.actions.outcome import IMPOSSIBLE, KEPT, REMOVED, Replaced, padded
from dicomveil.recipe.model import Verb

NOT_ACTIONS = {Verb.REPLACE, Verb.PROFILE}  # made for its value; left to the profile


@pytest.mark.parametrize("verb", sorted(set(Verb) - NOT_ACTIONS), ids=str)
def test_every_verb_of_a_recipe_has_an_action(verb: Verb) -> None:
    assert callable(ACTIONS[verb])


@pytest.mark.parametrize("word", sorted(ACTIONS))
def test_no_action_raises_or_answers_an_odd_number_of_bytes(word: str) -> None:
    for vr in ("AS", "DS", "IS") if word == "check-number" else sorted(DUMMY_BY_VR):
        for raw in (b"", b"Quillfeather", b"\xff\xfe\0\0", b"1.2.3\\1.2.4\0", b"19580412"):
            outcome = ACTIONS[word](raw, vr, world())
            replaced = isinstance(outcome, Replaced)
            assert len(outcome.value) % 2 == 0 if replaced else outcome in (KEPT, REMOVED, IMPOSSIBLE)


@pytest.mark.parametrize(
    ("text", "vr", "raw"),
    [("1.2.3", "UI", b"1.2.3\0"), ("1.2", "UI", b"1.2\0"), ("AB", "LO", b"AB"), ("A", "PN", b"A ")],
)
def test_values_are_padded_as_their_vr_asks(text: str, vr: str, raw: bytes) -> None:
    assert padded(text, vr) == raw


def test_answers_have_names_but_show_no_values() -> None:
    assert [repr(each) for each in (KEPT, REMOVED, IMPOSSIBLE)] == ["KEPT", "REMOVED", "IMPOSSIBLE"]
