"""Edit a file, the bytes of one, or a pydicom data set: the same edits, the same errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, overload

from dicomveil.dataset.replace import Manner
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.editing.datasets import encoded_data_set, is_data_set, with_changes
from dicomveil.engine.edit import Editor
from dicomveil.engine.edit_stand_ins import EditStandIns
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.editing.conditions import Condition
    from dicomveil.editing.datasets import DataSet
    from dicomveil.editing.edits import Edit
    from dicomveil.pseudonyms.sources import Pseudonyms

    Path = str | os.PathLike[str]


@overload
def edit(
    subject: bytes,
    edits: Edit | Iterable[Edit],
    *,
    where: str | Condition | None = None,
    force: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> bytes: ...
@overload
def edit(
    subject: DataSet,
    edits: Edit | Iterable[Edit],
    *,
    where: str | Condition | None = None,
    force: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> DataSet: ...
@overload
def edit(
    subject: Path,
    edits: Edit | Iterable[Edit],
    to: Path | None = None,
    *,
    in_place: bool = False,
    backup: bool = True,
    overwrite: bool = False,
    where: str | Condition | None = None,
    force: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> bool: ...
def edit(  # noqa: PLR0913 - each is a word of its own at the face
    subject: object,
    edits: Edit | Iterable[Edit],
    to: Path | None = None,
    *,
    in_place: bool = False,
    backup: bool = True,
    overwrite: bool = False,
    where: str | Condition | None = None,
    force: bool = False,
    pseudonyms: Pseudonyms | None = None,
) -> object:
    """Carry out edits, all of them or none.

    Parameters
    ----------
    subject
        The path of a file, the bytes of a file, or a pydicom ``Dataset``. Bytes and data sets stay as they are.
    edits
        One, or several in order; see `dicomveil.editing.edits`.
    to
        Where the edited copy of a file goes.
    in_place
        Replace the file instead.
    backup
        In place, keep the original with ``.bak`` behind its name.
    overwrite
        Replace a file that is at ``to`` already.
    where
        A condition; what does not fulfil it is left as it is.
    force
        Write also what is not valid, as far as it can be encoded.
    pseudonyms
        Where new UIDs, digests and days come from; drawn anew for this call if not given.

    Returns
    -------
    bytes, Dataset or bool
        The edited bytes, an edited copy of the data set, or whether a file has changed.

    Raises
    ------
    EditError
        If the edits are wrong for any file.
    InstanceError
        If this one cannot take them (`EditRefused`), cannot be read, or cannot be written.
    OSError
        If there is no such file, or the system does not let it be opened.
    UsageError
        If it is not said where the edited file goes, or said of bytes or a data set, which are returned.

    Examples
    --------
    >>> from pydicom.dataset import Dataset
    >>> from dicomveil.editing.edits import Put, Remove
    >>> ds = Dataset()
    >>> ds.PatientName = "DOE^JANE"
    >>> edited = edit(ds, [Put("PatientID", "4711"), Remove("PatientName")])
    >>> edited.PatientID, "PatientName" in edited, "PatientID" in ds
    ('4711', False, False)
    """
    is_path = isinstance(subject, str | os.PathLike)
    if not is_path and not isinstance(subject, bytes) and not is_data_set(subject):
        raise UsageError("a path, the bytes of a file, or a pydicom data set")
    if not is_path and (to is not None or in_place or overwrite or not backup):
        raise UsageError("to, in_place, overwrite and backup are for files; bytes and data sets are returned")
    editor = Editor(edits, where=where, force=force, stand_ins=EditStandIns(pseudonyms or _drawn()))
    if isinstance(subject, bytes):
        return _edited(editor, subject)
    if not isinstance(subject, str | os.PathLike):
        ds: Any = subject
        return with_changes(ds, _edited(editor, encoded_data_set(ds)))
    if in_place == (to is not None):
        raise UsageError("say where the edited file goes, or in_place=True")
    if (in_place and overwrite) or (to is not None and not backup):
        raise UsageError("overwrite is for to, backup for in_place")
    if to is not None:
        return bool(editor.copy(subject, to, overwrite=overwrite).splices)
    return bool(editor.in_place(subject, Manner(backup=backup)).splices)


def _edited(editor: Editor, data: bytes) -> bytes:
    made = editor.prepare(Source.in_memory(data))
    return spliced(data, 0, made.splices) if made.splices else data


def _drawn() -> Pseudonyms:
    from dicomveil.pseudonyms.key import ProjectKey
    from dicomveil.pseudonyms.sources import KeyedPseudonyms

    return KeyedPseudonyms(ProjectKey.generate())
