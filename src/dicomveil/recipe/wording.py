"""How messages about recipes quote a word and offer the nearest right one."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_SHOWN = 60


def quoted(word: str) -> str:
    """Quote a word of a recipe on one line, shortened if it is long.

    Examples
    --------
    >>> print(quoted("PatientNam"), quoted("a" * 100) == quoted("a" * 60 + "…"))
    'PatientNam' True
    """
    return repr(word if len(word) <= _LONGEST_SHOWN else f"{word[:_LONGEST_SHOWN]}…")


def unknown(kind: str, word: str, words: Iterable[str]) -> str:
    """Say that a word is unknown; offer the nearest one, or list all of them if they are few.

    Examples
    --------
    >>> unknown("action", "remov", ["keep", "remove"])
    "unknown action 'remov'; did you mean 'remove'?"
    >>> unknown("action", "?", ["keep", "remove"])
    "unknown action '?'; there are: keep, remove"
    """
    known = list(words)
    if len(word) <= _LONGEST_SHOWN:
        from difflib import get_close_matches

        by_lower = {each.lower(): each for each in known}
        for near in get_close_matches(word.lower().replace("_", "-"), by_lower, 1) or get_close_matches(
            word.lower(), by_lower, 1
        ):
            return f"unknown {kind} {quoted(word)}; did you mean '{by_lower[near]}'?"
    return f"unknown {kind} {quoted(word)}; there are: {', '.join(known)}"
