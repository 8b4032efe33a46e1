"""What became of each file of a project, as CSV or as JSON Lines; a row a file, without values or input paths."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, TextIO

from dicomveil.batch.accounts.accounts import FileAccount

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = FileAccount._fields

_FORMULA = ("=", "+", "-", "@", "\t")
_WITHOUT_BREAKS = str.maketrans("\r\n", "  ")


def write_csv(files: Iterable[FileAccount], stream: TextIO) -> None:
    """Write a heading and a row a file; no text in it is taken for a formula by a spreadsheet."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_cell, each) for each in files)


def write_json_lines(files: Iterable[FileAccount], stream: TextIO) -> None:
    """Write an object a file, with the names of the CSV's columns."""
    stream.writelines(json.dumps(each._asdict()) + "\n" for each in files)


def _cell(value: object) -> object:
    """Return a value as a cell; an apostrophe before what a spreadsheet would take for a formula.

    Examples
    --------
    >>> _cell("=1+1"), _cell(True), _cell(None), _cell(12)
    ("'=1+1", 'yes', '', 12)
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    text = value.translate(_WITHOUT_BREAKS)
    return f"'{text}" if text.startswith(_FORMULA) else text
