"""Each verb of a recipe has a page of one shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicomveil.recipe.model import Verb

PAGES = Path(__file__).parents[2] / "docs" / "actions"
VERBS = sorted(set(Verb) - {Verb.PROFILE})


def test_every_verb_has_a_page_and_no_page_is_of_another() -> None:
    assert sorted(path.stem for path in PAGES.glob("*.md")) == [str(verb) for verb in VERBS]


@pytest.mark.parametrize("verb", VERBS, ids=str)
def test_a_page_says_what_why_an_example_and_what_it_cannot_do(verb: Verb) -> None:
    text = (PAGES / f"{verb}.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[1:] == ["## What it does", "## Why", "## Example", "## What it cannot do"]
    assert headings[0].endswith(f": `{verb}`")
