"""What conditions, templates and edits ask of an instance, and of the stand-ins that all files of a call share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dicomveil.dataset.address import Address
    from dicomveil.editing.instance import Instance


class Lookup(Protocol):
    """Gives the values of elements as text."""

    def texts(self, address: Address) -> list[str] | None:
        """Return the values at an address, one entry a value, unpadded; empty: there without a value; None: not there.

        Raises
        ------
        EditRefused
            If a value cannot be read.
        """
        ...

    def exists(self, address: Address) -> bool:
        """Tell whether something is at an address, with a value or without, readable or not."""
        ...


class KeyedTools(Protocol):
    """What the filters ``hash`` and ``shift`` need a key for."""

    def digest(self, text: str) -> str:
        """Return 16 characters that stand for a text."""
        ...

    def days(self) -> int:
        """Return by how many days the dates of the instance's patient are moved."""
        ...


class StandIns(Protocol):
    """What edits need that must be the same in all files of a call."""

    def uid(self, original: str) -> str:
        """Return the new UID for an old one."""
        ...

    def tools(self, instance: Instance) -> KeyedTools:
        """Return what a template needs for one instance."""
        ...
