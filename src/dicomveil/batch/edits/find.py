"""Find the files that fulfil a condition; one bad file stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.edits.inputs import Inputs
from dicomveil.batch.faults import code_and_message
from dicomveil.batch.kinds import archives_told
from dicomveil.dataset.source import Source

if TYPE_CHECKING:
    from dicomveil.engine.edit import Editor

FOUND = "found"
NOT_FOUND = "not-found"
LEFTOVER = "leftover"


class Looked(NamedTuple):
    """What a look at one file has given: ``code`` is one of the words above, ``skipped``, or that of the error."""

    number: int
    path: str
    code: str
    message: str = ""


class Search:
    """One look at a file or at the files of a folder; iterate over it to carry it out.

    The condition is that of the editor. Backups of edits in place are not looked at.

    Raises
    ------
    UsageError
        If the source does not exist.
    """

    def __init__(self, editor: Editor, source: str | os.PathLike[str]) -> None:
        self._editor = editor
        self._inputs = Inputs(source)

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return sum(1 for _ in self._inputs)

    def __iter__(self) -> Iterator[Looked]:
        for number, (path, _, leftover) in enumerate(self._inputs, 1):
            if leftover is not None:
                yield Looked(number, path, LEFTOVER, leftover)
                continue
            try:
                with Source.open(path) as file, archives_told(file):
                    found = self._editor.is_for(self._editor.open(file))
            except Exception as error:  # whatever is wrong with this file, the rest goes on
                yield Looked(number, path, *code_and_message(error))
            else:
                yield Looked(number, path, FOUND if found else NOT_FOUND)
