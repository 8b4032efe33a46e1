"""What a tag name means: the tag, its value representation in one data set, and how many values it takes."""

from __future__ import annotations

import re

import pydicom
from pydicom.charset import python_encoding
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.uid import UID

from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET, Charset
from dicomveil.editing.values import vr_of_new
from dicomveil.errors import WrongValue
from dicomveil.standard.dictionary import nearest_keywords, tag_of

_AS_NUMBERS = re.compile(r"\(?([0-9A-Fa-f]{4}),? ?([0-9A-Fa-f]{4})\)?")
_PIXEL_REPRESENTATION = 0x00280103
_PIXEL_DATA = 0x7FE00010
_GROUPS_OF_MESSAGES = (0x0000, 0xFFFE)


class EditRefusedError(Exception):
    """An edit that would not leave a valid element; the message says why and quotes no value."""


def find_tag(name: str | int) -> int:
    """Return the tag a name stands for.

    Parameters
    ----------
    name
        A keyword of PS3.6, ``(0010,0010)``, ``00100010``, or the number itself.

    Raises
    ------
    EditRefusedError
        If no attribute has that name, or it is none that a data set can hold.

    Examples
    --------
    >>> hex(find_tag("PatientName")), hex(find_tag("(0010,0010)"))
    ('0x100010', '0x100010')
    >>> find_tag("PatientNam")
    Traceback (most recent call last):
        ...
    DICOM_reencoder.core.attributes.EditRefusedError: no such attribute; the nearest is PatientName
    """
    tag = _number_of(name)
    if tag is None:
        near = nearest_keywords(name, n=1) if isinstance(name, str) else []
        raise EditRefusedError("no such attribute" + (f"; the nearest is {near[0]}" if near else ""))
    if tag >> 16 in _GROUPS_OF_MESSAGES or not tag & 0xFFFF:
        raise EditRefusedError("delimiters, group lengths and commands are no part of a data set")
    return tag


def vr_in(ds: pydicom.Dataset, tag: int, values: tuple[object, ...]) -> str:
    """Return the VR the element has, or would have, in this data set.

    PS3.6 decides; where it leaves a choice (``US or SS``) the element that is there, else Pixel
    Representation (PS3.3 C.7.6.3.1), else the values. Of an element PS3.6 does not know, such as a
    private one, only the one that is there can tell.

    Raises
    ------
    EditRefusedError
        If nothing tells the VR.
    """
    there = as_it_lies(ds, tag).VR if tag in ds else None
    if tag == _PIXEL_DATA and is_compressed(ds):
        return "OB"
    signed = ds[_PIXEL_REPRESENTATION].value == 1 if _PIXEL_REPRESENTATION in ds else None
    try:
        return vr_of_new(tag, there, is_signed=signed, values=list(values))
    except WrongValue as wrong:
        raise EditRefusedError(wrong.reason) from None


def charset_of(ds: pydicom.Dataset) -> Charset:
    """Return the character set text of this data set, or sequence item, is written in (PS3.3 C.12.1.1.2).

    Without Specific Character Set that is ASCII alone, for an item what it was read with.
    """
    if SPECIFIC_CHARACTER_SET in ds:
        return Charset.of(raw_terms(ds[SPECIFIC_CHARACTER_SET].value))
    read_with = ds.original_character_set
    codecs = [read_with] if isinstance(read_with, str) else list(read_with)
    terms = [_TERM_BY_CODEC.get(codec, "") for codec in codecs]
    return Charset.of("\\".join(terms).encode())


def raw_terms(value: object) -> bytes:
    """Return Specific Character Set as it is encoded."""
    terms = [value] if isinstance(value, str) or value is None else list(value)  # type: ignore[call-overload]
    return "\\".join(str(term or "") for term in terms).encode("ascii", "replace")


def as_it_lies(ds: pydicom.Dataset, tag: int) -> DataElement | RawDataElement:
    """Return an element as pydicom has it now: undecoded, unless somebody asked for its value before."""
    return ds.get_item(tag)


def is_compressed(ds: pydicom.Dataset) -> bool:
    """Say whether the transfer syntax wants pixel data encapsulated (PS3.5 A.4)."""
    file_meta: pydicom.Dataset = getattr(ds, "file_meta", None) or pydicom.Dataset()
    syntax: UID | None = file_meta.get("TransferSyntaxUID")
    if not syntax or syntax.is_private or not syntax.is_transfer_syntax:
        return False
    return syntax.is_compressed


def _number_of(name: str | int) -> int | None:
    if isinstance(name, int) and not isinstance(name, bool):
        return int(name) if 0 <= name <= 0xFFFFFFFF else None
    tag = tag_of(str(name))
    if tag is None:
        numbers = _AS_NUMBERS.fullmatch(str(name))
        tag = int(numbers[1] + numbers[2], 16) if numbers else None
    return tag


def _terms_by_codec() -> dict[str, str]:
    """Turn pydicom's table round; the first term of a codec is the one without code extensions."""
    terms: dict[str, str] = {}
    for term, codec in python_encoding.items():
        terms.setdefault(codec, term)
    return terms


_TERM_BY_CODEC = _terms_by_codec()
