"""What a survey has learned of a patient from all of his files, as far as the copy of one must not hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from dicomveil.engine.identity import charset_of, patient_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dicomveil.engine.identity import Identity
    from dicomveil.engine.plan import Plan


class KnownValue(NamedTuple):
    """One identifying value as it was read: where it stood, whether it names a person, and its text."""

    path: tuple[int, ...]
    tag: int
    is_name: bool
    text: str


class KnownPatients(Protocol):
    """Knows what patients' files have told of them."""

    def values_of(self, patient: str) -> Sequence[KnownValue]:
        """Return what is known of a patient, by `patient_key`; nothing of one who was never met."""
        ...


def others_known(known: KnownPatients, identity: tuple[Identity, ...], plan: Plan) -> Iterator[tuple[bool, str]]:
    """Yield what is known of an instance's patient and must not be left in its copy, each with whether it is a name.

    It is as if the instance itself had all these elements: what the recipe keeps where it stood is no secret.
    """
    for value in known.values_of(patient_key(identity, charset_of(identity))):
        if plan.is_secret(value.path, value.tag):
            yield value.is_name, value.text
