"""Make the new element of an edit, checked against its value representation, or say why not."""

from __future__ import annotations

import datetime
import re
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
    check_multiplicity,
    find_tag,
    is_compressed,
    vr_in,
)
from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import DicomDecimal, encode_value
from dicomveil.errors import UnwritableValue

_ONE_TEXT = frozenset({"ST", "LT", "UT", "UR"})  # a backslash in them is a backslash (PS3.5 6.2)
_NUMBER_TYPES: dict[str, type[int] | type[float]] = {
    **dict.fromkeys(("US", "SS", "UL", "SL", "UV", "SV"), int),
    **dict.fromkeys(("FL", "FD"), float),
}
_BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
_PIXEL_DATA = 0x7FE00010
_ITEM_TAG = {True: b"\xfe\xff\x00\xe0", False: b"\xff\xfe\xe0\x00"}
# A data set holds one moment, so the ranges and old forms that PS3.5 6.2 knows for queries do not count.
_FORMS = {"DA": re.compile(r"[0-9]{8}"), "TM": re.compile(r"[0-9.]+ ?"), "AS": re.compile(r"[0-9]{3}[DWMY]")}


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
            was = encode_value(_texts(_values_in(old.value), new.VR), new.VR, charset)
        except (EditRefusedError, UnwritableValue):
            return False
    becomes = encode_value(_texts(_values_in(new.value), new.VR), new.VR, charset, little_endian=little_endian)
    if new.VR in _BINARY or new.VR in _NUMBER_TYPES or new.VR == "AT":
        return was == becomes
    return was.rstrip(b" \0") == becomes.rstrip(b" \0")


def _checked(ds: pydicom.Dataset, tag: int, vr: str, values: tuple[object, ...], charset: Charset) -> DataElement:
    if vr == "SQ":
        return _sequence(tag, values, charset)
    try:
        texts = _texts(values, vr)
        check_multiplicity(tag, len(texts))
        _check_forms(texts, vr)
        encode_value(texts, vr, charset)
    except UnwritableValue:
        raise EditRefusedError(f"no valid {vr} value, or not in the character set") from None
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


def _texts(values: tuple[object, ...], vr: str) -> tuple[object, ...]:
    """Return values as ``encode_value`` takes them."""
    if any(isinstance(value, bool) for value in values):
        raise EditRefusedError("True and False are no DICOM values")
    if vr in _BINARY:
        return tuple(bytes(value) if isinstance(value, bytearray | memoryview) else value for value in values)
    if vr in _ONE_TEXT:
        return values
    singles: list[object] = []
    for value in values:
        singles += value.split("\\") if isinstance(value, str) and "\\" in value else [value]
    return tuple(_text(single, vr) for single in singles)


def _text(value: object, vr: str) -> object:
    if isinstance(value, datetime.date | datetime.time):
        return _moment(value, vr)
    if vr == "AT" and isinstance(value, str):
        return find_tag(value)
    if vr in _NUMBER_TYPES and isinstance(value, str):
        return _number(value, vr)
    if vr == "DS" and type(value) is float:
        return str(DicomDecimal.of(value))
    if hasattr(value, "original_string") or isinstance(value, pydicom.valuerep.PersonName):
        return str(value)  # DS, IS and PN of pydicom, as they were written
    return value


def _number(text: str, vr: str) -> int | float:
    try:
        return _NUMBER_TYPES[vr](text)
    except ValueError:
        raise EditRefusedError(f"no valid {vr} value") from None


def _moment(value: datetime.date | datetime.time, vr: str) -> str:
    if vr == "DT" and isinstance(value, datetime.datetime):
        fraction = f".{value.microsecond:06}" if value.microsecond else ""
        zone = value.strftime("%z")[:5] if value.tzinfo else ""
        return f"{_digits(value)}{value:%H%M%S}{fraction}{zone}"
    if vr in ("DA", "DT") and isinstance(value, datetime.date):
        return _digits(value)
    if vr == "TM" and isinstance(value, datetime.datetime | datetime.time):
        return f"{value:%H%M%S}" + (f".{value.microsecond:06}" if value.microsecond else "")
    raise EditRefusedError(f"a Python date or time that no {vr} value can hold")


def _digits(day: datetime.date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _check_forms(texts: tuple[object, ...], vr: str) -> None:
    form = _FORMS.get(vr)
    if form and not all(isinstance(text, str) and form.fullmatch(text) for text in texts if text != ""):
        raise EditRefusedError(f"no valid {vr} value")


def _decoded(ds: pydicom.Dataset, element: DataElement | RawDataElement) -> DataElement:
    if not isinstance(element, RawDataElement):
        return element
    return convert_raw_data_element(element, encoding=ds.original_character_set, ds=ds)
