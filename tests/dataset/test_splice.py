"""A new file is runs of source bytes and the replacements between them, long runs never read."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import LONGEST_RUN_READ, Edit, deflated, pieces_of, spliced
from walkers import joined

BYTES = bytes(range(256)) * 4096
EDITS: dict[str, tuple[list[Edit], bytes]] = {
    "none": ([], BYTES[100:]),
    "at the start": ([(100, 102, b"new")], b"new" + BYTES[102:]),
    "put in": ([(100, 100, b"new"), (100, 104, b"")], b"new" + BYTES[104:]),
    "at the end": ([(len(BYTES), len(BYTES), b"new")], BYTES[100:] + b"new"),
    "neighbours": ([(200, 300, b""), (300, 300, b"a"), (300, 310, b"b")], BYTES[100:200] + b"ab" + BYTES[310:]),
    "far apart": (
        [(200, 300, b"a"), (900_000, 900_001, b""), (900_002, 900_003, b"c")],
        BYTES[100:200] + b"a" + BYTES[300:900_000] + BYTES[900_001:900_002] + b"c" + BYTES[900_003:],
    ),
    "everything": ([(100, len(BYTES), b"")], b""),
}
every_edit = pytest.mark.parametrize(("edits", "expected"), EDITS.values(), ids=EDITS.keys())


@pytest.fixture(params=["file", "memory"])
def source(request: pytest.FixtureRequest, tmp_path: Path):
    (tmp_path / "file").write_bytes(BYTES)
    with Source.open(tmp_path / "file") if request.param == "file" else Source.in_memory(BYTES) as made:
        yield made


@every_edit
def test_the_pieces_are_the_header_and_the_edited_bytes(source: Source, edits: list[Edit], expected: bytes):
    assert joined(source, pieces_of(b"header", source, 100, len(BYTES), edits)) == b"header" + expected


@every_edit
def test_bytes_in_memory_are_edited_likewise(edits: list[Edit], expected: bytes):
    assert spliced(BYTES[100:], 100, edits) == expected


@every_edit
def test_a_deflated_file_inflates_to_the_edited_bytes(source: Source, edits: list[Edit], expected: bytes):
    (piece,) = deflated(b"header", source, 100, len(BYTES), edits)
    assert isinstance(piece, bytes)
    assert piece.startswith(b"header")
    assert len(piece) % 2 == 0
    assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece[6:]) == expected


def test_bytes_behind_the_end_are_left_out(source: Source):
    assert joined(source, pieces_of(b"", source, 100, 500, [(200, 300, b"")])) == BYTES[100:200] + BYTES[300:500]


def test_long_runs_of_a_file_stay_extents_and_neighbouring_short_ones_are_joined(tmp_path: Path):
    (tmp_path / "file").write_bytes(BYTES)
    edits = [(500_000, 500_001, b"x"), (500_010, 500_011, b"y")]
    with Source.open(tmp_path / "file") as source:
        pieces = pieces_of(b"header", source, 100_000, len(BYTES), edits)
        assert pieces == [
            b"header",
            (100_000, 500_000),
            b"x" + BYTES[500_001:500_010] + b"y",
            (500_011, len(BYTES)),
            b"",
        ]
        assert all(isinstance(piece, bytes) or piece[1] - piece[0] > LONGEST_RUN_READ for piece in pieces)
