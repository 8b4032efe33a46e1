"""What conditions and templates ask of an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dicomveil.dataset.address import Address


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
