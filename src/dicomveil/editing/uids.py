"""New UIDs for old ones: the same for the same original in all files of a call, references included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.values import pad
from dicomveil.editing.instance import Spot
from dicomveil.editing.writing import exchange
from dicomveil.standard.dictionary import vr_by_tag
from dicomveil.standard.uids import is_standard_uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.dataset.address import Address
    from dicomveil.dataset.outline import Lying, Outline
    from dicomveil.editing.instance import Instance


class NewUIDs:
    """The UIDs that a call changes, and what each becomes; those of the standard never change (PS3.6 Annex A)."""

    def __init__(self, new_uid: Callable[[str], str]) -> None:
        self._new_uid = new_uid
        self._by_original: dict[bytes, bytes] = {}
        self._instance: Instance | None = None
        self._made: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._by_original)

    def forget(self, kept: int) -> None:
        """Forget all originals but so many that were noted first."""
        while len(self._by_original) > kept:
            self._by_original.popitem()

    def renew(self, instance: Instance, address: Address) -> int:
        """Give the elements at an address their new UIDs; return how many elements there are.

        What this has made in the same instance before is new already, and stays.
        """
        made = self._made_in(instance)
        spots = instance.spots(address)
        for spot in spots:
            lying = spot.lying
            assert lying is not None
            for uid in _uids_in(lying):
                if uid and uid not in made and uid not in self._by_original and not is_standard_uid(uid):
                    self._by_original[uid] = self._new_uid(uid.decode("latin-1")).encode("ascii")
            made.update(self._exchange(spot, made))
        return len(spots)

    def follow(self, instance: Instance) -> None:
        """Give every UID in the data set, at every depth, that is to be new its new value."""
        if not self._by_original:
            return
        made = self._made_in(instance)
        for outline, charset, trail in instance.levels():
            for slot in _uid_slots(outline):
                self._exchange(Spot(outline, slot, outline.tag_of(slot), charset, trail), made)

    def _exchange(self, spot: Spot, made: set[bytes]) -> list[bytes]:
        """Put the new UIDs of an element into the places of the old ones; return the new ones."""
        known, lying = self._by_original, spot.lying
        assert lying is not None
        uids = _uids_in(lying)
        fresh = [known[uid] for uid in uids if uid in known and uid not in made]
        if fresh:
            raw = pad(b"\\".join(uid if uid in made else known.get(uid, uid) for uid in uids), "UI")
            exchange(spot, spot.outline.encoding.element(lying.tag, lying.vr, raw))
        return fresh

    def _made_in(self, instance: Instance) -> set[bytes]:
        if instance is not self._instance:
            self._instance, self._made = instance, set()
        return self._made


def _uids_in(lying: Lying) -> list[bytes]:
    return lying.raw.rstrip(b"\0 ").split(b"\\")


def _uid_slots(outline: Outline) -> list[int]:
    vrs = vr_by_tag()
    found = []
    for slot in outline.all_slots():
        vr = vrs.get(outline.tag_of(slot)) or outline.element(slot).vr
        if vr == "UI":
            found.append(slot)
    return found
