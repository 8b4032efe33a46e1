"""Keep a value because an option or a recipe says so, and remember that it was meant (code K)."""

from __future__ import annotations

from dicomveil.actions.outcome import KEPT, Outcome, World


def retain(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that the value stays as it is, whatever it holds; the check of the output will not object to it."""
    if raw:
        world.retained.add(raw)
    return KEPT
