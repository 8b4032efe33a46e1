"""Edits as they are written in options: an address, an equals sign, and what belongs behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dicomveil.editing.addresses import read_address, spelled
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
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTED = r'((?:[^="]|"(?:[^"\\]|\\.)*")*)=(.*)'
_VR = r"(.*[^:]):([A-Za-z]{2})"


def put(text: str) -> Put:
    """Read ``ADDRESS=VALUE``, or ``ADDRESS:VR=VALUE`` where nothing else tells the VR.

    Raises
    ------
    EditError
        If that is not its form, or the address is none.

    Examples
    --------
    >>> put("PatientName=DOE^JANE").value
    'DOE^JANE'
    >>> edit = put('(0029,"ACME=1",10):LO=a=b')
    >>> str(edit.place), edit.vr, edit.value
    ('(0029,"ACME=1",10)', 'LO', 'a=b')
    """
    return Put(*_with_vr(text))


def put_if_absent(text: str) -> PutIfAbsent:
    """Read ``ADDRESS=VALUE`` for what is not there yet; raises what `put` raises."""
    return PutIfAbsent(*_with_vr(text))


def replace(text: str) -> Replace:
    """Read ``ADDRESS=VALUE`` for what is there; raises what `put` raises."""
    return Replace(*_with_vr(text))


def copy(text: str) -> Copy:
    """Read ``ADDRESS=OTHER``; raises what `put` raises."""
    return Copy(*_parted(text, "ADDRESS=OTHER"))


def format_(text: str) -> Format:
    """Read ``ADDRESS=TEMPLATE``; raises what `put` raises."""
    address, template = _parted(text, "ADDRESS=TEMPLATE")
    address, vr = with_vr(address)
    return Format(address, template, vr)


def substitute(text: str) -> Substitute:
    r"""Read ``ADDRESS=/PATTERN/REPLACEMENT/``, with any punctuation for the slash and ``i`` behind to ignore case.

    Raises
    ------
    EditError
        If that is not its form, or the address is none.

    Examples
    --------
    >>> edit = substitute("StudyDescription=/head\\/neck/HN/i")
    >>> edit.pattern, edit.replacement
    ('(?i)head/neck', 'HN')
    """
    address, rest = _parted(text, "ADDRESS=/PATTERN/REPLACEMENT/")
    mark = rest[:1]
    if not mark or mark.isalnum() or mark.isspace() or mark == "\\":
        raise EditError(f"{address}: the form is ADDRESS=/PATTERN/REPLACEMENT/")
    parts = [part.replace("\\" + mark, mark) for part in _split(rest[1:], mark)]
    if len(parts) != 3 or parts[2] not in ("", "i"):
        raise EditError(f"{address}: the form is ADDRESS=/PATTERN/REPLACEMENT/, or with i behind it")
    return Substitute(address, ("(?i)" if parts[2] else "") + parts[0], parts[1])


def _split(text: str, mark: str) -> list[str]:
    r"""Cut a text at a mark, but for where a backslash stands before it that is not itself behind one.

    >>> _split(r"a\\/b\/c/", "/") == ["a" + 2 * "\\", r"b\/c", ""]
    True
    """
    parts = [""]
    is_escaped = False
    for character in text:
        if character == mark and not is_escaped:
            parts.append("")
        else:
            parts[-1] += character
        is_escaped = character == "\\" and not is_escaped
    return parts


def _parted(text: str, form: str) -> tuple[str, str]:
    found = re.fullmatch(_PARTED, text, re.DOTALL)
    if found is None:
        raise EditError(f"{_name_in(text)}no equals sign: the form is {form}")
    return found[1], found[2]


def _name_in(text: str) -> str:
    """Return a text that is an address, to name it; another one may be a value."""
    try:
        return f"{spelled(read_address(text))}: "
    except EditError:
        return ""


def _remove_private(text: str) -> RemovePrivate:
    return RemovePrivate()


def _with_vr(text: str) -> tuple[str, str, str | None]:
    address, value = _parted(text, "ADDRESS=VALUE")
    address, vr = with_vr(address)
    return address, value, vr


def with_vr(address: str) -> tuple[str, str | None]:
    """Return an address as it is written, and the VR behind it if there is one: ``ADDRESS:VR``."""
    found = re.fullmatch(_VR, address)
    return (found[1], found[2]) if found else (address, None)


EDIT_OPTIONS: dict[str, Callable[[str], Edit]] = {
    "set": put,
    "add": put_if_absent,
    "replace": replace,
    "empty": Empty,
    "remove": Remove,
    "remove-private": _remove_private,
    "copy": copy,
    "format": format_,
    "sub": substitute,
    "new-uid": NewUID,
    "insert-item": InsertItem,
}
"""What each option makes of its text."""
