"""Regular expressions are Python's to the letter, and none takes for ever."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.editing import patterns
from dicomveil.editing.addresses import read_address
from dicomveil.editing.patterns import compiled
from dicomveil.errors import EditError, EditRefused

NAME = read_address("PatientName")


@pytest.mark.parametrize(
    ("pattern", "replacement", "value", "becomes"),
    [
        pytest.param(r"(.*)\^(.*)", r"\2^\1", "Doe^Jane", "Jane^Doe", id="numbered-groups"),
        pytest.param(r"(?P<f>.*)\^(?P<g>.*)", r"\g<g>^\g<f>", "Doe^Jane", "Jane^Doe", id="named-groups"),
        pytest.param("(a)|b", r"[\1]", "ab", "[a][]", id="group-that-is-not-there"),
        pytest.param("n", r"<\g<0>>", "Jane", "Ja<n>e", id="whole"),
        pytest.param("x*", "-", "abc", "-a-b-c-", id="empty-finds"),
        pytest.param("(?i)JANE", "J", "Doe^Jane", "Doe^J", id="ignores-case"),
        pytest.param(r"\w+", "x", "Döe^Jäne", "x^x", id="letters-beyond-ascii"),
        pytest.param("e{e}", "x", "e{e} e e", "x e e", id="braces-are-no-fuzziness"),
        pytest.param("a{2}", "x", "aaa", "xa", id="braces-that-count"),
        pytest.param("[[:alpha:]]", "x", "a:] b:]", "ax bx", id="brackets-are-no-class-of-letters"),
        pytest.param(r"[\[{]", "x", "[{", "xx", id="brackets-and-braces-in-a-class"),
        pytest.param(r"\N{LATIN SMALL LETTER A}", "x", "abc", "xbc", id="characters-by-name"),
    ],
)
def test_patterns_and_replacements_mean_what_they_do_to_python(pattern, replacement, value, becomes):
    assert compiled(pattern, replacement).replaced(value, NAME) == becomes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        assert re.sub(pattern, replacement, value) == becomes


PIECES = (
    r"a b ab . \w \d \s \b ^ $ [ab] [^a] [[:alpha:]] [a[b] []a] { } {e} {2} {1,2} {,2} {,} {} (a) (b|a) (?:a|b) * + ? "
    r"*? +? | ( ) \1 (?=a) (?!b) (?<=a) (?<!b) \Z \A \{ \[ {i<=1} [\[:] [a{e}] \x61 é (?>a) a++ - [a-] [-a] [a||b]"
)


@given(
    st.lists(st.sampled_from(PIECES.split(" ")), min_size=1, max_size=8).map("".join),
    st.text(alphabet="aAb {}e[]:-éi<=1|\n", max_size=12),
)
def test_any_pattern_finds_what_python_finds(pattern, value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            found = re.compile(pattern)
        except re.error:
            with pytest.raises(EditError, match="no regular expression"):
                compiled(pattern)
            return
    assert compiled(pattern, r"<\g<0>>").replaced(value, NAME) == found.sub(r"<\g<0>>", value)
    assert compiled(pattern).is_in(value, NAME) == (found.search(value) is not None)


@pytest.mark.parametrize("pattern", ["a(?e)", "(?R)", r"\p{L}", "(?<=a*)b", r"\K", "(?P<a>x)(?P<a>y)"])
def test_what_only_another_engine_takes_is_no_regular_expression(pattern):
    with pytest.raises(EditError, match="no regular expression, or no replacement for it"):
        compiled(pattern)


@pytest.mark.parametrize("replacement", [r"\2", r"\g<x>", r"\q", r"\x41", "\\"])
def test_what_only_another_engine_takes_is_no_replacement(replacement):
    with pytest.raises(EditError, match="no regular expression, or no replacement for it"):
        compiled("(a)", replacement)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        pytest.param("(a|a)*$", "a" * 3000 + "b", id="alternatives"),
        pytest.param("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 3000, id="nested"),
        pytest.param("(?:.|.)+(?:.|.)+[^a]", "a" * 3000, id="one-after-the-other"),
    ],
)
def test_what_would_take_for_ever_is_refused_by_its_address(monkeypatch, pattern, value):
    monkeypatch.setattr(patterns, "LIMIT_S", 0.05)
    reason = r"^PatientName: a regular expression takes longer than 0\.05 s on a value$"
    with pytest.raises(EditRefused, match=reason):
        compiled(pattern).is_in(value, NAME)
    with pytest.raises(EditRefused, match=reason):
        compiled(pattern, "x").replaced(value, NAME)
