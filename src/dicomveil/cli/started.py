"""The words a run was started with: made fit to be kept, and read again to go on with it."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from dicomveil.batch.command import Command
from dicomveil.cli.choices import KEY_VARIABLE
from dicomveil.errors import UsageError
from dicomveil.recipe.build import PRESETS
from dicomveil.standard import EDITION
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.batch.project import Project
    from dicomveil.recipe.model import Recipe

_ANEW = frozenset({"help", "input", "output", "jobs", "json", "show_paths", "quiet"})
"""What the next call says itself."""


def command_of(actions: Iterable[argparse.Action], arguments: argparse.Namespace, recipe: Recipe) -> Command:
    """Return what is to be kept of a call: ``actions`` are the options that there are, ``arguments`` what they got."""
    words = [word for action in actions if action.dest not in _ANEW for word in _words(action, arguments)]
    if not getattr(arguments, "key", None) and os.environ.get(KEY_VARIABLE):
        words.append(f"--key={_absolute(os.environ[KEY_VARIABLE])}")
    return Command(
        input=_absolute(arguments.input),
        words=tuple(words),
        recipe=recipe.name,
        title=recipe.title,
        options=tuple(sorted(recipe.options)),
        fingerprint=recipe.fingerprint,
        software=VERSION,
        edition=EDITION,
    )


def words_again(project: Project) -> list[str]:
    """Return the words that start a project's last run once more; its output is where the project is now.

    Raises
    ------
    UsageError
        If nothing was kept, or the input is gone.
    """
    command = Command.remembered(project.command_path)
    if command is None:
        raise UsageError("how the last run was started is not known; start it with dicomveil deidentify")
    if "://" not in command.input and not os.path.exists(command.input):
        raise UsageError(
            "the input of the last run is not there any more; if it was moved, name it with dicomveil deidentify: "
            "its files are then taken as others, and copies that are there are compared"
        )
    return [*command.words, "--", command.input, project.output]


def _words(action: argparse.Action, arguments: argparse.Namespace) -> list[str]:
    """Spell an option as it was given; nothing if it was not."""
    value = getattr(arguments, action.dest, None)
    if not action.option_strings or value in (None, False, []) or value == action.default:
        return []
    name = action.option_strings[-1]
    if value is True:
        return [name]
    several = value if isinstance(value, list) else [value]
    return [f"{name}={_path(action.dest, str(each))}" for each in several]


def _path(dest: str, text: str) -> str:
    if dest == "key" or (dest == "recipe" and text not in PRESETS):
        return _absolute(text)
    return text


def _absolute(path: str) -> str:
    return path if "://" in path else os.path.abspath(path)
