"""Write a file so that under its name there is either nothing or the whole of it."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from threading import get_ident, local
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dicomveil.errors import NoSpace, NotWritten, TargetExists, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicomveil.dataset.source import Source
    from dicomveil.dataset.splice import Piece

PART_PREFIX = ".dicomveil-"
PART_SUFFIX = ".part"

_NO_NAMELESS_FILES = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS})
_NO_KERNEL_COPY = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_COPY_BUFFER_BYTES = 1024 * 1024
_MOST_COPIED_BY_HAND_BYTES = 4 * 1024 * 1024  # the kernel is slower: to it, source and target lie askew in their pages
_own = local()


class Draft:
    """A file in the making, in its target's folder and, where the system can, without any name.

    `publish` gives it its name; leaving the block without that discards it. A process killed meanwhile leaves nothing
    under the target's name, and where nameless files are known (Linux) nothing at all.

    Raises
    ------
    TargetExists
        When published, if something stands there and ``overwrite`` is not set.
    NotWritten
        If the system refuses: no space, no permission, an unwritable folder.
    """

    __slots__ = ("_folder", "_part", "fd", "overwrite", "target")

    def __init__(self, target: str, *, overwrite: bool = False) -> None:
        self.target = target
        self.overwrite = overwrite
        self._folder = os.path.dirname(target) or "."
        self._part: str | None = None
        try:
            self.fd = self._open()
        except OSError as error:
            raise not_written(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.fd)
        if self._part is not None:
            _unlink(self._part)

    def write(self, source: Source, pieces: list[Piece]) -> int:
        """Write all pieces; return how many bytes that makes."""
        size, short = 0, b""
        try:
            for piece in pieces:
                if isinstance(piece, bytes):
                    size += len(piece)
                    short = short + piece if short else piece
                else:
                    size += piece[1] - piece[0]
                    _copy(source, self.fd, short, *piece)
                    short = b""
            if short:
                _write_all(self.fd, short)
        except OSError as error:
            raise not_written(error) from None
        return size

    def resemble(self, status: os.stat_result, *, times: bool) -> None:
        """Give the draft the owner, where the system lets us, the permissions and, if asked, the times of another file.

        Raises
        ------
        OSError
            If the system refuses.
        """
        mine = os.fstat(self.fd)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            with suppress(PermissionError):
                os.fchown(self.fd, status.st_uid, status.st_gid)
        os.fchmod(self.fd, status.st_mode & 0o7777)
        if times:
            os.utime(self.fd, ns=(status.st_atime_ns, status.st_mtime_ns))

    def be_no_more_open_than(self, status: os.stat_result) -> None:
        """Take away the permissions that another file, of which this is a copy, does not give."""
        mine = os.fstat(self.fd).st_mode & 0o777
        if mine & ~status.st_mode:
            os.fchmod(self.fd, mine & status.st_mode)

    def publish(self) -> None:
        """Give the finished file its name, at once."""
        try:
            if self.overwrite:
                self._replace()
            else:
                self._link(self.target)
        except FileExistsError:
            raise TargetExists from None
        except OSError as error:
            raise not_written(error) from None

    def _open(self) -> int:
        nameless = getattr(os, "O_TMPFILE", 0)
        if nameless:
            try:
                return os.open(self._folder, nameless | os.O_RDWR | os.O_CLOEXEC, 0o666)
            except OSError as error:
                if error.errno not in _NO_NAMELESS_FILES:
                    raise
        self._part = self._name_for_part()
        return os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)

    def _name_for_part(self) -> str:
        """Return a name that no other writer has at this time, and clear away what a killed one left under it."""
        part = os.path.join(self._folder, f"{PART_PREFIX}{os.getpid()}-{get_ident()}{PART_SUFFIX}")
        _unlink(part)
        return part

    def _link(self, name: str) -> None:
        """Give the file a name that must be free."""
        if self._part is None:
            os.link(f"/proc/self/fd/{self.fd}", name, src_dir_fd=self.fd, follow_symlinks=True)
            return
        try:
            os.link(self._part, name)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                raise
            if os.path.lexists(name):  # a file system without hard links
                raise FileExistsError from None
            os.rename(self._part, name)
            self._part = None

    def _replace(self) -> None:
        if self._part is None:
            self._part = self._name_for_part()
            part, self._part = self._part, None
            self._link(part)
            self._part = part
        os.replace(self._part, self.target)
        self._part = None


def not_written(error: OSError) -> NotWritten:
    """Return what the system said, without the path it said it about.

    Examples
    --------
    >>> not_written(OSError(errno.ENOSPC, "no", "/data/DOE^JANE.dcm"))
    NoSpace('No space left on device')
    """
    kind = NoSpace if error.errno in _FULL else NotWritten
    return kind(os.strerror(error.errno) if error.errno else "the system refused")


def check_writable(folder: str) -> None:
    """See to it that files can be written in a folder, or, if it is yet to be made, in the one that will hold it.

    Nothing stays.

    Raises
    ------
    UsageError
        If they cannot.
    """
    while not os.path.lexists(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    try:
        with Draft(os.path.join(folder, "any")) as draft:
            os.write(draft.fd, b"\0")
    except (NotWritten, OSError) as error:
        why = str(error if isinstance(error, NotWritten) else not_written(error))
        raise UsageError(f"the output cannot be written: {why}") from None


def same_bytes(fd: int, path: str) -> bool:
    """Tell whether an open file and the regular file under a name hold the same bytes."""
    try:
        other = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        mine, its = os.fstat(fd), os.fstat(other)
        if not stat.S_ISREG(its.st_mode) or its.st_size != mine.st_size:
            return False
        return all(
            os.pread(fd, _COPY_BUFFER_BYTES, at) == os.pread(other, _COPY_BUFFER_BYTES, at)
            for at in range(0, mine.st_size, _COPY_BUFFER_BYTES)
        )
    except OSError:
        return False
    finally:
        os.close(other)


def already_made(source: Source, pieces: list[Piece], path: str) -> bool:
    """Tell whether the regular file under a name holds just what the pieces make; a link is none."""
    try:
        other = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        status, at = os.fstat(other), 0
        if not stat.S_ISREG(status.st_mode) or status.st_size != sum(map(_length, pieces)):
            return False
        for run in _runs(source, pieces):
            if os.pread(other, len(run), at) != run:
                return False
            at += len(run)
        return at == status.st_size
    except OSError:
        return False
    finally:
        os.close(other)


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


def _runs(source: Source, pieces: list[Piece]) -> Iterator[bytes]:
    """Yield the bytes that pieces make, a buffer's worth of source bytes at a time."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        for start in range(*piece, _COPY_BUFFER_BYTES):
            yield source.read(start, min(start + _COPY_BUFFER_BYTES, piece[1]))


def _copy(source: Source, target: int, short: bytes, start: int, end: int) -> None:
    """Write ``short`` and then a run of source bytes: a large one is copied inside the kernel where it can."""
    if source.fd < 0:
        _write_all(target, short + source.read(start, end))
        return
    if end - start > _MOST_COPIED_BY_HAND_BYTES:
        _write_all(target, short)
        short = b""
        for copied in (_copied_by_range, _copied_by_sendfile):
            start = copied(source.fd, target, start, end)
    if _copied_by_hand(source.fd, target, short, start, end) < end:
        raise OSError(errno.EIO, "the source has become shorter")


def _copied_by_range(source: int, target: int, start: int, end: int) -> int:
    copy_file_range = getattr(os, "copy_file_range", None)
    if copy_file_range is None:
        return start
    try:
        while start < end:
            count = copy_file_range(source, target, end - start, offset_src=start)
            if not count:
                break
            start += count
    except OSError as error:
        if error.errno not in _NO_KERNEL_COPY:
            raise
    return start


def _copied_by_sendfile(source: int, target: int, start: int, end: int) -> int:
    sendfile = getattr(os, "sendfile", None)
    if sendfile is None:
        return start
    try:
        while start < end:
            count = sendfile(target, source, start, min(end - start, 0x7FFFF000))
            if not count:
                break
            start += count
    except OSError as error:
        if error.errno not in _NO_KERNEL_COPY:
            raise
    return start


def _copied_by_hand(source: int, target: int, short: bytes, start: int, end: int) -> int:
    """Write ``short`` and a run through one buffer, which every file of a thread goes through."""
    buffer = _buffer()
    while start < end:
        count = os.preadv(source, [buffer[: end - start]], start)
        if not count:
            break
        _write_both(target, short, buffer[:count])
        start += count
        short = b""
    return start


def _buffer() -> memoryview:
    if not hasattr(_own, "buffer"):
        _own.buffer = memoryview(bytearray(_COPY_BUFFER_BYTES))
    buffer: memoryview = _own.buffer
    return buffer


def _write_both(target: int, one: bytes, other: memoryview) -> None:
    written = os.writev(target, [one, other])
    if written < len(one) + len(other):
        _write_all(target, (one + other)[written:])


def _write_all(target: int, data: bytes) -> None:
    written = os.write(target, data)
    while written < len(data):
        written += os.write(target, memoryview(data)[written:])


def _unlink(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
