"""Conditions say what they mean, read themselves back, and refuse the rest without a word of what they compare with."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.editing.addresses import read_address
from dicomveil.editing.conditions import Both, Compared, Either, Exists, Not
from dicomveil.editing.grammar import parse_condition
from dicomveil.errors import EditError
from editing.lookups import Values

CT = Values(
    Modality="CT",
    SliceThickness="2.5",
    StudyDescription="CT abdomen",
    ImageType=["ORIGINAL", "PRIMARY"],
    StudyDate="20240229",
    Rows="512",
    Columns="256",
    AccessionNumber=[],
    PatientComments="not a number",
    PatientID="0012",
    IssuerOfPatientID="12",
    OtherPatientIDs="12345678901234567890",
    SeriesNumber="05",
    InstanceNumber="5",
    EthnicGroup="1_0",
    Occupation="nan",
    StudyID="1_0",
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        pytest.param('Modality == "CT"', True, id="equal"),
        pytest.param("Modality == 'CT'", True, id="other-quotation-marks"),
        pytest.param('Modality == "MR"', False, id="not-equal"),
        pytest.param('Modality != "MR"', True, id="unequal"),
        pytest.param("SliceThickness > 2", True, id="number-greater"),
        pytest.param("SliceThickness >= 2.5 and SliceThickness <= 2.5", True, id="number-bounds"),
        pytest.param("SliceThickness < 2.5e0", False, id="number-less"),
        pytest.param("PatientComments > 1", False, id="no-number"),
        pytest.param("StudyID == 10", False, id="no-number-but-for-python"),
        pytest.param('StudyDate > "20240101" and StudyDate < "2025"', True, id="dates-as-text"),
        pytest.param("StudyDate >= 20240229", True, id="dates-as-numbers"),
        pytest.param('StudyDescription ~ "abd"', True, id="regular-expression"),
        pytest.param('StudyDescription ~ "^abd"', False, id="regular-expression-anchored"),
        pytest.param('StudyDescription !~ "(?i)PHANTOM"', True, id="no-match"),
        pytest.param(r'StudyDescription ~ "^CT\s\w+$"', True, id="backslashes"),
        pytest.param('ImageType == "PRIMARY"', True, id="any-value"),
        pytest.param('Modality in ("MR", "CT")', True, id="in"),
        pytest.param('Modality not in ["MR", "CT"]', False, id="not-in"),
        pytest.param("Rows in (512, 1024)", True, id="in-numbers"),
        pytest.param("Rows > Columns", True, id="two-attributes"),
        pytest.param("Rows == Columns", False, id="two-attributes-equal"),
        pytest.param("PatientID == IssuerOfPatientID", False, id="two-texts-of-one-number"),
        pytest.param("PatientID == 12", True, id="a-text-and-a-number"),
        pytest.param("SeriesNumber == InstanceNumber", True, id="two-numbers-written-differently"),
        pytest.param("OtherPatientIDs == 12345678901234567891", False, id="every-digit-counts"),
        pytest.param("EthnicGroup == 10", False, id="underscores-are-no-digits"),
        pytest.param("Occupation >= 0 or Occupation < 0", False, id="nan-is-no-number"),
        pytest.param("exists AccessionNumber", True, id="exists-empty"),
        pytest.param('AccessionNumber < "2"', False, id="empty-is-less-than-nothing"),
        pytest.param('AccessionNumber ~ ""', False, id="empty-matches-nothing"),
        pytest.param('AccessionNumber in ("", "1")', True, id="empty-in"),
        pytest.param("exists(PatientSex)", False, id="exists-not"),
        pytest.param('AccessionNumber == ""', True, id="empty"),
        pytest.param('PatientSex == ""', False, id="absent-is-not-empty"),
        pytest.param('PatientSex != "1" and not exists PatientSex', True, id="absent-is-unequal"),
        pytest.param(
            'PatientSex in ("1") or PatientSex > 1 or PatientSex ~ "."', False, id="absent-compares-with-nothing"
        ),
        pytest.param('not (Modality == "CT" or Modality == "MR")', False, id="not"),
        pytest.param('Modality == "MR" or Modality == "CT" and Rows == 1', False, id="and-binds-tighter"),
        pytest.param('(Modality == "CT" or Modality == "MR") and Rows == 512', True, id="parentheses"),
        pytest.param('not not Modality == "CT"', True, id="twice-not"),
        pytest.param("(0028,0010) == 512 and 00280010 == 512 and 0028,0010 == 512", True, id="tags"),
    ],
)
def test_a_condition_says_what_it_means(text, holds):
    condition = parse_condition(text)
    assert condition.holds(CT) is holds
    assert parse_condition(str(condition)) == condition


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "expected an attribute at character 1", id="nothing"),
        pytest.param("Modality", "expected in, or one of == .* behind Modality", id="attribute-alone"),
        pytest.param("Modality ==", "expected an attribute at character 12", id="nothing-to-compare-with"),
        pytest.param('Modality = "CT"', "cannot be read from character 10", id="one-equals-sign"),
        pytest.param('"CT" == Modality', "expected an attribute", id="the-wrong-way-round"),
        pytest.param('Modalty == "CT"', "did you mean Modality", id="misspelt"),
        pytest.param('Modality == "CT', "cannot be read from character 13", id="not-closed"),
        pytest.param('(Modality == "CT"', r"expected \) at character", id="parenthesis"),
        pytest.param('Modality == "CT" Rows == 1', "expected and, or, or the end", id="no-and"),
        pytest.param('Modality in "CT"', "expected a list", id="no-list"),
        pytest.param("Modality ~ 5", "regular expression in quotation marks", id="pattern-no-text"),
        pytest.param('Modality ~ "("', "no regular expression", id="pattern"),
        pytest.param(f'Modality ~ "{"(" * 5000}{")" * 5000}"', "no regular expression", id="pattern-deep"),
        pytest.param('Modality ~ "a{99999999999999}"', "no regular expression", id="pattern-huge"),
        pytest.param('Modality not "CT"', "expected in", id="not-what"),
        pytest.param("Rows == 1e9999999999", "too large", id="infinite"),
        pytest.param("(" * 200 + "Rows == 1" + ")" * 200, "nested deeper", id="deep"),
        pytest.param("not " * 5000 + "Rows == 1", "nested deeper", id="deep-not"),
    ],
)
def test_what_is_no_condition_is_told_where(text, reason):
    with pytest.raises(EditError, match=reason):
        parse_condition(text)


def test_an_error_repeats_no_text():
    with pytest.raises(EditError) as caught:
        parse_condition('PatientName == "Quillfeather" and and')
    assert "Quill" not in str(caught.value)


@pytest.mark.parametrize("text", ["PatientName == Quill", "Rows in (Quill)", "PatientName Quill"])
def test_a_word_where_a_value_belongs_is_not_repeated(text):
    with pytest.raises(EditError, match="a text belongs in quotation marks") as caught:
        parse_condition(text)
    assert "Quill" not in str(caught.value)


@pytest.mark.parametrize("word", ["and", "or"])
def test_thousands_of_comparisons_can_be_joined(word):
    condition = parse_condition(f" {word} ".join(["Rows == 512"] * 5000))
    assert condition.holds(CT)
    assert parse_condition(str(condition)) == condition


addresses = st.sampled_from(
    ["PatientName", "**.Modality", "ReferencedStudySequence[*].Rows", "60xx3000", '(0029,"A\\"B",10)']
)
literals = st.one_of(
    st.text(max_size=5), st.integers(-99, 99).map(Decimal), st.decimals(allow_nan=False, allow_infinity=False)
)
comparisons = st.one_of(
    st.builds(
        lambda address, operator, literal: Compared(read_address(address), operator, (literal,)),
        addresses,
        st.sampled_from(["==", "<", "<=", ">", ">="]),
        literals,
    ),
    st.builds(
        lambda address, found: Compared(read_address(address), "in", tuple(found)),
        addresses,
        st.lists(literals, min_size=1),
    ),
    st.builds(lambda a, b: Compared(read_address(a), "==", read_address(b)), addresses, addresses),
    st.builds(lambda address: Exists(read_address(address)), addresses),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(lambda *parts: Both(parts), inner, inner),
        st.builds(lambda *parts: Either(parts), inner, inner, inner),
        st.builds(Not, inner),
    ),
)


@given(conditions)
def test_a_condition_reads_itself_back(condition):
    assert parse_condition(str(condition)) == condition


@given(conditions, conditions)
def test_not_and_or_are_those_of_logic(left, right):
    assert Not(Not(left)).holds(CT) == left.holds(CT)
    assert Not(Both((left, right))).holds(CT) == Either((Not(left), Not(right))).holds(CT)


@given(st.text(alphabet="PatientName()[]*,.\"'=!<>~ 0123andornotin\\", max_size=30))
def test_any_text_is_a_condition_or_an_edit_error(text):
    try:
        parse_condition(text)
    except EditError:
        return
