"""The long numbers within an identifier: they tell whose it is also without what stands around them."""

from __future__ import annotations

import re

SHORTEST_NUMBER = 6  # digits; shorter numbers are measurements as well

_NUMBERS = re.compile(r"[0-9]+(?: [0-9]+)*")


def long_numbers(spaced: str) -> tuple[str, ...]:
    """Return the numbers of six digits or more in an identifier, each as a run of digits.

    Digits that a single separator parts make one number, and each run of digits is one by itself.

    Parameters
    ----------
    spaced
        What ``folding.folded`` made of the identifier.

    Examples
    --------
    >>> long_numbers("mrn 4711007"), long_numbers("a12 34 56"), long_numbers("ct 12345")
    (('4711007',), ('123456',), ())
    >>> long_numbers("123456 7")
    ('1234567', '123456')
    """
    found: dict[str, None] = {}
    for group in _NUMBERS.findall(spaced):
        for number in (group.replace(" ", ""), *group.split()):
            if len(number) >= SHORTEST_NUMBER:
                found[number] = None
    return tuple(found)
