"""What one recipe does to the instances of one SOP class: where a walk begins, and whose instance it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dicomveil.dataset.syntax import UNDEFINED, Encoding
from dicomveil.engine.harvest import Harvest
from dicomveil.engine.identity import AT_ROOT_ONLY, PATIENT_ID, TELLS_PATIENT, Identity, identifies_at
from dicomveil.engine.place import Place
from dicomveil.recipe.model import Verb
from dicomveil.recipe.options import ProfileOption
from dicomveil.recipe.resolve import Resolver
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.recipe.model import Recipe

SOP_INSTANCE_UID = 0x00080018


class Plan:
    """What one recipe does to the instances of one SOP class.

    ``tells_patient`` hands on also what the recipe keeps, if it tells which patient of a survey an instance is of.
    """

    def __init__(
        self,
        recipe: Recipe,
        sop_class_uid: str,
        *,
        again: bool = False,
        remembers: bool = True,
        tells_patient: bool = False,
    ) -> None:
        self.recipe = recipe
        self.tells_patient = tells_patient
        self.again = again
        self.remembers = remembers
        self.resolver = Resolver(recipe, sop_class_uid)
        self.keeps_uids = self.resolver.decide((), SOP_INSTANCE_UID).verb is Verb.KEEP
        self.stamps_patient_id = self.resolver.decide((), PATIENT_ID).verb is Verb.PSEUDONYM
        self.looks_at_creators = ProfileOption.RETAIN_SAFE_PRIVATE in recipe.options or any(
            rule.target.creator is not None for rule in recipe.rules
        )
        self._roots: dict[Encoding, Place] = {}
        self._harvests: dict[tuple[Encoding, int], Harvest] = {}

    def root(self, encoding: Encoding) -> Place:
        """Return the place where data sets in this encoding begin."""
        if encoding not in self._roots:
            self._roots[encoding] = Place(self, (), encoding)
        return self._roots[encoding]

    def harvest(self, encoding: Encoding, before: int = UNDEFINED) -> Harvest:
        """Return the place to begin a walk that only finds out whose instance it is.

        It stops (`Enough`) at the first top-level tag from ``before`` on.
        """
        if (encoding, before) not in self._harvests:
            self._harvests[encoding, before] = Harvest(self, (), encoding, before)
        return self._harvests[encoding, before]

    def identity_of(self, path: tuple[int, ...], tag: int, vr: str) -> Callable[[bytes], object] | None:
        """Return what makes an identity of an attribute's value, if it tells whose instance it is.

        What the recipe keeps is no secret, and what private sequences hold goes unseen.
        """
        known_vr = vr_of(tag) or vr
        if not identifies_at(path, tag, known_vr):
            return None
        if tag in AT_ROOT_ONLY or self.is_secret(path, tag):
            return partial(Identity, tag, known_vr == "PN", not path)
        if self.tells_patient and not path and tag in TELLS_PATIENT:
            return partial(Identity, tag, known_vr == "PN", True, kept=True)
        return None

    def is_secret(self, path: tuple[int, ...], tag: int) -> bool:
        """Tell whether a value that stands there is to be found nowhere in a copy: whether the recipe does not keep it.

        >>> from dicomveil.recipe.load import load_recipe
        >>> plan = Plan(load_recipe("basic").with_options(["retain-institution-identity"]), "1.2.840.10008.5.1.4.1.1.2")
        >>> plan.is_secret((), 0x00080080), plan.is_secret((), 0x00100010)
        (False, True)
        """
        return self.resolver.decide(path, tag).verb not in (Verb.KEEP, Verb.CHECK)
