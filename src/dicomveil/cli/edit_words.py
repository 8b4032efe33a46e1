"""The words of ``dicomveil edit``: what it is told by, and what its help tells."""

from __future__ import annotations

import argparse
from typing import Any

from dicomveil.cli.parser import Parser

_DESCRIPTION = """\
Change tags of DICOM files, or of every DICOM file in a folder and the folders in it. What no edit names
stays the bytes it was. All edits are made to a file in the order given, or none; values are checked before
anything is written. Edited copies go to OUT, under the names they had; or, with --in-place, a file is
replaced at once by its edited self, and the original kept as FILE.bak."""

_EPILOG = """\
An ADDRESS is a keyword (PatientName), (0010,0010), 00100010, nested (ReferencedStudySequence[0].StudyDate,
[*] for every item), at any depth (**.PatientName), a repeating group (60xx3000), private by its creator
((0029,"ACME 1.0",10)) or of the file meta (0002,0016). Several VALUEs are parted by backslashes.

examples:
  dicomveil edit slice.dcm edited.dcm --set PatientName=DOE^JANE --remove StudyComments
  dicomveil edit study edited --set 'ReferencedStudySequence[0].ReferencedSOPInstanceUID=1.2.3'
  dicomveil edit study --in-place --sub 'StudyDescription=/phantom/test/i' --where 'Modality == "CT"'
  dicomveil edit first.dcm second.dcm edited --add PatientComments=seen --remove-private
  dicomveil edit study edited --table patients.csv --match PatientID
  dicomveil edit study edited --new-uid StudyInstanceUID --new-uid SeriesInstanceUID --dry-run
  dicomveil edit --undo changes.undo

exit codes: 0 all done, 1 some files could not be edited, or no DICOM file was found, 2 wrong usage, edit or
key, 130 interrupted"""

# What other programs call it.
_ELSEWHERE = {
    "--delete": "--remove",
    "--erase": "--remove",
    "--drop": "--remove",
    "--modify": "--replace",
    "--insert": "--set",
    "--update": "--set",
    "--clear": "--empty",
    "--output": "OUT, the last word",
}


class EditArguments(argparse.Namespace):
    """What the words of the command ask for."""

    paths: list[str]
    edits: list[tuple[str, str]]
    edit_files: list[str]
    table: str | None
    match: list[str]
    where: list[str]
    charset: str | None
    key: str | None
    undo_file: str | None
    undo: str | None
    in_place: bool
    no_backup: bool
    patch: bool
    preserve: bool
    only_changed: bool
    overwrite: bool
    force: bool
    dry_run: bool
    json: bool
    show_paths: bool
    quiet: bool


class _AsEdit(argparse.Action):
    """Keeps edits of all kinds in one list, in the order they are given."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        assert option_string is not None
        namespace.edits = [*namespace.edits, (option_string.removeprefix("--"), values or "")]


class _Once(argparse.Action):
    """Refuses a second one, which would silently take the place of the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest) is not None:
            parser.error(f"{option_string} is given twice")
        setattr(namespace, self.dest, values)


_MEANINGS = {
    "set": ("ADDRESS=VALUE", "give the element this value, whether it is there or not"),
    "add": ("ADDRESS=VALUE", "give it this value if it is not there"),
    "replace": ("ADDRESS=VALUE", "give it this value if it is there"),
    "empty": ("ADDRESS", "leave it without a value if it is there"),
    "remove": ("ADDRESS", "take it out; with an item number, that item"),
    "remove-private": (None, "take out everything private, at any depth"),
    "copy": ("ADDRESS=OTHER", "give it the value of another, if that is there"),
    "format": ("ADDRESS=TEMPLATE", "give it a text made from others: {PatientID|slice:0:4}-{Modality|lower}"),
    "sub": ("ADDRESS=/RE/NEW/", "replace what a regular expression finds in it; /i ignores case"),
    "new-uid": ("ADDRESS", "give it a new UID, the same for the same original in all files, references too"),
    "insert-item": ("SEQUENCE[N]", "put an empty item before item N, or, without a number, behind the last"),
}


def edit_parser() -> Parser:
    """Return what reads the words of the command."""
    parser = Parser("edit", _DESCRIPTION, _EPILOG, _ELSEWHERE)
    parser.add_argument(
        "paths", metavar="IN... OUT", nargs="*", help="DICOM files or folders; behind them where edited copies go"
    )
    parser.set_defaults(edits=[])
    changes = parser.add_argument_group("edits, carried out in the order given")
    for name, (form, meaning) in _MEANINGS.items():
        takes: dict[str, Any] = {"nargs": 0} if form is None else {"metavar": form}
        changes.add_argument(f"--{name}", action=_AsEdit, dest="edits", help=meaning.replace("%", "%%"), **takes)
    more: dict[str, Any] = {"action": "append", "default": []}
    changes.add_argument(
        "--edits",
        metavar="FILE",
        dest="edit_files",
        help="a TOML file of edits; they come first; can be given again",
        **more,
    )
    changes.add_argument(
        "--table", metavar="FILE", action=_Once, help="a CSV file: columns to match, columns to set, a row each"
    )
    changes.add_argument(
        "--match", metavar="ADDRESS,...", help="the columns of the table to match; can be given again", **more
    )
    changes.add_argument(
        "--charset", metavar="NAME", action=_Once, help="write every text anew in utf-8, latin-1, or a defined term"
    )
    which = parser.add_argument_group("which files, and how")
    which.add_argument(
        "--where",
        metavar="CONDITION",
        help="edit only files for which this holds, and all others that are given; see docs/editing.md",
        **more,
    )
    values = {
        "--key": "a project key for new UIDs, hash and shift; without it they differ from run to run",
        "--undo-file": "write down how to undo the edits; it holds original values",
        "--undo": "undo the edits of an undo file",
    }
    for option, meaning in values.items():
        which.add_argument(option, metavar="FILE", action=_Once, help=meaning)
    flags = {
        "--in-place": "replace files by their edited selves; originals are kept as FILE.bak",
        "--no-backup": "keep no FILE.bak",
        "--patch": "in place, write values of unchanged length over the old ones: fast, no backup, not atomic",
        "--preserve": "keep times, and for copies permissions too",
        "--only-changed": "leave files that nothing changes out of OUT; else they are copied as they are",
        "--overwrite": "replace files that are in OUT already",
        "--force": "write whatever can be encoded, also what is not valid, and touch what describes pixels",
        "--dry-run": "show what would change and write nothing: values for a file, counts for a folder",
        "--json": "tell every file and the end as JSON, a line each",
        "--show-paths": "name files by their paths too, which may tell who a patient is",
        "--quiet": "only errors that end the run",
    }
    for flag, meaning in flags.items():
        which.add_argument(flag, action="store_true", help=meaning)
    return parser
