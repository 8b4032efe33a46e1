"""Recipe files: what they say when they are right, and everything that is wrong with them at once."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomveil.errors import RecipeError
from dicomveil.recipe.load import MOST_BYTES, load_recipe
from dicomveil.recipe.model import Dates, Pseudonymisation, Recipe, Verb
from dicomveil.recipe.options import ProfileOption

RULE = '[[rule]]\naddress = "StudyID"\naction = "empty"\nreason = "r"\n'


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    return tmp_path / "trial.toml"


def loaded(path: Path, text: str) -> Recipe:
    path.write_text(dedent(text), encoding="utf-8")
    return load_recipe(path)


def problems_of(path: Path, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(RecipeError) as raised:
        loaded(path, text)
    assert {problem.file for problem in raised.value.problems} == {str(path)}
    return [(problem.line, problem.key, problem.message) for problem in raised.value.problems]


def test_a_recipe_says_all_it_can_say(recipe_file: Path) -> None:
    recipe = loaded(
        recipe_file,
        """\
        title = "Our trial"
        extends = "research"
        options = ["retain-uids"]
        refuse_burned_in = true

        [dates]
        min_days = 30
        direction = "either"

        [pseudonyms]
        source = "random"
        prefix = "T-"

        [[rule]]
        address = "StudyID"
        action = "replace"
        value = "1"
        reason = "one study a patient"
        """,
    )
    assert (recipe.name, recipe.title, recipe.refuse_burned_in) == ("trial", "Our trial", True)
    assert recipe.options == {*load_recipe("research").options, ProfileOption.RETAIN_UIDS}
    assert recipe.dates == Dates(30, 3650, "either")
    assert recipe.pseudonyms == Pseudonymisation("random", "T-")
    assert recipe.rules[:2] == load_recipe("basic").rules
    [own] = recipe.rules[2:]
    assert (own.address, own.verb, own.value, own.reason) == (
        "StudyID",
        Verb.REPLACE,
        "1",
        "one study a patient",
    )
    assert own.origin == "recipe trial, line 14"


def test_an_empty_file_is_the_profile_without_rules(recipe_file: Path) -> None:
    recipe = loaded(recipe_file, "")
    assert (recipe.options, recipe.rules, recipe.dates) == (frozenset(), (), Dates())


def test_what_extends_a_preset_and_says_no_more_does_the_same(recipe_file: Path) -> None:
    for name in ("basic", "research", "documented"):
        assert loaded(recipe_file, f'extends = "{name}"').fingerprint == load_recipe(name).fingerprint


def test_ones_own_rule_wins_over_the_rule_of_the_preset(recipe_file: Path) -> None:
    recipe = loaded(recipe_file, 'extends = "basic"\n' + RULE.replace("StudyID", "PatientName"))
    rule = recipe.rule_for((), 0x00100010)
    assert rule is not None
    assert rule.verb is Verb.EMPTY


def test_a_file_called_as_a_preset_is_read_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("basic").write_text('title = "mine"', encoding="utf-8")
    assert load_recipe("./basic").title == "mine"
    assert load_recipe("basic").title != "mine"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(recipe_file: Path) -> None:
    recipe_file.write_bytes(b"\xef\xbb\xbf" + RULE.replace("\n", "\r\n").encode())
    assert load_recipe(recipe_file).rules[0].origin == "recipe trial, line 1"


def test_comments_spaces_and_spellings_do_not_change_the_fingerprint(recipe_file: Path) -> None:
    plain = loaded(recipe_file, RULE)
    other = loaded(
        recipe_file,
        f'# why\n\ntitle = "x" # y\n{RULE.replace("StudyID", "(0020,0010)")}\n[dates]\nmin_days = 1',
    )
    assert plain.fingerprint == other.fingerprint
    assert plain.fingerprint != loaded(recipe_file, RULE.replace("empty", "remove")).fingerprint


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file(recipe_file: Path) -> None:
    text = """\
    # a recipe with mistakes
    extends = "reserach"
    options = [
      "retain-uid",  # of everything
      "clean-graphics",
      "retain-full-dates", "retain-modified-dates",
    ]
    refuse_burned_in = "yes"

    [dates]
    min_days = 50
    max_days = 10
    direction = "pst"

    [pseudonyms]
    source = "key"
    prefix = 'a\\b'

    [[rule]]  # the first
    address = "PatientNam"
    acton = "remove"
    reason = ""

    [[rule]]
    address = 100010
    action = "remov"

    [[rule]]
    address = "StudyDate"
    action = "replace"
    reason = "r"
    """
    found = problems_of(recipe_file, text)
    assert [(line, key) for line, key, _ in found] == [
        (2, "extends"),
        (3, "options"),
        (4, "options[1]"),
        (5, "options[2]"),
        (8, "refuse_burned_in"),
        (12, "dates.max_days"),
        (13, "dates.direction"),
        (16, "pseudonyms.source"),
        (17, "pseudonyms.prefix"),
        (20, "rule[1].address"),
        (21, "rule[1].acton"),
        (22, "rule[1].reason"),
        (24, "rule[2].reason"),
        (25, "rule[2].address"),
        (26, "rule[2].action"),
        (28, "rule[3].value"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("\ntitel = ''", 2, "titel", "unknown key 'titel'; did you mean 'title'?"),
        ("[date]", 1, "date", "unknown key 'date'; did you mean 'dates'?"),
        ("colour = 1", 1, "colour", "unknown key 'colour'; there are: title, extends, options"),
        ('dates = {"min-days" = 1}', 1, "dates.min-days", "did you mean 'min_days'?"),
        ("dates.min_day = 1", 1, "dates.min_day", "did you mean 'min_days'?"),
        ("extends = 'basics'", 1, "extends", "unknown preset 'basics'; did you mean 'basic'?"),
        ("extends = ''", 1, "extends", "unknown preset ''; there are: basic, research, documented"),
        ("extends = 1", 1, "extends", "expected a text in quotation marks, found a number"),
        (
            "options = ['retain_uids']",
            1,
            "options[1]",
            "unknown option 'retain_uids'; did you mean 'retain-uids'?",
        ),
        ("options = 'retain-uids'", 1, "options", "expected a list in square brackets, found a text"),
        ("options = [['retain-uids']]", 1, "options[1]", "expected a text in quotation marks, found a list"),
        ("options = [\n'clean-pixel-data']", 2, "options[1]", "clean-pixel-data is not built yet"),
        (
            "extends = 'research'\noptions = ['retain-full-dates']",
            2,
            "options",
            "exclude each other (PS3.15 E.3.6); one comes from extends = 'research'",
        ),
        ("title = 1979-05-27", 1, "title", "expected a text in quotation marks, found a date or time"),
        ("refuse_burned_in = 1", 1, "refuse_burned_in", "expected true or false, found a number"),
        ("dates = 1", 1, "dates", "expected a table, found a number"),
        ("[[dates]]", 1, "dates", "expected a table, found a list"),
        ("[dates]\nmin_days = 0", 2, "dates.min_days", "must be from 1 to 36500"),
        ("[dates]\nmax_days = 36501", 2, "dates.max_days", "must be from 1 to 36500"),
        ("[dates]\nmax_days = true", 2, "dates.max_days", "expected a whole number, found true or false"),
        ("[dates]\nmax_days = 1.5", 2, "dates.max_days", "expected a whole number, found a number"),
        ("[dates]\nmin_days = 4000", 2, "dates.min_days", "max_days (3650) is less than min_days (4000)"),
        ("[dates]\nmin_days=9\nmax_days=8", 3, "dates.max_days", "max_days (8) is less than min_days (9)"),
        (
            "dates.direction = 'back'",
            1,
            "dates.direction",
            "unknown direction 'back'; there are: past, future",
        ),
        (
            "pseudonyms.source = 'rand'",
            1,
            "pseudonyms.source",
            "unknown source 'rand'; did you mean 'random'?",
        ),
        ("pseudonyms.prefix = 'é'", 1, "pseudonyms.prefix", "a prefix of identifiers is printable ASCII"),
        (f"pseudonyms.prefix = '{'x' * 49}'", 1, "pseudonyms.prefix", "has at most 48 characters"),
        (
            f"extends = 'documented'\npseudonyms.prefix = '{'x' * 48}'",
            2,
            "pseudonyms.prefix",
            "has at most 48 characters, one for the underscore",
        ),
        ("[rule]\naddress = 'x'", 1, "rule", "rules are a list of tables: write [[rule]], not [rule]"),
        ("rule = [\n1]", 2, "rule[1]", "expected a table, found a number"),
        ("rule = 1", 1, "rule", "expected a list in square brackets, found a number"),
        (RULE + "[[rule]]\naction='empty'\nreason='r'", 5, "rule[2].address", "every rule needs an address"),
        (RULE.replace("action", "acton"), 3, "rule[1].acton", "unknown key 'acton'; did you mean 'action'?"),
        (RULE.replace('"StudyID"', "100010"), 2, "rule[1].address", "in quotation marks with all its zeros"),
        (RULE.replace('"StudyID"', "1.5"), 2, "rule[1].address", "expected a text in quotation marks"),
        (RULE.replace("StudyID", "StudyId2"), 2, "rule[1].address", "did you mean 'StudyID'?"),
        (RULE.replace("StudyID", "0029,1010"), 2, "rule[1].address", "name its creator"),
        (RULE.replace("empty", "emty"), 3, "rule[1].action", "unknown action 'emty'; did you mean 'empty'?"),
        (
            RULE.replace('"empty"', "0"),
            3,
            "rule[1].action",
            "expected a text in quotation marks, found a number",
        ),
        (RULE.replace("empty", "new-uid"), 3, "rule[1].action", "new-uid is for UI; 'StudyID' is SH"),
        (RULE.replace("empty", "replace"), 1, "rule[1].value", "replace needs a value"),
        (RULE + 'value = "x"', 5, "rule[1].value", "only replace takes a value"),
        (
            RULE.replace("empty", "replace") + "value = 1",
            5,
            "rule[1].value",
            "expected a text in quotation marks",
        ),
        (
            RULE.replace("empty", "replace") + "value = 'longer than an SH may be'",
            5,
            "rule[1].value",
            "this is no value of VR SH (PS3.5 6.2)",
        ),
        (RULE.replace('"r"', '""'), 4, "rule[1].reason", "must not be empty"),
        (
            "address = 00100010",
            1,
            "",
            'texts and tags stand in quotation marks, as in "PatientName" or "00100010"',
        ),
        ("a = 1\nb = (0010,0010)", 2, "", "texts and tags stand in quotation marks"),
        ("title = PatientName", 1, "", "not TOML: Invalid value; texts and tags stand in quotation marks"),
        ("\n\ntitle", 3, "", "not TOML: Expected '=' after a key"),
        ("title = 'a'\ntitle = 'b'", 2, "", "not TOML: Cannot overwrite a value"),
        ("options = [\n'retain-uids'\n", 3, "", "not TOML: Unclosed array at the end of the file"),
        ("title = " + "[" * 3000, None, "", "lists or tables are nested too deep"),
        ("title = " + "9" * 5000, None, "", "not TOML: a number has too many digits"),
    ],
    ids=lambda each: None if not isinstance(each, str) else each[:60].replace("\n", " "),
)
def test_what_is_wrong_is_told_with_its_line_its_key_and_what_would_be_right(
    recipe_file: Path, text: str, line: int | None, key: str, message: str
) -> None:
    found = problems_of(recipe_file, text)
    assert [(each[0], each[1]) for each in found] == [(line, key)]
    assert message in found[0][2]


def test_bytes_that_are_not_utf_8_are_told_with_their_line(recipe_file: Path) -> None:
    recipe_file.write_bytes(b"# x\ntitle = 'M\xfcller'\n")
    with pytest.raises(RecipeError) as raised:
        load_recipe(recipe_file)
    assert str(raised.value) == f"{recipe_file}:2: not UTF-8, which TOML is written in"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("basics", "basics: no such file; unknown preset 'basics'; did you mean 'basic'?"),
        ("basics.toml", "basics.toml: no such file"),
        ("a/basics", "a/basics: no such file"),
        (".", ".: a folder, not a recipe file"),
        ("nul\0", "nul\0: no name of a file"),
        ("x" * 5000, "cannot be read: File name too long"),
    ],
    ids=["misspelled preset", "file", "path", "folder", "nul", "too long"],
)
def test_what_cannot_be_read_is_told_as_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as raised:
        load_recipe(name)
    assert str(raised.value).endswith(message)
    assert raised.value.__cause__ is None


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told(recipe_file: Path) -> None:
    recipe_file.touch(mode=0)
    with pytest.raises(RecipeError, match="cannot be read: Permission denied"):
        load_recipe(recipe_file)


def test_a_file_that_never_ends_is_refused_and_not_read_whole() -> None:
    with pytest.raises(RecipeError, match=f"larger than {MOST_BYTES} bytes: no recipe"):
        load_recipe("/dev/zero")


WORDS = st.sampled_from(
    [
        "title",
        "extends",
        "options",
        "rule",
        "[[rule]]",
        "[dates]",
        "address",
        "action",
        "reason",
        "value",
        "min_days",
        "=",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        '"',
        "'''",
        "#",
        "\n",
        "1",
        "true",
        "2020-01-01",
        "9999999999",
        '"basic"',
        '"StudyID"',
        "'keep'",
        "'replace'",
        "['retain-uids']",
    ]
)


@given(st.one_of(st.text(), st.binary(), st.lists(WORDS).map(" ".join)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_a_recipe_or_a_recipe_error(recipe_file: Path, content: str | bytes) -> None:
    recipe_file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    try:
        recipe = load_recipe(recipe_file)
    except RecipeError as error:
        assert error.problems  # noqa: PT017
    else:
        assert recipe.name == "trial"


VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "true",
            '"x"',
            '"StudyID"',
            '"replace"',
            "0.5",
            "nan",
            "2020-01-01",
            '"retain-uids"',
            '"past"',
            '"\\b"',
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]"),
        st.dictionaries(
            st.sampled_from(["address", "action", "value", "reason", "min_days", "prefix", "x"]),
            inner,
            max_size=4,
        ).map(lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"),
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["title", "extends", "options", "refuse_burned_in", "dates", "pseudonyms", "rule", "x"])


@given(st.dictionaries(KEYS, VALUES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_values_under_any_keys_are_a_recipe_or_problems_with_lines(
    recipe_file: Path, content: dict[str, str]
) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in content.items())
    try:
        loaded(recipe_file, text)
    except RecipeError as error:
        assert all(problem.line and problem.key for problem in error.problems)  # noqa: PT017
