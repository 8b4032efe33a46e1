"""dcmodify's words are understood as dcmodify means them."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import BIG_ENDIAN, EXPLICIT, dicom_file, element, sequence
from dicomveil.cli.dcmodify_words import understood
from dicomveil.editing.edits import NewUID, Put, PutIfAbsent, Remove, RemovePrivate, Replace
from dicomveil.engine.edit import Editor
from dicomveil.errors import DicomveilError

UID = element(0x00080018, "UI", "2.25.1")
NAME = element(0x00100010, "PN", "Doe^Jane")


@pytest.mark.parametrize(
    ("words", "edits"),
    [
        pytest.param("-i PatientName=X", [Put("PatientName", "X")], id="insert"),
        pytest.param("--insert PatientName", [Put("PatientName", "")], id="insert-nothing"),
        pytest.param("-m (0010,0010)=a=b", [Replace("PatientName", "a=b")], id="modify-with-equals-sign"),
        pytest.param("-ma CodeValue=X", [Replace("**.CodeValue", "X")], id="modify-all"),
        pytest.param("-e (0008,1140)[0]", [Remove("(0008,1140)[0]")], id="erase-item"),
        pytest.param("-ea 0010,0010", [Remove("**.PatientName")], id="erase-all"),
        pytest.param("-i RETIRED_OtherPatientIDs=7", [Put("OtherPatientIDs", "7")], id="retired"),
        pytest.param("-i (0008,1140)[0]", [PutIfAbsent("(0008,1140)[0]", None)], id="insert-item"),
        pytest.param("-ep", [RemovePrivate()], id="erase-private"),
        pytest.param("-gst --gen-ser-uid", [NewUID("StudyInstanceUID"), NewUID("SeriesInstanceUID")], id="new-uids"),
        pytest.param("-i (0009,1001)=x", [Put("(0009,1001)", "x")], id="private"),
        pytest.param("-v +f -ll error -i PatientID=1 -nrc", [Put("PatientID", "1")], id="without-effect"),
    ],
)
def test_modifications_keep_their_order(words, edits):
    request = understood(["one.dcm", *words.split(), "two.dcm"])
    assert request.edits == edits
    assert request.files == ["one.dcm", "two.dcm"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param("-i PatientName=X", "no file", id="no-file"),
        pytest.param("a.dcm", "no modification", id="no-modification"),
        pytest.param("a.dcm -i", "needs a tag path", id="no-path"),
        pytest.param("a.dcm +te -ep", "stay encoded", id="not-taken"),
        pytest.param("a.dcm --what -ep", "no option", id="unknown"),
        pytest.param("a.dcm -i PatientNam=X", "did you mean PatientName", id="misspelt"),
        pytest.param("@words a.dcm -ep", "@FILE is not taken", id="words-from-a-file"),
        pytest.param("a.dcm -m ReferencedStudySequence=", "sequence has no value", id="modify-a-sequence"),
        pytest.param("a.dcm -ma (0008,1110)=", "sequence has no value", id="modify-all-sequences"),
        pytest.param("a.dcm -i (0002,0016)=X", "0000 and 0002", id="file-meta"),
        pytest.param("a.dcm -if PatientName=/nowhere/at/all", "cannot be read", id="no-value-file"),
    ],
)
def test_what_is_not_understood_is_refused(words, reason):
    with pytest.raises(DicomveilError, match=reason) as caught:
        understood(words.split())
    assert "X" not in str(caught.value)


def test_a_file_is_modified_in_place_and_its_backup_replaced(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID, NAME]))
    for value in ("Roe", "Poe"):
        assert dicomveil("dcmodify", "-m", f"PatientName={value}", str(path)).code == 0
    assert path.read_bytes() == dicom_file([UID, element(0x00100010, "PN", "Poe")])
    assert (tmp_path / "a.dcm.bak").read_bytes() == dicom_file([UID, element(0x00100010, "PN", "Roe")])


def test_a_file_that_is_named_twice_is_modified_once_and_its_backup_is_the_original(dicomveil, tmp_path: Path):
    path, other, link = tmp_path / "a.dcm", tmp_path / "b.dcm", tmp_path / "link.dcm"
    for each in (path, other):
        each.write_bytes(dicom_file([UID, NAME]))
    link.symlink_to(path)
    again = tmp_path / "." / ".." / tmp_path.name / "a.dcm"
    names = [str(each) for each in (path, other, path, again, link)]
    assert dicomveil("dcmodify", "-m", "PatientName=Roe", *names).code == 0
    assert dicomveil("dcmodify", "-m", "PatientID=X", *names).err.count("of 2: PatientID: tag not found") == 2
    for each in (path, other):
        assert each.read_bytes() == dicom_file([UID, element(0x00100010, "PN", "Roe")])
        assert Path(f"{each}.bak").read_bytes() == dicom_file([UID, NAME])


@pytest.mark.parametrize("options", [[], ["-nb"]], ids=["with-backups", "without"])
def test_a_file_is_not_modified_together_with_its_backup(dicomveil, tmp_path: Path, options):
    path, backup = tmp_path / "a.dcm", tmp_path / "a.dcm.bak"
    path.write_bytes(dicom_file([UID, NAME]))
    backup.write_bytes(dicom_file([UID]))
    for names in ([path, backup], [backup, path]):
        said = dicomveil("dcmodify", *options, "-i", "PatientID=7", *map(str, names))
        assert said.code == 2
        assert "its backup" in said.err
    assert path.read_bytes() == dicom_file([UID, NAME])
    assert backup.read_bytes() == dicom_file([UID])


def test_with_an_error_a_file_stays_and_the_next_is_modified(dicomveil, tmp_path: Path):
    first, second = tmp_path / "1.dcm", tmp_path / "2.dcm"
    first.write_bytes(dicom_file([UID]))
    second.write_bytes(dicom_file([UID, NAME]))
    said = dicomveil("dcmodify", "-nb", "-i", "PatientID=7", "-m", "PatientName=X", str(first), str(second))
    assert said.code == 1
    assert said.err == "dicomveil: file 1 of 2: PatientName: tag not found\n"
    assert first.read_bytes() == dicom_file([UID])
    assert second.read_bytes() == dicom_file([UID, element(0x00100010, "PN", "X"), element(0x00100020, "LO", "7")])


def test_errors_can_be_ignored_and_missing_tags_too(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    assert dicomveil("dcmodify", "-nb", "-ie", "-m", "PatientName=X", "-i", "PatientID=7", str(path)).code == 1
    assert path.read_bytes() == dicom_file([UID, element(0x00100020, "LO", "7")])
    assert dicomveil("dcmodify", "-nb", "-imt", "-m", "PatientName=X", "-e", "PatientID", str(path)).code == 0
    assert path.read_bytes() == dicom_file([UID])


def test_errors_are_ignored_one_by_one_as_the_edits_are_made(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    said = dicomveil("dcmodify", "-nb", "-ie", "-i", "PatientComments=x", "-m", "PatientComments=y", str(path))
    assert (said.code, said.err) == (0, "")
    assert path.read_bytes() == dicom_file([UID, element(0x00104000, "LT", "y")])


def test_an_error_that_is_ignored_leaves_nothing_of_its_edit(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    words = ["-i", "(0008,1140)[0].PatientName=Müller", "-i", "PatientID=7"]
    said = dicomveil("dcmodify", "-nb", "-ie", *words, str(path))
    assert said.code == 1
    assert path.read_bytes() == dicom_file([UID, element(0x00100020, "LO", "7")])


def test_references_between_files_follow_though_errors_are_ignored(dicomveil, tmp_path: Path):
    paths = [tmp_path / "1.dcm", tmp_path / "2.dcm"]
    for number, path in enumerate(paths, 1):
        other = element(0x00081155, "UI", f"2.25.{3 - number}")
        path.write_bytes(dicom_file([element(0x00080018, "UI", f"2.25.{number}"), sequence(0x00081140, [other])]))
    words = ["-ie", "-gin", "-m", "PatientComments=x"]
    assert dicomveil("dcmodify", "-nb", *words, *map(str, paths)).code == 1
    new = [dicomveil("show", str(path), "SOPInstanceUID", "--value").out for path in paths]
    address = "ReferencedImageSequence[0].ReferencedSOPInstanceUID"
    assert [dicomveil("show", str(path), address, "--value").out for path in paths] == new[::-1]
    assert new[0] not in ("2.25.1\n", "2.25.2\n")


def test_nothing_follows_the_uids_of_a_file_that_stays(dicomveil, tmp_path: Path):
    paths = [tmp_path / "1.dcm", tmp_path / "2.dcm"]
    paths[0].write_bytes(dicom_file([UID]))
    reference = sequence(0x00081140, [element(0x00081155, "UI", "2.25.1")])
    paths[1].write_bytes(dicom_file([element(0x00080018, "UI", "2.25.2"), reference, NAME]))
    assert dicomveil("dcmodify", "-nb", "-gin", "-m", "PatientName=X", *map(str, paths)).code == 1
    address = "ReferencedImageSequence[0].ReferencedSOPInstanceUID"
    assert dicomveil("show", str(paths[1]), address, "--value").out == "2.25.1\n"
    assert dicomveil("show", str(paths[1]), "SOPInstanceUID", "--value").out != "2.25.2\n"


def test_missing_items_are_made(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    assert dicomveil("dcmodify", "-nb", "-i", "(0008,1140)[1].(0008,1155)=1.2", str(path)).code == 0
    assert path.read_bytes() == dicom_file([UID, sequence(0x00081140, [], [element(0x00081155, "UI", "1.2")])])


def test_a_value_from_a_file(dicomveil, tmp_path: Path):
    path, value = tmp_path / "a.dcm", tmp_path / "value"
    path.write_bytes(dicom_file([UID]))
    value.write_bytes(b"Roe^Ann\n")
    assert dicomveil("dcmodify", "-nb", "-if", f"PatientName={value}", str(path)).code == 0
    assert path.read_bytes() == dicom_file([UID, element(0x00100010, "PN", "Roe^Ann")])


@pytest.mark.parametrize("form", [EXPLICIT, BIG_ENDIAN], ids=["little", "big"])
def test_numbers_from_a_file_are_little_endian_bytes(dicomveil, tmp_path: Path, form):
    path, value = tmp_path / "a.dcm", tmp_path / "value"
    path.write_bytes(dicom_file([UID], form))
    value.write_bytes(b"\1\2")
    assert dicomveil("dcmodify", "-nb", "-if", f"Rows={value}", str(path)).code == 0
    assert path.read_bytes() == dicom_file([UID, element(0x00280010, "US", 0x0201)], form)
    value.write_bytes(b"\1\2\3")
    said = dicomveil("dcmodify", "-nb", "-if", f"Rows={value}", str(path))
    assert (said.code, said.err.count("whole numbers")) == (2, 1)


def test_what_no_file_can_take_is_told_once(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    said = dicomveil("dcmodify", "-nb", "-i", "Rows=many", str(path))
    assert said.code == 2
    assert said.err.count("Rows") == 1


def test_an_item_is_made_if_it_is_not_there(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    for address, items in (("(0008,1140)[1]", 2), ("(0008,1140)[0]", 2)):
        assert dicomveil("dcmodify", "-nb", "-i", address, str(path)).code == 0
        assert path.read_bytes() == dicom_file([UID, sequence(0x00081140, *[[]] * items)])
    assert dicomveil("dcmodify", "-nb", "-i", "(0008,1140)[0]=x", str(path)).code == 2


def test_a_value_that_is_not_valid_is_written_and_told_of(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID]))
    said = dicomveil("dcmodify", "-nb", "-i", "StudyDate=Quillfeather", str(path))
    assert said.code == 0
    assert "warning: StudyDate: no DA" in said.err
    assert "Quill" not in said.err
    assert path.read_bytes() == dicom_file([UID, element(0x00080020, "DA", "Quillfeather")])


def test_an_existing_private_element_keeps_its_vr(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    creator = element(0x00190010, "LO", "ACME")
    path.write_bytes(dicom_file([UID, creator, element(0x00191002, "SL", 1), element(0x00191003, "SH", "A")]))
    words = ["-m", "(0019,1002)=55", "-i", "(0019,1003)=B", "-i", "(0019,1004)=new", "-i", "(0021,0010)=ACME"]
    assert dicomveil("dcmodify", "-nb", *words, str(path)).code == 0
    private = [element(0x00191002, "SL", 55), element(0x00191003, "SH", "B"), element(0x00191004, "UN", b"new\0")]
    assert path.read_bytes() == dicom_file([UID, creator, *private, element(0x00210010, "LO", "ACME")])


def test_a_private_sequence_is_not_emptied_by_modifying_it(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    data = dicom_file([UID, element(0x00190010, "LO", "ACME"), sequence(0x00191002, [NAME])])
    path.write_bytes(data)
    assert dicomveil("dcmodify", "-nb", "-m", "(0019,1002)=", str(path)).code == 1
    assert path.read_bytes() == data


def test_messages_name_no_option_that_dcmodify_does_not_have(dicomveil, tmp_path: Path):
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_file([UID, element(0x00280010, "US", 1)]))
    said = dicomveil("dcmodify", "-nb", "-m", "Rows=2", "-i", "PatientName=Müller", "-i", "(0028,1050)=x", str(path))
    assert said.code == 1
    assert "Rows: it says how to read the pixels\n" in said.err
    assert "PatientName: characters that the character set of the file does not have\n" in said.err
    assert "--" not in said.err
    assert "force" not in said.err


def test_words_behind_two_hyphens_are_files_and_the_version_is_told(dicomveil, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-ep").write_bytes(dicom_file([UID, NAME]))
    assert dicomveil("dcmodify", "-nb", "-m", "PatientName=X", "--", "-ep").code == 0
    assert dicomveil("dcmodify", "--version").out.startswith("dicomveil dcmodify ")


def test_help_tells_every_option_that_is_taken(dicomveil):
    from dicomveil.cli import dcmodify_words

    told = dicomveil("dcmodify", "--help").out
    for option in (*dcmodify_words._WITH_PATH, *dcmodify_words._ALONE, *dcmodify_words._SETTINGS):
        assert f" {option} " in told, option


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
    said = dicomveil("dcmodify", "-nb", "-m", "PatientName=Roe", tmp_path / "a.dcm", tmp_path / "b.dcm")
    assert said.code == 1
    assert "KeyError" in said.err
    assert "Quill" not in said.err
    assert b"Roe" in (tmp_path / "b.dcm").read_bytes()
