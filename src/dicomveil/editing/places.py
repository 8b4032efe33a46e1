"""Make places for new elements: sequences, items and private blocks on the way are made where they are missing."""

from __future__ import annotations

from dicomveil.dataset.address import EXACT, Address, Step
from dicomveil.dataset.outline import Items, Outline
from dicomveil.editing.addresses import spelled
from dicomveil.editing.instance import Instance, Spot, blocks_of, charset_in, slots_at
from dicomveil.errors import EditRefused

MOST_FILLED = 10_000
_FIRST_BLOCK, _LAST_BLOCK = 0x10, 0xFF


def is_one_place(address: Address) -> bool:
    """Tell whether an address names places to add to: not any depth, nor a repeating group."""
    return not address.anywhere and all(step.mask == EXACT for step in address.steps)


def places(instance: Instance, address: Address, *, fill: bool = False) -> list[Spot]:
    """Return the places an address stands for, made if they are not there.

    An item is made behind the last one only, unless ``fill`` has empty ones made before it; ``[*]`` is the items that
    are there, and makes nothing.

    Raises
    ------
    EditRefused
        If an item is further than that, something on the way is no sequence, or a file without File Meta Information
        would need some.
    """
    outline = instance.root
    if address.in_file_meta:
        if instance.meta is None:
            raise EditRefused(spelled(address), "the file has no File Meta Information")
        outline = instance.meta
    return _reached(address, outline, address.steps, instance.charset, (), fill)


def item_for(items: Items, number: int, address: Address) -> Outline:
    """Return an item, made if it is the next one.

    Raises
    ------
    EditRefused
        If there is none, and it would not be the next.
    """
    count = len(items.items)
    if number > count:
        raise EditRefused(spelled(address), f"item [{number}] of a sequence of {count}")
    return items.insert(number) if number == count else items.items[number].outline


def fill_up_to(items: Items, number: int, address: Address) -> None:
    """Put empty items behind the last, so that the one of this number is the next or there.

    Raises
    ------
    EditRefused
        If that would be more items than anybody means.
    """
    if number - len(items.items) > MOST_FILLED:
        raise EditRefused(spelled(address), f"more than {MOST_FILLED} items behind the last")
    while number > len(items.items):
        items.insert(len(items.items))


def _reached(
    address: Address, outline: Outline, steps: tuple[Step, ...], charset: bytes, trail: tuple[Step, ...], fill: bool
) -> list[Spot]:
    step, *rest = steps
    slots = slots_at(outline, step)
    if not rest:
        if not slots:
            return [Spot(outline, None, _tag_for_new(outline, step, address), charset, trail)]
        return [Spot(outline, slot, outline.tag_of(slot), charset, trail) for slot in slots]
    if not slots and step.item == "*":
        return []
    found = []
    for slot in slots or [new_sequence(outline, _tag_for_new(outline, step, address))]:
        items = outline.items(slot)
        if items is None:
            raise EditRefused(spelled(address), "leads into an element that is no sequence")
        numbers = range(len(items.items)) if step.item == "*" else [step.item]
        for number in numbers:
            assert isinstance(number, int)
            if fill:
                fill_up_to(items, number, address)
            inside = item_for(items, number, address)
            here = (*trail, Step(outline.tag_of(slot), item=number))
            found += _reached(address, inside, tuple(rest), charset_in(inside, charset), here, fill)
    return found


def new_sequence(outline: Outline, tag: int) -> int:
    """Put in an empty sequence and return its slot."""
    return outline.put(tag, outline.encoding.element(tag, "SQ", b""))


def _tag_for_new(outline: Outline, step: Step, address: Address) -> int:
    """Return the tag of a new element; that of a private one is in its creator's block, which is reserved for it."""
    if step.creator is None:
        return step.tag
    blocks = blocks_of(outline, step)
    if blocks:
        return step.tag | blocks[0] << 8
    group = step.tag & 0xFFFF0000
    tags = [tag & 0xFFFF for tag in map(outline.tag_of, outline.all_slots()) if tag & 0xFFFF0000 == group]
    used = {tag >> 8 or tag for tag in tags}
    for block in range(_FIRST_BLOCK, _LAST_BLOCK + 1):
        if block not in used:  # by a creator, or by elements whose creator is missing
            raw = step.creator.encode("ascii", "replace")
            outline.put(group | block, outline.encoding.element(group | block, "LO", raw + b" " * (len(raw) % 2)))
            return step.tag | block << 8
    raise EditRefused(spelled(address), "all private blocks of this group are taken")
