"""Make the new element of an edit, checked against its value representation, or say why not."""

from __future__ import annotations

from typing import Any

import pydicom
from pydicom.config import RAISE
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element, empty_value_for_VR
from pydicom.multival import MultiValue
from pydicom.tag import Tag

from DICOM_reencoder.core.attributes import (
    EditRefusedError,
    as_it_lies,
    charset_of,
    is_compressed,
    vr_in,
)
from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import encode_value
from dicomveil.editing.allowed import BYTE_VRS, NUMBER_TYPES
from dicomveil.editing.plain import plain_values
from dicomveil.editing.values import encoded
from dicomveil.errors import UnwritableValue, WrongValue

_PIXEL_DATA = 0x7FE00010
_ITEM_TAG = {True: b"\xfe\xff\x00\xe0", False: b"\xff\xfe\xe0\x00"}


def element_for(ds: pydicom.Dataset, tag: int, value: object) -> DataElement:
    """Return the element that would hold ``value`` in ``ds``, which stays as it is.

    Raises
    ------
    EditRefusedError
        If the value is not valid for the attribute: form, range, length, number of values, characters.
    """
    values = _values_in(value)
    vr = vr_in(ds, tag, values)
    element = _checked(ds, tag, vr, values, charset_of(ds))
    if tag == _PIXEL_DATA and is_compressed(ds):
        item_tag = _ITEM_TAG[ds.original_encoding[1] is not False]
        if not bytes(element.value or b"").startswith(item_tag):
            raise EditRefusedError("compressed pixel data has to be encapsulated")
    return element


def is_same(ds: pydicom.Dataset, new: DataElement) -> bool:
    """Say whether ``ds`` holds the value of ``new`` already, padding aside; nothing in ``ds`` is decoded."""
    if new.tag not in ds:
        return False
    old = as_it_lies(ds, new.tag)
    if new.VR == "SQ":
        return bool(_decoded(ds, old).value == new.value)
    charset = charset_of(ds)
    little_endian = True
    if isinstance(old, RawDataElement):
        little_endian, was = old.is_little_endian, old.value or b""
    else:
        try:
            was = encode_value(_texts(_values_in(old.value), new.VR, charset), new.VR, charset)
        except (EditRefusedError, WrongValue, UnwritableValue):
            return False
    texts = _texts(_values_in(new.value), new.VR, charset)
    becomes = encode_value(texts, new.VR, charset, little_endian=little_endian)
    if new.VR in BYTE_VRS or new.VR in NUMBER_TYPES or new.VR == "AT":
        return was == becomes
    return was.rstrip(b" \0") == becomes.rstrip(b" \0")


def _checked(ds: pydicom.Dataset, tag: int, vr: str, values: tuple[object, ...], charset: Charset) -> DataElement:
    if vr == "SQ":
        return _sequence(tag, values, charset)
    try:
        texts = _texts(values, vr, charset)
        encoded(tag, vr, list(texts), charset)
    except WrongValue as wrong:
        raise EditRefusedError(wrong.reason) from None
    content: Any = texts[0] if len(texts) == 1 else list(texts) if texts else empty_value_for_VR(vr)
    try:
        return DataElement(Tag(tag), vr, content, validation_mode=RAISE)
    except Exception:  # whatever pydicom says of a value may quote it
        raise EditRefusedError(f"no valid {vr} value") from None


def _sequence(tag: int, items: tuple[object, ...], charset: Charset) -> DataElement:
    data_sets = [item for item in items if isinstance(item, pydicom.Dataset)]
    if len(data_sets) != len(items):
        raise EditRefusedError("a sequence holds data sets")
    for item in data_sets:
        inside = charset_of(item) if "SpecificCharacterSet" in item else charset
        for element in item:
            values = _values_in(element.value)
            _checked(item, element.tag, vr_in(item, element.tag, values), values, inside)
    return DataElement(Tag(tag), "SQ", pydicom.Sequence(data_sets))


def _values_in(value: object) -> tuple[object, ...]:
    """Return single values, in plain Python types, whatever pydicom or numpy made of them."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or (isinstance(value, str | bytes) and not value):
        return ()
    if isinstance(value, list | tuple | MultiValue | pydicom.Sequence):
        return tuple(value)
    return (value,)


def _texts(values: tuple[object, ...], vr: str, charset: Charset) -> tuple[object, ...]:
    """Return values as they can be encoded; those of pydicom as they were written."""
    if vr in BYTE_VRS and any(isinstance(value, str) for value in values):
        raise EditRefusedError(f"no valid {vr} value: bytes")
    plain = tuple(
        str(value) if hasattr(value, "original_string") or isinstance(value, pydicom.valuerep.PersonName) else value
        for value in values
    )
    return plain_values(plain, vr, charset, little_endian=True)


def _decoded(ds: pydicom.Dataset, element: DataElement | RawDataElement) -> DataElement:
    if not isinstance(element, RawDataElement):
        return element
    return convert_raw_data_element(element, encoding=ds.original_character_set, ds=ds)
