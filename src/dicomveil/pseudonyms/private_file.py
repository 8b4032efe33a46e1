"""Files that only their owner may read: made so, and refused when they are not so."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

_NO_WAITING = getattr(os, "O_NONBLOCK", 0)


def make_private_folder(path: str | PathLike[str]) -> None:
    """Make the folder that will hold ``path``, open to its owner only; one that is there stays as it is."""
    parent = os.path.dirname(os.path.abspath(path))
    os.makedirs(parent, mode=0o700, exist_ok=True)


def open_private(path: str | PathLike[str], flags: int) -> int:
    """Open a file; one made by this call is readable and writable by its owner only, whatever the umask.

    Returns
    -------
    int
        A file descriptor that programs started later do not inherit.

    Raises
    ------
    OSError
        As ``os.open``. A named pipe does not block.
    """
    return os.open(path, flags | _NO_WAITING, 0o600)


def why_not_private(descriptor: int) -> str | None:
    """Say what makes an open file unfit to hold a secret, or None if nothing does."""
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        return "is not a regular file"
    if os.name == "posix" and mode & 0o077:
        return "can be reached by others: take their rights away (chmod 600)"
    return None


def publish_private(path: str | PathLike[str], content: bytes) -> bool:
    """Write a private file whole or not at all, and never over another.

    It is written under a temporary name beside ``path`` and then linked to its name, so
    that two processes never see half a file, and only one of them wins.

    Returns
    -------
    bool
        False if something stands under that name already; it is left as it is.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    """
    make_private_folder(path)
    temporary = f"{os.fspath(path)}.{os.urandom(8).hex()}.new"
    try:
        _write_new(temporary, content)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            return _write_new_unless_there(path, content)
        return True
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def _write_new_unless_there(path: str | PathLike[str], content: bytes) -> bool:
    try:
        _write_new(path, content)
    except FileExistsError:
        return False
    return True


def _write_new(path: str | PathLike[str], content: bytes) -> None:
    descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
