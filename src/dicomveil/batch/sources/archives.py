"""Files in zip and tar archives: which files are archives, what is in them, and where a member is found again.

Archives are told by content, but not every file of a large folder is opened to see whether it is one: a name without
an ending, or with one that DICOM files have, is left to whoever opens the file anyway, who can say `what_it_is`.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.kinds import HEAD_BYTES, OTHER, TAR, ZIP, kind_of
from dicomveil.errors import NotUnpacked

if TYPE_CHECKING:
    from typing import IO

    from dicomveil.batch.sources.unpacking import Reader

_LONGEST_ENDING = 12
_ENDINGS_OF_DICOM = frozenset({"dcm", "DCM", "dicom", "DICOM", "dic", "DIC", "ima", "IMA", "img", "IMG"})

_MARK = "!//"
_LOCATOR = re.compile(r"(.+?)!//(-?\d+)/(.*)", re.DOTALL)
_WHOLE = -1


class Found(NamedTuple):
    """A member of an archive: where it is, a name that no other has, its size and time."""

    locator: str
    name: str
    size: int
    changed_ns: int


def may_be_archive(path: str) -> bool:
    """Tell by its name whether a file is worth a look at its content.

    Examples
    --------
    >>> [may_be_archive(name) for name in ("export.zip", "export", "IM1.dcm", "CT.1.2.840.10008", "a.b/c")]
    [True, False, False, False, False]
    """
    end = path[-_LONGEST_ENDING:]
    dot = end.rfind(".")
    if dot < 0 or (ending := end[dot + 1 :]) in _ENDINGS_OF_DICOM:
        return False
    return not ending.isdigit() and "/" not in ending


def archive_kind(path: str) -> str:
    """Tell by its content what sort of archive a file is; empty if it is none that can be looked into.

    A compressed file that is damaged from its beginning is taken for one: there may be files in it.
    """
    with suppress(OSError), _opened(path) as stream:
        kind = kind_of(stream.read(HEAD_BYTES))
        if kind in (ZIP, TAR, "", OTHER):
            return "" if kind == OTHER else kind
        from dicomveil.batch.sources.tars import holds_tar

        return kind if holds_tar(stream, kind) else ""
    return ""


def what_it_is(path: str) -> str:
    """Say of a file that is no DICOM file whether it is an archive after all; empty if it is none."""
    if is_member(path) or not ("://" in path or os.path.isfile(path)):  # a pipe is never waited for
        return ""
    with suppress(OSError), _opened(path) as stream:
        kind = kind_of(stream.read(HEAD_BYTES))
        if kind == OTHER:
            return f"an archive of a kind that is not looked into ({OTHER})"
        if not kind:
            return ""
        if not archive_kind(path):
            return "a compressed file, which is not looked into"
        if may_be_archive(path):
            return "an archive, which is not looked into"
        return "an archive, which is not looked into unless its name has an ending such as .zip or .tar"
    return ""


def members(path: str, kind: str) -> Iterator[Found]:
    """Yield what is in an archive; at the end, if it is damaged, the archive itself, so that opening it says why."""
    from dicomveil.batch.sources.unpacking import damage_told

    names: set[str] = set()
    try:
        with damage_told("the archive is damaged"):
            reader = _reader(path, kind)
            try:
                for position, name, size, changed_ns in reader.members():
                    own_name, again = name, 1
                    while own_name in names:
                        again += 1
                        own_name = f"{name}//{again}"
                    names.add(own_name)
                    yield Found(f"{path}{_MARK}{position}/{name}", own_name, size, changed_ns)
            finally:
                reader.close()
    except NotUnpacked as error:
        yield _whole(path, str(error))
    except OSError as error:
        yield _whole(path, os.strerror(error.errno or 0))


def _whole(path: str, reason: str) -> Found:
    """Return what stands for an archive that cannot be read, or not to its end."""
    size = changed_ns = 0
    with suppress(OSError):
        status = os.stat(path)
        size, changed_ns = status.st_size, status.st_mtime_ns
    return Found(f"{path}{_MARK}{_WHOLE}/{reason}", "", size, changed_ns)


def is_member(path: str) -> bool:
    """Tell whether a locator is that of a file in an archive."""
    return _LOCATOR.fullmatch(path) is not None


def read_member(locator: str) -> bytes:
    """Return the bytes of a file in an archive. The archive is kept open for the next.

    Raises
    ------
    NotDicom
        If it does not begin like a DICOM file.
    LimitExceeded
        If it is larger than is held in memory.
    NotUnpacked
        If it or its archive is damaged, or it is encrypted.
    OSError
        If the archive cannot be opened.
    """
    found = _LOCATOR.fullmatch(locator)
    assert found is not None
    path, position, name = found[1], int(found[2]), found[3]
    if position == _WHOLE:
        raise NotUnpacked(name)
    from dicomveil.batch.sources.unpacking import damage_told

    with damage_told("damaged in its archive"):
        return _kept(path).read(position, name)


class _Keeper(threading.local):
    """The archive that was read from last, in each thread."""

    path = ""
    stamp: object = None
    reader: Reader | None = None

    def let_go(self) -> None:
        reader, self.reader = self.reader, None
        if reader is not None:
            reader.close()


_keeper = _Keeper()


def let_go() -> None:
    """Close the archive that is kept open."""
    _keeper.let_go()


def _kept(path: str) -> Reader:
    stamp = _stamp(path)
    if _keeper.reader is None or (_keeper.path, _keeper.stamp) != (path, stamp):
        _keeper.let_go()
        kind = archive_kind(path)
        if not kind:
            _opened(path).close()  # the system may say why
            raise NotUnpacked("the archive is damaged, or none any more")
        _keeper.path, _keeper.stamp, _keeper.reader = path, stamp, _reader(path, kind)
    return _keeper.reader


def _stamp(path: str) -> object:
    if "://" in path:
        return None
    status = os.stat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns


def _reader(path: str, kind: str) -> Reader:
    if kind != ZIP:
        from dicomveil.batch.sources.tars import TarReader

        return TarReader(lambda: _opened(path), kind)
    from dicomveil.batch.sources.zips import ZipReader

    stream = _opened(path)
    try:
        return ZipReader(stream)
    except BaseException:
        stream.close()
        raise


def _opened(path: str) -> IO[bytes]:
    if "://" in path:
        from dicomveil.batch.storage.remote import stream

        return stream(path)
    return open(path, "rb")
