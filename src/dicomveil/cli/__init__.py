"""The command line: words in, one library call, and an exit code; each command in a file of its own."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # type checkers take it for typing's, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DONE, SOME_NOT_DONE, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "deidentify": "write a de-identified copy of a file or a folder",
    "edit": "change tags of a file or of every file in a folder",
    "show": "show what is in a file, or certain attributes of many",
    "diff": "tell what differs between two files or two folders",
    "survey": "tell who and what is in a folder: patients, studies, series, duplicates, what is missing",
    "find": "print the files of a folder that fulfil a condition",
    "explain": "say for every element of a file what would become of it, and why",
    "status": "tell how a project stands, and write accounts of it",
    "resume": "go on with a run that was interrupted",
    "quarantine": "list the files that could not be done, or try them again",
    "recipes": "list the recipes that come with dicomveil, or show one",
    "dcmodify": "change tags with the options of DCMTK's dcmodify",
}

HELP = """\
De-identify DICOM files to PS3.15 at every depth and edit their tags, touching only what was asked for.

  dicomveil deidentify hospital-export shared

writes copies of the DICOM files in the folder `hospital-export` to the folder `shared`, under names that
tell nothing, with the Basic Application Confidentiality Profile carried out. Originals are only read.
Beside the copies stands the folder `shared.dicomveil` with the project's key and a report: it is private
and stays where the originals are.

Commands:
{commands}

  dicomveil COMMAND --help    tells all about a command
  dicomveil --version         tells the version, and the edition of the standard

Exit codes: 0 all done, 1 some files refused or failed, 2 wrong usage, recipe or key, 130 interrupted.
"""


def main(words: Sequence[str] | None = None) -> int:
    """Carry out a command line and return its exit code; nothing gets out but that.

    Parameters
    ----------
    words
        What stands behind the program's name; None for what it was started with.
    """
    _accept_any_character()
    try:
        code = _dispatch(list(sys.argv[1:] if words is None else words))
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return SOME_NOT_DONE
    except Exception as error:
        return _explained(error)
    return code


def _dispatch(words: list[str]) -> int:
    match words:
        case []:
            sys.stderr.write(_help())
            return WRONG_USAGE
        case ["--help" | "-h" | "help", *_]:
            sys.stdout.write(_help())
            return DONE
        case ["--version", *_]:
            sys.stdout.write(_version())
            return DONE
        case [command, *rest] if command in COMMANDS:
            try:
                return _command(command)(rest)
            except SystemExit:  # argparse, after --help
                return DONE
        case [strange, *_]:
            return _unknown(strange)
    raise AssertionError


def _command(name: str) -> Callable[[list[str]], int]:
    match name:
        case "dcmodify":
            from dicomveil.cli.dcmodify import dcmodify as command
        case "deidentify":
            from dicomveil.cli.deidentify import deidentify as command
        case "diff":
            from dicomveil.cli.diff import diff as command
        case "edit":
            from dicomveil.cli.edit import edit as command
        case "explain":
            from dicomveil.cli.explain import explain as command
        case "find":
            from dicomveil.cli.find import find as command
        case "survey":
            from dicomveil.cli.survey import survey as command
        case "quarantine":
            from dicomveil.cli.quarantine import quarantine as command
        case "resume":
            from dicomveil.cli.resume import resume as command
        case "status":
            from dicomveil.cli.status import status as command
        case "show":
            from dicomveil.cli.show import show as command
        case _:
            from dicomveil.cli.recipes import recipes as command
    return command


def _unknown(word: str) -> int:
    """Answer a word that is no command; it may be a path or a name, so it is not repeated."""
    from dicomveil.recipe.wording import nearest

    near = nearest(word.partition("=")[0], [*COMMANDS, "--help", "--version"])
    offer = f"did you mean {near}?" if near else f"there are: {', '.join(COMMANDS)}"
    _say(f"the first word is no command; {offer}")
    return WRONG_USAGE


def _explained(error: Exception) -> int:
    """Tell an error in a line without a traceback, whose lines might quote a value."""
    from dicomveil.errors import DicomveilError, InstanceError

    if isinstance(error, InstanceError):
        _say(f"{error} ({error.code})")
        return SOME_NOT_DONE
    if isinstance(error, DicomveilError):
        _say(str(error))
        return WRONG_USAGE
    if isinstance(error, OSError):
        _say(os.strerror(error.errno or 0))
        return SOME_NOT_DONE
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
    _say(f"a fault of dicomveil: {type(error).__name__}{where}; please report it, without patient data")
    return SOME_NOT_DONE


def _say(message: str) -> None:
    sys.stderr.write("".join(f"dicomveil: {line}\n" for line in message.splitlines()))


def _help() -> str:
    return HELP.format(commands="\n".join(f"  {name:<12}{purpose}" for name, purpose in COMMANDS.items()))


def _version() -> str:
    from dicomveil.standard import ACKNOWLEDGEMENT, EDITION
    from dicomveil.version import VERSION

    return f"dicomveil {VERSION}, PS3.15 {EDITION}\nTables of the standard: {ACKNOWLEDGEMENT}\n"


def _accept_any_character() -> None:
    """Let a terminal or pipe that knows few characters get the others escaped, instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_stdout() -> None:
    """Keep Python from complaining at its end that nobody reads what is left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
