"""Where the copies go: folders and files named by stand-ins, never by anything of the input's."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from dicomveil.batch.storage.places import is_url, taken_under
from dicomveil.errors import NotWritten, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.batch.sources.inputs import Input
    from dicomveil.batch.work import Work
    from dicomveil.engine.report import Report

    Naming = Callable[[Report, Input], tuple[str, str]]

PSEUDONYMS, MIRROR, ZIP, MEDIA = LAYOUTS = ("pseudonyms", "mirror", "zip", "media")
"""By stand-ins; the input's folders with stand-ins for their names; a zip for each study; with a DICOMDIR."""


def by_pseudonyms(report: Report, item: Input) -> tuple[str, str]:
    """Return folder and name of a copy: ``patient/study/series`` and ``instance.dcm``."""
    return f"{report.patient}/{report.study_uid}/{report.series_uid or 'no-series'}", f"{report.instance_uid}.dcm"


class Layout:
    """Names the copies under one folder, and makes folders when they are first needed.

    ``is_finished_later`` says that `finish` has to be called before an output is what it shall be, ``is_finished``
    after that whether nothing is left to be done that another run could do.
    """

    is_finished_later = False
    is_finished = True

    def __init__(self, root: str, naming: Naming = by_pseudonyms, *, dry: bool = False) -> None:
        self.root = root.rstrip(os.sep) or os.sep
        self.dry = dry
        self._naming = naming
        self._makes_folders = not dry and not is_url(self.root)  # a storage has none, or makes them with a file
        self._made: set[str] = set()
        self._is_taken = taken_under(self.root)

    def place(self, report: Report, item: Input) -> str:
        """Return the path of an instance's copy, and make its folder.

        Raises
        ------
        NotWritten
            If the folder cannot be made.
        """
        inside, name = self._naming(report, item)
        folder = f"{self.root}/{inside}" if inside else self.root
        if self._makes_folders and folder not in self._made:
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as error:
                raise NotWritten(os.strerror(error.errno or 0)) from None
            if len(self._made) >= _MOST_FOLDERS_KNOWN:
                self._made.clear()
            self._made.add(folder)
        return f"{folder}/{name}"

    def has(self, inside: str, size: int) -> bool:
        """Tell whether there is a copy of so many bytes under a name relative to the root; 0 for any number.

        A power failure may leave a file empty that was whole when its name was noted.
        """
        path = f"{self.root}/{inside}"
        if not size or is_url(path):
            return self._is_taken(path)
        try:
            return os.lstat(path).st_size == size
        except OSError:
            return False

    def remove(self, inside: str) -> bool:
        """Take away the copy of an input that has become another instance; return whether it is gone."""
        path = f"{self.root}/{inside}"
        if is_url(path):
            return not self._is_taken(path)
        with suppress(OSError):
            os.unlink(path)
        return not os.path.lexists(path)

    def finish(self) -> list[str]:
        """Do what can be done only when all copies are there; return what went wrong, a sentence each."""
        return []


def layout_of(work: Work) -> Layout:
    """Make the layout that a work asks for.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if work.layout == PSEUDONYMS:
        return Layout(work.target, dry=work.dry_run)
    if work.layout == MIRROR:
        from dicomveil.batch.layouts.mirror import Mirrored

        return Layout(work.target, Mirrored(work.key), dry=work.dry_run)
    if work.layout == ZIP:
        from dicomveil.batch.layouts.packing import Packed

        return Packed(work.target, work.staging, overwrite=work.overwrite, dry=work.dry_run)
    if work.layout == MEDIA:
        from dicomveil.batch.layouts.media import Media

        return Media(work.target, dry=work.dry_run)
    raise UsageError("no such layout")


_MOST_FOLDERS_KNOWN = 10_000
