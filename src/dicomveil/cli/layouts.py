"""How the copies of a run are laid out, as options choose it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.batch.layouts.layout import MEDIA, MIRROR, PSEUDONYMS, ZIP
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.pseudonyms.key import ProjectKey
    from dicomveil.recipe.model import Recipe

OFFERED = (PSEUDONYMS, MIRROR, ZIP)


def chosen_layout(named: str | None, *, dicomdir: bool, single: bool) -> str:
    """Return the layout that options ask for.

    Parameters
    ----------
    single
        A file becomes a file under a name of its own, and nothing is laid out.

    Raises
    ------
    UsageError
        If they do not go together.
    """
    if single and (dicomdir or named not in (None, PSEUDONYMS)):
        raise UsageError("--layout and --dicomdir are for an output that is a folder; end its name with a slash")
    if dicomdir and named is not None:
        raise UsageError("--dicomdir has a layout of its own, whose names a DICOMDIR can refer to; leave out --layout")
    return MEDIA if dicomdir else named or PSEUDONYMS


def check_layout(
    layout: str, recipe: Recipe, key: ProjectKey | None, *, of_folder: bool, in_storage: bool = False
) -> None:
    """See to it that a layout can name its copies; ``key`` is the one that stand-ins are made with.

    Raises
    ------
    UsageError
        If there is no folder to mirror, nothing to make the names with, or copies in a storage cannot be laid out so.
    """
    if in_storage and layout in (ZIP, MEDIA):
        raise UsageError("an output in a storage can be laid out by pseudonyms or as a mirror only")
    if layout != MIRROR:
        return
    if not of_folder:
        raise UsageError("--layout mirror is for an input that is a folder")
    if recipe.pseudonyms.source == "random":
        raise UsageError("--layout mirror derives names from those of the input, and random stand-ins derive nothing")
    if key is None:
        raise UsageError(f"--layout mirror needs a key, and the recipe {recipe.name} has none; name one with --key")
