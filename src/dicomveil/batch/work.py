"""What is to be done to each file of a run: all that a worker needs to know, in any process and on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.batch.survey.known import KnownFile
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.engine.stand_ins import stand_ins
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.pseudonyms.key import ProjectKey
    from dicomveil.recipe.model import Recipe


@dataclass(frozen=True, slots=True)
class Work:
    """One recipe, one source of stand-ins and one output; it holds the project's secret.

    Parameters
    ----------
    key
        The project's key; stand-ins are made with it unless ``without_key``.
    table_path
        The private table of stand-ins drawn at random.
    target
        The folder of the copies.
    layout
        How copies are laid out in it: a name of `dicomveil.batch.layouts.layout.LAYOUTS`.
    staging
        The private folder where copies wait to be packed, for a layout that packs.
    known_path
        What a survey has learned of patients (`dicomveil.batch.survey.known`), where every worker can read it; empty
        for none.
        ``known_digest`` is its digest, so that no worker gets another one that has taken its place meanwhile.
    whole
        Take the fingerprint of an input over all of its bytes, not only over those before its pixel data.
    """

    recipe: Recipe
    key: ProjectKey
    table_path: str
    target: str
    without_key: bool = False
    layout: str = "pseudonyms"
    staging: str = ""
    overwrite: bool = False
    dry_run: bool = False
    again: bool = False
    refuse_burned_in: bool = False
    whole: bool = False
    known_path: str = ""
    known_digest: str = ""

    def _known(self) -> KnownFile | None:
        if not self.known_path:
            return None
        known = KnownFile(self.known_path)
        if known.digest != self.known_digest:
            raise UsageError("the file of --known has been replaced while it was in use; run it again")
        return known

    def deidentifier(self) -> Deidentifier:
        """Make what carries it out.

        Raises
        ------
        StandInTableError
            If the table of random stand-ins cannot be used.
        UsageError
            If the file of what is known cannot be used.
        """
        key = None if self.without_key else self.key
        pseudonyms = stand_ins(self.recipe, key, self.table_path, draws=not self.dry_run)
        return Deidentifier(
            self.recipe,
            pseudonyms,
            again=self.again,
            refuse_burned_in=self.refuse_burned_in,
            known=self._known(),
        )
