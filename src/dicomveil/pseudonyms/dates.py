"""Move dates by one secret number of days per patient, so intervals survive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dicomveil.errors import UnreadableDate, UsageError

MOST_DAYS = 36500

_DT_LENGTHS = (4, 6, 8, 10, 12, 14)  # PS3.5 6.2: any number of trailing components may be missing
_DT_FULL_LENGTH = 14
_ZONE_LENGTH = 5
_FRACTION_MAX_DIGITS = 6
_MIDDLE = {4: "0701", 6: "15", 8: ""}  # of a year, of a month, by how many digits are known
_WEST, _EAST = -12 * 60, 14 * 60  # PS3.5 6.2 DT: offsets from -1200 to +1400


@dataclass(frozen=True, slots=True)
class ShiftRange:
    """How far, and which way, the dates of a patient may be moved.

    Parameters
    ----------
    min_days, max_days
        Least and greatest distance in whole days, from 1 to 36500. A wide range hides more: whoever
        knows one true date of a patient has the shift, and a narrow range makes guessing it easy.
    direction
        ``"past"`` (the default: no date ends up in the future), ``"future"`` or ``"either"``.

    Raises
    ------
    UsageError
        If the days are not whole, not in order or out of bounds, or the direction is another word.

    Examples
    --------
    >>> ShiftRange(30, 60, "either")
    ShiftRange(min_days=30, max_days=60, direction='either')
    >>> ShiftRange(min_days=0)
    Traceback (most recent call last):
        ...
    dicomveil.errors.UsageError: a shift needs 1 <= min_days <= max_days <= 36500
    """

    min_days: int = 1
    max_days: int = 3650
    direction: Literal["past", "future", "either"] = "past"

    def __post_init__(self) -> None:
        if type(self.min_days) is not int or type(self.max_days) is not int:
            raise UsageError("a shift is counted in whole days")
        if not 1 <= self.min_days <= self.max_days <= MOST_DAYS:
            raise UsageError(f"a shift needs 1 <= min_days <= max_days <= {MOST_DAYS}")
        if self.direction not in ("past", "future", "either"):
            raise UsageError("the direction of a shift is past, future or either")


DEFAULT_SHIFT = ShiftRange()


def days_from_digest(digest: bytes, shift_range: ShiftRange) -> int:
    """Choose a patient's number of days from a digest.

    The first 8 bytes, as a big-endian number, choose the distance (a remainder: over a range of
    36500 the odds of two distances differ by less than 1 in 10^14); the lowest bit of the ninth
    chooses the sign if the direction is ``"either"``, 1 being the past.

    Returns
    -------
    int
        Never 0; negative is into the past.

    Raises
    ------
    UsageError
        If ``digest`` is shorter than 9 bytes.

    Examples
    --------
    >>> days_from_digest(bytes(32), ShiftRange(min_days=30))
    -30
    >>> days_from_digest((29).to_bytes(8, "big") + b"\\x02", ShiftRange(direction="either"))
    30
    """
    if len(digest) < 9:
        raise UsageError("a shift needs a digest of at least 9 bytes")
    choices = shift_range.max_days - shift_range.min_days + 1
    days = shift_range.min_days + int.from_bytes(digest[:8], "big") % choices
    into_the_past = shift_range.direction == "past" or (shift_range.direction == "either" and digest[8] & 1)
    return -days if into_the_past else days


def shift_date(value: str, *, days: int) -> str:
    """Move one DICOM date by whole days.

    Every date of a patient must be moved by the same number of days; only then
    do intervals survive, as the Retain Longitudinal Temporal Information With
    Modified Dates Option asks (PS3.15 E.3.6).

    Parameters
    ----------
    value
        A single DA value (PS3.5 6.2): ``YYYYMMDD``, or the form before 1993, ``YYYY.MM.DD``,
        which is kept; or a range ``a-b`` as queries hold it, open at either end
        (PS3.4 C.2.2.2.5.1). Trailing spaces are padding and are dropped. Empty means unknown
        (Type 2) and stays empty.
    days
        Whole days; negative is into the past.

    Raises
    ------
    UnreadableDate
        If ``value`` is no calendar date, or the result would leave years
        1 to 9999. The message never repeats the value.

    Examples
    --------
    >>> shift_date("20240229", days=-366)
    '20230228'
    >>> shift_date("1997.04.21", days=10)
    '1997.05.01'
    >>> shift_date("20240101-", days=-1)
    '20231231-'
    >>> shift_date("", days=-366)
    ''
    """
    try:
        if len(value) == 8 and value.isdigit():
            return _moved_day(value, days)
        return _shift_date_of_rare_form(value.rstrip(" "), days)
    except (ValueError, OverflowError):
        raise UnreadableDate(len(value)) from None


def shift_datetime(value: str, *, days: int) -> str:
    """Move the date of one DICOM date-time by whole days; time of day, zone and precision stay.

    Parameters
    ----------
    value
        A single DT value (PS3.5 6.2), ``YYYYMMDDHHMMSS.FFFFFF&ZZXX`` with any number of
        components missing from its end; or a range ``a-b``, open at either end. A hyphen that can
        begin an offset from UTC does. A year alone is moved from its 1 July, a month alone from its
        15th, and cut again. Trailing spaces are padding and are dropped. Empty stays empty.
    days
        Whole days; negative is into the past.

    Raises
    ------
    UnreadableDate
        If ``value`` is no date-time, or the result would leave years 1 to 9999.
        The message never repeats the value.

    Examples
    --------
    >>> shift_datetime("20240229134501.25+0100", days=-366)
    '20230228134501.25+0100'
    >>> shift_datetime("2024", days=-366)
    '2023'
    >>> shift_datetime("202401-202403", days=31)
    '202402-202404'
    """
    try:
        return _shift_datetimes(value.rstrip(" "), days)
    except (ValueError, OverflowError):
        raise UnreadableDate(len(value)) from None


def _moved_day(day: str, days: int) -> str:
    if not (len(day) == 8 and day.isascii() and day.isdigit()):  # fromisoformat also reads weeks, 2024W101
        raise ValueError
    return date.fromordinal(date.fromisoformat(day).toordinal() + days).isoformat().replace("-", "")


def _shift_date_of_rare_form(value: str, days: int) -> str:
    if not value:
        return ""
    first, hyphen, last = value.partition("-")
    if not hyphen:
        return _moved_single_date(value, days)
    if not (first or last):
        raise ValueError
    return "-".join([_moved_single_date(end, days) if end else "" for end in (first, last)])


def _moved_single_date(value: str, days: int) -> str:
    if len(value) == 10 and value[4] == value[7] == ".":
        moved = _moved_day(value[:4] + value[5:7] + value[8:], days)
        return f"{moved[:4]}.{moved[4:6]}.{moved[6:]}"
    return _moved_day(value, days)


def _shift_datetimes(value: str, days: int) -> str:
    if not value:
        return ""
    if _is_datetime(value):
        return _moved_datetime(value, days)
    first, last = _ends_of_range(value)
    return "-".join([_moved_datetime(end, days) if end else "" for end in (first, last)])


def _ends_of_range(value: str) -> tuple[str, str]:
    hyphens = [at for at, character in enumerate(value) if character == "-"]
    for at in hyphens:
        first, last = value[:at], value[at + 1 :]
        if all(not end or _is_datetime(end) for end in (first, last)) and _is_in_order(first, last):
            return first, last
    raise ValueError


def _is_in_order(first: str, last: str) -> bool:
    if first and last:
        return first[:4] <= last[:4]
    return first != last


def _is_datetime(value: str) -> bool:
    moment, zone = _without_zone(value)
    digits, point, fraction = moment.partition(".")
    if not (digits.isascii() and digits.isdigit() and len(digits) in _DT_LENGTHS and _is_zone(zone)):
        return False
    if point and not (len(digits) == _DT_FULL_LENGTH and _is_fraction(fraction)):
        return False
    return digits[8:10] <= "23" and digits[10:12] <= "59" and digits[12:14] <= "60"


def _without_zone(value: str) -> tuple[str, str]:
    if value[-_ZONE_LENGTH : 1 - _ZONE_LENGTH] in ("+", "-"):
        return value[:-_ZONE_LENGTH], value[-_ZONE_LENGTH:]
    return value, ""


def _is_zone(zone: str) -> bool:
    if not zone:
        return True
    if not (zone[1:].isascii() and zone[1:].isdigit() and zone[3:] <= "59"):
        return False
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    return _WEST <= (minutes if zone[0] == "+" else -minutes) <= _EAST


def _is_fraction(fraction: str) -> bool:
    return 1 <= len(fraction) <= _FRACTION_MAX_DIGITS and fraction.isascii() and fraction.isdigit()


def _moved_datetime(value: str, days: int) -> str:
    precision = 4 if not value[4:6].isdigit() else 6 if not value[6:8].isdigit() else 8
    return _moved_day(value[:precision] + _MIDDLE[precision], days)[:precision] + value[precision:]
