"""Edit files, one after the other; one bad file stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.edits.inputs import Input, Inputs
from dicomveil.batch.edits.links import Patched, check_stays_in, why_not_in_place
from dicomveil.batch.faults import code_and_message
from dicomveil.batch.kinds import archives_told
from dicomveil.batch.outcome import SKIPPED
from dicomveil.batch.storage.places import check_apart
from dicomveil.dataset.replace import Manner, check_in_place
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import pieces_of
from dicomveil.dataset.write import check_writable, not_written
from dicomveil.editing.guard import instance_uids_given
from dicomveil.editing.preview import Change, changes
from dicomveil.engine.edit import check_free, is_directory, write_copy, write_in_place
from dicomveil.errors import EditError, EditRefused, InstanceError, NoSpace, NotWritten, SameThere, UsageError

if TYPE_CHECKING:
    from dicomveil.editing.instance import Instance
    from dicomveil.editing.table import Table
    from dicomveil.engine.edit import Edited, Editor
    from dicomveil.engine.undo import UndoWriter

EDITED = "edited"
UNCHANGED = "unchanged"
NOT_MATCHED = "not-matched"
DONE_BEFORE = "done-before"


class EditOutcome(NamedTuple):
    """What became of one input.

    ``code`` is one of the words above, ``skipped``, or the code of the error; ``message`` says why it was not edited.
    ``met`` is how many elements each edit has met; ``changes`` is filled in a dry run only. ``path`` and ``target`` are
    names that may tell: not for logs.
    """

    number: int
    code: str
    message: str
    path: str
    target: str | None = None
    met: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Copies:
    """How edited copies are written.

    ``only_changed`` leaves out files that nothing changes; else they are copied as they are. ``alike`` gives copies the
    times and permissions of their originals.
    """

    overwrite: bool = False
    only_changed: bool = False
    alike: bool = False


class EditRun:
    """One pass over a file, several, or those of folders; iterate over it to carry it out.

    A copy that is there already, byte for byte, counts as done before: a run that was stopped has made it. A full disk
    ends the run with the file that has met it; ``is_full`` tells of it then.

    Parameters
    ----------
    editor
        What is done.
    source
        A file, a folder with all folders in it, or several of them; see `Inputs`.
    target
        Where edited copies go: a file for a file, a folder with the same names else. None edits in place.
    manner
        How files are edited in place.
    copies
        How copies are written.
    table
        Rows of edits by what they match; a file that no row matches is left as it is.
    undo
        Notes what it takes to undo each edit.
    dry_run
        Decide everything and write nothing; outcomes then say what would change.

    Raises
    ------
    UsageError
        If source and target are not apart, what is asked for does not go together, or the target cannot be written.
    EditError
        If the edits would give several files the same SOP Instance UID, unforced.
    """

    def __init__(
        self,
        editor: Editor,
        source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        target: str | os.PathLike[str] | None = None,
        *,
        manner: Manner | None = None,
        copies: Copies | None = None,
        table: Table | None = None,
        undo: UndoWriter | None = None,
        dry_run: bool = False,
    ) -> None:
        self.editor = editor
        self.inputs = Inputs(source)
        self.target = None if target is None else os.fspath(target)
        self.manner = manner or Manner()
        self.table = table
        self.dry_run = dry_run
        self.undo = undo
        self.copies = copies or Copies()
        self.is_full = False
        self._folders: set[str] = set()
        self._inside: set[str] = set()
        self._named = frozenset(self.inputs.sources)
        self._patched = Patched() if self.target is None and self.manner.patch else None
        self._uids = set() if editor.edits.force else instance_uids_given(editor.edits.edits)
        self._given: set[str] = set()
        if self._uids and editor.where is None and table is None and self._names_several():
            raise EditError(
                "SOPInstanceUID: the same for several files; give new ones (NewUID, --new-uid), or force it"
            )
        if self.target is not None:
            self._check_target(self.target)

    @property
    def is_one_file(self) -> bool:
        """Tell whether it is for a single file, named as such."""
        return self.inputs.is_one_file

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return sum(1 for _ in self.inputs)

    def __iter__(self) -> Iterator[EditOutcome]:
        if self.editor.edits.needs_survey:
            for each in self.inputs:
                self._survey(each)
        for number, each in enumerate(self.inputs, 1):
            yield self._outcome(number, each)
            if self.is_full:
                return

    def _names_several(self) -> bool:
        return sum(1 for each in self.inputs if self._passed_over(each, None) is None) > 1

    def _check_target(self, target: str) -> None:
        for source in self.inputs.sources:
            check_apart(source, target)
        self.inputs.check_names()
        if not self.is_one_file and os.path.isfile(target):
            several = len(self.inputs.sources) > 1
            what = "there are several inputs and the output is a file" if several else _FOLDER_TO_FILE
            raise UsageError(f"{what}; name a folder for the output")
        if self.undo is not None and self.copies.overwrite:
            raise UsageError("what overwriting replaces cannot be undone; choose another output, or do without undo")
        if not self.dry_run:
            check_writable(target if os.path.isdir(target) else os.path.dirname(os.path.abspath(target)))

    def _survey(self, each: Input) -> None:
        with suppress(InstanceError, OSError, MemoryError):  # told of when its turn to be edited comes
            if self._passed_over(each, None) is None:
                with Source.open(each.path) as file:
                    instance = self.editor.open(file)
                    if not self._is_listing(instance):
                        self.editor.carry_out(instance, self.table)

    def _passed_over(self, each: Input, patched: Patched | None) -> str | None:
        """Say why a file of a folder is left alone, if it is."""
        if each.leftover is not None:
            return each.leftover
        in_folder = self.target is None and each.path not in self._named
        return why_not_in_place(each.path, patched) if in_folder else None

    def _is_listing(self, instance: Instance) -> bool:
        return not self.is_one_file and is_directory(instance)

    def _outcome(self, number: int, each: Input) -> EditOutcome:
        try:
            why_not = self._passed_over(each, self._patched)
            if why_not is not None:
                return EditOutcome(number, SKIPPED, why_not, each.path)
            with Source.open(each.path) as file, archives_told(file):
                instance = self.editor.open(file)
                if self._is_listing(instance):
                    return EditOutcome(number, SKIPPED, _DIRECTORY, each.path)
                made = self.editor.carry_out(instance, self.table)
                self._check_uid(made)
                return self._published(number, each, file, made)
        except Exception as error:  # whatever is wrong with this file, the rest goes on
            self.is_full = isinstance(error, NoSpace)
            return EditOutcome(number, *code_and_message(error), each.path)

    def _published(self, number: int, each: Input, file: Source, made: Edited) -> EditOutcome:
        code = EDITED if made.splices else UNCHANGED if made.matched else NOT_MATCHED
        message = made.why_not
        writes = bool(made.splices) or (self.target is not None and not self.copies.only_changed)
        target = each.path if self.target is None else self._place(each, self.target)
        if writes and self.target not in (None, target):
            self._check_inside(os.path.dirname(target))
        found: tuple[Change, ...] = ()
        try:
            if self.dry_run and writes:
                self._check_writing(file, made, target)
                found = tuple(changes(made.instance, inside=self.is_one_file)) if made.splices else ()
            elif writes:
                self._write(file, made, target)
        except SameThere:
            code, message = DONE_BEFORE, ""
        return EditOutcome(number, code, message, each.path, target if writes else None, tuple(made.met), found)

    def _check_uid(self, made: Edited) -> None:
        """Refuse to give a second file the SOP Instance UID that an edit or a row has given to another one."""
        given = self._uids | made.row_uids
        uid = (made.instance.root.raw(_SOP_INSTANCE_UID) or b"").rstrip(b"\0 ").decode("latin-1") if given else ""
        if made.matched and uid in given and not self.editor.edits.force:
            if uid in self._given:
                raise EditRefused(
                    "SOPInstanceUID", "another file of this call has been given the same; force it if you must"
                )
            self._given.add(uid)

    def _check_writing(self, file: Source, made: Edited, target: str) -> None:
        """Raise what writing would, as far as it can be told beforehand."""
        if self.target is None:
            check_in_place(made.splices, target, self.manner)
        elif not self.copies.overwrite:
            check_free(file, pieces_of(b"", file, 0, file.size, made.splices), target)

    def _write(self, file: Source, made: Edited, target: str) -> None:
        if self.target is None:
            check_in_place(made.splices, target, self.manner)  # before it is noted as done
        with self._noted(file, made, target):
            if self.target is None:
                write_in_place(file, made.splices, target, self.manner)
            else:
                self._make_folder(os.path.dirname(target))
                write_copy(file, made.splices, target, overwrite=self.copies.overwrite, alike=self.copies.alike)

    @contextmanager
    def _noted(self, file: Source, made: Edited, target: str) -> Iterator[None]:
        """Note how to undo what is written inside; a patch that failed may have been written in part."""
        if self.undo is None or not made.splices:
            yield
            return
        backup = self.target is None and self.manner.backup and not self.manner.patch
        self.undo.note(file, made.splices, target, backup=backup)
        try:
            yield
        except InstanceError:
            if not self.manner.patch:
                with suppress(NotWritten):  # undoing finds the original there, and leaves it
                    self.undo.take_back()
            raise

    def _place(self, each: Input, target: str) -> str:
        as_it_says = self.is_one_file and not (os.path.isdir(target) or target.endswith(os.sep))
        return target if as_it_says else os.path.join(target, each.name)

    def _check_inside(self, folder: str) -> None:
        if folder not in self._inside:
            assert self.target is not None
            check_stays_in(folder, self.target)
            self._inside.add(folder)

    def _make_folder(self, folder: str) -> None:
        if folder and folder not in self._folders:
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as error:
                raise not_written(error) from None
            self._folders.add(folder)


_FOLDER_TO_FILE = "the input is a folder and the output a file"
_SOP_INSTANCE_UID = 0x00080018
_DIRECTORY = "a DICOMDIR, which lists other files; edit it by itself"
