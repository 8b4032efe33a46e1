"""``dicomveil resume``: go on with a run that was interrupted, with the words it was started with."""

from __future__ import annotations

from dicomveil.batch.accounts.accounts import Accounts
from dicomveil.batch.accounts.standing import ENDED, state_of
from dicomveil.batch.records.project import Project
from dicomveil.cli.deidentify import deidentify
from dicomveil.cli.parser import Parser
from dicomveil.cli.started import SpokenArguments, spoken_words, takes_spoken, words_again
from dicomveil.errors import UsageError

_DESCRIPTION = """\
Go on with the last run of a project, if it was interrupted or killed: with the input, recipe, key and
options it was started with. What it has done is not done again.

PROJECT is the output of dicomveil deidentify, or the private folder OUT.dicomveil beside it."""

_EPILOG = """\
examples:
  dicomveil resume shared
  dicomveil resume shared -j 4 --quiet

A run with --overwrite makes all copies anew, also when it is gone on with. One with --cluster goes on there;
with -j, on this machine.

exit codes: those of dicomveil deidentify; 2 also if there is nothing to go on with, or the input is gone"""


class _Arguments(SpokenArguments):
    project: str


def resume(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    project = Project.named(arguments.project)
    with Accounts(project) as accounts:
        if state_of(tuple(accounts.runs()), project) == ENDED:
            raise UsageError(
                "there is nothing to resume: the last run came to its end; dicomveil deidentify takes new files, "
                "dicomveil quarantine retry those that could not be done"
            )
    words_before = words_again(project, here=arguments.jobs is not None)
    return deidentify([*spoken_words(arguments), *words_before])


def _parser() -> Parser:
    parser = Parser("resume", _DESCRIPTION, _EPILOG)
    parser.add_argument("project", metavar="PROJECT", help="the output, or its private folder")
    takes_spoken(parser)
    return parser
