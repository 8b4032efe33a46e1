"""Attributes that can identify by their VR although Table E.1-1 does not name them, each with a role."""

from __future__ import annotations

from functools import cache

from dicomveil.standard.tables import table


def role(tag: int) -> str | None:
    """What an attribute of VR UI, DA, TM, DT, PN or UR outside the table is; None for all others.

    PS3.15 E.1.1 asks to protect every reference to another instance and warns not to rely on the table alone;
    the roles are our reading of PS3.6:

    - ``structural``: a UID that the standard or a scheme defines (class, syntax, context); never changed
    - ``instance``: a UID of an instance, frame of reference or the like; mapped like the table's
    - ``organization``, ``device``: a UID of who or what made the data
    - ``container``: Selector UI Value, which holds a UID of any kind
    - ``address``: a URL, URI or file name, which can carry host names and UIDs
    - ``date``, ``person``: dates, times and person names

    Examples
    --------
    >>> role(0x00081150), role(0x00209312), role(0x00081190)
    ('structural', 'instance', 'address')
    >>> role(0x00100010) is None
    True
    """
    return _role_by_tag().get(tag)


@cache
def _role_by_tag() -> dict[int, str]:
    return {tag: role_ for role_, tags in table("unlisted")["roles"].items() for tag in tags}
