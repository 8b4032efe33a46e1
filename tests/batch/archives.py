"""Archives made by code, whole and damaged."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

TARS = {"tar": "w", "tgz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}
KINDS = ("zip", *TARS)


def packed(files: dict[str, bytes], kind: str) -> bytes:
    """Pack files in the order given; a name that ends with a slash is a folder."""
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data, zipfile.ZIP_DEFLATED)
        return stream.getvalue()
    with tarfile.open(fileobj=stream, mode=TARS[kind]) as tar:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_600_000_000
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def archive_at(path: Path, files: dict[str, bytes], kind: str) -> Path:
    """Write an archive, and the folder it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(files, kind))
    return path
