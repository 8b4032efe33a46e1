"""Read an edit file: TOML with a table for each edit; all its mistakes are told at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dicomveil.editing.charset_names import defined_terms
from dicomveil.editing.edit_list import EditList
from dicomveil.editing.edits import (
    Copy,
    Edit,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Remove,
    RemovePrivate,
    Replace,
    Substitute,
)
from dicomveil.editing.grammar import parse_condition
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from dicomveil.editing.instance import Instance
    from dicomveil.editing.lookup import KeyedTools


@dataclass(frozen=True, slots=True)
class EditFile:
    """What an edit file says: the edits in order, a condition and a character set, if it has them."""

    edits: tuple[Edit, ...]
    where: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    """Which keys an edit takes beside its verb, whose value is the address."""

    make: Callable[..., Edit]
    needs: Mapping[str, str]
    takes: Mapping[str, str]


def _remove_private(wanted: object) -> RemovePrivate:
    if wanted is not True:
        raise EditError("remove-private: true")
    return RemovePrivate()


_VALUE, _VR = {"value": "value"}, {"vr": "vr"}
_FORMS = {
    "set": _Form(Put, _VALUE, _VR),
    "add": _Form(PutIfAbsent, _VALUE, _VR),
    "replace": _Form(Replace, _VALUE, _VR),
    "empty": _Form(Empty, {}, {}),
    "remove": _Form(Remove, {}, {}),
    "remove-private": _Form(_remove_private, {}, {}),
    "copy": _Form(Copy, {"from": "source"}, {}),
    "format": _Form(Format, {"template": "template"}, _VR),
    "sub": _Form(Substitute, {"pattern": "pattern", "replacement": "replacement"}, {}),
    "new-uid": _Form(NewUID, {}, {}),
    "insert-item": _Form(InsertItem, {}, {}),
}
_TOP = ("where", "charset", "edit")


def read_edit_file(path: str | os.PathLike[str], *, force: bool = False) -> EditFile:
    """Read an edit file.

    Parameters
    ----------
    force
        Take values that are not valid, as `EditList` does.

    Raises
    ------
    EditError
        With everything that is wrong with it in any file, values, patterns, templates, the condition and the character
        set included, each edit with its number and, where that can be told, its line.
    """
    name = os.fspath(path)
    text = _text(name)
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or lists in lists in lists
        place = re.search(r"at line ([0-9]+)", str(error))
        raise EditError(f"{name}{':' + place[1] if place else ''}: not TOML") from None
    problems = [f"{name}: {_unknown(key, _TOP)}" for key in content if key not in _TOP]
    words: dict[str, str | None] = {}
    for key, check in _CHECKS.items():
        word = words[key] = content.get(key)
        if isinstance(word, str):
            problems += [f"{name}: {key}: {problem}" for problem in _problems(check, word)]
        elif word is not None:
            problems.append(f"{name}: {key}: a text")
    edits: list[Edit] = []
    tables = content.get("edit", [])
    if not isinstance(tables, list):
        raise EditError(*problems, f"{name}: edits are tables [[edit]]")
    for number, (line, table) in enumerate(zip(_lines(text, len(tables)), tables, strict=True), 1):
        told = f"{name}{f':{line}' if line else ''}: edit {number}"
        problems += [f"{told}: {each}" for each in _problems(lambda table: edits.append(_edit(table, force)), table)]
    if problems:
        raise EditError(*problems)
    return EditFile(tuple(edits), words["where"], words["charset"])


_CHECKS: dict[str, Callable[[str], object]] = {"where": parse_condition, "charset": defined_terms}


def _problems(read: Callable[[Any], object], written: object) -> tuple[str, ...]:
    try:
        read(written)
    except EditError as error:
        return error.problems
    return ()


class _Unasked:
    """Stand-ins for checking edits, which asks for none."""

    def uid(self, original: str) -> str:
        raise NotImplementedError

    def tools(self, instance: Instance) -> KeyedTools:
        raise NotImplementedError


def _text(name: str) -> str:
    try:
        with open(name, encoding="utf-8") as file:
            return file.read()
    except UnicodeDecodeError:
        raise EditError(f"{name}: not UTF-8") from None
    except OSError as error:
        raise EditError(f"{name}: {os.strerror(error.errno or 0)}") from None


def _lines(text: str, count: int) -> list[int | None]:
    """Return the line of each table, if every one stands under a heading of its own."""
    found: list[int | None] = [
        number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*edit\s*\]\]", line)
    ]
    return found if len(found) == count else [None] * count


def _edit(table: object, force: bool) -> Edit:
    if not isinstance(table, dict):
        raise EditError("an edit is a table")
    verbs = [key for key in table if key in _FORMS]
    if len(verbs) != 1:
        what = "two verbs" if verbs else "no verb"
        raise EditError(f"{what}: an edit has one of {', '.join(_FORMS)}, and its address")
    (verb,) = verbs
    form = _FORMS[verb]
    known = {**form.needs, **form.takes}
    problems = [_unknown(key, (verb, *known)) for key in table if key not in known and key != verb]
    problems += [f"{verb} needs {key}" for key in form.needs if key not in table]
    problems += [
        f"{key}: a text"
        for key in (verb, *known)
        if key not in ("value", "remove-private") and not isinstance(table.get(key, ""), str)
    ]
    if problems:
        raise EditError(*problems)
    edit = form.make(table[verb], **{known[key]: value for key, value in table.items() if key != verb})
    EditList([edit], force=force, stand_ins=_Unasked())
    return edit


def _unknown(key: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, 1)
    return f"unknown key {key!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}")
