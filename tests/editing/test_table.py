"""A table gives each instance the row that matches it, or tells what is wrong with it before any file is read."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomveil.editing.edits import Put
from dicomveil.editing.table import Table, read_table
from dicomveil.errors import EditError
from editing.lookups import Values


def read(tmp_path: Path, text: str | bytes, match: list[str] | None = None, **options: bool) -> Table:
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_table(path, match or [], **options)


ROWS = "PatientID,StudyID,PatientName\n1,A,Doe\n2,B,\n1,B,Roe\n"


def test_a_row_matches_on_all_of_its_columns(tmp_path):
    table = read(tmp_path, ROWS, ["PatientID", "StudyID"])
    row = table.row_for(Values(PatientID="1", StudyID="B"))
    assert row is not None
    assert (row.number, row.edits) == (4, (Put("PatientName", "Roe"),))
    assert table.row_for(Values(PatientID="2", StudyID="A")) is None
    assert table.row_for(Values(PatientID="1")) is None
    assert table.unused == [2, 3, 4]
    row.used = True
    assert table.unused == [2, 3]


def test_an_empty_cell_is_left_alone(tmp_path):
    row = read(tmp_path, ROWS, ["PatientID", "StudyID"]).row_for(Values(PatientID="2", StudyID="B"))
    assert row is not None
    assert row.edits == ()


def test_an_empty_cell_that_overwrites_leaves_no_value(tmp_path):
    table = read(tmp_path, "match PatientID,overwrite StudyID,StudyDate\n1,,\n2,A,20240229\n")
    rows = [table.row_for(Values(PatientID=number)) for number in "12"]
    assert [row.edits for row in rows if row] == [
        (Put("StudyID", ""),),
        (Put("StudyID", "A"), Put("StudyDate", "20240229")),
    ]


def test_an_overwriting_column_names_its_vr_as_others_do_and_takes_no_second_one_beside_it(tmp_path):
    table = read(tmp_path, 'match PatientID,"overwrite (0029,""ACME"",01):LO"\n1,\n')
    row = table.row_for(Values(PatientID="1"))
    assert row is not None
    assert row.edits == (Put('(0029,"ACME",01)', "", vr="LO"),)
    with pytest.raises(EditError, match="two columns StudyID"):
        read(tmp_path, "match PatientID,set StudyID,overwrite StudyID\n1,A,B\n")


def test_a_column_can_be_matched_and_set(tmp_path):
    table = read(tmp_path, 'match PatientID,set PatientID,"(0010,0010)"\n1,P-1,Doe\n')
    row = table.row_for(Values(PatientID="1"))
    assert row is not None
    assert row.edits == (Put("PatientID", "P-1"), Put("PatientName", "Doe"))


def test_a_heading_tells_the_vr_where_nothing_else_does(tmp_path):
    table = read(tmp_path, 'match PatientID,"set (0009,""ACME"",10):LO"\n1,x\n')
    row = table.row_for(Values(PatientID="1"))
    assert row is not None
    assert row.edits == (Put('(0009,"ACME",10)', "x", vr="LO"),)
    with pytest.raises(EditError, match=":1: PatientName: XX is no VR"):
        read(tmp_path, "match PatientID,set PatientName:XX\n1,x\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeffPatientID;PatientName\r\n1;Doe^J\r\n", id="semicolons-and-a-mark"),
        pytest.param("PatientID\tPatientName\n1\tDoe^J\n\n", id="tabs-and-an-empty-line"),
        pytest.param('PatientID,PatientName\n1,"Doe^J"\n', id="quotation-marks"),
        pytest.param('"PatientID";PatientName;"(0029,""A,,,C"",10)"\n1;Doe^J;\n', id="commas-in-quotation-marks"),
        pytest.param("(0010,0020);(0010,0010);(0008,0050)\n1;Doe^J;\n", id="commas-in-tags"),
        pytest.param("PatientID , PatientName\n 1 , Doe^J \n", id="spaces"),
    ],
)
def test_tables_come_in_many_forms(tmp_path, text):
    row = read(tmp_path, text, ["PatientID"]).row_for(Values(PatientID="1"))
    assert row is not None
    assert row.edits == (Put("PatientName", "Doe^J"),)


@pytest.mark.parametrize(
    ("text", "match", "problems"),
    [
        pytest.param("", ["PatientID"], ["empty table"], id="empty"),
        pytest.param(
            "PatientID,PatientNam\n1,x\n",
            ["PatientID"],
            [":1: column 2: no such .*did you mean PatientName"],
            id="heading",
        ),
        pytest.param("PatientID,PatientName\n1,x\n", [], [":1: no column to match"], id="nothing-to-match"),
        pytest.param("PatientID\n1\n", ["PatientID"], [":1: no column to set"], id="nothing-to-set"),
        pytest.param("PatientName\n1\n", ["PatientID"], [":1: no column PatientID to match"], id="no-such-column"),
        pytest.param("PatientID,StudyID,StudyID\n1,2,3\n", ["PatientID"], [":1: two columns StudyID"], id="twice"),
        pytest.param("PatientID,StudyID\n1,A\n2\n", ["PatientID"], [":3: 1 cells under 2"], id="cells"),
        pytest.param("PatientID,StudyID\n1,A\n1,B\n", ["PatientID"], [":3: matches the same as line 2"], id="key"),
        pytest.param("PatientID,StudyID\n,A\n", ["PatientID"], [":2: an empty cell to match"], id="no-key"),
        pytest.param(
            "PatientID,StudyDate,Rows\n1,never,5\n2,20240229,\n3,20230229,\n",
            ["PatientID"],
            [":2: StudyDate: no DA", ":4: StudyDate: no DA"],
            id="values",
        ),
        pytest.param(b"PatientID,StudyID\n1,\xff\n", ["PatientID"], ["not UTF-8"], id="no-utf-8"),
        pytest.param('PatientID,StudyID\n1,"x\n', ["PatientID"], ["no CSV"], id="no-csv"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(tmp_path, text, match, problems):
    with pytest.raises(EditError) as caught:
        read(tmp_path, text, match)
    told = [each for each in caught.value.problems if "Rows" not in each]
    assert len(told) == len(problems)
    assert all(re.search(wanted, each) for wanted, each in zip(problems, told, strict=True))
    assert "never" not in str(caught.value)


def test_a_table_with_many_mistakes_does_not_tell_them_all(tmp_path):
    with pytest.raises(EditError) as caught:
        read(tmp_path, "PatientID,StudyDate\n" + "".join(f"{n},never{n}\n" for n in range(500)), ["PatientID"])
    assert len(caught.value.problems) == 51
    assert caught.value.problems[-1].endswith("perhaps more")


def test_force_takes_what_is_not_valid(tmp_path):
    table = read(tmp_path, "PatientID,StudyDate\n1,never\n", ["PatientID"], force=True)
    assert table.unused == [2]


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_an_edit_error(tmp_path_factory, raw):
    try:
        read(tmp_path_factory.mktemp("any"), b"PatientID,StudyID\n" + raw, ["PatientID"])
    except EditError:
        return


def test_a_table_without_a_heading_is_told_by_column_and_not_by_its_values(tmp_path):
    with pytest.raises(EditError, match=r":1: column 1: no such attribute\n.*:1: column 2: ") as caught:
        read(tmp_path, "Quill,Quillfeather^Jo\n1,2\n", ["PatientID"])
    assert "Quill" not in str(caught.value)


def test_a_table_of_thousands_of_columns_takes_no_time_to_speak_of(tmp_path):
    private = [f'"(0029,""A{number}"",10)"' for number in range(5000)]
    before_s = time.process_time()
    read(tmp_path, ",".join(["PatientID", *private]) + "\n1" + "," * 5000 + "\n", ["PatientID"])
    assert time.process_time() - before_s < 2
