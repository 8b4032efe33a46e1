"""What all instances with the same identifying values share: their world, their marks, what must not be left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.actions.outcome import padded
from dicomveil.assurance.residue import Wanted
from dicomveil.engine.identity import BURNED_IN_ANNOTATION, PATIENT_ID, STUDY_INSTANCE_UID, Identity, world_of
from dicomveil.engine.known import others_known
from dicomveil.engine.stamp import own_elements, stamps

if TYPE_CHECKING:
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.engine.known import KnownPatients
    from dicomveil.engine.plan import Plan
    from dicomveil.pseudonyms.sources import Pseudonyms


class Setting:
    """One study of one patient, as one plan sees it.

    ``patient`` and ``study_uid`` are the stand-ins that name the output's folders.
    """

    __slots__ = ("burned_in", "identity", "patient", "stamps", "study", "study_uid", "wanted", "world")

    def __init__(
        self,
        plan: Plan,
        encoding: Encoding,
        identity: tuple[Identity, ...],
        pseudonyms: Pseudonyms,
        known: KnownPatients | None = None,
    ) -> None:
        self.identity = identity
        self.world = world_of(identity, pseudonyms, () if known is None else others_known(known, identity, plan))
        self.patient = pseudonyms.identifier("patient-id", self.world.patient)
        self.study = _at_root(identity, STUDY_INSTANCE_UID)
        self.study_uid = pseudonyms.uid(self.study.decode("latin-1") or self.patient)
        self.burned_in = _at_root(identity, BURNED_IN_ANNOTATION)
        marks = stamps(plan.recipe, encoding)
        if plan.stamps_patient_id:
            stamp = encoding.element(PATIENT_ID, "LO", padded(self.patient, "LO"))
            marks = ((PATIENT_ID, stamp), *marks)
        self.stamps = marks
        self.wanted = Wanted(
            self.world.known.needles(),
            retained=self.world.retained,
            ours=(*(encoded for _, encoded in marks), *own_elements(plan.recipe, encoding)),
        )


def _at_root(identity: tuple[Identity, ...], tag: int) -> bytes:
    return next((each.raw.strip(b"\0 ") for each in identity if each.tag == tag and each.at_root), b"")
