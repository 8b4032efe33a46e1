"""What stands behind an option becomes the edit it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.editing.edits import (
    Copy,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Remove,
    Replace,
    Substitute,
)
from dicomveil.editing.option_texts import EDIT_OPTIONS, put
from dicomveil.errors import EditError


@pytest.mark.parametrize(
    ("option", "text", "edit"),
    [
        pytest.param("set", "PatientName=DOE^JANE", Put("PatientName", "DOE^JANE"), id="set"),
        pytest.param("set", "PatientName=", Put("PatientName", ""), id="set-nothing"),
        pytest.param("set", "PatientComments=a=b", Put("PatientComments", "a=b"), id="set-equals-signs"),
        pytest.param("set", "(0009,1001):LO=x", Put("(0009,1001)", "x", vr="LO"), id="set-with-vr"),
        pytest.param("set", '(0029,"A=B:CD",10)=x', Put('(0029,"A=B:CD",10)', "x"), id="set-creator"),
        pytest.param("set", "PatientComments=x:LO", Put("PatientComments", "x:LO"), id="set-colon-in-the-value"),
        pytest.param("add", "PatientID=1", PutIfAbsent("PatientID", "1"), id="add"),
        pytest.param("replace", "**.PatientID=1", Replace("**.PatientID", "1"), id="replace"),
        pytest.param("empty", "PatientID", Empty("PatientID"), id="empty"),
        pytest.param("remove", "60xx3000", Remove("60xx3000"), id="remove"),
        pytest.param("copy", "OtherPatientIDs=PatientID", Copy("OtherPatientIDs", "PatientID"), id="copy"),
        pytest.param("format", "StudyID={PatientID|upper}", Format("StudyID", "{PatientID|upper}"), id="format"),
        pytest.param("sub", "StudyID=/a/b/", Substitute("StudyID", "a", "b"), id="sub"),
        pytest.param("sub", "StudyID=|a/|b|i", Substitute("StudyID", "(?i)a/", "b"), id="sub-other-mark-and-case"),
        pytest.param("sub", r"StudyID=/a\/\d/\1/", Substitute("StudyID", r"a/\d", r"\1"), id="sub-escapes"),
        pytest.param("sub", r"StudyID=/a\\/b/", Substitute("StudyID", r"a\\", "b"), id="sub-backslash-at-the-end"),
        pytest.param("sub", r"StudyID=/\\\\/x/", Substitute("StudyID", r"\\\\", "x"), id="sub-two-backslashes"),
        pytest.param("sub", r"StudyID=/\\\/a/x/", Substitute("StudyID", r"\\/a", "x"), id="sub-backslash-and-mark"),
        pytest.param("new-uid", "StudyInstanceUID", NewUID("StudyInstanceUID"), id="new-uid"),
        pytest.param("insert-item", "(0008,1110)[0]", InsertItem("(0008,1110)[0]"), id="insert-item"),
    ],
)
def test_an_option_becomes_an_edit(option, text, edit):
    assert EDIT_OPTIONS[option](text) == edit


@pytest.mark.parametrize(
    ("option", "text", "reason"),
    [
        pytest.param("set", "PatientName", "ADDRESS=VALUE", id="no-value"),
        pytest.param("set", "PatientNam=Quill", "did you mean PatientName", id="misspelt"),
        pytest.param("copy", "PatientName", "ADDRESS=OTHER", id="no-other"),
        pytest.param("copy", "PatientName=Quill", "no such attribute", id="other-misspelt"),
        pytest.param("sub", "PatientName=Quill", "/PATTERN/REPLACEMENT/", id="no-mark"),
        pytest.param("sub", "PatientName=/Quill/", "/PATTERN/REPLACEMENT/", id="no-replacement"),
        pytest.param("sub", "PatientName=/Quill/x/g", "/PATTERN/REPLACEMENT/", id="another-flag"),
        pytest.param("remove", "(0010,001", "character 1", id="no-address"),
    ],
)
def test_what_is_none_is_told_by_its_form(option, text, reason):
    with pytest.raises(EditError, match=reason) as caught:
        EDIT_OPTIONS[option](text)
    assert option == "copy" or "Quill" not in str(caught.value)


@given(st.text())
def test_a_value_is_taken_as_it_is(value):
    assert put(f"PatientComments={value}").value == value


@given(st.sampled_from(sorted(EDIT_OPTIONS)), st.text(alphabet='PatientID=()"/\\[0]:LO,9', max_size=20))
def test_any_text_is_an_edit_or_an_edit_error(option, text):
    try:
        EDIT_OPTIONS[option](text)
    except EditError:
        return
