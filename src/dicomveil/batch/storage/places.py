"""Where files lie: paths of this machine, or URLs of a storage that is asked through fsspec, which is imported then."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dicomveil.dataset.write import Draft, same_bytes
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_LOCAL = re.compile(r"(?:file|local)://(?=/)")


def spelled(place: object) -> str:
    """Return a path or URL as text: one of ``file://`` as the path it is, that of a ``UPath`` too.

    Examples
    --------
    >>> [spelled(place) for place in ("a//b", "file:///data/a", "s3://bucket/a")]
    ['a//b', '/data/a', 's3://bucket/a']
    """
    text = os.fspath(place) if isinstance(place, (str, os.PathLike)) else str(place)
    return _LOCAL.sub("", text, count=1)


def is_url(place: str) -> bool:
    """Tell a URL from a path of this machine.

    Examples
    --------
    >>> is_url("s3://bucket/a"), is_url("memory://a"), is_url("a://b"), is_url("/data/s3://a")
    (True, True, False, False)
    """
    return "://" in place and _SCHEME.match(place) is not None


def absolute(place: str) -> str:
    """Return a place spelled so that it is the same one for processes in other folders; an empty one stays so."""
    return place if is_url(place) or not place else os.path.join(os.getcwd(), place)  # "..", after a link, is kept


def exists(place: str) -> bool:
    """Tell whether there is anything."""
    if is_url(place):
        from dicomveil.batch.storage import remote

        return remote.exists(place)
    return os.path.exists(place)


def is_file(place: str) -> bool:
    """Tell whether there is a file, or an object."""
    if is_url(place):
        from dicomveil.batch.storage import remote

        return remote.is_file(place)
    return os.path.isfile(place)


def is_folder(place: str) -> bool:
    """Tell whether there is a folder, or objects whose names begin with this one and a slash."""
    if is_url(place):
        from dicomveil.batch.storage import remote

        return remote.is_folder(place)
    return os.path.isdir(place)


def holds_files(place: str) -> bool:
    """Tell whether a folder has anything in it, at whatever depth but empty folders."""
    if not is_folder(place):
        return False
    return is_url(place) or any(files for _, _, files in os.walk(place))


def names_folder(place: str) -> bool:
    """Tell whether copies go into a place rather than under that name: a folder is there, or a slash ends it."""
    return place.endswith(("/", os.sep)) or is_folder(place)


def resolved(place: str) -> str:
    """Return what a place is always called, whichever way it is spelled."""
    return place.rstrip("/") if is_url(place) else os.path.realpath(place)


def lies_in(place: str, folder: str) -> bool:
    """Tell of two places as `resolved` gives them whether one is in the other, or the other itself.

    Examples
    --------
    >>> lies_in("/data/a", "/data"), lies_in("s3://bucket/a", "s3://bucket"), lies_in("/data", "s3://bucket")
    (True, True, False)
    """
    if is_url(place) or is_url(folder):
        return place == folder or place.startswith(f"{folder}/")
    return os.path.commonpath([place, folder]) == folder


def draft(target: str, *, overwrite: bool) -> Draft:
    """Return a file in the making that is to get a name, wherever that is."""
    if is_url(target):
        from dicomveil.batch.storage.upload import Upload

        return Upload(target, overwrite=overwrite)
    return Draft(target, overwrite=overwrite)


def holds(target: str, fd: int) -> bool:
    """Tell whether what lies under a name has the bytes of an open file."""
    if is_url(target):
        from dicomveil.batch.storage import remote

        return remote.holds(target, fd)
    return same_bytes(fd, target)


def is_taken(target: str) -> bool:
    """Tell whether something stands under a name, be it a link that leads nowhere."""
    return exists(target) if is_url(target) else os.path.lexists(target)


def taken_under(root: str) -> Callable[[str], bool]:
    """Return what tells, of many names under one root, whether something stands there; a storage is asked by folder."""
    if is_url(root):
        from dicomveil.batch.storage.remote import Present

        return Present().is_there
    return os.path.lexists


def check_apart(source: object, target: object) -> None:
    """See to it that input and output are not one, nor one in the other.

    Raises
    ------
    UsageError
        If they are: a run would read what it writes, or lay copies among originals.
    """
    inner, outer = resolved(spelled(source)), resolved(spelled(target))
    if inner == outer:
        raise UsageError("the output is the input; nothing is ever changed in place")
    if lies_in(outer, inner) and is_folder(inner):
        raise UsageError("the output lies inside the input; choose a folder outside it")
    if lies_in(inner, outer) and is_folder(outer):
        raise UsageError("the input lies inside the output; choose another folder for the output")
