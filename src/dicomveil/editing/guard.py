"""What must not be edited unforced: attributes that say how to read the pixels, or that follow others by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.address import EXACT, Address, Step
from dicomveil.dataset.part10 import TRANSFER_SYNTAX_UID
from dicomveil.dataset.syntax import PIXEL_DATA_TAGS
from dicomveil.editing.addresses import check_steps, spelled
from dicomveil.editing.edits import Edit, EditAt, Empty, Put, Remove, RemoveItem
from dicomveil.editing.plain import values_in
from dicomveil.errors import EditError, EditRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.editing.instance import Spot

_PIXELS = "it says how to read the pixels; force it if you must"
_PALETTE = "it says which colours the pixels have; force it if you must"
_IN_STEP = "it follows the data set by itself; force it if you must"
_META_GROUP = 0x0002

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


# PS3.5 7.8: odd groups that are not private; PS3.7: commands are no part of a data set
_NO_GROUPS = frozenset({0x0000, 0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF})
_IDENTITY = frozenset({0x00080016, 0x00080018})
_SOP_INSTANCE_UID = Address((Step(0x00080018),))
_FORCE = "; force it if you must"


def check_edit(edit: EditAt, *, force: bool) -> None:
    """Refuse what no edit may do, and what none may do unforced; icons in items have pixels as well.

    Raises
    ------
    EditError
        With the reason.
    """
    address = edit.place
    check_steps(address)
    last = address.steps[-1]
    is_length = last.creator is None and last.mask & 0xFFFF == 0xFFFF and not last.tag & 0xFFFF  # of groups 60xx too
    if is_length or (last.is_exact and last.tag >> 16 == 0xFFFE):
        raise EditError(f"{spelled(address)}: group lengths and delimiters follow the data set by themselves")
    takes_away = isinstance(edit, Empty | Remove | RemoveItem)
    if force:
        return
    has_no_value = takes_away or (isinstance(edit, Put) and edit.value in (None, "", [], ()))
    if not takes_away:
        _check_steps_unforced(address)
        if has_no_value and _is_creator(last.tag):
            raise EditError(f"{spelled(address)}: a private creator without a name{_FORCE}")
    for tag, reason in GUARDED.items():
        if last.creator is None and tag & last.mask == last.tag:
            raise EditError(f"{spelled(address)}: {reason}")
    if len(address.steps) > 1:
        return
    if has_no_value and last.creator is None and any(tag & last.mask == last.tag for tag in _IDENTITY):
        raise EditError(f"{spelled(address)}: no file is read without it{_FORCE}")


def instance_uids_given(edits: Iterable[Edit]) -> set[str]:
    """Return the literal SOP Instance UIDs that edits give: no two files of a call may end up with the same."""
    puts = [edit for edit in edits if isinstance(edit, Put) and edit.place == _SOP_INSTANCE_UID]
    return {str(value) for put in puts for value in values_in(put.value)}


def _check_steps_unforced(address: Address) -> None:
    for number, step in enumerate(address.steps):
        group = step.tag >> 16
        if step.creator is not None and not step.creator.strip():
            raise EditError(f"{spelled(address)}: a private creator without a name{_FORCE}")
        if step.mask != EXACT:
            continue
        if group in _NO_GROUPS:
            raise EditError(f"{spelled(address)}: no data set has the group {group:04x} (PS3.5 7.8){_FORCE}")
        if group == _META_GROUP and (number or address.anywhere):
            raise EditError(f"{spelled(address)}: File Meta Information stands in no item{_FORCE}")
        if group & 1 and step.creator is None and not _is_in_a_block(step.tag & 0xFFFF):
            raise EditError(f"{spelled(address)}: an element that no private creator can reserve (PS3.5 7.8.1){_FORCE}")


def _is_in_a_block(element: int) -> bool:
    return 0x10 <= element <= 0xFF or element >= 0x1000


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def check_creator(spot: Spot, address: Address) -> None:
    """Refuse to write a private element whose block nobody has reserved in its data set (PS3.5 7.8.1).

    Raises
    ------
    EditRefused
        If that is so.
    """
    element = spot.tag & 0xFFFF
    if spot.slot is None and spot.tag >> 16 & 1 and element > 0xFF:
        creator = spot.outline.raw(spot.tag & 0xFFFF0000 | element >> 8)
        if not (creator or b"").strip(b"\0 "):
            private = f'({spot.tag >> 16:04x},"CREATOR",{element & 0xFF:02x})'
            raise EditRefused(spelled(address), f"no private creator has reserved its block: name one, {private}")


def check_unused(spot: Spot, address: Address) -> None:
    """Refuse to have taken out or emptied a private creator while there are elements in its block.

    Raises
    ------
    EditRefused
        If there are some.
    """
    tag = spot.tag
    if _is_creator(tag):
        block = tag & 0xFFFF0000 | (tag & 0xFF) << 8
        if any(spot.outline.tag_of(slot) & 0xFFFFFF00 == block for slot in spot.outline.all_slots()):
            raise EditRefused(spelled(address), f"elements are in the block it has reserved{_FORCE}")
