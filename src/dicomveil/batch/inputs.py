"""The files of a run: each with its number, the name that tells it from others, its size and time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from dicomveil.dataset.discover import files_under
from dicomveil.dataset.source import Source
from dicomveil.errors import UsageError


class Input(NamedTuple):
    """One file as it is found.

    ``number`` counts from 1 in the order they are found; ``path`` is where `opened` finds it; ``name`` is relative to
    the input and parted by slashes. ``size`` is in bytes, ``changed_ns`` the time of the last change; both are 0 where
    they cannot be told.
    """

    number: int
    path: str
    name: str
    size: int = 0
    changed_ns: int = 0


class Inputs:
    """A file, or the files of a folder and the folders in it, in the order of names; iterate over it, also again.

    Raises
    ------
    UsageError
        If there is nothing under that name.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.fspath(root)
        if not os.path.exists(self.root):
            raise UsageError("the input does not exist")
        self.is_single = os.path.isfile(self.root)
        self._root_length = 0 if self.is_single else len(self.root.rstrip(os.sep)) + 1

    def paths(self) -> Iterator[str]:
        """Yield the paths alone; a listing, nothing is opened."""
        return files_under(self.root) if os.path.isdir(self.root) else iter([self.root])

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return sum(1 for _ in self.paths())

    def __iter__(self) -> Iterator[Input]:
        for number, path in enumerate(self.paths(), 1):
            size = changed_ns = 0
            with suppress(OSError):  # opening it will say why
                status = os.stat(path)
                size, changed_ns = status.st_size, status.st_mtime_ns
            yield Input(number, path, path[self._root_length :], size, changed_ns)


def opened(item: Input) -> Source:
    """Open a file of a run, in whichever process.

    Raises
    ------
    NotDicom
        If it is no regular file.
    OSError
        If the system refuses.
    """
    return Source.open(item.path)
