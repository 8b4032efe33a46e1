"""Write down what it takes to undo edits, and undo them: the source's bytes are back, or the file is left alone.

An undo file is JSON Lines: a heading, then a line for each file that is about to be edited, and one that takes the line
before it back if that came to nothing. It holds original values, so it is made for its owner's eyes only (0600).
"""

from __future__ import annotations

import hashlib
import json
import os
from binascii import a2b_base64, b2a_base64
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Self, TypedDict

from dicomveil.dataset.replace import Manner, replaced
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.errors import EditRefused, InstanceError, NotWritten, UsageError
from dicomveil.pseudonyms.private_file import make_private_folder, open_private

if TYPE_CHECKING:
    from types import TracebackType

    from dicomveil.dataset.splice import Edit as Splice

_HEADING = {"dicomveil-undo": 1}
_TAKEN_BACK = {"taken-back": True}
_NO_BACKUP = Manner(backup=False)
_UNWRITABLE = "the undo file cannot be written"


class UndoWriter:
    """Writes a new undo file, a line a file, before the file is changed.

    Raises
    ------
    UsageError
        If the undo file is there already or cannot be written; nothing is left of it then.
    """

    def __init__(self, path: str) -> None:
        check_new(path)
        try:
            make_private_folder(path)
            self._fd = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except OSError as error:
            raise UsageError(f"{_UNWRITABLE}: {os.strerror(error.errno or 0)}") from None
        try:
            self._write(_HEADING)
        except NotWritten as error:
            os.close(self._fd)
            os.unlink(path)
            raise UsageError(str(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def note(self, source: Source, splices: list[Splice], path: str) -> None:
        """Write down how to come back from the edited file, which will stand at ``path``.

        Raises
        ------
        NotWritten
            If the system refuses; the undo file is then as it was before.
        """
        parts: list[tuple[int, int, str, str]] = []
        growth = 0
        for start, end, new in splices:
            old = b2a_base64(source.read(start, end), newline=False).decode("ascii")
            parts.append((start + growth, len(new), _digest(new), old))
            growth += len(new) - (end - start)
        place = os.fsencode(os.path.abspath(path)).decode("utf-8", "surrogateescape")
        self._write({"path": place, "size": source.size + growth, "parts": parts})

    def take_back(self) -> None:
        """Write down that what was noted last has not been done, nor any of it."""
        self._write(_TAKEN_BACK)

    def _write(self, line: object) -> None:
        data = json.dumps(line).encode("ascii") + b"\n"
        before = os.lseek(self._fd, 0, os.SEEK_CUR)
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            os.ftruncate(self._fd, before)  # half a line would make the whole file unreadable
            os.lseek(self._fd, before, os.SEEK_SET)
            raise NotWritten(f"{_UNWRITABLE}: {os.strerror(error.errno or 0)}") from None


def check_new(path: str) -> None:
    """See to it that an undo file can be made: none is ever replaced.

    Raises
    ------
    UsageError
        If something is there.
    """
    if os.path.lexists(path):
        raise UsageError("the undo file is there already; name another")


class Undone(NamedTuple):
    """What became of one file of an undo file; ``error`` is None if it is as it was, or would be."""

    number: int
    path: str
    error: InstanceError | OSError | None


class _Note(TypedDict):
    """``size`` is that of the edited file; a part: where its new bytes begin, how many, their SHA-256, the old ones."""

    path: str
    size: int
    parts: list[tuple[int, int, str, str]]


def undo(path: str, *, dry_run: bool = False) -> Iterator[Undone]:
    """Undo the edits of an undo file, the last one first; a dry run only looks whether that can be done.

    Raises
    ------
    UsageError
        If it is no undo file, before anything is done.
    """
    lines = _read(path)
    repeated = Counter(told["path"] for told in lines)
    imagined: dict[str, Source] = {}
    for number, told in enumerate(reversed(lines), 1):
        target = told["path"]
        try:
            if target in imagined:
                imagined[target] = _undone(imagined[target], told)
                yield Undone(number, target, None)
                continue
            with Source.open(target) as source:
                splices = _splices_back(source, told)
                if not dry_run and splices:
                    replaced(source, splices, target, _NO_BACKUP)
                elif dry_run and repeated[target] > 1:
                    imagined[target] = _undone(source, told)
        except (InstanceError, OSError) as error:
            yield Undone(number, target, error)
        else:
            yield Undone(number, target, None)


def _undone(source: Source, told: _Note) -> Source:
    """Return a file as it would be, for the edit before this one."""
    return Source.in_memory(spliced(source.read(0, source.size), 0, _splices_back(source, told)))


def _splices_back(source: Source, told: _Note) -> list[Splice]:
    """Return what turns a file into what it was: nothing if it was never edited, or is back already.

    A patch that was killed has left some parts old and some new; any other edit was done as a whole or not at all.
    """
    new: list[Splice] = []
    olds = 0
    growth = 0
    for start, length, digest, encoded in told["parts"]:
        old = a2b_base64(encoded)
        if _digest(source.read(start, start + length)) == digest:
            new.append((start, start + length, old))
        olds += source.read(start - growth, start - growth + len(old)) == old
        growth += length - len(old)
    count = len(told["parts"])
    if source.size == told["size"] and (len(new) == count or (_is_patch(told) and len(new) + olds == count)):
        return new
    if source.size == told["size"] - growth and olds == count:
        return []
    raise EditRefused("undo", "the file is not as the edit left it; it stays as it is")


def _is_patch(told: _Note) -> bool:
    return all(length == len(a2b_base64(old)) for _, length, _, old in told["parts"])


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _read(path: str) -> list[_Note]:
    try:
        with open(path, encoding="ascii") as file:
            heading, *lines = [json.loads(line) for line in file]
        if heading != _HEADING:
            raise ValueError
        notes: list[_Note] = []
        for line in lines:
            if line == _TAKEN_BACK and notes:
                notes.pop()
            elif _is_note(line):
                notes.append(line)
            else:
                raise ValueError
    except OSError as error:
        raise UsageError(f"the undo file cannot be read: {os.strerror(error.errno or 0)}") from None
    except ValueError:
        raise UsageError("this is no undo file, or it is damaged") from None
    return notes


def _is_note(line: object) -> bool:
    if not isinstance(line, dict) or {*line} != {"path", "size", "parts"}:
        return False
    return isinstance(line["path"], str) and all(
        isinstance(part, list) and [type(each) for each in part] == [int, int, str, str] for part in line["parts"]
    )
