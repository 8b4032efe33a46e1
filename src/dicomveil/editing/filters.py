"""What a template can do to a value on the way."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dicomveil.dataset.values import DicomDate, DicomDateTime
from dicomveil.errors import EditError, UnreadableValue

if TYPE_CHECKING:
    from dicomveil.editing.lookup import KeyedTools

Change = Callable[[str, "KeyedTools | None"], str | None]
Arguments = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with its arguments; ``gives`` is what it puts where there is no value."""

    name: str
    arguments: Arguments = ()
    gives: str | None = None
    needs_key: bool = False

    def apply(self, text: str, tools: KeyedTools | None) -> str | None:
        """Return the changed text, or None if it does not fit."""
        return _CHANGES[self.name](self.arguments, text, tools)


def _plain(name: str) -> Callable[[Arguments], Filter]:
    def make(arguments: Arguments) -> Filter:
        _count(name, arguments, 0, 0)
        return Filter(name)

    return make


def _slice(arguments: Arguments) -> Filter:
    _count("slice", arguments, 1, 2)
    for each in arguments:
        if each:
            _whole("slice", each)
    return Filter("slice", arguments)


def _pad(arguments: Arguments) -> Filter:
    _count("pad", arguments, 1, 1)
    if not 0 <= _whole("pad", arguments[0]) <= 64:
        raise EditError("the template: pad takes a width of at most 64")
    return Filter("pad", arguments)


def _replace(arguments: Arguments) -> Filter:
    _count("replace", arguments, 2, 2)
    if not arguments[0]:
        raise EditError("the template: replace takes what to replace")
    return Filter("replace", arguments)


def _default(arguments: Arguments) -> Filter:
    _count("default", arguments, 1, 1)
    return Filter("default", arguments, gives=arguments[0])


def _hash(arguments: Arguments) -> Filter:
    _count("hash", arguments, 0, 1)
    if arguments and not 1 <= _whole("hash", arguments[0]) <= 16:
        raise EditError("the template: hash takes a length from 1 to 16")
    return Filter("hash", arguments, needs_key=True)


def _shift(arguments: Arguments) -> Filter:
    _count("shift", arguments, 0, 1)
    if arguments:
        _whole("shift", arguments[0])
    return Filter("shift", arguments, needs_key=not arguments)


FILTERS: dict[str, Callable[[Arguments], Filter]] = {
    "upper": _plain("upper"),
    "lower": _plain("lower"),
    "strip": _plain("strip"),
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
    try:
        return int(text)
    except ValueError:
        raise EditError(f"the template: {name} takes whole numbers") from None


def _sliced(arguments: Arguments, text: str, tools: KeyedTools | None) -> str:
    start, end = (int(each) if each else None for each in (*arguments, "")[:2])
    return text[start:end]


def _defaulted(arguments: Arguments, text: str, tools: KeyedTools | None) -> str:
    return text or arguments[0]


def _hashed(arguments: Arguments, text: str, tools: KeyedTools | None) -> str:
    assert tools is not None
    return tools.digest(text)[: int(arguments[0]) if arguments else None]


def _shifted(arguments: Arguments, text: str, tools: KeyedTools | None) -> str | None:
    if arguments:
        days = int(arguments[0])
    else:
        assert tools is not None
        days = tools.days()
    try:
        return "\\".join(_moved(each, days) for each in text.split("\\"))
    except (UnreadableValue, OverflowError):
        return None


def _moved(text: str, days: int) -> str:
    if not text:
        return text
    shift = datetime.timedelta(days=days)
    if len(text) <= 10 and text.replace(".", "").isdigit():
        date = DicomDate.parse(text)
        return str(replace(date, date=date.date + shift))
    moment = DicomDateTime.parse(text)
    if moment.month is None or moment.day is None:
        raise OverflowError  # a date that is not precise to the day cannot be moved by days
    date_of = datetime.date(moment.year, moment.month, moment.day) + shift
    return str(replace(moment, year=date_of.year, month=date_of.month, day=date_of.day))


_CHANGES: dict[str, Callable[[Arguments, str, KeyedTools | None], str | None]] = {
    "upper": lambda arguments, text, tools: text.upper(),
    "lower": lambda arguments, text, tools: text.lower(),
    "strip": lambda arguments, text, tools: text.strip(),
    "slice": _sliced,
    "pad": lambda arguments, text, tools: text.zfill(int(arguments[0])),
    "replace": lambda arguments, text, tools: text.replace(arguments[0], arguments[1]),
    "default": _defaulted,
    "hash": _hashed,
    "shift": _shifted,
}
