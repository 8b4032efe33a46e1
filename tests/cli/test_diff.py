"""`dicomveil diff` tells what differs, at every address, and nothing that is only written otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders import BIG_ENDIAN, EXPLICIT, FORMS, IMPLICIT, PIXEL_DATA, dicom_file, element, sequence

UID = element(0x00080018, "UI", "2.25.1")
NAME = element(0x00100010, "PN", "Doe^Jane")
ROWS = element(0x00280010, "US", 2)
PIXELS = element(PIXEL_DATA, "OW", [1, 2])


def study(*items: object, undefined: bool = False) -> object:
    return sequence(0x00081110, *items, undefined=undefined)


@pytest.fixture
def pair(tmp_path: Path):
    def made(left: bytes, right: bytes) -> tuple[Path, Path]:
        paths = tmp_path / "left.dcm", tmp_path / "right.dcm"
        for path, data in zip(paths, (left, right), strict=True):
            path.write_bytes(data)
        return paths

    return made


def test_added_removed_and_changed_at_every_depth(dicomveil, pair):
    left = dicom_file([UID, study([NAME, ROWS], [NAME]), NAME, ROWS, PIXELS])
    right = dicom_file(
        [
            UID,
            study([element(0x00100010, "PN", "Roe"), ROWS]),
            element(0x00100020, "LO", "1"),
            ROWS,
            element(PIXEL_DATA, "OW", [1, 3]),
        ]
    )
    said = dicomveil("diff", *pair(left, right))
    assert said.code == 1
    assert [line for line in said.out.splitlines() if "PixelData" not in line] == [
        "~ ReferencedStudySequence  SQ  2 items -> 1 item",
        "~ ReferencedStudySequence[0].PatientName  PN  Doe^Jane -> Roe",
        "- ReferencedStudySequence[1].PatientName  PN  Doe^Jane",
        "- PatientName  PN  Doe^Jane",
        "+ PatientID  LO  1",
    ]
    assert "~ PixelData  OW  <4 bytes, SHA-256 " in said.out


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_another_encoding_is_no_difference(dicomveil, pair, form):
    elements = [UID, study([NAME]), NAME, ROWS, PIXELS]
    others = [UID, study([NAME], undefined=True), element(0x00100010, "PN", "Doe^Jane  "), ROWS, PIXELS]
    said = dicomveil("diff", *pair(dicom_file(elements), dicom_file(others, form)), "--ignore", "(0002,0010)")
    assert (said.code, [line for line in said.out.splitlines() if "transfer syntaxes" not in line]) == (0, [])


def test_the_same_file_is_the_same(dicomveil, pair):
    data = dicom_file([UID, NAME])
    assert dicomveil("diff", *pair(data, data)) == (0, "", "")


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param([NAME, element(0x00104000, "LT", "one "), element(0x00104000, "LT", "two ")], id="a-tag-twice"),
        pytest.param([study([NAME]), study([ROWS])], id="a-sequence-twice"),
        pytest.param(
            [
                *(element(0x00290010 + block, "LO", "ACME") for block in (0, 1)),
                *(element(0x00291001 + 256 * block, "SH", f"{block}") for block in (0, 1)),
            ],
            id="a-creator-of-two-blocks",
        ),
    ],
)
def test_a_file_that_repeats_an_address_is_the_same_as_itself(dicomveil, pair, elements):
    data = dicom_file([UID, *elements])
    assert dicomveil("diff", *pair(data, data)) == (0, "", "")


@pytest.mark.parametrize(
    ("left", "right", "is_same"),
    [
        pytest.param(b"ab\0\0", b"ab", False, id="two-bytes"),
        pytest.param(b"ab\0\0", b"ab  ", False, id="other-bytes"),
        pytest.param(b"abc\0", b"abc ", False, id="another-last-byte"),
        pytest.param(b"abc\0", b"abc", True, id="one-byte-of-padding"),
    ],
)
def test_of_binary_values_one_byte_of_padding_is_no_difference(dicomveil, pair, left, right, is_same):
    files = [dicom_file([UID, element(0x00282000, "OB", raw)]) for raw in (left, right)]
    assert (dicomveil("diff", *pair(*files)).code == 0) is is_same


def test_values_are_hidden_and_addresses_ignored_if_asked(dicomveil, pair):
    paths = pair(dicom_file([UID, NAME, ROWS]), dicom_file([UID, element(0x00280010, "US", 3)]))
    assert dicomveil("diff", *paths, "--no-values").out == "- PatientName  PN\n~ Rows  US\n"
    assert dicomveil("diff", *paths, "--ignore", "Rows", "--ignore", "**.PatientName") == (0, "", "")


PRIVATE = element(0x00090010, "LO", "ACME"), element(0x00091001, "LO", "x")


@pytest.mark.parametrize(
    "ignored",
    [
        pytest.param(["(0009,1001)", "(0009,0010)"], id="private-by-number"),
        pytest.param(['(0009,"ACME",01)', "(0009,0010)"], id="private-by-creator"),
        pytest.param(["0009xxxx"], id="a-whole-group"),
    ],
)
def test_what_is_ignored_is_found_as_it_is_for_every_other_command(dicomveil, pair, ignored):
    paths = pair(dicom_file([UID, *PRIVATE]), dicom_file([UID]))
    words = [word for address in ignored for word in ("--ignore", address)]
    assert dicomveil("diff", *paths, *words) == (0, "", "")
    assert dicomveil("show", paths[0], *ignored).code == 0


def test_what_is_in_an_item_is_ignored_and_the_other_items_are_not(dicomveil, pair):
    paths = pair(dicom_file([UID, study([NAME], [NAME], [NAME])]), dicom_file([UID, study([], [], [NAME])]))
    said = dicomveil("diff", *paths, "--ignore", "ReferencedStudySequence[0]")
    assert said.out == "- ReferencedStudySequence[1].PatientName  PN  Doe^Jane\n"
    assert dicomveil("diff", *paths, "--ignore", "ReferencedStudySequence[*]").code == 0
    assert dicomveil("diff", *paths, "--ignore", "ReferencedStudySequence").code == 0
    fewer = pair(dicom_file([UID, study([NAME])]), dicom_file([UID, study()]))
    assert dicomveil("diff", *fewer, "--ignore", "ReferencedStudySequence[*]").code == 1


def test_an_address_that_leads_nowhere_ignores_nothing(dicomveil, pair):
    private = element(0x00091001, "LO", "x")
    paths = pair(dicom_file([UID, private]), dicom_file([UID]))
    assert dicomveil("diff", *paths, "--ignore", "(0009,1001)[0].PatientID").code == 1
    assert dicomveil("diff", *paths, "--ignore", "PatientName[0].PatientID").code == 2


def test_json_has_a_line_a_difference(dicomveil, pair):
    paths = pair(dicom_file([UID, NAME]), dicom_file([UID]))
    (told,) = map(json.loads, dicomveil("diff", *paths, "--json").out.splitlines())
    assert told == {"address": "PatientName", "what": "removed", "vr": ["PN"], "values": ["Doe^Jane"]}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "a", tmp_path / "b"
    for folder in (left, right):
        folder.mkdir()
        (folder / "notes.txt").write_text("this is no DICOM")
    (left / "1").write_bytes(dicom_file([UID, NAME]))
    (right / "x").write_bytes(dicom_file([UID, element(0x00100010, "PN", "Roe")]))
    (left / "2").write_bytes(dicom_file([element(0x00080018, "UI", "2.25.2")], EXPLICIT))
    (right / "2").write_bytes(dicom_file([element(0x00080018, "UI", "2.25.2")], IMPLICIT))
    (left / "3").write_bytes(dicom_file([element(0x00080018, "UI", "2.25.3")]))
    (right / "4").write_bytes(dicom_file([element(0x00080018, "UI", "2.25.4")], BIG_ENDIAN))
    (right / "bad").write_bytes(dicom_file([UID, NAME])[:-2])
    return left, right


def test_folders_are_paired_by_sop_instance_uid(dicomveil, folders):
    said = dicomveil("diff", *folders, "--ignore", "(0002,0010)", "--details")
    assert said.code == 1
    told, _, table = said.out.partition("\n\n")
    assert told.splitlines()[1:] == [
        "file 1: 1 difference",
        "    ~ PatientName  PN  Doe^Jane -> Roe",
        "file 3: only in the first",
        "file 2 of the second: only in the second",
    ]
    assert "(malformed)" in told.splitlines()[0]
    assert [line.split()[-1] if "skipped" not in line else "skipped" for line in table.splitlines()] == [
        "1",
        "1",
        "1",
        "1",
        "1",
        "skipped",
    ]


def test_folders_are_paired_by_name_if_asked(dicomveil, folders):
    told = dicomveil("diff", *folders, "--by", "name", "--ignore", "(0002,0010)", "--show-paths").out
    assert {
        "file 1 '1': only in the first",
        "file 5 of the second 'x': only in the second",
        "file 3 '3': only in the first",
    } < set(told.splitlines())


def test_paths_which_may_tell_names_are_shown_only_if_asked(dicomveil, folders):
    for path in (*folders[0].iterdir(), *folders[1].iterdir()):
        path.rename(path.with_name(f"Quillfeather_{path.name}"))
    words = [*folders, "--details", "--no-values"]
    assert "Quillfeather" not in dicomveil("diff", *words).all + dicomveil("diff", *words, "--json").all
    assert "Quillfeather_1" in dicomveil("diff", *words, "--show-paths").out
    told = json.loads(dicomveil("diff", *words, "--show-paths", "--json").out.splitlines()[1])
    assert (told["left"], told["left_path"], told["right_path"]) == (1, "Quillfeather_1", "Quillfeather_x")


def test_quiet_leaves_the_exit_code(dicomveil, folders):
    left, right = folders
    assert dicomveil("diff", left, right, "--details", "--quiet") == (1, "", "")
    assert dicomveil("diff", left, left, "--quiet") == (0, "", "")
    assert dicomveil("diff", left / "2", right / "2", "--quiet") == (1, "", "")
    assert dicomveil("diff", left / "1", right / "x", "--quiet") == (1, "", "")
    assert dicomveil("diff", left / "1", left / "1", "--quiet") == (0, "", "")
    assert dicomveil("diff", left / "1", right / "x", "--quiet", "--json").out.count("\n") == 1


def test_json_says_of_every_detail_which_pair_it_is_of(dicomveil, folders):
    said = dicomveil("diff", *folders, "--ignore", "(0002,0010)", "--details", "--json")
    details = [told for told in map(json.loads, said.out.splitlines()) if "address" in told]
    assert [(told["left"], told["right"], told["address"]) for told in details] == [(1, 5, "PatientName")]


def test_a_file_and_a_folder_are_not_compared(dicomveil, folders):
    said = dicomveil("diff", folders[0], folders[1] / "x")
    assert said.code == 2
    assert "not one of each" in said.err
