"""Say for every element of one file what would become of it, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.scan import Element, scan
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import SHORT_LENGTH_VRS
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.engine.marks import MARKS
from dicomveil.errors import UnreadableText
from dicomveil.recipe.decision import PASS, Decision
from dicomveil.recipe.model import Verb
from dicomveil.standard.dictionary import keyword_of, vr_by_tag

if TYPE_CHECKING:
    from dicomveil.dataset.splice import Edit
    from dicomveil.engine.plan import Plan
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.recipe.model import Recipe

LONGEST_VALUE_SHOWN = 64

_TEXT_VRS = frozenset((*SHORT_LENGTH_VRS, "UC", "UR", "UT")) - {"AT", "FD", "FL", "SL", "SS", "UL", "US"}


class Line(NamedTuple):
    """One element: its address in keywords, and what would become of it.

    ``action`` is "keep", or what the plan does; ``length`` the value's length in bytes; ``value`` the decoded value,
    shortened, None if it is no text. Only a face that was told to may show it.
    """

    address: str
    vr: str
    action: str
    reason: str
    length: int
    value: str | None


def explain(path: str | os.PathLike[str], recipe: Recipe, pseudonyms: Pseudonyms) -> Iterator[Line]:
    """Yield a line for each element at each depth, in the order of the data set; nothing is written.

    Raises
    ------
    InstanceError
        If the instance would be refused or cannot be read; the message says why.
    OSError
        If the file cannot be opened.
    """
    deidentifier = Deidentifier(recipe, pseudonyms, again=True, remembers=False)
    with Source.open(path) as source:
        made = deidentifier.prepare(source)
        part10, charset = made.part10, made.setting.world.charset
        found = scan(part10.source, part10.start, part10.syntax.encoding, vr_by_tag())
        edits = {edit[0]: edit for edit in made.edits if edit[1] > edit[0]}
        gone_until, gone_in = 0, ""
        creators: dict[tuple[tuple[int, ...], int], str] = {}
        for element in found.elements:
            address = _address(element.path)
            if element.start < gone_until:
                yield _line(element, address, "remove", f"goes with {gone_in}", part10.source, charset)
                continue
            decision = _decision(made.plan, element, creators, part10.source)
            action, reason = _outcome(element, edits.get(element.start), decision)
            if element.holds_items and action not in ("keep", "stamp"):
                gone_until, gone_in = element.end, address
            yield _line(element, address, action, reason, part10.source, charset)


def _decision(
    plan: Plan, element: Element, creators: dict[tuple[tuple[int, ...], int], str], source: Source
) -> Decision:
    tag, path = element.tag, element.path[:-1]
    creator = None
    if tag & 0x10000:
        if 0x10 <= tag & 0xFFFF <= 0xFF:
            text = source.read(element.value, element.end).strip(b" \0").decode("latin-1")
            creators[path, tag >> 16 << 8 | tag & 0xFF] = text
        creator = creators.get((path, tag >> 16 << 8 | tag >> 8 & 0xFF))
    return plan.resolver.decide(path[::2], tag, creator)


def _outcome(element: Element, edit: Edit | None, decision: Decision) -> tuple[str, str]:
    """Return the action that was taken and its reason; the decision alone does not tell, values have a say."""
    if len(element.path) == 1 and element.tag in MARKS:
        return "stamp", "mark of de-identification (PS3.15 E.1.1, E.3.6)"
    if edit is None or edit[1] != element.end:
        return "keep", decision.reason
    verb = str(decision.verb)
    if not edit[2] and verb != Verb.REMOVE:
        return "remove", f"{decision.reason}; impossible for this value"
    if verb in (PASS, Verb.CHECK, Verb.KEEP):
        return str(decision.strict), f"{decision.reason}; impossible for this value"
    return verb, decision.reason


def _line(element: Element, address: str, action: str, reason: str, source: Source, charset: Charset) -> Line:
    length = element.end - element.value
    value = None
    if element.vr in _TEXT_VRS and not element.holds_items:
        raw = source.read(element.value, min(element.end, element.value + LONGEST_VALUE_SHOWN))
        try:
            value = charset.decode(raw, element.vr).strip(" \0")
        except UnreadableText:
            value = None
    return Line(address, element.vr, action, reason, length, value)


def _address(path: tuple[int, ...]) -> str:
    parts: list[str] = []
    for index, step in enumerate(path):
        if index % 2:
            parts[-1] += f"[{step}]"
        else:
            parts.append(keyword_of(step) or f"({step >> 16:04X},{step & 0xFFFF:04X})")
    return ".".join(parts)
