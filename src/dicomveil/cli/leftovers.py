"""A word about files of a folder that are passed by though a user may think of them: backups of edits, archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.errors import NotDicom

if TYPE_CHECKING:
    from collections import Counter


NO_DICOM = str(NotDicom())
"""What is said of a file that needs no word."""


def of_leftovers(left: Counter[str]) -> str:
    """Say how many files of what kind were not looked at."""
    lines = [
        f"dicomveil: {count} file{'' if count == 1 else 's'} skipped: {what}\n" for what, count in sorted(left.items())
    ]
    return "".join(lines)
