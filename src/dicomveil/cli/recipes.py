"""``dicomveil recipes``: what comes with dicomveil, to be used or to start a recipe of one's own from."""

from __future__ import annotations

import argparse
import sys

from dicomveil.cli import DONE
from dicomveil.cli.parser import Parser
from dicomveil.errors import UsageError
from dicomveil.recipe.build import PRESETS, preset, preset_text

_DESCRIPTION = "List the recipes that come with dicomveil, or show one as the TOML it is written in."

_EPILOG = """\
examples:
  dicomveil recipes
  dicomveil recipes research > mine.toml
  dicomveil deidentify export shared --recipe mine.toml"""


class _Arguments(argparse.Namespace):
    name: str | None


def recipes(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    name = _parser().read(words, _Arguments()).name
    if name is None:
        sys.stdout.write("".join(map(_listed, PRESETS)))
        return DONE
    if name not in PRESETS:
        from dicomveil.recipe.wording import unknown

        raise UsageError(unknown("recipe", name, PRESETS))
    sys.stdout.write(preset_text(name))
    return DONE


def _listed(name: str) -> str:
    recipe = preset(name)
    options = ", ".join(sorted(recipe.options)) or "none"
    return f"{name:<12}{recipe.title}\n{'':<12}options: {options}\n"


def _parser() -> Parser:
    parser = Parser("recipes", _DESCRIPTION, _EPILOG)
    parser.add_argument("name", metavar="NAME", nargs="?", help="the recipe to show")
    return parser
