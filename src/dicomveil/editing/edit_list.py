"""Carry out a list of edits on one instance after the other: all of the list, or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET
from dicomveil.editing.addresses import spelled
from dicomveil.editing.charset_names import defined_terms
from dicomveil.editing.edits import (
    Copy,
    Edit,
    EditAt,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Recode,
    Remove,
    RemoveItem,
    RemovePrivate,
    Replace,
    Substitute,
)
from dicomveil.editing.guard import check_creator, check_edit, check_unused
from dicomveil.editing.items import empty_items, have_item, insert_item, remove_items
from dicomveil.editing.places import is_one_place, places
from dicomveil.editing.recoding import recode, without_misreading
from dicomveil.editing.uids import NewUIDs
from dicomveil.editing.values import values_in
from dicomveil.editing.writing import Written, exchange, put, standing, write_at
from dicomveil.errors import EditError, EditRefused
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dicomveil.editing.instance import Instance, Spot
    from dicomveil.editing.lookup import StandIns

    Act = Callable[[Instance], int]


@dataclass(frozen=True, slots=True)
class Customs:
    """What is done in one way here and in another by dcmodify.

    ``meta_in_step``: the File Meta Information follows new SOP Class and SOP Instance UIDs (PS3.10 7.1).
    ``fill_items``: empty items are made before one that is further than the next; else it is refused.
    ``must_meet``: an instance that has nothing to replace or to remove at the address of such an edit is refused.
    ``tolerant``: edits that an instance does not take are left out; else it is refused.
    """

    meta_in_step: bool = True
    fill_items: bool = False
    must_meet: bool = False
    tolerant: bool = False


class EditList:
    """Edits, checked as far as they can be without a file.

    Parameters
    ----------
    edits
        One, or several in the order in which they are carried out; each sees what those before it did.
    force
        Write whatever can be encoded, and touch what is guarded: a wrong VR, a wrong date, Rows.
    stand_ins
        Where new UIDs, digests and days come from; needed for `NewUID` and for templates that ask for a key.
    customs
        What is done in one way here and in another by dcmodify.

    Raises
    ------
    EditError
        With everything that is wrong with any of them.
    """

    def __init__(
        self,
        edits: Edit | Iterable[Edit],
        *,
        force: bool = False,
        stand_ins: StandIns | None = None,
        customs: Customs | None = None,
    ) -> None:
        self.edits = _listed(edits)
        self._customs = customs or Customs()
        self.force = force
        self._stand_ins = stand_ins
        self._uids = NewUIDs(stand_ins.uid) if stand_ins is not None else None
        problems: list[str] = []
        self._acts: list[Act] = []
        for edit in self.edits:
            try:
                self._acts.append(self._checked(edit))
            except EditError as error:
                problems += error.problems
        if problems:
            raise EditError(*problems)

    @property
    def needs_survey(self) -> bool:
        """Tell whether every file has to be looked at before the first is edited, for the references to it."""
        return any(isinstance(edit, NewUID) for edit in self.edits)

    @property
    def noted(self) -> int:
        """How many UIDs are known so far to become new ones."""
        return 0 if self._uids is None else len(self._uids)

    def forget(self, noted: int) -> None:
        """Forget what UIDs have been noted since there were so many: those of an instance that stays as it was."""
        if self._uids is not None:
            self._uids.forget(noted)

    def carry_out(self, instance: Instance) -> list[int]:
        """Change an instance; return how many elements or items each edit has met.

        Raises
        ------
        EditRefused
            If one cannot be carried out: the instance is then not to be used any further.
        """
        met = [self._met(number, instance) for number in range(len(self._acts))]
        self._finish(instance)
        return met

    @property
    def is_tolerant(self) -> bool:
        """Tell whether edits that an instance does not take are to be left out."""
        return self._customs.tolerant

    def carry_out_what_can_be(
        self, fresh: Callable[[], Instance]
    ) -> tuple[Instance, list[int], dict[int, EditRefused]]:
        """Change an instance by those edits that it takes, and say by number why it does not take the others.

        The others are as if they were not in the list, so ``fresh`` opens the instance anew after each of them.
        """
        refused: dict[int, EditRefused] = {}
        while True:
            instance = fresh()
            met = []
            for number in range(len(self._acts)):
                try:
                    met.append(0 if number in refused else self._met(number, instance))
                except EditRefused as error:
                    refused[number] = error
                    break
            else:
                self._finish(instance)
                return instance, met, refused

    def _met(self, number: int, instance: Instance) -> int:
        met = self._acts[number](instance)
        edit = self.edits[number]
        if self._customs.must_meet and not met and isinstance(edit, Replace | Remove | RemoveItem):
            raise EditRefused(spelled(edit.place), "tag not found")
        return met

    def _finish(self, instance: Instance) -> None:
        if self._uids is not None:
            self._uids.follow(instance)
        if self._customs.meta_in_step:
            _keep_in_step(instance)

    def _checked(self, edit: Edit) -> Act:
        if not isinstance(edit, EditAt):
            return _without_address(edit)
        check_edit(edit, force=self.force)
        act = self._act(edit)
        last = edit.place.steps[-1]
        may_misread = SPECIFIC_CHARACTER_SET & last.mask == last.tag and not _rewrites_text(edit)
        return without_misreading(act) if may_misread and not self.force else act

    def _act(self, edit: EditAt) -> Act:  # noqa: PLR0911 - one line an edit
        address = edit.place
        match edit:
            case Put() if _rewrites_text(edit) and not self.force:
                return _declared(edit)
            case PutIfAbsent() if isinstance(address.steps[-1].item, int) and edit.value is None:
                return have_item(address, fill=self._customs.fill_items)
            case PutIfAbsent():
                return self._put(edit, only_absent=True)
            case Replace():
                return self._replace(edit)
            case Put():
                return self._put(edit)
            case Format():
                return self._format(edit)
            case Copy():
                return self._copy(edit)
            case Substitute():
                return self._substitute(edit)
            case NewUID():
                return self._new_uid(edit)
            case InsertItem():
                return insert_item(address)
            case Empty():
                return empty_items(address) if address.steps[-1].item is not None else _empty(address, self.force)
            case Remove() | RemoveItem():
                return remove_items(address) if address.steps[-1].item is not None else _remove(address, self.force)
        raise EditError(f"{type(edit).__name__}: no such edit")

    def _put(self, edit: Put, *, only_absent: bool = False) -> Act:
        address = _one_place(edit.place)
        written = Written(address, edit.value, edit.vr, force=self.force)
        fill = self._customs.fill_items

        def at_root(instance: Instance) -> int:
            written.at_root(instance)
            return 1

        if written.is_plain and not only_absent:
            return at_root

        def act(instance: Instance) -> int:
            spots = places(instance, address, fill=fill)
            for spot in self._standing(spots, address):
                if not (only_absent and spot.slot is not None):
                    put(spot, written.at(instance, spot))
            return len(spots)

        return act

    def _standing(self, spots: list[Spot], address: Address) -> Iterator[Spot]:
        """Yield places to write at one by one; unforced, a private one is refused whose block nobody has reserved."""
        for spot in standing(spots):
            if not self.force:
                check_creator(spot, address)
            yield spot

    def _replace(self, edit: Replace) -> Act:
        address = _element(edit.place)
        written = Written(address, edit.value, edit.vr, force=self.force)

        def act(instance: Instance) -> int:
            spots = instance.spots(address)
            for spot in standing(spots):
                put(spot, written.at(instance, spot))
            return len(spots)

        return act

    def _format(self, edit: Format) -> Act:
        from dicomveil.editing.templates import parse_template

        address, template = _one_place(edit.place), parse_template(edit.template)
        stand_ins, force = self._stand_ins, self.force
        if template.needs_key and stand_ins is None:
            raise EditError(f"{spelled(address)}: the template needs a key")

        def act(instance: Instance) -> int:
            text = template.fill(instance, stand_ins.tools(instance) if stand_ins and template.needs_key else None)
            spots = places(instance, address)
            for spot in self._standing(spots, address):
                write_at(instance, spot, text, edit.vr, force=force)
            return len(spots)

        return act

    def _copy(self, edit: Copy) -> Act:
        from dicomveil.editing.copying import copy_to

        address, source, force = _one_place(edit.place), edit.source_place, self.force
        if not is_one_place(source) or any(step.item == "*" for step in source.steps):
            raise EditError(f"{spelled(source)}: stands for several places; copy from one")
        _element(source)

        def act(instance: Instance) -> int:
            found = instance.spots(source)
            if not found:
                return 0
            spots = places(instance, address)
            for spot in self._standing(spots, address):
                copy_to(instance, found[0], spot, force=force)
            return len(spots)

        return act

    def _substitute(self, edit: Substitute) -> Act:
        from dicomveil.editing.patterns import compiled

        address, force = _element(edit.place), self.force
        try:
            pattern = compiled(edit.pattern, edit.replacement)
        except EditError as error:
            raise EditError(f"{spelled(address)}: {error}") from None

        def act(instance: Instance) -> int:
            spots = instance.spots(address)
            for spot in spots:
                texts = instance.texts_at(spot)
                fresh = [pattern.sub(edit.replacement, text) for text in texts]
                if fresh != texts:
                    padded = instance.texts_at(spot, stripped=False)
                    both = zip(texts, fresh, padded, strict=True)
                    values = [as_it_was if new == old else new for old, new, as_it_was in both]
                    write_at(instance, spot, values, force=force, alone=False)
            return len(spots)

        return act

    def _new_uid(self, edit: NewUID) -> Act:
        uids, address = self._uids, _element(edit.place)
        (last, known) = address.steps[-1], vr_of(address.steps[-1].tag)
        if last.is_exact and known not in (None, "UI"):
            raise EditError(f"{spelled(address)}: holds no UID (PS3.6 gives it the VR {known})")
        if uids is None:
            raise EditError(f"{spelled(address)}: new UIDs need a source of UIDs")

        def act(instance: Instance) -> int:
            return uids.renew(instance, address)

        return act


def _listed(edits: Edit | Iterable[Edit]) -> tuple[Edit, ...]:
    found: tuple[Any, ...] = (edits,)
    if not isinstance(edits, Edit) and isinstance(edits, Iterable):
        found = tuple(edits)
    if not all(isinstance(each, Edit) for each in found):
        raise EditError("an edit is one of those of dicomveil.editing.edits, such as Put or Remove")
    return found


def _rewrites_text(edit: Edit) -> bool:
    return isinstance(edit, Put) and edit.place == _CHARACTER_SET and bool(edit.value)


def _recoded(terms: str) -> Act:
    def act(instance: Instance) -> int:
        recode(instance, terms)
        return 1

    return act


def _declared(edit: Put) -> Act:
    """Have text follow when another Specific Character Set is declared."""
    terms = defined_terms("\\".join(map(str, values_in(edit.value))))

    def act(instance: Instance) -> int:
        there = instance.root.raw(SPECIFIC_CHARACTER_SET) is not None
        if there if isinstance(edit, PutIfAbsent) else not there and isinstance(edit, Replace):
            return int(there)
        recode(instance, terms)
        return 1

    return act


def _empty(address: Address, force: bool) -> Act:
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


def _remove(address: Address, force: bool) -> Act:
    def act(instance: Instance) -> int:
        spots = instance.spots(address)
        for spot in spots:
            assert spot.slot is not None
            spot.outline.remove(spot.slot)
        for spot in () if force else spots:
            check_unused(spot, address)
        return len(spots)

    return act


def _without_address(edit: Edit) -> Act:
    match edit:
        case Recode():
            return _recoded(edit.charset)
        case RemovePrivate():
            return _remove_private
    raise EditError(f"{type(edit).__name__}: no such edit")


def _remove_private(instance: Instance) -> int:
    count = 0
    for outline, _, _ in instance.levels():
        for slot in outline.all_slots():
            if outline.tag_of(slot) >> 16 & 1:
                outline.remove(slot)
                count += 1
    return count


def _element(address: Address) -> Address:
    if address.steps[-1].item is not None:
        raise EditError(f"{spelled(address)}: an item, where an element has to be")
    return address


def _one_place(address: Address) -> Address:
    if not is_one_place(address):
        raise EditError(f"{spelled(address)}: names no place to add to; replace what is there")
    return _element(address)


_CHARACTER_SET = Address((Step(SPECIFIC_CHARACTER_SET),))
_FOLLOWED = {0x00080016: 0x00020002, 0x00080018: 0x00020003}


def _keep_in_step(instance: Instance) -> None:
    """Have Media Storage SOP Class and Instance UID follow the data set (PS3.10 7.1)."""
    for tag, follower in _FOLLOWED.items():
        if instance.root.new_bytes(tag) is not None:
            meta, raw = instance.meta, instance.root.raw(tag)
            if meta is not None and raw:
                meta.have(follower, meta.encoding.element(follower, "UI", raw))
