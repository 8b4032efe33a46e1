"""Dates and times with the precision, form, zone and padding they were written in (PS3.5 6.2)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dicomveil.errors import UnreadableDate, UnreadableValue

DateForm: TypeAlias = Literal["YYYYMMDD", "YYYY.MM.DD"]

_DATE = r"([0-9]{4})(\.?)([0-9]{2})\2([0-9]{2})( *)"
_TIME = r"([0-9]{2})(?:(:?)([0-9]{2})(?:\2([0-9]{2})(?:\.([0-9]{1,6}))?)?)?( *)"
_DATE_TIME = (
    r"([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.([0-9]{1,6}))?)?)?)?)?)?"
    r"([+-][0-9]{4})?( *)"
)
_FIRST_ZONE, _LAST_ZONE = -1200, 1400


@dataclass(frozen=True, slots=True)
class DicomDate:
    """A DA value; the form with dots is of before 1993 and still read. ``padding`` counts spaces after."""

    date: datetime.date
    form: DateForm = "YYYYMMDD"
    padding: int = 0

    @staticmethod
    def parse(text: str) -> DicomDate:
        """Read a DA value.

        Raises
        ------
        UnreadableDate
            If it is no calendar date.

        Examples
        --------
        >>> DicomDate.parse("19970421").date
        datetime.date(1997, 4, 21)
        >>> str(DicomDate.parse("1997.04.21"))
        '1997.04.21'
        """
        found = re.fullmatch(_DATE, text)
        if found is None:
            raise UnreadableDate(len(text))
        year, dot, month, day, spaces = found.groups()
        date = _calendar_date(year, month, day, written=len(text))
        return DicomDate(date, "YYYY.MM.DD" if dot else "YYYYMMDD", padding=len(spaces))

    def __str__(self) -> str:
        dot = "." if self.form == "YYYY.MM.DD" else ""
        day = self.date
        return f"{day.year:04}{dot}{day.month:02}{dot}{day.day:02}{' ' * self.padding}"


@dataclass(frozen=True, slots=True)
class DicomTime:
    """A TM value, as precise as it was written; ``fraction`` holds the digits after the point.

    The form with colons is of before 1993 and still to be read. A second may be the 60th.
    """

    hour: int
    minute: int | None = None
    second: int | None = None
    fraction: str = ""
    colons: bool = False
    padding: int = 0

    @staticmethod
    def parse(text: str) -> DicomTime:
        """Read a TM value.

        Raises
        ------
        UnreadableValue
            If it is no time of day.

        Examples
        --------
        >>> DicomTime.parse("1015").minute, DicomTime.parse("1015").second
        (15, None)
        >>> str(DicomTime.parse("101500.5000"))
        '101500.5000'
        """
        found = re.fullmatch(_TIME, text)
        if found is None:
            raise UnreadableValue("TM", len(text))
        hour, colon, minute, second, fraction, spaces = found.groups()
        time = DicomTime(int(hour), _number(minute), _number(second), fraction or "", colon == ":", padding=len(spaces))
        if not _is_time(time.hour, time.minute, time.second):
            raise UnreadableValue("TM", len(text))
        return time

    def __str__(self) -> str:
        parts = [self.hour, self.minute, self.second]
        written = (":" if self.colons else "").join(f"{part:02}" for part in parts if part is not None)
        return written + (f".{self.fraction}" if self.fraction else "") + " " * self.padding


@dataclass(frozen=True, slots=True)
class DicomDateTime:
    """A DT value, as precise as it was written; ``zone`` is the offset from UTC as ``+ZZXX``, or empty."""

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    fraction: str = ""
    zone: str = ""
    padding: int = 0

    @staticmethod
    def parse(text: str) -> DicomDateTime:
        """Read a DT value.

        Raises
        ------
        UnreadableDate
            If it is no calendar date and time of day, or the zone is none.

        Examples
        --------
        >>> moment = DicomDateTime.parse("202402291015-0500")
        >>> moment.day, moment.second, moment.zone, str(moment)
        (29, None, '-0500', '202402291015-0500')
        >>> DicomDateTime.parse("1958").month is None
        True
        """
        found = re.fullmatch(_DATE_TIME, text)
        if found is None:
            raise UnreadableDate(len(text))
        year, *parts, fraction, zone, spaces = found.groups()
        month, day, hour, minute, second = map(_number, parts)
        _calendar_date(year, parts[0] or "01", parts[1] or "01", written=len(text))
        if not _is_time(hour or 0, minute, second) or not _is_zone(zone or ""):
            raise UnreadableDate(len(text))
        return DicomDateTime(
            int(year), month, day, hour, minute, second, fraction or "", zone or "", padding=len(spaces)
        )

    def __str__(self) -> str:
        parts = [self.month, self.day, self.hour, self.minute, self.second]
        written = f"{self.year:04}" + "".join(f"{part:02}" for part in parts if part is not None)
        return written + (f".{self.fraction}" if self.fraction else "") + self.zone + " " * self.padding


@dataclass(frozen=True, slots=True)
class DicomRange:
    """A range of dates or times as queries have it (PS3.4 C.2.2.2.5); ``None`` where an end is open."""

    start: DicomDate | DicomTime | None
    end: DicomDate | DicomTime | None
    padding: int = 0

    @staticmethod
    def parse(text: str, vr: str) -> DicomRange:
        """Read a range of DA or TM values.

        Raises
        ------
        UnreadableDate, UnreadableValue
            If an end is no date or time, or both are open.

        Examples
        --------
        >>> DicomRange.parse("19970421-", "DA").end is None
        True
        >>> str(DicomRange.parse("10-1130", "TM"))
        '10-1130'
        """
        one = DicomDate.parse if vr == "DA" else DicomTime.parse
        trimmed = text.rstrip(" ")
        ends = trimmed.split("-")
        if len(ends) != 2 or trimmed == "-":
            raise UnreadableDate(len(text)) if vr == "DA" else UnreadableValue(vr, len(text))
        start, end = (one(written) if written else None for written in ends)
        return DicomRange(start, end, padding=len(text) - len(trimmed))

    def __str__(self) -> str:
        return "-".join("" if end is None else str(end) for end in (self.start, self.end)) + " " * self.padding


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _calendar_date(year: str, month: str, day: str, *, written: int) -> datetime.date:
    """The day these digits name, of a value ``written`` characters long."""
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise UnreadableDate(written) from None


def _is_time(hour: int, minute: int | None, second: int | None) -> bool:
    return hour <= 23 and (minute or 0) <= 59 and (second or 0) <= 60


def _is_zone(zone: str) -> bool:
    if not zone:
        return True
    return _FIRST_ZONE <= int(zone) <= _LAST_ZONE and int(zone[3:]) <= 59 and zone != "-0000"
