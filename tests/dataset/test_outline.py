"""An outline of very many elements is not read over and over."""

from __future__ import annotations

from collections.abc import Iterator

from builders import EXPLICIT, element, encode
from dicomveil.dataset.index import Level
from dicomveil.dataset.outline import Outline
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.dataset.syntax import EXPLICIT_LE
from dicomveil.standard.dictionary import vr_by_tag

GROUPS = range(0x0011, 0x0011 + 2 * 200, 2)
COMMENTS, SIGNED = 0x00204000, 0x00280103
ENOUGH = 5


class Counted(list[int]):
    """A list that counts how often it is gone through."""

    times = 0

    def __iter__(self) -> Iterator[int]:
        self.times += 1
        return super().__iter__()


def outlined(raw: bytes) -> tuple[Outline, Counted]:
    outline = Outline.of_root(Source.in_memory(raw), 0, Level(EXPLICIT_LE, vr_by_tag()))
    outline.tags = tags = Counted(outline.tags)
    return outline, tags


def grouped(text: str) -> bytes:
    body = b""
    for group in GROUPS:
        within = encode([element(group << 16 | 0x10, "LO", text), element(group << 16 | 0x1001, "LO", "more")])
        body += encode([element(group << 16, "UL", [len(within)])]) + within
    return body


def test_the_lengths_of_many_groups_are_corrected_in_one_go() -> None:
    raw = grouped("creator")
    outline, tags = outlined(raw)
    for group in GROUPS:
        tag = group << 16 | 0x10
        outline.put(tag, element(tag, "LO", "another creator").encoded(EXPLICIT))
    assert spliced(raw, 0, outline.edits()) == grouped("another creator")
    assert tags.times <= ENOUGH


def test_an_attribute_that_is_repeated_often_is_looked_up_once() -> None:
    repeated = [element(COMMENTS, "LT", "abc")] * 200
    outline, tags = outlined(encode([*repeated, element(SIGNED, "US", [1]), element(SIGNED, "US", [0])]))
    slots = outline.slots(COMMENTS)
    assert len(slots) == len(repeated)
    for slot in slots[1:]:
        assert outline.raw(SIGNED) == b"\1\0"
        outline.remove(slot)
        assert outline.new_bytes(COMMENTS) == b""
    assert outline.slots(COMMENTS) == slots[:1]
    assert tags.times <= ENOUGH
