"""On which line of a TOML file each key stands; tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys from the top of the file; numbers, counted from 0, are places in arrays."""

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{0,2})'
    r"|'''(?:[^']|'(?!''))*'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[KeyPath, int]:
    r"""Return the line, counted from 1, of each key, table and array element.

    Parameters
    ----------
    text
        TOML that tomllib has accepted; of anything else the answer means nothing.

    Examples
    --------
    >>> lines_of('title = "x"\n[[rule]]\naddress = "StudyID"\n')
    {('title',): 1, ('rule',): 2, ('rule', 0): 2, ('rule', 0, 'address'): 3}
    """
    return _Reader(text).read()


class _Reader:
    """Walks through a valid TOML text once, noting where keys begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}
        self._last_of_array: dict[KeyPath, int] = {}

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text.startswith("[[", self._at):
                table = self._next_of_array()
            elif self._text[self._at] == "[":
                table = self._table()
            else:
                self._key_and_value(table)
        return self._lines

    def _table(self) -> KeyPath:
        start = self._at
        self._at += 1
        table = self._resolved(self._dotted_key())
        self._note(table, start)
        self._skip_to_end_of_header("]")
        return table

    def _next_of_array(self) -> KeyPath:
        start = self._at
        self._at += 2
        *above, name = self._dotted_key()
        array = (*self._resolved(above), name)
        self._last_of_array[array] = index = self._last_of_array.get(array, -1) + 1
        self._note(array, start)
        self._note((*array, index), start)
        self._skip_to_end_of_header("]]")
        return (*array, index)

    def _skip_to_end_of_header(self, closing: str) -> None:
        self._skip(_SPACE)
        self._at += len(closing)

    def _resolved(self, keys: list[str]) -> KeyPath:
        """Where a header leads to: through an array of tables to its last one."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._last_of_array:
                path = (*path, self._last_of_array[path])
        return path

    def _key_and_value(self, table: KeyPath) -> None:
        start = self._at
        path = table
        for key in self._dotted_key():
            path = (*path, key)
            self._note(path, start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _dotted_key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            found = _KEY.match(self._text, self._at)
            if found is None:
                raise ValueError  # not TOML
            self._at = found.end()
            keys.append(_unquoted(found[0]))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            string = _STRING.match(self._text, self._at)
            self._at = string.end() if string else self._skip(_BARE)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while self._skip(_BLANK) < len(self._text) and self._text[self._at] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._note((*path, index), self._at)
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._skip(_BLANK) < len(self._text) and self._text[self._at] != "}":
            if self._text[self._at] == ",":
                self._at += 1
            else:
                self._key_and_value(path)
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _note(self, path: KeyPath, at: int) -> None:
        self._lines.setdefault(path, bisect_right(self._line_starts, at))


def _unquoted(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"':
        return key
    unescaped: str = tomllib.loads(f"key = {key}")["key"]
    return unescaped
