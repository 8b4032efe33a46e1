"""Cut a condition into words, signs, addresses, texts and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.editing.addresses import read_address
from dicomveil.editing.numbers import number_in
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from decimal import Decimal
    from typing import TypeAlias

    from dicomveil.dataset.address import Address

    Meaning: TypeAlias = Address | str | Decimal | None

WORDS = frozenset({"and", "or", "not", "in", "exists"})

_STEP = (
    r'\([0-9A-Fa-f]{4},"(?:[^"\\]|\\.)*",[0-9A-Fa-f]{2}\)|\([0-9A-Fa-fxX]{4},[0-9A-Fa-fxX]{4}\)'
    r"|[0-9A-Fa-fxX]{4},[0-9A-Fa-fxX]{4}(?![0-9A-Za-z])|[A-Za-z0-9]+"
)
_ITEM = r"(?:\[(?:\*|[0-9]+)\])?"
_TEXT = r'(?P<space>\s+)|(?P<text>"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')|(?P<operator>==|!=|<=|>=|!~|<|>|~)'
_NUMBER = r"(?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z\[.]))"
_ADDRESS = rf"(?P<address>(?:\*\*\.)?(?:{_STEP}){_ITEM}(?:\.(?:{_STEP}){_ITEM})*)"
_SIGN = r"(?P<sign>[()\[\],])"
_AT_START = re.compile("|".join((_TEXT, _ADDRESS, _NUMBER, _SIGN)), re.DOTALL)
_BEHIND = re.compile("|".join((_TEXT, _NUMBER, _ADDRESS, _SIGN)), re.DOTALL)


class Token(NamedTuple):
    """A piece of a condition: its kind, as it was written, where it begins (from 0), and what it means."""

    kind: str
    text: str
    at: int
    value: Meaning = None


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a condition, and one of the kind ``end``.

    Raises
    ------
    EditError
        If a character begins nothing that belongs in a condition, a text is not closed, or an address is none.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = (_AT_START if _expects_address(tokens) else _BEHIND).match(text, at)
        if found is None:
            raise EditError(f"the condition: cannot be read from character {at + 1} on")
        if found.lastgroup != "space":
            tokens.append(_token(found, at, is_value=not _expects_address(tokens)))
        at = found.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _expects_address(tokens: list[Token]) -> bool:
    """Tell whether digits here are a tag: at the start of a comparison they are, elsewhere a number."""
    before = tokens[-1].text if tokens else "and"
    if before == "(":
        return len(tokens) < 2 or tokens[-2].text != "in"
    return before in ("and", "or", "not", "exists")


def _token(found: re.Match[str], at: int, *, is_value: bool) -> Token:
    kind, text = str(found.lastgroup), found[0]
    if kind == "text":
        return Token(kind, text, at, re.sub(r'\\(["\'\\])', r"\1", text[1:-1]))
    if kind == "address" and text in WORDS:
        return Token("word", text, at)
    if kind == "number":
        number = number_in(text)
        if number is None:
            raise EditError(f"the condition: a number too large at character {at + 1}")
        return Token(kind, text, at, number)
    if kind != "address":
        return Token(kind, text, at)
    try:
        return Token(kind, text, at, read_address(text))
    except EditError:
        if is_value:  # a word that may be one of a patient's
            reason = f"no attribute at character {at + 1}; a text belongs in quotation marks"
            raise EditError(f"the condition: {reason}") from None
        raise
