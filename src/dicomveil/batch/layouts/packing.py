"""One zip for each study: copies are collected in the private folder, and packed when a run has done all it could."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING

from dicomveil.batch.layouts.layout import Layout
from dicomveil.dataset.discover import files_under
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import PART_PREFIX, Draft
from dicomveil.errors import NotWritten, TargetExists

if TYPE_CHECKING:
    from dicomveil.batch.sources.inputs import Input
    from dicomveil.engine.report import Report

ZIP_SUFFIX = ".zip"
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can tell: when a copy was made tells nothing that its receiver needs."""

_MODE = 0o100644 << 16
_UNIX = 3
_BUFFER_BYTES = 1024 * 1024


class Packed(Layout):
    """Copies in the zips of their studies, ``patient/study.zip`` with ``series/instance.dcm``, and those still to pack.

    A staged copy stands before one in a zip. Where a copy is wanted for a comparison, `place` brings it back.

    Parameters
    ----------
    output
        The folder of the zips.
    staging
        The folder where copies wait, laid out as ``patient/study/series/instance.dcm``; nobody else may see it.
    overwrite
        Copies are made anew, so none is brought back.
    """

    def __init__(self, output: str, staging: str, *, overwrite: bool = False, dry: bool = False) -> None:
        super().__init__(output if dry else staging, dry=dry)
        self._output = output.rstrip(os.sep) or os.sep
        self._overwrite = overwrite
        self._known: dict[str, frozenset[int]] = {}

    def place(self, report: Report, item: Input) -> str:
        """Return the path where an instance's copy is staged; in a dry run, of the zip that has it already."""
        path = super().place(report, item)
        if self._overwrite or os.path.lexists(path):
            return path
        packed, member = self._packed(path[len(self.root) :].lstrip(os.sep))
        if hash(member) in self._members(packed):
            if self.dry:
                return packed
            _bring_back(packed, member, path)
        return path

    is_finished_later = True

    def has(self, inside: str, size: int) -> bool:
        """Tell whether a copy is staged or packed; the members of a zip are listed once."""
        if super().has(inside, size):
            return True
        packed, member = self._packed(inside)
        return hash(member) in self._members(packed)

    def remove(self, inside: str) -> bool:
        """Take away a staged copy; one that is packed stays."""
        packed, member = self._packed(inside)
        return super().remove(inside) and hash(member) not in self._members(packed)

    def finish(self) -> list[str]:
        """Pack what is staged, study by study, and say what could not be packed; that stays staged."""
        problems: list[str] = []
        for study in list(self._staged()):
            try:
                self._pack(study)
            except zipfile.BadZipFile:
                problems.append(
                    f"{study}{ZIP_SUFFIX} in the output is damaged; its new copies are kept in the private folder: "
                    "move the zip away and run it again"
                )
            except (OSError, NotWritten) as error:
                why = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
                problems.append(
                    f"{study}{ZIP_SUFFIX} could not be written: {why}; copies that are not packed are kept in the "
                    "private folder: run it again when there is space"
                )
                break
        self.is_finished = not problems
        return problems

    def _packed(self, inside: str) -> tuple[str, str]:
        """Return the path of a copy's zip, and its name there."""
        study, series, name = inside.rsplit("/", 2)
        return f"{self._output}/{study}{ZIP_SUFFIX}", f"{series}/{name}"

    def _members(self, path: str) -> frozenset[int]:
        """Return the hashes of the names in a zip, which are smaller than names; none if it cannot be read."""
        known = self._known.get(path)
        if known is None:
            names: list[str] = []
            with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(path) as file:
                names = file.namelist()
            if len(self._known) >= _MOST_ZIPS_KNOWN:
                self._known.clear()
            known = self._known[path] = frozenset(map(hash, names))
        return known

    def _staged(self) -> Iterator[str]:
        for patient in _folders(self.root):
            for study in _folders(f"{self.root}/{patient}"):
                yield f"{patient}/{study}"

    def _pack(self, study: str) -> None:
        staged, path = f"{self.root}/{study}", f"{self._output}/{study}{ZIP_SUFFIX}"
        new = dict(sorted(_copies(staged)))
        with ExitStack() as stack:
            old = stack.enter_context(zipfile.ZipFile(path)) if os.path.lexists(path) else None
            if new and (old is None or not all(_is_in(old, name, copy) for name, copy in new.items())):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                _write(path, new, old)
        shutil.rmtree(staged)
        self._known.pop(path, None)
        with suppress(OSError):  # others are still in it
            os.rmdir(os.path.dirname(staged))
            os.rmdir(self.root)


_MOST_ZIPS_KNOWN = 256


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def _copies(folder: str) -> Iterator[tuple[str, str]]:
    """Yield name and path of each copy of a study; what a killed writer has left half done is none."""
    for path in files_under(folder):
        if not os.path.basename(path).startswith(PART_PREFIX):
            yield path[len(folder) + 1 :].replace(os.sep, "/"), path


def _is_in(packed: zipfile.ZipFile, name: str, path: str) -> bool:
    """Tell whether a zip has this very copy already."""
    try:
        member = packed.getinfo(name)
    except KeyError:
        return False
    return member.file_size == os.path.getsize(path) and _crc(path) == member.CRC


def _crc(path: str) -> int:
    crc = 0
    with open(path, "rb") as file:
        while chunk := file.read(_BUFFER_BYTES):
            crc = zlib.crc32(chunk, crc)
    return crc


def _write(path: str, new: dict[str, str], old: zipfile.ZipFile | None) -> None:
    """Write a zip of new copies and those old ones that no new one replaces; it has its name when it is whole."""
    names = sorted({*new, *(old.namelist() if old else ())})
    with Draft(path, overwrite=True) as draft:
        with open(draft.fd, "w+b", closefd=False) as stream, zipfile.ZipFile(stream, "w") as file:
            for name in names:
                if name in new:
                    with open(new[name], "rb") as copy:
                        _add(file, name, os.fstat(copy.fileno()).st_size, copy)
                elif old is not None:
                    with old.open(name) as member:
                        _add(file, name, old.getinfo(name).file_size, member)
        os.fsync(draft.fd)  # what it was made of is removed next
        draft.publish()


def _add(file: zipfile.ZipFile, name: str, size: int, content: IO[bytes]) -> None:
    member = zipfile.ZipInfo(name, FIXED_TIME)
    member.create_system, member.external_attr, member.file_size = _UNIX, _MODE, size
    with file.open(member, "w") as target:
        shutil.copyfileobj(content, target, _BUFFER_BYTES)


def _bring_back(packed: str, name: str, path: str) -> None:
    """Lay a packed copy where it was staged; another worker may do so at the same time.

    Raises
    ------
    NotWritten
        If there is no space, or the zip turns out to be damaged.
    """
    nothing = Source.in_memory(b"")
    try:
        with zipfile.ZipFile(packed) as file, file.open(name) as member, Draft(path) as draft:
            while chunk := member.read(_BUFFER_BYTES):
                draft.write(nothing, [chunk])
            with suppress(TargetExists):
                draft.publish()
    except zipfile.BadZipFile:
        raise NotWritten("the zip of its study is damaged; move it away and run it again") from None
    except OSError as error:
        raise NotWritten(os.strerror(error.errno or 0)) from None
