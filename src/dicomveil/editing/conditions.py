"""Conditions on an instance: comparisons of attributes, joined by and, or, not; read by hand, never evaluated as code.

Modality == "CT" and SliceThickness > 2 and not StudyDescription ~ "phantom"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.dataset.address import Address
from dicomveil.editing.addresses import spelled
from dicomveil.editing.numbers import number_in
from dicomveil.editing.patterns import compiled
from dicomveil.editing.tokens import Token, tokens_of
from dicomveil.errors import EditError
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from decimal import Decimal
    from typing import TypeAlias

    from dicomveil.editing.lookup import Lookup

    Literal: TypeAlias = str | Decimal
    Condition: TypeAlias = "Both | Either | Not | Exists | Compared"

DEEPEST = 100


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
        return any(_compares(value, self.operator, other) for value in here for other in others)

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


def parse_condition(text: str) -> Condition:
    r"""Read a condition.

    ``and``, ``or``, ``not`` and parentheses join comparisons: an address, one of ``== != < <= > >= ~ !~``, and a text
    in quotation marks, a number, or another address; or ``in`` (``not in``) and several of these in parentheses; or
    ``exists`` and an address. ``~`` looks for a regular expression anywhere in the value. ``!=``, ``!~`` and ``not in``
    are true where the others are not, so also where there is no such element. In texts ``\"`` is a quotation mark
    and ``\\`` a backslash.

    Raises
    ------
    EditError
        Says what belongs where; a text of the condition is never repeated.

    Examples
    --------
    >>> str(parse_condition('Modality == "CT" and not SliceThickness <= 2'))
    '((0008,0060) == "CT" and not (0018,0050) <= 2)'
    >>> parse_condition('Modalty == "CT"')
    Traceback (most recent call last):
        ...
    dicomveil.errors.EditError: Modalty: no such attribute; did you mean Modality?
    """
    return _Parser(tokens_of(text)).whole()


class _Parser:
    """Reads tokens from left to right; one method a level of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        condition = self._either()
        if self._next.kind != "end":
            raise self._expected("and, or, or the end")
        return condition

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is(self, word: str) -> bool:
        return self._next.kind == "word" and self._next.text == word

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._is("or"):
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._is("and"):
            self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _single(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise EditError(f"the condition: nested deeper than {DEEPEST}")
        try:
            if self._is("not"):
                self._take()
                return Not(self._single())
            if self._next.text == "(" and self._next.kind == "sign":
                self._take()
                inner = self._either()
                self._sign(")")
                return inner
            if self._is("exists"):
                self._take()
                return self._exists()
            return self._comparison()
        finally:
            self._depth -= 1

    def _exists(self) -> Condition:
        enclosed = self._next.text == "(" and self._next.kind == "sign"
        if enclosed:
            self._take()
        address = self._address()
        if enclosed:
            self._sign(")")
        return Exists(address)

    def _comparison(self) -> Condition:
        address = self._address()
        negated = self._is("not")
        if negated:
            self._take()
        if self._is("in"):
            self._take()
            found: Condition = Compared(address, "in", self._list())
            return Not(found) if negated else found
        if negated or self._next.kind != "operator":
            raise self._expected(f"in, or one of == != < <= > >= ~ !~ behind {spelled(address)}")
        operator = self._take().text
        other = self._other(is_pattern=operator in ("~", "!~"))
        if operator in ("!=", "!~"):
            return Not(Compared(address, {"!=": "==", "!~": "~"}[operator], other))
        return Compared(address, operator, other)

    def _other(self, *, is_pattern: bool) -> tuple[Literal, ...] | Address:
        token = self._next
        if token.kind == "text":
            if is_pattern:
                _check_pattern(str(token.value))
            return (self._literal(),)
        if is_pattern:
            raise self._expected("a regular expression in quotation marks")
        return (self._literal(),) if token.kind == "number" else self._address()

    def _list(self) -> tuple[Literal, ...]:
        closing = {"(": ")", "[": "]"}.get(self._next.text if self._next.kind == "sign" else "")
        if closing is None:
            raise self._expected('a list such as ("CT", "MR")')
        self._take()
        others = [self._literal()]
        while self._next.text == "," and self._next.kind == "sign":
            self._take()
            others.append(self._literal())
        self._sign(closing)
        return tuple(others)

    def _literal(self) -> Literal:
        if self._next.kind not in ("text", "number"):
            raise self._expected("a text in quotation marks or a number")
        value = self._take().value
        assert value is not None
        assert not isinstance(value, Address)
        return value

    def _address(self) -> Address:
        if self._next.kind != "address":
            raise self._expected("an attribute")
        value = self._take().value
        assert isinstance(value, Address)
        return value

    def _sign(self, sign: str) -> None:
        if self._next.text != sign:
            raise self._expected(sign)
        self._take()

    def _expected(self, what: str) -> EditError:
        return EditError(f"the condition: expected {what} at character {self._next.at + 1}")


def _compares(value: str, operator: str, other: Literal) -> bool:
    if operator == "~":
        return compiled(str(other)).search(value) is not None
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


def _check_pattern(pattern: str) -> None:
    try:
        compiled(pattern)
    except EditError:
        raise EditError("the condition: a text behind ~ is no regular expression") from None


def _written(literal: Literal) -> str:
    if isinstance(literal, str):
        escaped = literal.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(literal)


_NUMERIC_VRS = frozenset(("DS", "IS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"))
