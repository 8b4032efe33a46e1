"""Make of what Python, pydicom and users call values the plain ones that can be encoded."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import DicomDecimal, encode_value
from dicomveil.editing.allowed import ALLOWED, BYTE_VRS, NUMBER_TYPES, ONE_TEXT_VRS
from dicomveil.errors import UnwritableValue, WrongValue
from dicomveil.standard.dictionary import tag_of

_PYDICOM = frozenset({"pydicom.valuerep", "pydicom.uid", "pydicom.tag"})
_WIDTHS = {"OB": 1, "OW": 2, "OL": 4, "OV": 8}
_NUMBERS: dict[type, str] = {
    int: r"[-+]?[0-9]+",
    float: r"[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|(?i:inf|nan))",
}
_TAG = r"\(?([0-9A-Fa-f]{4}),? ?([0-9A-Fa-f]{4})\)?"


def values_in(value: object) -> tuple[object, ...]:
    """Return single values, those of pydicom as what they stand for; no value at all for None and what is empty."""
    if value is None or (isinstance(value, str | bytes) and not value):
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        return tuple(_plain(each) for each in value)
    return (_plain(value),)


def _plain(value: object) -> object:
    """Return a value of pydicom's (a name, a UID, a number or date that remembers how it was written) as Python's."""
    if not isinstance(value, Decimal) and type(value).__module__ not in _PYDICOM:
        return value
    written = getattr(value, "original_string", None)
    if isinstance(written, str):
        return written
    if isinstance(value, datetime.date | datetime.time):
        return value
    return next((kind(value) for kind in (int, float) if isinstance(value, kind)), str(value))


def plain_values(values: tuple[object, ...], vr: str, charset: Charset, *, little_endian: bool) -> tuple[object, ...]:
    """Return values as `encode_value` takes them.

    Raises
    ------
    WrongValue
        If one is nothing this VR can hold.
    """
    if any(isinstance(value, bool) for value in values):
        raise WrongValue("True and False are no DICOM values")
    if vr in BYTE_VRS:
        raws = [_as_bytes(value, vr, charset, little_endian=little_endian) for value in values]
        return (b"".join(raws),) if raws else ()
    if vr in ONE_TEXT_VRS:
        return values
    singles: list[object] = []
    for value in values:
        singles += value.split("\\") if isinstance(value, str) and "\\" in value else [value]
    return tuple(_single(each, vr) for each in singles)


def _single(value: object, vr: str) -> object:
    if isinstance(value, datetime.date | datetime.time):
        return _moment(value, vr)
    if vr == "AT" and isinstance(value, str):
        return _tag(value)
    if vr in NUMBER_TYPES and isinstance(value, str):
        kind = NUMBER_TYPES[vr]
        if not re.fullmatch(_NUMBERS[kind], value.strip(" ")):  # Python takes 1_0 and digits of every script
            raise WrongValue(f"no {vr}: {ALLOWED[vr]}")
        return kind(value)
    if vr == "DS" and type(value) is float:
        try:
            return str(DicomDecimal.of(value))
        except UnwritableValue:
            raise WrongValue(f"no {vr}: {ALLOWED[vr]}") from None
    if vr in ("DA", "TM", "AS", "DT", "IS", "DS", "CS", "UI", "AE") and isinstance(value, str):
        return value.strip(" ") if vr != "DS" else value
    return value


def _moment(value: datetime.date | datetime.time, vr: str) -> str:
    if vr == "DT" and isinstance(value, datetime.datetime):
        fraction = f".{value.microsecond:06}" if value.microsecond else ""
        zone = value.strftime("%z")[:5] if value.tzinfo else ""
        return f"{_digits(value)}{value:%H%M%S}{fraction}{zone}"
    if vr in ("DA", "DT") and isinstance(value, datetime.date):
        return _digits(value)
    if vr == "TM" and isinstance(value, datetime.datetime | datetime.time):
        return f"{value:%H%M%S}" + (f".{value.microsecond:06}" if value.microsecond else "")
    raise WrongValue(f"a Python date or time that no {vr} value can hold")


def _digits(day: datetime.date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _tag(text: str) -> int:
    tag = tag_of(text)
    if tag is None:
        numbers = re.fullmatch(_TAG, text)
        if numbers is None:
            raise WrongValue(f"no AT: {ALLOWED['AT']}")
        tag = int(numbers[1] + numbers[2], 16)
    return tag


def _as_bytes(value: object, vr: str, charset: Charset, *, little_endian: bool) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise WrongValue(f"no {vr}: {ALLOWED.get(vr, 'text or bytes')}")
    if vr == "UN":
        try:
            return charset.encode(value, "LO")
        except UnwritableValue:
            raise WrongValue("characters that the character set of the file does not have") from None
    if vr in ("OF", "OD"):
        return _floats(value, vr, little_endian=little_endian)
    width, words = _WIDTHS[vr], value.split("\\")
    if not all(re.fullmatch(rf"[0-9A-Fa-f]{{1,{2 * width}}}", word) for word in words):
        raise WrongValue(f"no {vr}: {ALLOWED[vr]}")
    return b"".join(int(word, 16).to_bytes(width, "little" if little_endian else "big") for word in words)


def _floats(text: str, vr: str, *, little_endian: bool) -> bytes:
    kind = "FL" if vr == "OF" else "FD"
    try:
        numbers = [_single(word, kind) for word in text.split("\\")]
        if not all(isinstance(each, float) and isfinite(each) for each in numbers):
            raise WrongValue(f"no {vr}: {ALLOWED[vr]}")
        return encode_value(numbers, kind, Charset.of(b""), little_endian=little_endian)
    except (WrongValue, UnwritableValue):
        raise WrongValue(f"no {vr}: {ALLOWED[vr]}") from None
