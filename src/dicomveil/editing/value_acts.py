"""The acts that give elements a value: a fixed one, one made of others, or their own, changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.editing.addresses import spelled
from dicomveil.editing.guard import check_creator
from dicomveil.editing.places import is_one_place, places
from dicomveil.editing.writing import Written, put, standing, write_at
from dicomveil.errors import EditError
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicomveil.dataset.address import Address
    from dicomveil.editing.edits import Copy, Format, NewUID, Put, Replace, Substitute
    from dicomveil.editing.instance import Instance, Spot
    from dicomveil.editing.means import Act, Means


def put_value(edit: Put, means: Means, *, only_absent: bool = False) -> Act:
    """Give an element a value, whether it is there or not; or only if it is not."""
    address = _one_place(edit.place)
    written = Written(address, edit.value, edit.vr, force=means.force)

    def at_root(instance: Instance) -> int:
        written.at_root(instance)
        return 1

    if written.is_plain and not only_absent:
        return at_root

    def act(instance: Instance) -> int:
        spots = places(instance, address, fill=means.customs.fill_items)
        for spot in _reserved(spots, address, force=means.force):
            if not (only_absent and spot.slot is not None):
                put(spot, written.at(instance, spot))
        return len(spots)

    return act


def replace_value(edit: Replace, means: Means) -> Act:
    """Give an element a value if it is there."""
    address = _element(edit.place)
    written = Written(address, edit.value, edit.vr, force=means.force)

    def act(instance: Instance) -> int:
        spots = instance.spots(address)
        for spot in standing(spots):
            put(spot, written.at(instance, spot))
        return len(spots)

    return act


def format_value(edit: Format, means: Means) -> Act:
    """Give an element a text made from other attributes."""
    from dicomveil.editing.templates import parse_template

    address, template = _one_place(edit.place), parse_template(edit.template)
    stand_ins, force = means.stand_ins, means.force
    if template.needs_key and stand_ins is None:
        raise EditError(f"{spelled(address)}: the template needs a key")

    def act(instance: Instance) -> int:
        text = template.fill(instance, stand_ins.tools(instance) if stand_ins and template.needs_key else None)
        spots = places(instance, address)
        for spot in _reserved(spots, address, force=force):
            write_at(instance, spot, text, edit.vr, force=force)
        return len(spots)

    return act


def copy_value(edit: Copy, means: Means) -> Act:
    """Give an element the value of another, if that is there."""
    from dicomveil.editing.copying import copy_to

    address, source, force = _one_place(edit.place), edit.source_place, means.force
    if not is_one_place(source) or any(step.item == "*" for step in source.steps):
        raise EditError(f"{spelled(source)}: stands for several places; copy from one")
    _element(source)

    def act(instance: Instance) -> int:
        found = instance.spots(source)
        if not found:
            return 0
        spots = places(instance, address)
        for spot in _reserved(spots, address, force=force):
            copy_to(instance, found[0], spot, force=force)
        return len(spots)

    return act


def substitute(edit: Substitute, means: Means) -> Act:
    """Replace what a regular expression finds in each value of an element."""
    from dicomveil.editing.patterns import compiled

    address, force = _element(edit.place), means.force
    try:
        pattern = compiled(edit.pattern, edit.replacement)
    except EditError as error:
        raise EditError(f"{spelled(address)}: {error}") from None

    def act(instance: Instance) -> int:
        spots = instance.spots(address)
        for spot in spots:
            texts = instance.texts_at(spot)
            fresh = [pattern.replaced(text, spot.address) for text in texts]
            if fresh != texts:
                padded = instance.texts_at(spot, stripped=False)
                both = zip(texts, fresh, padded, strict=True)
                values = [as_it_was if new == old else new for old, new, as_it_was in both]
                write_at(instance, spot, values, force=force, alone=False)
        return len(spots)

    return act


def renew_uids(edit: NewUID, means: Means) -> Act:
    """Give an element new UIDs for its own."""
    uids, address = means.uids, _element(edit.place)
    last = address.steps[-1]
    known = vr_of(last.tag)
    if last.is_exact and known not in (None, "UI"):
        raise EditError(f"{spelled(address)}: holds no UID (PS3.6 gives it the VR {known})")
    if uids is None:
        raise EditError(f"{spelled(address)}: new UIDs need a source of UIDs")

    def act(instance: Instance) -> int:
        return uids.renew(instance, address)

    return act


def _reserved(spots: list[Spot], address: Address, *, force: bool) -> Iterator[Spot]:
    """Yield places to write at one by one; unforced, a private one is refused whose block nobody has reserved."""
    for spot in standing(spots):
        if not force:
            check_creator(spot, address)
        yield spot


def _element(address: Address) -> Address:
    if address.steps[-1].item is not None:
        raise EditError(f"{spelled(address)}: an item, where an element has to be")
    return address


def _one_place(address: Address) -> Address:
    if not is_one_place(address):
        raise EditError(f"{spelled(address)}: names no place to add to; replace what is there")
    return _element(address)
