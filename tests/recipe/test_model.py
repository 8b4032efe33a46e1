"""Recipes made in Python: what is refused, which rule wins, what the fingerprint says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from dicomveil.errors import RecipeError
from dicomveil.recipe.model import Dates, Pseudonymisation, Recipe, RecipeRule, Verb
from dicomveil.recipe.options import ProfileOption

REQUESTS, SERIES, ACCESSION = 0x00400275, 0x00081115, 0x00080050


def rule(address: str, verb: Verb = Verb.EMPTY, value: str | None = None) -> RecipeRule:
    return RecipeRule(address, verb, value, "because")


def test_a_rule_tells_its_problems_when_it_is_made() -> None:
    with pytest.raises(RecipeError) as raised:
        rule("Rows", Verb.SHIFT_DATE, "3")
    assert [problem.key for problem in raised.value.problems] == ["value", "action"]


def test_contradicting_options_are_refused_when_the_recipe_is_made() -> None:
    both = frozenset({ProfileOption.RETAIN_FULL_DATES, ProfileOption.RETAIN_MODIFIED_DATES})
    with pytest.raises(RecipeError, match="exclude each other"):
        Recipe("trial", options=both)


def test_an_option_that_is_not_built_is_refused_when_the_recipe_is_made() -> None:
    with pytest.raises(RecipeError, match="clean-graphics is not built yet"):
        Recipe("trial", options=frozenset({ProfileOption.CLEAN_GRAPHICS}))


def test_all_that_is_wrong_with_more_options_is_told_at_once() -> None:
    recipe = Recipe("trial", options=frozenset({ProfileOption.RETAIN_FULL_DATES}))
    with pytest.raises(RecipeError) as raised:
        recipe.with_options(["retain-uid", "retain-modified-dates", "clean-descriptors"])
    messages = [problem.message for problem in raised.value.problems]
    assert len(messages) == 3
    assert messages[0] == "unknown option 'retain-uid'; did you mean 'retain-uids'?"
    assert "clean-descriptors is not built yet" in messages[1]
    assert "exclude each other" in messages[2]


def test_more_options_are_added_and_nothing_else_changes() -> None:
    recipe = Recipe("trial", "title", frozenset({ProfileOption.RETAIN_UIDS}), (rule("StudyID"),))
    more = recipe.with_options([ProfileOption.RETAIN_FULL_DATES, "retain-uids"])
    assert more == replace(recipe, options=frozenset({ProfileOption.RETAIN_UIDS, ProfileOption.RETAIN_FULL_DATES}))
    assert more.fingerprint != recipe.fingerprint


@pytest.mark.parametrize(
    ("addresses", "path", "winner"),
    [
        (["AccessionNumber", "AccessionNumber"], (), 1),
        (["RequestAttributesSequence.AccessionNumber", "AccessionNumber"], (REQUESTS,), 0),
        (["RequestAttributesSequence.AccessionNumber", "AccessionNumber"], (), 1),
        (["**.RequestAttributesSequence.AccessionNumber", "AccessionNumber"], (SERIES, REQUESTS), 0),
        (
            [
                "RequestAttributesSequence.AccessionNumber",
                "**.RequestAttributesSequence.AccessionNumber",
                "RequestAttributesSequence.AccessionNumber",
            ],
            (REQUESTS,),
            2,
        ),
        (["StudyID"], (), None),
    ],
    ids=["later", "path before attribute", "path elsewhere", "path at any depth", "root before any", "none"],
)
def test_the_most_specific_rule_wins_and_of_equals_the_later(
    addresses: list[str], path: tuple[int, ...], winner: int | None
) -> None:
    rules = tuple(map(rule, addresses))
    found = Recipe("trial", rules=rules).rule_for(path, ACCESSION)
    assert found is (None if winner is None else rules[winner])


def test_a_rule_for_one_overlay_wins_over_one_for_all() -> None:
    one, every = rule("60023000", Verb.REMOVE), rule("OverlayData", Verb.EMPTY)
    recipe = Recipe("trial", rules=(one, every))
    assert recipe.rule_for((), 0x60023000) is one
    assert recipe.rule_for((), 0x60003000) is every


def test_a_private_rule_is_for_its_creator_in_any_block() -> None:
    mine = rule('(0029,"SIEMENS CSA HEADER",10)', Verb.KEEP)
    recipe = Recipe("trial", rules=(mine,))
    assert recipe.rule_for((), 0x00291110, "SIEMENS CSA HEADER") is mine
    assert recipe.rule_for((), 0x00291110, "ANOTHER") is None


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Recipe("trial").refuse_burned_in = True  # type: ignore[misc]


STUDY_ID = rule("StudyID")
BASE = Recipe("trial", rules=(STUDY_ID,))


OTHERS = [
    replace(BASE, options=frozenset({ProfileOption.RETAIN_UIDS})),
    replace(BASE, rules=()),
    replace(BASE, rules=(rule("(0040,0275).StudyID"),)),
    replace(BASE, rules=(rule("**.(0040,0275).StudyID"),)),
    replace(BASE, rules=(rule("StudyID", Verb.REMOVE),)),
    replace(BASE, rules=(rule("StudyID", Verb.REPLACE, "1"),)),
    replace(BASE, rules=(rule("StudyID", Verb.REPLACE, "2"),)),
    replace(BASE, rules=(rule("StudyID", Verb.REPLACE, ""),)),
    replace(BASE, rules=(STUDY_ID, rule("StudyID", Verb.REMOVE))),
    replace(BASE, rules=(rule("StudyID", Verb.REMOVE), STUDY_ID)),
    replace(BASE, rules=(rule('(0029,"A",10)'),)),
    replace(BASE, rules=(rule('(0029,"B",10)'),)),
    replace(BASE, rules=(rule("60xx3000"),)),
    replace(BASE, rules=(rule("60003000"),)),
    replace(BASE, dates=Dates(2, 3650)),
    replace(BASE, dates=Dates(1, 3651)),
    replace(BASE, dates=Dates(direction="future")),
    replace(BASE, pseudonyms=Pseudonymisation("random")),
    replace(BASE, pseudonyms=Pseudonymisation(prefix="P")),
    replace(BASE, refuse_burned_in=True),
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda recipe: recipe.fingerprint)
def test_whatever_changes_the_output_changes_the_fingerprint(other: Recipe) -> None:
    same = [each for each in (BASE, *OTHERS) if each.fingerprint == other.fingerprint]
    assert same == [other]


def test_names_reasons_and_spellings_do_not_change_the_fingerprint() -> None:
    other = RecipeRule("(0020,0010)", Verb.EMPTY, None, "another reason", "another line")
    assert Recipe("other", "another title", rules=(other,)).fingerprint == BASE.fingerprint


def test_the_fingerprint_is_the_start_of_a_digest_made_by_another_implementation() -> None:
    # printf 'dicomveil recipe 1\noptions \ndates 1 3650 past\npseudonyms keyed %s\nrefuse_burned_in False' \
    #     "''" | openssl dgst -sha256
    assert Recipe("any").fingerprint == "63d9da2e7e0608da"
