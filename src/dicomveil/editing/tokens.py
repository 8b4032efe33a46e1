"""Cut a condition into words, signs, addresses, texts and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.editing.addresses import read_address
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from typing import TypeAlias

    from dicomveil.dataset.address import Address

    Meaning: TypeAlias = Address | str | float | None

WORDS = frozenset({"and", "or", "not", "in", "exists"})

_STEP = (
    r'\([0-9A-Fa-f]{4},"(?:[^"\\]|\\.)*",[0-9A-Fa-f]{2}\)|\([0-9A-Fa-fxX]{4},[0-9A-Fa-fxX]{4}\)'
    r"|[0-9A-Fa-fxX]{4},[0-9A-Fa-fxX]{4}(?![0-9A-Za-z])|[A-Za-z0-9]+"
)
_ITEM = r"(?:\[(?:\*|[0-9]+)\])?"
_PATTERNS = re.compile(
    r'(?P<space>\s+)|(?P<text>"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')|(?P<operator>==|!=|<=|>=|!~|<|>|~)'
    r"|(?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z\[,.]))"
    rf"|(?P<address>(?:\*\*\.)?(?:{_STEP}){_ITEM}(?:\.(?:{_STEP}){_ITEM})*)"
    r"|(?P<sign>[()\[\],])",
    re.DOTALL,
)


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
        found = _PATTERNS.match(text, at)
        if found is None:
            raise EditError(f"the condition: cannot be read from character {at + 1} on")
        if found.lastgroup != "space":
            tokens.append(_token(found, at, is_first=_expects_address(tokens)))
        at = found.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _expects_address(tokens: list[Token]) -> bool:
    """Tell whether eight digits here are a tag: at the start of a comparison they are, behind an operator a number."""
    return not tokens or tokens[-1].text in ("and", "or", "not", "exists", "(")


def _token(found: re.Match[str], at: int, *, is_first: bool) -> Token:
    kind, text = str(found.lastgroup), found[0]
    if kind == "text":
        return Token(kind, text, at, re.sub(r'\\(["\'\\])', r"\1", text[1:-1]))
    if kind == "address" and text in WORDS:
        return Token("word", text, at)
    if kind == "number" and is_first and len(text) == 8 and text.isdigit():
        kind = "address"
    if kind == "number":
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise EditError(f"the condition: a number too large at character {at + 1}")
        return Token(kind, text, at, number)
    return Token(kind, text, at, read_address(text) if kind == "address" else None)
