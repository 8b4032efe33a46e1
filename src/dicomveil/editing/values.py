"""Check a value against what its VR and attribute allow, and encode it; or say what would be allowed."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite

from dicomveil.dataset.charset import AFFECTED_VRS, Charset
from dicomveil.dataset.values import DicomDecimal, encode_value, pad
from dicomveil.errors import UnwritableValue, WrongValue
from dicomveil.standard.dictionary import attribute, tag_of, vr_of

ONE_TEXT_VRS = frozenset({"ST", "LT", "UT", "UR"})
BYTE_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
NUMBER_TYPES: dict[str, type[int] | type[float]] = {
    **dict.fromkeys(("US", "SS", "UL", "SL", "UV", "SV"), int),
    **dict.fromkeys(("FL", "FD"), float),
}
ALLOWED = {
    "AE": "an AE title has at most 16 characters, not only spaces",
    "AS": "an age is three digits and D, W, M or Y",
    "AT": "a tag is a keyword, (0010,0010) or 00100010",
    "CS": "a code string has at most 16 characters: capitals, digits, space and _",
    "DA": "a date is YYYYMMDD, and in the calendar",
    "DS": "a decimal has at most 16 characters, such as -1.5 or 2e3",
    "DT": "a date-time is YYYYMMDDHHMMSS.FFFFFF+ZZXX, or less of it from the right",
    "IS": "a whole number from -2147483648 to 2147483647 in at most 12 characters",
    "LO": "at most 64 characters, no control characters",
    "LT": "at most 10240 characters",
    "PN": "a name has at most three groups (=) of five components (^) and 64 characters",
    "SH": "at most 16 characters, no control characters",
    "ST": "at most 1024 characters",
    "TM": "a time is HHMMSS.FFFFFF, or less of it from the right",
    "UI": "a UID has at most 64 digits and dots, and no component with a leading zero",
    "US": "a whole number from 0 to 65535",
    "SS": "a whole number from -32768 to 32767",
    "UL": "a whole number from 0 to 4294967295",
    "SL": "a whole number from -2147483648 to 2147483647",
    "UV": "a whole number from 0 to 18446744073709551615",
    "SV": "a whole number of 64 bits",
    "FL": "a number",
    "FD": "a number",
    "OB": "bytes: hexadecimal, parted by backslashes, such as 00\\ff",
    "OD": "numbers of 64 bits, parted by backslashes, or bytes",
    "OF": "numbers of 32 bits, parted by backslashes, or bytes",
    "OL": "words of 32 bits: hexadecimal, parted by backslashes, or bytes",
    "OV": "words of 64 bits: hexadecimal, parted by backslashes, or bytes",
    "OW": "words of 16 bits: hexadecimal, parted by backslashes, such as 0000\\ffff",
    "UC": "characters without limit, no control characters",
    "UR": "a URL has no spaces, and ASCII characters only",
    "UT": "text without limit; of control characters only tabs, line ends and form feeds",
}
"""What each VR allows, in a line (PS3.5 6.2)."""

_PYDICOM = frozenset({"pydicom.valuerep", "pydicom.uid", "pydicom.tag"})
_WIDTHS = {"OB": 1, "OW": 2, "OL": 4, "OV": 8}
# A data set holds one moment, so the ranges and old forms that PS3.5 6.2 knows for queries do not count.
_FORMS = {"DA": r"[0-9]{8}", "TM": r"[0-9.]+ ?", "AS": r"[0-9]{3}[DWMY]", "UR": r"[!-~]+ *"}
_NUMBERS: dict[type, str] = {
    int: r"[-+]?[0-9]+",
    float: r"[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|(?i:inf|nan))",
}
_TAG = r"\(?([0-9A-Fa-f]{4}),? ?([0-9A-Fa-f]{4})\)?"


def encoded(
    tag: int, vr: str, value: object, charset: Charset, *, little_endian: bool = True, force: bool = False
) -> bytes:
    r"""Return the whole padded value field of an element.

    Parameters
    ----------
    tag
        The attribute, for the number of values that PS3.6 allows.
    value
        Text, in which backslashes part values unless the VR takes one text only; a number, a Python date or time,
        bytes for OB and the like; a list of these; None or empty text for no value.
    force
        Write whatever can be encoded: any length, form, number of values.

    Raises
    ------
    WrongValue
        Says what the VR allows; never repeats the value.

    Examples
    --------
    >>> ascii_only = Charset.of(b"")
    >>> encoded(0x00080020, "DA", "20240229", ascii_only)
    b'20240229'
    >>> encoded(0x00080020, "DA", "20230229", ascii_only)
    Traceback (most recent call last):
        ...
    dicomveil.errors.WrongValue: no DA: a date is YYYYMMDD, and in the calendar
    >>> encoded(0x00280030, "DS", [0.5, 1 / 3], ascii_only)
    b'0.5\\0.33333333333333'
    """
    given = values_in(value)
    values = plain_values(given, vr, charset, little_endian=little_endian)
    if not force:
        if vr == "AE" and any(isinstance(each, str) and each.isspace() for each in given):
            raise WrongValue(f"no AE: {ALLOWED[vr]}")
        check_multiplicity(tag, len(values))
        form = _FORMS.get(vr)
        if form and not all(isinstance(each, str) and re.fullmatch(form, each) for each in values if each != ""):
            raise WrongValue(f"no {vr}: {ALLOWED[vr]}")
        if vr in ("FL", "FD") and not all(isinstance(each, int | float) and isfinite(each) for each in values):
            raise WrongValue(f"no {vr}: a number, and a finite one")
    try:
        return encode_value(values, vr, charset, little_endian=little_endian)
    except UnwritableValue:
        pass
    if force and all(isinstance(each, str) for each in values) and vr not in NUMBER_TYPES and vr != "AT":
        return _forced("\\".join(map(str, values)), vr, charset)
    raise WrongValue(_reason(values, vr, charset))


def vr_of_new(tag: int, there: str | None, *, is_signed: bool | None, values: object) -> str:
    """Return the VR that an element has, or would have.

    PS3.6 decides; where it leaves a choice (``US or SS``) the element that is there, else Pixel Representation
    (PS3.3 C.7.6.3.1), else the values. Of an element PS3.6 does not know, such as a private one, only the one that is
    there can tell; private creators are LO (PS3.5 7.8.1).

    Raises
    ------
    WrongValue
        If nothing tells the VR.

    Examples
    --------
    >>> vr_of_new(0x00280106, None, is_signed=None, values=-1), vr_of_new(0x00100010, "UN", is_signed=None, values="")
    ('SS', 'PN')
    """
    known = vr_of(tag)
    if known is None:
        if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF:
            return "LO"
        if there is None:
            raise WrongValue("an element whose VR neither PS3.6 nor the file tells: name it, as in ADDRESS:VR=VALUE")
        return there
    choices = known.split(" or ")
    if len(choices) == 1:
        return known
    if there in choices:
        return there
    single = values_in(values)
    if "OW" in choices and ("SS" not in choices or any(isinstance(each, bytes) for each in single)):
        return "OW"
    if is_signed is None:
        is_signed = any(str(each).strip().startswith("-") for each in single)
    return "SS" if is_signed and "SS" in choices else "US"


def check_multiplicity(tag: int, count: int) -> None:
    """Refuse a number of values that PS3.6 does not allow; none at all is always allowed.

    Raises
    ------
    WrongValue
        With what PS3.6 wants.

    Examples
    --------
    >>> check_multiplicity(0x00200032, 3)
    >>> check_multiplicity(0x00200032, 2)
    Traceback (most recent call last):
        ...
    dicomveil.errors.WrongValue: 2 values where PS3.6 wants 3
    """
    known = attribute(tag)
    if known is None or not count:
        return
    least, _, most = known.vm.partition("-")
    if most.endswith("n"):
        fits = count >= int(least) and count % int(most[:-1] or 1) == 0
    else:
        fits = int(least) <= count <= int(most or least)
    if not fits:
        raise WrongValue(f"{count} values where PS3.6 wants {known.vm}")


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


def _forced(text: str, vr: str, charset: Charset) -> bytes:
    try:
        return pad(charset.encode(text, vr), vr)
    except UnwritableValue:
        raise WrongValue(_reason((text,), vr, charset)) from None


def _reason(values: tuple[object, ...], vr: str, charset: Charset) -> str:
    if not all(isinstance(each, str | int | float | bytes) for each in values):
        return f"no {vr}: it takes text, numbers, Python dates and times, bytes, or a list of these"
    texts = [each for each in values if isinstance(each, str)]
    for text in texts:
        try:
            charset.encode(text, vr)
        except UnwritableValue:
            if vr in AFFECTED_VRS and "\x1b" not in text:
                return "characters that the character set of the file does not have; --charset utf-8 has them"
            return f"characters that {vr} does not have"
    if vr not in NUMBER_TYPES and any(unicodedata.category(each) == "Cc" for each in "".join(texts)):
        return f"no {vr}: a control character, such as a tab or the end of a line, that it does not take"
    return f"no {vr}: {ALLOWED.get(vr, 'another kind of value')}"
