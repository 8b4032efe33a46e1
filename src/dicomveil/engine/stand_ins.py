"""Make the source of stand-ins that a recipe asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.pseudonyms.key import ProjectKey
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.recipe.model import Recipe


def stand_ins(
    recipe: Recipe, key: ProjectKey | None, table_path: str | os.PathLike[str] | None = None, *, draws: bool = True
) -> Pseudonyms:
    """Return stand-ins as the recipe wants them: derived, drawn at random or as documented, with its prefix and dates.

    Parameters
    ----------
    key
        The project key. Only the documented stand-ins do without one, and can then be guessed.
    table_path
        The private table of stand-ins drawn at random.
    draws
        May draw some; else they are derived instead, and nothing is written.

    Raises
    ------
    UsageError
        If the recipe's source needs a key or a table that is not given.
    StandInTableError
        If the table cannot be used.
    """
    from dicomveil.pseudonyms.sources import DocumentedPseudonyms, KeyedPseudonyms, RandomPseudonyms

    wanted = recipe.pseudonyms
    if wanted.source == "documented":
        return DocumentedPseudonyms(key, prefix=wanted.prefix, shift_range=recipe.dates)
    if key is None:
        raise UsageError("these stand-ins need a project key")
    if wanted.source == "random" and draws:
        if table_path is None:
            raise UsageError("stand-ins drawn at random need a table to be remembered in")
        return RandomPseudonyms(key, table_path, recipe.dates, wanted.prefix)
    return KeyedPseudonyms(key, recipe.dates, wanted.prefix)
