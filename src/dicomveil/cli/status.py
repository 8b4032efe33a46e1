"""``dicomveil status``: how a project stands, and accounts of it as a page or as tables."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from typing import TYPE_CHECKING

from dicomveil.batch.accounts import tables
from dicomveil.batch.accounts.accounts import Accounts
from dicomveil.batch.accounts.advice import advice_on
from dicomveil.batch.accounts.html_report import write_html
from dicomveil.batch.accounts.standing import AT_WORK, ENDED, Standing
from dicomveil.batch.records.command import Command
from dicomveil.batch.records.project import Project
from dicomveil.batch.storage.places import exists, lies_in, resolved
from dicomveil.batch.storage.whole_file import whole_file
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.parser import Parser
from dicomveil.cli.tally import still_there, table
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from dicomveil.batch.accounts.accounts import FileAccount, RunAccount

    Writer = Callable[[Iterable[FileAccount], TextIO], None]

_DESCRIPTION = """\
Tell how a project stands: its runs so far, what became of the files, how far a run is that is at work or
was interrupted, and what to do next. Nothing is changed; a run may be at work meanwhile.

PROJECT is the output of dicomveil deidentify, or the private folder OUT.dicomveil beside it."""

_EPILOG = """\
examples:
  dicomveil status shared
  dicomveil status shared --html shared.html
  dicomveil status shared --csv - | tail -n +2 | sort -t, -k2

No value of a file and no path of an input is told: files are named by tokens, patients by stand-ins.

exit codes: 0 all done, 1 some not done, or the last run has not come to its end or has told that something
is wrong with the output, 2 wrong usage"""

_RUNS_SHOWN = 5
_STDOUT = "-"


class _Arguments(argparse.Namespace):
    project: str
    json: bool
    html: str | None
    csv: str | None
    jsonl: str | None


def status(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    takes_stdout = [arguments.csv == _STDOUT, arguments.jsonl == _STDOUT, arguments.json]
    if sum(takes_stdout) > 1:
        raise UsageError("only one of --json, --csv - and --jsonl - can go to standard output")
    if arguments.html == _STDOUT:
        raise UsageError("--html wants the name of a file")
    project = Project.named(arguments.project)
    command = Command.remembered(project.command_path)
    output = (command.output if command is not None else "") or project.output
    for path in (arguments.html, arguments.csv, arguments.jsonl):
        if path not in (None, _STDOUT) and lies_in(resolved(path), resolved(output)):
            raise UsageError("accounts are private, and that place is in the output; choose another")
    with Accounts(project) as accounts:
        standing = Standing.of(accounts, project, command)
        if arguments.html is not None:
            _refuse_to_overwrite(arguments.html, lambda path: write_html(project, path))
        for path, write in ((arguments.csv, tables.write_csv), (arguments.jsonl, tables.write_json_lines)):
            if path is not None:
                _write_table(accounts, path, write)
    if arguments.json:
        sys.stdout.write(json.dumps(_as_json(standing, command)) + "\n")
    elif not any(takes_stdout):
        sys.stdout.write(_as_text(standing, command, arguments.project))
    is_staged = os.path.isdir(project.staging_path)  # zips, which are packed at the end
    if standing.by_code.get("done") and not is_staged and not exists(output):
        sys.stderr.write("dicomveil: the output is not there any more; run it again, and its copies are made anew\n")
        return SOME_NOT_DONE
    return DONE if standing.all_done else SOME_NOT_DONE


# --- files


def _write_table(accounts: Accounts, path: str, write: Writer) -> None:
    if path == _STDOUT:
        write(accounts.files(), sys.stdout)
        return

    def written(path: str) -> None:
        with whole_file(path) as stream:
            write(accounts.files(), stream)

    _refuse_to_overwrite(path, written)


def _refuse_to_overwrite(path: str, write: Callable[[str], None]) -> None:
    try:
        write(path)
    except FileExistsError:
        raise UsageError("a file of that name is there already; nothing is overwritten") from None
    except OSError as error:
        raise UsageError(f"the file cannot be written: {os.strerror(error.errno or 0)}") from None


# --- words


def _as_text(standing: Standing, command: Command | None, named: str) -> str:
    text = "" if command is None else f"Recipe {_recipe(command)}\n\n"
    text += "".join(f"  {line}\n" for line in _runs(standing.runs))
    rows = _rows(standing)
    text += f"\n{table(rows)}" if rows else "\nNo file is known yet.\n"
    text += "".join(f"\nThe last run has told: {problem}\n" for problem in standing.problems)
    text += "".join(f"\n{line}\n" for line in _how_far(standing))
    return text + "".join(f"\n{line}\n" for line in _next(standing, shlex.quote(named)))


def _recipe(command: Command) -> str:
    options = ", ".join(command.options)
    return ", ".join(
        filter(None, (f"{command.recipe} {command.fingerprint}", command.title, options and f"with {options}"))
    )


def _runs(runs: tuple[RunAccount, ...]) -> Iterator[str]:
    if len(runs) > _RUNS_SHOWN:
        yield f"... and {len(runs) - _RUNS_SHOWN} earlier runs; --json tells of all"
    for run in runs[-_RUNS_SHOWN:]:
        took = "" if run.seconds is None else f" after {run.seconds:.1f} s"
        end = "not ended" if run.ended is None else f"interrupted{took}" if run.interrupted else f"ended{took}"
        started = run.started[:19].replace("T", " ")
        yield f"run {run.run}  {started} UTC  {end}, {run.files} {_files(run.files)}, {run.done} of them done"


def _rows(standing: Standing) -> list[tuple[str, str, int, str]]:
    rows = []
    for code, count in sorted(standing.by_code.items(), key=lambda each: (each[0] != "done", each[0])):
        plain = code in ("done", "skipped")
        rows.append((code if plain else "not done", "" if plain else code, count, advice_on(code).meaning))
    if standing.gone:
        rows.append(("no longer in the input", "", standing.gone, still_there(standing.gone_copies)))
    if standing.pixels_not_checked:
        rows.append(("pixels not checked", "", standing.pixels_not_checked, "look at them before you share them"))
    return rows


def _how_far(standing: Standing) -> Iterator[str]:
    if standing.state != ENDED:
        of = "" if standing.files is None else f" of {standing.files}"
        yield f"The last run is {standing.state}; {standing.known}{of} files of its input are seen to."


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


def _next(standing: Standing, named: str) -> Iterator[str]:
    if standing.state == AT_WORK:
        yield "Next: wait until it ends."
    elif standing.state != ENDED:
        yield f"Next: dicomveil resume {named}"
    elif standing.quarantined:
        yield (
            f"Next: dicomveil quarantine list {named}   tells what to do about the {standing.quarantined} files that "
            "could not be done"
        )
    elif standing.problems:
        yield "Next: see to what the last run has told, and run it again."
    else:
        yield "Next: nothing is left to do."


def _as_json(standing: Standing, command: Command | None) -> dict[str, object]:
    return {
        "state": standing.state,
        "known": standing.known,
        "files": standing.files,
        "all_done": standing.all_done,
        "by_code": standing.by_code,
        "quarantined": standing.quarantined,
        "gone": standing.gone,
        "gone_copies": standing.gone_copies,
        "pixels_not_checked": standing.pixels_not_checked,
        "recipe": None if command is None else command.recipe,
        "options": None if command is None else list(command.options),
        "fingerprint": None if command is None else command.fingerprint,
        "software": None if command is None else command.software,
        "edition": None if command is None else command.edition,
        "runs": [{**run._asdict(), "source": run.source.hex()} for run in standing.runs],
    }


def _parser() -> Parser:
    parser = Parser("status", _DESCRIPTION, _EPILOG)
    parser.add_argument("project", metavar="PROJECT", help="the output, or its private folder")
    parser.add_argument("--json", action="store_true", help="tell it as one object of JSON")
    parser.add_argument("--html", metavar="FILE", help="write a page for people, as OUT.dicomveil/report.html is")
    parser.add_argument("--csv", metavar="FILE|-", help="write a table with a row a file; - for standard output")
    parser.add_argument("--jsonl", metavar="FILE|-", help="write the same as JSON, a line a file")
    return parser
