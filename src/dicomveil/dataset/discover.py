"""Find the files under a folder, in a fixed order; what is DICOM among them is told by content, not by name."""

from __future__ import annotations

import os
from collections.abc import Iterator


def files_under(root: str) -> Iterator[str]:
    """Yield the path of every regular file, folder by folder in the order of names.

    A link to a file is followed, a link to a folder is not (it may lead round in circles), and pipes, sockets and
    devices are left out. What cannot be looked at, a folder or a link, is yielded itself, so that opening it says why.
    """
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=_name)
        except OSError:
            yield folder
            continue
        folders = []
        for entry in found:
            try:
                is_folder, is_file = entry.is_dir(follow_symlinks=False), entry.is_file()
            except OSError:  # a link to itself, say
                is_folder, is_file = False, True
            if is_folder:
                folders.append(entry.path)
            elif is_file:
                yield entry.path
        pending.extend(reversed(folders))


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
