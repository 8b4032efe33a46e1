"""The files of a run: each with its number, the name that tells it from others, its size and time."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.sources.archives import archive_kind, is_member, may_be_archive, members, read_member, what_it_is
from dicomveil.batch.storage.places import is_url, spelled
from dicomveil.dataset.discover import files_under
from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.replace import left_by_an_edit
from dicomveil.dataset.source import Source
from dicomveil.errors import InstanceError, NotDicom, UsageError

if TYPE_CHECKING:
    from dicomveil.batch.sources.archives import Found

_MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002
_DIRECTORY = b"1.2.840.10008.1.3.10"  # Media Storage Directory Storage (PS3.4 B.5)


class Input(NamedTuple):
    """One file as it is found.

    ``number`` counts from 1 in the order they are found; ``path`` is where `opened` finds it, in any process: a path, a
    URL, or the locator of a file in an archive. ``name`` is relative to the input and parted by slashes. ``size`` is in
    bytes, ``changed_ns`` the time of the last change; both are 0 where they cannot be told.
    """

    number: int
    path: str
    name: str
    size: int = 0
    changed_ns: int = 0


class Inputs:
    """A file, or the files of a folder and the folders in it, in the order of names; iterate over it, also again.

    The files in an archive are taken in its place, those of the folder it lies in in place of a DICOMDIR. The input
    may also be a URL of a storage. ``root`` is the folder, the file or the archive; ``is_single`` tells whether it is
    a file that is taken as it is. ``is_whole`` tells, after a walk over it, whether all folders and archives could be
    listed to their ends: if not, files may be there that were not met.

    Parameters
    ----------
    archives
        Look into archives, also where the input is one.

    Raises
    ------
    UsageError
        If there is nothing under that name.
    """

    def __init__(self, root: object, *, archives: bool = True) -> None:
        self.root = _plain(spelled(root))
        self._archives = archives
        self._listed: dict[str, list[Found]] = {}
        self.is_whole = True
        self._is_url = is_url(self.root)
        self._is_file = self._looked_for()
        if self._is_file and _is_directory(self.root):
            self.root, self._is_file = _folder_of(self.root), False
        self._kind = archive_kind(self.root) if self._is_file and archives else ""
        self.is_single = self._is_file and not self._kind
        self._root_length = 0 if self.is_single else len(self.root.rstrip(os.sep)) + 1

    def _looked_for(self) -> bool:
        """Return whether the root is a file."""
        if self._is_url:
            from dicomveil.batch.storage.remote import exists, is_file

            if is_file(self.root):
                return True
            there = exists(self.root)
        else:
            there = os.path.exists(self.root)
        if not there:
            raise UsageError("the input does not exist")
        return not self._is_url and os.path.isfile(self.root)

    def paths(self) -> Iterator[str]:
        """Yield the paths alone; a listing, nothing is opened but archives."""
        if self._is_url or self._kind:
            yield from (item.path for item in self)
            return
        for path in self._files():
            if self._archives and may_be_archive(path) and (found := self._members(path)):
                yield from (each.locator for each in found)
            else:
                yield path

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened but archives."""
        return sum(1 for _ in self.paths())

    def __iter__(self) -> Iterator[Input]:
        self.is_whole = True
        if self._kind:
            return self._in_archive()
        return self._in_storage() if self._is_url else self._in_folder()

    def _files(self) -> Iterator[str]:
        return files_under(self.root) if os.path.isdir(self.root) else iter([self.root])

    def _in_folder(self) -> Iterator[Input]:
        number = 0
        archives, root_length = self._archives and not self.is_single, self._root_length
        for path in self._files():
            if archives and may_be_archive(path) and (found := self._members(path)):
                for each in found:
                    number += 1
                    yield _numbered(number, each, path[root_length:])
                continue
            number += 1
            size = changed_ns = 0
            try:  # a bare one costs nothing, and this is done for every file of a run
                status = os.stat(path)
                size, changed_ns = status.st_size, status.st_mtime_ns
                if stat.S_ISDIR(status.st_mode):  # a folder that cannot be listed
                    self.is_whole = False
            except OSError:  # opening it will say why
                self.is_whole = False
            yield Input(number, path, path[root_length:], size, changed_ns)

    def _in_storage(self) -> Iterator[Input]:
        from dicomveil.batch.storage.remote import object_at, objects_under

        number = 0
        for each in [object_at(self.root)] if self._is_file else objects_under(self.root):
            if self._archives and may_be_archive(each.name) and (found := self._members(each.url)):
                for member in found:
                    number += 1
                    yield _numbered(number, member, each.name)
                continue
            number += 1
            yield Input(number, each.url, each.name, each.size, each.changed_ns)

    def _in_archive(self) -> Iterator[Input]:
        for number, each in enumerate(self._members(self.root), 1):
            yield Input(number, each.locator, each.name, each.size, each.changed_ns)

    def _members(self, path: str) -> list[Found]:
        """Return what is in an archive; nothing if the file is none. Of a few it is kept, as listing may take long."""
        found = self._listed.get(path)
        if found is None:
            kind = archive_kind(path)
            if not kind:
                return []
            while len(self._listed) >= _MOST_LISTED:
                del self._listed[next(iter(self._listed))]
            found = self._listed[path] = list(members(path, kind))
        if found and not found[-1].name:  # it stands for the archive, which cannot be read to its end
            self.is_whole = False
        return found


_MOST_LISTED = 8


def opened(item: Input) -> Source:
    """Open a file of a run, in whichever process.

    Raises
    ------
    NotDicom
        If it is no regular file, lies in an archive or storage and does not begin like a DICOM file, or is what edits
        in place have left in a folder: a backup holds what was edited out.
    InstanceError
        If it cannot be taken out of its archive, or is larger than is held in memory.
    OSError
        If the system refuses.
    """
    if "//" not in item.path:  # which no path of this machine has, as `Inputs` gives them
        leftover = left_by_an_edit(item.path) if item.name != item.path else None
        if leftover is not None:
            raise NotDicom(leftover)
        return Source.open(item.path)
    if is_member(item.path):
        return Source.in_memory(read_member(item.path), item.changed_ns)
    if is_url(item.path):
        from dicomveil.batch.storage.remote import read

        return Source.in_memory(read(item.path, item.size), item.changed_ns)
    return Source.open(item.path)


def said_of(item: Input) -> str:
    """Say what a file is that is no DICOM file, if that is worth saying: an archive, above all."""
    return what_it_is(item.path)


def _numbered(number: int, found: Found, archive: str) -> Input:
    name = f"{archive}!//{found.name}" if found.name else archive  # as no file is called
    return Input(number, found.locator, name, found.size, found.changed_ns)


def _folder_of(path: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return folder or slash or os.curdir


def _plain(root: str) -> str:
    """Return a path without doubled slashes, so that a locator can be told from it."""
    return root if is_url(root) else re.sub("//+", "/", root)


def _is_directory(path: str) -> bool:
    """Tell whether a file is a DICOMDIR, which names the files of its folder (PS3.10 8.6)."""
    try:
        if is_url(path):
            from dicomveil.batch.storage.remote import head

            source = Source.in_memory(head(path))
        else:
            source = Source.open(path)
        with source:
            return open_part10(source).meta.get(_MEDIA_STORAGE_SOP_CLASS_UID, b"").rstrip(b"\0 ") == _DIRECTORY
    except (InstanceError, OSError):
        return False
