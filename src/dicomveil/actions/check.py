"""Keep a value that nothing forbids, if it is what its VR promises and names nobody known."""

from __future__ import annotations

import re

from dicomveil.actions.outcome import IMPOSSIBLE, KEPT, Outcome, World
from dicomveil.errors import UnreadableText

_REPERTOIRE = {
    "AS": b"0123456789DWMY \\",
    "DS": b"0123456789+-.eE \\",
    "IS": b"0123456789+- \\",
}
"""Characters a number or age may have (PS3.5 6.2); anything else can spell a name."""

_MOST_REMEMBERED = 10_000

_UID = re.compile(r"(?<![\d.])(?:2\.25\.\d{9}|(?!1\.2\.840\.10008\.)(?=[\d.]{16})\d+(?:\.\d+){4})")
"""A UID in a text, but for those of the standard: it may name the instance, and no mapping reaches it there. One made
of a UUID has three components only (PS3.5 B.2)."""


def check_number(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a number string stays, unless it holds what is no number, or a known identifier as a whole."""
    if raw.rstrip(b"\0").translate(None, _REPERTOIRE[vr]):
        return IMPOSSIBLE
    if world.numbers and not world.numbers.isdisjoint(raw.replace(b" ", b"").rstrip(b"\0").split(b"\\")):
        return IMPOSSIBLE
    return KEPT


def check_text(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a text or code stays, unless it cannot be read, holds a UID or names somebody known."""
    answer = world.checked.get(raw)
    if answer is None:
        if len(world.checked) >= _MOST_REMEMBERED:
            world.checked.clear()
        answer = world.checked[raw] = _judged(raw, vr, world)
    return answer


def _judged(raw: bytes, vr: str, world: World) -> Outcome:
    if not raw:
        return KEPT
    try:
        text = world.charset.decode(raw, vr)
    except UnreadableText:
        return IMPOSSIBLE
    if world.known.found_in(text) or ("." in text and _UID.search(text)):
        return IMPOSSIBLE
    if not raw.isascii() and world.known.found_in(raw.decode("utf-8", "ignore")):
        return IMPOSSIBLE  # an item may have another character set than the root, where the names are known from
    return KEPT


def check_uid(raw: bytes, vr: str, world: World) -> Outcome:
    """Answer that a UID of the standard's own stays, unless it is none."""
    return IMPOSSIBLE if raw.rstrip(b"\0 ").translate(None, b"0123456789.\\ ") else KEPT
