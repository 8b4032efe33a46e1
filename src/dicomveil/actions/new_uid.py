"""Put in the new UID that stands for an instance UID wherever it is named (code U)."""

from __future__ import annotations

from dicomveil.actions.outcome import KEPT, Outcome, Replaced, World
from dicomveil.standard.uids import is_standard_uid


def new_uid(raw: bytes, vr: str, world: World) -> Outcome:
    """Map each UID of the value; UIDs that the standard defines never change (PS3.15 E.3.9 note).

    An empty value stays empty. What is no UID but stands for one is mapped too, so that references keep matching.
    """
    known = world.uids.get(raw)
    if known is not None:
        return Replaced(known)
    uid = raw.rstrip(b"\0 ")
    if not uid:
        return KEPT
    mapped = b"\\".join([_mapped(each, world) for each in uid.split(b"\\")])
    if mapped == uid:
        return KEPT
    new = mapped if len(mapped) % 2 == 0 else mapped + b"\0"
    world.uids[raw] = new
    return Replaced(new)


def _mapped(uid: bytes, world: World) -> bytes:
    uid = uid.strip(b"\0 ")
    if not uid or (uid.startswith(b"1.2.840.10008.") and is_standard_uid(uid)):
        return uid
    new = world.pseudonyms.uid(uid.decode("latin-1")).encode("ascii")
    world.uids[uid] = new
    return new
