"""How messages quote and offer words."""

from __future__ import annotations

import pytest

from dicomveil.recipe.wording import nearest, quoted, unknown

WORDS = ["retain-uids", "retain-full-dates", "keep"]


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("retain-uid", "retain-uids"),
        ("RETAIN_UIDS", "retain-uids"),
        ("full-dates", "retain-full-dates"),
        ("Keep", "keep"),
        ("", None),
        ("shift", None),
        ("keep" * 20, None),
    ],
)
def test_the_nearest_word(word: str, right: str | None) -> None:
    assert nearest(word, WORDS) == right


def test_words_are_quoted_on_one_short_line() -> None:
    assert quoted("two\nlines") == r"'two\nlines'"
    assert len(quoted("x" * 1000)) < 70


def test_where_no_word_is_near_all_are_told() -> None:
    assert unknown("option", "x", WORDS) == "unknown option 'x'; there are: retain-uids, retain-full-dates, keep"
