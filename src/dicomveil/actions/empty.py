"""Empty the value, a sequence of its items (code Z)."""

from __future__ import annotations

from dicomveil.actions.outcome import Outcome, Replaced, World

_EMPTY = Replaced(b"")


def empty(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that the element is there without a value, as Type 2 allows (PS3.5 7.4.3)."""
    return _EMPTY
