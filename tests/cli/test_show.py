"""`dicomveil show` shows what is asked for, in the form that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders import PIXEL_DATA, dicom_file, element, sequence
from dicomveil.engine.edit import Editor

REFERENCE = element(0x00081155, "UI", "2.25.2")
ELEMENTS = [
    element(0x00080005, "CS", "ISO_IR 100"),
    element(0x00080018, "UI", "2.25.1"),
    sequence(0x00081110, [REFERENCE, element(0x00100010, "PN", "Inner")], [REFERENCE]),
    element(0x00100010, "PN", "Müller^Eva".encode("latin-1")),
    element(0x00104000, "LT", "a line\r\nand \x0c another" + "." * 100),
    element(0x00280010, "US", 512),
    element(0x00290010, "LO", "ACME"),
    element(0x00291001, "LO", "private"),
    element(PIXEL_DATA, "OW", [1, 2, 3]),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "one.dcm"
    made.write_bytes(dicom_file(ELEMENTS))
    return made


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("(0002")]


def test_a_line_an_element_items_indented(dicomveil, path):
    said = dicomveil("show", path)
    assert said.code == 0
    assert lines(said.out) == [
        "(0008,0005) CS SpecificCharacterSet = ISO_IR 100",
        "(0008,0018) UI SOPInstanceUID = 2.25.1",
        "(0008,1110) SQ ReferencedStudySequence = 2 items",
        "    [0] (0008,1155) UI ReferencedSOPInstanceUID = 2.25.2",
        "    [0] (0010,0010) PN PatientName = Inner",
        "    [1] (0008,1155) UI ReferencedSOPInstanceUID = 2.25.2",
        "(0010,0010) PN PatientName = Müller^Eva",
        "(0010,4000) LT PatientComments = a line\\r\\nand \\x0c another" + "." * 43 + "... (121 characters)",
        "(0028,0010) US Rows = 512",
        "(0029,0010) LO PrivateCreator = ACME",
        '(0029,1001) LO "ACME" = private',
        "(7FE0,0010) OW PixelData = <6 bytes>",
    ]
    assert "(0002,0010) UI TransferSyntaxUID = 1.2.840.10008.1.2.1" in said.out.splitlines()


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [
        pytest.param(["PatientName"], ["PatientName = Müller^Eva"], id="one"),
        pytest.param(["**.PatientName"], ["PatientName = Inner", "PatientName = Müller^Eva"], id="any-depth"),
        pytest.param(["ReferencedStudySequence[1]"], ["= 2 items", "[1] (0008,1155) UI"], id="an-item"),
        pytest.param(["Rows", "SOPInstanceUID"], ["SOPInstanceUID = 2.25.1", "Rows = 512"], id="in-file-order"),
        pytest.param(['(0029,"ACME",01)'], ["private"], id="private"),
        pytest.param(["(0002,0010)"], ["TransferSyntaxUID"], id="file-meta"),
    ],
)
def test_only_what_is_asked_for(dicomveil, path, addresses, shown):
    said = dicomveil("show", path, *addresses)
    assert said.code == 0
    found = said.out.splitlines()
    assert len(found) == len(shown)
    assert all(part in line for part, line in zip(shown, found, strict=True))


def test_a_value_alone_for_scripts(dicomveil, path):
    assert dicomveil("show", path, "PatientName", "--value") == (0, "Müller^Eva\n", "")
    assert dicomveil("show", path, "AccessionNumber", "--value") == (1, "", "")


def test_long_text_is_shown_whole_if_asked(dicomveil, path):
    assert "." * 100 in dicomveil("show", path, "PatientComments", "--full").out


def test_json_is_the_dicom_json_model(dicomveil, path):
    model = json.loads(dicomveil("show", path, "--json").out)
    assert model["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Müller^Eva"}]}
    assert "00020010" not in model


@pytest.mark.parametrize(
    ("addresses", "model"),
    [
        pytest.param(["Rows"], {"00280010": {"vr": "US", "Value": [512]}}, id="one"),
        pytest.param(
            ["**.PatientName"],
            {
                "00081110": {
                    "vr": "SQ",
                    "Value": [{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Inner"}]}}, {}],
                },
                "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Müller^Eva"}]},
            },
            id="any-depth",
        ),
        pytest.param(
            ["ReferencedStudySequence[1].ReferencedSOPInstanceUID"],
            {"00081110": {"vr": "SQ", "Value": [{}, {"00081155": {"vr": "UI", "Value": ["2.25.2"]}}]}},
            id="in-an-item",
        ),
    ],
)
def test_json_has_only_what_is_asked_for(dicomveil, path, addresses, model):
    assert json.loads(dicomveil("show", "--json", path, *addresses).out) == model


@pytest.mark.parametrize("form", [[], ["--json"], ["--value"]], ids=["lines", "json", "value"])
def test_an_item_that_is_not_there_is_not_found(dicomveil, path, form):
    assert dicomveil("show", path, "ReferencedStudySequence[5]", *form).code == 1


def test_a_tree_has_the_sequences(dicomveil, path):
    assert dicomveil("show", path, "--tree").out == "(0008,1110) SQ ReferencedStudySequence = 2 items\n"


def test_a_table_has_a_row_a_file_and_goes_on_after_a_bad_one(dicomveil, path, tmp_path):
    (tmp_path / "bad.dcm").write_bytes(dicom_file(ELEMENTS)[:-2])
    (tmp_path / "notes.txt").write_text("nothing here is DICOM")
    said = dicomveil("show", tmp_path, "PatientName", "Rows", "--csv")
    assert said.code == 1
    assert said.out == f"path,PatientName,Rows\n{path},Müller^Eva,512\n"
    assert "malformed" in said.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param(["nowhere.dcm"], "there is no such file", id="nothing"),
        pytest.param(["nowhere.dcm", "PatientName"], "there is no such file", id="no-file-but-an-address"),
        pytest.param(["FILE", "PatientName[0]"], "an item of PatientName, which is no sequence", id="item-of-a-name"),
        pytest.param(["PatientName"], "which file", id="no-file"),
        pytest.param(["FILE", "PatientNam"], "did you mean PatientName", id="misspelt"),
        pytest.param(["FOLDER"], "--csv", id="folder"),
        pytest.param(["FILE", "--csv"], "columns", id="csv-without-columns"),
        pytest.param(["FILE", "--csv", "--json"], "together", id="two-forms"),
    ],
)
def test_wrong_usage_is_told(dicomveil, path, tmp_path, words, reason):
    import re

    said = dicomveil("show", *[{"FILE": path, "FOLDER": tmp_path}.get(word, word) for word in words])
    assert said.code == 2
    assert re.search(reason, said.err)


def test_a_fault_with_one_file_stops_no_other_and_repeats_no_value(dicomveil, tmp_path, monkeypatch):
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / name).write_bytes(
            dicom_file([element(0x00080018, "UI", "2.25.1"), element(0x00100010, "PN", "Doe")])
        )
    opened = Editor.open

    def failing_once(self, file):
        monkeypatch.setattr(Editor, "open", opened)
        raise KeyError("Quillfeather")

    monkeypatch.setattr(Editor, "open", failing_once)
    said = dicomveil("show", tmp_path, "PatientName", "--csv")
    assert said.code == 1
    assert "KeyError" in said.err
    assert "Quill" not in said.err
    assert "b.dcm,Doe" in said.out
