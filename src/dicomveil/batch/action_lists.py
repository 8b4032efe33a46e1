"""What was done to an instance, as JSON; of files alike it is worked out once."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.walk import flat

if TYPE_CHECKING:
    from dicomveil.engine.report import Report


class ActionList(NamedTuple):
    """A list of actions: ``told`` is JSON, a list of address, action, reason and in how many places.

    ``elements`` is how many were replaced or removed; ``digest`` (16 bytes) tells lists apart.
    """

    told: str
    elements: int
    digest: bytes


class ActionLists:
    """The lists of actions of the instances before: most files of a series have the same actions done to them."""

    def __init__(self) -> None:
        self._by_notes: dict[tuple[int, ...], tuple[ActionList, list[object]]] = {}

    def of(self, report: Report) -> ActionList:
        """Return what was done to one instance; the same groups of notes are the same actions."""
        key = tuple(map(id, report.notes))
        known = self._by_notes.get(key)
        if known is None:
            if len(self._by_notes) >= _MOST_KNOWN:
                self._by_notes.clear()
            told = json.dumps(list(report.lines()))
            made = ActionList(told, len(flat(report.notes)), sha256(told.encode()).digest()[:16])
            known = self._by_notes[key] = (made, report.notes)  # held, so that no other object gets their ids
        return known[0]


_MOST_KNOWN = 2_000
