"""Give a data set another Specific Character Set: every text at every depth is written anew in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.charset import AFFECTED_VRS, Charset
from dicomveil.dataset.values import pad
from dicomveil.editing.addresses import spelled
from dicomveil.editing.instance import SPECIFIC_CHARACTER_SET, Spot
from dicomveil.errors import EditRefused, UnreadableText, UnwritableValue

if TYPE_CHECKING:
    from dicomveil.dataset.outline import Outline
    from dicomveil.editing.instance import Instance


def recode(instance: Instance, terms: str) -> None:
    """Write all text in another character set (PS3.3 C.12.1.1.2); items that declare one of their own are recoded too.

    Bytes do not change when Specific Character Set does: left alone, they would mean other characters from then on.

    Raises
    ------
    EditRefused
        If the terms are none that DICOM defines, or a text cannot be read in the old set or written in the new one.
    """
    raw = pad(terms.encode("ascii", "replace"), "CS")
    charset = Charset.of(raw)
    if charset.codec is None:
        raise EditRefused("SpecificCharacterSet", "no character set that DICOM defines")
    for outline, old, trail in list(instance.levels()):
        if old.strip(b" ") != raw.strip(b" "):
            for slot in outline.all_slots():
                _rewrite(Spot(outline, slot, outline.tag_of(slot), old, trail), charset)
        if outline is instance.root or outline.slots(SPECIFIC_CHARACTER_SET):
            _declare(outline, raw)


def _rewrite(spot: Spot, charset: Charset) -> None:
    lying = spot.lying
    assert lying is not None
    if lying.vr not in AFFECTED_VRS or (lying.raw.isascii() and b"\x1b" not in lying.raw):
        return
    try:
        text = Charset.of(spot.charset).decode(lying.raw, lying.vr)
        raw = pad(charset.encode(text.rstrip(" \0"), lying.vr), lying.vr)
    except UnreadableText:
        raise EditRefused(spelled(spot.address), "a text that cannot be read in the character set there is") from None
    except UnwritableValue:
        raise EditRefused(spelled(spot.address), "a text that the new character set does not have") from None
    spot.outline.put(spot.tag, spot.outline.encoding.element(spot.tag, lying.vr, raw))


def _declare(outline: Outline, raw: bytes) -> None:
    encoded = outline.encoding.element(SPECIFIC_CHARACTER_SET, "CS", raw)
    slots = outline.slots(SPECIFIC_CHARACTER_SET)
    if not slots or not outline.is_as(slots[0], encoded):
        outline.put(SPECIFIC_CHARACTER_SET, encoded)
