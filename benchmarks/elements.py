"""Encode rows of tag, VR and value as DICOM, in explicit or implicit VR little endian."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

HEADERS = Path(__file__).parent / "headers"
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"

_BLOBS = ("OB", "OW", "UN")
_LONG = frozenset({*_BLOBS, "SQ", "UT"})  # four bytes of length (PS3.5 7.1.2); other such VRs do not occur
_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}


@dataclass(frozen=True, slots=True)
class Row:
    """One element: a value as text with ``{words}`` to fill in, as bytes, or as items."""

    tag: int
    vr: str
    value: str | bytes | list[Rows]


Rows: TypeAlias = list[Row]


@dataclass(frozen=True, slots=True)
class Form:
    """How a data set is encoded."""

    explicit: bool = True
    undefined_lengths: bool = True
    codec: str = "ascii"

    @property
    def transfer_syntax(self) -> str:
        return EXPLICIT if self.explicit else IMPLICIT


def read_rows(name: str) -> Rows:
    """Read the rows of a header's page, ``headers/<name>.txt``."""
    lines = (HEADERS / f"{name}.txt").read_text(encoding="ascii").splitlines()
    rows, rest = _rows([line for line in lines if line and not line.startswith("#")], 0)
    assert not rest, f"a line of {name} stands too far in"
    return rows


def fill(rows: Iterable[Row], facts: Mapping[str, str], noise: Callable[[int], bytes]) -> Rows:
    """Put facts in the place of ``{words}``, at every depth, and noise for ``random N``."""
    filled = []
    for row in rows:
        value = row.value
        if isinstance(value, list):
            value = [fill(item, facts, noise) for item in value]
        elif isinstance(value, str):
            value = value.format_map(facts) if "{" in value else value
            if row.vr in _BLOBS:
                value = noise(int(value.removeprefix("random ")))
        filled.append(Row(row.tag, row.vr, value))
    return filled


def encode(rows: Iterable[Row], form: Form) -> bytes:
    """Encode filled rows in the order of their tags."""
    return b"".join(_element(row, form) for row in sorted(rows, key=lambda row: row.tag))


def part_10(dataset_rows: Iterable[Row], sop_class: str, sop_instance: str, form: Form) -> bytes:
    """Encode a file from its preamble to the end of these rows (PS3.10 7.1)."""
    meta = encode(
        [
            Row(0x00020001, "OB", b"\0\1"),
            Row(0x00020002, "UI", sop_class),
            Row(0x00020003, "UI", sop_instance),
            Row(0x00020010, "UI", form.transfer_syntax),
            Row(0x00020012, "UI", "1.3.6.1.4.1.99999.1"),
            Row(0x00020013, "SH", "BENCHMARK_1"),
            Row(0x00020016, "AE", "SCANNER"),
        ],
        Form(),
    )
    length = encode([Row(0x00020000, "UL", str(len(meta)))], Form())
    return bytes(128) + b"DICM" + length + meta + encode(dataset_rows, form)


def element_header(tag: int, vr: str, length: int, form: Form) -> bytes:
    """Encode what stands before an element's value."""
    words = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    if not form.explicit:
        return words + struct.pack("<I", length)
    if vr in _LONG:
        return words + vr.encode() + struct.pack("<HI", 0, length)
    return words + vr.encode() + struct.pack("<H", length)


def _rows(lines: list[str], depth: int) -> tuple[Rows, list[str]]:
    """Read the rows at one depth and hand back the lines after them."""
    rows: Rows = []
    while lines and _depth(lines[0]) == depth:
        tag, vr, value = (*lines[0].strip().split(" ", 2), "")[:3]
        lines = lines[1:]
        items: list[Rows] = []
        while lines and _depth(lines[0]) > depth and lines[0].lstrip().startswith("- "):
            item, lines = _rows([lines[0].replace("- ", "  ", 1), *lines[1:]], _depth(lines[0]) + 2)
            items.append(item)
        rows.append(Row(int(tag.replace(",", ""), 16), vr, items if vr == "SQ" else value))
    return rows, lines


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _element(row: Row, form: Form) -> bytes:
    if isinstance(row.value, list):
        return _sequence(row.tag, row.value, form)
    value = row.value if isinstance(row.value, bytes) else _value(row.vr, row.value, form)
    value += (b"\0" if row.vr in ("UI", *_BLOBS) else b" ") * (len(value) % 2)
    return element_header(row.tag, row.vr, len(value), form) + value


def _sequence(tag: int, items: list[Rows], form: Form) -> bytes:
    encoded = b"".join(_item(encode(item, form), form) for item in items)
    if not form.undefined_lengths:
        return element_header(tag, "SQ", len(encoded), form) + encoded
    return element_header(tag, "SQ", UNDEFINED, form) + encoded + _delimiter(SEQUENCE_END, 0)


def _item(encoded: bytes, form: Form) -> bytes:
    if not form.undefined_lengths:
        return _delimiter(ITEM, len(encoded)) + encoded
    return _delimiter(ITEM, UNDEFINED) + encoded + _delimiter(ITEM_END, 0)


def _delimiter(tag: int, length: int) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, length)


def _value(vr: str, text: str, form: Form) -> bytes:
    if vr == "AT":
        return b"".join(struct.pack("<HH", *(int(n, 16) for n in tag.split(","))) for tag in text.split("\\"))
    if vr in _NUMBERS:
        kind = float if vr in ("FL", "FD") else int
        return b"".join(struct.pack("<" + _NUMBERS[vr], kind(number)) for number in text.split("\\"))
    return text.encode(form.codec)
