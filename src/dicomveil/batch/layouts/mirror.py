"""The folders of the input again, every name of a folder or file replaced by a keyed stand-in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from dicomveil.pseudonyms.derive import Deriver

if TYPE_CHECKING:
    from dicomveil.batch.sources.inputs import Input
    from dicomveil.engine.report import Report
    from dicomveil.pseudonyms.key import ProjectKey

PURPOSE = "mirrored-name"
_NAME_BYTES = 10  # sixteen characters of base32, which no file system confuses, whatever it makes of upper and lower
_MOST_FOLDERS_KNOWN = 10_000


class Mirrored:
    """Names copies as their inputs lie: the same name in the same folder gives the same stand-in under the same key.

    A name's stand-in is derived with all that leads to it: a name that comes again in another folder cannot be told.
    No length and no extension is kept.
    """

    def __init__(self, key: ProjectKey) -> None:
        self._derive = Deriver(key, PURPOSE)
        self._folders = {"": ""}

    def __call__(self, report: Report, item: Input) -> tuple[str, str]:
        """Return folder and name of a copy."""
        folder, _, _ = item.name.rpartition("/")
        return self._folder(folder), f"{self._stand_in(item.name)}.dcm"

    def _folder(self, path: str) -> str:
        known = self._folders.get(path)
        if known is None:
            if len(self._folders) >= _MOST_FOLDERS_KNOWN:
                self._folders = {"": ""}
            above, _, _ = path.rpartition("/")
            known = self._folders[path] = f"{self._folder(above)}/{self._stand_in(path)}".lstrip("/")
        return known

    def _stand_in(self, path: str) -> str:
        digest = self._derive(path.encode(errors="surrogateescape"))
        return base64.b32encode(digest[:_NAME_BYTES]).decode().lower()
