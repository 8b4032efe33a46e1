from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.outcome import IMPOSSIBLE, Replaced
from dicomveil.actions.replace import replace_with


@pytest.mark.parametrize(
    ("value", "vr", "raw"),
    [
        ("TRIAL", "LO", b"TRIAL "),
        ("1.2.3", "UI", b"1.2.3\0"),
        ("", "LO", b""),
        ("A\\B", "CS", b"A\\B "),
        ("Zoë", "PN", "Zoë".encode()),
    ],
)
def test_the_recipe_s_value_stands_there_padded(value: str, vr: str, raw: bytes) -> None:
    assert replace_with(value)(b"Quillfeather", vr, world()) == Replaced(raw)


def test_a_value_that_the_character_set_cannot_hold_is_impossible_and_nothing_is_guessed() -> None:
    assert replace_with("山田")(b"Quillfeather", "PN", world(b"ISO_IR 100")) is IMPOSSIBLE
