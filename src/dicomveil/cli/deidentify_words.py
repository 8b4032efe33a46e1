"""The words of ``dicomveil deidentify``: its options, and what cannot work whatever they say."""

from __future__ import annotations

import argparse
import os

from dicomveil.batch.sources.inputs import Inputs
from dicomveil.batch.storage.places import (
    absolute,
    check_apart,
    exists,
    is_file,
    is_folder,
    is_url,
    names_folder,
    spelled,
)
from dicomveil.cli.choices import check_key_outside
from dicomveil.cli.layouts import OFFERED
from dicomveil.cli.parser import Parser, positive
from dicomveil.errors import UsageError

_DESCRIPTION = """\
Write a de-identified copy of a DICOM file, or of every DICOM file in a folder and the folders in it.

DICOM files are told by their content, whatever they are called; other files are skipped. The copies of
a folder are laid out as patient/study/series/instance.dcm, all named by stand-ins. One bad file stops
nothing."""

_EPILOG = """\
examples:
  dicomveil deidentify export shared
  dicomveil deidentify export shared --recipe research --refuse-burned-in
  dicomveil deidentify slice.dcm slice-shared.dcm --retain modified-dates
  dicomveil deidentify next.dcm next-shared.dcm --key slice-shared.dcm.dicomveil/key

The key is the file of --key, or else of the environment variable DICOMVEIL_KEY, or else it is made on
first use in the private folder OUT.dicomveil. The same key gives the same stand-ins. Whoever has it can
find out who is who. An output takes no copies under another key.

exit codes: 0 all done (what is no DICOM is no failure), 1 some refused or failed, some there already, or
nothing to do, 2 wrong usage, recipe or key, 130 interrupted"""


class Arguments(argparse.Namespace):
    """What was said; ``inputs`` are the files that ``input`` stands for."""

    input: str
    output: str
    recipe: str
    retain: list[str]
    key: str | None
    known: str | None
    project: str | None
    no_archives: bool
    random: bool
    again: bool
    overwrite: bool
    dry_run: bool
    refuse_burned_in: bool
    hash: bool
    jobs: int | None
    layout: str | None
    dicomdir: bool
    inputs: Inputs
    cluster: str | None
    json: bool
    show_paths: bool
    quiet: bool

    @property
    def is_single(self) -> bool:
        """Tell whether a file is to become a file under a name of its own."""
        return self.inputs.is_single and not names_folder(self.output)


def read_words(parser: Parser, words: list[str]) -> Arguments:
    """Read the words of a call, and look at what they name.

    Raises
    ------
    UsageError
        If they are wrong, or name what cannot work; nothing was made yet.
    """
    arguments = parser.read(words, Arguments())
    arguments.input, arguments.output = spelled(arguments.input), spelled(arguments.output)
    if arguments.cluster is not None:  # workers are in other folders than this process
        arguments.input, arguments.output = absolute(arguments.input), absolute(arguments.output)
    return arguments


def check_places(arguments: Arguments) -> None:
    """Refuse what cannot work before a key is made; look for the inputs."""
    for what, path in (("input", arguments.input), ("output", arguments.output)):
        if not path:
            raise UsageError(f"the {what} has no name")
        if exists(path) and not (is_file(path) or is_folder(path)):
            raise UsageError(f"the {what} is neither a file nor a folder")
    inputs = arguments.inputs = Inputs(arguments.input, archives=not arguments.no_archives)
    check_apart(inputs.root, arguments.output)
    check_key_outside(arguments.key, arguments.output)
    if not inputs.is_single and is_file(arguments.output):
        raise UsageError("the input is a folder and the output a file; name a folder for the output")
    if is_url(arguments.output):
        if arguments.project is None:
            raise UsageError("an output in a storage needs --project FOLDER: the private folder stays on this machine")
    elif not arguments.dry_run:
        _check_writable(arguments.output)


def _check_writable(output: str) -> None:
    there = os.path.abspath(output)
    if os.path.isfile(there):
        there = os.path.dirname(there)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        raise UsageError("the output cannot be written: a file stands where a folder has to be")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError("the output cannot be written: permission denied")


def make_parser() -> Parser:
    """Return what reads the words."""
    parser = Parser("deidentify", _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "input", metavar="IN", help="a DICOM file, a folder, a zip or tar archive, or a URL; it is only read"
    )
    parser.add_argument(
        "output",
        metavar="OUT",
        help="where copies go; for a file its copy's name, unless it is a folder or ends with a slash",
    )
    parser.takes_recipe()
    parser.add_argument("--key", metavar="FILE", help="the project key; without it see below")
    parser.takes_known()
    parser.add_argument(
        "--project", metavar="FOLDER", help="the private folder, instead of OUT.dicomveil; it stays on this machine"
    )
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "--jobs",
        "-j",
        metavar="N",
        type=positive,
        help="so many processes at once; without it as many as there are cores, for a few files one",
    )
    workers.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="let the workers of a cluster do it: ray://HOST:PORT or dask://HOST:PORT; local stands for a cluster of "
        "this machine alone",
    )
    parser.add_argument(
        "--layout",
        metavar="NAME",
        choices=OFFERED,
        help="pseudonyms (patient/study/series/instance.dcm, without the option), mirror (the folders of IN, all "
        "names replaced), or zip (patient/study.zip)",
    )
    flags = {
        "--dicomdir": "write a DICOMDIR too, and name copies so that it can refer to them",
        "--random": "draw stand-ins at random and remember them in OUT.dicomveil, as Safe Harbor asks, "
        "instead of deriving them with the key",
        "--no-archives": "do not look into zip and tar archives",
        "--again": "also take files that dicomveil has de-identified before",
        "--overwrite": "replace copies that are there already",
        "--dry-run": "decide everything and write nothing: no copy, key, folder or report; the ledger is not asked, "
        "and copies that are there count as there already",
        "--refuse-burned-in": "refuse files that are likely to show text in their pixels",
        "--hash": "tell by all bytes of a file, not by its size and time, whether it changed since an earlier run",
        "--json": "tell every file and the end as JSON, a line each, instead of the table",
        "--show-paths": "name files by their paths too, which may tell who a patient is",
        "--quiet": "only errors that end the run, and the news that a key was made",
    }
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser
