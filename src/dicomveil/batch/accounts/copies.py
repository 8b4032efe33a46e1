"""What a copy says of its study's date and of its modality, for people's accounts."""

from __future__ import annotations

import re
from typing import NamedTuple

from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.peek import Peek
from dicomveil.dataset.source import Source
from dicomveil.errors import InstanceError
from dicomveil.standard.dictionary import vr_by_tag

STUDY_DATE = 0x00080020
MODALITY = 0x00080060

_DATE = re.compile(rb"[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_CODE = re.compile(rb"[A-Z0-9_ ]{1,16}")


class Told(NamedTuple):
    """A date as ``YYYYMMDD``, and a modality; empty where a copy does not have it, or it is none."""

    study_date: str = ""
    modality: str = ""


class Copies:
    """Reads the first elements of copies, one after the other."""

    def __init__(self) -> None:
        self._peek = Peek((STUDY_DATE, MODALITY), vr_by_tag())

    def told_by(self, path: str) -> Told:
        """Return what a copy says; nothing if it is gone or cannot be read."""
        try:
            with Source.open(path) as source:
                part10 = open_part10(source)
                found = self._peek(part10.source, part10.start, part10.syntax.encoding)
        except (InstanceError, OSError):
            return Told()
        return Told(_only(_DATE, found.get(STUDY_DATE, b"")), _only(_CODE, found.get(MODALITY, b"")))


def _only(pattern: re.Pattern[bytes], value: bytes) -> str:
    return value.decode("ascii") if pattern.fullmatch(value) else ""
