"""``dicomveil quarantine``: which files could not be done, what to do about them, and trying them again."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING

from dicomveil.batch.accounts.accounts import Accounts, Quarantined
from dicomveil.batch.accounts.advice import advice_on
from dicomveil.batch.accounts.standing import ENDED, state_of
from dicomveil.batch.records.command import Command
from dicomveil.batch.records.project import Project
from dicomveil.batch.records.tokens import TOKEN_BYTES, Tokens
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.deidentify import deidentify
from dicomveil.cli.parser import Parser
from dicomveil.cli.started import SpokenArguments, key_again, spoken_words, takes_spoken, words_again
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
Tell which files a run could not do, why, and what to do about them (list); or take them again when their
cause is gone (retry). quarantine list --help and quarantine retry --help tell all.

PROJECT is the output of dicomveil deidentify, or the private folder OUT.dicomveil beside it."""

_OF_LIST = """\
Tell of each input that could not be done: the token that stands for its path, why, and what to do.

PROJECT is the output of dicomveil deidentify, or the private folder OUT.dicomveil beside it."""

_OF_RETRY = """\
Take the inputs again that could not be done, or those of some tokens, with the words the last run was
started with; so do it when their cause is gone. The last run must have come to its end.

PROJECT is the output of dicomveil deidentify, or the private folder OUT.dicomveil beside it."""

_LIST_EXAMPLES = """\
  dicomveil quarantine list shared
  dicomveil quarantine list shared --show-paths
"""

_RETRY_EXAMPLES = """\
  dicomveil quarantine retry shared
  dicomveil quarantine retry shared d8607af9447473f0
"""

_CODES = """
exit codes: 0 nothing is left that could not be done, 1 some is, 2 wrong usage, 130 interrupted"""


class _Arguments(SpokenArguments):
    project: str
    tokens: list[str]


def quarantine(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    what = next((word for word in words if word in _PARSERS), "")
    if not what:
        _parser().parse_known_args(words)  # --help leaves
        raise UsageError(_WHICH)
    words = list(words)
    words.remove(what)
    arguments = _PARSERS[what]().read(words, _Arguments())
    project = Project.named(arguments.project)
    with Accounts(project) as accounts:
        found, gone = list(accounts.quarantined()), accounts.gone_undone()
        ended = state_of(tuple(accounts.runs()), project) == ENDED
        last = [run.source for run in accounts.runs()[-1:]]
    if what == "list":
        return _list(found, gone, arguments, project)
    if not ended:
        raise UsageError("the last run has not come to its end; go on with it first: dicomveil resume")
    return _retry(found, arguments, project, last)


# --- list


def _list(found: list[Quarantined], gone: int, arguments: _Arguments, project: Project) -> int:
    paths = _paths(found, project) if arguments.show_paths and found else {}
    if arguments.json:
        sys.stdout.writelines(_as_json(each, arguments, paths) for each in found)
    elif not arguments.quiet:
        sys.stdout.write(_as_text(found, arguments, paths) + _said_of_gone(gone))
    return SOME_NOT_DONE if found else DONE


def _as_text(found: list[Quarantined], arguments: _Arguments, paths: dict[tuple[bytes, bytes], str]) -> str:
    text = ""
    for code, group in groupby(sorted(found, key=lambda each: each.code), key=lambda each: each.code):
        members, advice = list(group), advice_on(code)
        text += f"{code} ({len(members)}): {advice.meaning}\n  what to do: {advice.to_do}\n"
        for each in members:
            path = f"  {_path(each, paths)!r}" if arguments.show_paths else ""
            text += f"  {each.token.hex()}  {each.message}{path}\n"
        text += "\n"
    return text or "No file is left that could not be done.\n"


def _said_of_gone(gone: int) -> str:
    if not gone:
        return ""
    return f"No longer in the input: {gone} that could not be done; there is nothing to do about them.\n"


def _as_json(each: Quarantined, arguments: _Arguments, paths: dict[tuple[bytes, bytes], str]) -> str:
    advice = advice_on(each.code)
    told: dict[str, object] = {
        "token": each.token.hex(),
        "code": each.code,
        "message": each.message,
        "meaning": advice.meaning,
        "to_do": advice.to_do,
        "source": each.source.hex(),
    }
    if arguments.show_paths:
        told["path"] = _path(each, paths)
    return json.dumps(told) + "\n"


def _paths(found: list[Quarantined], project: Project) -> dict[tuple[bytes, bytes], str]:
    """Return paths by source and token: the files of the last run's input are listed, and their tokens made again."""
    command = Command.remembered(project.command_path)
    if command is None:
        raise UsageError("where the input of the last run is was not kept, so no path can be told")
    inputs, tokens = Inputs(command.input), Tokens(key_again(project))
    source = tokens.of_folder(inputs.root)
    wanted = {each.token for each in found if each.source == source}
    return {(source, token): item.path for item in inputs if wanted and (token := tokens.of(item)) in wanted}


def _path(each: Quarantined, paths: dict[tuple[bytes, bytes], str]) -> str | None:
    """Return the path of an input; None if it is gone, or of an earlier run over another folder."""
    return paths.get((each.source, each.token))


# --- retry


def _retry(found: list[Quarantined], arguments: _Arguments, project: Project, last: list[bytes]) -> int:
    of_last = {each.token for each in found if each.source in last}
    only = _chosen(arguments.tokens, of_last) if arguments.tokens else frozenset(of_last)
    elsewhere = len(found) - sum(each.source in last for each in found)
    if elsewhere and not arguments.tokens:
        _say(f"{elsewhere} are of other inputs than the last run's: try them with dicomveil deidentify")
    if not only:
        _say("there is nothing to retry")
        return SOME_NOT_DONE if elsewhere else DONE
    words_before = words_again(project, here=arguments.jobs is not None)
    code = deidentify([*spoken_words(arguments), *words_before], only=only)
    with Accounts(project) as accounts:
        is_left = next(accounts.quarantined(), None) is not None
    return SOME_NOT_DONE if code == DONE and is_left else code


def _chosen(words: Sequence[str], known: set[bytes]) -> frozenset[bytes]:
    chosen = set()
    for number, word in enumerate(words, 1):
        try:
            token = bytes.fromhex(word)
        except ValueError:
            token = b""
        if len(token) != TOKEN_BYTES:
            raise UsageError(f"token {number} is none: a token has {2 * TOKEN_BYTES} hexadecimal digits")
        if token not in known:
            raise UsageError(f"token {number} stands for no file of the last run's input that could not be done")
        chosen.add(token)
    return frozenset(chosen)


def _say(message: str) -> None:
    sys.stderr.write(f"dicomveil: {message}\n")


def _parser() -> Parser:
    """Return what tells of both."""
    parser = Parser("quarantine", _DESCRIPTION, f"examples:\n{_LIST_EXAMPLES}{_RETRY_EXAMPLES}{_CODES}")
    parser.add_argument("what", metavar="list|retry", nargs="?", help="what to do")
    parser.add_argument("project", metavar="PROJECT", nargs="?", help="the output, or its private folder")
    parser.add_argument("tokens", metavar="TOKEN", nargs="*", help="with retry, take only the files of these tokens")
    takes_spoken(parser)
    return parser


def _list_parser() -> Parser:
    parser = Parser("quarantine list", _OF_LIST, f"examples:\n{_LIST_EXAMPLES}{_CODES}")
    parser.add_argument("project", metavar="PROJECT", help="the output, or its private folder")
    parser.add_argument("--json", action="store_true", help="tell every file as JSON, a line each")
    parser.add_argument("--show-paths", action="store_true", help="name files by their paths too")
    parser.add_argument("--quiet", action="store_true", help="only the exit code, and errors")
    parser.set_defaults(tokens=[])
    return parser


def _retry_parser() -> Parser:
    parser = Parser("quarantine retry", _OF_RETRY, f"examples:\n{_RETRY_EXAMPLES}{_CODES}")
    parser.add_argument("project", metavar="PROJECT", help="the output, or its private folder")
    parser.add_argument("tokens", metavar="TOKEN", nargs="*", default=[], help="take only the files of these tokens")
    takes_spoken(parser)
    return parser


_PARSERS = {"list": _list_parser, "retry": _retry_parser}
_WHICH = "say quarantine list or quarantine retry, and behind it the project\nsee dicomveil quarantine --help"
