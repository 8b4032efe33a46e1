"""What edits are carried out with: the customs of who asks, force, and where new UIDs and stand-ins come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.editing.instance import Instance
    from dicomveil.editing.lookup import StandIns
    from dicomveil.editing.uids import NewUIDs

    Act = Callable[[Instance], int]
    """Does one edit to an instance; returns how many elements or items it has met."""


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


@dataclass(frozen=True, slots=True)
class Means:
    """What the edits of a list have in common; see `EditList`. ``uids`` is None where there are no stand-ins."""

    force: bool
    customs: Customs
    stand_ins: StandIns | None
    uids: NewUIDs | None
