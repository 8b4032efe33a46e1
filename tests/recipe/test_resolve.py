"""The decisions, against a second reading of the tables: of the sources themselves, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import combinations

import pytest

from dicomveil.recipe.decision import PASS, Decision
from dicomveil.recipe.model import Recipe, RecipeRule, Verb
from dicomveil.recipe.options import OFFERED, ProfileOption
from dicomveil.recipe.resolve import Resolver
from dicomveil.standard.dictionary import tag_of, vr_of
from standard.sources import require_sources, rows_of

UNKNOWN_SOP_CLASS = "1.2.3.4"
SOP_CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PET": "1.2.840.10008.5.1.4.1.1.128",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
    "SR": "1.2.840.10008.5.1.4.1.1.88.22",
    "GSPS": "1.2.840.10008.5.1.4.1.1.11.1",
}
COLUMN = {
    ProfileOption.RETAIN_SAFE_PRIVATE: "retain_safe_private",
    ProfileOption.RETAIN_UIDS: "retain_uids",
    ProfileOption.RETAIN_DEVICE_IDENTITY: "retain_device_id",
    ProfileOption.RETAIN_INSTITUTION_IDENTITY: "retain_institution_id",
    ProfileOption.RETAIN_PATIENT_CHARACTERISTICS: "retain_patient_chars",
    ProfileOption.RETAIN_FULL_DATES: "retain_long_full_dates",
    ProfileOption.RETAIN_MODIFIED_DATES: "retain_long_modified_dates",
}
ORDER = ["X", "Z", "D", "U", "C", "K"]
WEAKEST = {"X/Z": "X", "X/D": "X", "X/Z/D": "X", "X/Z/U*": "X", "Z/D": "Z"}
WITH_TYPE_1 = {"X": "D", "Z": "D", "X/Z": "U", "X/D": "D", "Z/D": "D", "X/Z/D": "D", "X/Z/U*": "U"}
WITH_TYPE_2 = {"X": "Z", "X/Z": "Z", "X/D": "D", "Z/D": "Z", "X/Z/D": "Z", "X/Z/U*": "Z"}
MOVABLE = {"DA", "DT", "TM", "SH"}
GONE_ANYWAY = {"0000", "0002", "0004", "50xx", "60xx", "gggg"}

BOTH_DATES = {ProfileOption.RETAIN_FULL_DATES, ProfileOption.RETAIN_MODIFIED_DATES}
OPTION_SETS = [
    frozenset(options)
    for size in (0, 1, 2)
    for options in combinations(sorted(OFFERED), size)
    if not set(options) >= BOTH_DATES
] + [frozenset(OFFERED - {ProfileOption.RETAIN_FULL_DATES}), frozenset(OFFERED - {ProfileOption.RETAIN_MODIFIED_DATES})]


@pytest.fixture(autouse=True)
def _sources() -> None:
    require_sources()


def resolver(options: Iterable[ProfileOption] = (), sop_class: str = UNKNOWN_SOP_CLASS, *rules: RecipeRule) -> Resolver:
    return Resolver(Recipe("test", options=frozenset(options), rules=rules), sop_class)


def expected(row: dict[str, str], letter: str, options: frozenset[ProfileOption]) -> str:
    """Table E.1-1a, with the letter that the basic profile comes to at this place."""
    tag = int(row["tag"], 16)
    basic = {"X": "remove", "Z": "empty", "D": "new-uid" if vr_of(tag) == "UI" else "dummy", "U": "new-uid"}[letter]
    codes = sorted(
        ((row[COLUMN[option]], option) for option in options if row[COLUMN[option]]), key=lambda c: ORDER.index(c[0])
    )
    if not codes:
        return basic
    code, option = codes[0]
    if code == "K":
        return "keep" if vr_of(tag) in ("SQ", "UI") else "check"
    assert code == "C"
    if option is ProfileOption.RETAIN_MODIFIED_DATES and vr_of(tag) in MOVABLE:
        return "shift-date"
    return basic


def attribute_rows() -> list[dict[str, str]]:
    return [row for row in rows_of("confidentiality_profile.csv") if row["tag"][:4] not in GONE_ANYWAY]


def test_every_row_is_read_as_it_stands_with_every_option_alone_and_with_every_other() -> None:
    wrong = []
    for options in OPTION_SETS:
        decide = resolver(options).decide
        for row in attribute_rows():
            letter = WEAKEST.get(row["basic"], row["basic"])
            found = str(decide((), int(row["tag"], 16)).verb)
            if found != expected(row, letter, options):
                wrong.append((row["keyword"], sorted(options), found))
    assert wrong == []


@cache
def strongest_types(sop_class: str) -> dict[str, str]:
    """The strongest Type that any module gives each path."""
    order = ["1", "1C", "2", "2C", "3"]
    strongest: dict[str, str] = {}
    for row in rows_of("sop_class_attribute_types.csv.gz"):
        if row["sop_class_uid"] == sop_class:
            path, type_ = row["path"], row["type"]
            if path not in strongest or order.index(type_) < order.index(strongest[path]):
                strongest[path] = type_
    return strongest


@pytest.mark.parametrize("name", SOP_CLASSES)
def test_codes_come_to_what_the_type_at_the_path_allows(name: str) -> None:
    row_by_keyword = {row["keyword"]: row for row in attribute_rows()}
    decide = resolver((), SOP_CLASSES[name]).decide
    paths = strongest_types(SOP_CLASSES[name])
    wrong = []
    for path, type_ in paths.items():
        *parents, keyword = path.split(".")
        tags = [tag_of(each) for each in (*parents, keyword)]
        if None in tags or keyword not in row_by_keyword:
            continue
        basic = row_by_keyword[keyword]["basic"]
        table = {"1": WITH_TYPE_1, "2": WITH_TYPE_2}.get(type_[0], WEAKEST)
        letter = table.get(basic, basic)
        found = str(decide(tuple(tags[:-1]), tags[-1]).verb)  # type: ignore[arg-type]
        if found != expected(row_by_keyword[keyword], letter, frozenset()):
            wrong.append((path, type_, basic, found))
    assert len(paths) > 100
    assert any("." in path for path in paths)
    assert wrong == []


def test_where_device_identity_and_modified_dates_disagree_the_dates_move() -> None:
    both = {ProfileOption.RETAIN_DEVICE_IDENTITY, ProfileOption.RETAIN_MODIFIED_DATES}
    rows = [
        row for row in attribute_rows() if row["retain_device_id"] == "K" and row["retain_long_modified_dates"] == "C"
    ]
    assert len(rows) == 11
    assert {str(resolver(both).decide((), int(row["tag"], 16)).verb) for row in rows} == {"shift-date"}


def test_cleaning_that_is_not_built_takes_the_strict_outcome_and_says_so() -> None:
    device = {ProfileOption.RETAIN_DEVICE_IDENTITY}
    rows = [row for row in attribute_rows() if row["retain_device_id"] == "C"]
    assert len(rows) == 11
    for row in rows:
        decision = resolver(device).decide((), int(row["tag"], 16))
        assert decision.verb in (Verb.REMOVE, Verb.EMPTY, Verb.DUMMY)
        assert "not cleaned yet" in decision.reason


def test_a_decision_names_row_edition_and_option() -> None:
    reason = resolver({ProfileOption.RETAIN_UIDS}).decide((), 0x0020000D).reason
    assert "(0020,000D)" in reason
    assert "2026d E.1-1" in reason
    assert "retain-uids" in reason


@pytest.mark.parametrize(
    "options", [(), tuple(sorted(OFFERED - {ProfileOption.RETAIN_FULL_DATES}))], ids=["none", "all"]
)
@pytest.mark.parametrize(
    "tag",
    [
        0x00000002,
        0x00020016,
        0x00020102,
        0x00041500,
        0x00080000,
        0x00100000,
        0x50000010,
        0x501E3000,
        0x60000010,
        0x60FF4000,
        0x00291001,
        0x00290010,
        0x00011001,
        0x0008FFFE,
        0x0ACE0001,
        0x7F020010,
        0x4FFE0001,
        0xFFFCFFFC,
        0xFFFAFFFA,
    ],
    ids=lambda tag: f"{tag:08X}",
)
def test_what_never_belongs_in_an_output_is_removed_whatever_is_retained(
    tag: int, options: tuple[ProfileOption, ...]
) -> None:
    for path in ((), (0x00081140,), (0x00291010,)):
        assert resolver(options, SOP_CLASSES["CT"]).decide(path, tag).verb is Verb.REMOVE


def test_safe_private_attributes_are_those_of_the_table_with_their_creator() -> None:
    safe = resolver({ProfileOption.RETAIN_SAFE_PRIVATE})
    anything = {"OB", "OW", "OW/OB", "OF", "OD", "ST", "LT", "UN", ""}
    for row in rows_of("safe_private.csv"):
        tag = int(row["group"], 16) << 16 | 0x4200 | int(row["element_pattern"][-2:], 16)
        decision = safe.decide((), tag, row["private_creator"])
        wanted = Verb.REMOVE if row["vr"] in anything else Verb.NEW_UID if row["vr"] == "UI" else Verb.CHECK
        assert (decision.verb, decision.vr) == (wanted, None if wanted is Verb.REMOVE else row["vr"])
        assert safe.decide((), tag, "ACME 1.0").verb is Verb.REMOVE
        assert safe.decide((), tag).verb is Verb.REMOVE
        assert resolver().decide((), tag, row["private_creator"]).verb is Verb.REMOVE


def test_uids_of_safe_private_attributes_follow_the_others() -> None:
    both = {ProfileOption.RETAIN_SAFE_PRIVATE, ProfileOption.RETAIN_UIDS}
    assert resolver(both).decide((), 0x00991002, "NQHeader").verb is Verb.KEEP


def test_a_rule_of_the_recipe_wins_over_options_and_table_and_is_its_own_reason() -> None:
    rule = RecipeRule("StudyInstanceUID", Verb.EMPTY, reason="not wanted", origin="recipe mine, line 3")
    decision = resolver({ProfileOption.RETAIN_UIDS}, UNKNOWN_SOP_CLASS, rule).decide((), 0x0020000D)
    assert (decision.verb, decision.reason) == (Verb.EMPTY, "recipe mine, line 3: not wanted")


def test_a_rule_that_hands_back_to_the_profile_leaves_the_table_to_decide() -> None:
    rule = RecipeRule("StudyInstanceUID", Verb.PROFILE, reason="as the profile")
    assert resolver((), UNKNOWN_SOP_CLASS, rule).decide((), 0x0020000D).verb is Verb.NEW_UID


def test_what_cannot_be_done_for_a_value_has_a_strict_outcome_that_never_keeps_it() -> None:
    keeps: list[tuple[str, Decision]] = []
    for options in OPTION_SETS:
        decide = resolver(options, SOP_CLASSES["PET"]).decide
        for row in attribute_rows():
            decision = decide((), int(row["tag"], 16))
            if decision.verb in (Verb.CHECK, Verb.SHIFT_DATE, PASS) and decision.strict not in (
                Verb.REMOVE,
                Verb.EMPTY,
                Verb.DUMMY,
            ):
                keeps.append((row["keyword"], decision))
    assert keeps == []
