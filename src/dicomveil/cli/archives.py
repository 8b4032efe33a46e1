"""Tell packed archives, in which DICOM files may lie unseen."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BEGINNINGS = (
    b"PK\3\4",
    b"PK\5\6",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_MOST_LOOKED_AT = 100


def any_archive(paths: Iterable[str]) -> bool:
    """Tell whether one of the first hundred files is a zip, 7z, rar or tar archive, or compressed as a whole."""
    return any(map(_is_archive, islice(paths, _MOST_LOOKED_AT)))


def _is_archive(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(_TAR_MARK_AT + len(_TAR_MARK))
    except OSError:
        return False
    return head.startswith(_BEGINNINGS) or head[_TAR_MARK_AT:] == _TAR_MARK
