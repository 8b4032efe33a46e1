"""The files in a tar archive, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dicomveil.batch.kinds import BZIP2, GZIP, HEAD_BYTES, TAR, XZ, kind_of
from dicomveil.batch.sources.unpacking import MOST_MEMBERS, Member, damage_told, in_order, unpacked
from dicomveil.errors import NotUnpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

_LONGEST_HEADER_BYTES = 16 * 1024 * 1024
_MOST_REELS = 2
_MOST_EXPANSION = 1_100  # deflate makes at most 1,032 bytes of one, and bzip2 and xz of images far fewer
_ANY_EXPANSION_BYTES = 1024 * 1024 * 1024
_STEP_BYTES = 256 * 1024 * 1024
_LATEST_NS = 1 << 62
_NS = 1_000_000_000


def decompressed(stream: IO[bytes], kind: str) -> IO[bytes]:
    """Return what a stream is compressed from; closing that leaves the stream open."""
    if kind == GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
    if kind == BZIP2:
        return cast("IO[bytes]", bz2.BZ2File(stream))
    if kind == XZ:
        return cast("IO[bytes]", lzma.LZMAFile(stream))
    return stream


def holds_tar(stream: IO[bytes], kind: str) -> bool:
    """Tell whether a compressed stream is a tar archive, or too damaged to tell."""
    stream.seek(0)
    try:
        with damage_told("damaged"), decompressed(stream, kind) as inside:
            return kind_of(inside.read(HEAD_BYTES)) == TAR
    except NotUnpacked:
        return True


class TarReader:
    """A tar archive, read by winding forward; positions are those of headers in the unpacked bytes.

    What is compressed can only be wound forward, or else from its beginning again. So its members come in the order
    in which they lie, and two reels are kept: large members are taken before smaller ones that lie in front of them.

    Parameters
    ----------
    open_stream
        Opens the archive, anew for each reel.
    """

    def __init__(self, open_stream: Callable[[], IO[bytes]], kind: str) -> None:
        self._open_stream = open_stream
        self._kind = kind
        self._reels: list[_Reel] = []

    def members(self) -> Iterator[Member]:
        """Yield the regular files in it: in the order of names, or as they lie if it is compressed.

        Raises
        ------
        NotUnpacked
            After those before the place where it is damaged, or ends without its end mark.
        """
        reel = _Reel(self._open_stream(), self._kind)
        try:
            if self._kind != TAR:
                yield from reel.wound()
                return
            found: list[Member] = []
            damage: Exception | None = None
            try:
                found.extend(reel.wound())
            except Exception as error:  # told after what could be found
                damage = error
            yield from sorted(found, key=_in_order)
            if damage is not None:
                raise damage
        finally:
            reel.close()

    def read(self, position: int, name: str) -> bytes:
        """Unpack a member.

        Raises
        ------
        NotUnpacked
            If it is not there any more, or has holes.
        """
        return self._reel_for(position).read(position, name)

    def close(self) -> None:
        """Give the files back."""
        for reel in self._reels:
            reel.close()
        self._reels.clear()

    def _reel_for(self, position: int) -> _Reel:
        """Return the reel that need be wound least to a position."""
        before = [reel for reel in self._reels if reel.at <= position]
        if before:
            return max(before, key=_at)
        if len(self._reels) < (1 if self._kind == TAR else _MOST_REELS):
            self._reels.append(_Reel(self._open_stream(), self._kind))
            return self._reels[-1]
        return min(self._reels, key=_at)


class _Reel:
    """One pass over the bytes of a tar archive."""

    def __init__(self, packed: IO[bytes], kind: str) -> None:
        self._packed = packed
        self._stream = decompressed(packed, kind)
        try:
            self._tar = tarfile.TarFile(fileobj=cast("IO[bytes]", _Cautious(self._stream)))
        except BaseException:
            self.close()
            raise

    @property
    def at(self) -> int:
        return self._stream.tell()

    def wound(self) -> Iterator[Member]:
        """Wind through all headers."""
        at = count = 0
        while (info := self._header(at)) is not None:
            if self._tar.offset <= at:
                raise NotUnpacked("the archive is damaged")
            at = self._tar.offset
            if info.isreg():
                count += 1
                if count > MOST_MEMBERS:
                    raise NotUnpacked("more files in an archive than are accepted")
                yield Member(info.offset, info.name, info.size, _changed_ns(info))

    def read(self, position: int, name: str) -> bytes:
        info = self._header(position)
        if info is None or info.name != name or not info.isreg():
            raise NotUnpacked("not in its archive any more")
        if info.issparse():
            raise NotUnpacked("a file with holes in its archive, which is not unpacked")
        self._wind_to(info.offset_data)
        return unpacked(self._stream, info.size)

    def close(self) -> None:
        if self._stream is not self._packed:
            self._stream.close()
        self._packed.close()

    def _wind_to(self, position: int) -> None:
        """Wind step by step, so that a few bytes that are made to unpack to very many do not hold up a run."""
        while self._stream is not self._packed and self.at + _STEP_BYTES < position:
            before = self.at
            self._stream.seek(before + _STEP_BYTES)
            if self.at > _ANY_EXPANSION_BYTES + _MOST_EXPANSION * self._packed.tell():
                raise NotUnpacked("unpacks to more than any images would")
            if self.at == before:
                break
        self._stream.seek(position)

    def _header(self, position: int) -> tarfile.TarInfo | None:
        """Read the header there; None for the mark of the end."""
        self._wind_to(position)
        try:
            return tarfile.TarInfo.fromtarfile(self._tar)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            return None


class _Cautious:
    """Keeps tarfile from reading a header into memory that is longer than any honest one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.tell = stream.tell
        self.seek = stream.seek

    def read(self, size: int) -> bytes:
        if size > _LONGEST_HEADER_BYTES:
            raise NotUnpacked("the archive is damaged")
        return self._stream.read(size)


def _at(reel: _Reel) -> int:
    return reel.at


def _in_order(member: Member) -> tuple[tuple[bool, str], ...]:
    return in_order(member.name)


def _changed_ns(info: tarfile.TarInfo) -> int:
    """Return the time of a member; 0 for one that no file can have."""
    return int(info.mtime * _NS) if 0 < info.mtime < _LATEST_NS / _NS else 0
