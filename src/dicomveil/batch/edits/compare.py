"""Compare two folders: pair their files by SOP Instance UID or by name, and each pair element by element."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.edits.inputs import Inputs
from dicomveil.batch.faults import code_and_message
from dicomveil.batch.kinds import archives_told
from dicomveil.batch.outcome import SKIPPED
from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.source import Source
from dicomveil.engine.compare import Difference, differences

if TYPE_CHECKING:
    from dicomveil.engine.edit import Editor

SAME = "same"
DIFFERENT = "different"
ONLY_LEFT = "only in the first"
ONLY_RIGHT = "only in the second"

_SOP_INSTANCE_UID = Address((Step(0x00080018),))


class File(NamedTuple):
    """A file of one of the folders: its number in the order of names, and its path in there, which may tell."""

    number: int
    name: str


class Pair(NamedTuple):
    """Two files that belong together, and what comparing them gave.

    ``code`` is one of the words above, or the code of the error that kept a file from being read.
    """

    code: str
    left: File | None
    right: File | None
    differences: int = 0
    message: str = ""


class Comparison:
    """Two folders side by side; iterate over it to compare. ``skipped`` counts what is not compared, by what it is.

    Parameters
    ----------
    by_name
        Pair files by their relative names instead of by SOP Instance UID.
    """

    def __init__(
        self, editor: Editor, left: str, right: str, ignored: Sequence[Address] = (), *, by_name: bool = False
    ) -> None:
        self._editor = editor
        self._folders = left, right
        self._ignored = ignored
        self._by_name = by_name
        self.skipped: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Pair]:
        left, unreadable = self._listed(self._folders[0])
        right, more = self._listed(self._folders[1])
        yield from unreadable
        yield from (each._replace(left=None, right=each.left) for each in more)
        for key, file in left.items():
            other = right.pop(key, None)
            yield Pair(ONLY_LEFT, file, None) if other is None else self._compared(file, other)
        for file in right.values():
            yield Pair(ONLY_RIGHT, None, file)

    def details(self, pair: Pair) -> Iterator[Difference]:
        """Yield what differs between two files, once more."""
        paths = [
            os.path.join(folder, file.name)
            for folder, file in zip(self._folders, (pair.left, pair.right), strict=True)
            if file is not None
        ]
        with Source.open(paths[0]) as left, Source.open(paths[1]) as right:
            yield from differences(self._editor.open(left), self._editor.open(right), self._ignored)

    def _compared(self, left: File, right: File) -> Pair:
        pair = Pair(SAME, left, right)
        try:
            count = sum(1 for _ in self.details(pair))
        except Exception as error:  # whatever is wrong with this pair, the rest goes on
            code, message = code_and_message(error)
            return Pair(code, left, right, 0, message)
        return pair._replace(code=DIFFERENT, differences=count) if count else pair

    def _listed(self, folder: str) -> tuple[dict[tuple[str, int], File], list[Pair]]:
        """Return the DICOM files of a folder by what pairs them, and those that cannot be read."""
        found: dict[tuple[str, int], File] = {}
        unreadable: list[Pair] = []
        counts: dict[str, int] = {}
        for number, (path, name, leftover) in enumerate(Inputs(folder), 1):
            if leftover is not None:
                self.skipped[leftover] += 1
                continue
            try:
                with Source.open(path) as file, archives_told(file):
                    texts = self._editor.open(file).texts(_SOP_INSTANCE_UID)
            except Exception as error:  # whatever is wrong with this file, the rest goes on
                code, message = code_and_message(error)
                if code == SKIPPED:
                    self.skipped[message] += 1
                else:
                    unreadable.append(Pair(code, File(number, name), None, 0, message))
                continue
            key = name if self._by_name or not texts else texts[0]
            counts[key] = counts.get(key, -1) + 1
            found[key, counts[key]] = File(number, name)
        return found, unreadable
