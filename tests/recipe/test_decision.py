from __future__ import annotations

from dicomveil.recipe.decision import Decision
from dicomveil.recipe.model import Verb


def test_without_more_words_what_is_impossible_is_removed() -> None:
    assert Decision(Verb.SHIFT_DATE, "a reason").strict is Verb.REMOVE


def test_a_decision_is_a_value() -> None:
    assert Decision(Verb.EMPTY, "a reason") == Decision(Verb.EMPTY, "a reason")
    assert Decision(Verb.EMPTY, "a reason") != Decision(Verb.EMPTY, "another")
