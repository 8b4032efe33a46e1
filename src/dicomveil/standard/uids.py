"""UIDs that the standard defines, and what its SOP classes and transfer syntaxes mean (PS3.6 Annex A)."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from dicomveil.standard.tables import table

DICOM_ROOT = "1.2.840.10008."


class TransferSyntax(NamedTuple):
    """How a transfer syntax encodes a data set (PS3.5 Annex A).

    ``deflated`` says that the data set as a whole is; ``encapsulated`` that Pixel Data is kept in fragments.
    """

    uid: str
    name: str
    implicit_vr: bool
    little_endian: bool
    deflated: bool
    encapsulated: bool


def is_standard_uid(uid: str | bytes) -> bool:
    """Whether the standard defines a UID, which then never changes (PS3.15 E.3.9): SOP classes, syntaxes, ...

    That is: it is under the root of DICOM, and each further component has at most four digits, as the
    standard's own have. Instance UIDs wrongly made under that root end in a date, a time or a serial number,
    and are not the standard's. The registry is not asked, as its next edition will have more.

    Parameters
    ----------
    uid
        One UID, as text or as it is encoded; padding at its end does not count.

    Examples
    --------
    >>> is_standard_uid("1.2.840.10008.5.1.4.1.1.2"), is_standard_uid(b"1.2.840.10008.1.2\\0")
    (True, True)
    >>> is_standard_uid("1.2.840.10008.20240229.1"), is_standard_uid("2.25.1"), is_standard_uid("")
    (False, False, False)
    """
    text = uid.decode("latin-1") if isinstance(uid, bytes) else uid
    root, _, rest = text.rstrip("\0 ").partition(DICOM_ROOT)
    return not root and rest.isascii() and all(p.isdigit() and len(p) <= 4 for p in rest.split("."))


def is_standard_sop_class(uid: str) -> bool:
    """Whether a UID is a storage SOP class of the standard, retired ones and DICOMDIR's included.

    Examples
    --------
    >>> is_standard_sop_class("1.2.840.10008.5.1.4.1.1.2"), is_standard_sop_class("1.2.840.10008.1.1")
    (True, False)
    """
    return uid in _content()["sop_classes"]


def sop_class_name(uid: str) -> str | None:
    """The name of a storage SOP class of the standard; None for all others.

    Examples
    --------
    >>> sop_class_name("1.2.840.10008.5.1.4.1.1.2")
    'CT Image Storage'
    """
    name: str | None = _content()["sop_classes"].get(uid)
    return name


def is_retired(uid: str) -> bool:
    """Whether a storage SOP class of the standard is retired; its IOD is then in no table of Types.

    Examples
    --------
    >>> is_retired("1.2.840.10008.5.1.4.1.1.6"), is_retired("1.2.840.10008.5.1.4.1.1.6.1")
    (True, False)
    """
    return uid in _content()["retired"]


@cache
def transfer_syntax(uid: str) -> TransferSyntax | None:
    """How a transfer syntax of the standard encodes data sets; None for private, newer and unknown ones.

    The retired MIME and XML encodings are not in it: what they encode is no data set.

    Examples
    --------
    >>> transfer_syntax("1.2.840.10008.1.2.1.99").deflated
    True
    >>> transfer_syntax("1.2.840.113619.5.2") is None
    True
    """
    cells = _content()["transfer_syntaxes"].get(uid)
    return TransferSyntax(uid, cells[0], *map(bool, cells[1:])) if cells else None


@cache
def _content() -> dict[str, Any]:
    return table("uids")
