"""The tokens that stand for inputs where people read: keyed, so that they tell nothing of a path without the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.batch.storage.places import resolved
from dicomveil.pseudonyms.derive import Deriver

if TYPE_CHECKING:
    from dicomveil.batch.sources.inputs import Input
    from dicomveil.pseudonyms.key import ProjectKey

TOKEN_BYTES = 8


class Tokens:
    """Makes the tokens of one project's inputs, and of the folders they are in."""

    def __init__(self, key: ProjectKey) -> None:
        self._input = Deriver(key, "input")
        self._folder = Deriver(key, "input-folder")

    def of(self, item: Input) -> bytes:
        """Return the token of an input, which depends on its name within the input folder alone."""
        return self._input(item.name.encode(errors="surrogateescape"))[:TOKEN_BYTES]

    def of_folder(self, root: str) -> bytes:
        """Return the token of an input folder."""
        return self._folder(resolved(root).encode(errors="surrogateescape"))[:TOKEN_BYTES]
