"""Put in the keyed stand-in of an identifier."""

from __future__ import annotations

from dicomveil.actions.outcome import IMPOSSIBLE, Outcome, Replaced, World, padded
from dicomveil.errors import UnreadableText


def patient_pseudonym(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer what stands for this patient everywhere, in Patient ID as in Patient's Name, also of an empty value.

    Checklist statement 9: dummies above the instance are consistent for one patient (PS3.15 E.1.1).
    """
    return Replaced(padded(world.pseudonyms.identifier("patient-id", world.patient), vr))


def patient_id(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer what stands for a Patient ID in an item: the same as at the root, if it is the same."""
    return _stand_in("patient-id", raw, vr, world)


def pseudonym(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer what stands for this value wherever it occurs."""
    return _stand_in("identifier", raw, vr, world)


def _stand_in(purpose: str, raw: bytes, vr: str, world: World) -> Outcome:
    """An empty value stays empty; one that cannot be read is impossible."""
    try:
        text = world.charset.decode(raw, vr).strip(" \0")
    except UnreadableText:
        return IMPOSSIBLE
    if not text:
        return Replaced(b"")
    return Replaced(padded(world.pseudonyms.identifier(purpose, text), vr))
