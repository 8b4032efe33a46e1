"""What a run over a folder leaves for later: the words it was started with, and a page about it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from dicomveil.batch.accounts.accounts import Accounts
from dicomveil.batch.records.command import Command
from dicomveil.batch.records.project import unwritable
from dicomveil.batch.storage.places import absolute
from dicomveil.cli.choices import KEY_VARIABLE, read_key
from dicomveil.cli.parser import positive
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.recipe.build import PRESETS
from dicomveil.standard import EDITION
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.batch.records.project import Project
    from dicomveil.cli.parser import Parser
    from dicomveil.recipe.model import Recipe

_KEY = "--key="
_CLUSTER = "--cluster="
_JOBS = "so many processes of this machine at once, also if the run was started with --cluster"
_ANEW = frozenset({"help", "input", "output", "jobs", "json", "show_paths", "quiet"})
"""What the next call says itself."""


class SpokenArguments(argparse.Namespace):
    """How a run is to be carried out and told of; said anew by each call."""

    jobs: int | None
    json: bool
    show_paths: bool
    quiet: bool


def takes_spoken(parser: Parser) -> None:
    """Add the options that each call says anew."""
    parser.add_argument("--jobs", "-j", metavar="N", type=positive, help=_JOBS)
    parser.add_argument("--json", action="store_true", help="tell every file and the end as JSON, a line each")
    parser.add_argument("--show-paths", action="store_true", help="name files by their paths too")
    parser.add_argument("--quiet", action="store_true", help="only errors that end the run")


def spoken_words(arguments: SpokenArguments) -> list[str]:
    """Spell these options for dicomveil deidentify."""
    flags = {"--json": arguments.json, "--show-paths": arguments.show_paths, "--quiet": arguments.quiet}
    jobs = [] if arguments.jobs is None else [f"--jobs={arguments.jobs}"]
    return jobs + [flag for flag, is_set in flags.items() if is_set]


def keep_command(
    project: Project, actions: Iterable[argparse.Action], arguments: argparse.Namespace, recipe: Recipe
) -> None:
    """Write down how a run is started.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    try:
        command_of(actions, arguments, recipe).remember(project.command_path)
    except OSError as error:
        raise UsageError(unwritable(error)) from None


def write_page(project: Project) -> None:
    """Write the page for people at the end of a run; without it, a run is as good."""
    from dicomveil.batch.accounts.html_report import write_html

    try:
        write_html(project, project.page_path, replace=True)
    except (OSError, UsageError) as error:
        why = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        sys.stderr.write(f"dicomveil: report.html could not be written: {why}\n")


def command_of(actions: Iterable[argparse.Action], arguments: argparse.Namespace, recipe: Recipe) -> Command:
    """Return what is to be kept of a call: ``actions`` are the options that there are, ``arguments`` what they got."""
    words = [word for action in actions if action.dest not in _ANEW for word in _words(action, arguments)]
    if not getattr(arguments, "key", None) and os.environ.get(KEY_VARIABLE):
        words.append(f"{_KEY}{absolute(os.environ[KEY_VARIABLE])}")
    return Command(
        input=absolute(arguments.input),
        output=absolute(arguments.output) if getattr(arguments, "project", None) else "",
        words=tuple(words),
        recipe=recipe.name,
        title=recipe.title,
        options=tuple(sorted(recipe.options)),
        fingerprint=recipe.fingerprint,
        software=VERSION,
        edition=EDITION,
    )


def words_again(project: Project, *, here: bool = False) -> list[str]:
    """Return the words that start a project's last run once more; its output is where the project is now.

    Parameters
    ----------
    here
        Have it done by processes of this machine, also if it was done by a cluster.

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
    words = [word for word in command.words if not (here and word.startswith(_CLUSTER))]
    return [*words, "--", command.input, command.output or project.output]


def key_again(project: Project) -> ProjectKey:
    """Read the key that the tokens of a project's last run were made with: without a key, the ledger has a secret.

    Raises
    ------
    ProjectKeyError, UsageError
        If it cannot be used.
    """
    command = Command.remembered(project.command_path)
    named = [word.removeprefix(_KEY) for word in command.words if word.startswith(_KEY)] if command else []
    if named:
        key = read_key(named[0])
        assert key is not None
        return key
    with Accounts(project) as accounts:
        secret = accounts.secret()
    if secret is not None:
        return ProjectKey(secret)
    return ProjectKey.read(project.key_path)


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
    if dest in ("key", "known", "project") or (dest == "recipe" and text not in PRESETS):
        return absolute(text)
    return text
