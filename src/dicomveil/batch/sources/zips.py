"""The files in a zip archive."""

from __future__ import annotations

import calendar
import stat
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from dicomveil.batch.sources.unpacking import MOST_MEMBERS, Member, in_order, unpacked
from dicomveil.errors import NotUnpacked

if TYPE_CHECKING:
    from typing import IO

_ENCRYPTED = 0x1
_NS = 1_000_000_000


class ZipReader:
    """A zip archive, read by its directory; positions count the entries of that."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._zip = zipfile.ZipFile(stream)
        self._entries = self._zip.infolist()
        if len(self._entries) > MOST_MEMBERS:
            raise NotUnpacked("more files in an archive than are accepted")

    def members(self) -> Iterator[Member]:
        """Yield the regular files in it, in the order of names."""
        found = [(in_order(entry.filename), at) for at, entry in enumerate(self._entries) if _is_file(entry)]
        for _, at in sorted(found):
            entry = self._entries[at]
            yield Member(at, entry.filename, entry.file_size, _changed_ns(entry))

    def read(self, position: int, name: str) -> bytes:
        """Unpack a member; its checksum is compared.

        Raises
        ------
        NotUnpacked
            If it is encrypted, or not there any more.
        """
        if position >= len(self._entries) or self._entries[position].filename != name:
            raise NotUnpacked("not in its archive any more")
        entry = self._entries[position]
        if entry.flag_bits & _ENCRYPTED:
            raise NotUnpacked("encrypted in its archive; unpack it with its password first")
        with self._zip.open(entry) as stream:
            return unpacked(stream, entry.file_size)

    def close(self) -> None:
        """Give the file back."""
        self._zip.close()
        self._stream.close()


def _is_file(entry: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return not entry.is_dir() and kind in (0, stat.S_IFREG)


def _changed_ns(entry: zipfile.ZipInfo) -> int:
    """Return the time of an entry, which is in whole seconds, with the checksum of its bytes below that."""
    seconds = 0
    with suppress(ValueError):  # a month 0, say
        seconds = calendar.timegm((*entry.date_time, 0, 0, 0))
    return seconds * _NS + entry.CRC % _NS
