"""Move dates by the patient's one secret number of days, so that intervals survive (PS3.15 E.3.6)."""

from __future__ import annotations

import re
from collections.abc import Callable

from dicomveil.actions.outcome import IMPOSSIBLE, KEPT, Outcome, Replaced, World, padded
from dicomveil.errors import UnreadableDate
from dicomveil.pseudonyms.dates import shift_date as shifted_date
from dicomveil.pseudonyms.dates import shift_datetime as shifted_datetime

_TIME = re.compile(rb"(?:[0-2]\d(?::?[0-5]\d(?::?[0-6]\d(?:\.\d{1,6})?)?)?)?[ \0]*")
_TIME_SEPARATORS = re.compile(rb"[-\\]")
_ZONE = re.compile(rb"(?:[-+][01]\d[0-5]\d)?[ \0]*")


def shift_date(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer the date or date-time moved by whole days; precision, zone and time of day stay.

    A time of day (TM) and a zone offset (SH) therefore stay as they are, if that is what they are. What cannot be
    read as a date, time or zone is impossible: the strict outcome takes its place.
    """
    if vr == "TM":
        return KEPT if all(map(_TIME.fullmatch, _TIME_SEPARATORS.split(raw))) else IMPOSSIBLE
    if vr == "SH":
        return KEPT if _ZONE.fullmatch(raw) else IMPOSSIBLE
    shift: Callable[..., str] | None = {"DA": shifted_date, "DT": shifted_datetime}.get(vr)
    if shift is None:
        return IMPOSSIBLE
    try:
        text = raw.rstrip(b"\0 ").decode("ascii")
        if "\\" not in text:
            return Replaced(padded(shift(text, days=world.days), vr))
        moved = [shift(part.strip(" "), days=world.days) for part in text.split("\\")]
    except (UnreadableDate, UnicodeDecodeError):
        return IMPOSSIBLE
    return Replaced(padded("\\".join(moved), vr))
