"""The JSON Schema that editors use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dicomveil.recipe.build import PRESETS
from dicomveil.recipe.options import OFFERED
from dicomveil.recipe.schema import recipe_schema, schema_text
from dicomveil.recipe.verbs import Verb

PUBLISHED = Path(__file__).parents[2] / "docs" / "recipe.schema.json"


def test_the_published_schema_is_the_one_of_this_version() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), (
        "run: python -m dicomveil.recipe.schema > docs/recipe.schema.json"
    )


def test_the_published_schema_is_json_of_the_draft_it_names() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    assert published["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert published["additionalProperties"] is False


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ("RecipeFile", "extends", set(PRESETS)),
        ("RecipeFile", "options", set(map(str, OFFERED))),
        ("RuleTable", "action", set(map(str, Verb))),
        ("DatesTable", "direction", {"past", "future", "either"}),
        ("PseudonymsTable", "source", {"keyed", "random", "documented"}),
    ],
)
def test_editors_are_told_the_words_that_can_be_used(table: str, key: str, words: set[str]) -> None:
    schema = recipe_schema()
    properties = schema["properties"] if table == "RecipeFile" else schema["$defs"][table]["properties"]
    assert set(_words(properties[key])) == words


def test_editors_are_told_what_every_rule_needs() -> None:
    rule = recipe_schema()["$defs"]["RuleTable"]
    assert rule["required"] == ["address", "action", "reason"]
    assert rule["then"] == {"required": ["value"]}


def test_no_default_is_told_where_a_preset_may_say_otherwise() -> None:
    assert '"default"' not in schema_text()


def _words(schema: dict[str, Any]) -> list[str]:
    words: list[str] = schema["items"]["enum"] if "items" in schema else schema["enum"]
    return words
