"""The files that a command is given: named one by one or by the folders they are in, each with the name of its copy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dicomveil.dataset.discover import files_under
from dicomveil.dataset.replace import left_by_an_edit
from dicomveil.errors import UsageError


class Input(NamedTuple):
    """One file. ``name`` is what its copy is called in a folder; ``leftover`` says what it is if edits have left it."""

    path: str
    name: str
    leftover: str | None = None


class Inputs:
    """Files and folders, in the order they were named; a file that is named twice is taken once.

    The files of a single folder keep their names in it. Of several inputs each keeps its own name, a folder's files
    those of the folder before theirs. What edits in place have left in a folder, backups above all, is told as such.
    ``is_one_file`` tells whether there is but one file, named as such.

    Raises
    ------
    UsageError
        If one does not exist.
    """

    def __init__(self, sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> None:
        named = [sources] if isinstance(sources, str | os.PathLike) else sources
        self.sources = list(dict.fromkeys(os.fspath(each) for each in named))
        if not self.sources:
            raise UsageError("no input")
        if not all(map(os.path.exists, self.sources)):
            raise UsageError(f"{'the input' if len(self.sources) == 1 else 'one of the inputs'} does not exist")
        self.is_one_file = len(self.sources) == 1 and not os.path.isdir(self.sources[0])

    def check_names(self) -> None:
        """See to it that no two inputs have copies of the same name.

        Raises
        ------
        UsageError
            If two have.
        """
        if len(self.sources) > 1 and len({*map(_own_name, self.sources)}) < len(self.sources):
            raise UsageError("two of the inputs have the same name; their copies would be one")

    def __iter__(self) -> Iterator[Input]:
        seen: set[str] | None = set() if len(self.sources) > 1 else None
        for each in self._all():
            if seen is not None:
                real = self._key(each.path)
                if real in seen:
                    continue
                seen.add(real)
            yield each

    def _key(self, path: str) -> str:
        """Return what a file is known by: where it really is, but for a link in a folder, which may be left alone."""
        if os.path.islink(path) and path not in self.sources:
            return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        return os.path.realpath(path)

    def _all(self) -> Iterator[Input]:
        for source in self.sources:
            if not os.path.isdir(source):
                yield Input(source, _own_name(source))
                continue
            before = _own_name(source) if len(self.sources) > 1 else ""
            outside = len(os.path.join(source, ""))
            for path in files_under(source):
                yield Input(path, os.path.join(before, path[outside:] or os.curdir), left_by_an_edit(path))


def _own_name(source: str) -> str:
    return os.path.basename(os.path.abspath(source))
