"""Look at one instance for what tells whose it is and where it belongs; nothing is decided on, and no pixel is read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.reading import Reading
from dicomveil.dataset.rules import Rule
from dicomveil.engine.admit import MEDIA_DIRECTORY, admit_sop_class
from dicomveil.engine.harvest import Harvest
from dicomveil.engine.identity import (
    AT_ROOT_ONLY,
    PATIENT_BIRTH_DATE,
    PATIENT_ID,
    PATIENT_NAME,
    STUDY_INSTANCE_UID,
    Identity,
    charset_of,
    first_reading,
    identifies_at,
    patient_key,
    readings_of,
)
from dicomveil.engine.known import KnownValue
from dicomveil.errors import InstanceError
from dicomveil.standard.dictionary import vr_of
from dicomveil.text.identifiers import KnownIdentifiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.dataset.limits import Limits
    from dicomveil.dataset.part10 import Part10
    from dicomveil.dataset.source import Source
    from dicomveil.dataset.syntax import Encoding

SOP_CLASS_UID, SOP_INSTANCE_UID, MODALITY, SERIES_INSTANCE_UID = 0x00080016, 0x00080018, 0x00080060, 0x0020000E
MEDIA_STORAGE_SOP_CLASS_UID, MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020002, 0x00020003
LONGEST_FACT_BYTES = 256
LONGEST_VALUE_CHARS = 10_240

_FACTS = frozenset({SOP_CLASS_UID, SOP_INSTANCE_UID, MODALITY, SERIES_INSTANCE_UID})
_MOST_PEOPLE = 256
_LONGEST_MODALITY = 16  # characters of a CS (PS3.5 6.2)


class Person(NamedTuple):
    """Whose an instance is: the key that its stand-ins derive from, and what the instance says, decoded."""

    key: str
    patient_id: str
    name: str
    birth_date: str


class Seen(NamedTuple):
    """What one instance tells.

    UIDs are as they lie, without padding; empty if there are none. ``modality`` is empty where it is no code, or names
    somebody. ``values`` is everything that identifies, at every depth. ``fault`` says what is wrong with the rest of
    an instance that tells only what stands before that.
    """

    person: Person
    values: tuple[KnownValue, ...]
    study: bytes
    series: bytes
    instance: bytes
    sop_class: str
    modality: str
    fault: InstanceError | None = None


class Surveyor:
    """Looks at instances, one after the other; not to be shared between threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits
        self._roots: dict[Encoding, _Root] = {}
        self._people: dict[tuple[Identity, ...], _Known] = {}

    def look(self, source: Source) -> Seen:
        """Look at an open file.

        Every element is passed by, at every depth: an identifier may stand in the last frame, or behind the pixels.

        Raises
        ------
        InstanceError
            If it is no instance, or nothing in it can be read.
        """
        part10 = open_part10(source, self._limits)
        walk = Reading(part10.source, limits=self._limits)
        fault: InstanceError | None = None
        try:
            walk.root(self._root(part10.syntax.encoding), part10.start)
        except InstanceError as error:
            fault = error
        identity = cast("tuple[Identity, ...]", tuple(walk.identity))
        facts: dict[int, bytes] = {}
        for tag, raw in cast("list[tuple[int, bytes]]", walk.facts):
            facts.setdefault(tag, raw.strip(b"\0 "))
        if fault is not None and not identity:
            raise fault
        return self._seen(part10, identity, facts, fault)

    def _root(self, encoding: Encoding) -> _Root:
        if encoding not in self._roots:
            self._roots[encoding] = _Root(_Everything(), (), encoding)
        return self._roots[encoding]

    def _seen(
        self, part10: Part10, identity: tuple[Identity, ...], facts: dict[int, bytes], fault: InstanceError | None
    ) -> Seen:
        meta = part10.meta
        sop_class = (facts.get(SOP_CLASS_UID) or meta.get(MEDIA_STORAGE_SOP_CLASS_UID, b"").strip(b"\0 ")).decode(
            "latin-1"
        )
        if sop_class == MEDIA_DIRECTORY:
            admit_sop_class(sop_class)
        known = self._people.get(identity)
        if known is None:
            if len(self._people) >= _MOST_PEOPLE:
                self._people.clear()
            known = self._people[identity] = _Known.by(identity)
        return Seen(
            known.person,
            known.values,
            known.study,
            facts.get(SERIES_INSTANCE_UID, b""),
            facts.get(SOP_INSTANCE_UID) or meta.get(MEDIA_STORAGE_SOP_INSTANCE_UID, b"").strip(b"\0 "),
            sop_class,
            known.modality(facts.get(MODALITY, b"")),
            fault,
        )


class _Known(NamedTuple):
    """What follows from the identifying values of an instance."""

    person: Person
    values: tuple[KnownValue, ...]
    study: bytes
    identifiers: KnownIdentifiers

    @classmethod
    def by(cls, identity: tuple[Identity, ...]) -> _Known:
        charset = charset_of(identity)
        values: dict[KnownValue, None] = {}
        for each in identity:
            if each.tag not in AT_ROOT_ONLY:
                for text in readings_of(each.raw, charset):
                    values[KnownValue(each.path, each.tag, each.is_name, text[:LONGEST_VALUE_CHARS])] = None
        person = Person(
            patient_key(identity, charset),
            *(first_reading(identity, tag, charset) for tag in (PATIENT_ID, PATIENT_NAME, PATIENT_BIRTH_DATE)),
        )
        study = next((each.raw for each in identity if each.tag == STUDY_INSTANCE_UID), b"").strip(b"\0 ")
        names = [value.text for value in values if value.is_name]
        identifiers = KnownIdentifiers.of(names, [value.text for value in values if not value.is_name])
        return cls(person, tuple(values), study, identifiers)

    def modality(self, raw: bytes) -> str:
        """Return a modality that can be shown: a code, and nobody's name."""
        text = raw.decode("latin-1")
        is_code = text.isascii() and text.isalpha() and text.isupper() and len(text) <= _LONGEST_MODALITY
        return text if is_code and not self.identifiers.has_word_of(text) else ""


class _Everything:
    """Asks for all that identifies, whatever a recipe keeps."""

    def identity_of(self, path: tuple[int, ...], tag: int, vr: str) -> Callable[[bytes], object] | None:
        known_vr = vr_of(tag) or vr
        if not identifies_at(path, tag, known_vr):
            return None
        return partial(Identity, tag, known_vr == "PN", not path, path=path)


class _Root(Harvest):
    """The root of an instance, where it also says what it is."""

    __slots__ = ()

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        rule = super().rule_for(tag, vr)
        if tag in _FACTS:
            rule = rule or Rule(tag, vr)
            rule.act = _note
        return rule


def _note(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
    walk.facts.append((rule.tag, walk.source.read(value, min(end, value + LONGEST_FACT_BYTES))))
    return None
