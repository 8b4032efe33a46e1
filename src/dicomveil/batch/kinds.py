"""Tell DICOM files and archives by their first bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dicomveil.dataset.part10 import looks_like_data_set
from dicomveil.errors import NotDicom

if TYPE_CHECKING:
    from dicomveil.dataset.source import Source

HEAD_BYTES = 512
"""So much of the beginning tells DICOM files and archives from others."""

ZIP, TAR, GZIP, BZIP2, XZ, OTHER = "zip", "tar", "gzip", "bzip2", "xz", "7z, rar or zstd"

_BEGINNINGS = {
    b"PK\3\4": ZIP,
    b"PK\5\6": ZIP,
    b"\x1f\x8b": GZIP,
    b"BZh": BZIP2,
    b"\xfd7zXZ\0": XZ,
    b"7z\xbc\xaf\x27\x1c": OTHER,
    b"Rar!": OTHER,
    b"\x28\xb5\x2f\xfd": OTHER,
}
_TAR_MARK_AT = 257


def kind_of(head: bytes) -> str:
    """Tell an archive or a compressed file by its first 512 bytes; empty for anything else, a DICOM file above all."""
    if head[128:132] == b"DICM":
        return ""
    if head[_TAR_MARK_AT : _TAR_MARK_AT + 5] == b"ustar":
        return TAR
    return next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), "")


@contextmanager
def archives_told(file: Source) -> Iterator[None]:
    """Have a command that takes no archives say so of one, rather than that it is no DICOM file.

    Raises
    ------
    NotDicom
        Whenever it is raised inside, with what the file is.
    """
    try:
        yield
    except NotDicom:
        kind = kind_of(file.head)
        if not kind:
            raise
        what = "an archive" if kind in (ZIP, TAR) else "a compressed file"
        raise NotDicom(f"{what}, which this command does not look into") from None


def check_may_be_dicom(head: bytes) -> None:
    """See to it that no more is unpacked or fetched of what is no DICOM file.

    Raises
    ------
    NotDicom
        If its first bytes say that it is none.
    """
    if head[128:132] != b"DICM" and not looks_like_data_set(head):
        raise NotDicom("an archive in an archive, which is not looked into") if kind_of(head) else NotDicom
