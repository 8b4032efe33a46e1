"""Numbers written as text, which remember how they were written: DS, IS and AS (PS3.5 6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.errors import UnreadableValue, UnwritableValue

if TYPE_CHECKING:
    from decimal import Decimal

_LONGEST_READ = 64  # far beyond what is allowed, far below what is slow
_LONGEST_DECIMAL = 16
_LONGEST_INTEGER = 12
_DECIMAL = r" *[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)? *"
_INTEGER = r" *[+-]?[0-9]+ *"
_AGE = r"([0-9]{1,3})([DWMY])"


@dataclass(frozen=True, slots=True)
class DicomDecimal:
    """A DS value; ``text`` is how it was written, spaces included."""

    text: str

    @staticmethod
    def parse(text: str) -> DicomDecimal:
        """Read a DS value.

        Raises
        ------
        UnreadableValue
            If it is no decimal number.

        Examples
        --------
        >>> pitch = DicomDecimal.parse(" 0.500")
        >>> str(pitch), float(pitch), pitch.value
        (' 0.500', 0.5, Decimal('0.500'))
        """
        if len(text) > _LONGEST_READ or not re.fullmatch(_DECIMAL, text):
            raise UnreadableValue("DS", len(text))
        return DicomDecimal(text)

    @staticmethod
    def of(number: int | float | Decimal) -> DicomDecimal:
        """Write a number in at most 16 characters; a float is rounded to what fits, nothing else is.

        Raises
        ------
        UnwritableValue
            If it is not finite, or does not fit.

        Examples
        --------
        >>> str(DicomDecimal.of(-1 / 3)), str(DicomDecimal.of(1e-300)), str(DicomDecimal.of(2))
        ('-0.3333333333333', '1e-300', '2')
        """
        text = str(number)
        for digits in range(15, 0, -1) if isinstance(number, float) else ():
            if len(text) <= _LONGEST_DECIMAL:
                break
            text = f"{number:.{digits}g}"
        if len(text) > _LONGEST_DECIMAL or not re.fullmatch(_DECIMAL, text):
            raise UnwritableValue("DS", len(text))
        return DicomDecimal(text)

    @property
    def value(self) -> Decimal:
        from decimal import Decimal  # slow to import, seldom needed

        return Decimal(self.text.strip(" "))

    def is_conformant(self) -> bool:
        """Say whether it is no longer than DS allows."""
        return len(self.text) <= _LONGEST_DECIMAL and bool(re.fullmatch(_DECIMAL, self.text))

    def __float__(self) -> float:
        return float(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class DicomInteger:
    """An IS value; ``text`` is how it was written, spaces included."""

    text: str

    @staticmethod
    def parse(text: str) -> DicomInteger:
        """Read an IS value.

        Raises
        ------
        UnreadableValue
            If it is no whole number.

        Examples
        --------
        >>> int(DicomInteger.parse("+007 ")), str(DicomInteger.parse("+007 "))
        (7, '+007 ')
        """
        if len(text) > _LONGEST_READ or not re.fullmatch(_INTEGER, text):
            raise UnreadableValue("IS", len(text))
        return DicomInteger(text)

    @property
    def value(self) -> int:
        return int(self.text)

    def is_conformant(self) -> bool:
        """Say whether it is no longer than IS allows and a signed 32-bit number."""
        fits = len(self.text) <= _LONGEST_INTEGER and bool(re.fullmatch(_INTEGER, self.text))
        return fits and -(2**31) <= self.value < 2**31

    def __int__(self) -> int:
        return self.value

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Age:
    """An AS value: a number of days, weeks, months or years (D, W, M, Y) in so many digits."""

    number: int
    unit: str
    digits: int = 3

    @staticmethod
    def parse(text: str) -> Age:
        """Read an AS value; fewer than three digits are read, though not allowed.

        Raises
        ------
        UnreadableValue
            If it is no age.

        Examples
        --------
        >>> Age.parse("018M")
        Age(number=18, unit='M', digits=3)
        >>> str(Age.parse("5Y"))
        '5Y'
        """
        found = re.fullmatch(_AGE, text)
        if found is None:
            raise UnreadableValue("AS", len(text))
        return Age(int(found[1]), found[2], len(found[1]))

    def is_conformant(self) -> bool:
        """Say whether it is three digits and a unit."""
        return len(str(self)) == 4 and bool(re.fullmatch(_AGE, str(self)))

    def __str__(self) -> str:
        return f"{self.number:0{self.digits}}{self.unit}"
