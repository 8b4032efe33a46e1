"""What each VR allows, in words for those who gave it something else, and which VRs hold what (PS3.5 6.2)."""

from __future__ import annotations

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
