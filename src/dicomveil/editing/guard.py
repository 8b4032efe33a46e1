"""What must not be edited unforced: attributes that say how to read the pixels, or that follow others by themselves."""

from __future__ import annotations

from dicomveil.dataset.address import Address
from dicomveil.dataset.part10 import TRANSFER_SYNTAX_UID
from dicomveil.dataset.syntax import PIXEL_DATA_TAGS
from dicomveil.editing.addresses import spelled
from dicomveil.errors import EditError
from dicomveil.standard.dictionary import vr_of

_PIXELS = "it says how to read the pixels; force it if you must"
_PALETTE = "it says which colours the pixels have; force it if you must"
_IN_STEP = "it follows the data set by itself; force it if you must"

# PS3.3 C.7.6.3 (Image Pixel), C.7.6.6 (Multi-frame), C.7.6.24 (floating point), C.7.9 (Palette); PS3.10 7.1
GUARDED = {
    TRANSFER_SYNTAX_UID: "it says how the file is encoded; force it if you must",
    0x00020001: _IN_STEP,
    0x00020002: _IN_STEP,
    0x00020003: _IN_STEP,
    0x00280002: _PIXELS,
    0x00280004: _PIXELS,
    0x00280006: _PIXELS,
    0x00280008: _PIXELS,
    0x00280010: _PIXELS,
    0x00280011: _PIXELS,
    0x00280100: _PIXELS,
    0x00280101: _PIXELS,
    0x00280102: _PIXELS,
    0x00280103: _PIXELS,
    **dict.fromkeys(range(0x00281101, 0x00281105), _PALETTE),
    **dict.fromkeys(range(0x00281201, 0x00281205), _PALETTE),
    **dict.fromkeys(range(0x00281221, 0x00281225), _PALETTE),
    0x7FE00001: _PIXELS,
    0x7FE00002: _PIXELS,
    **dict.fromkeys(PIXEL_DATA_TAGS, "it is the pixels; force it if you must"),
}


def check_address(address: Address, *, force: bool) -> None:
    """Refuse what no edit may touch, and what none may touch unforced; icons in items have pixels as well.

    Raises
    ------
    EditError
        With the reason.
    """
    last = address.steps[-1]
    for step in address.steps[:-1]:
        vr = vr_of(step.tag) if step.is_exact else None
        if vr not in (None, "SQ"):
            raise EditError(f"{spelled(address)}: leads into an attribute that is no sequence")
    is_length = last.creator is None and last.mask & 0xFFFF == 0xFFFF and not last.tag & 0xFFFF  # of groups 60xx too
    if is_length or (last.is_exact and last.tag >> 16 == 0xFFFE):
        raise EditError(f"{spelled(address)}: group lengths and delimiters follow the data set by themselves")
    if last.is_exact and last.item is not None and vr_of(last.tag) not in (None, "SQ"):
        raise EditError(f"{spelled(address)}: an attribute that has no items")
    if force:
        return
    for tag, reason in GUARDED.items():
        if last.creator is None and tag & last.mask == last.tag:
            raise EditError(f"{spelled(address)}: {reason}")
