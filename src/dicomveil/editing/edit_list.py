"""Carry out a list of edits on one instance after the other: all of the list, or none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dicomveil.editing.acts import act_of
from dicomveil.editing.addresses import spelled
from dicomveil.editing.edits import Edit, NewUID, Remove, RemoveItem, Replace
from dicomveil.editing.means import Customs, Means
from dicomveil.editing.uids import NewUIDs
from dicomveil.errors import EditError, EditRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.editing.instance import Instance
    from dicomveil.editing.lookup import StandIns
    from dicomveil.editing.means import Act


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
        self.force = force
        self._customs = customs or Customs()
        self._uids = NewUIDs(stand_ins.uid) if stand_ins is not None else None
        means = Means(force, self._customs, stand_ins, self._uids)
        problems: list[str] = []
        self._acts: list[Act] = []
        for edit in self.edits:
            try:
                self._acts.append(act_of(edit, means))
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


def _listed(edits: Edit | Iterable[Edit]) -> tuple[Edit, ...]:
    found: tuple[Any, ...] = (edits,)
    if not isinstance(edits, Edit) and isinstance(edits, Iterable):
        found = tuple(edits)
    if not all(isinstance(each, Edit) for each in found):
        raise EditError("an edit is one of those of dicomveil.editing.edits, such as Put or Remove")
    return found


_FOLLOWED = {0x00080016: 0x00020002, 0x00080018: 0x00020003}


def _keep_in_step(instance: Instance) -> None:
    """Have Media Storage SOP Class and Instance UID follow the data set (PS3.10 7.1)."""
    for tag, follower in _FOLLOWED.items():
        if instance.root.new_bytes(tag) is not None:
            meta, raw = instance.meta, instance.root.raw(tag)
            if meta is not None and raw:
                meta.have(follower, meta.encoding.element(follower, "UI", raw))
