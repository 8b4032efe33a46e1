"""A word about files that edits in place have left in a folder, and that no command takes for files of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter


def of_leftovers(left: Counter[str]) -> str:
    """Say how many files of what kind, left by edits, were not looked at."""
    lines = [
        f"dicomveil: {count} file{'' if count == 1 else 's'} skipped: {what}\n" for what, count in sorted(left.items())
    ]
    return "".join(lines)
