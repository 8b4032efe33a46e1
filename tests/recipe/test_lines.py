"""Where the keys of a TOML file stand."""

from __future__ import annotations

import tomllib
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.recipe.lines import KeyPath, lines_of


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ('# a comment\n\ntitle = "x"', ("title",), 3),
        ('a = "#" # [x]\nb = 1', ("b",), 2),
        ("a = [ # one\n  1, # two\n\n  2,\n]\nb = 1", ("a", 1), 4),
        ("a = [ # one\n  1, # two\n\n  2,\n]\nb = 1", ("b",), 6),
        ("a = [[1], [2,\n3]]", ("a", 1, 1), 2),
        ('a = """\n[b]\nc = 1\\""" # "\n""" \nd = 1', ("d",), 5),
        ("a = '''\n''b'''''\nd = 1", ("d",), 3),
        ('a = """"x"""""\nd = 1', ("d",), 2),
        ("a = 'C:\\'\nd = 1", ("d",), 2),
        ("[dates]\nmin_days = 1\n[pseudonyms]\nprefix = ''", ("pseudonyms", "prefix"), 4),
        ("[[rule]]\na = 1\n\n[[rule]]\n# x\na = 2", ("rule", 0, "a"), 2),
        ("[[rule]]\na = 1\n\n[[rule]]\n# x\na = 2", ("rule", 1), 4),
        ("[[rule]]\na = 1\n\n[[rule]]\n# x\na = 2", ("rule", 1, "a"), 6),
        ("[[rule]]\n[rule.x]\ny = 1\n[[rule]]\n[rule.x]\ny = 2", ("rule", 1, "x", "y"), 6),
        ("[[a]]\n[[a.b]]\n[[a.b]]\nc = 1", ("a", 0, "b", 1, "c"), 4),
        ("rule = [\n  {a = 1, b = 2},\n  {a = 1}, ]", ("rule", 1, "a"), 3),
        ("\ndates.min_days = 1\ndates . max_days = 2", ("dates",), 2),
        ("\ndates.min_days = 1\ndates . max_days = 2", ("dates", "max_days"), 3),
        ("dates = { min_days = 1, 'max_days' = '}' }\nx = 1", ("x",), 2),
        ('\n"a.b".c = 1', ("a.b", "c"), 2),
        ('\n"\\u0061" = 1', ("a",), 2),
        ("[ a . 'b' ]\r\nc = 1\r\n", ("a", "b", "c"), 2),
        ("a = 2020-01-01 10:00:00\nb = -inf\n\nc = true", ("c",), 4),
    ],
)
def test_a_key_is_found_on_its_line(text: str, path: KeyPath, line: int) -> None:
    tomllib.loads(text)
    assert lines_of(text)[path] == line


def test_every_key_of_a_recipe_has_a_line_and_nothing_else_has() -> None:
    text = dedent("""
        title = "x"
        options = ["a",
                   "b"]
        dates = {min_days = 1}
        [[rule]]
        address = "StudyID"
        [[rule]]
        address = "StudyID"
    """)
    assert set(lines_of(text)) == _paths(tomllib.loads(text))


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
SCALARS = st.one_of(st.integers(-9, 9), st.booleans(), st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
TABLES = st.recursive(
    st.dictionaries(KEYS, SCALARS, max_size=3),
    lambda inner: st.dictionaries(KEYS, st.one_of(SCALARS, inner, st.lists(inner, max_size=3)), max_size=4),
    max_leaves=12,
)


@given(TABLES, st.booleans())
def test_every_key_of_any_toml_is_found_on_a_line_that_names_it(table: dict[str, Any], inline: bool) -> None:
    text = "\n".join(_inline(table) if inline else _with_headers(table, ())) + "\n"
    assert tomllib.loads(text) == table
    found = lines_of(text)
    assert set(found) == _paths(table)
    lines = text.split("\n")
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert _quoted(path[-1]) in lines[line - 1]


def _paths(value: object, path: KeyPath = ()) -> set[KeyPath]:
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    below = [_paths(child, (*path, key)) for key, child in children]
    return set().union({path} if path else set(), *below)


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(each):08x}" if not each.isalnum() else each for each in text) + '"'


def _inline(table: dict[str, Any]) -> list[str]:
    return [f"{_quoted(key)} = {_value(value)} # = [" for key, value in table.items()]


def _with_headers(table: dict[str, Any], above: tuple[str, ...]) -> list[str]:
    """Tables as headers; lists of tables as arrays of tables, but for empty ones, which have no header."""
    simple = {key: value for key, value in table.items() if not value or isinstance(value, int | str)}
    lines = _inline(simple)
    for key, value in table.items():
        header = ".".join(map(_quoted, (*above, key)))
        if key in simple:
            continue
        for each in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{header}]]" if isinstance(value, list) else f"[{header}]"]
            lines += _with_headers(each, (*above, key))
    return lines


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    assert isinstance(value, dict)
    return "{" + ", ".join(f"{_quoted(key)} = {_value(each)}" for key, each in value.items()) + "}"
