"""Put in the value that a recipe names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.actions.outcome import IMPOSSIBLE, Outcome, Replaced, World
from dicomveil.errors import UnwritableValue

if TYPE_CHECKING:
    from dicomveil.actions.outcome import Action


def replace_with(value: str) -> Action:
    """Make the action that answers ``value``, encoded in the character set of the data set.

    A value that the set cannot hold is impossible: the strict outcome takes its place.
    """

    def replace(raw: bytes, vr: str, world: World) -> Outcome:
        try:
            encoded = value.encode("ascii") if value.isascii() else world.charset.encode(value, vr)
        except UnwritableValue:
            return IMPOSSIBLE
        return Replaced(encoded if len(encoded) % 2 == 0 else encoded + (b"\0" if vr == "UI" else b" "))

    return replace
