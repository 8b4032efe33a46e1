"""How the marks meet what an instance already has of them: earlier passes are added to, never forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.actions.check import check_text
from dicomveil.actions.outcome import KEPT, World, padded
from dicomveil.dataset.rules import Rule
from dicomveil.dataset.splice import spliced
from dicomveil.dataset.syntax import IMPLICIT_LE, UNDEFINED
from dicomveil.engine.identity import PATIENT_ID
from dicomveil.engine.report import Note
from dicomveil.engine.stamp import (
    DATES_MODIFIED,
    METHOD,
    METHOD_CODES,
    OURS,
    PATIENT_IDENTITY_REMOVED,
    method_items,
    method_texts,
)
from dicomveil.errors import Refused

if TYPE_CHECKING:
    from dicomveil.dataset.reading import Reading
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.recipe.model import Recipe

MARKS = frozenset({PATIENT_IDENTITY_REMOVED, METHOD, METHOD_CODES, DATES_MODIFIED})

_REASON = "mark of de-identification (PS3.15 E.1.1, E.3.6)"


def mark_rule(recipe: Recipe, encoding: Encoding, tag: int, vr: str, reason: str, *, again: bool) -> Rule:
    """Make the rule for a mark, or for Patient ID (for ``reason``), that is in the source already."""
    rule = Rule(tag, vr)
    note = Note((), tag, "stamp", _REASON) if tag != PATIENT_ID else Note((), tag, "pseudonym", reason)
    twice = Note((), tag, "remove", "there a second time")

    def act(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        if tag == METHOD and not again and _is_ours(walk.source.read(value, end)):
            raise Refused("already-deidentified", "carries the mark of an earlier run of dicomveil")
        if walk.stamped >= len(walk.stamps) or walk.stamps[walk.stamped][0] != tag:
            walk.notes.append(twice)
            return b""
        fresh = walk.stamps[walk.stamped][1]
        walk.stamped += 1
        walk.notes.append(note)
        if tag == METHOD:
            return _with_earlier_methods(walk, recipe, encoding, walk.source.read(value, end))
        if tag == METHOD_CODES and end > value and (rule.vr == "SQ" or (rule.vr == "UN" and walk.read_as_items)):
            return _with_earlier_codes(walk, rule, recipe, encoding, value, end)
        return fresh

    rule.act = act
    return rule


def _is_ours(raw: bytes) -> bool:
    """Tell whether any value of De-identification Method is ours; other tools may have added theirs since."""
    return any(each.strip().lower().startswith(f"{OURS} ".encode()) for each in raw.split(b"\\"))


def _with_earlier_methods(walk: Reading, recipe: Recipe, encoding: Encoding, raw: bytes) -> bytes:
    ours = method_texts(recipe)
    world = walk.context
    assert isinstance(world, World)
    earlier = raw.strip(b" \0")
    if not earlier or check_text(raw, "LO", world) is not KEPT:
        return encoding.element(METHOD, "LO", padded("\\".join(ours), "LO"))
    new = "\\".join(text for text in ours if text.encode() not in earlier.split(b"\\"))
    written = encoding.element(METHOD, "LO", _even(earlier + (b"\\" + new.encode() if new else b"")))
    world.retained.add(written)
    return written


def _with_earlier_codes(walk: Reading, rule: Rule, recipe: Recipe, encoding: Encoding, value: int, end: int) -> bytes:
    """Append the items that are not there yet to the sequence, whose own elements the walk has seen to.

    A sequence stored as UN stays so, and all its items are implicit VR little endian (PS3.5 6.2.2).
    """
    defined = walk.source.read(value - 4, value) != UNDEFINED.to_bytes(4, "little")
    stop = end if defined else end - 8
    inside = [edit for edit in walk.edits if edit[0] >= value and edit[1] <= stop]
    items = spliced(walk.source.read(value, stop), value, inside)
    inner = encoding if rule.vr == "SQ" else IMPLICIT_LE
    return encoding.element(METHOD_CODES, rule.vr, items + method_items(recipe, inner, items))


def _even(raw: bytes) -> bytes:
    return raw if len(raw) % 2 == 0 else raw + b" "
