"""Take the value of one element over into another, as the bytes it is where that can be, else as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.charset import AFFECTED_VRS, Charset
from dicomveil.dataset.syntax import BINARY_VRS
from dicomveil.editing.addresses import spelled
from dicomveil.editing.allowed import BYTE_VRS
from dicomveil.editing.recoding import recode_items
from dicomveil.editing.values import encoded
from dicomveil.editing.writing import put, write_at
from dicomveil.errors import EditRefused, WrongValue
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from dicomveil.editing.instance import Instance, Spot


def copy_to(instance: Instance, source: Spot, target: Spot, *, force: bool) -> None:
    """Give a place the value of an element; text changes its encoding where another character set is in force.

    Raises
    ------
    EditRefused
        If the value cannot stand there: a sequence where a value belongs, or the other way round; a value that the VR,
        or the character set there, does not have; encapsulated pixel data.
    """
    lying, there = source.lying, target.lying
    assert lying is not None
    vr = instance.vr_read(lying)
    known = vr_of(target.tag)
    wanted = (known or (there.vr if there else None) or vr).split(" or ")
    if ("SQ" in wanted) is not (vr == "SQ"):
        raise EditRefused(spelled(target.address), "a sequence and a value cannot be copied into one another")
    if vr == "SQ":
        _copy_sequence(source, target)
    elif vr in BINARY_VRS and lying.is_undefined:
        raise EditRefused(spelled(target.address), "encapsulated pixel data cannot be copied into another element")
    elif vr in wanted and lying.little is target.outline.encoding.little and _means_the_same(source, target, vr):
        if not force:
            _check(instance, source, target, vr)
        put(target, target.outline.encoding.element(target.tag, vr, _without_delimiter(source)))
    else:
        write_at(instance, target, instance.texts_at(source), None if known else vr, force=force)


def _check(instance: Instance, source: Spot, target: Spot, vr: str) -> None:
    """Refuse a value, or a number of values, that the target does not allow; bytes may be any."""
    if vr in BYTE_VRS:
        return
    try:
        encoded(target.tag, vr, instance.texts_at(source), Charset.of(target.charset))
    except WrongValue as wrong:
        raise EditRefused(spelled(target.address), wrong.reason) from None


def _copy_sequence(source: Spot, target: Spot) -> None:
    lying = source.lying
    assert lying is not None
    if lying.vr != "SQ" or source.outline.encoding is not target.outline.encoding:
        raise EditRefused(spelled(target.address), "a sequence that is encoded in another way cannot be copied there")
    put(target, target.outline.encoding.element(target.tag, "SQ", _without_delimiter(source)))
    if source.charset.strip(b" ") != target.charset.strip(b" "):
        recode_items(target, source.charset)


def _without_delimiter(source: Spot) -> bytes:
    lying = source.lying
    assert lying is not None
    return lying.raw[:-8] if lying.is_undefined else lying.raw


def _means_the_same(source: Spot, target: Spot, vr: str) -> bool:
    """Tell whether the bytes of a value are the same text in both character sets."""
    if vr not in AFFECTED_VRS and vr != "UN":
        return True
    lying = source.lying
    assert lying is not None
    return source.charset.strip(b" ") == target.charset.strip(b" ") or (
        lying.raw.isascii() and b"\x1b" not in lying.raw
    )
