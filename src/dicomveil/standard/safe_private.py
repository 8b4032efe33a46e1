"""PS3.15 Table E.3.10-1: private attributes that the standard thinks safe, by their creator."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dicomveil.standard.tables import table


class SafePrivate(NamedTuple):
    """A private attribute of the table; ``vr`` and ``name`` are empty where the table leaves them so."""

    vr: str
    vm: str
    name: str


def safe_private(creator: str, group: int, element_low_byte: int) -> SafePrivate | None:
    """The row for a private element, found by creator and place in the block, never by the block's number.

    To stand in the table is not to be safe as it is: UIDs have to be mapped, sequences walked, and texts and
    bytes checked (E.3.10; the makers guarantee nothing).

    Parameters
    ----------
    creator
        The value of the Private Creator element; padding spaces at its ends do not count (PS3.5 6.2, 7.8.1).
    group
        The odd group number.
    element_low_byte
        The last two hexadecimal digits of the element: 0x23 in (0019,1023).

    Examples
    --------
    >>> safe_private("GEMS_ACQU_01", 0x0019, 0x23)
    SafePrivate(vr='DS', vm='1', name='Table Speed [mm/rotation]')
    >>> safe_private("ACME", 0x0019, 0x23) is None
    True
    """
    return _rows().get((creator.strip(" "), group, element_low_byte))


@cache
def _rows() -> dict[tuple[str, int, int], SafePrivate]:
    rows = table("safe_private")["rows"]
    return {(creator, group, low): SafePrivate(vr, vm, name) for creator, group, low, vr, vm, name in rows}
