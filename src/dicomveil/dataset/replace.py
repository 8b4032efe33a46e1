"""Put an edited file in the place of its source: at once and with a backup, or, where asked, by patching bytes."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from threading import get_ident
from typing import TYPE_CHECKING

from dicomveil.dataset.splice import pieces_of
from dicomveil.dataset.write import PART_PREFIX, Draft, not_written
from dicomveil.errors import BackupExists, EditRefused, NotWritten

if TYPE_CHECKING:
    from dicomveil.dataset.source import Source
    from dicomveil.dataset.splice import Edit

BACKUP_SUFFIX = ".bak"

_BACKUP_IS_FILE = (
    "its backup is the same file, left so by an edit that was stopped; move the backup away, or it is patched too"
)
_LENGTH_CHANGES = "the edits change the length of the file; edit it in place without patching"
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is edited in its place.

    ``backup`` keeps the original beside it, with ``.bak`` behind its name; ``new_backup`` lets that replace one that is
    there. ``keep_times`` gives the edited file the times of the original. ``patch`` writes values of unchanged length
    over the old ones: no copy is made, and a run killed meanwhile may leave some of them written.
    """

    backup: bool = True
    new_backup: bool = False
    keep_times: bool = False
    patch: bool = False


def check_in_place(edits: list[Edit], path: str, manner: Manner) -> None:
    """Raise what `replaced` or `patched` would, as far as that can be told beforehand; for dry runs."""
    if manner.patch:
        _check_lengths(edits)
        _check_backup(path)
    elif manner.backup and not manner.new_backup and os.path.lexists(os.path.realpath(path) + BACKUP_SUFFIX):
        raise BackupExists


def left_by_an_edit(path: str) -> str | None:
    """Say what a file is if edits in place have left it: a backup beside its file, or what a killed run left."""
    if os.path.basename(path).startswith(PART_PREFIX):
        return "what a stopped edit has left"
    if path.endswith(BACKUP_SUFFIX) and os.path.lexists(path.removesuffix(BACKUP_SUFFIX)):
        return "a backup of an edit in place"
    return None


def replaced(source: Source, edits: list[Edit], path: str, manner: Manner) -> None:
    """Write the edited file beside its source, with its permissions, and let it take the name.

    There is the old file or the new one under the name at any time, and the backup before the new one.

    Raises
    ------
    NotWritten
        If the system refuses, or a backup is there already; the file is as it was then, and no new backup is left,
        unless it has replaced an older one.
    """
    path = os.path.realpath(path)
    with Draft(path, overwrite=True) as draft:
        draft.write(source, pieces_of(b"", source, 0, source.size, edits))
        status = os.fstat(source.fd)
        backup = path + BACKUP_SUFFIX
        is_new = manner.backup and not os.path.lexists(backup)
        try:
            draft.resemble(status, times=manner.keep_times)
            if manner.backup:
                _keep(path, backup, replace=manner.new_backup)
        except OSError as error:
            raise not_written(error) from None
        try:
            draft.publish()
        except BaseException:
            if is_new:
                os.unlink(backup)
            raise


def patched(path: str, edits: list[Edit], *, keep_times: bool = False) -> None:
    """Write new values over old ones of the same length, and keep the times of the file if asked. Not atomic.

    Raises
    ------
    EditRefused
        If one has another length; nothing is written then.
    NotWritten
        If the system refuses, or the backup of an earlier edit is this very file and would be written over with it;
        nothing is written then.
    """
    _check_lengths(edits)
    _check_backup(path)
    try:
        fd = os.open(path, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            status = os.fstat(fd)
            for start, _, new in edits:
                if os.pwrite(fd, new, start) != len(new):
                    raise OSError(errno.EIO, "cut short")
            if keep_times:
                os.utime(fd, ns=(status.st_atime_ns, status.st_mtime_ns))
        finally:
            os.close(fd)
    except OSError as error:
        raise not_written(error) from None


def _check_lengths(edits: list[Edit]) -> None:
    if any(len(new) != end - start for start, end, new in edits):
        raise EditRefused("patch", _LENGTH_CHANGES)


def _check_backup(path: str) -> None:
    """Raise if a file and its backup are one: a run that was killed between the two has left it so."""
    backup = os.path.realpath(path) + BACKUP_SUFFIX
    with suppress(FileNotFoundError):
        if os.path.samefile(path, backup):
            raise NotWritten(_BACKUP_IS_FILE)


def _keep(path: str, backup: str, *, replace: bool) -> None:
    """Give a file its backup, at once."""
    if os.path.lexists(backup) and not replace:
        raise BackupExists
    part = os.path.join(os.path.dirname(path), f"{PART_PREFIX}{os.getpid()}-{get_ident()}{BACKUP_SUFFIX}")
    with suppress(FileNotFoundError):
        os.unlink(part)
    try:
        _link_or_copy(path, part)
        os.replace(part, backup)
    finally:
        with suppress(FileNotFoundError):  # it is there still if both are names of one file
            os.unlink(part)


def _link_or_copy(path: str, part: str) -> None:
    try:
        os.link(path, part)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(path, part)
