"""``dicomveil find``: the files of a folder that fulfil a condition."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from dicomveil.batch.edits.find import FOUND, LEFTOVER, NOT_FOUND, Search
from dicomveil.batch.outcome import SKIPPED
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.leftovers import NO_DICOM, of_leftovers
from dicomveil.cli.parser import Parser
from dicomveil.cli.progress import Progress
from dicomveil.cli.voice import MOST_LINES
from dicomveil.engine.edit import Editor

_DESCRIPTION = """\
Print the path of every DICOM file in a folder, and the folders in it, for which a condition holds."""

_EPILOG = """\
A condition joins comparisons with and, or, not and parentheses: an address, one of == != < <= > >= ~ !~
(~ looks for a regular expression), and a text in quotation marks, a number or another address; or in and
a list; or exists and an address. docs/editing.md tells all.

examples:
  dicomveil find export --where 'Modality == "CT" and SliceThickness > 2'
  dicomveil find export --where 'StudyDescription ~ "(?i)phantom" or not exists PatientID' --count
  dicomveil find export --where '**.PatientName == "DOE^JANE"' --nul | xargs -0 ls -l

exit codes: 0 found some, 1 found none, or some files could not be read, 2 wrong usage or condition,
130 interrupted"""

_NO_FAILURES = (FOUND, NOT_FOUND, SKIPPED, LEFTOVER)


class _Arguments(argparse.Namespace):
    folder: str
    where: str
    count: bool
    nul: bool
    quiet: bool


def find(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    search = Search(Editor((), where=arguments.where), arguments.folder)
    progress = Progress(None if arguments.quiet or sys.stdout.isatty() else sys.stderr, search.count)
    codes: Counter[str] = Counter()
    left: Counter[str] = Counter()
    failures = 0
    end = "\0" if arguments.nul else "\n"
    for looked in search:
        codes[looked.code] += 1
        if looked.code == FOUND and not arguments.count:
            sys.stdout.write(looked.path + end)
        elif looked.code == LEFTOVER or (looked.code == SKIPPED and looked.message != NO_DICOM):
            left[looked.message] += 1
        elif looked.code not in _NO_FAILURES:
            failures += 1
            if failures <= MOST_LINES:
                progress.clear()
                sys.stderr.write(f"dicomveil: {looked.path}: {looked.message} ({looked.code})\n")
        progress.at(looked.number)
    progress.clear()
    if failures > MOST_LINES:
        sys.stderr.write(f"dicomveil: ... and {failures - MOST_LINES} more\n")
    if not arguments.quiet:
        sys.stderr.write(of_leftovers(left))
        if not codes[FOUND] + codes[NOT_FOUND] + failures:
            sys.stderr.write("dicomveil: no DICOM file was found\n")
    if arguments.count:
        sys.stdout.write(f"{codes[FOUND]}\n")
    return DONE if codes[FOUND] and not failures else SOME_NOT_DONE


def _parser() -> Parser:
    parser = Parser("find", _DESCRIPTION, _EPILOG)
    parser.add_argument("folder", metavar="FOLDER", help="a folder, or a file")
    parser.add_argument("--where", metavar="CONDITION", required=True, help="what a file has to fulfil")
    parser.add_argument("--count", action="store_true", help="only tell how many there are")
    parser.add_argument("--nul", action="store_true", help="end each path with a NUL, for xargs -0")
    parser.add_argument("--quiet", action="store_true", help="no progress, and no word of backups and archives")
    return parser
