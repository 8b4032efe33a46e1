"""The project key: the one secret from which stand-ins are derived, and the private file it lives in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from dicomveil.errors import ProjectKeyError
from dicomveil.pseudonyms.derive import derive
from dicomveil.pseudonyms.private_file import open_private, publish_private, why_not_private

if TYPE_CHECKING:
    from os import PathLike

SECRET_BYTES = 32

_VERSION_LINE = "dicomveil-key-1"
_READ_AT_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True, repr=False)
class ProjectKey:
    """A project's secret. Whoever has it can test guesses about who a stand-in is.

    Two runs with one key give one original one stand-in; two keys give unrelated ones.
    Printing, formatting and logging the key show its fingerprint, never the secret.

    Parameters
    ----------
    secret
        32 bytes that nobody can guess.

    Raises
    ------
    ProjectKeyError
        If ``secret`` is not 32 bytes.

    Examples
    --------
    >>> ProjectKey(bytes(32))
    ProjectKey(fingerprint='18be267e')
    >>> ProjectKey(b"too short")
    Traceback (most recent call last):
        ...
    dicomveil.errors.ProjectKeyError: a project key is 32 bytes long
    """

    secret: bytes

    def __post_init__(self) -> None:
        if type(self.secret) is not bytes or len(self.secret) != SECRET_BYTES:
            raise ProjectKeyError(f"a project key is {SECRET_BYTES} bytes long")

    def __repr__(self) -> str:
        return f"ProjectKey(fingerprint={self.fingerprint!r})"

    @property
    def fingerprint(self) -> str:
        """8 hex digits that tell two keys apart and reveal neither."""
        return derive(self, "fingerprint", b"")[:4].hex()

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the operating system's randomness."""
        return cls(os.urandom(SECRET_BYTES))

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Self:
        """Read a key from the file that :meth:`write` made.

        Raises
        ------
        ProjectKeyError
            If the file is missing, unreadable, damaged, or (on POSIX) reachable by anyone
            but its owner. The message holds neither its content nor its path.
        """
        try:
            content = _content_of_private(path)
        except FileNotFoundError:
            raise ProjectKeyError("the project key file is missing") from None
        except OSError:
            raise ProjectKeyError("the project key file cannot be read") from None
        return cls(_secret_in(content))

    def write(self, path: str | PathLike[str]) -> None:
        """Write the key to a new file of mode 0600, in a folder that is made with mode 0700 if absent.

        The file has a version line and a line of 64 hex digits. It appears whole or not at all.

        Raises
        ------
        ProjectKeyError
            If something stands under that name already (it is never overwritten: a lost key
            cannot be made again), or the file cannot be written.
        """
        if not self._publish(path):
            raise ProjectKeyError("there is a file already; a project key is never written over another")

    @classmethod
    def read_or_make(cls, path: str | PathLike[str]) -> tuple[Self, bool]:
        """Read the key, or make and write one if there is none yet; safe when processes race.

        Returns
        -------
        key
            The key in the file, the same one for every process that asked.
        made
            True if this call made it: the moment to tell the user to keep it safe.

        Raises
        ------
        ProjectKeyError
            As :meth:`read` and :meth:`write`. A damaged key is never replaced by a new one.
        """
        if not os.path.lexists(path):
            key = cls.generate()
            if key._publish(path):
                return key, True
        return cls.read(path), False

    def _publish(self, path: str | PathLike[str]) -> bool:
        try:
            return publish_private(path, f"{_VERSION_LINE}\n{self.secret.hex()}\n".encode())
        except OSError:
            raise ProjectKeyError("the project key file cannot be written") from None


def _content_of_private(path: str | PathLike[str]) -> bytes:
    descriptor = open_private(path, os.O_RDONLY)
    try:
        trouble = why_not_private(descriptor)
        if trouble is not None:
            raise ProjectKeyError(f"the project key file {trouble}")
        return os.read(descriptor, _READ_AT_MOST_BYTES)
    finally:
        os.close(descriptor)


def _secret_in(content: bytes) -> bytes:
    lines = content.split()
    if not lines or lines[0] != _VERSION_LINE.encode():
        raise ProjectKeyError(f"the project key file does not begin with the line {_VERSION_LINE}")
    try:
        (digits,) = lines[1:]
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        raise ProjectKeyError("the project key file is damaged: its second line is not 64 hex digits") from None
