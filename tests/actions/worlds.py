"""Worlds for actions to act in: one patient, one key, one character set."""

from __future__ import annotations

from dicomveil.actions.outcome import World
from dicomveil.dataset.charset import Charset
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.text.identifiers import KnownIdentifiers

KEY = ProjectKey(bytes(range(32)))


def world(
    charset: bytes = b"ISO_IR 192",
    *,
    days: int = -10,
    names: tuple[str, ...] = ("Quillfeather^Zebulon",),
    identifiers: tuple[str, ...] = ("7734519", "19580412"),
    patient: str = "7734519",
) -> World:
    return World(
        pseudonyms=KeyedPseudonyms(KEY),
        patient=patient,
        days=days,
        charset=Charset.of(charset),
        known=KnownIdentifiers.of(names, identifiers),
        numbers=frozenset(each.encode() for each in identifiers if each.isdecimal()),
    )
