"""The main command: what it writes, says and answers, and what never gets out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import time
from pathlib import Path

import pytest

from cli.cases import PLANTED, ULTRASOUND, instance
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey

ALL = 3
WARD_DONE = 4


def contents(*folders: Path) -> str:
    """Everything readable in some folders: names and bytes, but for what a run notes of its own words."""
    parts = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            parts.append(path.name)
            if path.is_file() and path.name != "command.json":
                parts.append(path.read_bytes().decode("latin-1"))
    return "\n".join(parts)


def project(shared: Path) -> Path:
    return shared.with_name("shared.dicomveil")


def copies(shared: Path) -> list[Path]:
    return sorted(shared.rglob("*.dcm"))


def rows(out: str) -> dict[str, str]:
    """The closing table: count by what and why."""
    found = {}
    for line in out.splitlines():
        words = line.split()
        numbers = [index for index, word in enumerate(words) if word.isdecimal()]
        if line.startswith("  ") and numbers:
            found[" ".join(words[: numbers[0]])] = words[numbers[0]]
    return found


def test_a_folder_is_deidentified_with_code_0(dicomveil, export, shared):
    said = dicomveil("deidentify", export, shared)
    assert said.code == 0
    assert len(copies(shared)) == ALL
    assert rows(said.out) == {"done": "3"}


def test_nothing_planted_reaches_copies_reports_or_messages(dicomveil, ward, shared):
    said = dicomveil("deidentify", ward, shared)
    everything = (said.all + contents(shared, project(shared))).replace(str(shared.parent), "")
    assert [text for text in PLANTED if text.lower() in everything.lower()] == []


@pytest.mark.parametrize("flag", ["--json", "--dry-run", "--quiet", "--refuse-burned-in", "--random", "--again"])
def test_no_option_lets_a_planted_text_or_input_path_out(dicomveil, ward, shared, flag):
    said = dicomveil("deidentify", ward, shared, flag)
    everything = (said.all + contents(shared, project(shared))).replace(str(shared.parent), "")
    assert [text for text in PLANTED if text.lower() in everything.lower()] == []


def test_one_bad_file_stops_nothing_and_gives_code_1(dicomveil, ward, shared):
    said = dicomveil("deidentify", ward, shared)
    assert said.code == 1
    assert rows(said.out) == {
        "done": "4",
        "not done malformed": "1",
        "not done private-sop-class": "1",
        "skipped": "1",
        "pixels not checked": "1",
    }
    assert len(copies(shared)) == WARD_DONE


def test_a_refused_file_is_named_by_number_and_token(dicomveil, ward, shared):
    said = dicomveil("deidentify", ward, shared)
    (line,) = [each for each in said.err.splitlines() if "private-sop-class" in each]
    again = map(json.loads, dicomveil("deidentify", ward, shared, "--json").out.splitlines())
    (token,) = [each["token"] for each in again if each.get("code") == "private-sop-class"]
    assert line.startswith(f"dicomveil: file 6 ({token}): of a private SOP class")


def test_paths_are_shown_only_when_asked_for(dicomveil, ward, shared):
    said = dicomveil("deidentify", ward, shared, "--show-paths")
    assert repr(str(ward / "Wimpleton_Araminta" / "Wimpleton_cut.dcm")) in said.err


def test_other_files_are_no_failure(dicomveil, export, shared):
    (export / "notes.txt").write_text("nothing")
    said = dicomveil("deidentify", export, shared)
    assert said.code == 0
    assert rows(said.out)["skipped"] == "1"
    assert "not a DICOM file" in said.out


def test_pixels_likely_to_show_text_are_told_with_what_that_means(dicomveil, ward, shared):
    (line,) = [each for each in dicomveil("deidentify", ward, shared).out.splitlines() if "pixels not checked" in each]
    assert "look at them before you share them" in line


def test_pixels_likely_to_show_text_are_refused_when_asked(dicomveil, tmp_path, shared):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "us").write_bytes(instance(sop_class=ULTRASOUND, modality="US"))
    said = dicomveil("deidentify", tmp_path / "in", shared, "--refuse-burned-in")
    assert (said.code, copies(shared)) == (1, [])
    assert rows(said.out)["not done burned-in-annotation"] == "1"


def test_a_recipe_can_ask_to_refuse_them_too(dicomveil, tmp_path, shared):
    (tmp_path / "us.dcm").write_bytes(instance(sop_class=ULTRASOUND, modality="US"))
    recipe = tmp_path / "mine.toml"
    recipe.write_text('extends = "basic"\nrefuse_burned_in = true\n')
    assert dicomveil("deidentify", tmp_path / "us.dcm", f"{shared}/", "--recipe", recipe).code == 1


def test_the_table_says_where_copies_report_and_key_are(dicomveil, export, shared):
    out = dicomveil("deidentify", export, shared).out
    for path in (shared, project(shared) / "report.jsonl", project(shared) / "key"):
        assert f" {path}" in out
        assert path.exists()


def test_the_news_that_a_key_was_made_comes_once(dicomveil, export, shared):
    first, second = (dicomveil("deidentify", export, shared, "--overwrite", "--quiet") for _ in range(2))
    assert "a project key was made" in first.err
    assert second == (0, "", "")


def test_the_key_is_never_shown(dicomveil, export, shared):
    said = [dicomveil("deidentify", export, shared, "--overwrite", *more) for more in ((), ("--json",))]
    secret = (project(shared) / "key").read_text().split()[1]
    assert secret not in said[0].all + said[1].all + contents(shared)
    assert secret not in (project(shared) / "report.jsonl").read_text()


def test_key_and_report_are_for_their_owner_only(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in project(shared).iterdir()}
    names = ("key", "report.jsonl", "project.json", "ledger", "ledger.lock", "command.json", "report.html")
    assert modes == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(project(shared).stat().st_mode) == 0o700


def test_a_key_that_is_named_is_used_and_gives_the_same_names(dicomveil, export, shared, tmp_path, monkeypatch):
    dicomveil("deidentify", export, shared)
    key = project(shared) / "key"
    option, variable = tmp_path / "option", tmp_path / "variable"
    assert dicomveil("deidentify", export, option, "--key", key).err == ""
    monkeypatch.setenv("DICOMVEIL_KEY", str(key))
    assert dicomveil("deidentify", export, variable).err == ""
    names = [[path.relative_to(folder) for path in copies(folder)] for folder in (shared, option, variable)]
    assert names[0] == names[1] == names[2] != []
    assert not (tmp_path / "option.dicomveil" / "key").exists()


def test_an_output_without_a_named_key_gets_a_key_of_its_own(dicomveil, export, shared, tmp_path):
    dicomveil("deidentify", export, shared)
    dicomveil("deidentify", export, tmp_path / "other")
    assert {path.name for path in copies(shared)} & {path.name for path in copies(tmp_path / "other")} == set()


def test_nothing_is_overwritten_unasked(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    before = [path.stat().st_ino for path in copies(shared)]
    said = dicomveil("deidentify", export, shared)
    assert (said.code, rows(said.out)) == (0, {"done": "0", "done before": "3"})
    assert [path.stat().st_ino for path in copies(shared)] == before


def test_copies_are_replaced_when_asked(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    for path in copies(shared):
        path.write_bytes(b"")
    assert dicomveil("deidentify", export, shared, "--overwrite").code == 0
    assert all(path.stat().st_size for path in copies(shared))


def test_a_dry_run_writes_nothing_and_says_so(dicomveil, ward, shared, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    said = dicomveil("deidentify", ward, shared, "--dry-run")
    assert sorted(tmp_path.rglob("*")) == before
    assert said.code == 1
    assert rows(said.out)["would be done"] == "4"
    assert "Dry run: nothing was written." in said.out
    assert "those of the real run will differ" in said.err


@pytest.mark.parametrize(
    "words",
    [[], ["--random"], ["--recipe", "documented"], ["--layout", "zip"], ["--dicomdir"], ["--cluster", "ray://nowhere"]],
    ids=" ".join,
)
def test_a_dry_run_by_several_processes_says_the_same_and_writes_nothing(dicomveil, ward, shared, tmp_path, words):
    (ward / "Wimpleton_twice.dcm").write_bytes(instance(1))
    before = sorted(tmp_path.rglob("*"))
    told = []
    for more in [[], [] if "--cluster" in words else ["-j", "2"]]:
        said = dicomveil("deidentify", ward, shared, "--dry-run", "--json", *words, *more)
        *files, last = map(json.loads, said.out.splitlines())
        assert (said.code, last["summary"]["done"], last["summary"]["dry_run"]) == (1, 4, True)
        assert set(last["summary"]) & {"report", "key"} == set()
        told.append(sorted((each["number"], each["code"], each.get("duplicate_of")) for each in files))
        assert "Wimpleton" not in said.all
    assert told[0] == told[1]
    assert ("duplicate", 2) in {each[1:] for each in told[0]}
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("layout", [[], ["--dicomdir"], ["--layout", "zip"]], ids=["", "media", "zip"])
def test_a_dry_run_over_an_output_leaves_it_and_its_private_folder_as_they_are(dicomveil, ward, shared, layout):
    dicomveil("deidentify", ward, shared, *layout)
    (ward / "Wimpleton_Araminta" / "Wimpleton_us.dcm").write_bytes(instance(8))

    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in shared.parent.rglob("*") if path.is_file()}

    before = everything()
    for words in [["-j", "2"], ["-j", "1", "--overwrite"]]:
        said = dicomveil("deidentify", ward, shared, "--dry-run", *layout, *words)
        assert (said.code, everything()) == (1, before)
        assert "Dry run: nothing was written." in said.out


def test_a_dry_run_tells_that_targets_exist(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    said = dicomveil("deidentify", export, shared, "--dry-run", "--json")
    assert said.code == 1
    assert "target-exists" in {json.loads(line).get("code") for line in said.out.splitlines()}


def test_a_dry_run_with_a_key_there_gives_the_names_of_the_real_run(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    said = dicomveil("deidentify", export, shared, "--dry-run", "--overwrite", "--json")
    targets = {json.loads(line).get("target") for line in said.out.splitlines()} - {None}
    assert targets == {str(path.relative_to(shared)) for path in copies(shared)}
    assert said.err == ""


def test_json_is_a_line_a_file_and_a_closing_one(dicomveil, ward, shared):
    said = dicomveil("deidentify", ward, shared, "--json")
    *files, closing = map(json.loads, said.out.splitlines())
    assert [each["number"] for each in files] == list(range(1, 8))
    done = [each for each in files if each["code"] == "done"]
    assert {each["target"] for each in done} == {str(path.relative_to(shared)) for path in copies(shared)}
    assert [each["pixels_not_checked"] for each in done].count(True) == 1
    assert all(each["actions"] > ALL for each in done)
    summary = closing["summary"]
    assert summary["done"] == WARD_DONE
    assert summary["not_done"] == {"malformed": 1, "private-sop-class": 1}
    assert summary["skipped"] == {"not a DICOM file": 1}
    assert (summary["dry_run"], summary["interrupted"], summary["recipe"]) == (False, False, "basic")
    assert summary["report"] == str(project(shared) / "report.jsonl")


def test_json_names_paths_only_when_asked(dicomveil, export, shared):
    said = dicomveil("deidentify", export, shared, "--json", "--show-paths")
    assert json.loads(said.out.splitlines()[0])["path"].endswith("Wimpleton^Araminta_1.dcm")


def test_a_single_file_is_written_under_the_name_given(dicomveil, export, tmp_path):
    source = next(export.rglob("*.dcm"))
    said = dicomveil("deidentify", source, tmp_path / "new" / "one.dcm")
    assert said.code == 0
    assert (tmp_path / "new" / "one.dcm").exists()
    assert (tmp_path / "new" / "one.dcm.dicomveil" / "key").exists()


def test_a_single_file_for_a_folder_is_named_by_stand_ins(dicomveil, export, shared):
    shared.mkdir()
    source = next(export.rglob("*.dcm"))
    assert dicomveil("deidentify", source, shared).code == 0
    assert len(copies(shared)) == 1


def test_options_can_be_retained_with_and_without_their_prefix(dicomveil, export, shared):
    said = dicomveil("deidentify", export, shared, "--retain", "uids", "--retain", "retain-modified-dates")
    assert said.code == 0
    assert {path.stem for path in copies(shared)} == {f"2.25.7070707{number}" for number in (1, 2, 3)}
    assert "20230405" not in contents(shared)


def test_the_recipe_is_named_in_table_and_report(dicomveil, export, shared):
    said = dicomveil("deidentify", export, shared, "--recipe", "research")
    assert "Recipe research, Basic Profile, for research, with retain-modified-dates, " in said.out
    first = json.loads((project(shared) / "report.jsonl").read_text().splitlines()[0])
    assert first["run"]["recipe"].startswith("research ")


def test_random_stand_ins_are_remembered_beside_the_key(dicomveil, export, shared):
    dicomveil("deidentify", export, shared, "--random")
    names = [path.name for path in copies(shared)]
    assert (project(shared) / "stand-ins").exists()
    dicomveil("deidentify", export, shared, "--random", "--overwrite")
    assert [path.name for path in copies(shared)] == names


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        pytest.param([], ["--random"], "keyed stand-ins, and these would be random", id="source"),
        pytest.param(["--random"], ["--overwrite"], "random stand-ins, and these would be keyed", id="overwrite"),
        pytest.param([], ["--recipe", "documented"], "would be documented", id="documented"),
        pytest.param([], ["--key", "other-key"], "made under the key", id="key"),
        pytest.param(["--key", "other-key"], [], "made under the key", id="key left out"),
        pytest.param([], ["--recipe", "research"], "made with another recipe (basic ", id="recipe"),
        pytest.param([], ["--retain", "uids"], "--overwrite", id="option"),
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["", "dry"])
def test_an_output_takes_no_copies_made_in_another_way(
    dicomveil, export, shared, tmp_path, monkeypatch, first, second, message, dry
):
    monkeypatch.chdir(tmp_path)
    ProjectKey.generate().write("other-key")
    assert dicomveil("deidentify", export, shared, *first).code == 0
    before = contents(shared, project(shared))
    said = dicomveil("deidentify", export, shared, *second, *dry)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert "choose another output" in said.err
    assert contents(shared, project(shared)) == before


def test_an_output_whose_key_is_gone_gets_no_new_one(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    (project(shared) / "key").unlink()
    assert dicomveil("deidentify", export, shared, "--overwrite").code == 2
    assert not (project(shared) / "key").exists()


def test_copies_can_be_made_anew_with_another_recipe(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    assert dicomveil("deidentify", export, shared, "--recipe", "research", "--overwrite").code == 0
    assert dicomveil("deidentify", export, shared, "--recipe", "research").code == 0
    assert dicomveil("deidentify", export, shared).code == 2


def test_an_output_named_by_a_link_has_the_private_folder_that_it_has(dicomveil, export, shared, tmp_path):
    assert dicomveil("deidentify", export, shared).code == 0
    link = tmp_path / "link"
    link.symlink_to(shared)
    again = dicomveil("deidentify", export, link)
    assert again.code == 0
    assert "done before" in again.out
    assert not link.with_name("link.dicomveil").exists()


def test_a_named_key_for_an_output_that_nobody_knows_comes_with_a_warning(dicomveil, export, shared, tmp_path):
    assert dicomveil("deidentify", export, shared).code == 0
    shutil.copy(project(shared) / "key", tmp_path / "key")
    assert "one patient becomes two" not in dicomveil("deidentify", export, shared, "--key", tmp_path / "key").err
    project(shared).rename(tmp_path / "elsewhere")
    said = dicomveil("deidentify", export, shared, "--key", tmp_path / "key")
    assert "one patient becomes two" in said.err


def test_a_private_folder_that_leads_into_the_output_is_refused(dicomveil, export, shared):
    shared.mkdir()
    (shared / "private").mkdir()
    project(shared).symlink_to(shared / "private")
    said = dicomveil("deidentify", export, shared)
    assert said.code == 2
    assert not list((shared / "private").iterdir())


def test_the_private_folder_is_named_as_the_output_was_typed(dicomveil, export, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = dicomveil("deidentify", export, "shared/")
    assert "a project key was made: shared.dicomveil/key\n" in said.err
    assert "\n  report  shared.dicomveil/report.jsonl  (private)\n" in said.out
    assert str(tmp_path) not in said.all


def test_a_single_file_is_told_how_the_patient_s_other_files_go_with_it(dicomveil, export, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, two, _ = sorted(export.rglob("*.dcm"))
    hint = "for the patient's other files: --key"
    assert f"{hint} one.dcm.dicomveil/key\n" in dicomveil("deidentify", one, "one.dcm").err
    assert hint not in dicomveil("deidentify", two, "two.dcm", "--key", "one.dcm.dicomveil/key").err
    assert hint not in dicomveil("deidentify", export, "shared").err
    example = "next-shared.dcm --key slice-shared.dcm.dicomveil/key"
    assert example in dicomveil("deidentify", "--help").out


def test_nothing_is_made_when_nothing_can_be_done(dicomveil, tmp_path, shared):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "cut").write_bytes(instance()[:-20])
    (tmp_path / "in" / "text").write_text("text")
    before = sorted(tmp_path.rglob("*"))
    for more in ((), ("--random",), ("--recipe", "documented")):
        said = dicomveil("deidentify", tmp_path / "in", shared, *more)
        assert said.code == 1
        assert rows(said.out) == {"done": "0", "not done malformed": "1", "skipped": "1"}
        assert [word for word in ("  copies", "  report", "  key", "was made") if word in said.all] == []
    assert sorted(tmp_path.rglob("*")) == before


def test_documented_stand_ins_without_a_key_leave_and_name_none(dicomveil, export, shared):
    said = dicomveil("deidentify", export, shared, "--recipe", "documented")
    assert said.code == 0
    assert "was made" not in said.err
    assert "\n  key" not in said.out
    assert "key" not in {path.name for path in project(shared).iterdir()}


def test_a_copy_that_would_be_its_own_source_is_told_so_and_left(dicomveil, export, tmp_path):
    one = next(export.rglob("*.dcm"))
    os.link(one, tmp_path / "other-name.dcm")
    before = one.read_bytes()
    said = dicomveil("deidentify", one, tmp_path / "other-name.dcm", "--overwrite")
    assert (said.code, rows(said.out)["not done target-is-source"]) == (1, "1")
    assert one.read_bytes() == before


def test_another_wrong_use_in_a_file_is_not_taken_for_that(dicomveil, export, shared, monkeypatch):
    def faulty(self, source):
        raise UsageError("something else")

    monkeypatch.setattr(Deidentifier, "prepare", faulty)
    assert rows(dicomveil("deidentify", export, shared).out)["not done internal-error"] == "3"


@pytest.mark.parametrize("kind", ["zip", "gztar", "tar", "bztar", "xztar"])
def test_an_archive_is_taken_as_the_folder_it_was_made_of(dicomveil, export, tmp_path, shared, kind):
    archive = shutil.make_archive(str(tmp_path / "packed"), kind, export)
    assert dicomveil("deidentify", archive, shared, "--no-archives").code == 1
    dicomveil("deidentify", archive, shared)
    packed = {path.name for path in shared.rglob("*.dcm")}
    dicomveil("deidentify", export, tmp_path / "other", "--key", project(shared) / "key")
    assert packed == {path.name for path in (tmp_path / "other").rglob("*.dcm")} != set()


def test_an_output_that_may_not_be_written_is_told_so(dicomveil, export, shared, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    said = dicomveil("deidentify", export, shared)
    assert (said.code, said.err) == (2, "dicomveil: the output cannot be written: permission denied\n")


def test_a_private_folder_that_cannot_be_made_is_told_so(dicomveil, export, shared):
    project(shared).write_text("in the way")
    for more in ((), ("--recipe", "documented"), ("--random",)):
        said = dicomveil("deidentify", export, shared, *more)
        assert said.code == 2
        assert "the private folder beside the output" in said.err
        assert "cannot be written" in said.err


def test_a_random_dry_run_draws_nothing(dicomveil, export, shared, tmp_path):
    said = dicomveil("deidentify", export, shared, "--random", "--dry-run")
    assert said.code == 0
    assert not project(shared).exists()
    assert "those of the real run will differ" in said.err


def test_unkeyed_stand_ins_of_the_documented_recipe_come_with_a_warning(dicomveil, export, shared, tmp_path):
    ProjectKey.generate().write(tmp_path / "named-key")
    said = dicomveil("deidentify", export, shared, "--recipe", "documented")
    assert "can be undone with a list of patient numbers" in said.err
    keyed = dicomveil(
        "deidentify", export, tmp_path / "keyed", "--recipe", "documented", "--key", tmp_path / "named-key"
    )
    assert keyed.err == ""
    assert {path.name for path in copies(shared)} & {path.name for path in copies(tmp_path / "keyed")} == set()


def test_what_was_deidentified_is_refused_unless_asked_for_again(dicomveil, export, shared, tmp_path):
    dicomveil("deidentify", export, shared)
    assert dicomveil("deidentify", shared, tmp_path / "twice").code == 1
    assert dicomveil("deidentify", shared, tmp_path / "twice", "--again").code == 0


def test_a_folder_without_files_gives_code_1_and_makes_nothing(dicomveil, tmp_path, shared):
    (tmp_path / "in").mkdir()
    said = dicomveil("deidentify", tmp_path / "in", shared)
    assert (said.code, said.out, said.err) == (1, "", "dicomveil: the input has no files\n")
    assert not project(shared).exists()
    closing = json.loads(dicomveil("deidentify", tmp_path / "in", shared, "--json").out)["summary"]
    assert (closing["done"], closing["not_done"], closing["skipped"]) == (0, {}, {})


def test_a_folder_without_dicom_files_gives_code_1(dicomveil, tmp_path, shared):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")
    said = dicomveil("deidentify", tmp_path / "in", shared)
    assert said.code == 1
    assert said.err == "dicomveil: no DICOM file was found\n"


def wrong(name: str, message: str, *words: str) -> object:
    return pytest.param(words, message, id=name)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        wrong("no words", "the following arguments are required: IN, OUT"),
        wrong("no output", "the following arguments are required: OUT", "export"),
        wrong("three folders", "more words than expected", "export", "shared", "Wimpleton"),
        wrong("misspelled option", "did you mean '--dry-run'?", "export", "shared", "--dryrun"),
        wrong("shortened option", "did you mean '--json'?", "export", "shared", "--jso"),
        wrong("a value for a flag", "--json takes no value", "export", "shared", "--json=Wimpleton"),
        wrong("input missing", "the input does not exist", "Wimpleton-missing", "shared"),
        wrong("output is input", "the output is the input", "export", "export"),
        wrong("output in input", "the output lies inside the input", "export", "export/out"),
        wrong("input in output", "the input lies inside the output", "export", "."),
        wrong("output a file", "the output a file", "export", "afile"),
        wrong("output without a name", "the output has no name", "export", ""),
        wrong("output a device", "the output is neither a file nor a folder", "export", "/dev/null"),
        wrong("input a device", "the input is neither a file nor a folder", "/dev/null", "shared"),
        wrong("output under a file", "a file stands where a folder has to be", "export", "afile/shared"),
        wrong("key without a name", "--key names no file", "export", "shared", "--key", ""),
        wrong("unknown recipe", "did you mean 'research'?", "export", "shared", "--recipe", "reserch"),
        wrong("recipe missing", "no such file", "export", "shared", "--recipe", "no.toml"),
        wrong("recipe wrong", "mine.toml", "export", "shared", "--recipe", "mine.toml"),
        wrong("unknown option of the profile", "did you mean", "export", "shared", "--retain", "retain-uid"),
        wrong("not built", "not built yet", "export", "shared", "--retain", "clean-graphics"),
        wrong(
            "contradiction",
            "exclude each other",
            *("export", "shared", "--retain", "full-dates", "--retain", "modified-dates"),
        ),
        wrong("key missing", "the project key file is missing", "export", "shared", "--key", "nokey"),
        wrong("key damaged", "the project key file", "export", "shared", "--key", "afile"),
        wrong("key in the output", "the project key lies in the output", "export", "shared", "--key", "shared/k"),
    ],
)
def test_what_cannot_be_done_is_told_with_code_2_before_anything_is_written(
    dicomveil, export, tmp_path, monkeypatch, words, message
):
    os.replace(export, tmp_path / "export")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "afile").write_text("a")
    (tmp_path / "mine.toml").write_text('[[rule]]\naddress = "PatientNam"\n')
    (tmp_path / "afile").chmod(0o600)
    before = sorted(tmp_path.rglob("*"))
    said = dicomveil("deidentify", *words)
    assert said.code == 2
    assert message in said.err
    assert said.out == ""
    assert "Wimpleton" not in said.err
    assert "Traceback" not in said.err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unwritable_place_is_told_without_a_traceback(dicomveil, export, tmp_path):
    (tmp_path / "afile").write_text("")
    said = dicomveil("deidentify", export, tmp_path / "afile" / "out")
    assert said.code in (1, 2)
    assert "Traceback" not in said.err


def test_an_interrupted_run_tells_what_is_done_and_gives_130(start, export, shared, tmp_path):
    for number in range(4, 3000):
        (export / f"{number}").write_bytes(instance(number))
    with (tmp_path / "out").open("w") as out:
        process = start("deidentify", export, shared, "--json", stdout=out)
        while (tmp_path / "out").read_text().count("\n") < 5:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    *files, closing = map(json.loads, (tmp_path / "out").read_text().splitlines())
    assert closing["summary"]["interrupted"] is True
    assert 5 <= len(files) < 2999
    assert len(copies(shared)) - len(files) in (0, 1)
    assert "interrupted" in err
    assert "nothing is overwritten unasked" in err
    assert "Traceback" not in err
    assert [path for path in shared.rglob("*") if path.is_file() and path.suffix != ".dcm"] == []


def test_an_interrupted_run_shows_the_table_too(dicomveil, export, shared, monkeypatch):
    from dicomveil.batch.worker import Worker

    take = Worker.take

    def interrupted(*given: object, **more: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return take(*given, **more)

    monkeypatch.setattr(Worker, "take", interrupted)
    monkeypatch.setattr("dicomveil.cli.undertaking.Undertaking.can_do_anything", lambda _: True)
    said = dicomveil("deidentify", export, shared)
    assert said.code == 130
    assert rows(said.out) == {"done": "1"}


def test_a_closed_pipe_ends_the_run_quietly(start, export, shared):
    for number in range(4, 400):
        (export / f"{number}").write_bytes(instance(number))
    process = start("deidentify", export, shared, "--json")
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=60) == 1
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert "nobody reads" in err


def test_a_terminal_that_knows_few_characters_gets_the_others_escaped(start, export, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    process = start("deidentify", export, tmp_path / "geteilt für alle")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (0, False)
    assert "geteilt f\\xfcr alle" in out


# --- duplicates


@pytest.mark.parametrize("words", [[], ["--dry-run"]], ids=["", "dry"])
def test_a_duplicate_names_the_other_file_by_number_and_by_path_only_when_asked(dicomveil, export, shared, words):
    first = export / "Wimpleton_Araminta" / "Wimpleton^Araminta_1.dcm"
    (export / "Wimpleton_twice.dcm").write_bytes(instance(1, modality="MR"))
    (export / "Wimpleton_twice.dcm").rename(first.parent / "Wimpleton_twice.dcm")
    for _ in range(2):  # also when it is told again
        said = dicomveil("deidentify", export, shared, *words)
        assert "same SOP Instance UID has the copy: file 1 (duplicate)\n" in said.err
        assert "Wimpleton" not in said.all
        told = [json.loads(line) for line in dicomveil("deidentify", export, shared, "--json", *words).out.splitlines()]
        assert [line["duplicate_of"] for line in told if line.get("code") == "duplicate"] == [1]
        assert "Wimpleton" not in str(told)
        said = dicomveil("deidentify", export, shared, "--show-paths", "--json", *words)
        told = [json.loads(line) for line in said.out.splitlines()]
        assert [line["duplicate_of_path"] for line in told if line.get("code") == "duplicate"] == [str(first)]
        assert f"has the copy: file 1 {str(first)!r} (duplicate)" in said.err
    if not words:
        rows = [json.loads(line) for line in dicomveil("status", shared, "--jsonl", "-").out.splitlines()]
        (row,) = [row for row in rows if row["code"] == "duplicate"]
        assert [each["code"] for each in rows if each["token"] == row["duplicate_of"]] == ["done"]
        report = Path(f"{shared}.dicomveil/report.jsonl").read_text()
        assert '"duplicate_of": 1' in report
        assert "Wimpleton" not in report


@pytest.mark.parametrize("layout", [[], ["--dicomdir"], ["--layout", "zip"]], ids=["", "media", "zip"])
def test_a_file_under_a_new_name_keeps_its_copy(dicomveil, export, shared, layout):
    dicomveil("deidentify", export, shared, *layout)
    before = {path: path.read_bytes() for path in shared.rglob("*") if path.is_file()}
    first = export / "Wimpleton_Araminta" / "Wimpleton^Araminta_1.dcm"
    first.rename(first.with_name("new"))
    for _ in range(2):
        assert dicomveil("deidentify", export, shared, *layout).code == 0
        assert {path: path.read_bytes() for path in shared.rglob("*") if path.is_file()} == before
