"""Tables with a row a file, which no spreadsheet takes for more than texts and numbers."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dicomveil.batch.accounts.accounts import FileAccount
from dicomveil.batch.accounts.tables import COLUMNS, write_csv, write_json_lines

DONE = FileAccount("0a", "done", "", 12, "P/1.dcm", "P", "2.25.1", "2.25.2", True, 0.5, 1, False, "")
NOT = FileAccount("0b", "malformed", 'at "byte", 7', 9, "", "", "", "", None, 0.1, 2, True, "0a")


def written(write, *files: FileAccount) -> str:
    stream = io.StringIO()
    write(iter(files), stream)
    return stream.getvalue()


def test_csv_has_a_heading_and_a_row_a_file():
    heading, *rows = csv.reader(io.StringIO(written(write_csv, DONE, NOT)))
    assert heading == list(COLUMNS)
    assert rows == [
        ["0a", "done", "", "12", "P/1.dcm", "P", "2.25.1", "2.25.2", "yes", "0.5", "1", "no", ""],
        ["0b", "malformed", 'at "byte", 7', "9", "", "", "", "", "", "0.1", "2", "yes", "0a"],
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_taken_for_a_formula(sign):
    row = list(csv.reader(io.StringIO(written(write_csv, DONE._replace(patient=f"{sign}1+1")), newline="")))[1]
    assert row[COLUMNS.index("patient")] == f"'{sign}1+1"


def test_a_text_stays_in_its_row():
    assert len(written(write_csv, DONE._replace(message="one\r\ntwo\rthree")).splitlines()) == 2


def test_json_lines_have_the_names_of_the_columns_and_keep_what_is_a_number():
    first, second = map(json.loads, written(write_json_lines, DONE, NOT).splitlines())
    assert first == DONE._asdict()
    assert second["pixels_not_checked"] is None
