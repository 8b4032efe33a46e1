"""Edit a file or the files of a folder, one after the other; one bad file stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.faults import SKIPPED, code_and_message
from dicomveil.batch.links import Patched, check_stays_in, why_not_in_place
from dicomveil.batch.project import check_apart
from dicomveil.dataset.discover import files_under
from dicomveil.dataset.replace import BACKUP_SUFFIX, Manner
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import PART_PREFIX
from dicomveil.editing.preview import Change, changes
from dicomveil.engine.edit import write_copy, write_in_place
from dicomveil.errors import InstanceError, NotWritten, TargetExists, UsageError

if TYPE_CHECKING:
    from dicomveil.editing.table import Table
    from dicomveil.engine.edit import Edited, Editor
    from dicomveil.engine.undo import UndoWriter

EDITED = "edited"
UNCHANGED = "unchanged"
NOT_MATCHED = "not-matched"


class EditOutcome(NamedTuple):
    """What became of one input.

    ``code`` is one of the words above, ``skipped``, or the code of the error. ``met`` is how many elements each edit
    has met; ``changes`` is filled in a dry run only. ``path`` and ``target`` are names that may tell: not for logs.
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
    """One pass over a file or a folder; iterate over it to carry it out.

    Parameters
    ----------
    editor
        What is done.
    source
        A file, or a folder with all folders in it.
    target
        Where edited copies go: a file for a file, a folder with the same names for a folder. None edits in place.
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
        If source and target are not apart.
    """

    def __init__(
        self,
        editor: Editor,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str] | None = None,
        *,
        manner: Manner | None = None,
        copies: Copies | None = None,
        table: Table | None = None,
        undo: UndoWriter | None = None,
        dry_run: bool = False,
    ) -> None:
        self.editor = editor
        self.source = os.fspath(source)
        self.target = None if target is None else os.fspath(target)
        self.manner = manner or Manner()
        self.table = table
        self.dry_run = dry_run
        self.undo = undo
        self.copies = copies or Copies()
        self._folders: set[str] = set()
        self._inside: set[str] = set()
        self._patched = Patched() if self.target is None and self.manner.patch else None
        if not os.path.exists(self.source):
            raise UsageError("the input does not exist")
        if self.target is not None:
            check_apart(self.source, self.target)
            if os.path.isdir(self.source) and os.path.isfile(self.target):
                raise UsageError("the input is a folder and the output a file; name a folder for the output")

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files, in the order they are taken; backups of an earlier edit in place are none."""
        if os.path.isfile(self.source):
            yield self.source
            return
        for path in files_under(self.source):
            if not (self.target is None and _is_ours(path)):
                yield path

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return sum(1 for _ in self.paths())

    def __iter__(self) -> Iterator[EditOutcome]:
        if self.editor.edits.needs_survey:
            for path in self.paths():
                self._survey(path)
        for number, path in enumerate(self.paths(), 1):
            yield self._outcome(number, path)

    def _survey(self, path: str) -> None:
        with suppress(Exception):  # told of when its turn to be edited comes
            if not self._passed_over(path, None):
                self.editor.survey(path, self.table)

    def _passed_over(self, path: str, patched: Patched | None) -> str | None:
        """Say why a file of a folder is left alone, if it is."""
        in_folder = self.target is None and path != self.source
        return why_not_in_place(path, patched) if in_folder else None

    def _outcome(self, number: int, path: str) -> EditOutcome:
        try:
            why_not = self._passed_over(path, self._patched)
            if why_not is not None:
                return EditOutcome(number, SKIPPED, why_not, path)
            with Source.open(path) as file:
                made = self.editor.prepare(file, self.table)
                return self._published(number, path, file, made)
        except Exception as error:  # whatever is wrong with this file, the rest goes on
            return EditOutcome(number, *code_and_message(error), path)

    def _published(self, number: int, path: str, file: Source, made: Edited) -> EditOutcome:
        code = EDITED if made.splices else UNCHANGED if made.matched else NOT_MATCHED
        target = path if self.target is None else self._place(path, self.target)
        if self.target not in (None, target):
            self._check_inside(os.path.dirname(target))
        writes = bool(made.splices) or (self.target is not None and not self.copies.only_changed)
        found = tuple(changes(made.instance)) if self.dry_run and made.splices else ()
        if writes and not self.dry_run:
            with self._noted(file, made, target):
                if self.target is None:
                    write_in_place(file, made.splices, path, self.manner)
                else:
                    self._make_folder(os.path.dirname(target))
                    write_copy(file, made.splices, target, overwrite=self.copies.overwrite, alike=self.copies.alike)
        elif writes and self.target is not None and os.path.lexists(target) and not self.copies.overwrite:
            raise TargetExists
        return EditOutcome(number, code, "", path, target if writes else None, tuple(made.met), found)

    @contextmanager
    def _noted(self, file: Source, made: Edited, target: str) -> Iterator[None]:
        """Note how to undo what is written inside; a patch that failed may have been written in part."""
        if self.undo is None or not made.splices:
            yield
            return
        self.undo.note(file, made.splices, target)
        try:
            yield
        except InstanceError:
            if not self.manner.patch:
                self.undo.take_back()
            raise

    def _place(self, path: str, target: str) -> str:
        if os.path.isfile(self.source):
            inside = os.path.isdir(target) or target.endswith(os.sep)
            return os.path.join(target, os.path.basename(path)) if inside else target
        return os.path.join(target, os.path.relpath(path, self.source))

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
                raise NotWritten(os.strerror(error.errno or 0)) from None
            self._folders.add(folder)


def _is_ours(path: str) -> bool:
    """Tell whether a file is the backup of an edit in place, or what a killed one left."""
    if os.path.basename(path).startswith(PART_PREFIX):
        return True
    return path.endswith(BACKUP_SUFFIX) and os.path.lexists(path.removesuffix(BACKUP_SUFFIX))
