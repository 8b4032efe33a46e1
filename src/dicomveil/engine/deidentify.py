"""De-identify one instance: read, decide, build, check, publish."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from dicomveil.assurance.residue import ResidueCheck
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.meta import file_meta
from dicomveil.dataset.part10 import Part10, open_part10
from dicomveil.dataset.peek import Peek
from dicomveil.dataset.reading import Stranger
from dicomveil.dataset.source import FIRST_WINDOW_BYTES, Source
from dicomveil.dataset.splice import Edit, Piece, deflated, pieces_of
from dicomveil.dataset.syntax import UNDEFINED
from dicomveil.dataset.walk import Walk
from dicomveil.dataset.write import Draft
from dicomveil.engine.admit import admit_sop_class, admit_transfer_syntax, pixels_need_a_look
from dicomveil.engine.harvest import Enough
from dicomveil.engine.plan import Plan
from dicomveil.engine.report import Report
from dicomveil.engine.setting import Setting
from dicomveil.errors import BrokenInstance, Refused, UsageError
from dicomveil.standard.dictionary import vr_by_tag
from dicomveil.standard.uids import is_standard_uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.dataset.syntax import Encoding
    from dicomveil.engine.identity import Identity
    from dicomveil.engine.known import KnownPatients
    from dicomveil.engine.report import Named
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.recipe.model import Recipe

SOP_CLASS_UID = 0x00080016
MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002
MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003

_MOST_SETTINGS = 256
_UID_REPERTOIRE = "0123456789."
_FRAMES = 0x50000000  # from here on come functional groups and pixels: many elements, and hardly ever a name


class Deidentifier:
    """Carries out one recipe with one source of stand-ins, file after file.

    What one file has taught helps with the next; the outcome for a file never depends on the files before it.
    Not to be shared between threads. ``again`` takes in instances that carry our own mark, ``refuse_burned_in`` (or the
    recipe) refuses those that are likely to show text in their pixels; ``remembers`` can be
    switched off to have every element worked out anew, at a third of the speed and with the same result. ``known``
    tells what other files of a patient have given away about him: no copy of his holds that either.
    """

    def __init__(
        self,
        recipe: Recipe,
        pseudonyms: Pseudonyms,
        *,
        limits: Limits | None = None,
        again: bool = False,
        refuse_burned_in: bool = False,
        remembers: bool = True,
        known: KnownPatients | None = None,
    ) -> None:
        self.recipe = recipe
        self.pseudonyms = pseudonyms
        self.limits = limits or Limits()
        self.again = again
        self.refuse_burned_in = refuse_burned_in or recipe.refuse_burned_in
        self.remembers = remembers
        self.known = known
        self._plans: dict[str, Plan] = {}
        self._settings: dict[tuple[str, Encoding, tuple[Identity, ...]], Setting] = {}
        self._last: dict[tuple[str, Encoding], Setting] = {}
        self._check = ResidueCheck(self.limits)
        self._peek = Peek((SOP_CLASS_UID,), vr_by_tag())

    def deidentify(
        self,
        source_path: str | os.PathLike[str],
        target: str | os.PathLike[str] | Callable[[Report], str],
        *,
        overwrite: bool = False,
    ) -> Report:
        """Write a de-identified copy of one file; the source is only read.

        Parameters
        ----------
        target
            Where the copy goes, in a folder that exists; or a function that names it once the stand-ins are known
            (and makes the folder).

        Raises
        ------
        InstanceError
            The subclass says why: not DICOM, malformed, refused, a failed check, or a target that cannot be written
            or exists. Nothing is left under the target's name then.
        UsageError
            If the target is the source.
        OSError
            If the source cannot be opened.
        """
        with Source.open(source_path) as source:
            made = self.prepare(source)
            path = target(made.report) if callable(target) else os.fspath(target)
            if overwrite and os.path.exists(path) and os.path.samefile(source_path, path):
                raise UsageError("the target is the source; nothing is ever changed in place")
            with Draft(path, overwrite=overwrite) as draft:
                self.finish(made, source, draft)
        return made.report

    def finish(self, made: Made, source: Source, draft: Draft) -> None:
        """Write what `prepare` has made of an open file, check it, and give it its name.

        Raises
        ------
        InstanceError
            If it does not pass the check, the source changed meanwhile, or it cannot be written; nothing is published.
        """
        size = draft.write(source, made.pieces)
        self._verify(made, draft.fd, size)
        source.check_unchanged()
        draft.publish()

    def prepare(self, source: Source) -> Made:
        """Decide on every element of an open file and say what the new file is made of; nothing is written.

        Raises
        ------
        InstanceError
            As `deidentify` does, but for writing and checking.
        """
        part10 = open_part10(source, self.limits)
        admit_transfer_syntax(part10.syntax.uid)
        sop_class = self._claimed_sop_class(part10)
        while True:
            plan = self._plans.get(sop_class)
            if plan is None:
                admit_sop_class(sop_class)
                plan = self._plans[sop_class] = self._plan(sop_class)
            walk, end, setting = self._walk(plan, sop_class, part10)
            facts: dict[str, bytes] = {}
            for fact in cast("list[Named]", walk.facts):
                facts.setdefault(fact.kind, fact.raw.strip(b"\0 "))
            true_class = _text(facts.get("class", b"")) or sop_class
            if true_class == sop_class:
                break
            sop_class = true_class
        original = facts.get("instance") or part10.meta.get(MEDIA_STORAGE_SOP_INSTANCE_UID, b"").strip(b"\0 ")
        if not original:
            raise Refused("no-sop-instance", "no SOP Instance UID: it cannot be told from other instances")
        report = self._report(plan, sop_class, walk, setting, facts, _text(original))
        if report.pixels_not_checked and self.refuse_burned_in:
            raise Refused("burned-in-annotation", "likely to show text in its pixels, which are not checked yet")
        report.trailing_bytes = part10.source.size - end
        header = file_meta(sop_class, report.instance_uid, part10.syntax.uid)
        build = deflated if part10.syntax.deflated else pieces_of
        pieces = build(header, part10.source, part10.start, end, walk.edits)
        originals = (original, setting.study, facts.get("series", b""), facts.get("frame-of-reference", b""))
        wanted_uids = () if plan.keeps_uids else tuple(uid for uid in originals if not is_standard_uid(uid))
        pixels_at = int(facts["pixels"]) if "pixels" in facts else None
        return Made(report, header, pieces, walk.edits, part10, plan, setting, wanted_uids, walk.trace or {}, pixels_at)

    def _plan(self, sop_class: str) -> Plan:
        tells_patient = self.known is not None
        return Plan(self.recipe, sop_class, again=self.again, remembers=self.remembers, tells_patient=tells_patient)

    def _claimed_sop_class(self, part10: Part10) -> str:
        """Return the SOP class that the File Meta Information names, or failing that the data set."""
        claimed = _text(part10.meta.get(MEDIA_STORAGE_SOP_CLASS_UID, b""))
        if claimed in self._plans:
            return claimed
        named = self._peek(part10.source, part10.start, part10.syntax.encoding)
        return _text(named.get(SOP_CLASS_UID, b"")) or claimed

    def _walk(self, plan: Plan, sop_class: str, part10: Part10) -> tuple[Walk, int, Setting]:
        """Walk the data set as what it turns out to be: a first guess is its predecessor's patient and study."""
        encoding = part10.syntax.encoding
        root = plan.root(encoding)
        guess = self._last.get((sop_class, encoding))
        for before in (_FRAMES, UNDEFINED):
            if guess is not None:
                walk = self._walk_as(guess, part10)
                walk.expected = guess.identity
                try:
                    end = walk.root(root, part10.start)
                    if tuple(walk.identity) == guess.identity:
                        return walk, end, guess
                except Stranger:
                    pass
            harvest = Walk(part10.source, limits=self.limits)
            with suppress(Enough):
                harvest.root(plan.harvest(encoding, before), part10.start)
            identity = cast("tuple[Identity, ...]", tuple(harvest.identity))
            guess = setting = self._setting(plan, sop_class, encoding, identity)
        walk = self._walk_as(setting, part10)
        return walk, walk.root(root, part10.start), setting

    def _walk_as(self, setting: Setting, part10: Part10) -> Walk:
        walk = Walk(part10.source, setting.world, setting.stamps, self.limits, tidy=True)
        walk.trace = None if self.remembers else {}
        return walk

    def _setting(self, plan: Plan, sop_class: str, encoding: Encoding, identity: tuple[Identity, ...]) -> Setting:
        key = (sop_class, encoding, identity)
        setting = self._settings.get(key)
        if setting is None:
            if len(self._settings) >= _MOST_SETTINGS:
                self._settings.clear()
            setting = self._settings[key] = Setting(plan, encoding, identity, self.pseudonyms, self.known)
        self._last[sop_class, encoding] = setting
        return setting

    def _report(
        self, plan: Plan, sop_class: str, walk: Walk, setting: Setting, facts: dict[str, bytes], original: str
    ) -> Report:
        uid = self.pseudonyms.uid
        series = _text(facts.get("series", b""))
        return Report(
            sop_class_uid=sop_class,
            patient=setting.patient,
            study_uid=setting.study_uid,
            series_uid=uid(series) if series else "",
            instance_uid=original if _stays(original, plan) else uid(original),
            pixels_not_checked=pixels_need_a_look(
                sop_class, setting.burned_in, facts.get("modality", b""), "pixels" in facts
            ),
            notes=walk.notes,
        )

    def _verify(self, made: Made, fd: int, size: int) -> None:
        """Read back what was written and check it before it gets its name."""
        first = made.pieces[0]
        window = min(len(first) + 64, FIRST_WINDOW_BYTES) if isinstance(first, bytes) else FIRST_WINDOW_BYTES
        output = Source(fd, size, os.pread(fd, window, 0))
        if not output.head.startswith(made.header):
            raise BrokenInstance("the output does not begin as it should")
        start = len(made.header)
        syntax = made.part10.syntax
        if syntax.deflated:
            read_back = open_part10(output, self.limits)
            output, start = read_back.source, read_back.start
        self._check.check(output, start, syntax.encoding, made.setting.wanted, made.uids)


@dataclass(slots=True)
class Made:
    """A new instance before it is written: its report, header and pieces, and what its check needs to know.

    ``pixels_at`` is where the pixel data begin in ``part10.source``; None if there are none.
    """

    report: Report
    header: bytes
    pieces: list[Piece]
    edits: list[Edit]
    part10: Part10
    plan: Plan
    setting: Setting
    uids: tuple[bytes, ...]
    trace: dict[int, object]
    pixels_at: int | None


def _text(raw: bytes) -> str:
    return raw.strip(b"\0 ").decode("latin-1")


def _stays(original: str, plan: Plan) -> bool:
    """Tell whether a SOP Instance UID is left as it is: well-known instances always are, others if UIDs are kept."""
    return is_standard_uid(original) or (plan.keeps_uids and not original.strip(_UID_REPERTOIRE))
