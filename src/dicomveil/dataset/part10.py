"""Open a DICOM file: preamble, File Meta Information, and where and how the data set is encoded (PS3.10 7)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import Struct

from dicomveil.dataset.limits import Limits
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    LONG_LENGTH_VRS,
    SHORT_LENGTH_VRS,
    TransferSyntax,
    encoding_of,
    transfer_syntax,
)
from dicomveil.errors import LimitExceeded, MalformedDataSet, NotDicom

TRANSFER_SYNTAX_UID = 0x00020010
MOST_META_ELEMENTS = 1_000


@dataclass(slots=True)
class Part10:
    """A file as far as it must be known to walk its data set.

    ``source`` holds the data set from ``start`` on: the file itself, or the inflated bytes of a deflated one.
    ``meta`` is the undecoded File Meta Information by tag; in the file it lies from ``meta_start`` to ``meta_stop``.
    """

    source: Source
    start: int
    syntax: TransferSyntax
    meta: dict[int, bytes]
    meta_start: int
    meta_stop: int


def open_part10(source: Source, limits: Limits | None = None) -> Part10:
    """Read what precedes the data set, and inflate it if it is deflated (PS3.5 A.5).

    Files without preamble, without File Meta Information, or without a transfer syntax in it are read too;
    their encoding is told from the first element.

    Raises
    ------
    NotDicom
        If nothing at the start of the file looks like DICOM.
    MalformedDataSet
        If the File Meta Information or the deflated bytes are damaged.
    LimitExceeded
        If the data set inflates beyond ``limits.inflated_bytes``.
    """
    head = source.head
    has_preamble = head[128:132] == b"DICM" and (
        head[132:134] == b"\x02\0" or looks_like_data_set(head[132:148]) or not looks_like_data_set(head)
    )
    at = 132 if has_preamble else 0
    if not has_preamble and not looks_like_data_set(head):
        raise NotDicom
    meta, start = _read_meta(source, at)
    uid = meta.get(TRANSFER_SYNTAX_UID, b"").rstrip(b"\0 ").decode("ascii", "replace")
    first = source.read(start, start + 8)
    if not meta and not first:
        raise NotDicom
    if uid == DEFLATED:
        inflated = _inflate(source, start, limits or Limits())
        return Part10(Source.in_memory(inflated), 0, transfer_syntax(uid), meta, at, start)
    syntax = _believed(uid, first)
    return Part10(source, start, syntax, meta, at, start)


def looks_like_data_set(head: bytes) -> bool:
    """Tell whether bytes without a preamble begin like File Meta Information or a data set."""
    if len(head) < 8:
        return False
    group, element, length = _PLAIN["<"](head)
    if group in (0x0002, 0x0008) and element <= 0x1000:
        return head[4:6] in _VRS or length <= 0x1000
    group, element, _ = _PLAIN[">"](head)
    return group in (0x0002, 0x0008) and element <= 0x1000 and head[4:6] in _VRS


_VRS = frozenset(vr.encode() for vr in SHORT_LENGTH_VRS + LONG_LENGTH_VRS)
_LONG = frozenset(vr.encode() for vr in LONG_LENGTH_VRS)
_PLAIN = {order: Struct(f"{order}HHL").unpack_from for order in "<>"}
_EXPLICIT = Struct("<HH2sH").unpack_from
_DEFLATED_SLICE_BYTES = 32 * 1024  # zlib makes at most 1032 times as much of it


def _read_meta(source: Source, at: int) -> tuple[dict[int, bytes], int]:
    """Read group 0002; explicit VR little endian by the standard, implicit by a few writers."""
    meta: dict[int, bytes] = {}
    read, size = source.read, source.size
    while True:
        head = read(at, at + 12)
        if head[:2] != b"\x02\0" or len(head) < 8:
            return meta, at
        _, element, code, length = _EXPLICIT(head)
        value = at + 8
        if code in _LONG:
            if len(head) < 12:
                raise MalformedDataSet("a header cut short", at)
            length, value = int.from_bytes(head[8:], "little"), at + 12
        elif code not in _VRS:
            length = int.from_bytes(head[4:8], "little")
        at = value + length
        if at > size:
            raise MalformedDataSet("a length past the end of what holds it", value)
        if len(meta) >= MOST_META_ELEMENTS:
            raise LimitExceeded("more File Meta Information than is accepted", value)
        meta[0x20000 | element] = read(value, min(at, value + 1024))


def _believed(uid: str, first: bytes) -> TransferSyntax:
    """Return the transfer syntax, corrected where the first element shows that it is not what it says."""
    syntax = transfer_syntax(uid) if uid else _guessed(first)
    if len(first) < 8:
        return syntax
    explicit = _has_vr(first)
    if syntax.encoding.explicit:  # a VR that nobody knows is one that came after us
        explicit = first[4:6].isalpha() and first[4:6].isupper()
    if explicit != syntax.encoding.explicit:
        return TransferSyntax(syntax.uid, encoding_of(explicit=explicit, little=syntax.encoding.little))
    return syntax


def _guessed(first: bytes) -> TransferSyntax:
    """Tell the transfer syntax from the first element of a data set without File Meta Information."""
    if not _has_vr(first):
        return transfer_syntax(IMPLICIT_LITTLE)
    group = int.from_bytes(first[:2], "little")
    return transfer_syntax(EXPLICIT_BIG if group >= 0x0400 else EXPLICIT_LITTLE)


def _has_vr(first: bytes) -> bool:
    """Tell whether an element begins with its VR (PS3.5 7.1.2); two bytes of a long length may be letters as well."""
    return first[4:6] in _VRS and (first[4:6] not in _LONG or first[6:8] == b"\0\0")


def _inflate(source: Source, start: int, limits: Limits) -> bytes:
    """Inflate a raw deflate stream, slice by slice and no further than the limit."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    room = limits.inflated_bytes
    for at in range(start, source.size, _DEFLATED_SLICE_BYTES):
        deflated = source.read(at, min(at + _DEFLATED_SLICE_BYTES, source.size))
        try:
            parts.append(stream.decompress(deflated, room + 1))
        except zlib.error:
            raise MalformedDataSet("deflated bytes that cannot be inflated", at) from None
        room -= len(parts[-1])
        if room < 0:
            raise LimitExceeded("inflates to more than is accepted", at)
        if stream.eof:
            return b"".join(parts)
    raise MalformedDataSet("deflated bytes that end early", source.size)
