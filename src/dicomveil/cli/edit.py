"""``dicomveil edit``: change tags of files or of every file in a folder."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dicomveil.batch.edits.run import Copies, EditRun
from dicomveil.batch.garbage import look_seldom
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.choices import read_key
from dicomveil.cli.edit_requests import asked_for
from dicomveil.cli.edit_voice import EditVoice
from dicomveil.cli.edit_words import EditArguments, edit_parser
from dicomveil.dataset.replace import Manner
from dicomveil.engine.edit import Editor
from dicomveil.engine.edit_stand_ins import EditStandIns
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from dicomveil.editing.table import Table


def edit(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = edit_parser().read(words, EditArguments())
    if arguments.undo is not None:
        from dicomveil.cli.edit_undo import undo_edits

        return undo_edits(arguments)
    inputs, output = _places(arguments)
    _check(arguments, inputs, output)
    stand_ins = EditStandIns(KeyedPseudonyms(read_key(arguments.key) or ProjectKey.generate()))
    asked = asked_for(arguments)
    editor = Editor(asked.edits, where=asked.where, force=arguments.force, stand_ins=stand_ins)
    table = _table(arguments)
    run = EditRun(
        editor,
        inputs,
        output,
        manner=_manner(arguments),
        copies=Copies(arguments.overwrite, arguments.only_changed, arguments.preserve),
        table=table,
        dry_run=arguments.dry_run,
    )
    if editor.edits.needs_survey and (asked.where is not None or table is not None) and not arguments.quiet:
        sys.stderr.write("dicomveil: references to new UIDs stay as they were in files that are not edited\n")
    with ExitStack() as stack:
        if arguments.undo_file is not None:
            from dicomveil.engine.undo import UndoWriter, check_new

            check_new(arguments.undo_file)
            run.undo = None if arguments.dry_run else stack.enter_context(UndoWriter(arguments.undo_file))
        return _carry_out(run, EditVoice(run, asked.names, arguments))


def _carry_out(run: EditRun, voice: EditVoice) -> int:
    look_seldom()
    try:
        for outcome in run:
            voice.tell(outcome)
    except KeyboardInterrupt:
        voice.close(interrupted=True)
        return INTERRUPTED
    voice.close(interrupted=False)
    return DONE if voice.all_done else SOME_NOT_DONE


def _places(arguments: EditArguments) -> tuple[list[str], str | None]:
    """Return the inputs, and the output if there is one: the last word, unless files are edited in place.

    A dry run over a single input needs none.
    """
    paths = arguments.paths
    if not paths or "" in paths:
        raise UsageError("which file or folder?\nsee dicomveil edit --help")
    if arguments.in_place or (arguments.dry_run and len(paths) == 1):
        return paths, None
    if len(paths) == 1:
        _check_there(paths)
        raise UsageError("name an output, or say --in-place")
    return paths[:-1], paths[-1]


def _check(arguments: EditArguments, inputs: list[str], output: str | None) -> None:
    if arguments.in_place and len(inputs) > 1 and not os.path.lexists(inputs[-1]):
        raise UsageError("--in-place takes no output, and the last of the inputs does not exist")
    _check_there(inputs)
    if output is not None and os.path.realpath(output) in map(os.path.realpath, inputs):
        raise UsageError("the output is the input: say --in-place instead of naming it twice")
    only_in_place = {"--no-backup": arguments.no_backup, "--patch": arguments.patch}
    only_copies = {"--only-changed": arguments.only_changed, "--overwrite": arguments.overwrite}
    for option, given in (only_copies if arguments.in_place else only_in_place).items():
        if given:
            raise UsageError(f"{option} goes {'with an output' if arguments.in_place else 'with --in-place'} only")
    if arguments.match and not arguments.table:
        raise UsageError("--match says what a --table is matched on")
    if arguments.undo_file is not None and arguments.overwrite:
        raise UsageError("--undo-file cannot bring back what --overwrite replaces; choose another output")


def _check_there(inputs: list[str]) -> None:
    if not all(map(os.path.exists, inputs)):
        raise UsageError("the input does not exist" if len(inputs) == 1 else "one of the inputs does not exist")


def _table(arguments: EditArguments) -> Table | None:
    if arguments.table is None:
        return None
    from dicomveil.editing.table import read_table

    match = [each.strip() for each in ",".join(arguments.match).split(",") if each.strip()]
    return read_table(arguments.table, match, force=arguments.force)


def _manner(arguments: EditArguments) -> Manner:
    backup = arguments.in_place and not arguments.no_backup
    return Manner(backup=backup, keep_times=arguments.preserve, patch=arguments.patch)
