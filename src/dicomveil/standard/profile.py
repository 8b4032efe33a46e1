"""PS3.15 Table E.1-1: what the Basic Profile and its options do to each attribute."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from dicomveil.standard.tables import table

PRIVATE = "gggg,eeee odd"


class Row(NamedTuple):
    """One row of Table E.1-1.

    ``tag`` is eight hexadecimal digits with ``x`` for any digit, or ``gggg,eeee odd`` for every private
    element; ``basic`` is the code of the Basic Profile, ``options`` has the codes of the options that have
    one, by column.
    """

    tag: str
    keyword: str
    name: str
    retired: bool
    in_std_iod: bool
    basic: str
    options: Mapping[str, str]


def row(tag: int) -> Row | None:
    """The row that a tag falls under; None for a standard attribute that the table does not name.

    Every odd group is under the row of private attributes (E.1.1); curves 50xx are so as a whole, overlays
    60xx by their data and comments.

    Examples
    --------
    >>> row(0x00100010).basic, row(0x00081140).basic
    ('Z', 'X/Z/U*')
    >>> row(0x60023000).keyword, row(0x00291010).name
    ('OverlayData', 'Private Attributes')
    >>> row(0x00280010) is None
    True
    """
    index = _place_by_tag()
    place = index.get(f"{tag:08X}")
    if place is None:
        place = index.get(_pattern(tag))
    return None if place is None else _row_at(place)


def rows() -> tuple[Row, ...]:
    """All rows in the order of the table, which is the order of tags; the private row is last.

    Examples
    --------
    >>> len(rows()), rows()[-1].tag
    (657, 'gggg,eeee odd')
    """
    return tuple(map(_row_at, range(len(_content()["rows"]))))


def option_columns() -> tuple[str, ...]:
    """The option columns in the table's order, named as in ``Row.options``.

    Examples
    --------
    >>> option_columns()[:2]
    ('retain_safe_private', 'retain_uids')
    """
    return tuple(_content()["options"])


def _pattern(tag: int) -> str:
    group = tag >> 16
    if group & 1:
        return PRIVATE
    if group & 0xFF00 == 0x5000:
        return "50xxxxxx"
    return f"60xx{tag & 0xFFFF:04X}" if group & 0xFF00 == 0x6000 else ""


@cache
def _content() -> dict[str, Any]:
    return table("profile")


@cache
def _place_by_tag() -> dict[str, int]:
    return {cells[0]: place for place, cells in enumerate(_content()["rows"])}


@cache
def _row_at(place: int) -> Row:
    tag, keyword, name, retired, in_std_iod, basic, options = _content()["rows"][place]
    return Row(tag, keyword, name, bool(retired), bool(in_std_iod), basic, MappingProxyType(options))
