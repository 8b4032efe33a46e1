"""The elements of a file by where they stand, for comparing a copy with its original."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.scan import scan
from dicomveil.dataset.source import Source
from dicomveil.standard.dictionary import keyword_of, vr_by_tag

MARKS = {
    "PatientID",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified",
}
"""Where a de-identified instance says that it is one: these may be new, or other than the report has them."""

Place = tuple[str, int]
"""An exact address, and which of those that stand there, in the order of the file."""


@dataclass(frozen=True)
class Value:
    vr: str
    raw: bytes
    holds_items: bool


def values_of(path: Path) -> dict[Place, Value]:
    """Return every element at every depth."""
    with Source.open(path) as file:
        part10 = open_part10(file)
        source = part10.source
        found: dict[Place, Value] = {}
        times: Counter[str] = Counter()
        for each in scan(source, part10.start, part10.syntax.encoding, vr_by_tag()).elements:
            address = "".join(f"[{step}]" if at % 2 else f".{spelled(step)}" for at, step in enumerate(each.path))[1:]
            raw = b"" if each.holds_items else source.read(each.value, each.end)
            found[address, times[address]] = Value(each.vr, raw, each.holds_items)
            times[address] += 1
        return found


def spelled(tag: int) -> str:
    return keyword_of(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def folded(address: str) -> str:
    """Return the address with any item for each."""
    return re.sub(r"\[[0-9]+\]", "[*]", address)
