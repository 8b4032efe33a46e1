"""The bytes of one file, read by position and in windows, never as a whole."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from dicomveil.errors import LimitExceeded, NotDicom, SourceChanged

FIRST_WINDOW_BYTES = 32 * 1024
LARGEST_WINDOW_BYTES = 4 * 1024 * 1024
MOST_WINDOWS = 5
LARGEST_READ_BYTES = 256 * 1024 * 1024


class Source:
    """One open file, or bytes in memory (an inflated data set).

    Windows are read once, in ascending order, as a scan needs them, and the last few kept so that values found in them
    can be looked up without another read. Positions are absolute byte offsets. ``changed_ns`` is when the file was last
    changed, 0 where nothing says so; bytes in memory may come with that of the file they were.
    """

    __slots__ = ("_bases", "_recent", "_windows", "changed_ns", "fd", "head", "size")

    def __init__(self, fd: int, size: int, head: bytes, changed_ns: int = 0) -> None:
        self.fd = fd
        self.size = size
        self.head = head
        self.changed_ns = changed_ns
        self._recent = 0, head
        self._bases = [0]
        self._windows = [head if fd >= 0 else head[:FIRST_WINDOW_BYTES]]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Source:
        """Open a regular file for reading; nothing is ever written to it.

        Raises
        ------
        NotDicom
            If the path is no regular file (a pipe or device is never waited for).
        OSError
            If the system refuses.
        """
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            status = os.fstat(fd)
            if status.st_mode & 0o170000 != 0o100000:
                raise NotDicom
            return cls(fd, status.st_size, os.pread(fd, FIRST_WINDOW_BYTES, 0), status.st_mtime_ns)
        except BaseException:
            os.close(fd)
            raise

    @classmethod
    def in_memory(cls, data: bytes, changed_ns: int = 0) -> Source:
        """Wrap bytes that are no file of their own, such as an inflated data set or a file out of an archive."""
        return cls(-1, len(data), data, changed_ns)

    def check_unchanged(self) -> None:
        """See to it that the file is still what it was when it was opened, by its size and time.

        Raises
        ------
        SourceChanged
            If it is not.
        """
        if self.fd >= 0 and self.changed_ns:
            status = os.fstat(self.fd)
            if (status.st_size, status.st_mtime_ns) != (self.size, self.changed_ns):
                raise SourceChanged

    def close(self) -> None:
        """Give the file descriptor back; windows stay readable."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def window(self, offset: int) -> tuple[bytes, int]:
        """Return a window that holds the bytes from ``offset`` on, and its base.

        Each new window is larger than the last, up to a bound, so that a long header needs few reads.
        """
        last, base = self._windows[-1], self._bases[-1]
        if base <= offset and offset + 16 <= base + len(last):
            return last, base
        size = min(4 * max(len(last), FIRST_WINDOW_BYTES // 2), LARGEST_WINDOW_BYTES)
        fresh = self.head[offset : offset + size] if self.fd < 0 else os.pread(self.fd, size, offset)
        self._windows.append(fresh)
        self._bases.append(offset)
        if len(self._windows) > MOST_WINDOWS:
            del self._windows[1], self._bases[1]
        return fresh, offset

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` to ``end``; fewer if the file has shrunk meanwhile.

        Raises
        ------
        LimitExceeded
            If they are more than anybody should hold in memory.
        """
        if end <= len(self.head):
            return self.head[start:end]
        base, window = self._recent
        if base <= start and end <= base + len(window):
            return window[start - base : end - base]
        for base, window in zip(reversed(self._bases), reversed(self._windows), strict=True):
            if base <= start:
                if end <= base + len(window):
                    self._recent = base, window
                    return window[start - base : end - base]
                break
        if self.fd < 0:
            return self.head[start:end]
        if end - start > LARGEST_READ_BYTES:
            raise LimitExceeded("a value longer than is read into memory", start)
        return os.pread(self.fd, end - start, start)
