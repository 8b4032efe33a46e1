"""Delete the element, a sequence with all its items (code X)."""

from __future__ import annotations

from dicomveil.actions.outcome import REMOVED, Outcome, World


def remove(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that the element is not in the output."""
    return REMOVED
