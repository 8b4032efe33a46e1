"""The bytes searched for in an output are those a file would hold, and not what it holds anyway."""

from __future__ import annotations

import pytest

from dicomveil.text.identifiers import KnownIdentifiers
from dicomveil.text.needles import needles_of


@pytest.mark.parametrize(
    ("names", "identifiers", "needles"),
    [
        pytest.param(["SMITH^JO^^DR"], [], {b"smith^jo^^dr", b"smith"}, id="strong-words-and-the-whole-name"),
        pytest.param([], ["MRN 12-3"], {b"mrn 12-3", b"mrn123"}, id="as-spelled-and-without-separators"),
        pytest.param([], ["4711", "UNKNOWN", "00000000"], set(), id="weak-ones-are-left-out"),
        pytest.param(["Doctor^Unknown"], [], set(), id="words-of-nobody"),
    ],
)
def test_needles_are_the_strong_ones(names: list[str], identifiers: list[str], needles: set[bytes]) -> None:
    assert set(needles_of(tuple(names), tuple(identifiers))) == needles


@pytest.mark.parametrize("codec", ["utf-8", "latin-1"])
@pytest.mark.parametrize("written", ["Müller", "MÜLLER", "müller", "Muller"])
def test_needles_are_in_the_lowered_bytes_of_every_spelling(written: str, codec: str) -> None:
    haystack = b"\x00" + written.encode(codec).lower() + b"\x00"
    assert any(needle in haystack for needle in needles_of(("Müller^Ida",), ()))


def test_known_identifiers_give_their_needles() -> None:
    known = KnownIdentifiers.of(["Johanna^Li"], ["A-0815"])
    assert known.needles() == needles_of(("Johanna^Li",), ("A-0815",))
    assert b"johanna" in known.needles()
