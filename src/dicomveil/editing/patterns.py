"""Regular expressions as users write them: Python's, carried out with a limit of time.

Some need longer on one value than anybody lives (``(a|a)*$``). Python's own engine cannot be stopped, so it only says
what a regular expression is; the engine of the package ``regex``, which is loaded by the first value, searches.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from dicomveil.editing.addresses import spelled
from dicomveil.errors import EditError, EditRefused

if TYPE_CHECKING:
    from typing import Any

    from dicomveil.dataset.address import Address

LIMIT_S = 2.0
"""Of processor time, for one value."""

_PIECE = re.compile(r"\\N\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?![0-9]*,?[0-9]*\})", re.DOTALL)
_IN_CLASS = re.compile(r"\\.|\[", re.DOTALL)


class Pattern:
    """A regular expression and what replaces that which it finds."""

    __slots__ = ("_found", "_replacement", "_text")

    def __init__(self, text: str, replacement: str) -> None:
        self._text, self._replacement = text, replacement
        self._found: Any = None

    def is_in(self, value: str, address: Address) -> bool:
        """Tell whether it finds something in a value.

        Raises
        ------
        EditRefused
            If that takes longer than the limit; names the address.
        """
        try:
            return self._engine.search(value, timeout=LIMIT_S) is not None
        except TimeoutError:
            raise _too_long(address) from None

    def replaced(self, value: str, address: Address) -> str:
        """Return a value with all that it finds replaced; raises as `is_in` does."""
        try:
            fresh: str = self._engine.sub(self._replacement, value, timeout=LIMIT_S)
        except TimeoutError:
            raise _too_long(address) from None
        return fresh

    @property
    def _engine(self) -> Any:
        if self._found is None:
            import regex

            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                self._found = regex.compile(_as_python_reads(self._text), regex.VERSION0, cache_pattern=False)
        return self._found


@lru_cache(maxsize=256)
def compiled(pattern: str, replacement: str = "") -> Pattern:
    r"""Return a regular expression that goes with a replacement.

    Raises
    ------
    EditError
        If it is none, or names groups that it does not have; says nothing of its text.

    Examples
    --------
    >>> from dicomveil.editing.addresses import read_address
    >>> compiled("(a)b", r"\1").replaced("xaby", read_address("PatientID"))
    'xay'
    >>> compiled("a{99999999999999}")
    Traceback (most recent call last):
        ...
    dicomveil.errors.EditError: no regular expression, or no replacement for it
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of what another version of Python may read differently
            re.compile(pattern).sub(replacement, "")
    except (re.error, IndexError, OverflowError, RecursionError, MemoryError):
        raise EditError("no regular expression, or no replacement for it") from None
    return Pattern(pattern, replacement)


def _as_python_reads(pattern: str) -> str:
    r"""Take the meaning from characters that are plain ones to Python, but not to the other engine.

    >>> print(_as_python_reads(r"a{e} a{2,} [[:alpha:]]"))
    a\{e} a{2,} [\[:alpha:]]
    """
    return _PIECE.sub(_plain, pattern)


def _plain(piece: re.Match[str]) -> str:
    text = piece[0]
    if text[0] == "[":
        return "[" + _IN_CLASS.sub(lambda each: r"\[" if each[0] == "[" else each[0], text[1:])
    return r"\{" if text == "{" else text


def _too_long(address: Address) -> EditRefused:
    return EditRefused(spelled(address), f"a regular expression takes longer than {LIMIT_S:g} s on a value")
