"""A CSV table of edits: columns to match an instance by, and columns to set in what they match."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.editing.addresses import read_address, spelled
from dicomveil.editing.edit_list import EditList
from dicomveil.editing.edits import Edit, Put, check_vr
from dicomveil.editing.option_texts import with_vr
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dicomveil.dataset.address import Address
    from dicomveil.editing.lookup import Lookup

MOST_PROBLEMS = 50

_KINDS = ("match", "set", "overwrite")


@dataclass(slots=True)
class Row:
    """One row: the line it begins on, and its edits.

    ``used`` is for whoever edits by it to set.
    """

    number: int
    edits: tuple[Edit, ...]
    force: bool = False
    used: bool = False
    _list: EditList | None = field(default=None, repr=False)

    @property
    def edit_list(self) -> EditList:
        """The edits, ready to be carried out."""
        if self._list is None:
            self._list = EditList(self.edits, force=self.force)
        return self._list


class Table:
    """Rows by what they match; see `read_table`."""

    def __init__(self, match: Sequence[Address], rows: dict[tuple[str, ...], Row]) -> None:
        self._match = tuple(match)
        self._rows = rows

    def row_for(self, lookup: Lookup) -> Row | None:
        """Return the row whose cells are the instance's values, unpadded, several parted by backslashes.

        Raises
        ------
        EditRefused
            If a value cannot be read.
        """
        values = [lookup.texts(address) for address in self._match]
        return self._rows.get(tuple("\\".join(value or ()) for value in values))

    @property
    def unused(self) -> list[int]:
        """The lines of the rows that have not been used so far."""
        return [row.number for row in self._rows.values() if not row.used]


def read_table(path: str | os.PathLike[str], match: Sequence[str] = (), *, force: bool = False) -> Table:
    """Read a table: UTF-8, parted by commas, semicolons or tabs, with a heading of addresses.

    A column is matched if ``match`` names it or its heading is ``match ADDRESS``; all others are set (``set ADDRESS``,
    where a column of that name is matched too). ``set ADDRESS:VR`` tells the VR where nothing else does. Empty cells
    are left alone, but under ``overwrite ADDRESS`` they leave the element without a value.

    Raises
    ------
    EditError
        With what is wrong, by line and column; cells are never repeated.
    """
    name = os.fspath(path)
    lines = _lines(name)
    if not lines:
        raise EditError(f"{name}: an empty table")
    (_, heading), *rows = lines
    columns = _columns(name, heading, [read_address(each) for each in match])
    problems: list[str] = []
    found: dict[tuple[str, ...], Row] = {}
    checked: set[tuple[int, str]] = set()
    for number, cells in rows:
        try:
            key, row = _row(number, cells, columns, checked, force=force)
            if key in found:
                raise EditError(f"matches the same as line {found[key].number}")
            found[key] = row
        except EditError as error:
            problems += [f"{name}:{number}: {problem}" for problem in error.problems]
        if len(problems) >= MOST_PROBLEMS:
            problems.append(f"{name}: and perhaps more")
            break
    if problems:
        raise EditError(*problems)
    return Table([each.address for each in columns if each.is_matched], found)


_QUOTED = re.compile(r'"(?:[^"]|"")*"|\([^()]*\)')  # commas in there part nothing


class Column(NamedTuple):
    """What a heading says: an address, what is done with it (one of `_KINDS`), and the VR to set it with."""

    address: Address
    kind: str
    vr: str | None = None

    @property
    def is_matched(self) -> bool:
        """Tell whether instances are matched by it."""
        return self.kind == "match"


Columns = list[Column]


def _lines(name: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, each with the line it begins on."""
    try:
        with open(name, encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            parted_by = max(",;\t", key=_QUOTED.sub("", first).count)
            reader = csv.reader(file, delimiter=parted_by, strict=True)
            lines = []
            begins = 1
            for cells in reader:
                if any(cells):
                    lines.append((begins, [cell.strip() for cell in cells]))
                begins = reader.line_num + 1
            return lines
    except UnicodeDecodeError:
        raise EditError(f"{name}: not UTF-8") from None
    except csv.Error:
        raise EditError(f"{name}: no CSV that can be read") from None
    except OSError as error:
        raise EditError(f"{name}: {os.strerror(error.errno or 0)}") from None


def _columns(name: str, heading: Iterable[str], match: Sequence[Address]) -> Columns:
    columns: Columns = []
    problems: list[str] = []
    for number, cell in enumerate(heading, 1):
        said, _, rest = cell.partition(" ")
        is_said = said in _KINDS and bool(rest)
        try:
            called = f"column {number}"  # without a heading, what stands there is a value
            written, vr = with_vr(rest.strip() if is_said else cell)
            address = read_address(written, called=called)
            check_vr(address, vr)
        except EditError as error:
            problems += [f"{name}:1: {problem}" for problem in error.problems]
            continue
        columns.append(Column(address, said if is_said else "match" if address in match else "set", vr))
    known = Counter((each.address, each.is_matched) for each in columns)
    problems += [f"{name}:1: two columns {spelled(address)}" for (address, _), count in known.items() if count > 1]
    missing = [address for address in match if (address, True) not in known]
    problems += [f"{name}:1: no column {spelled(address)} to match" for address in missing]
    if not problems and not any(each.is_matched for each in columns):
        problems.append(f"{name}:1: no column to match; name it with --match, or head it 'match ADDRESS'")
    if not problems and all(each.is_matched for each in columns):
        problems.append(f"{name}:1: no column to set")
    if problems:
        raise EditError(*problems)
    return columns


def _row(
    number: int, cells: list[str], columns: Columns, checked: set[tuple[int, str]], *, force: bool
) -> tuple[tuple[str, ...], Row]:
    if len(cells) != len(columns):
        raise EditError(f"{len(cells)} cells under {len(columns)} headings")
    key = tuple(cell for cell, column in zip(cells, columns, strict=True) if column.is_matched)
    if not all(key):
        raise EditError("an empty cell to match")
    edits: list[Edit] = []
    for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        if column.kind == "overwrite" or (cell and column.kind == "set"):
            edits.append(Put(column.address, cell, column.vr))
            if (place, cell) not in checked:
                EditList(edits[-1:], force=force)
                checked.add((place, cell))
    return key, Row(number, tuple(edits), force)
