"""Decode and encode the value of one element by its VR."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TypeAlias

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values.binary import BINARY_VRS, packed, unpacked
from dicomveil.dataset.values.names import PersonName
from dicomveil.dataset.values.numbers import Age, DicomDecimal, DicomInteger
from dicomveil.dataset.values.rules import is_allowed_text, is_uid
from dicomveil.dataset.values.times import DicomDate, DicomDateTime, DicomRange, DicomTime
from dicomveil.errors import UnreadableValue, UnwritableValue

Parsed: TypeAlias = DicomDate | DicomTime | DicomDateTime | DicomRange | Age | DicomDecimal | DicomInteger | PersonName
Value: TypeAlias = Parsed | str | int | float | bytes | None

_ONE_TEXT = frozenset({"ST", "LT", "UT", "UR"})  # a backslash in them is a backslash
_SEVERAL_TEXTS = frozenset({"AE", "CS", "LO", "SH", "UC"})


def _date_or_range(text: str) -> DicomDate | DicomRange:
    return DicomRange.parse(text, "DA") if "-" in text else DicomDate.parse(text)


def _time_or_range(text: str) -> DicomTime | DicomRange:
    return DicomRange.parse(text, "TM") if "-" in text else DicomTime.parse(text)


_PARSERS: dict[str, Callable[[str], Parsed]] = {
    "AS": Age.parse,
    "DA": _date_or_range,
    "DS": DicomDecimal.parse,
    "DT": DicomDateTime.parse,
    "IS": DicomInteger.parse,
    "TM": _time_or_range,
}
_PADDED_WITH_SPACE = _ONE_TEXT | _SEVERAL_TEXTS | frozenset(_PARSERS) | {"PN"}


def decode_value(raw: bytes, vr: str, charset: Charset, *, little_endian: bool = True) -> tuple[Value, ...]:
    r"""Read the value field of an element.

    What comes back remembers how it was written, so that ``encode_value`` gives the same bytes again for
    every conformant value (but for escape sequences that switch character sets without need).

    Parameters
    ----------
    raw
        The whole value field, padding included.
    vr
        Decides what comes back. Text: ``str``, with the spaces it has. ``PN``: ``PersonName``. ``DA``:
        ``DicomDate``, ``TM``: ``DicomTime``, or ``DicomRange``; ``DT``: ``DicomDateTime``; ``AS``: ``Age``;
        ``DS``: ``DicomDecimal``; ``IS``: ``DicomInteger``. Binary numbers: ``int`` or ``float``; ``AT``: the
        tag as ``int``. All others, also those unknown or undecided: the bytes.
    charset
        Specific Character Set of the data set the element is in.

    Returns
    -------
    tuple
        One entry a value, empty for an empty field; an empty value among others is ``None``, in text ``""``.

    Raises
    ------
    UnreadableDate, UnreadableText, UnreadableValue
        If a value is not what its VR promises.

    Examples
    --------
    >>> ascii_only = Charset.of(b"")
    >>> [str(value) for value in decode_value(b"0.50\\12 ", "DS", ascii_only)]
    ['0.50', '12']
    >>> decode_value(b"1.2.840\0", "UI", ascii_only), decode_value(b"\x10\0\x20\0", "AT", ascii_only)
    (('1.2.840',), (1048608,))
    """
    if vr in BINARY_VRS:
        return unpacked(raw, vr, little_endian=little_endian)
    if vr == "UI":
        return _uids(raw)
    if vr not in _PADDED_WITH_SPACE:
        return (raw,) if raw else ()
    text = charset.decode(_without_padding(raw), vr)
    return _from_text(text, vr) if text else ()


def encode_value(values: Iterable[object], vr: str, charset: Charset, *, little_endian: bool = True) -> bytes:
    r"""Write the value field of an element, padded to even length.

    Parameters
    ----------
    values
        What ``decode_value`` gives for ``vr``. Plain text is also taken for all VRs written as text, ``int``
        and ``float`` for IS and DS, ``datetime.date`` for DA; ``None`` is an empty value.

    Raises
    ------
    UnwritableValue
        If a value is not allowed in ``vr`` (PS3.5 6.2: form, length, characters, one value only), or not
        in the character set.
    TypeError
        If ``values`` is a single text instead of several values.

    Examples
    --------
    >>> encode_value(["A", "B"], "LO", Charset.of(b""))
    b'A\\B '
    >>> encode_value([datetime.date(2024, 2, 29)], "DA", Charset.of(b""))
    b'20240229'
    """
    if isinstance(values, str | bytes):
        raise TypeError("one value stands in a tuple too")
    values = tuple(values)
    if vr in BINARY_VRS:
        return packed(values, vr, little_endian=little_endian)
    if vr not in _PADDED_WITH_SPACE and vr != "UI":
        return pad(_joined_bytes(values, vr), vr)
    if vr in _ONE_TEXT and len(values) > 1:
        raise UnwritableValue(vr, 0)
    texts = [_written(value, vr) for value in values]
    return pad(charset.encode("\\".join(texts), vr), vr)


def pad(raw: bytes, vr: str) -> bytes:
    r"""Return a value with the one byte that makes its length even: a space in text, NUL in all others.

    Examples
    --------
    >>> pad(b"1.2", "UI"), pad(b"CT1", "SH"), pad(b"CT", "SH")
    (b'1.2\x00', b'CT1 ', b'CT')
    """
    if len(raw) % 2 == 0:
        return raw
    return raw + (b" " if vr in _PADDED_WITH_SPACE else b"\0")


def _from_text(text: str, vr: str) -> tuple[Value, ...]:
    if vr in _ONE_TEXT:
        return (text,)
    items = text.split("\\")
    if vr in _SEVERAL_TEXTS:
        return tuple(items)
    if vr == "PN":
        return tuple(PersonName.parse(item) for item in items)
    parse = _PARSERS[vr]
    return tuple(parse(item) if item.strip(" ") else None for item in items)


def _without_padding(raw: bytes) -> bytes:
    """Drop what ``pad`` adds, and NULs, which pad text in files that do not conform."""
    if raw.endswith(b"\0"):
        return raw.rstrip(b"\0")
    return raw[:-1] if raw.endswith(b" ") and len(raw) % 2 == 0 else raw


def _uids(raw: bytes) -> tuple[str, ...]:
    try:
        text = raw.rstrip(b"\0 ").decode("ascii")
    except UnicodeDecodeError:
        raise UnreadableValue("UI", len(raw)) from None
    uids = text.split("\\") if text else []
    if not all(is_uid(uid) or not uid for uid in uids):
        raise UnreadableValue("UI", len(raw))
    return tuple(uids)


def _joined_bytes(values: tuple[object, ...], vr: str) -> bytes:
    raws = [value for value in values if isinstance(value, bytes)]
    if len(raws) != len(values) or len(raws) > 1:
        raise UnwritableValue(vr, 0)
    return b"".join(raws)


def _written(value: object, vr: str) -> str:
    """Return one value as text, if its VR allows it."""
    if value is None or value == "":
        return ""
    if vr in _PARSERS:
        return _written_in_form(value, vr)
    if isinstance(value, PersonName) and vr == "PN":
        value = str(value) if value.is_conformant() else None
    if not isinstance(value, str):
        raise UnwritableValue(vr, 0)
    if vr == "PN" and not PersonName.parse(value).is_conformant():
        raise UnwritableValue(vr, len(value))
    if not (is_uid(value) if vr == "UI" else is_allowed_text(value, vr)):
        raise UnwritableValue(vr, len(value))
    return value


def _written_in_form(value: object, vr: str) -> str:
    text = str(_as_parsed(value, vr))
    try:
        parsed = _PARSERS[vr](text)
    except UnreadableValue:
        raise UnwritableValue(vr, len(text)) from None
    if isinstance(parsed, DicomDecimal | DicomInteger | Age) and not parsed.is_conformant():
        raise UnwritableValue(vr, len(text))
    return text


_TYPES: dict[str, tuple[type, ...]] = {
    "AS": (Age,),
    "DA": (DicomDate, DicomRange),
    "DS": (DicomDecimal,),
    "DT": (DicomDateTime,),
    "IS": (DicomInteger,),
    "TM": (DicomTime, DicomRange),
}


def _as_parsed(value: object, vr: str) -> object:
    if isinstance(value, (str, *_TYPES[vr])):
        return value
    if vr == "DA" and isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return DicomDate(value)
    if vr == "IS" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if vr == "DS" and _is_number(value):
        return DicomDecimal.of(value)  # type: ignore[arg-type]  # a number, seen above
    raise UnwritableValue(vr, 0)


def _is_number(value: object) -> bool:
    from decimal import Decimal  # slow to import, seldom needed

    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
