"""Find one calendar day in prose, in whatever common form it was written."""

from __future__ import annotations

import re

_TOKENS = r"[0-9]+|[^0-9 ]+"
_FILLERS = frozenset({"st", "nd", "rd", "th", "of", "de", "der", "den", "le", "the", "er", "t"})

# First three letters, folded, of months in English, German, French, Spanish, Italian, Dutch, Portuguese.
_MONTHS = {
    prefix: number
    for number, prefixes in enumerate(
        (
            "jan ene gen",
            "feb fev",
            "mar mae mrz mrt maa",
            "apr avr abr",
            "may mai mei mag",
            "jun giu jui",
            "jul lug",
            "aug ago aou",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec dez dic",
        ),
        start=1,
    )
    for prefix in prefixes.split()
}
_JULY_IN_FRENCH = "juil"


def looks_like_a_day(digits: str) -> bool:
    """Say whether eight digits can be a day of somebody's life, ``YYYYMMDD``.

    Examples
    --------
    >>> looks_like_a_day("19580412"), looks_like_a_day("99991399")
    (True, False)
    """
    return (
        len(digits) == 8
        and "1850" <= digits[:4] <= "2150"
        and "01" <= digits[4:6] <= "12"
        and "01" <= digits[6:] <= "31"
    )


def mentions_day(spaced: str, compact: str, day: str) -> bool:
    """Say whether folded text mentions a day (``YYYYMMDD``) in any common form.

    Year, month and day in the orders in use, with or without separators and leading zeros, months in
    digits or by name. The year may have two digits where something separates it, or where the six digits stand
    alone, as no part of a longer number.

    Parameters
    ----------
    spaced
        What ``folding.folded`` made of the text.
    compact
        The same without spaces.
    day
        ``YYYYMMDD``, for which ``looks_like_a_day`` holds.

    Examples
    --------
    >>> mentions_day("born 12 apr 1958", "born12apr1958", "19580412")
    True
    >>> mentions_day("4 12 58", "41258", "19580412")
    True
    >>> mentions_day("born 120458", "born120458", "19580412"), mentions_day("1204581", "1204581", "19580412")
    (True, False)
    >>> mentions_day("5 12 58", "51258", "19580412")
    False
    """
    year, month, of_month = day[:4], day[4:6], day[6:]
    if year in compact:
        forms = (day, of_month + month + year, month + of_month + year)
        if any(form in compact for form in forms):
            return True
    elif year[2:] not in spaced:
        return False
    return _in_six_digits(spaced, year[2:], month, of_month) or _in_three_tokens(
        spaced, int(year), int(month), int(of_month)
    )


def _in_six_digits(spaced: str, year: str, month: str, of_month: str) -> bool:
    forms = (year + month + of_month, of_month + month + year, month + of_month + year)
    return any(form in spaced for form in forms) and not set(forms).isdisjoint(re.findall(r"[0-9]+", spaced))


def _in_three_tokens(spaced: str, year: int, month: int, of_month: int) -> bool:
    tokens = [token for token in re.findall(_TOKENS, spaced) if token not in _FILLERS]
    numbers = [_number(token) for token in tokens]
    orders = {(year, month, of_month), (of_month, month, year), (month, of_month, year)}
    short = year % 100
    orders |= {(short, month, of_month), (of_month, month, short), (month, of_month, short)}
    return any(three in orders for three in zip(numbers, numbers[1:], numbers[2:], strict=False))


def _number(token: str) -> int:
    if token.isdigit():
        return int(token) if len(token) <= 4 else -1
    return 7 if token.startswith(_JULY_IN_FRENCH) else _MONTHS.get(token[:3], -1)
