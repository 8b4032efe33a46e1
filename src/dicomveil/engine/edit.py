"""Edit one file: open, match, change, build, publish; nothing that no edit names becomes other bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dicomveil.dataset.index import Level
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.replace import patched, replaced
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import deflated, pieces_of, spliced
from dicomveil.dataset.write import Draft, already_made
from dicomveil.editing.edit_list import EditList
from dicomveil.editing.grammar import parse_condition
from dicomveil.editing.guard import instance_uids_given
from dicomveil.editing.instance import Instance
from dicomveil.errors import (
    EditError,
    EditRefused,
    MalformedDataSet,
    SameThere,
    TargetExists,
    UsageError,
)
from dicomveil.standard.dictionary import vr_by_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.dataset.replace import Manner
    from dicomveil.dataset.splice import Edit as Splice
    from dicomveil.dataset.splice import Piece
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.editing.conditions import Condition
    from dicomveil.editing.edits import Edit
    from dicomveil.editing.lookup import StandIns
    from dicomveil.editing.means import Customs
    from dicomveil.editing.table import Row, Table

NO_ROW = "the table has no row for them"
NOT_FULFILLED = "the condition does not hold for them"

_HEADER_BYTES = 8
_DIRECTORY_RECORDS = 0x00041220


@dataclass(slots=True)
class Edited:
    """What edits make of one open file.

    ``matched`` tells whether the condition holds and the table has a row for it, and ``why_not`` which of them not;
    ``row_uids`` are the SOP Instance UIDs that the row gives. ``met`` is how many elements each edit has met;
    ``splices`` are what has to change in the file, none if nothing does. ``refused`` says, by number, which edits were
    left out and why.
    """

    instance: Instance
    matched: bool
    met: list[int]
    splices: list[Splice]
    why_not: str = ""
    row_uids: set[str] = field(default_factory=set)
    refused: dict[int, EditRefused] = field(default_factory=dict)


class Editor:
    """Carries out a list of edits on one file after the other; what one file has taught helps with the next.

    Parameters
    ----------
    edits
        In order; all of them are carried out on a file, or none.
    where
        A condition that a file has to fulfil, as text or parsed; others are left as they are.
    force, stand_ins, customs
        As for `EditList`.

    Raises
    ------
    EditError
        With everything that is wrong with the edits or the condition.
    """

    def __init__(
        self,
        edits: Edit | Iterable[Edit],
        *,
        where: str | Condition | None = None,
        force: bool = False,
        stand_ins: StandIns | None = None,
        customs: Customs | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.edits = EditList(edits, force=force, stand_ins=stand_ins, customs=customs)
        self.where = parse_condition(where) if isinstance(where, str) else where
        if self.where is not None and not hasattr(self.where, "holds"):
            raise EditError("the condition: a text, or one that has been parsed")
        self.limits = limits or Limits()
        self._levels: dict[Encoding, Level] = {}

    def open(self, file: Source) -> Instance:
        """Open an instance for editing.

        Raises
        ------
        NotDicom, MalformedDataSet, LimitExceeded
            If it cannot be read.
        """
        return Instance(file, open_part10(file, self.limits), self._level, self.limits)

    def survey(self, path: str | os.PathLike[str], table: Table | None = None) -> None:
        """Carry out the edits on a file before the first is written, for the UIDs that become new in it.

        Needed if ``edits.needs_survey``: references in other files follow. A file that stays as it is, because it is
        not one to edit or refuses an edit, makes nothing follow. Raises what `prepare` raises.
        """
        with Source.open(path) as file:
            self.carry_out(self.open(file), table)

    def is_for(self, instance: Instance) -> bool:
        """Tell whether an instance fulfils the condition; raises `EditRefused` if a value asked for cannot be read."""
        return self.where is None or self.where.holds(instance)

    def prepare(self, file: Source, table: Table | None = None) -> Edited:
        """Carry out the edits on an open file, and then those of the table's row for it; nothing is written.

        Raises
        ------
        NotDicom, MalformedDataSet, LimitExceeded
            If it cannot be read.
        EditRefused
            If one of the edits cannot be carried out; none is then.
        """
        return self.carry_out(self.open(file), table)

    def carry_out(self, instance: Instance, table: Table | None = None) -> Edited:
        """Do as `prepare` does, with an instance that has been opened."""
        _check_end(instance)
        if not self.is_for(instance):
            return Edited(instance, False, [0] * len(self.edits.edits), [], NOT_FULFILLED)
        row = None if table is None else table.row_for(instance)
        if table is not None and row is None:
            return Edited(instance, False, [0] * len(self.edits.edits), [], NO_ROW)
        if row is not None:
            row.used = True
        return self._edited(instance, row)

    def _edited(self, instance: Instance, row: Row | None) -> Edited:
        """Carry out the edits; the UIDs noted on the way are forgotten if that fails."""
        noted = self.edits.noted
        refused: dict[int, EditRefused] = {}
        try:
            if self.edits.is_tolerant:
                file = instance.file
                instance, met, refused = self.edits.carry_out_what_can_be(lambda: self.open(file))
            else:
                met = self.edits.carry_out(instance)
            if row is not None:
                row.edit_list.carry_out(instance)
            uids = instance_uids_given(row.edits) if row is not None else set()
            return Edited(instance, True, met, splices_of(instance), row_uids=uids, refused=refused)
        except Exception:
            self.edits.forget(noted)
            raise

    def copy(
        self, source: str | os.PathLike[str], target: str | os.PathLike[str], *, overwrite: bool = False
    ) -> Edited:
        """Write an edited copy of a file; the source is only read.

        Raises
        ------
        InstanceError
            As `prepare`, and if the target exists or cannot be written.
        UsageError
            If the target is the source.
        OSError
            If the source cannot be opened.
        """
        if os.path.exists(target) and os.path.samefile(source, target):
            raise UsageError("the target is the source; edit it in place if that is meant")
        with Source.open(source) as file:
            made = self.prepare(file)
            write_copy(file, made.splices, os.fspath(target), overwrite=overwrite)
        return made

    def in_place(self, path: str | os.PathLike[str], manner: Manner) -> Edited:
        """Edit a file in its place, if anything changes; see `dicomveil.dataset.replace`.

        Raises
        ------
        InstanceError
            As `prepare`, and if the file cannot be replaced.
        OSError
            If it cannot be opened.
        """
        with Source.open(path) as file:
            made = self.prepare(file)
            if made.splices:
                write_in_place(file, made.splices, os.fspath(path), manner)
        return made

    def _level(self, encoding: Encoding) -> Level:
        level = self._levels.get(encoding)
        if level is None:
            level = self._levels[encoding] = Level(encoding, vr_by_tag())
        return level


def _check_end(instance: Instance) -> None:
    """Refuse a file that ends within the header of an element; zeros and what else pads it stay as they are."""
    source, end = instance.part10.source, instance.root.stop
    if end == source.size:
        return
    rest = source.read(end, min(source.size, end + _HEADER_BYTES))
    if 0 < len(rest) < _HEADER_BYTES and rest.strip(b"\0"):
        raise MalformedDataSet("a header cut short", end)


def is_directory(instance: Instance) -> bool:
    """Tell whether an instance is a DICOMDIR, which lists other files (PS3.3 F)."""
    return bool(instance.root.slots(_DIRECTORY_RECORDS))


def splices_of(instance: Instance) -> list[Splice]:
    """Return what has to change in an instance's file; a deflated data set that changes is deflated anew as a whole.

    Raises
    ------
    EditRefused
        If the file is a DICOMDIR and its length would change (PS3.3 F.3.2.2).
    """
    meta = instance.edits_of_meta()
    root = instance.root.edits()
    if is_directory(instance) and any(len(new) != end - start for start, end, new in meta + root):
        raise EditRefused("DirectoryRecordSequence", "finds its records by byte offsets, which this edit would move")
    part10, file = instance.part10, instance.file
    if not part10.syntax.deflated or not root:
        return meta + root
    head = spliced(file.read(0, part10.meta_stop), 0, meta)
    pieces = deflated(head, part10.source, 0, part10.source.size, root)
    return [(0, file.size, b"".join(piece for piece in pieces if isinstance(piece, bytes)))]


def write_copy(
    file: Source, splices: list[Splice], target: str, *, overwrite: bool = False, alike: bool = False
) -> None:
    """Write an edited file under another name, whole or not at all; ``alike`` keeps permissions and times.

    Who must not read the original cannot read the copy either.

    Raises
    ------
    TargetExists, NotWritten
        As `Draft`; `SameThere` if the target is the very copy that would be written.
    """
    pieces = pieces_of(b"", file, 0, file.size, splices)
    if not overwrite:
        check_free(file, pieces, target)
    with Draft(target, overwrite=overwrite) as draft:
        draft.be_no_more_open_than(os.fstat(file.fd))
        draft.write(file, pieces)
        if alike:
            draft.resemble(os.fstat(file.fd), times=True)
        draft.publish()


def check_free(file: Source, pieces: list[Piece], target: str) -> None:
    """Raise `TargetExists` if something stands under a name, and `SameThere` if it is what the pieces make."""
    if os.path.lexists(target):
        raise SameThere if already_made(file, pieces, target) else TargetExists


def write_in_place(file: Source, splices: list[Splice], path: str, manner: Manner) -> None:
    """Have an edited file stand where it was, or patch it.

    Raises
    ------
    EditRefused
        If it is to be patched and a value has another length.
    NotWritten
        If the system refuses; the file is then as it was.
    """
    if manner.patch:
        patched(path, splices, keep_times=manner.keep_times)
    else:
        replaced(file, splices, path, manner)
