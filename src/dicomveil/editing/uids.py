"""New UIDs for old ones: the same for the same original in all files of a call, references included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.values import pad
from dicomveil.standard.dictionary import vr_by_tag
from dicomveil.standard.uids import is_standard_uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.dataset.address import Address
    from dicomveil.dataset.outline import Outline
    from dicomveil.editing.instance import Instance


class NewUIDs:
    """The UIDs that a call changes, and what each becomes; those of the standard never change (PS3.6 Annex A)."""

    def __init__(self, new_uid: Callable[[str], str]) -> None:
        self._new_uid = new_uid
        self._by_original: dict[bytes, bytes] = {}

    def note(self, instance: Instance, address: Address) -> int:
        """Note the UIDs at an address as to be new; return how many elements have some."""
        count = 0
        for spot in instance.spots(address):
            lying = spot.lying
            assert lying is not None
            count += 1
            for uid in lying.raw.rstrip(b"\0 ").split(b"\\"):
                if uid and uid not in self._by_original and not is_standard_uid(uid):
                    self._by_original[uid] = self._new_uid(uid.decode("latin-1")).encode("ascii")
        return count

    def follow(self, instance: Instance) -> None:
        """Give every UID in the data set, at every depth, that is to be new its new value."""
        known = self._by_original
        if not known:
            return
        for outline, _, _ in instance.levels():
            for slot in _uid_slots(outline):
                lying = outline.element(slot)
                uids = lying.raw.rstrip(b"\0 ").split(b"\\")
                if any(uid in known for uid in uids):
                    raw = pad(b"\\".join(known.get(uid, uid) for uid in uids), "UI")
                    outline.put(lying.tag, outline.encoding.element(lying.tag, lying.vr, raw))


def _uid_slots(outline: Outline) -> list[int]:
    vrs = vr_by_tag()
    found = []
    for slot in outline.all_slots():
        vr = vrs.get(outline.tag_of(slot)) or outline.element(slot).vr
        if vr == "UI":
            found.append(slot)
    return found
