"""Who and what is in a folder is told to people, programs and spreadsheets, without a value of anybody's."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from builders import element
from cli.cases import PLANTED, PRIVATE_CLASS, instance
from dicomveil.batch.survey import look
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

ALL = 3


@pytest.fixture
def key(tmp_path: Path) -> Path:
    ProjectKey.read_or_make(tmp_path / "key")
    return tmp_path / "key"


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_the_table_tells_patients_studies_and_series(dicomveil, export):
    said = dicomveil("survey", export)
    assert said.code == 0
    assert "patient 1  1 study, 1 series, 3 files, " in said.out
    assert "series 1    CT              3 files" in said.out
    assert "CT Image Storage" in said.out


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)], ids=["table", "json", "csv"])
def test_nothing_of_a_patient_s_is_told_unasked(dicomveil, ward, key, form):
    for words in ((), ("--key", key)):
        said = dicomveil("survey", ward, *form, *words)
        assert said.code == 1  # one file is cut short
        assert [planted for planted in PLANTED if planted.lower() in said.all.lower()] == []
        assert "(malformed)" in said.err


def test_values_and_paths_are_told_when_asked(dicomveil, ward):
    assert "'WA-5550123' 'Wimpleton^Araminta'" in dicomveil("survey", ward, "--show-values").out
    assert "Wimpleton_cut.dcm" in dicomveil("survey", ward, "--show-paths").err


def test_with_a_key_stand_ins_are_those_of_copies_made_with_it(dicomveil, export, shared, key):
    (row,) = [
        line["series"] for line in lines(dicomveil("survey", export, "--json", "--key", key).out) if "series" in line
    ]
    dicomveil("deidentify", export, shared, "--key", key)
    copy = next(shared.rglob("*.dcm")).relative_to(shared)
    assert copy.parts[:3] == (row["patient_token"], row["study_token"], row["series_token"])


def test_the_environment_may_name_the_key(dicomveil, export, key, monkeypatch):
    monkeypatch.setenv("DICOMVEIL_KEY", str(key))
    token = KeyedPseudonyms(ProjectKey.read(key)).identifier("patient-id", "WA-5550123")
    assert f"patient 1 {token}  " in dicomveil("survey", export).out


def test_json_has_a_line_for_each_series_each_oddity_and_the_end(dicomveil, ward):
    (ward / "again.dcm").write_bytes(instance(1))
    (ward / "other.dcm").write_bytes(instance(2, extra=(element(0x00080070, "LO", "another maker"),)))
    (ward / "named.dcm").write_bytes(instance(7).replace(b"Wimpleton^Araminta", b"Quillfeather^Zebul"))
    told = lines(dicomveil("survey", ward, "--json", "--show-paths").out)
    series = [line["series"] for line in told if "series" in line]
    assert {(row["modality"], row["instances"]) for row in series} == {("CT", 6), ("CT", 1), ("US", 1)}
    assert {row["sop_class"] for row in series} >= {"private"}
    twice = [line for line in told if line.get("problem") == "duplicates"]
    assert sorted(line["same_bytes"] for line in twice) == [False, True]
    assert all(len(line["paths"]) == len(line["files"]) == 2 for line in twice)
    assert {"problem": "several-names", "patient": 1, "names": 2} in told
    assert {"problem": "not-read", "code": "malformed", "files": 1} in told
    summary = told[-1]["summary"]
    assert (summary["files"], summary["skipped"], summary["not_read"]) == (8, 1, {"malformed": 1})
    assert (summary["duplicates"], summary["interrupted"]) == (2, False)


def test_csv_has_a_row_for_each_series_with_what_is_odd(dicomveil, export):
    (export / "again.dcm").write_bytes(instance(1))
    said = dicomveil("survey", export, "--csv", "--show-values")
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (row["instances"], row["duplicates"], row["problems"]) == ("4", "2", "duplicates")
    assert (row["patient_id"], row["patient_name"]) == ("WA-5550123", "Wimpleton^Araminta")
    assert "the same to the last byte" in said.err


def test_no_value_becomes_a_formula(dicomveil, export):
    (export / "odd.dcm").write_bytes(instance(9).replace(b"WA-5550123", b"=A-5550123"))
    rows = csv.DictReader(io.StringIO(dicomveil("survey", export, "--csv", "--show-values").out))
    assert {row["patient_id"] for row in rows} == {"WA-5550123", "'=A-5550123"}


def test_a_private_class_is_not_told(dicomveil, ward):
    assert PRIVATE_CLASS not in dicomveil("survey", ward, "--json").out


def test_a_survey_writes_nothing(dicomveil, export, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    dicomveil("survey", export)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_file_of_known_is_private_and_never_overwritten_unasked(dicomveil, export, tmp_path):
    known = tmp_path / "known"
    said = dicomveil("survey", export, "--known", known)
    assert (said.code, stat.S_IMODE(known.stat().st_mode)) == (0, 0o600)
    assert "as private as the originals" in said.err
    said = dicomveil("survey", export, "--known", known)
    assert (said.code, said.out) == (2, "")
    assert "there already" in said.err
    assert dicomveil("survey", export, "--known", known, "--overwrite").code == 0


@pytest.mark.parametrize("name", ["known", "Wimpleton_Araminta/known", "Wimpleton_Araminta/Wimpleton^Araminta_1.dcm"])
def test_a_file_of_known_in_the_input_is_refused(dicomveil, export, name):
    before = {path: path.read_bytes() for path in export.rglob("*.dcm")}
    said = dicomveil("survey", export, "--known", export / name, "--overwrite")
    assert said == (
        2,
        "",
        "dicomveil: the file of --known would lie in the input; choose a place outside it\n",
    )
    one = export / "Wimpleton_Araminta" / "Wimpleton^Araminta_1.dcm"
    assert dicomveil("survey", one, "--known", one, "--overwrite").code == 2
    assert {path: path.read_bytes() for path in export.rglob("*") if path.is_file()} == before


def test_no_folder_is_made_for_a_file_of_known(dicomveil, export, tmp_path):
    said = dicomveil("survey", export, "--known", tmp_path / "Wimpleton" / "known")
    assert (said.code, said.out) == (2, "")
    assert "does not exist; make it first" in said.err
    assert "Wimpleton" not in said.err
    assert not (tmp_path / "Wimpleton").exists()


def test_the_word_about_the_file_of_known_names_the_option_and_is_not_said_quietly(dicomveil, export, tmp_path):
    assert "deidentify --known" in dicomveil("survey", export, "--known", tmp_path / "one").err
    assert dicomveil("survey", export, "--known", tmp_path / "two", "--quiet").err == ""


def test_interrupted_it_tells_what_it_has_seen_and_writes_no_known(dicomveil, export, tmp_path, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (export / "again.dcm").write_bytes(instance(1))
    monkeypatch.setattr(look, "fingerprint", interrupted)
    said = dicomveil("survey", export, "--known", tmp_path / "known")
    assert said.code == 130
    assert "4 files" in said.out
    assert "interrupted" in said.err
    assert not (tmp_path / "known").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["nowhere"], "the input does not exist", id="absent"),
        pytest.param([".", "--json", "--csv"], "choose one", id="two-forms"),
        pytest.param([".", "--key", ""], "--key names no file", id="no-key"),
        pytest.param([".", "--known", ""], "--known names no file", id="no-known"),
        pytest.param([".", "--jobs", "0"], "argument -j/--jobs: invalid positive value", id="no-jobs"),
    ],
)
def test_wrong_words_are_told_before_any_file_is_read(dicomveil, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    said = dicomveil("survey", *words)
    assert (said.code, said.out) == (2, "")
    assert message in said.err


def test_a_folder_without_dicom_files_gives_1(dicomveil, tmp_path):
    (tmp_path / "Wimpleton.txt").write_text("Wimpleton")
    assert dicomveil("survey", tmp_path) == (1, "", "dicomveil: no DICOM file was found\n")


def test_quiet_tells_the_list_alone(dicomveil, ward):
    said = dicomveil("survey", ward, "--quiet")
    assert (said.code, said.err) == (1, "")
    assert "patient 1" in said.out


# --- deidentify --known


def test_a_file_of_known_that_cannot_be_used_is_refused_before_anything_is_written(dicomveil, export, shared, tmp_path):
    (tmp_path / "open").write_text("")
    (tmp_path / "open").chmod(0o644)
    for path, message in ((tmp_path / "none", "cannot be read"), (tmp_path / "open", "can be reached by others")):
        said = dicomveil("deidentify", export, shared, "--known", path)
        assert said.code == 2
        assert message in said.err
    assert not shared.exists()
    assert not shared.with_name("shared.dicomveil").exists()


def test_a_file_of_known_among_the_copies_is_refused(dicomveil, export, shared):
    shared.mkdir()
    dicomveil("survey", export, "--known", shared / "known")
    said = dicomveil("deidentify", export, shared, "--known", shared / "known")
    assert said.code == 2
    assert "lies in the output" in said.err
