"""What options choose: the recipe, the key, and where stand-ins come from."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.storage.places import lies_in, resolved
from dicomveil.engine.stand_ins import stand_ins
from dicomveil.errors import ProjectKeyError, RecipeError, RecipeProblem, UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.options import OFFERED, ProfileOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicomveil.batch.records.project import Project
    from dicomveil.batch.survey.known import KnownFile
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.recipe.model import Recipe

KEY_VARIABLE = "DICOMVEIL_KEY"
"""The environment variable that may name a project key file."""

_PRIVATE_FOLDER = "the private folder beside the output"
_PREFIX = "retain-"


class KeyInUse(NamedTuple):
    """A project key and where it is from.

    ``path`` is None for one that lies in no file: a new one that is not kept yet, or one that no stand-in is made
    with. ``chosen`` tells a key that the user has named from the project's own.
    """

    key: ProjectKey
    path: str | None
    made: bool = False
    chosen: bool = False


def chosen_recipe(name: str, retain: Sequence[str], *, at_random: bool = False) -> Recipe:
    """Load a recipe and add options to it, given with or without the ``retain-`` they begin with.

    ``at_random`` has its stand-ins drawn, wherever the recipe takes them from.

    Raises
    ------
    RecipeError
        With everything that is wrong with either.
    """
    recipe = load_recipe(name)
    if retain:
        recipe = _with_options(recipe, retain)
    if at_random:
        recipe = replace(recipe, pseudonyms=replace(recipe.pseudonyms, source="random"))
    return recipe


def chosen_key(option: str | None, project: Project, recipe: Recipe) -> KeyInUse:
    """Read the key that an option or the environment names, or the project's own; or think of a new one.

    A new one is in no file before `kept_key` has written it. Documented stand-ins do without the project's own.

    Raises
    ------
    ProjectKeyError
        If the key is missing or unusable; says which one.
    """
    path, key = _named_key(option), read_key(option)
    if key is not None:
        return KeyInUse(key, path, chosen=True)
    if recipe.pseudonyms.source != "documented" and os.path.lexists(project.key_path):
        return KeyInUse(_read_key(project.key_path, _PRIVATE_FOLDER), project.key_path)
    return KeyInUse(ProjectKey.generate(), None)


def kept_key(in_use: KeyInUse, project: Project, recipe: Recipe) -> KeyInUse:
    """Write a new key of the project's to its file, if stand-ins are made with it; another process may be first.

    Raises
    ------
    ProjectKeyError
        If it cannot be written.
    """
    if in_use.path is not None or key_of(recipe, in_use) is None:
        return in_use
    try:
        key, made = ProjectKey.read_or_make(project.key_path)
    except ProjectKeyError as error:
        raise ProjectKeyError(f"{_PRIVATE_FOLDER}: {error}") from None
    return KeyInUse(key, project.key_path, made)


def key_of(recipe: Recipe, in_use: KeyInUse) -> ProjectKey | None:
    """Return the key that stand-ins are made with: none for documented ones, unless the user has named a key."""
    return None if recipe.pseudonyms.source == "documented" and not in_use.chosen else in_use.key


def check_key_outside(option: str | None, output: str) -> None:
    """See to it that the key the user has named does not lie among the copies.

    Raises
    ------
    UsageError
        If it does, from where it would be given away; or if ``--key`` names nothing.
    """
    if option == "":
        raise UsageError("--key names no file; without --key the project's own key is used")
    path = _named_key(option)
    if path and lies_in(resolved(path), resolved(output)):
        raise UsageError("the project key lies in the output; whoever gets the copies would get the key")


def chosen_known(option: str | None, output: str | None = None) -> KnownFile | None:
    """Open what a survey has learned of the patients, if an option names it.

    Parameters
    ----------
    output
        Where the copies go, if any are made.

    Raises
    ------
    UsageError
        If it cannot be used, or lies among the copies, from where it would be given away.
    """
    if option is None:
        return None
    if not option:
        raise UsageError("--known names no file")
    if output is not None and lies_in(resolved(option), resolved(output)):
        raise UsageError(
            "the file of --known lies in the output; whoever gets the copies would get the originals' names"
        )
    from dicomveil.batch.survey.known import KnownFile

    return KnownFile(option)


def chosen_pseudonyms(recipe: Recipe, in_use: KeyInUse, project: Project, *, dry_run: bool) -> Pseudonyms:
    """Return the source of stand-ins that the recipe asks for; a dry run draws nothing, but derives.

    Raises
    ------
    StandInTableError
        If the table of random stand-ins cannot be used.
    """
    return stand_ins(recipe, key_of(recipe, in_use), project.table_path, draws=not dry_run)


def read_key(option: str | None) -> ProjectKey | None:
    """Read the key that an option or the environment names; None if neither does.

    Raises
    ------
    ProjectKeyError
        If it cannot be used; says which one.
    """
    path = _named_key(option)
    return None if not path else _read_key(path, "the file of --key" if option else f"the file of {KEY_VARIABLE}")


def _named_key(option: str | None) -> str | None:
    """Return the path that the user has named; an empty variable counts as unset."""
    return option or os.environ.get(KEY_VARIABLE)


def _read_key(path: str, where: str) -> ProjectKey:
    try:
        return ProjectKey.read(path)
    except ProjectKeyError as error:
        raise ProjectKeyError(f"{where}: {error}") from None


def _with_options(recipe: Recipe, retain: Sequence[str]) -> Recipe:
    known = [full for full in map(_in_full, retain) if full in ProfileOption.__members__.values()]
    problems = [_strange(word) for word in retain if _in_full(word) not in known]
    try:
        recipe = recipe.with_options(known)
    except RecipeError as error:
        problems.extend(error.problems)
    if problems:
        raise RecipeError(tuple(problems))
    return recipe


def _strange(word: str) -> RecipeProblem:
    """Tell of a word that is no option; offer those that are built, as long or short as the word was meant."""
    from dicomveil.recipe.wording import unknown

    offered = [str(option) for option in ProfileOption if option in OFFERED]
    if not word.lower().replace("_", "-").startswith(_PREFIX):
        offered = [full.removeprefix(_PREFIX) for full in offered]
    return RecipeProblem("", None, "--retain", unknown("option", word, offered))


def _in_full(word: str) -> str:
    full = f"{_PREFIX}{word}"
    return full if full in ProfileOption.__members__.values() else word
