"""The addresses of rules: what they stand for, and what is said of wrong ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.errors import RecipeError
from dicomveil.recipe.targets import RuleTarget, target_of

REQUESTS, SERIES, ACCESSION = 0x00400275, 0x00081115, 0x00080050
CSA = "SIEMENS CSA HEADER"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("PatientName", RuleTarget((), False, 0x00100010)),
        ("(0010,0010)", RuleTarget((), False, 0x00100010)),
        ("00100010", RuleTarget((), False, 0x00100010)),
        ("**.PatientName", RuleTarget((), False, 0x00100010)),
        ("RequestAttributesSequence.AccessionNumber", RuleTarget((REQUESTS,), True, ACCESSION)),
        ("(0040,0275)[*].0008,0050", RuleTarget((REQUESTS,), True, ACCESSION)),
        ("**.RequestAttributesSequence.AccessionNumber", RuleTarget((REQUESTS,), False, ACCESSION)),
        (
            "ReferencedSeriesSequence.RequestAttributesSequence.AccessionNumber",
            RuleTarget((SERIES, REQUESTS), True, ACCESSION),
        ),
        ("60xx3000", RuleTarget((), False, 0x60003000, 0xFF00FFFF)),
        ("(60XX,3000)", RuleTarget((), False, 0x60003000, 0xFF00FFFF)),
        ("OverlayData", RuleTarget((), False, 0x60003000, 0xFF00FFFF)),
        ("60xxxxxx", RuleTarget((), False, 0x60000000, 0xFF000000)),
        ("60023000", RuleTarget((), False, 0x60023000)),
        (f'(0029,"{CSA}",10)', RuleTarget((), False, 0x00290010, 0xFFFF00FF, CSA, 0x10)),
        ('(0029,"A.B \\"C\\"",0a)', RuleTarget((), False, 0x0029000A, 0xFFFF00FF, 'A.B "C"', 0x0A)),
        (
            'RequestAttributesSequence.(0029,"A.B",0a)',
            RuleTarget((REQUESTS,), True, 0x0029000A, 0xFFFF00FF, "A.B", 0x0A),
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_an_address_stands_for(address: str, target: RuleTarget) -> None:
    assert target_of(address) == target


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("PatientNam", "unknown attribute 'PatientNam'; did you mean 'PatientName'?"),
        ("RequestAttributeSequence.AccessionNumber", "did you mean 'RequestAttributesSequence'?"),
        ("PatientName.AccessionNumber", "(0010,0010) is PN, no sequence: nothing is in it"),
        ("RequestAttributesSequence[0].AccessionNumber", "a rule is for all items of a sequence"),
        ("RequestAttributesSequence[*]", "a rule is for all items of a sequence"),
        ("0029,1010", 'name its creator, as in (0029,"CREATOR",10)'),
        ("0029,1010.AccessionNumber", 'name its creator, as in (0029,"CREATOR",10)'),
        ('(0029,"X",10).AccessionNumber', "only the last name of a path may be private"),
        ("60xx3000.AccessionNumber", "only the last name of a path may be private or of a repeating group"),
        ("6xxx3000", "x stands only where PS3.6 has a repeating group"),
        ("xxxxxxxx", "x stands only where PS3.6 has a repeating group"),
        ("0010,9999", "unknown attribute (0010,9999): not in PS3.6 2026d"),
        ("0010,0000", "(0010,0000) is a group length"),
        ("TransferSyntaxUID", "file meta information"),
        ("0002,0010", "file meta information"),
        ("OffsetOfTheNextDirectoryRecord", "file meta information"),
        ("Item", "items and delimiters are no attributes"),
        ("", "expected a tag or a keyword at character 1"),
        ("RequestAttributesSequence.", "expected a tag or a keyword at character 27"),
        ("**.", "expected a tag or a keyword at character 4"),
        ("StudyID.(0010,001", "expected a tag or a keyword at character 9"),
        ('(0028,"X",10)', "an odd group before a private creator"),
    ],
)
def test_a_wrong_address_is_told_with_what_would_be_right(address: str, message: str) -> None:
    with pytest.raises(RecipeError) as raised:
        target_of(address)
    assert [problem.key for problem in raised.value.problems] == ["address"]
    assert message in raised.value.problems[0].message


@pytest.mark.parametrize(
    ("address", "path", "tag", "creator", "matched"),
    [
        ("AccessionNumber", (), ACCESSION, None, True),
        ("AccessionNumber", (SERIES, REQUESTS), ACCESSION, None, True),
        ("AccessionNumber", (), ACCESSION + 1, None, False),
        ("RequestAttributesSequence.AccessionNumber", (REQUESTS,), ACCESSION, None, True),
        ("RequestAttributesSequence.AccessionNumber", (SERIES, REQUESTS), ACCESSION, None, False),
        ("RequestAttributesSequence.AccessionNumber", (REQUESTS, SERIES), ACCESSION, None, False),
        ("RequestAttributesSequence.AccessionNumber", (), ACCESSION, None, False),
        ("**.RequestAttributesSequence.AccessionNumber", (SERIES, REQUESTS), ACCESSION, None, True),
        ("**.RequestAttributesSequence.AccessionNumber", (REQUESTS,), ACCESSION, None, True),
        ("**.RequestAttributesSequence.AccessionNumber", (), ACCESSION, None, False),
        ("OverlayData", (), 0x601E3000, None, True),
        ("OverlayData", (), 0x60013000, None, False),
        ("60xxxxxx", (), 0x60024000, None, True),
        ("60xxxxxx", (), 0x60011010, "X", False),
        (f'(0029,"{CSA}",10)', (SERIES,), 0x00291110, CSA, True),
        (f'(0029,"{CSA}",10)', (), 0x00291110, "OTHER", False),
        (f'(0029,"{CSA}",10)', (), 0x00291110, None, False),
        (f'(0029,"{CSA}",10)', (), 0x00291111, CSA, False),
        (f'(0029,"{CSA}",10)', (), 0x002B1110, CSA, False),
    ],
)
def test_a_target_matches_elements(
    address: str, path: tuple[int, ...], tag: int, creator: str | None, matched: bool
) -> None:
    assert target_of(address).matches(path, tag, creator) is matched


def test_the_more_precisely_a_rule_names_its_place_the_more_specific_it_is() -> None:
    ascending = [
        "60xx3000",
        "60003000",
        "**.RequestAttributesSequence.60xx3000",
        "**.RequestAttributesSequence.60003000",
        "**.ReferencedSeriesSequence.RequestAttributesSequence.60003000",
        "RequestAttributesSequence.60003000",
        "ReferencedSeriesSequence.RequestAttributesSequence.60003000",
    ]
    specificities = [target_of(address).specificity for address in ascending]
    assert sorted(set(specificities)) == specificities


@given(st.one_of(st.text(), st.text(alphabet='0123456789abcdefxX,()[]*."\\SQPatientName')))
def test_any_text_is_an_address_or_a_recipe_error(address: str) -> None:
    try:
        target = target_of(address)
    except RecipeError as error:
        assert error.problems[0].key == "address"  # noqa: PT017
    else:
        assert target.tag & target.mask == target.tag
