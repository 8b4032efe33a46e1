"""The private folder beside an output: its key, its table of random stand-ins, its reports."""

from __future__ import annotations

import os
from dataclasses import dataclass

from dicomveil.errors import UsageError

SUFFIX = ".dicomveil"


@dataclass(frozen=True, slots=True)
class Project:
    """Paths of what belongs to an output but must never be in it; ``folder`` is for its owner's eyes only (0700)."""

    folder: str

    @classmethod
    def beside(cls, output: str | os.PathLike[str]) -> Project:
        """Return the project of an output folder or file: ``OUT.dicomveil`` beside ``OUT``."""
        return cls(os.path.abspath(output).rstrip(os.sep) + SUFFIX)

    @property
    def key_path(self) -> str:
        """The project key."""
        return os.path.join(self.folder, "key")

    @property
    def table_path(self) -> str:
        """Random stand-ins by keyed digest, for runs that derive nothing from the patient's data."""
        return os.path.join(self.folder, "stand-ins")

    @property
    def reports_path(self) -> str:
        """One line an instance."""
        return os.path.join(self.folder, "report.jsonl")


def check_apart(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """See to it that input and output are not one, nor one in the other.

    Raises
    ------
    UsageError
        If they are: a run would read what it writes, or lay copies among originals.
    """
    inner, outer = os.path.realpath(source), os.path.realpath(target)
    if inner == outer:
        raise UsageError("the output is the input; nothing is ever changed in place")
    if os.path.commonpath([inner, outer]) == inner and os.path.isdir(inner):
        raise UsageError("the output lies inside the input; choose a folder outside it")
    if os.path.commonpath([inner, outer]) == outer and os.path.isdir(outer):
        raise UsageError("the input lies inside the output; choose another folder for the output")
