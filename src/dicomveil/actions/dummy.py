"""Put in a value that is fit for its VR and says nothing (code D)."""

from __future__ import annotations

from dicomveil.actions.outcome import Outcome, Replaced, World

TEXT = "REMOVED"
"""Stands wherever words must stand; within the repertoire and length of CS, AE and every text VR."""

DUMMY_BY_VR = {
    "AE": b"REMOVED ",
    "AS": b"000Y",
    "AT": b"\0\0\0\0",
    "CS": b"REMOVED ",
    "DA": b"19000101",
    "DS": b"0 ",
    "DT": b"19000101000000",
    "FD": bytes(8),
    "FL": bytes(4),
    "IS": b"0 ",
    "LO": b"REMOVED ",
    "LT": b"REMOVED ",
    "OB": b"\0\0",
    "OD": bytes(8),
    "OF": bytes(4),
    "OL": bytes(4),
    "OV": bytes(8),
    "OW": b"\0\0",
    "PN": b"REMOVED ",
    "SH": b"REMOVED ",
    "SL": bytes(4),
    "SS": b"\0\0",
    "ST": b"REMOVED ",
    "SV": bytes(8),
    "TM": b"000000",
    "UC": b"REMOVED ",
    "UI": b"2.25.0",
    "UL": bytes(4),
    "UN": b"\0\0",
    "UR": b"urn:removed ",
    "US": b"\0\0",
    "UT": b"REMOVED ",
    "UV": bytes(8),
}
"""Values of the right length and repertoire (PS3.5 6.2). What a dummy is, the standard leaves open (E.1.1).
Sequences have their own: `dummy_items`. Age 000Y and the year 1900 cannot be taken for real ones."""


def dummy(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer the dummy of the VR; it does not depend on the original."""
    return Replaced(DUMMY_BY_VR.get(vr, b""))
