"""Take the value of one element over into another, as the bytes it is where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from dicomveil.editing.instance import Spot


def copied(source: Spot, target: Spot) -> bytes | None:
    """Return the element for a target, with the bytes of the source's value; None if they would mean something else."""
    lying = source.lying
    assert lying is not None
    there = target.lying
    wanted = vr_of(target.tag) or (there.vr if there else None) or lying.vr
    same_text = source.charset == target.charset or lying.raw.isascii()
    if lying.vr not in wanted.split(" or ") or not same_text or source.outline.encoding is not target.outline.encoding:
        return None
    raw = lying.raw
    if lying.vr == "SQ" and lying.is_undefined:
        raw = raw[:-8]
    return target.outline.encoding.element(target.tag, lying.vr, raw)
