"""What the options and edit files of ``dicomveil edit`` ask for together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dicomveil.editing.edits import (
    Copy,
    Edit,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Recode,
    Remove,
    RemoveItem,
    RemovePrivate,
    Replace,
    Substitute,
)
from dicomveil.editing.option_texts import EDIT_OPTIONS
from dicomveil.errors import EditError, UsageError

if TYPE_CHECKING:
    from dicomveil.cli.edit_words import EditArguments
    from dicomveil.editing.conditions import Condition
    from dicomveil.editing.edit_file import EditFile


_VERBS: dict[type[Edit], str] = {
    Put: "set",
    PutIfAbsent: "add",
    Replace: "replace",
    Empty: "empty",
    Remove: "remove",
    RemoveItem: "remove",
    RemovePrivate: "remove-private",
    Copy: "copy",
    Format: "format",
    Substitute: "sub",
    NewUID: "new-uid",
    InsertItem: "insert-item",
    Recode: "charset",
}


class Asked(NamedTuple):
    """The edits in their order, what to call each, and the condition that a file has to fulfil."""

    edits: list[Edit]
    names: list[str]
    where: Condition | None


def asked_for(arguments: EditArguments) -> Asked:
    """Put together what options and edit files ask for: another character set first, then files, then options.

    Conditions must hold all together.

    Raises
    ------
    EditError
        With everything that is wrong.
    UsageError
        If there are no edits, or two character sets.
    """
    files = [_read(path, arguments) for path in arguments.edit_files]
    edits: list[Edit] = [edit for file in files for edit in file.edits]
    titles = [_name(edit) for edit in edits]
    problems: list[str] = []
    for option, text in arguments.edits:
        try:
            edits.append(EDIT_OPTIONS[option](text))
            titles.append(f"--{_name(edits[-1])}")
        except EditError as error:
            problems += [f"--{option} {problem}" for problem in error.problems]
    if problems:
        raise EditError(*problems)
    names = [arguments.charset, *(file.charset for file in files)]
    charsets = {Recode(name) for name in names if name is not None}
    if len(charsets) > 1:
        raise UsageError("two character sets: --charset and the edit files do not agree")
    edits[:0] = charsets
    titles[:0] = map(_name, charsets)
    if not edits and arguments.table is None:
        raise UsageError("no edits: see dicomveil edit --help")
    return Asked(edits, titles, _joined([*(file.where for file in files), *arguments.where]))


def _name(edit: Edit) -> str:
    """Call an edit as its user does: by its verb, and where it is made; never by a value."""
    _, space, address = edit.title.partition(" ")
    return f"{_VERBS[type(edit)]}{space}{address}"


def _read(path: str, arguments: EditArguments) -> EditFile:
    from dicomveil.editing.edit_file import read_edit_file

    return read_edit_file(path, force=arguments.force)


def _joined(texts: list[str | None]) -> Condition | None:
    from dicomveil.editing.conditions import Both
    from dicomveil.editing.grammar import parse_condition

    conditions = tuple(parse_condition(text) for text in texts if text is not None)
    return Both(conditions) if len(conditions) > 1 else conditions[0] if conditions else None
