"""What an action can answer, and what it may know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dicomveil.dataset.charset import Charset
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.text.identifiers import KnownIdentifiers


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another value stands there; already encoded, of even length."""

    value: bytes


class Answer:
    """An outcome without a value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


KEPT: Final = Answer("KEPT")
REMOVED: Final = Answer("REMOVED")
IMPOSSIBLE: Final = Answer("IMPOSSIBLE")
"""The action cannot act on this value: the plan's strict outcome takes its place (never the original value)."""

Outcome = Replaced | Answer


@dataclass(frozen=True, slots=True)
class World:
    """What actions may know of the instance beyond the value they are asked about.

    ``patient`` is the original identifier that the patient's stand-ins derive from, ``days`` the patient's date
    shift, ``numbers`` the known identifiers that are numbers of six digits or more. ``uids`` remembers the UIDs mapped
    so far, ``checked`` what was answered about texts; ``retained`` collects the elements that an option retains as they
    are: the check of the output does not object to them.
    """

    pseudonyms: Pseudonyms
    patient: str
    days: int
    charset: Charset
    known: KnownIdentifiers
    numbers: frozenset[bytes] = frozenset()
    uids: dict[bytes, bytes] = field(default_factory=dict)
    retained: set[bytes] = field(default_factory=set)
    checked: dict[tuple[str, bytes], Outcome] = field(default_factory=dict)


Action = Callable[[bytes, str, World], Outcome]
"""Asked with the undecoded value, its VR and the world; answers, and touches nothing."""


def padded(text: str, vr: str) -> bytes:
    """Encode ASCII text to even length: NUL after a UID, space after anything else (PS3.5 6.2).

    >>> padded("1.2.3", "UI"), padded("ABC", "LO")
    (b'1.2.3\\x00', b'ABC ')
    """
    raw = text.encode("ascii")
    return raw if len(raw) % 2 == 0 else raw + (b"\0" if vr == "UI" else b" ")
