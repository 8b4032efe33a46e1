"""``dicomveil dcmodify``: dcmodify's own options, so that scripts written for it run."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from dicomveil.batch.faults import code_and_message
from dicomveil.batch.kinds import archives_told
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.choices import read_key
from dicomveil.cli.dcmodify_words import Request, understood
from dicomveil.dataset.replace import BACKUP_SUFFIX, Manner
from dicomveil.dataset.source import Source
from dicomveil.editing.edit_list import EditList
from dicomveil.editing.means import Customs
from dicomveil.engine.edit import Editor, write_in_place
from dicomveil.engine.edit_stand_ins import EditStandIns
from dicomveil.errors import EditError, InstanceError, UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

HELP = """\
usage: dicomveil dcmodify [options] FILE...

Takes the options of DCMTK's dcmodify and does what they say, file by file, in place. The original is kept
as FILE.bak. docs/dcmodify.md names each option, and what is other than dcmodify on purpose. For folders,
conditions, tables, previews and undo see dicomveil edit --help.

  -i   --insert PATH=VALUE            insert, or overwrite; makes sequences and items on the way
  -if  --insert-from-file PATH=FILE   the same with the value from a file
  -m   --modify PATH=VALUE            overwrite what is there
  -mf  --modify-from-file PATH=FILE   the same with the value from a file
  -ma  --modify-all TAG=VALUE         overwrite it at any depth
  -e   --erase PATH                   take out an element, or an item
  -ea  --erase-all TAG                take it out at any depth
  -ep  --erase-private                take out everything private
  -gst --gen-stud-uid                 new Study Instance UID, one for each original
  -gse --gen-ser-uid                  new Series Instance UID, one for each original
  -gin --gen-inst-uid                 new SOP Instance UID, one for each original
  -nmu --no-meta-uid                  leave the file meta as it is when UIDs change
  -nb  --no-backup                    keep no FILE.bak
  -ie  --ignore-errors                edit a file though some of the modifications fail
  -imt --ignore-missing-tags          no error if what is modified or erased is not there
  -q   --quiet                        say nothing of files
       --version                      tell the version
  --                                  only FILEs from here on

A PATH is {SEQUENCE[ITEM].}*TAG, such as ReferencedImageSequence[0].ReferencedSOPInstanceUID or
(0008,1140)[*].(0008,1155). Options that would encode the whole file anew are not taken.

exit codes: 0 all done, 1 some modifications failed, 2 wrong usage
"""


def dcmodify(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    if not words or {"-h", "--help"} & {*words}:
        sys.stdout.write(HELP)
        return DONE if words else 2
    if "--version" in words:
        from dicomveil.version import VERSION

        sys.stdout.write(f"dicomveil dcmodify {VERSION}, with the options of DCMTK's dcmodify 3.6.7\n")
        return DONE
    request = understood(words)
    request.files = _each_once(request.files)
    stand_ins = EditStandIns(KeyedPseudonyms(read_key(None) or ProjectKey.generate()))
    editor = Editor(
        request.edits,
        force=True,
        stand_ins=stand_ins,
        customs=Customs(
            meta_in_step=not request.no_meta_uid,
            fill_items=True,
            must_meet=not request.ignore_missing,
            tolerant=request.ignore_errors,
        ),
    )
    _warn(request, stand_ins)
    if editor.edits.needs_survey:
        for path in request.files:
            _survey(editor, path)
    failed = 0
    for number, path in enumerate(request.files, 1):
        errors = _modified(editor, request, path)
        failed += bool(errors)
        for error in () if request.quiet else errors:
            sys.stderr.write(f"dicomveil: file {number} of {len(request.files)}: {error}\n")
    return SOME_NOT_DONE if failed else DONE


def _each_once(paths: list[str]) -> list[str]:
    """Leave out what names a file again: its second backup would be of what has been modified already.

    Raises
    ------
    UsageError
        If one is the backup of another; to modify that would write over it.
    """
    files: dict[str, str] = {}
    for path in paths:
        files.setdefault(os.path.realpath(path), path)
    if any(path + BACKUP_SUFFIX in files for path in files):
        raise UsageError("a file is named together with its backup; name one of them")
    return list(files.values())


def _warn(request: Request, stand_ins: EditStandIns) -> None:
    """Tell of values that are not valid; they are written all the same, as dcmodify does."""
    try:
        EditList(request.edits, stand_ins=stand_ins)
    except EditError as error:
        if not request.quiet:
            sys.stderr.write(
                "".join(f"dicomveil: warning: {problem}\n" for problem in map(_in_its_terms, error.problems))
            )


def _survey(editor: Editor, path: str) -> None:
    with suppress(InstanceError, OSError, MemoryError):  # told of when its turn comes
        editor.survey(path)


def _modified(editor: Editor, request: Request, path: str) -> list[str]:
    """Modify one file; return what went wrong. With errors it stays as it was, unless they are to be ignored."""
    try:
        with Source.open(path) as file, archives_told(file):
            made = editor.prepare(file)
            if made.splices:
                write_in_place(file, made.splices, path, Manner(backup=not request.no_backup, new_backup=True))
            return [_in_its_terms(str(error)) for error in made.refused.values()]
    except Exception as error:  # whatever is wrong with this file, the rest goes on
        return [_in_its_terms(code_and_message(error)[1])]


def _in_its_terms(message: str) -> str:
    """Leave out what a message says of options that dcmodify does not have."""
    return message.partition("; force it")[0].partition("; --charset")[0]
