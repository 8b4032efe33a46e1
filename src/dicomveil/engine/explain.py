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
from dicomveil.engine.report import Note
from dicomveil.errors import UnreadableText
from dicomveil.standard.dictionary import keyword_of, vr_by_tag

if TYPE_CHECKING:
    from dicomveil.engine.known import KnownPatients
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


def explain(
    path: str | os.PathLike[str], recipe: Recipe, pseudonyms: Pseudonyms, known: KnownPatients | None = None
) -> Iterator[Line]:
    """Yield a line for each element at each depth, in the order of the data set; nothing is written.

    Parameters
    ----------
    known
        What other files of the patient have given away about him.

    Raises
    ------
    InstanceError
        If the instance would be refused or cannot be read; the message says why.
    OSError
        If the file cannot be opened.
    """
    deidentifier = Deidentifier(recipe, pseudonyms, again=True, remembers=False, known=known)
    with Source.open(path) as source:
        made = deidentifier.prepare(source)
        part10, charset = made.part10, made.setting.world.charset
        found = scan(part10.source, part10.start, part10.syntax.encoding, vr_by_tag(), deidentifier.limits)
        gone_until, gone_in = 0, ""
        for element in found.elements:
            address = _address(element.path)
            note = made.trace.get(element.start)
            if element.start < gone_until:
                action, reason = "remove", f"goes with {gone_in}"
            elif isinstance(note, Note):
                action, reason = note.verb, note.reason
                if element.holds_items and action != "stamp":
                    gone_until, gone_in = element.end, address
            else:
                action, reason = "keep", made.plan.resolver.decide(element.path[::2][:-1], element.tag).reason
            yield _line(element, address, action, reason, part10.source, charset)


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
