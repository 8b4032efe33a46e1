"""Put items into sequences, empty them, and take them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.address import Address, Step
from dicomveil.editing.addresses import spelled
from dicomveil.editing.places import fill_up_to, is_one_place, item_for, new_sequence, places
from dicomveil.errors import EditError, EditRefused
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from dicomveil.dataset.outline import Items
    from dicomveil.editing.instance import Instance, Spot
    from dicomveil.editing.means import Act


def insert_item(address: Address) -> Act:
    """Put a new item before the one at a place, or behind the last; the sequence is made if it is not there.

    Raises
    ------
    EditError
        If the address stands for no place to add to, or for no sequence.
    """
    sequence, number = _sequence(address), address.steps[-1].item
    last = sequence.steps[-1]
    if not is_one_place(sequence) or number == "*":
        raise EditError(f"{spelled(address)}: names no place for an item")
    if last.creator is None and vr_of(last.tag) not in (None, "SQ"):
        raise EditError(f"{spelled(address)}: an attribute that is no sequence has no items")

    def act(instance: Instance) -> int:
        spots = places(instance, sequence)
        for spot in spots:
            slot = new_sequence(spot.outline, spot.tag) if spot.slot is None else spot.slot
            items = _items(spot, slot, address)
            count = len(items.items)
            if not isinstance(number, int) or number < count:
                items.insert(number if isinstance(number, int) else count)
            else:
                item_for(items, number, address)
        return len(spots)

    return act


def have_item(address: Address, *, fill: bool) -> Act:
    """Make an item, and its sequence, if it is not there; ``fill`` makes those before it too."""
    sequence, number = _sequence(address), address.steps[-1].item
    assert isinstance(number, int)

    def act(instance: Instance) -> int:
        spots = places(instance, sequence, fill=fill)
        for spot in spots:
            slot = new_sequence(spot.outline, spot.tag) if spot.slot is None else spot.slot
            items = _items(spot, slot, address)
            if fill:
                fill_up_to(items, number, address)
            item_for(items, number, address)
        return len(spots)

    return act


def remove_items(address: Address) -> Act:
    """Take items out; the sequence stays."""

    def act(instance: Instance) -> int:
        count = 0
        for spot, numbers in _numbered(instance, address):
            assert spot.slot is not None
            items = _items(spot, spot.slot, address)
            for number in reversed(numbers):
                del items.items[number]
                count += 1
        return count

    return act


def empty_items(address: Address) -> Act:
    """Take all elements out of items."""

    def act(instance: Instance) -> int:
        count = 0
        for spot, numbers in _numbered(instance, address):
            assert spot.slot is not None
            items = _items(spot, spot.slot, address)
            for number in numbers:
                inside = items.items[number].outline
                for slot in inside.all_slots():
                    inside.remove(slot)
                count += 1
        return count

    return act


def _numbered(instance: Instance, address: Address) -> list[tuple[Spot, list[int]]]:
    number = address.steps[-1].item
    found = []
    for spot in instance.spots(_sequence(address)):
        assert spot.slot is not None
        count = len(_items(spot, spot.slot, address).items)
        wanted = range(count) if number == "*" else [number]
        found.append((spot, [each for each in wanted if isinstance(each, int) and each < count]))
    return found


def _items(spot: Spot, slot: int, address: Address) -> Items:
    items = spot.outline.items(slot)
    if items is None:
        raise EditRefused(spelled(address), "leads into an element that is no sequence")
    return items


def _sequence(address: Address) -> Address:
    last = address.steps[-1]
    return Address((*address.steps[:-1], Step(last.tag, last.creator, None, last.mask)), address.anywhere)
