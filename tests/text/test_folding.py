"""Folding levels case, accents and separators, and nothing else."""

from __future__ import annotations

import pytest

from dicomveil.text.folding import folded, has_unspaced_script, without_digits, written_out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("SMITH^John=, A.B_C-D", ["smith", "john", "a", "b", "c", "d"], id="ascii-separators"),
        pytest.param("O'Brien O`Brien O\u2019Brien", ["obrien"] * 3, id="apostrophes-vanish"),
        pytest.param("Müller ZOË Łódź", ["muller", "zoe", "lodz"], id="accents"),
        pytest.param("Straße Søren Æsir", ["strasse", "soren", "aesir"], id="letters-without-decomposition"),
        pytest.param("Mu\u0308ller", ["muller"], id="combining-marks"),
        pytest.param("ИВАН Йорк", ["иван", "иорк"], id="cyrillic"),
        pytest.param("山田^太郎", ["山田", "太郎"], id="han"),
        pytest.param("ﾔﾏﾀﾞ１２", ["ヤマタ12"], id="half-and-full-width"),
        pytest.param("홍길동", ["홍길동"], id="hangul-stays-in-syllables"),
        pytest.param("İ \u0131", ["i", "i"], id="turkish"),
        pytest.param("a\x00b\tc\nd", ["a", "b", "c", "d"], id="control-characters-separate"),
        pytest.param("", [], id="empty"),
    ],
)
def test_words_are_the_same_however_they_are_written(text: str, words: list[str]) -> None:
    assert folded(text).split() == words


def test_digits_give_way_to_spaces_and_letters_stay() -> None:
    assert without_digits("lee01 山2").split() == ["lee", "山"]


def test_umlauts_are_written_out_only_where_they_are() -> None:
    assert written_out("Müller") == "mueller"
    assert written_out("Mu\u0308ller") == "mueller"
    assert written_out("Muller") == "Muller"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("สม", True), ("山", True), ("か", True), ("길", True), ("Ив", False), ("Li", False), ("Ἀλ", False)],
    ids=["thai", "han", "kana", "hangul", "cyrillic", "latin", "greek"],
)
def test_scripts_without_spaces_are_known(text: str, answer: bool) -> None:
    assert has_unspaced_script(text) is answer
