"""A text file for its owner's eyes only, written whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from dicomveil.pseudonyms.private_file import private_draft

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_file(path: str, *, replace: bool = False) -> Iterator[TextIO]:
    """Give a stream to write a file with (0600), which has its name only when the context is left without an error.

    Parameters
    ----------
    replace
        Take the place of a file that is there.

    Raises
    ------
    FileExistsError
        If there is one, and it is not to be replaced.
    OSError
        If it cannot be written; nothing is left of it then.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with (
        private_draft(path, replace=replace) as file,
        open(file.fileno(), "w", encoding="utf-8", newline="", closefd=False) as stream,
    ):
        yield stream
