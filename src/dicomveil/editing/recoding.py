"""Give a data set another Specific Character Set: every text at every depth is written anew in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.address import Step
from dicomveil.dataset.charset import AFFECTED_VRS, SPECIFIC_CHARACTER_SET, Charset
from dicomveil.dataset.index import HOLDERS
from dicomveil.dataset.values import pad
from dicomveil.editing.addresses import spelled
from dicomveil.editing.instance import Spot
from dicomveil.editing.writing import exchange
from dicomveil.errors import EditRefused, UnreadableText, UnwritableValue
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from dicomveil.dataset.outline import Lying, Outline
    from dicomveil.editing.instance import Instance
    from dicomveil.editing.means import Act


def recode(instance: Instance, terms: str) -> None:
    """Write all text in another character set (PS3.3 C.12.1.1.2); items that declare one of their own are recoded too.

    ``terms`` are defined terms; without any, text is ASCII and nothing is declared. Bytes do not change when Specific
    Character Set does: left alone, they would mean other characters from then on.

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
        slots = outline.slots(SPECIFIC_CHARACTER_SET)
        if not raw:
            for slot in slots:
                outline.remove(slot)
        elif slots or outline is instance.root:
            outline.have(SPECIFIC_CHARACTER_SET, outline.encoding.element(SPECIFIC_CHARACTER_SET, "CS", raw))


def without_misreading(act: Act) -> Act:
    """Return an edit of a Specific Character Set that refuses to have text that is there mean other characters.

    Raises
    ------
    EditRefused
        When carried out, if text beyond ASCII would be read in another character set than it was written in.
    """

    def guarded(instance: Instance) -> int:
        before = {outline: charset for outline, charset, _ in instance.levels()}
        count = act(instance)
        for outline, charset, _ in instance.levels():
            was = before.get(outline, charset)
            if was.strip(b" ") != charset.strip(b" ") and _would_be_misread(outline, was):
                raise EditRefused(
                    "SpecificCharacterSet", "text beyond ASCII would be misread; have it written anew: --charset"
                )
        return count

    return guarded


def _would_be_misread(outline: Outline, was: bytes) -> bool:
    for slot in outline.all_slots():
        lying = outline.element(slot)
        if _is_beyond_ascii(lying):
            spot = Spot(outline, slot, lying.tag, was, ())
            if _text_vr(lying) != "UN" or _may_be_text(spot, lying):
                return True
    return False


def recode_items(spot: Spot, old: bytes) -> None:
    """Write the text in a sequence that came from where ``old`` is in force in the character set that is in force here.

    Items that declare a set of their own stay as they are, with all that is in them.

    Raises
    ------
    EditRefused
        If a text cannot be read in the old set or written in the new one.
    """
    for slot in spot.outline.slots(spot.tag):
        _recode_inherited(spot._replace(slot=slot), old, Charset.of(spot.charset))


def _recode_inherited(sequence: Spot, old: bytes, charset: Charset) -> None:
    assert sequence.slot is not None
    items = sequence.outline.items(sequence.slot)
    for number, item in enumerate(items.items if items else ()):
        outline, trail = item.outline, (*sequence.trail, Step(sequence.tag, item=number))
        if outline.slots(SPECIFIC_CHARACTER_SET):
            continue
        for slot in outline.all_slots():
            inside = Spot(outline, slot, outline.tag_of(slot), old, trail)
            if outline.element(slot).vr in HOLDERS:
                _recode_inherited(inside, old, charset)
            _rewrite(inside, charset)


def _rewrite(spot: Spot, charset: Charset) -> None:
    lying = spot.lying
    assert lying is not None
    vr = _text_vr(lying)
    if not _is_beyond_ascii(lying):
        return
    if vr == "UN":
        if _may_be_text(spot, lying):
            raise EditRefused(
                spelled(spot.address), "it may be text, and no VR tells; remove it first, or give it a VR"
            )
        return
    try:
        text = Charset.of(spot.charset).decode(lying.raw, vr)
        raw = pad(charset.encode(text.rstrip(" \0"), vr), vr)
    except UnreadableText:
        raise EditRefused(spelled(spot.address), "a text that cannot be read in the character set there is") from None
    except UnwritableValue:
        raise EditRefused(spelled(spot.address), "a text that the new character set does not have") from None
    exchange(spot, spot.outline.encoding.element(spot.tag, lying.vr, raw))


def _text_vr(lying: Lying) -> str:
    """Return the VR that a value is read by: text keeps its character set where it is stored as UN."""
    return vr_of(lying.tag) or "UN" if lying.vr == "UN" else lying.vr


def _is_beyond_ascii(lying: Lying) -> bool:
    return _text_vr(lying) in _TEXT_OR_UNKNOWN and not (lying.raw.isascii() and b"\x1b" not in lying.raw)


def _may_be_text(spot: Spot, lying: Lying) -> bool:
    """Tell whether a value of a VR nobody knows may be text, and no items nor bytes that are none."""
    assert spot.slot is not None
    if spot.outline.items(spot.slot) is not None:
        return False
    try:
        text = Charset.of(spot.charset).decode(lying.raw.rstrip(b"\0"), "UT")
    except UnreadableText:
        return False
    letters = sum(each.isascii() and each.isalpha() for each in text)
    is_number = len(lying.raw) in (2, 4) and 2 * letters <= len(text)  # most of what is so short is
    return text.isprintable() and not is_number


_TEXT_OR_UNKNOWN = AFFECTED_VRS | {"UN"}
