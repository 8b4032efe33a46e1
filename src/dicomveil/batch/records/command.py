"""The words a run was started with, kept in the private folder so that the run can be gone on with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from dicomveil.batch.storage.whole_file import whole_file
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True)
class Command:
    """What ``dicomveil deidentify`` was told about its last run over a folder.

    Parameters
    ----------
    input
        Where the inputs are, as an absolute path: it may tell who a patient is, and stays in the private folder.
    output
        Where the copies are, if the private folder is not beside them; else empty, so that both can be moved.
    words
        The other words, without the output and without those that only say how to speak; paths in them are absolute.
    recipe, title, options, fingerprint
        What was carried out.
    software, edition
        The version of dicomveil, and the edition of PS3.15 that its tables are from.
    """

    input: str
    output: str
    words: tuple[str, ...]
    recipe: str
    title: str
    options: tuple[str, ...]
    fingerprint: str
    software: str
    edition: str

    def remember(self, path: str) -> None:
        """Write it down for its owner's eyes only (0600), whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with whole_file(path, replace=True) as stream:
            stream.write(json.dumps(asdict(self)) + "\n")

    @classmethod
    def remembered(cls, path: str) -> Self | None:
        """Read what was written down; None if nothing was.

        Raises
        ------
        UsageError
            If it cannot be read.
        """
        try:
            with open(path, encoding="utf-8") as file:
                told = json.load(file)
            texts = {name: _text(told[name]) for name in cls.__slots__ if name not in ("words", "options")}
            return cls(words=_texts(told["words"]), options=_texts(told["options"]), **texts)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            raise UsageError(
                "command.json in the private folder cannot be read: how the last run was started is not known; "
                "start it with dicomveil deidentify"
            ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_text, value))
