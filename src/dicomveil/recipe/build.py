"""Make a recipe from content that is known to be right; the presets are such content."""

from __future__ import annotations

import os.path
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from dicomveil.recipe.model import Recipe, RecipeRule
from dicomveil.recipe.options import ProfileOption
from dicomveil.recipe.verbs import Verb

PRESETS = ("basic", "research", "documented")
"""The recipes that come with dicomveil."""

_FOLDER = os.path.join(os.path.dirname(__file__), "presets")


@cache
def preset(name: str) -> Recipe:
    """Return a preset, unchecked, so that a run with a preset starts fast; tests check the presets as files.

    Examples
    --------
    >>> preset("basic").title
    'Basic Application Confidentiality Profile (PS3.15 E.2)'
    """
    text = preset_text(name)
    headers = [number for number, line in enumerate(text.split("\n"), 1) if line == "[[rule]]"]
    return recipe_from(name, tomllib.loads(text), headers.__getitem__)


def preset_text(name: str) -> str:
    """Return the TOML text of a preset, to be shown or copied as the start of a recipe of one's own."""
    with open(os.path.join(_FOLDER, f"{name}.toml"), encoding="utf-8") as file:
        return file.read()


def recipe_from(name: str, content: dict[str, Any], line_of_rule: Callable[[int], int | None]) -> Recipe:
    """Make a recipe from parsed TOML; ``line_of_rule`` gives the line of a rule, counted from 0."""
    base = preset(content["extends"]) if "extends" in content else Recipe(name)
    own_rules = tuple(
        RecipeRule(
            rule["address"],
            Verb(rule["action"]),
            rule.get("value"),
            rule["reason"],
            f"recipe {name}, line {line_of_rule(index)}",
        )
        for index, rule in enumerate(content.get("rule", ()))
    )
    return Recipe(
        name,
        title=content.get("title", ""),
        options=base.options | frozenset(map(ProfileOption, content.get("options", ()))),
        rules=base.rules + own_rules,
        dates=replace(base.dates, **content.get("dates", {})),
        pseudonyms=replace(base.pseudonyms, **content.get("pseudonyms", {})),
        refuse_burned_in=content.get("refuse_burned_in", base.refuse_burned_in),
    )
