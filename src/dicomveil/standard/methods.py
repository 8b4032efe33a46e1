"""PS3.16 CID 7050: the codes that say which profile and options have been applied (PS3.15 E.1.1)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dicomveil.standard.tables import table


class MethodCode(NamedTuple):
    """An item of De-identification Method Code Sequence (0012,0064).

    ``profile_column`` is the column of Table E.1-1 that the method carries out; the two that change pixels
    have none. ``section`` is where PS3.15 defines it.
    """

    code_value: str
    scheme: str
    meaning: str
    profile_column: str
    section: str


def method_code(column_or_name: str) -> MethodCode:
    """The code of a profile or option, by its column (``basic``, ``retain_uids``), meaning or code value.

    Raises
    ------
    KeyError
        If there is no such method; a KeyError and not one of ours, as it is the program that is wrong.

    Examples
    --------
    >>> method_code("basic").code_value, method_code("retain_uids").meaning
    ('113100', 'Retain UIDs Option')
    >>> method_code("Clean Pixel Data Option").code_value
    '113101'
    """
    return _by_name()[column_or_name]


@cache
def method_codes() -> tuple[MethodCode, ...]:
    """All items of CID 7050, in the order of their code values.

    Examples
    --------
    >>> len(method_codes())
    13
    """
    return tuple(MethodCode(*cells) for cells in table("methods")["rows"])


@cache
def _by_name() -> dict[str, MethodCode]:
    names = {name: code for code in method_codes() for name in (code.meaning, code.code_value)}
    return names | {code.profile_column: code for code in method_codes() if code.profile_column}
