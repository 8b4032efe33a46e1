"""A private, append-only table of random bytes drawn once for each original."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dicomveil.errors import StandInTableError
from dicomveil.pseudonyms.derive import derive
from dicomveil.pseudonyms.private_file import make_private_folder, open_private, why_not_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from dicomveil.pseudonyms.key import ProjectKey

_VERSION = "dicomveil-table-1"
_NAME_BYTES = 32
_VALUE_BYTES = 16


class RandomTable:
    """Random bytes for each purpose and original, remembered in a private file.

    The file begins with a version and the key's fingerprint. Each further line has the keyed
    digest of purpose and original and the 16 random bytes drawn for it, in hex: the originals
    are not in it, and nothing in it is computed from them without the key. A line is handed to
    the operating system before its value is used, under a lock, after reading what other
    processes have added; so a killed run forgets nothing that it has used, and two runs at once
    agree. A last line cut short by a kill was never used: it is dropped and drawn again.

    Parameters
    ----------
    key
        The project key; it hides the originals in the table.
    path
        The table; made with mode 0600, its folder with mode 0700, if absent.

    Raises
    ------
    StandInTableError
        If the table is damaged, was made with another key, can be reached by others, or cannot
        be read or written. The message holds neither its content nor its path.
    """

    __slots__ = ("_key", "_path", "_read_bytes", "_values")

    def __init__(self, key: ProjectKey, path: str | PathLike[str]) -> None:
        self._key = key
        self._path = os.path.abspath(path)
        self._values: dict[str, bytes] = {}
        self._read_bytes = 0
        with self._locked(os.O_CREAT) as table:
            self._read_news(table)

    def value_for(self, purpose: str, original: bytes) -> bytes:
        """Return the 16 random bytes of an original, drawn now if it is new.

        Raises
        ------
        StandInTableError
            If the table has been damaged meanwhile, or cannot be read or written.
        """
        name = derive(self._key, f"table/{purpose}", original).hex()
        known = self._values.get(name)
        return self._drawn(name) if known is None else known

    def _drawn(self, name: str) -> bytes:
        with self._locked() as table:
            self._read_news(table)
            if name not in self._values:  # another process may have drawn it meanwhile
                value = os.urandom(_VALUE_BYTES)
                self._append(table, f"{name} {value.hex()}\n".encode())
                self._values[name] = value
        return self._values[name]

    @contextmanager
    def _locked(self, flags: int = 0) -> Iterator[int]:
        # Opened anew each time: a lock belongs to an open file, which threads and forked processes share.
        try:
            if flags & os.O_CREAT:
                make_private_folder(self._path)
            table = open_private(self._path, os.O_RDWR | flags)
            try:
                trouble = why_not_private(table)
                if trouble is not None:
                    raise StandInTableError(f"the table of stand-ins {trouble}")
                _lock(table)
                yield table
            finally:
                os.close(table)
        except OSError:
            raise StandInTableError("the table of stand-ins cannot be read or written") from None

    def _read_news(self, table: int) -> None:
        content = _rest_of(table, self._read_bytes)
        if self._read_bytes == 0:
            content = self._after_first_line(table, content)
        whole, newline, cut_short = content.rpartition(b"\n")
        for line in whole.split(b"\n") if newline else ():
            name, value = _name_and_value(line)
            self._values.setdefault(name, value)
        self._read_bytes += len(whole) + len(newline)
        if cut_short:
            os.ftruncate(table, self._read_bytes)

    def _after_first_line(self, table: int, content: bytes) -> bytes:
        first_line = f"{_VERSION} {self._key.fingerprint}\n".encode()
        if content.startswith(first_line):
            self._read_bytes = len(first_line)
            return content[len(first_line) :]
        if not first_line.startswith(content):  # only a new table, or a first line cut short, is written over
            raise StandInTableError("this is no table of stand-ins made with this project key")
        self._append(table, first_line)
        return b""

    def _append(self, table: int, line: bytes) -> None:
        if os.pwrite(table, line, self._read_bytes) != len(line):
            raise OSError
        self._read_bytes += len(line)


def _lock(table: int) -> None:
    import fcntl  # where there is none, there is no way to share a table; the rest of dicomveil works

    fcntl.flock(table, fcntl.LOCK_EX)


def _rest_of(table: int, start: int) -> bytes:
    end = os.fstat(table).st_size
    if end < start:
        raise StandInTableError("the table of stand-ins lost lines while it was in use")
    with open(table, "rb", closefd=False) as file:
        file.seek(start)
        return file.read(end - start)


def _name_and_value(line: bytes) -> tuple[str, bytes]:
    try:
        name, digits = line.decode("ascii").split(" ")
        value = bytes.fromhex(digits)
        if len(bytes.fromhex(name)) == _NAME_BYTES and len(value) == _VALUE_BYTES:
            return name, value
    except ValueError:
        pass
    raise StandInTableError("the table of stand-ins is damaged")
