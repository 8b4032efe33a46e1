"""``dicomveil edit``: change tags of a file or of every file in a folder."""

from __future__ import annotations

import argparse
import gc
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from dicomveil.batch.edit_run import Copies, EditRun
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.choices import read_key
from dicomveil.cli.edit_voice import EditVoice
from dicomveil.cli.parser import Parser
from dicomveil.dataset.replace import Manner
from dicomveil.editing.edits import Put
from dicomveil.editing.option_texts import EDIT_OPTIONS
from dicomveil.engine.edit import Editor
from dicomveil.engine.edit_stand_ins import EditStandIns
from dicomveil.engine.undo import UndoWriter, undo
from dicomveil.errors import EditError, UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from dicomveil.editing.edits import Edit
    from dicomveil.editing.table import Table

_DESCRIPTION = """\
Change tags of a DICOM file, or of every DICOM file in a folder and the folders in it. What no edit names
stays the bytes it was. All edits are made to a file in the order given, or none; values are checked before
anything is written. Edited copies go to OUT, under the names they had; or, with --in-place, a file is
replaced at once by its edited self, and the original kept as FILE.bak."""

_EPILOG = """\
An ADDRESS is a keyword (PatientName), (0010,0010), 00100010, nested (RequestAttributesSequence[0].StepID,
[*] for every item), at any depth (**.PatientName), a repeating group (60xx3000), private by its creator
((0029,"ACME 1.0",10)) or of the file meta (0002,0016). Several VALUEs are parted by backslashes.

examples:
  dicomveil edit slice.dcm edited.dcm --set PatientName=DOE^JANE --remove StudyComments
  dicomveil edit study edited --set 'ReferencedStudySequence[0].ReferencedSOPInstanceUID=1.2.3'
  dicomveil edit study --in-place --sub 'StudyDescription=/phantom/test/i' --where 'Modality == "CT"'
  dicomveil edit study edited --table patients.csv --match PatientID
  dicomveil edit study edited --new-uid StudyInstanceUID --new-uid SeriesInstanceUID --dry-run
  dicomveil edit --undo changes.undo

exit codes: 0 all done, 1 some files could not be edited, or no DICOM file was found, 2 wrong usage, edit or
key, 130 interrupted"""

_CHARSETS = {"utf-8": "ISO_IR 192", "utf8": "ISO_IR 192", "latin-1": "ISO_IR 100", "ascii": "ISO_IR 6"}
_GARBAGE_ALLOCATIONS = 100_000


class _Arguments(argparse.Namespace):
    input: str | None
    output: str | None
    edits: list[tuple[str, str]]
    edit_file: str | None
    table: str | None
    match: str | None
    where: str | None
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


def edit(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    if arguments.undo is not None:
        return _undo(arguments)
    _check(arguments)
    edits, where = _edits(arguments)
    stand_ins = EditStandIns(KeyedPseudonyms(read_key(arguments.key) or ProjectKey.generate()))
    editor = Editor(edits, where=where, force=arguments.force, stand_ins=stand_ins)
    table = _table(arguments)
    assert arguments.input is not None
    run = EditRun(
        editor,
        arguments.input,
        arguments.output,
        manner=_manner(arguments),
        copies=Copies(arguments.overwrite, arguments.only_changed, arguments.preserve),
        table=table,
        dry_run=arguments.dry_run,
    )
    with ExitStack() as stack:
        if arguments.undo_file is not None and not arguments.dry_run:
            run.undo = stack.enter_context(UndoWriter(arguments.undo_file))
        return _carry_out(run, EditVoice(run, [each.title for each in edits], arguments))


def _carry_out(run: EditRun, voice: EditVoice) -> int:
    gc.freeze()
    gc.set_threshold(_GARBAGE_ALLOCATIONS)  # hardly anything here is garbage in cycles
    try:
        for outcome in run:
            voice.tell(outcome)
    except KeyboardInterrupt:
        voice.close(interrupted=True)
        return INTERRUPTED
    voice.close(interrupted=False)
    return DONE if voice.all_done else SOME_NOT_DONE


def _undo(arguments: _Arguments) -> int:
    from dicomveil.cli.edit_voice import tell_undone

    if arguments.input is not None or arguments.edits:
        raise UsageError("--undo takes an undo file and nothing else")
    assert arguments.undo is not None
    return DONE if tell_undone(undo(arguments.undo), quiet=arguments.quiet) else SOME_NOT_DONE


def _check(arguments: _Arguments) -> None:
    if not arguments.input:
        raise UsageError("which file or folder?\nsee dicomveil edit --help")
    if not os.path.exists(arguments.input):
        raise UsageError("the input does not exist")
    if arguments.in_place == (arguments.output is not None):
        raise UsageError(
            "name an output, or say --in-place" if arguments.output is None else "--in-place takes no output"
        )
    only_in_place = {"--no-backup": arguments.no_backup, "--patch": arguments.patch}
    only_copies = {"--only-changed": arguments.only_changed, "--overwrite": arguments.overwrite}
    for option, given in (only_copies if arguments.in_place else only_in_place).items():
        if given:
            raise UsageError(f"{option} goes {'with an output' if arguments.in_place else 'with --in-place'} only")
    if arguments.match and not arguments.table:
        raise UsageError("--match says what a --table is matched on")


def _edits(arguments: _Arguments) -> tuple[list[Edit], str | None]:
    """Return the edits in their order, those of the file first, and the condition."""
    edits: list[Edit] = []
    problems: list[str] = []
    where, charset = arguments.where, arguments.charset
    if arguments.edit_file is not None:
        from dicomveil.editing.edit_file import read_edit_file

        found = read_edit_file(arguments.edit_file, force=arguments.force)
        edits += found.edits
        if where is not None and found.where is not None:
            where = f"({found.where}) and ({where})"
        where, charset = where or found.where, charset or found.charset
    for option, text in arguments.edits:
        try:
            edits.append(EDIT_OPTIONS[option](text))
        except EditError as error:
            problems += [f"--{option} {problem}" for problem in error.problems]
    if problems:
        raise EditError(*problems)
    if charset is not None:
        edits.insert(0, Put("SpecificCharacterSet", _CHARSETS.get(charset.lower(), charset)))
    if not edits and arguments.table is None:
        raise UsageError("no edits: see dicomveil edit --help")
    return edits, where


def _table(arguments: _Arguments) -> Table | None:
    if arguments.table is None:
        return None
    from dicomveil.editing.table import read_table

    match = [each.strip() for each in (arguments.match or "").split(",") if each.strip()]
    return read_table(arguments.table, match, force=arguments.force)


def _manner(arguments: _Arguments) -> Manner:
    return Manner(backup=not arguments.no_backup, keep_times=arguments.preserve, patch=arguments.patch)


class _AsEdit(argparse.Action):
    """Keeps edits of all kinds in one list, in the order they are given."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        assert option_string is not None
        namespace.edits = [*namespace.edits, (option_string.removeprefix("--"), values)]


_MEANINGS = {
    "set": ("ADDRESS=VALUE", "give the element this value, whether it is there or not"),
    "add": ("ADDRESS=VALUE", "give it this value if it is not there"),
    "replace": ("ADDRESS=VALUE", "give it this value if it is there"),
    "empty": ("ADDRESS", "leave it without a value if it is there"),
    "remove": ("ADDRESS", "take it out; with an item number, that item"),
    "copy": ("ADDRESS=OTHER", "give it the value of another, if that is there"),
    "format": ("ADDRESS=TEMPLATE", "give it a text made from others: {PatientID|slice:0:4}-{Modality|lower}"),
    "sub": ("ADDRESS=/RE/NEW/", "replace what a regular expression finds in it; /i ignores case"),
    "new-uid": ("ADDRESS", "give it a new UID, the same for the same original in all files, references too"),
    "insert-item": ("SEQUENCE[N]", "put an empty item before item N, or behind the last"),
}


def _parser() -> Parser:
    parser = Parser("edit", _DESCRIPTION, _EPILOG)
    parser.add_argument("input", metavar="IN", nargs="?", help="a DICOM file, or a folder")
    parser.add_argument("output", metavar="OUT", nargs="?", help="where edited copies go")
    parser.set_defaults(edits=[])
    changes = parser.add_argument_group("edits, carried out in the order given")
    for name, (form, meaning) in _MEANINGS.items():
        changes.add_argument(f"--{name}", metavar=form, action=_AsEdit, dest="edits", help=meaning.replace("%", "%%"))
    changes.add_argument("--edits", metavar="FILE", dest="edit_file", help="a TOML file of edits; its come first")
    changes.add_argument("--table", metavar="FILE", help="a CSV file: columns to match, columns to set, a row each")
    changes.add_argument("--match", metavar="ADDRESS,...", help="the columns of the table to match")
    changes.add_argument("--charset", metavar="NAME", help="write every text anew in utf-8, latin-1, or a defined term")
    which = parser.add_argument_group("which files, and how")
    values = {
        "--where": ("CONDITION", "edit only files for which this holds; see docs/editing.md"),
        "--key": ("FILE", "a project key for new UIDs, hash and shift; without it they differ from run to run"),
        "--undo-file": ("FILE", "write down how to undo the edits; it holds original values"),
        "--undo": ("FILE", "undo the edits of an undo file"),
    }
    for option, (metavar, meaning) in values.items():
        which.add_argument(option, metavar=metavar, help=meaning)
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
