"""What zip and tar have in common: their members, what is damaged, and how far a member is unpacked."""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dicomveil.batch.kinds import HEAD_BYTES, check_may_be_dicom
from dicomveil.dataset.limits import Limits
from dicomveil.errors import LimitExceeded, NotUnpacked

if TYPE_CHECKING:
    from typing import IO

MOST_MEMBERS = 1_000_000

_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,  # too deep a recursion, and what zipfile has no other word for
)


class Member(NamedTuple):
    """One file in an archive.

    ``position`` finds it again in the unchanged archive; what it counts is the reader's own affair. ``changed_ns`` is
    what the archive says of the last change; a change of the bytes changes it where the archive has a checksum.
    """

    position: int
    name: str
    size: int
    changed_ns: int


def in_order(name: str) -> tuple[tuple[bool, str], ...]:
    """Return what sorts members as `files_under` sorts files: those of a folder before those of the folders in it.

    Examples
    --------
    >>> sorted(["a/x", "b", "a/b/c", "a/z"], key=in_order)
    ['b', 'a/x', 'a/z', 'a/b/c']
    """
    *folders, last = name.split("/")
    return (*((True, folder) for folder in folders), (False, last))


class Reader(Protocol):
    """One open archive; `close` it."""

    def members(self) -> Iterator[Member]:
        """Yield the regular files in it."""
        ...

    def read(self, position: int, name: str) -> bytes:
        """Unpack a member that is likely to be DICOM."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


def unpacked(stream: IO[bytes], size: int, limits: Limits | None = None) -> bytes:
    """Read a member, no further than its archive says it is long, and no more of it than is accepted.

    Raises
    ------
    NotDicom
        If it does not begin like a DICOM file; the rest of it is not unpacked then.
    LimitExceeded
        If it is larger than is held in memory.
    NotUnpacked
        If there is less of it than the archive says.
    """
    if size < 0:  # which would have everything read
        raise NotUnpacked("damaged in its archive")
    head = stream.read(min(size, HEAD_BYTES))
    check_may_be_dicom(head)
    if size > (limits or Limits()).inflated_bytes:
        raise LimitExceeded("unpacks to more than is accepted", 0)
    data = head + stream.read(size - len(head))
    if len(data) != size:
        raise NotUnpacked("damaged in its archive")
    return data


@contextmanager
def damage_told(message: str) -> Iterator[None]:
    """Turn what the standard library says of a damaged archive into one error.

    Raises
    ------
    NotUnpacked
        With the message; causes may quote names and are left out.
    """
    try:
        yield
    except NotImplementedError:
        raise NotUnpacked("packed in a way that is not known") from None
    except _DAMAGE:
        raise NotUnpacked(message) from None
    except OSError as error:
        if error.errno is None:  # gzip and bzip2 say so of damaged bytes
            raise NotUnpacked(message) from None
        raise
