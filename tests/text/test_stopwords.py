"""Words that identify nobody are spelled as folding spells them, or they would never be met."""

from __future__ import annotations

from dicomveil.text.folding import folded
from dicomveil.text.stopwords import NO_IDENTIFIER, NO_NAME


def test_every_word_is_spelled_as_folding_leaves_it() -> None:
    assert [word for word in NO_IDENTIFIER if folded(word) != word] == []


def test_no_word_is_a_common_family_name() -> None:
    surnames = [
        "smith",
        "jones",
        "brown",
        "lee",
        "garcia",
        "muller",
        "schmidt",
        "martin",
        "rossi",
        "silva",
        "novak",
        "kim",
        "wang",
        "tanaka",
        "ivanov",
    ]
    assert NO_NAME.isdisjoint(surnames)
