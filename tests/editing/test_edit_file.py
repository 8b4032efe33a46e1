"""An edit file is read, or all its mistakes are told at once, each with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.editing.edit_file import EditFile, read_edit_file
from dicomveil.editing.edits import (
    Copy,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Remove,
    RemovePrivate,
    Substitute,
)
from dicomveil.errors import EditError

PAGE = (Path(__file__).parents[2] / "docs" / "editing.md").read_text(encoding="utf-8")


class StandIns:
    """As much as is needed to check edits."""

    def uid(self, original: str) -> str:
        return original

    def tools(self, instance: object) -> object:
        return instance


def read(tmp_path: Path, text: str | bytes) -> EditFile:
    path = tmp_path / "edits.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_edit_file(path)


def test_every_verb_has_its_table(tmp_path):
    found = read(
        tmp_path,
        """
        where = 'Modality == "CT"'
        charset = "utf-8"
        [[edit]]
        set = "PatientName"
        value = "DOE^JANE"
        [[edit]]
        add = "SeriesNumber"
        value = 7
        [[edit]]
        set = "(0009,1001)"
        value = ["a", "b"]
        vr = "LO"
        [[edit]]
        copy = "OtherPatientIDs"
        from = "PatientID"
        [[edit]]
        sub = "StudyID"
        pattern = "a"
        replacement = "b"
        [[edit]]
        format = "StudyID"
        template = "{PatientID}"
        [[edit]]
        empty = "StudyID"
        [[edit]]
        remove = "StudyID"
        [[edit]]
        new-uid = "StudyInstanceUID"
        [[edit]]
        insert-item = "ReferencedStudySequence[0]"
        [[edit]]
        remove-private = true
        """,
    )
    assert found == EditFile(
        (
            Put("PatientName", "DOE^JANE"),
            PutIfAbsent("SeriesNumber", 7),
            Put("(0009,1001)", ["a", "b"], vr="LO"),
            Copy("OtherPatientIDs", "PatientID"),
            Substitute("StudyID", "a", "b"),
            Format("StudyID", "{PatientID}"),
            Empty("StudyID"),
            Remove("StudyID"),
            NewUID("StudyInstanceUID"),
            InsertItem("ReferencedStudySequence[0]"),
            RemovePrivate(),
        ),
        'Modality == "CT"',
        "utf-8",
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param(
            "[[edit]]\nset = 'PatientNam'\nvalue = 'x'", [":1: edit .: .*did you mean PatientName"], id="misspelt"
        ),
        pytest.param("\n[[edit]]\nset = 'StudyID'", [":2: edit .: set needs value"], id="no-value"),
        pytest.param("[[edit]]\nvalue = 'x'", [":1: edit .: no verb"], id="no-verb"),
        pytest.param(
            "[[edit]]\nset = 'StudyID'\nempty = 'StudyID'\nvalue = ''", [":1: edit .: two verbs"], id="two-verbs"
        ),
        pytest.param(
            "[[edit]]\nempty = 'StudyID'\nvalue = ''", [":1: edit .: unknown key 'value'"], id="value-for-empty"
        ),
        pytest.param(
            "[[edit]]\nsub = 'StudyID'\npatern = ''\nreplacement = ''",
            ["did you mean 'pattern'", "needs pattern"],
            id="key",
        ),
        pytest.param("[[edit]]\nset = 7\nvalue = 'x'", [":1: edit .: set: a text"], id="address-no-text"),
        pytest.param("were = ''", ["did you mean 'where'"], id="top-key"),
        pytest.param("where = 7", ["where: a text"], id="where-no-text"),
        pytest.param("where = 'Modalty == 1'", ["where: Modalty: .*did you mean"], id="where-no-condition"),
        pytest.param(
            "where = '('\n[[edit]]\nset = 'StudyDate'\nvalue = 'never'\n[[edit]]\nsub = 'StudyID'\npattern = '('\n"
            "replacement = ''\n[[edit]]\nformat = 'StudyID'\ntemplate = '{'\n[[edit]]\nset = 'Rows'\nvalue = 7",
            [
                "toml: where: ",
                ":2: edit 1: StudyDate: no DA",
                ":5: edit 2: StudyID: no regular",
                ":9: edit 3: .*never closed",
                ":12: edit 4: Rows: .*force",
            ],
            id="whatever-no-file-can-take",
        ),
        pytest.param("edit = [{set = 'StudyDate', value = 'x'}]", [": edit 1: StudyDate"], id="edit-without-a-line"),
        pytest.param("edit = 7", ["tables"], id="no-tables"),
        pytest.param("edit = [7]", ["an edit is a table"], id="no-table"),
        pytest.param("[[edit]]\nset = x\n", [":2: not TOML"], id="no-toml"),
        pytest.param("[[edit]]\nremove-private = 'all'", ["remove-private: true"], id="private-is-no-address"),
        pytest.param("charset = 'klingon'", ["toml: charset: SpecificCharacterSet: no character set"], id="charset"),
        pytest.param("where = 'Modality'", ["toml: where: the condition"], id="where-half-a-condition"),
        pytest.param(f"x = {'1' * 5000}", [": not TOML"], id="a-number-of-thousands-of-digits"),
        pytest.param(f"x = {'[' * 20_000}{']' * 20_000}", [": not TOML"], id="lists-in-lists"),
        pytest.param(b"\xff", ["not UTF-8"], id="no-utf-8"),
        pytest.param(
            "[[edit]]\nempty = 'A'\n\n[[edit]]\nempty = 'B'",
            [":1: edit .: A", ":4: edit .: B"],
            id="all-at-once",
        ),
    ],
)
def test_all_mistakes_are_told_with_their_lines(tmp_path, text, problems):
    with pytest.raises(EditError) as caught:
        read(tmp_path, text)
    assert len(caught.value.problems) == len(problems)
    assert all(re.search(wanted, told) for wanted, told in zip(problems, caught.value.problems, strict=True))


def test_a_value_that_no_file_can_take_is_told_with_file_and_number_of_the_edit(tmp_path):
    text = "[[edit]]\nempty = 'StudyID'\n\n[[edit]]\nset = 'StudyDate'\nvalue = 'x'"
    path = tmp_path / "edits.toml"
    path.write_text(text)
    with pytest.raises(EditError, match=r"edits.toml:4: edit 2: StudyDate: no DA"):
        read_edit_file(path)


def test_force_takes_what_is_not_valid(tmp_path):
    path = tmp_path / "edits.toml"
    path.write_text("[[edit]]\nset = 'StudyDate'\nvalue = 'never'\n[[edit]]\nset = 'Rows'\nvalue = 7")
    assert read_edit_file(path, force=True).edits == (Put("StudyDate", "never"), Put("Rows", 7))


def test_no_mistake_repeats_a_value(tmp_path):
    text = "where = 'StudyID == Quill'\n[[edit]]\nset = 'StudyDate'\nvalue = 'Quillfeather'"
    with pytest.raises(EditError) as caught:
        read(tmp_path, text)
    assert "feather" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(EditError, match="No such file"):
        read_edit_file(tmp_path / "nowhere.toml")


def test_the_edit_file_of_the_page_is_one(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(read(tmp_path, text).edits) == 5


@given(st.text(alphabet="[]edit= 'set\n\"value1{},.", max_size=40))
def test_any_text_is_an_edit_file_or_an_edit_error(tmp_path_factory, text):
    try:
        read(tmp_path_factory.mktemp("any"), text)
    except EditError:
        return
