"""Write down what it takes to undo edits, and undo them: the source's bytes are back, all of them, or nothing is done.

An undo file is JSON Lines: a heading, then a line for each file that is about to be edited, and one that takes the line
before it back if that came to nothing. It holds original values, so it is made for its owner's eyes only (0600).
"""

from __future__ import annotations

import hashlib
import json
import os
from binascii import a2b_base64, b2a_base64
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, Self, TypedDict

from dicomveil.dataset.replace import BACKUP_SUFFIX, Manner, replaced
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import pieces_of, spliced
from dicomveil.dataset.write import not_written
from dicomveil.errors import EditRefused, InstanceError, NotWritten, UsageError
from dicomveil.pseudonyms.private_file import make_private_folder, open_private

if TYPE_CHECKING:
    from types import TracebackType

    from dicomveil.dataset.splice import Edit as Splice

_HEADING = {"dicomveil-undo": 1}
_TAKEN_BACK = {"taken-back": True}
_NO_BACKUP = Manner(backup=False)
_UNWRITABLE = "the undo file cannot be written"
_SLICE_BYTES = 1024 * 1024


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

    def note(self, source: Source, splices: list[Splice], path: str, *, backup: bool = False) -> None:
        """Write down how to come back from the edited file, which will stand at ``path``, with a new backup or not.

        Raises
        ------
        NotWritten
            If the system refuses; the undo file is then as it was before.
        """
        parts: list[tuple[int, int, str, str]] = []
        growth = 0
        for start, end, new in splices:
            old = b2a_base64(source.read(start, end), newline=False).decode("ascii")
            parts.append((start + growth, len(new), hashlib.sha256(new).hexdigest(), old))
            growth += len(new) - (end - start)
        place = os.fsencode(os.path.abspath(path)).decode("utf-8", "surrogateescape")
        note = {"path": place, "size": source.size + growth, "was": _digest(source), "parts": parts}
        self._write({**note, "backup": True} if backup else note)

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
            raise type(not_written(error))(f"{_UNWRITABLE}: {os.strerror(error.errno or 0)}") from None


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
    """What became of one file of an undo file; ``error`` is None if it is as it was, or would be.

    ``was_back`` says that it had been so before.
    """

    number: int
    path: str
    error: InstanceError | OSError | None
    was_back: bool = False


class _Note(TypedDict):
    """``size`` is that of the edited file, ``was`` the SHA-256 of the original.

    A part says where its new bytes begin, how many they are, their SHA-256, and what the old ones were. ``backup``
    says that the edit has made one, where none was.
    """

    path: str
    size: int
    was: str
    parts: list[tuple[int, int, str, str]]
    backup: NotRequired[bool]


def undo(path: str, *, dry_run: bool = False) -> Iterator[Undone]:
    """Undo the edits of an undo file, the last one first; a dry run only looks whether that can be done.

    A backup that an edit has made takes the file's name again if it holds the original's bytes; another one stays.

    Raises
    ------
    UsageError
        If it is no undo file, before anything is done.
    """
    notes = _read(path)
    repeated = Counter(told["path"] for told in notes if told)
    imagined: dict[str, Source] = {}
    for number, told in enumerate(reversed(notes), 1):
        target = told["path"] if told else ""
        try:
            if told is None:
                raise _DAMAGED
            if not dry_run:
                splices = _put_back(target, told)
            elif target in imagined:
                splices, imagined[target] = _undone(imagined[target], told)
            else:
                with Source.open(target) as source:
                    if repeated[target] > 1:
                        splices, imagined[target] = _undone(source, told)
                    else:
                        splices = _way_back(source, told)
        except (InstanceError, OSError) as error:
            yield Undone(number, target, error)
        except (ValueError, OverflowError):  # a path or a number that there cannot be
            yield Undone(number, target, _DAMAGED)
        else:
            yield Undone(number, target, None, not splices)


def _undone(source: Source, told: _Note) -> tuple[list[Splice], Source]:
    """Return what undoes an edit, and the file as it would be, for the edit before this one."""
    splices = _way_back(source, told)
    return splices, Source.in_memory(spliced(source.read(0, source.size), 0, splices))


def _put_back(path: str, told: _Note) -> list[Splice]:
    """Have the original stand under its name, and no backup of it beside it; return what that took."""
    with Source.open(path) as source:
        splices = _way_back(source, told)
        path = os.path.realpath(path)
        backup = path + BACKUP_SUFFIX
        if not _is_original(backup, told):
            if splices:
                replaced(source, splices, path, _NO_BACKUP)
            return splices
        try:
            if splices:
                os.replace(backup, path)
            else:
                os.unlink(backup)
        except OSError as error:
            raise not_written(error) from None
        return splices


def _is_original(backup: str, told: _Note) -> bool:
    """Tell whether a backup is there that the edit has made and nobody has changed."""
    if not told.get("backup") or os.path.islink(backup) or not os.path.isfile(backup):
        return False
    with Source.open(backup) as source:
        return _digest(source) == told["was"]


def _way_back(source: Source, told: _Note) -> list[Splice]:
    """Return what turns a file into what it was: nothing if it was never edited, or is back already.

    A patch that was killed has left some parts old and some new; with all of them old it is what it was, too.
    """
    splices: list[Splice] = []
    is_ours = source.size == told["size"]
    is_patch = all(length == len(a2b_base64(old)) for _, length, _, old in told["parts"])
    is_edited = False
    at = growth = 0
    for start, length, digest, encoded in told["parts"]:
        old = a2b_base64(encoded)
        if not at <= start <= start + length:
            raise _DAMAGED
        at = start + length
        now = source.read(start, min(at, source.size)) if is_ours and start < source.size else b""
        is_ours = is_ours and (hashlib.sha256(now).hexdigest() == digest or (is_patch and now == old))
        is_edited = is_edited or now != old
        splices.append((start, at, old))
        growth += length - len(old)
    if is_ours and is_edited and at <= source.size and _digest(source, splices) == told["was"]:
        return splices
    if source.size == told["size"] - growth and _digest(source) == told["was"]:
        return []
    raise EditRefused("undo", "the file is not as the edit left it; it stays as it is")


def _digest(source: Source, splices: Sequence[Splice] = ()) -> str:
    """Return the SHA-256 of a file, or of what splices make of it."""
    digest = hashlib.sha256()
    for piece in pieces_of(b"", source, 0, source.size, list(splices)):
        if isinstance(piece, bytes):
            digest.update(piece)
            continue
        for at in range(*piece, _SLICE_BYTES):
            digest.update(source.read(at, min(at + _SLICE_BYTES, piece[1])))
    return digest.hexdigest()


def _read(path: str) -> list[_Note | None]:
    """Return what an undo file says of each file; None is an entry that cannot be read.

    A last line without an end was being written when the run was killed, before its file was touched: it is left out.
    """
    try:
        with open(path, encoding="ascii") as file:
            heading, *lines = file.read().split("\n")[:-1]
    except OSError as error:
        raise UsageError(f"the undo file cannot be read: {os.strerror(error.errno or 0)}") from None
    except ValueError:
        raise UsageError("this is no undo file, or it is damaged") from None
    if _told(heading) != _HEADING:
        raise UsageError("this is no undo file, or it is damaged")
    notes: list[_Note | None] = []
    for line in map(_told, lines):
        if line == _TAKEN_BACK and notes:
            notes.pop()
        else:
            notes.append(line if _is_note(line) else None)
    return notes


def _told(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_note(line: object) -> bool:
    if not isinstance(line, dict) or {*line} - {"backup"} != {"path", "size", "was", "parts"}:
        return False
    path, size, was, parts = line["path"], line["size"], line["was"], line["parts"]
    kinds = isinstance(path, str), isinstance(was, str), type(size) is int, isinstance(parts, list)
    return all(kinds) and all(
        isinstance(part, list) and [type(each) for each in part] == [int, int, str, str] for part in parts
    )


_DAMAGED = EditRefused("undo", "what is written of this file is damaged; it stays as it is")
