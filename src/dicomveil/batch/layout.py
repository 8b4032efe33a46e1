"""Where the copies go: folders and files named by stand-ins, never by anything of the input's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dicomveil.errors import NotWritten

if TYPE_CHECKING:
    from dicomveil.engine.report import Report


class Layout:
    """``patient/study/series/instance.dcm`` under one folder; folders are made when first needed."""

    def __init__(self, root: str, *, dry: bool = False) -> None:
        self.root = root.rstrip(os.sep) or os.sep
        self.dry = dry
        self._made: set[str] = set()

    def place(self, report: Report) -> str:
        """Return the path of an instance's copy, and make its folder.

        Raises
        ------
        NotWritten
            If the folder cannot be made.
        """
        folder = f"{self.root}/{report.patient}/{report.study_uid}/{report.series_uid or 'no-series'}"
        if folder not in self._made and not self.dry:
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as error:
                raise NotWritten(os.strerror(error.errno or 0)) from None
            self._made.add(folder)
        return f"{folder}/{report.instance_uid}.dcm"
