"""An instance for conditions and templates: values by address."""

from __future__ import annotations

from dicomveil.dataset.address import Address
from dicomveil.editing.addresses import read_address


class Values:
    """Values as text by address; what is not given is not there."""

    def __init__(self, **values: list[str] | str) -> None:
        self._values = {
            read_address(name): value if isinstance(value, list) else [value] for name, value in values.items()
        }

    def texts(self, address: Address) -> list[str] | None:
        return self._values.get(address)

    def exists(self, address: Address) -> bool:
        return address in self._values
