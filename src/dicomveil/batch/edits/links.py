"""Links among the files of a run: no edit leaves the folder it is for through one, and no file is edited twice."""

from __future__ import annotations

import os

from dicomveil.errors import NotWritten

_LINK = "a link to another file; edit that one"
_SAME = "another name of a file that has been edited"


class Patched:
    """The files that were patched so far: a file of several names is patched under the first, which changes all."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()

    def is_done(self, status: os.stat_result) -> bool:
        """Tell whether a file was met before under another name; from now on it was."""
        key = status.st_dev, status.st_ino
        if status.st_nlink < 2 or key not in self._seen:
            self._seen.add(key)
            return False
        return True


def why_not_in_place(path: str, patched: Patched | None) -> str | None:
    """Say why a file of a folder is not one to edit in place, if it is none.

    A link would lead the edit to a file that is elsewhere, or has its own turn. Where files are not patched but
    replaced, each name of one gets an edited file of its own.
    """
    if os.path.islink(path):
        return _LINK
    if patched is not None and patched.is_done(os.stat(path)):
        return _SAME
    return None


def check_stays_in(folder: str, root: str) -> None:
    """See to it that a folder, made or not, is in the folder of the output when links are followed.

    Raises
    ------
    NotWritten
        If a link leads out of it, to originals perhaps.
    """
    within = os.path.realpath(root)
    if os.path.commonpath([os.path.realpath(folder), within]) != within:
        raise NotWritten("a link leads out of the output")
