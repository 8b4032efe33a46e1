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


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the right word that a misspelled one looks most like, if any; capitals and ``_`` do not count.

    Examples
    --------
    >>> nearest("Retain_UID", ["retain-uids", "retain-full-dates"])
    'retain-uids'
    >>> nearest("?", ["keep", "remove"]) is None
    True
    """
    if len(word) > _LONGEST_SHOWN:
        return None  # comparing takes time by the square of the length
    from difflib import get_close_matches

    by_plain = {_plain(each): each for each in words}
    near = get_close_matches(_plain(word), by_plain, 1)
    return by_plain[near[0]] if near else None


def unknown(kind: str, word: str, words: Iterable[str]) -> str:
    """Say that a word is unknown; offer the nearest one, or list all of them if none is near.

    Examples
    --------
    >>> unknown("action", "remov", ["keep", "remove"])
    "unknown action 'remov'; did you mean 'remove'?"
    >>> unknown("action", "?", ["keep", "remove"])
    "unknown action '?'; there are: keep, remove"
    """
    known = list(words)
    near = nearest(word, known)
    offer = f"did you mean '{near}'?" if near else f"there are: {', '.join(known)}"
    return f"unknown {kind} {quoted(word)}; {offer}"


def _plain(word: str) -> str:
    return word.lower().replace("_", "-")
