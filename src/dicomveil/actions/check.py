"""Keep a value that nothing forbids, if it is what its VR promises and names nobody known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dicomveil.actions.outcome import IMPOSSIBLE, KEPT, Outcome, World
from dicomveil.actions.shift_date import shift_date
from dicomveil.errors import UnreadableText

if TYPE_CHECKING:
    from collections.abc import Callable

_REPERTOIRE = {
    "AS": b"0123456789DWMY \\",
    "DS": b"0123456789+-.eE \\",
    "IS": b"0123456789+- \\",
}
"""Characters a number or age may have (PS3.5 6.2); anything else can spell a name."""

_DIGITS = b"0123456789"
_NO_NUMBER = b"?"  # has the characters of a number and is none, and is long enough for an identifier or a day
_SHORTEST = 6
_EXPONENT = re.compile(rb"([-+]?)0*([0-9]{1,3})")
_MOST_REMEMBERED = 10_000

_UID = re.compile(r"(?<![\d.])(?:2\.25\.\d{9}|(?!1\.2\.840\.10008\.)(?=[\d.]{16})\d+(?:\.\d+){4})")
"""A UID in a text, but for those of the standard: it may name the instance, and no mapping reaches it there. One made
of a UUID has three components only (PS3.5 B.2)."""


def check_number(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a number string stays, unless it holds what is no number, or a known identifier as a whole."""
    text = raw.rstrip(b"\0")
    if text.translate(None, _REPERTOIRE[vr]):
        return IMPOSSIBLE
    numbers = set(map(_digits, text.split(b"\\")))
    return KEPT if _NO_NUMBER not in numbers and world.numbers.isdisjoint(numbers) else IMPOSSIBLE


def _digits(number: bytes) -> bytes:
    """Return the digits that an identifier would have that was written as a number: +0042.0 is 42, 0.42 is none.

    So is 4.2E1. What is no number is `_NO_NUMBER` if it is long, as 4-711-007, and has all its digits if it is short.
    """
    whole, _, fraction = number.strip(b" +-").partition(b".")
    if fraction and not fraction.isdigit():
        return _unusual_digits(number)
    if fraction.strip(b"0"):
        return b"" if whole.isdigit() or not whole else _unusual_digits(number)
    return whole.lstrip(b"0") if whole.isdigit() else _unusual_digits(number)


def _unusual_digits(number: bytes) -> bytes:
    mantissa, _, exponent = number.strip(b" +-").upper().partition(b"E")
    whole, _, fraction = mantissa.partition(b".")
    power = _EXPONENT.fullmatch(exponent)
    if power is None or not (whole + fraction).isdigit():
        digits = bytes(filter(_DIGITS.__contains__, number))
        return _NO_NUMBER if len(digits) >= _SHORTEST else digits.lstrip(b"0")
    digits, point = whole + fraction, len(whole) + int(power[1] + power[2])
    if digits[max(point, 0) :].strip(b"0"):
        return b""
    return digits[: max(point, 0)].ljust(point, b"0").lstrip(b"0")


def check_text(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a text or code stays, unless it cannot be read, holds a UID or names somebody known."""
    answer = world.checked.get((vr, raw))
    if answer is None:
        if len(world.checked) >= _MOST_REMEMBERED:
            world.checked.clear()
        answer = world.checked[vr, raw] = _judged(raw, vr, world)
    return answer


def _judged(raw: bytes, vr: str, world: World) -> Outcome:
    if not raw:
        return KEPT
    if _tells(raw, vr, world, world.known.found_in):
        return IMPOSSIBLE
    if not raw.isascii() and world.known.found_in(raw.decode("utf-8", "ignore")):
        return IMPOSSIBLE  # an item may have another character set than the root, where the names are known from
    return KEPT


def check_code(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a code stays, unless one of its words is a name or identifier known, of four letters or more.

    Codes say how an image is to be shown. MONOCHROME2, PRIMARY, HFS and HU name nobody, whatever a patient is called.
    """
    return IMPOSSIBLE if _tells(raw, vr, world, world.known.has_word_of) else KEPT


def _tells(raw: bytes, vr: str, world: World, names_somebody: Callable[[str], bool]) -> bool:
    """Tell whether a text cannot be read, names somebody, or holds a UID."""
    try:
        text = world.charset.decode(raw, vr)
    except UnreadableText:
        return True
    return names_somebody(text) or ("." in text and _UID.search(text) is not None)


def check_term(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a Code Value stays as other texts do; six digits that are a code of DICOM's own are no day.

    The codes of the coding scheme DCM run from 110000 to 139999 (PS3.16 Annex D): 121206 is one, and 12 December 2006.
    """
    if _TERM_OF_DICOM.fullmatch(raw):
        return IMPOSSIBLE if world.known.has_number(raw.decode("ascii").strip(" \0")) else KEPT
    return check_text(raw, vr, world)


_TERM_OF_DICOM = re.compile(rb"1[123][0-9]{4}[ \0]*")


def check_uid(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a UID of the standard's own stays, unless it is none or has a known number for a component."""
    uids = raw.rstrip(b"\0 ")
    if uids.translate(None, b"0123456789.\\ "):
        return IMPOSSIBLE
    if world.numbers and not world.numbers.isdisjoint(uids.replace(b"\\", b".").split(b".")):
        return IMPOSSIBLE
    return KEPT


def check_date(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a date or time stays that an option retains, if it is one."""
    return IMPOSSIBLE if shift_date(raw, vr, world) is IMPOSSIBLE else KEPT


def check_charset(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that Specific Character Set stays, if it holds nothing but terms of that kind (PS3.3 C.12.1.1.2)."""
    return KEPT if all(map(_CHARSET_TERM.fullmatch, raw.rstrip(b"\0 ").split(b"\\"))) else IMPOSSIBLE


_CHARSET_TERM = re.compile(rb" *(?:ISO[ _-]?(?:IR|2022[ _-]?IR)[ _-]?[0-9]{1,3}|GB18030|GBK|) *")
