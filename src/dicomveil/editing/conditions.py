"""Conditions on an instance: comparisons of attributes, joined by and, or, not; whether they hold, and their text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.editing.numbers import number_in
from dicomveil.editing.patterns import compiled
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from decimal import Decimal
    from typing import TypeAlias

    from dicomveil.dataset.address import Address
    from dicomveil.editing.lookup import Lookup

    Literal: TypeAlias = str | Decimal
    Condition: TypeAlias = "Both | Either | Not | Exists | Compared"


@dataclass(frozen=True, slots=True)
class Both:
    """Holds if all of them do."""

    parts: tuple[Condition, ...]

    def holds(self, lookup: Lookup) -> bool:
        """Say whether an instance fulfils it."""
        return all(part.holds(lookup) for part in self.parts)

    def __str__(self) -> str:
        return f"({' and '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Either:
    """Holds if one of them does."""

    parts: tuple[Condition, ...]

    def holds(self, lookup: Lookup) -> bool:
        """Say whether an instance fulfils it."""
        return any(part.holds(lookup) for part in self.parts)

    def __str__(self) -> str:
        return f"({' or '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Not:
    """Holds if the other does not."""

    inner: Condition

    def holds(self, lookup: Lookup) -> bool:
        """Say whether an instance fulfils it."""
        return not self.inner.holds(lookup)

    def __str__(self) -> str:
        return f"not {self.inner}"


@dataclass(frozen=True, slots=True)
class Exists:
    """Holds if the element is there, with a value or without."""

    address: Address

    def holds(self, lookup: Lookup) -> bool:
        """Say whether an instance fulfils it."""
        return lookup.exists(self.address)

    def __str__(self) -> str:
        return f"exists {self.address}"


@dataclass(frozen=True, slots=True)
class Compared:
    """Holds if any value of the element compares so with any of the others; without a value, never.

    With a number values are compared as numbers, and what is none does not compare; with text, as text; with those of
    another element as text too, unless both have the VR of a number. An empty text is equal to an element without a
    value, which compares in no other way. ``operator`` is one of ``== < <= > >= ~ in``.
    """

    address: Address
    operator: str
    others: tuple[Literal, ...] | Address

    def holds(self, lookup: Lookup) -> bool:
        """Say whether an instance fulfils it."""
        values = lookup.texts(self.address)
        if values is None:
            return False
        is_equality = self.operator in ("==", "in")
        here = (values or [""]) if is_equality else [value for value in values if value]
        others = self.others if isinstance(self.others, tuple) else self._values_of(self.others, lookup)
        return any(self._fits(value, other) for value in here for other in others)

    def _fits(self, value: str, other: Literal) -> bool:
        if self.operator == "~":
            return compiled(str(other)).is_in(value, self.address)
        return _compares(value, self.operator, other)

    def _values_of(self, other: Address, lookup: Lookup) -> tuple[Literal, ...]:
        texts = lookup.texts(other) or ()
        if not (_is_numeric(self.address) and _is_numeric(other)):
            return tuple(texts)
        numbers = map(number_in, texts)
        return tuple(number for number in numbers if number is not None)

    def __str__(self) -> str:
        if not isinstance(self.others, tuple):
            return f"{self.address} {self.operator} {self.others}"
        if self.operator == "in":
            return f"{self.address} in ({', '.join(map(_written, self.others))})"
        return f"{self.address} {self.operator} {_written(self.others[0])}"


def _compares(value: str, operator: str, other: Literal) -> bool:
    if isinstance(other, str):
        return _ordered(value, operator, other.strip(" "))
    number = number_in(value)
    return number is not None and _ordered(number, operator, other)


def _ordered(value: Literal, operator: str, other: Literal) -> bool:
    if operator in ("==", "in"):
        return value == other
    if operator.startswith("<"):
        return value < other or (operator == "<=" and value == other)  # type: ignore[operator]  # both of a kind
    return value > other or (operator == ">=" and value == other)  # type: ignore[operator]


def _is_numeric(address: Address) -> bool:
    last = address.steps[-1]
    vr = vr_of(last.tag) if last.creator is None and last.mask == 0xFFFFFFFF else None
    return vr is not None and vr.partition(" or ")[0] in _NUMERIC_VRS


def _written(literal: Literal) -> str:
    if isinstance(literal, str):
        escaped = literal.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(literal)


_NUMERIC_VRS = frozenset(("DS", "IS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"))
