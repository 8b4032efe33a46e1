"""What all instances with the same identifying values share: their world, their marks, what must not be left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.actions.outcome import World, padded
from dicomveil.assurance.residue import Wanted
from dicomveil.dataset.charset import Charset
from dicomveil.engine.identity import BURNED_IN_ANNOTATION, PATIENT_ID, STUDY_INSTANCE_UID, Identity, world_of
from dicomveil.engine.stamp import stamps
from dicomveil.text.identifiers import KnownIdentifiers

if TYPE_CHECKING:
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.engine.plan import Plan
    from dicomveil.pseudonyms.sources import Pseudonyms


class Setting:
    """One study of one patient, as one plan sees it.

    ``patient`` and ``study_uid`` are the stand-ins that name the output's folders.
    """

    __slots__ = ("burned_in", "identity", "patient", "stamps", "study_uid", "wanted", "world")

    def __init__(
        self, plan: Plan, encoding: Encoding, identity: tuple[Identity, ...], pseudonyms: Pseudonyms
    ) -> None:
        self.identity = identity
        self.world = world_of(identity, pseudonyms)
        self.patient = pseudonyms.identifier("patient-id", self.world.patient)
        self.study_uid = pseudonyms.uid(_at_root(identity, STUDY_INSTANCE_UID).decode("latin-1") or self.patient)
        self.burned_in = _at_root(identity, BURNED_IN_ANNOTATION)
        marks = stamps(plan.recipe, encoding)
        if plan.stamps_patient_id:
            stamp = encoding.element(PATIENT_ID, "LO", padded(self.patient, "LO"))
            marks = ((PATIENT_ID, stamp), *marks)
        self.stamps = marks
        self.wanted = Wanted(
            self.world.known.needles(),
            uids=self.world.uids.keys(),
            retained=self.world.retained,
            ours=tuple(encoded for _, encoded in marks),
        )


class Blank(Setting):
    """Nobody's setting: for a first walk that finds out whose instance it is."""

    __slots__ = ()

    def __init__(self) -> None:
        self.identity = ()
        self.world = World(_NoPseudonyms(), "", 0, Charset.of(b""), KnownIdentifiers.of((), ()))
        self.patient = self.study_uid = ""
        self.burned_in = b""
        self.stamps = ()
        self.wanted = Wanted(())


class _NoPseudonyms:
    """Stands in for a source of stand-ins where none must be used up."""

    def uid(self, original: str) -> str:
        return "2.25.0"

    def identifier(self, purpose: str, original: str) -> str:
        return ""

    def days(self, patient: str) -> int:
        return 0


def _at_root(identity: tuple[Identity, ...], tag: int) -> bytes:
    return next((each.raw.strip(b"\0 ") for each in identity if each.tag == tag and each.at_root), b"")
