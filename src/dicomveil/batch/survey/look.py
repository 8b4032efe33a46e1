"""A portion of a survey in a process of its own: what each file of it tells, packed so that little is sent back."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.faults import code_and_message
from dicomveil.batch.fingerprint import fingerprint
from dicomveil.batch.garbage import look_seldom
from dicomveil.batch.outcome import QUARANTINED, QUARANTINED_MESSAGE
from dicomveil.batch.sources.inputs import opened
from dicomveil.engine.survey import Surveyor
from dicomveil.errors import InstanceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.batch.crews.chunks import Task
    from dicomveil.batch.sources.inputs import Input
    from dicomveil.engine.known import KnownValue
    from dicomveil.engine.survey import Person, Seen

SEEN = "seen"
UID_DIGEST_BYTES = 16


class Looked(NamedTuple):
    """What came of a look at one file.

    ``code`` is "seen", "skipped", or that of the error. ``series`` is the number of its series in the portion, -1 if it
    has none; ``instance`` stands for its SOP Instance UID, empty if it has none. ``path`` is the input's own: not for
    anything that leaves the house.
    """

    number: int
    code: str
    message: str
    path: str
    size: int
    series: int = -1
    instance: bytes = b""


class SeriesKey(NamedTuple):
    """What instances have in common that are counted together; ``person`` is a number in the portion."""

    person: int
    study: bytes
    series: bytes
    sop_class: str
    modality: str


class Looks(NamedTuple):
    """What a portion has told: files, and once each what many of them share. A value goes with a person's number."""

    files: list[Looked]
    people: list[Person]
    series: list[SeriesKey]
    values: list[tuple[int, KnownValue]]


def look_at(portion: Iterable[Task]) -> Looks:
    """Look at the files of a portion; called in a worker. One bad file stops nothing."""
    if not _kept:
        _kept.append(Surveyor())
        look_seldom()
    packer = _Packer(_kept[0])
    files = [packer.looked(task.item) for task in portion]
    return Looks(files, list(packer.people), list(packer.series), list(packer.values))


def not_survived(task: Task) -> Looks:
    """Say of a file that a worker died of it."""
    item = task.item
    return Looks([Looked(item.number, QUARANTINED, QUARANTINED_MESSAGE, item.path, item.size)], [], [], [])


def contents_of(portion: Iterable[Task]) -> list[tuple[int, bytes]]:
    """Return what stands for all bytes of each file, with its number; nothing for a file that cannot be read now."""
    found: list[tuple[int, bytes]] = []
    for task in portion:
        try:
            with opened(task.item) as source:
                found.append((task.item.number, fingerprint(source, None)))
        except (OSError, InstanceError):
            continue
    return found


def nothing_of(task: Task) -> list[tuple[int, bytes]]:
    """Say nothing of a file that a worker died of."""
    return []


_kept: list[Surveyor] = []


class _Packer:
    """Numbers people and series of one portion."""

    def __init__(self, surveyor: Surveyor) -> None:
        self._surveyor = surveyor
        self.people: dict[Person, int] = {}
        self.series: dict[SeriesKey, int] = {}
        self.values: dict[tuple[int, KnownValue], None] = {}
        self._packed: tuple[int, tuple[KnownValue, ...]] = (-1, ())

    def looked(self, item: Input) -> Looked:
        code, message, size, series, instance = SEEN, "", item.size, -1, b""
        try:
            with opened(item) as source:
                size = source.size
                seen = self._surveyor.look(source)
            series = self._series(seen)
            instance = sha256(seen.instance).digest()[:UID_DIGEST_BYTES] if seen.instance else b""
            if seen.fault is not None:
                raise seen.fault
        except Exception as error:  # whatever is wrong with this file, the rest goes on
            code, message = code_and_message(error)
        if code != SEEN:
            series, instance = -1, b""
        return Looked(item.number, code, message, item.path, size, series, instance)

    def _series(self, seen: Seen) -> int:
        person = self.people.setdefault(seen.person, len(self.people))
        if self._packed[0] != person or self._packed[1] is not seen.values:
            self._packed = person, seen.values
            self.values.update(dict.fromkeys((person, value) for value in seen.values))
        if seen.fault is not None:
            return -1
        key = SeriesKey(person, seen.study, seen.series, seen.sop_class, seen.modality)
        return self.series.setdefault(key, len(self.series))
