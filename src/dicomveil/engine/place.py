"""Turn the decisions of a recipe into the rules that a walk asks, place by place, as places are met."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from dicomveil.actions.catalogue import ACTIONS
from dicomveil.actions.dummy import DUMMY_BY_VR
from dicomveil.actions.dummy_items import dummy_item
from dicomveil.actions.outcome import KEPT, Action, Replaced
from dicomveil.actions.replace import replace_with
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET
from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.syntax import BINARY_VRS, PIXEL_DATA_TAGS
from dicomveil.engine.admit import ENCAPSULATED_DOCUMENT, ENCRYPTED_ATTRIBUTES, refuse_content
from dicomveil.engine.harvest import Harvest
from dicomveil.engine.identity import PATIENT_ID, PATIENT_NAME
from dicomveil.engine.marks import MARKS, mark_rule
from dicomveil.engine.private import UNVOUCHED, creator_rule, is_creator, private_rule, stored_as_known
from dicomveil.engine.report import Named, Note
from dicomveil.engine.stamp import PATIENT_IDENTITY_REMOVED
from dicomveil.recipe.decision import PASS, Decision
from dicomveil.recipe.model import Verb
from dicomveil.recipe.unlisted import NUMBER_VRS, TEXT_VRS
from dicomveil.standard.dictionary import vr_by_tag, vr_of

if TYPE_CHECKING:
    from dicomveil.actions.outcome import World
    from dicomveil.dataset.reading import Reading
    from dicomveil.dataset.rules import Act
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.engine.plan import Plan

NAMED_AT_ROOT = {
    0x00080016: "class",
    0x00080018: "instance",
    0x00080060: "modality",
    0x0020000E: "series",
    0x00200052: "frame-of-reference",
    **dict.fromkeys(PIXEL_DATA_TAGS, "pixels"),
}
"""What the report, the names of the output and its check want to know of the original."""


class Place(Node):
    """A place whose elements are decided on by the recipe."""

    __slots__ = ("path", "plan")

    def __init__(self, plan: Plan, path: tuple[int, ...], encoding: Encoding) -> None:
        super().__init__(encoding, vr_by_tag(), remembers=plan.remembers)
        self.plan = plan
        self.path = path
        self.hears_entry = plan.looks_at_creators

    def entered(self, walk: Reading) -> None:
        """Begin a data set without private blocks."""
        walk.creators[walk.depth] = {}

    def in_encoding(self, encoding: Encoding) -> Node:
        """Make the same place for items in another encoding."""
        return Place(self.plan, self.path, encoding)

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        """Make the rule for an attribute from what the recipe decides on it."""
        at_root = not self.path
        decision = self.plan.resolver.decide(self.path, tag)
        if at_root and (tag in MARKS or (tag == PATIENT_ID and self.plan.stamps_patient_id)):
            rule = mark_rule(self.plan.recipe, self.encoding, tag, vr, decision.reason, again=self.plan.again)
            rule.inside = self._child(tag) if vr_of(tag) == "SQ" else None
        elif tag & 0x10000 and self.plan.looks_at_creators:
            rule = self._private_rule(tag, vr, decision)
        elif tag in (ENCAPSULATED_DOCUMENT, ENCRYPTED_ATTRIBUTES):
            rule = Rule(tag, vr)
            rule.act = lambda walk, rule, start, value, end: refuse_content(rule.tag)
        else:
            rule = self._rule(tag, vr, decision)
        rule.identity = self.plan.identity_of(self.path, tag, vr)
        if at_root and tag in NAMED_AT_ROOT:
            rule.act = _naming(NAMED_AT_ROOT[tag], rule.act)
        if tag == SPECIFIC_CHARACTER_SET and not at_root:
            rule.act = _foreign(rule.act)
        rule.gated = at_root and tag > (PATIENT_ID if self.plan.stamps_patient_id else PATIENT_IDENTITY_REMOVED)
        return rule if _does_anything(rule) else None

    # --- one rule

    def _rule(self, tag: int, vr: str, decision: Decision) -> Rule:
        standard_vr = vr_of(tag) or decision.vr
        rule = Rule(tag, vr)
        verb = decision.verb
        if (standard_vr or vr) == "SQ" or vr == "SQ":
            return self._sequence_rule(rule, decision)
        written_vr = standard_vr if vr == "UN" and standard_vr is not None else vr
        if verb in (PASS, Verb.CHECK) and standard_vr in TEXT_VRS and vr in _NO_TEXT_VRS:
            strange = Decision(Verb.EMPTY, f"{decision.reason}; stored in a VR that is no text")
            return self._constant(rule, strange, self._fixed(Verb.EMPTY, tag, standard_vr))
        if verb in (PASS, Verb.CHECK):
            action = _CHECK_BY_TAG.get(tag) or _check_for(vr, standard_vr)
        elif verb is Verb.KEEP and standard_vr == "UI":
            action = ACTIONS["keep-uid"]
        elif verb is Verb.REPLACE:
            action = replace_with(decision.value or "")
        elif verb is Verb.PSEUDONYM:
            action = _PSEUDONYM.get(tag) or ACTIONS["pseudonym"]
        elif verb in _WHATEVER_THE_VALUE:
            return self._constant(rule, decision, self._fixed(verb, tag, written_vr))
        else:
            action = ACTIONS[verb]
        if action is not None:
            rule.act = self._acting(action, tag, written_vr, decision)
        return rule

    def _sequence_rule(self, rule: Rule, decision: Decision) -> Rule:
        """Make the rule for a sequence: removed, emptied or made a dummy as a whole, or kept and gone into."""
        tag = rule.tag
        if decision.verb in (Verb.REMOVE, Verb.EMPTY, Verb.DUMMY, Verb.REPLACE):
            if not tag & 0x10000:
                rule.inside = Harvest(self.plan, (*self.path, tag), self.encoding)
            if decision.verb is Verb.REMOVE:
                return self._constant(rule, decision, b"")
            value = dummy_item(tag, self.encoding) if decision.verb is Verb.DUMMY else b""
            return self._constant(rule, decision, self.encoding.element(tag, "SQ", value))
        rule.inside = self._child(tag)
        if rule.vr != "SQ":
            rule.act = self._unless_items(tag, decision)
        return rule

    def _private_rule(self, tag: int, vr: str, decision: Decision) -> Rule:
        if is_creator(tag):
            return creator_rule(tag, vr, self.path, decision.reason)
        if tag >> 16 < 9 or not tag & 0xFF00:
            return self._rule(tag, vr, decision)

        def rule_of_creator(creator: str | None) -> Rule:
            decision = self.plan.resolver.decide(self.path, tag, creator)
            return self._rule(tag, vr, decision if stored_as_known(vr, decision.vr) else UNVOUCHED)

        rule = private_rule(tag, vr, rule_of_creator)
        rule.inside = self._child(tag) if vr in ("SQ", "UN") else None
        return rule

    def _child(self, tag: int) -> Place:
        return Place(self.plan, (*self.path, tag), self.encoding)

    # --- how a rule acts

    def _constant(self, rule: Rule, decision: Decision, written: bytes) -> Rule:
        rule.written = written
        rule.note = Note(self.path, rule.tag, str(decision.verb), decision.reason)
        return rule

    def _fixed(self, verb: str, tag: int, vr: str) -> bytes:
        """Encode what an element becomes under an action whose answer is the same for every value."""
        outcome = ACTIONS[verb if verb in _WHATEVER_THE_VALUE else Verb.EMPTY](b"", vr, _NOBODY)
        return self.encoding.element(tag, vr, outcome.value) if isinstance(outcome, Replaced) else b""

    def _acting(self, action: Action, tag: int, vr: str, decision: Decision) -> Act:
        """Make the function that asks an action about a value and encodes its answer."""
        encode = self.encoding.element
        retains, puts_in = decision.verb is Verb.KEEP, decision.verb is Verb.REPLACE
        reads_text = decision.verb in (PASS, Verb.CHECK) and bool(self.path)
        note = Note(self.path, tag, str(decision.verb), decision.reason)
        strict = self._fixed(decision.strict, tag, vr)
        strict_note = Note(self.path, tag, decision.strict.value, f"{decision.reason}; impossible for this value")

        def act(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
            raw = walk.source.read(value, end)
            if reads_text and walk.foreign_text and not raw.isascii() and vr in TEXT_VRS:
                walk.fleeting = True
                walk.notes.append(strict_note)
                return strict
            outcome = action(raw, vr, walk.context)  # type: ignore[arg-type]
            if outcome is KEPT:
                if retains and raw:
                    walk.context.retained.add(walk.source.read(start, end))  # type: ignore[attr-defined]
                return None
            if outcome.__class__ is Replaced:
                if outcome.value == raw and rule.vr == vr:
                    return None
                walk.notes.append(note)
                written = encode(tag, vr, outcome.value)
                if puts_in:
                    walk.context.retained.add(written)  # type: ignore[attr-defined]
                return written
            walk.notes.append(strict_note)
            return strict

        return act

    def _unless_items(self, tag: int, decision: Decision) -> Act:
        """Remove a sequence stored in another VR that does not read as items: nobody has looked into it."""
        note = Note(self.path, tag, "remove", f"{decision.reason}; does not read as items")

        def act(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
            if value == end or walk.read_as_items:
                return None
            walk.notes.append(note)
            return b""

        return act


_WHATEVER_THE_VALUE = (Verb.REMOVE, Verb.EMPTY, Verb.DUMMY)
_NOBODY = cast("World", None)  # those three look at neither value nor world
_NO_TEXT_VRS = frozenset({"PN", "UI", "UR", "DA", "DT", "TM"}) | BINARY_VRS
_IMAGE_CODES = (
    0x00080008,  # Image Type
    0x00080060,  # Modality
    0x00080064,  # Conversion Type
    0x00080068,  # Presentation Intent Type
    0x00089007,  # Frame Type
    0x00089205,  # Pixel Presentation
    0x00089206,  # Volumetric Properties
    0x00185100,  # Patient Position
    0x00200020,  # Patient Orientation
    0x00200060,  # Laterality
    0x00280004,  # Photometric Interpretation
    0x00281054,  # Rescale Type
    0x00281056,  # VOI LUT Function
    0x00282110,  # Lossy Image Compression
    0x00282114,  # Lossy Image Compression Method
    0x0040A010,  # Relationship Type
    0x0040A040,  # Value Type
    0x20500020,  # Presentation LUT Shape
    0x30040002,  # Dose Units
    0x30040004,  # Dose Type
    0x3004000A,  # Dose Summation Type
    0x30060042,  # Contour Geometric Type
)
"""Attributes whose codes say how an instance is to be shown or read: part of a name in them is no name."""

_CHECK_BY_TAG = {
    SPECIFIC_CHARACTER_SET: ACTIONS["check-charset"],
    0x00080100: ACTIONS["check-term"],  # Code Value
    0x00080201: ACTIONS["check-date"],  # Timezone Offset From UTC
    **dict.fromkeys(_IMAGE_CODES, ACTIONS["check-code"]),
}
_PSEUDONYM = {PATIENT_NAME: ACTIONS["patient-pseudonym"], PATIENT_ID: ACTIONS["patient-id"]}


def _does_anything(rule: Rule) -> bool:
    return bool(rule.gated or rule.written is not None or rule.act or rule.inside or rule.identity)


def _check_for(vr: str, standard_vr: str | None) -> Action | None:
    """Return how to check a value that stays: by the VR it is stored in and the one it should have."""
    if " or " in vr:
        return None
    if standard_vr in ("DA", "DT", "TM"):
        return ACTIONS["check-date"]
    if standard_vr == "UI" and vr in ("UI", "UN"):
        return ACTIONS["check-uid"]
    for each in (standard_vr, vr):
        if each in NUMBER_VRS and vr in (each, "UN"):
            return ACTIONS["check-number"]
    if vr in TEXT_VRS or standard_vr in TEXT_VRS or (vr != "UN" and vr not in DUMMY_BY_VR):
        return ACTIONS["check"]
    if vr in NUMBER_VRS or vr in ("DA", "DT", "TM", "UI", "UR"):
        return ACTIONS["check"]
    return None


def _foreign(act: Act | None) -> Act:
    """Note that an item has a character set of its own: only ASCII in it can be compared with what is known."""

    def noting(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        walk.foreign_text = walk.fleeting = True
        return act(walk, rule, start, value, end) if act else None

    return noting


def _naming(kind: str, act: Act | None) -> Act:
    """Hand a value on to the report before acting on it."""

    def naming(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        if kind == "pixels":  # where they begin is another place in each file
            walk.fleeting = True
            walk.facts.append(Named(kind, b"%d" % start))
        else:
            walk.facts.append(Named(kind, walk.source.read(value, end)))
        return act(walk, rule, start, value, end) if act else None

    return naming
