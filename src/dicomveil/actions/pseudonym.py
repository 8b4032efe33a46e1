"""Put in the keyed stand-in of an identifier."""

from __future__ import annotations

from dicomveil.actions.outcome import IMPOSSIBLE, Outcome, Replaced, World, padded
from dicomveil.errors import UnreadableText


def patient_pseudonym(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer what stands for this patient everywhere: the same in Patient ID and Patient's Name, also of an empty value.

    Checklist statement 9: dummies above the instance are consistent for one patient (PS3.15 E.1.1).
    """
    return Replaced(padded(world.pseudonyms.identifier("patient-id", world.patient), vr))


def pseudonym(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer what stands for this value wherever it occurs; an empty value stays empty."""
    try:
        text = world.charset.decode(raw, vr).strip(" \0")
    except UnreadableText:
        return IMPOSSIBLE
    if not text:
        return Replaced(b"")
    return Replaced(padded(world.pseudonyms.identifier("identifier", text), vr))
