"""Templates put in what attributes say, changed as filters ask; they refuse what they cannot, before or at the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.editing.templates import parse_template
from dicomveil.errors import EditError, EditRefused
from editing.lookups import Values

WHO = Values(
    PatientID="ab-4711",
    StudyDate="20240229",
    AcquisitionDateTime="20240229101500.5+0100",
    ScheduledProcedureStepStartDateTime="2024022910",
    PatientComments="a:b|c}d",
    ImageType=["ORIGINAL", "PRIMARY"],
    AccessionNumber=[],
    PatientBirthDate="1958",
)


class Key:
    def digest(self, text: str) -> str:
        return f"{len(text):016}"

    def days(self) -> int:
        return -10


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("fixed", "fixed", id="no-field"),
        pytest.param("", "", id="nothing"),
        pytest.param("{PatientID}", "ab-4711", id="a-value"),
        pytest.param("<{ImageType}>", "<ORIGINAL\\PRIMARY>", id="several-values"),
        pytest.param("{{{PatientID}}}", "{ab-4711}", id="braces"),
        pytest.param("{PatientID|upper}/{PatientID|lower}", "AB-4711/ab-4711", id="letters"),
        pytest.param("{PatientID|slice:3:}", "4711", id="from"),
        pytest.param("{PatientID|slice::2}{PatientID|slice:-1}", "ab1", id="up-to-and-from-the-end"),
        pytest.param("{PatientID|slice:3:|pad:6}", "004711", id="one-filter-after-the-other"),
        pytest.param("{PatientID|replace:-:_}", "ab_4711", id="replace"),
        pytest.param(r"{PatientComments|replace:\::\|}", "a|b|c}d", id="escaped-arguments"),
        pytest.param(r"{PatientComments|replace:\}:x}", "a:b|cxd", id="escaped-brace"),
        pytest.param("{AccessionNumber|default:none}", "none", id="default-for-empty"),
        pytest.param("{StudyID|default:}", "", id="default-of-nothing"),
        pytest.param("{StudyID|upper|default:none}", "none", id="default-after-a-filter"),
        pytest.param("{PatientID|hash}", "0000000000000007", id="hash"),
        pytest.param("{PatientID|hash:4}", "0000", id="hash-cut"),
        pytest.param("{StudyDate|shift}", "20240219", id="shift-by-the-patients-days"),
        pytest.param("{StudyDate|shift:1}", "20240301", id="shift-by-days"),
        pytest.param("{ScheduledProcedureStepStartDateTime|shift:1}", "2024030110", id="shift-a-date-time-of-hours"),
        pytest.param("{AcquisitionDateTime|shift:-60}", "20231231101500.5+0100", id="shift-a-date-time"),
        pytest.param("{ PatientID | upper }", "AB-4711", id="spaces"),
    ],
)
def test_a_template_puts_in_what_attributes_say(template, text):
    assert parse_template(template).fill(WHO, Key()) == text


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        pytest.param("{StudyID}", "StudyID: not there", id="absent"),
        pytest.param("{AccessionNumber|upper}", "AccessionNumber: not there, or without a value", id="empty"),
        pytest.param("{PatientID|shift:1}", "shift", id="no-date"),
        pytest.param("{PatientBirthDate|shift:1}", "shift", id="not-precise-to-the-day"),
        pytest.param("{StudyDate|shift:99999999}", "shift", id="out-of-the-calendar"),
    ],
)
def test_what_an_instance_cannot_fill_is_refused(template, reason):
    with pytest.raises(EditRefused, match=reason):
        parse_template(template).fill(WHO, Key())


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        pytest.param("{PatientNam}", "did you mean PatientName", id="misspelt"),
        pytest.param("{PatientID", "never closed at character 1", id="open"),
        pytest.param("PatientID}", "closes nothing at character 10", id="closed"),
        pytest.param("{PatientID|uper}", "did you mean upper", id="misspelt-filter"),
        pytest.param("{PatientID|nothing like it}", "there are: upper", id="no-filter"),
        pytest.param("{PatientID|upper:1}", "upper takes 0 arguments", id="argument-too-many"),
        pytest.param("{PatientID|slice}", "slice takes 1 or 2", id="argument-missing"),
        pytest.param("{PatientID|slice:a}", "whole numbers", id="no-number"),
        pytest.param("{PatientID|pad:65}", "at most 64", id="pad"),
        pytest.param("{PatientID|hash:17}", "1 to 16", id="hash"),
        pytest.param("{PatientID|replace::x}", "what to replace", id="replace-nothing"),
        pytest.param("{}", "tag or a keyword", id="empty"),
    ],
)
def test_what_is_no_template_is_told(template, reason):
    with pytest.raises(EditError, match=reason):
        parse_template(template)


def test_a_filter_that_needs_a_key_says_so():
    template = parse_template("{PatientID|hash}")
    assert template.needs_key
    assert not parse_template("{StudyDate|shift:1}").needs_key
    with pytest.raises(EditError, match="key"):
        template.fill(WHO, None)


def test_a_creator_may_hold_what_parts_filters():
    template = parse_template('{(0029,"A|B:C}",10)|upper}')
    assert [str(part.address) for part in template.parts] == ['(0029,"A|B:C}",10)']


@given(st.text(alphabet='{}|:\\PatientIDupper(0029,"A")', max_size=30))
def test_any_text_is_a_template_or_an_edit_error(text):
    try:
        parse_template(text)
    except EditError:
        return
