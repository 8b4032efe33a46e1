"""What a template can do to a value on the way."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dicomveil.dataset.values import DicomDate, DicomDateTime
from dicomveil.errors import EditError, UnreadableValue

if TYPE_CHECKING:
    from dicomveil.editing.lookup import KeyedTools

Change = Callable[[str, "KeyedTools | None"], str | None]
Arguments = tuple[str, ...]

_WHOLE = r"[-+]?[0-9]+"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with its arguments.

    ``apply`` returns the changed text, or None if it does not fit. ``gives`` is what the filter puts where there is no
    value.
    """

    name: str
    apply: Change
    gives: str | None = None
    needs_key: bool = False


def _plain(name: str, change: Callable[[str], str]) -> Callable[[Arguments], Filter]:
    def make(arguments: Arguments) -> Filter:
        _count(name, arguments, 0, 0)
        return Filter(name, lambda text, tools: change(text))

    return make


def _slice(arguments: Arguments) -> Filter:
    _count("slice", arguments, 1, 2)
    start, end = (_whole("slice", each) if each else None for each in (*arguments, "")[:2])
    return Filter("slice", lambda text, tools: text[start:end])


def _pad(arguments: Arguments) -> Filter:
    _count("pad", arguments, 1, 1)
    width = _whole("pad", arguments[0])
    if not 0 <= width <= 64:
        raise EditError("the template: pad takes a width of at most 64")
    return Filter("pad", lambda text, tools: text.zfill(width))


def _replace(arguments: Arguments) -> Filter:
    _count("replace", arguments, 2, 2)
    old, new = arguments
    if not old:
        raise EditError("the template: replace takes what to replace")
    return Filter("replace", lambda text, tools: text.replace(old, new))


def _default(arguments: Arguments) -> Filter:
    _count("default", arguments, 1, 1)
    return Filter("default", lambda text, tools: text or arguments[0], gives=arguments[0])


def _hash(arguments: Arguments) -> Filter:
    _count("hash", arguments, 0, 1)
    length = _whole("hash", arguments[0]) if arguments else 16
    if not 1 <= length <= 16:
        raise EditError("the template: hash takes a length from 1 to 16")

    def digest(text: str, tools: KeyedTools | None) -> str:
        assert tools is not None
        return tools.digest(text)[:length]

    return Filter("hash", digest, needs_key=True)


def _shift(arguments: Arguments) -> Filter:
    _count("shift", arguments, 0, 1)
    days = _whole("shift", arguments[0]) if arguments else None

    def shift(text: str, tools: KeyedTools | None) -> str | None:
        if days is not None:
            return _all_moved(text, days)
        assert tools is not None
        return _all_moved(text, tools.days())

    return Filter("shift", shift, needs_key=days is None)


FILTERS: dict[str, Callable[[Arguments], Filter]] = {
    "upper": _plain("upper", str.upper),
    "lower": _plain("lower", str.lower),
    "strip": _plain("strip", str.strip),
    "slice": _slice,
    "pad": _pad,
    "replace": _replace,
    "default": _default,
    "hash": _hash,
    "shift": _shift,
}


def _count(name: str, arguments: Arguments, least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"{least} or {most}"
        raise EditError(f"the template: {name} takes {wanted} arguments")


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(_WHOLE, text.strip(" ")):
        raise EditError(f"the template: {name} takes whole numbers")
    return int(text)


def _all_moved(text: str, days: int) -> str | None:
    try:
        return "\\".join(_moved(each, days) for each in text.split("\\"))
    except (UnreadableValue, OverflowError):
        return None


def _moved(text: str, days: int) -> str:
    if not text:
        return text
    shift = datetime.timedelta(days=days)
    if len(text) == 8 or text[4:5] == ".":  # YYYYMMDD, YYYY.MM.DD
        date = DicomDate.parse(text)
        return str(replace(date, date=date.date + shift))
    moment = DicomDateTime.parse(text)
    if moment.month is None or moment.day is None:
        raise OverflowError  # a date that is not precise to the day cannot be moved by days
    date_of = datetime.date(moment.year, moment.month, moment.day) + shift
    return str(replace(moment, year=date_of.year, month=date_of.month, day=date_of.day))
