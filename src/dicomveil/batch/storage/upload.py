"""A copy that goes to a storage: made and checked in a local file without a name, then put there at once."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

from dicomveil.batch.storage.remote import filesystem, refusals_told
from dicomveil.dataset.write import PART_PREFIX, PART_SUFFIX, Draft
from dicomveil.errors import NotWritten, TargetExists

if TYPE_CHECKING:
    from typing import Final

PUT_AT_ONCE: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci", "memory"})
"""Storages in which an object is there as a whole or not at all; elsewhere it is put under another name and renamed."""


class Upload(Draft):
    """A file in the making that `publish` puts into a storage.

    Most storages cannot refuse a name that is taken at the moment of writing: two writers of one name at one time
    may both believe they were first.

    Raises
    ------
    TargetExists
        When published, if something stands there and ``overwrite`` is not set.
    NotWritten
        If the storage refuses, or the local file cannot be made.
    """

    __slots__ = ()

    def __init__(self, target: str, *, overwrite: bool = False) -> None:
        super().__init__(os.path.join(tempfile.gettempdir(), "copy"))
        os.fchmod(self.fd, 0o600)  # it is not checked yet, and the folder is everybody's
        self.target = target
        self.overwrite = overwrite

    def publish(self) -> None:
        """Put the finished file there."""
        storage, path = filesystem(self.target)
        try:
            with refusals_told():
                is_taken = not self.overwrite and storage.exists(path)
                if not is_taken:
                    _put(storage, self._part or f"/proc/self/fd/{self.fd}", path)
        except OSError as error:
            raise NotWritten(os.strerror(error.errno or 0)) from None
        if is_taken:
            raise TargetExists


def _put(storage: Any, local: str, path: str) -> None:
    protocols = (storage.protocol,) if isinstance(storage.protocol, str) else storage.protocol
    if not PUT_AT_ONCE.isdisjoint(protocols):
        storage.put_file(local, path)
        return
    folder, _, _ = path.rpartition("/")
    part = f"{folder}/{PART_PREFIX}{os.urandom(8).hex()}{PART_SUFFIX}"
    storage.makedirs(folder, exist_ok=True)
    try:
        storage.put_file(local, part)
        storage.mv(part, path)
    except BaseException:
        if storage.exists(part):
            storage.rm_file(part)
        raise
