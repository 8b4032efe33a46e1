"""Files that only their owner may read: made so, and refused when they are not so."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
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


@contextmanager
def private_draft(path: str | PathLike[str], *, replace: bool = False) -> Iterator[BinaryIO]:
    """Give a new file for its owner only, which gets its name when the context is left without an error.

    Until then it has a temporary one beside ``path``, the ``name`` of the file, for what has to open
    it anew. Thus two processes never see half a file under ``path``, and only one of them wins.

    Parameters
    ----------
    replace
        Take the place of what stands there.

    Raises
    ------
    FileExistsError
        If something stands there, and is not to be replaced: it is left as it is.
    OSError
        If it cannot be written. Whatever is raised, nothing is left of it.
    """
    temporary = f"{os.fspath(path)}.{os.urandom(8).hex()}.new"
    try:
        with open(temporary, "xb", opener=open_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, path)
        else:
            _take_name(temporary, path)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def publish_private(path: str | PathLike[str], content: bytes) -> bool:
    """Write a private file whole or not at all, and never over another.

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
    try:
        with private_draft(path) as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def _take_name(temporary: str, path: str | PathLike[str]) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: an empty file holds the name for as long as it takes
        os.close(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        os.replace(temporary, path)
