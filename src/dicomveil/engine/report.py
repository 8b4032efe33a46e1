"""What was done to one instance, where and why; never a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from dicomveil.dataset.walk import flat
from dicomveil.standard.dictionary import keyword_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Note:
    """One decision at one place: made once, and handed on each time it is carried out.

    ``path`` is the tags of the enclosing sequences, outermost first.
    """

    __slots__ = ("path", "reason", "tag", "verb")

    def __init__(self, path: tuple[int, ...], tag: int, verb: str, reason: str) -> None:
        self.path = path
        self.tag = tag
        self.verb = verb
        self.reason = reason

    @property
    def address(self) -> str:
        """The place in keywords, ``[*]`` for any item; a tag stands where there is no keyword."""
        return "".join([f"{_spelled(step)}[*]." for step in self.path]) + _spelled(self.tag)


class Named:
    """A value that later steps need again, such as the Series Instance UID."""

    __slots__ = ("kind", "raw")

    def __init__(self, kind: str, raw: bytes) -> None:
        self.kind = kind
        self.raw = raw


@dataclass(slots=True)
class Report:
    """What happened to one instance.

    ``notes`` tells of each element that was replaced or removed, in the order of the data set, in groups (see
    `lines`); everything else was kept as the bytes it was. ``patient`` and the UIDs are stand-ins.
    """

    sop_class_uid: str
    patient: str = ""
    study_uid: str = ""
    series_uid: str = ""
    instance_uid: str = ""
    pixels_not_checked: bool = False
    trailing_bytes: int = 0
    notes: list[object] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield address, action, reason and in how many places, each three once, in the order of the data set."""
        told: dict[tuple[str, str, str], int] = {}
        for note, count in Counter(flat(self.notes)).items():
            assert isinstance(note, Note)
            line = note.address, note.verb, note.reason
            told[line] = told.get(line, 0) + count
        for line, count in told.items():
            yield *line, count


@lru_cache(maxsize=4096)
def _spelled(tag: int) -> str:
    return keyword_of(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
