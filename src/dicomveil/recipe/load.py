"""Read a recipe by its name or from a TOML file; a wrong one tells all its errors at once."""

from __future__ import annotations

import os.path
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from os import PathLike, fspath
from typing import Any

from dicomveil.recipe.model import Recipe, RecipeRule, Verb
from dicomveil.recipe.options import ProfileOption

PRESETS = ("basic", "research", "documented")
"""The recipes that come with dicomveil."""

_FOLDER = os.path.join(os.path.dirname(__file__), "presets")


def load_recipe(name_or_path: str | PathLike[str]) -> Recipe:
    """Read a preset by its name, or a recipe file by its path.

    The name of a preset comes first: a file called ``basic`` is ``./basic``. Presets are read without the
    checks that files get, so that a run with a preset starts fast; a test checks them.

    Raises
    ------
    RecipeError
        With everything that is wrong with the recipe: each problem with the file, the line, the key and,
        for a misspelled word, the nearest right one.

    Examples
    --------
    >>> load_recipe("basic").title
    'Basic Application Confidentiality Profile (PS3.15 E.2)'
    >>> load_recipe("reserach")
    Traceback (most recent call last):
        ...
    dicomveil.errors.RecipeError: reserach: no such file; unknown preset 'reserach'; did you mean 'research'?
    """
    name = fspath(name_or_path)
    if name in PRESETS:
        return _preset(name)
    from dicomveil.recipe.checks import checked_file

    content, line_of_rule = checked_file(name, PRESETS, _preset)
    return _recipe(os.path.splitext(os.path.basename(name))[0], content, line_of_rule)


def preset_text(name: str) -> str:
    """Return the TOML text of a preset, to be shown or copied as the start of a recipe of one's own."""
    with open(os.path.join(_FOLDER, f"{name}.toml"), encoding="utf-8") as file:
        return file.read()


@cache
def _preset(name: str) -> Recipe:
    text = preset_text(name)
    headers = [number for number, line in enumerate(text.split("\n"), 1) if line == "[[rule]]"]
    return _recipe(name, tomllib.loads(text), headers.__getitem__)


def _recipe(name: str, content: dict[str, Any], line_of_rule: Callable[[int], int]) -> Recipe:
    """Make the recipe from content that is known to be right."""
    base = _preset(content["extends"]) if "extends" in content else Recipe(name)
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
