"""Keep a value because an option or a recipe says so (code K)."""

from __future__ import annotations

from dicomveil.actions.new_uid import new_uid
from dicomveil.actions.outcome import KEPT, Outcome, World

_UID_REPERTOIRE = b"0123456789.\\"


def retain(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that the value stays as it is, whatever it holds."""
    return KEPT


def retain_uid(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a UID stays as it is; what stands in a UID's place and is none is mapped, as it may name anybody."""
    if raw.rstrip(b"\0 ").translate(None, _UID_REPERTOIRE):
        return new_uid(raw, vr, world)
    return retain(raw, vr, world)
