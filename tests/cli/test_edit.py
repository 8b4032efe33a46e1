"""`dicomveil edit` and `find` as a user meets them."""

from __future__ import annotations

import errno
import gzip
import json
import os
from pathlib import Path

import pytest

from batch.archives import archive_at
from builders import dicom_file, element
from dicomveil.editing import patterns
from dicomveil.errors import NoSpace

SECRET = "Quillfeather"


def instance(number: int, name: str = f"{SECRET}^Jane") -> bytes:
    return dicom_file(
        [
            element(0x00080018, "UI", f"2.25.{number}"),
            element(0x00080060, "CS", "CT" if number < 3 else "MR"),
            element(0x00100010, "PN", name),
        ]
    )


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"{number}.dcm").write_bytes(instance(number))
    return folder


def test_a_file_is_edited_to_another(dicomveil, study, tmp_path):
    out = tmp_path / "out.dcm"
    said = dicomveil("edit", study / "1.dcm", out, "--set", "PatientName=Roe", "--sub", "Modality=/C/P/")
    assert (said.code, said.out, said.err) == (0, "\n  edited       1\n", "")
    assert out.read_bytes() == instance(1, "Roe").replace(b"CS\x02\0CT", b"CS\x02\0PT")


def test_a_folder_says_what_became_of_its_files(dicomveil, study, tmp_path):
    (study / "bad").write_bytes(instance(9)[:-3])
    (study / "notes").write_text("no DICOM in here, only words")
    said = dicomveil("edit", study, tmp_path / "out", "--set", "PatientName=Roe", "--where", 'Modality == "CT"')
    assert said.code == 1
    assert "file 4: a length past the end of what holds it at byte " in said.err
    told = [line.split("  ")[1:] for line in said.out.splitlines() if line]
    assert [[part.strip() for part in line if part][:2] for line in told][:4] == [
        ["edited", "2"],
        ["not matched", "1"],
        ["skipped", "1"],
        ["not done", "malformed"],
    ]
    assert SECRET not in said.all


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(("--sub", "PatientName=/(e|e)*$/x/"), id="sub"),
        pytest.param(("--set", "PatientID=1", "--where", 'PatientName ~ "(e|e)*$"'), id="where"),
    ],
)
def test_a_pattern_that_takes_for_ever_on_one_file_does_not_hold_up_the_others(
    dicomveil, study, tmp_path, monkeypatch, edit
):
    monkeypatch.setattr(patterns, "LIMIT_S", 0.05)
    (study / "2.dcm").write_bytes(instance(2, "e" * 40 + "x" + "e" * 20 + "y"))
    said = dicomveil("edit", study, tmp_path / "out", *edit)
    assert said.code == 1
    assert (
        said.err
        == "dicomveil: file 2: PatientName: a regular expression takes longer than 0.05 s on a value (edit-refused)\n"
    )
    assert "eee" not in said.all
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["1.dcm", "3.dcm"]


def test_what_meets_nothing_is_told(dicomveil, study, tmp_path):
    said = dicomveil("edit", study, tmp_path / "out", "--replace", "PatientComments=x", "--set", "PatientID=1")
    assert "  --replace PatientComments: met nothing in 3 files\n" in said.out
    assert "--set PatientID" not in said.out


def test_an_edit_that_meets_nothing_is_called_what_its_user_calls_it(dicomveil, study, tmp_path):
    (tmp_path / "edits.toml").write_text('[[edit]]\nremove = "**.CodeMeaning"\n\n[[edit]]\nremove-private = true\n')
    words = ["--edits", tmp_path / "edits.toml", "--sub", "PatientComments=/a/b/", "--remove", "**.StudyComments"]
    out = dicomveil("edit", study, tmp_path / "out", *words).out
    assert [line.split(":")[0].strip() for line in out.splitlines() if "met nothing" in line] == [
        "remove **.CodeMeaning",
        "remove-private",
        "--sub PatientComments",
        "--remove **.StudyComments",
    ]


def test_a_line_of_the_table_that_no_file_matches_is_told_as_a_line(dicomveil, study, tmp_path):
    (tmp_path / "rows.csv").write_text("SOPInstanceUID,StudyID\n2.25.1,7\n2.25.9,8\n")
    said = dicomveil("edit", study, tmp_path / "out", "--table", tmp_path / "rows.csv", "--match", "SOPInstanceUID")
    assert "  line 3 of the table: no file matches it\n" in said.out


def test_wrong_edits_are_all_told_before_anything_is_written(dicomveil, study, tmp_path):
    words = ["--set", f"PatientNam={SECRET}", "--set", "StudyDate", "--remove", "(0010,001)"]
    said = dicomveil("edit", study, tmp_path / "out", *words)
    assert said.code == 2
    assert len(said.err.splitlines()) == 3
    assert SECRET not in said.err
    assert not (tmp_path / "out").exists()


def test_a_dry_run_over_a_file_shows_before_and_after(dicomveil, study):
    said = dicomveil(
        "edit", study / "1.dcm", "--in-place", "--dry-run", "--set", "PatientName=Roe", "--set", "StudyID=7"
    )
    assert said.out.splitlines()[:2] == [f"~ PatientName  PN  {SECRET}^Jane -> Roe", "+ StudyID  SH  7"]
    assert (study / "1.dcm").read_bytes() == instance(1)


def test_a_dry_run_over_a_folder_counts_and_shows_no_value(dicomveil, study):
    said = dicomveil("edit", study, "--in-place", "--dry-run", "--set", "PatientName=Roe", "--set", "StudyID=7")
    assert said.out.splitlines()[:2] == ["  PatientName  changes in 3", "  StudyID      changes in 3"]
    assert SECRET not in said.all


def test_edits_come_from_a_file_and_a_table_too(dicomveil, study, tmp_path):
    edits, rows = tmp_path / "edits.toml", tmp_path / "rows.csv"
    edits.write_text('where = "Modality == \\"CT\\""\n[[edit]]\nset = "StudyID"\nvalue = "7"\n')
    rows.write_text("SOPInstanceUID,PatientName\n2.25.2,Roe\n2.25.3,Poe\n2.25.4,Noe\n")
    words = ["--edits", edits, "--table", rows, "--match", "SOPInstanceUID", "--set", "PatientID=1"]
    said = dicomveil("edit", study, "--in-place", "--no-backup", *words)
    assert said.code == 0
    assert "  lines 3, 4 of the table: no file matches them\n" in said.out
    assert [dicomveil("show", study / f"{n}.dcm", "PatientName", "--value").out for n in (1, 2, 3)] == [
        f"{SECRET}^Jane\n",
        "Roe\n",
        f"{SECRET}^Jane\n",
    ]


def test_json_has_a_line_a_file_and_a_summary(dicomveil, study, tmp_path):
    said = dicomveil("edit", study, tmp_path / "out", "--set", "PatientName=Roe", "--json")
    *files, last = map(json.loads, said.out.splitlines())
    assert files == [{"number": number, "code": "edited"} for number in (1, 2, 3)]
    assert last["summary"]["edited"] == 3
    assert last["summary"]["met"] == {"--set PatientName": 3}


def test_a_key_gives_the_same_new_uids_from_call_to_call(dicomveil, study, tmp_path):
    from dicomveil.pseudonyms.key import ProjectKey

    key = tmp_path / "key"
    ProjectKey.generate().write(key)
    for name in ("a", "b", "c"):
        words = ["--key", key] if name != "c" else []
        dicomveil("edit", study / "1.dcm", tmp_path / name, "--new-uid", "SOPInstanceUID", *words)
    read = [(tmp_path / name).read_bytes() for name in ("a", "b", "c")]
    assert read[0] == read[1] != read[2]


def test_utf_8_takes_what_the_file_could_not_say(dicomveil, study, tmp_path):
    assert dicomveil("edit", study / "1.dcm", tmp_path / "a", "--set", "PatientName=Müller").code == 1
    assert not (tmp_path / "a").exists()
    assert (
        dicomveil("edit", study / "1.dcm", tmp_path / "a", "--set", "PatientName=Müller", "--charset", "utf-8").code
        == 0
    )
    assert dicomveil("show", tmp_path / "a", "PatientName", "--value").out == "Müller\n"


def test_an_undo_file_undoes(dicomveil, study, tmp_path):
    words = ["--set", "PatientName=Roe", "--undo-file", tmp_path / "undo", "--no-backup"]
    assert dicomveil("edit", study, "--in-place", *words).code == 0
    said = dicomveil("edit", "--undo", tmp_path / "undo")
    assert said == (0, "\n  undone       3\n", "")
    assert [(study / f"{n}.dcm").read_bytes() for n in (1, 2, 3)] == [instance(n) for n in (1, 2, 3)]
    said = dicomveil("edit", "--undo", tmp_path / "undo")
    assert said.code == 0
    assert said.out.endswith("  unchanged       3  as they were before the edit already\nNothing was left to undo.\n")
    (study / "2.dcm").write_bytes(instance(2, "Poe"))
    said = dicomveil("edit", "--undo", tmp_path / "undo")
    assert said.code == 1
    assert said.err.count("not as the edit left it") == 1


def test_wrong_usage_leaves_no_undo_file(dicomveil, study, tmp_path):
    undo = tmp_path / "undo"
    assert dicomveil("edit", study, study / "out", "--set", "StudyID=1", "--undo-file", undo).code == 2
    assert not undo.exists()
    assert dicomveil("edit", study, tmp_path / "out", "--set", "StudyID=1", "--undo-file", undo).code == 0


def test_a_dry_run_of_an_undo_says_what_would_be_undone(dicomveil, study, tmp_path):
    undo = tmp_path / "undo"
    dicomveil("edit", study, "--in-place", "--set", "PatientName=Roe", "--undo-file", undo, "--no-backup")
    (study / "3.dcm").unlink()
    said = dicomveil("edit", "--undo", undo, "--dry-run")
    assert (said.code, said.err) == (1, "dicomveil: file 1: No such file or directory\n")
    assert "would be undone  " in said.out
    assert "nothing was written" in said.out
    assert (study / "1.dcm").read_bytes() == instance(1, "Roe")
    said = dicomveil("edit", "--undo", undo, "--json", "--show-paths")
    *files, last = map(json.loads, said.out.splitlines())
    assert [each["code"] for each in files] == ["unreadable", "undone", "undone"]
    assert files[1]["path"] == str(study / "2.dcm")
    assert last["summary"] == {"undone": 2, "unchanged": 0, "not_undone": 1, "dry_run": False}
    assert (study / "1.dcm").read_bytes() == instance(1)


def test_an_edit_that_is_run_again_takes_finished_copies_for_done(dicomveil, study, tmp_path):
    words = ["edit", study, tmp_path / "out", "--set", "PatientName=Roe"]
    assert dicomveil(*words).code == 0
    (tmp_path / "out" / "3.dcm").unlink()
    said = dicomveil(*words)
    assert (said.code, said.err) == (0, "")
    assert "edited            1\n  done before       2  there already, the same\n" in said.out
    assert json.loads(dicomveil(*words, "--json").out.splitlines()[-1])["summary"]["done_before"] == 3


def test_other_copies_that_are_there_come_with_a_word_about_overwriting(dicomveil, study, tmp_path):
    dicomveil("edit", study, tmp_path / "out", "--set", "PatientName=Roe")
    said = dicomveil("edit", study, tmp_path / "out", "--set", "PatientName=Poe")
    assert said.code == 1
    assert "  not done  target-exists     3  the target exists already\n" in said.out
    assert "left as they are; --overwrite replaces them\n" in said.out


def test_an_edit_says_that_no_space_is_left_and_stops(dicomveil, study, tmp_path, monkeypatch):
    def full(*_: object) -> int:
        raise NoSpace(os.strerror(errno.ENOSPC))

    monkeypatch.setattr("dicomveil.dataset.write.Draft.write", full)
    said = dicomveil("edit", study, tmp_path / "out", "--set", "PatientName=Roe")
    assert said.code == 1
    assert said.err == (
        "dicomveil: file 1: No space left on device (not-written)\n"
        "dicomveil: no space is left; stopped, with whole files only. Make space, and run it again\n"
    )


def test_an_output_that_cannot_be_written_is_wrong_usage(dicomveil, study, tmp_path):
    (tmp_path / "file").write_text("in the way")
    said = dicomveil("edit", study, tmp_path / "file" / "out", "--set", "PatientName=Roe")
    assert said == (2, "", "dicomveil: the output cannot be written: Not a directory\n")


def test_what_is_edited_in_place_and_undone_can_be_edited_in_place_again(dicomveil, study, tmp_path):
    words = ["edit", study, "--in-place", "--set", "PatientName=Roe", "--undo-file"]
    assert dicomveil(*words, tmp_path / "first").code == 0
    said = dicomveil(*words[:-1], "--set", "StudyID=1")
    assert (said.code, said.err.count("move it away, or do without a backup (backup-exists)")) == (1, 3)
    assert dicomveil("edit", "--undo", tmp_path / "first").code == 0
    assert sorted(each.name for each in study.iterdir()) == ["1.dcm", "2.dcm", "3.dcm"]
    assert [(study / f"{n}.dcm").read_bytes() for n in (1, 2, 3)] == [instance(n) for n in (1, 2, 3)]
    assert dicomveil(*words, tmp_path / "second").code == 0


def test_what_is_given_several_times_counts_each_time(dicomveil, study, tmp_path):
    rows, first, second = tmp_path / "rows.csv", tmp_path / "1.toml", tmp_path / "2.toml"
    rows.write_text("SOPInstanceUID,Modality,StudyID\n2.25.1,CT,7\n2.25.2,MR,8\n")
    words = ["--match", "SOPInstanceUID", "--match", "Modality", "--table", rows]
    said = dicomveil("edit", study, tmp_path / "a", *words)
    assert "not matched       2  as they were: the table has no row for them" in said.out
    first.write_text('where = "Modality == \'CT\'"\n[[edit]]\nset = "PatientID"\nvalue = "1"\n')
    second.write_text('[[edit]]\nreplace = "PatientID"\nvalue = "2"\n')
    words = [
        "--edits",
        first,
        "--edits",
        second,
        "--where",
        'SOPInstanceUID ~ "[23]$"',
        "--where",
        "exists PatientName",
    ]
    said = dicomveil("edit", study, "--in-place", *words)
    assert "not matched       2  as they were: the condition does not hold for them" in said.out
    assert dicomveil("show", study / "2.dcm", "PatientID", "--value").out == "2\n"


def test_options_stand_anywhere(dicomveil, study, tmp_path):
    out = tmp_path / "out.dcm"
    assert dicomveil("edit", study / "1.dcm", "--set", "PatientName=Roe", out).code == 0
    assert dicomveil("show", out, "--value", "PatientName").out == "Roe\n"
    assert dicomveil("diff", study / "1.dcm", "--no-values", out).out == "~ PatientName  PN\n"


def test_several_files_are_edited_in_one_call(dicomveil, study, tmp_path):
    three = [study / f"{number}.dcm" for number in (1, 2, 3)]
    said = dicomveil("edit", *three, "--in-place", "--set", "PatientName=Roe", "--no-backup")
    assert said.out.split() == ["edited", "3"]
    assert dicomveil("edit", *three[:2], tmp_path / "out", "--set", "PatientName=Poe").code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1.dcm", "2.dcm"]


def test_a_dry_run_over_one_file_needs_no_output_and_tells_values_as_json_too(dicomveil, study):
    said = dicomveil("edit", study / "1.dcm", "--dry-run", "--set", "PatientName=Roe", "--json")
    assert said.code == 0
    assert json.loads(said.out.splitlines()[0])["changes"] == [
        {"address": "PatientName", "vr": "PN", "before": f"{SECRET}^Jane", "after": "Roe"}
    ]


def test_a_dry_run_tells_that_the_undo_file_is_there(dicomveil, study, tmp_path):
    (tmp_path / "undo").write_text("mine")
    words = ["--set", "PatientName=Roe", "--in-place", "--dry-run", "--undo-file", tmp_path / "undo"]
    assert dicomveil("edit", study, *words) == (2, "", "dicomveil: the undo file is there already; name another\n")


def test_backups_are_skipped_and_counted_by_every_command_over_folders(dicomveil, study, tmp_path):
    dicomveil("edit", study, "--in-place", "--set", "PatientName=Roe")
    said = dicomveil("edit", study, tmp_path / "out", "--add", "StudyID=1")
    assert said.out.splitlines()[-1].split() == ["skipped", "3", *["a", "backup", "of", "an", "edit", "in", "place"]]
    note = "dicomveil: 3 files skipped: a backup of an edit in place\n"
    assert dicomveil("find", study, "--where", "exists PatientName", "--count") == (0, "3\n", note)
    said = dicomveil("show", study, "PatientName", "--csv")
    assert (len(said.out.splitlines()), said.err) == (4, note)
    said = dicomveil("diff", study, tmp_path / "out")
    assert [line.split() for line in said.out.splitlines()][-2:] == [
        ["different", "3"],
        ["skipped", "3", *["a", "backup", "of", "an", "edit", "in", "place"]],
    ]


def test_new_uids_in_some_files_only_come_with_a_word_about_the_others(dicomveil, study, tmp_path):
    words = ["--new-uid", "SOPInstanceUID", "--where", 'Modality == "CT"']
    said = dicomveil("edit", study, tmp_path / "a", *words)
    assert said.err == "dicomveil: references to new UIDs stay as they were in files that are not edited\n"
    assert dicomveil("edit", study, tmp_path / "b", *words, "--quiet").err == ""
    assert dicomveil("edit", study, tmp_path / "c", *words[:2]).err == ""


def test_quiet_says_nothing_of_files(dicomveil, study, tmp_path):
    for number in range(25):
        (study / f"bad{number}").write_bytes(instance(9)[:-3])
    assert dicomveil("edit", study, tmp_path / "out", "--set", "PatientName=Roe", "--quiet") == (1, "", "")


def test_a_character_set_nobody_defined_is_told_before_any_file_is_touched(dicomveil, study, tmp_path):
    said = dicomveil("edit", study, tmp_path / "out", "--charset", "klingon")
    assert said.code == 2
    assert "there are: utf-8, latin-1, ascii, ISO_IR 100" in said.err
    assert not (tmp_path / "out").exists()


def test_a_patch_says_that_it_is_not_atomic(dicomveil, study):
    said = dicomveil("edit", study / "1.dcm", "--in-place", "--patch", "--set", "Modality=PT")
    assert said.code == 0
    assert "Patched" in said.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param([], "which file", id="nothing"),
        pytest.param(["nowhere", "out"], "does not exist", id="no-input"),
        pytest.param(["STUDY", "--set", "StudyID=1"], "name an output, or say --in-place", id="no-output"),
        pytest.param(["STUDY", "OUT", "--in-place"], "takes no output", id="in-place-with-output"),
        pytest.param(["STUDY", "OUT"], "no edits", id="no-edits"),
        pytest.param(["STUDY", "OUT", "--set", "StudyID=1", "--patch"], "with --in-place only", id="patch-copies"),
        pytest.param(
            ["STUDY", "--in-place", "--overwrite", "--set", "StudyID=1"], "with an output only", id="overwrite"
        ),
        pytest.param(["STUDY", "OUT", "--set", "StudyID=1", "--match", "PatientID"], "--table", id="match-alone"),
        pytest.param(["STUDY", "OUT", "--set", "StudyID=1", "--where", "Modality"], "the condition", id="condition"),
        pytest.param(["STUDY", "STUDY/out", "--set", "StudyID=1"], "inside the input", id="output-in-input"),
        pytest.param(["--undo", "nowhere"], "undo file cannot be read", id="no-undo-file"),
        pytest.param(["STUDY", "--undo", "x"], "--undo takes an undo file", id="undo-and-more"),
        pytest.param(["STUDY", "OUT", "--sett", "x"], "--set", id="misspelt-option"),
        pytest.param(["STUDY", "OUT", "--delete", "StudyID"], "here it is --remove", id="another-programs-option"),
        pytest.param(["STUDY", "STUDY", "--set", "StudyID=1"], "say --in-place", id="output-is-input"),
        pytest.param(["STUDY", "OUT", "--set", "StudyID"], "StudyID: no equals sign", id="no-equals-sign"),
        pytest.param(["STUDY", "OUT", "--set", "StudyID:XX=1", "--force"], "XX is no VR", id="no-vr"),
        pytest.param(["STUDY", "OUT", "--charset", "utf-8", "--charset", "ascii"], "given twice", id="two-charsets"),
        pytest.param(["STUDY", "OUT", "--table", "a", "--table", "b"], "given twice", id="two-tables"),
        pytest.param(
            ["STUDY", "OUT", "--set", "StudyID=1", "--overwrite", "--undo-file", "OUT"], "cannot bring back", id="undo"
        ),
        pytest.param(["STUDY", "nowhere", "--in-place", "--set", "StudyID=1"], "no output", id="in-place-new-output"),
    ],
)
def test_wrong_usage_is_told_with_code_2(dicomveil, study, tmp_path, words, reason):
    places = {"STUDY": study, "OUT": tmp_path / "out", "STUDY/out": study / "out"}
    said = dicomveil("edit", *[places.get(word, word) for word in words])
    assert said.code == 2
    assert reason in said.err
    assert not (tmp_path / "out").exists()


def test_find_prints_the_files_a_condition_holds_for(dicomveil, study):
    said = dicomveil("find", study, "--where", 'Modality == "CT" and not SOPInstanceUID ~ "1$"')
    assert (said.code, said.out) == (0, f"{study / '2.dcm'}\n")
    assert dicomveil("find", study, "--where", "exists PatientName", "--count").out == "3\n"
    assert dicomveil("find", study, "--where", 'Modality == "US"') == (1, "", "")
    assert dicomveil("find", study, "--where", 'Modality == "MR"', "--nul").out == f"{study / '3.dcm'}\0"


WORD = "an archive, which this command does not look into"


@pytest.fixture(params=["zip", "tar"])
def packed_study(request, study, tmp_path) -> Path:
    return archive_at(tmp_path / "packed" / "study", {"1.dcm": instance(1)}, request.param)


def test_an_archive_is_told_by_every_command_that_looks_into_none(dicomveil, packed_study, study, tmp_path):
    told = f"dicomveil: {WORD} (not-dicom)\n"
    assert dicomveil("show", packed_study) == (1, "", told)
    assert dicomveil("diff", packed_study, study / "1.dcm") == (1, "", told)
    assert dicomveil("diff", study / "1.dcm", packed_study) == (1, "", told)
    assert dicomveil("explain", packed_study).err == f"dicomveil: it would not be done: {WORD} (not-dicom)\n"
    assert WORD in dicomveil("edit", packed_study, tmp_path / "out", "--set", "StudyID=1").out


def test_archives_of_a_folder_are_told_and_counted(dicomveil, packed_study, study, tmp_path):
    told = f"dicomveil: 1 file skipped: {WORD}\n"
    nothing = f"{told}dicomveil: no DICOM file was found\n"
    folder, where = packed_study.parent, ["--where", "exists Modality"]
    assert dicomveil("find", folder, *where) == (1, "", nothing)
    assert dicomveil("find", folder, *where, "--quiet") == (1, "", "")
    assert dicomveil("show", folder, "PatientName", "--csv") == (1, "path,PatientName\n", nothing)
    (folder / "2.dcm").write_bytes(instance(2))
    assert dicomveil("show", folder, "PatientName", "--csv").err == told
    assert WORD in dicomveil("edit", folder, tmp_path / "out", "--set", "StudyID=1").out
    assert WORD in dicomveil("diff", folder, study).out


def test_a_compressed_file_is_told_to_be_one(dicomveil, tmp_path):
    (tmp_path / "1.gz").write_bytes(gzip.compress(instance(1)))
    assert "a compressed file, which" in dicomveil("show", tmp_path / "1.gz").err


def test_a_folder_without_dicom_files_is_told_by_a_table(dicomveil, tmp_path):
    (tmp_path / "notes.txt").write_text("no DICOM at all, only words")
    told = "dicomveil: no DICOM file was found\n"
    assert dicomveil("show", tmp_path, "PatientName", "--csv") == (1, "path,PatientName\n", told)
    assert dicomveil("find", tmp_path, "--where", "exists PatientName") == (1, "", told)


def test_find_goes_on_after_a_bad_file(dicomveil, study):
    (study / "0.dcm").write_bytes(instance(9)[:-3])
    said = dicomveil("find", study, "--where", 'Modality == "CT"', "--count")
    assert (said.code, said.out) == (1, "2\n")
    assert said.err.startswith(f"dicomveil: {study / '0.dcm'}: a length past the end")


def test_find_tells_presence_of_what_it_cannot_read(dicomveil, tmp_path):
    (tmp_path / "a.dcm").write_bytes(dicom_file([element(0x00080018, "UI", "2.25.1"), element(0x7FE00010, "OW", [1])]))
    assert dicomveil("find", tmp_path, "--where", "exists PixelData", "--count").out == "1\n"
    assert dicomveil("find", tmp_path, "--where", "not exists 60xx3000", "--count").out == "1\n"
    assert dicomveil("find", tmp_path, "--where", 'PixelData == "x"', "--count").code == 1


def test_find_tells_no_more_than_twenty_bad_files(dicomveil, tmp_path):
    for number in range(22):
        (tmp_path / f"{number}.dcm").write_bytes(instance(9)[:-3])
    said = dicomveil("find", tmp_path, "--where", "exists PatientName")
    assert (len(said.err.splitlines()), said.err.splitlines()[-1]) == (21, "dicomveil: ... and 2 more")


def test_find_wants_a_condition_that_is_one(dicomveil, study):
    assert dicomveil("find", study, "--where", "Modalty == 1").code == 2
    assert dicomveil("find", study / "nowhere", "--where", "Rows == 1").code == 2
