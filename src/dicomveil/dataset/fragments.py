"""Step over encapsulated pixel data."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from dicomveil.dataset.syntax import UNDEFINED
from dicomveil.errors import MalformedDataSet

if TYPE_CHECKING:
    from dicomveil.dataset.source import Source


def end_of_fragments(source: Source, at: int, stop: int, *, little: bool) -> int:
    """Return where fragments end, delimiter included, header by header, without reading them (PS3.5 A.4).

    Raises
    ------
    MalformedDataSet
        If something else than a fragment is met, or no delimiter before ``stop``.
    """
    read, plain = source.read, _ITEM[little]
    while at + 8 <= stop:
        header = read(at, at + 8)
        if len(header) < 8:
            break
        group, element, length = plain(header)
        if group == 0xFFFE and element == 0xE0DD:
            return at + 8
        if group != 0xFFFE or element != 0xE000 or length == UNDEFINED:
            raise MalformedDataSet("something that is no fragment in encapsulated pixel data", at)
        at += 8 + length
    raise MalformedDataSet("encapsulated pixel data that is never closed", min(at, source.size))


_ITEM = {True: Struct("<HHL").unpack_from, False: Struct(">HHL").unpack_from}
