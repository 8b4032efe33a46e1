"""The acts that empty elements, or take them out with everything in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.editing.guard import check_unused
from dicomveil.editing.writing import exchange

if TYPE_CHECKING:
    from dicomveil.dataset.address import Address
    from dicomveil.editing.instance import Instance
    from dicomveil.editing.means import Act


def empty_element(address: Address, *, force: bool) -> Act:
    """Leave what is at an address without a value."""

    def act(instance: Instance) -> int:
        spots = instance.spots(address)
        for spot in spots:
            if not force:
                check_unused(spot, address)
            lying = spot.lying
            assert lying is not None
            exchange(spot, spot.outline.encoding.element(spot.tag, lying.vr, b""))
        return len(spots)

    return act


def remove_element(address: Address, *, force: bool) -> Act:
    """Take out what is at an address."""

    def act(instance: Instance) -> int:
        spots = instance.spots(address)
        for spot in spots:
            assert spot.slot is not None
            spot.outline.remove(spot.slot)
        for spot in () if force else spots:
            check_unused(spot, address)
        return len(spots)

    return act


def remove_private(instance: Instance) -> int:
    """Take out every private element at any depth, creators included (PS3.5 7.8); itself an act."""
    count = 0
    for outline, _, _ in instance.levels():
        for slot in outline.all_slots():
            if outline.tag_of(slot) >> 16 & 1:
                outline.remove(slot)
                count += 1
    return count
