"""Read conditions, by hand; they are never evaluated as code.

Modality == "CT" and SliceThickness > 2 and not StudyDescription ~ "phantom"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.address import Address
from dicomveil.editing.addresses import spelled
from dicomveil.editing.conditions import Both, Compared, Either, Exists, Not
from dicomveil.editing.patterns import compiled
from dicomveil.editing.tokens import Token, tokens_of
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from dicomveil.editing.conditions import Condition, Literal

DEEPEST = 100


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


def _check_pattern(pattern: str) -> None:
    try:
        compiled(pattern)
    except EditError:
        raise EditError("the condition: a text behind ~ is no regular expression") from None
