"""Files in a storage that fsspec knows by its URL: S3 and its like, or another computer's; only read here."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dicomveil.batch.kinds import HEAD_BYTES, check_may_be_dicom
from dicomveil.dataset.limits import Limits
from dicomveil.errors import LimitExceeded, SourceChanged, UsageError

if TYPE_CHECKING:
    from typing import IO

_WORTH_A_LOOK_BYTES = 1024 * 1024
_COMPARED_BYTES = 8 * 1024 * 1024
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")
_MOST_FOLDERS_KNOWN = 64
_NS = 1_000_000_000


class Object(NamedTuple):
    """One object, or file, of a storage; ``name`` is relative to where it was looked for."""

    url: str
    name: str
    size: int
    changed_ns: int


def filesystem(url: str) -> tuple[Any, str]:
    """Return the storage of a URL, and what it calls the place.

    Who may do what is told by the environment, as the storage's own tools have it.

    Raises
    ------
    UsageError
        If a package for it is missing, or nobody knows its scheme.
    """
    try:
        from fsspec.core import url_to_fs

        storage, path = url_to_fs(url)
    except ImportError as error:
        raise UsageError(_missing(error)) from None
    except ValueError:
        raise UsageError("a URL with a scheme that is not known, or one that names nothing") from None
    return storage, str(path)


def _missing(error: ImportError) -> str:
    """Say what is to be installed, in fsspec's own words where it has some for the scheme."""
    module = (error.name or "").partition(".")[0]
    if module == "fsspec":
        return "a URL needs more packages: pip install 'dicomveil[storage]'"
    from fsspec.registry import known_implementations

    told = str(error) in {each.get("err") for each in known_implementations.values()}
    what = f"pip install {module}" if module else str(error) if told else "fsspec tells which"
    return f"a URL of this scheme needs more than is installed: {what}"


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn whatever a storage raises into what the system would say; its words may hold names.

    Raises
    ------
    OSError
    """
    try:
        yield
    except FileNotFoundError:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT)) from None
    except PermissionError:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES)) from None
    except (UsageError, MemoryError):
        raise
    except OSError as error:
        number = error.errno or errno.EIO
        raise OSError(number, os.strerror(number)) from None
    except Exception as error:
        number = errno.EACCES if "Credential" in type(error).__name__ else errno.EIO
        raise OSError(number, os.strerror(number)) from None


def exists(url: str) -> bool:
    """Tell whether there is anything."""
    return bool(_asked(url, "exists"))


def is_file(url: str) -> bool:
    """Tell whether there is an object of this very name."""
    return bool(_asked(url, "isfile"))


def is_folder(url: str) -> bool:
    """Tell whether there is a folder, or objects whose names begin with this one and a slash."""
    return bool(_asked(url, "isdir"))


def _asked(url: str, question: str) -> object:
    storage, path = filesystem(url)
    try:
        with refusals_told():
            return getattr(storage, question)(path)
    except OSError as error:
        raise UsageError(f"the storage cannot be asked: {os.strerror(error.errno or 0)}") from None


def objects_under(url: str) -> Iterator[Object]:
    """Yield what is under a URL, folder by folder in the order of names, as files of a folder would be.

    What cannot be listed is yielded itself, so that opening it says why.
    """
    storage, root = filesystem(url)
    base = url.rstrip("/") + "/"
    storage.invalidate_cache()
    pending = [root.rstrip("/")]
    while pending:
        folder = pending.pop()
        try:
            with refusals_told():
                found = sorted(storage.ls(folder, detail=True), key=_name)
        except OSError:
            name = folder[len(root.rstrip("/")) + 1 :]
            yield Object(base + name, name, 0, 0)
            continue
        folders = []
        for entry in found:
            path = entry["name"].rstrip("/")
            if path == folder:  # an object that stands for the folder
                continue
            if entry["type"] == "directory":
                folders.append(path)
            else:
                name = entry["name"][len(root.rstrip("/")) + 1 :]
                yield Object(base + name, name, int(entry.get("size") or 0), _changed_ns(entry))
        pending.extend(reversed(folders))


def object_at(url: str) -> Object:
    """Return what is under one URL; without size and time if it may not be looked at, so that opening it says why."""
    storage, path = filesystem(url)
    entry: dict[str, Any] = {}
    with suppress(OSError), refusals_told():
        entry = storage.info(path)
    return Object(url, path.rpartition("/")[2], int(entry.get("size") or 0), _changed_ns(entry))


def head(url: str) -> bytes:
    """Return the first bytes, few of them.

    Raises
    ------
    OSError
        If they cannot be had.
    """
    storage, path = filesystem(url)
    with refusals_told():
        return bytes(storage.cat_file(path, start=0, end=HEAD_BYTES))


def read(url: str, size: int) -> bytes:
    """Return the bytes of an object that is likely to be DICOM.

    Raises
    ------
    NotDicom
        If a larger one does not begin like a DICOM file; the rest is not fetched then.
    LimitExceeded
        If it is larger than is held in memory.
    SourceChanged
        If its size is another than it was listed with.
    OSError
        If it cannot be had.
    """
    size = size or object_at(url).size
    if size > _WORTH_A_LOOK_BYTES:
        check_may_be_dicom(head(url))
    most = Limits().inflated_bytes
    if size > most:
        raise LimitExceeded("larger than is fetched from a storage", 0)
    storage, path = filesystem(url)
    with refusals_told():
        data = bytes(storage.cat_file(path, start=0, end=size + 1)) if size else b""
    if len(data) != size:
        raise SourceChanged
    return data


def stream(url: str) -> IO[bytes]:
    """Open an object to read in it here and there.

    Raises
    ------
    OSError
        If it cannot be had.
    """
    storage, path = filesystem(url)
    with refusals_told():
        opened: IO[bytes] = storage.open(path, "rb")
        return opened


def holds(url: str, fd: int) -> bool:
    """Tell whether an object has the bytes of an open file."""
    storage, path = filesystem(url)
    try:
        with refusals_told():
            size = os.fstat(fd).st_size
            if int(storage.info(path)["size"]) != size:
                return False
            return all(
                storage.cat_file(path, start=at, end=min(at + _COMPARED_BYTES, size))
                == os.pread(fd, _COMPARED_BYTES, at)
                for at in range(0, size, _COMPARED_BYTES)
            )
    except OSError:
        return False


class Present:
    """Tells whether objects are there, asking for whole folders, of which it remembers the last few."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[str]] = {}

    def is_there(self, url: str) -> bool:
        """Tell whether something stands under a name; what came there since its folder was asked for may be missed."""
        folder, _, name = url.rpartition("/")
        if folder not in self._known:
            if len(self._known) >= _MOST_FOLDERS_KNOWN:
                self._known.clear()
            self._known[folder] = _names_in(folder)
        return name in self._known[folder]


def _names_in(url: str) -> frozenset[str]:
    storage, path = filesystem(url)
    try:
        with refusals_told():
            storage.invalidate_cache(path)
            return frozenset(each.rpartition("/")[2] for each in storage.ls(path, detail=False))
    except OSError:
        return frozenset()


def _changed_ns(entry: dict[str, Any]) -> int:
    """Return the time of the last change, which each storage calls by another name; 0 if it tells none."""
    value = next((entry[name] for name in _TIMES if entry.get(name)), 0)
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return int(value * _NS) if isinstance(value, (int, float)) else 0


def _name(entry: dict[str, Any]) -> str:
    return str(entry["name"])
