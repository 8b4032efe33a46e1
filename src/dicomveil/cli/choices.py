"""What options choose: the recipe, the key, and where stand-ins come from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import DocumentedPseudonyms, KeyedPseudonyms, RandomPseudonyms
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.options import ProfileOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicomveil.batch.project import Project
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.recipe.model import Recipe

KEY_VARIABLE = "DICOMVEIL_KEY"
"""The environment variable that may name a project key file."""


class KeyInUse(NamedTuple):
    """A project key and where it is from.

    ``path`` is None for one that is thrown away. ``chosen`` tells a key that the user has named from the
    project's own.
    """

    key: ProjectKey
    path: str | None
    made: bool = False
    chosen: bool = False


def chosen_recipe(name: str, retain: Sequence[str]) -> Recipe:
    """Load a recipe and add options to it, given with or without the ``retain-`` they begin with.

    Raises
    ------
    RecipeError
        With everything that is wrong with either.
    """
    return load_recipe(name).with_options(map(_in_full, retain)) if retain else load_recipe(name)


def chosen_key(option: str | None, project: Project, *, dry_run: bool) -> KeyInUse:
    """Read the key that an option or the environment names, or the project's own, which is made on first use.

    A dry run makes none: it throws one away.

    Raises
    ------
    ProjectKeyError
        If the key is missing or unusable.
    UsageError
        If it lies in the output, from where it would be given away.
    """
    path = option or os.environ.get(KEY_VARIABLE)
    if path:
        return KeyInUse(ProjectKey.read(path), path, chosen=True)
    if not dry_run:
        key, made = ProjectKey.read_or_make(project.key_path)
        return KeyInUse(key, project.key_path, made)
    if os.path.lexists(project.key_path):
        return KeyInUse(ProjectKey.read(project.key_path), project.key_path)
    return KeyInUse(ProjectKey.generate(), None)


def check_key_outside(option: str | None, output: str) -> None:
    """See to it that the key the user has named does not lie among the copies.

    Raises
    ------
    UsageError
        If it does.
    """
    path = option or os.environ.get(KEY_VARIABLE)
    if path:
        key, copies = os.path.realpath(path), os.path.realpath(output)
        if os.path.commonpath([key, copies]) == copies:
            raise UsageError("the project key lies in the output; whoever gets the copies would get the key")


def chosen_pseudonyms(
    recipe: Recipe, in_use: KeyInUse, project: Project, *, at_random: bool, dry_run: bool
) -> Pseudonyms:
    """Return the source of stand-ins that the recipe, or ``at_random``, asks for.

    A dry run draws nothing: its stand-ins are derived instead. The documented ones are keyed if the user has
    named a key, and to the letter, unkeyed, if not.

    Raises
    ------
    StandInTableError
        If the table of random stand-ins cannot be used.
    """
    dates, prefix = recipe.dates, recipe.pseudonyms.prefix
    if at_random or recipe.pseudonyms.source == "random":
        if dry_run:
            return KeyedPseudonyms(in_use.key, dates, prefix)
        return RandomPseudonyms(in_use.key, project.table_path, dates, prefix)
    if recipe.pseudonyms.source == "documented":
        return DocumentedPseudonyms(in_use.key if in_use.chosen else None, prefix, dates)
    return KeyedPseudonyms(in_use.key, dates, prefix)


def can_be_guessed(recipe: Recipe, in_use: KeyInUse, *, at_random: bool) -> bool:
    """Tell whether stand-ins are computed from the originals without a key."""
    return recipe.pseudonyms.source == "documented" and not in_use.chosen and not at_random


def _in_full(word: str) -> str:
    full = f"retain-{word}"
    return full if full in ProfileOption.__members__.values() else word
