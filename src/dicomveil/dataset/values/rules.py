"""What each text VR allows in one value (PS3.5 6.2)."""

from __future__ import annotations

_LONGEST = {"AE": 16, "CS": 16, "SH": 16, "LO": 64, "ST": 1024, "LT": 10240}
_LONGEST_UID = 64
_IN_CODE_STRINGS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _")
_PAPER = frozenset("\t\n\f\r")
_WITH_LINES = frozenset({"ST", "LT", "UT"})


def is_uid(text: str) -> bool:
    """Say whether a text is a UID: at most 64 digits and dots, no component empty or with a leading zero.

    Examples
    --------
    >>> is_uid("1.2.840.10008.1.2"), is_uid("1.02"), is_uid("1..2")
    (True, False, False)
    """
    if len(text) > _LONGEST_UID or not text.isascii():
        return False
    return all(part.isdigit() and (part == "0" or part[0] != "0") for part in text.split("."))


def is_allowed_text(text: str, vr: str) -> bool:
    r"""Say whether one value may stand in a text VR: its length in characters, and which ones.

    Examples
    --------
    >>> is_allowed_text("ORIGINAL", "CS"), is_allowed_text("original", "CS")
    (True, False)
    >>> is_allowed_text("two\r\nlines", "LT"), is_allowed_text("two\r\nlines", "LO")
    (True, False)
    """
    if len(text) > _LONGEST.get(vr, len(text)):
        return False
    if vr == "CS":
        return _IN_CODE_STRINGS.issuperset(text)
    if vr == "AE" and not text.strip(" "):
        return False
    if vr not in _WITH_LINES:
        return "\\" not in text and not any(_is_control(character) for character in text)
    return not any(_is_control(character) and character not in _PAPER for character in text)


def _is_control(character: str) -> bool:
    return character < " " or character == "\x7f"
