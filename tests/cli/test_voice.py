"""What a run says: enough to act on, and not more than can be read."""

from __future__ import annotations

import json

import pytest

from cli.cases import instance


@pytest.fixture
def broken(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(10, 35):
        (folder / f"Wimpleton_{number}").write_bytes(instance(number)[:-20])
    return folder


def test_at_most_twenty_files_are_named_and_the_rest_counted(dicomveil, broken, shared):
    err = dicomveil("deidentify", broken, shared).err.splitlines()
    named = [line for line in err if line.startswith("dicomveil: file ")]
    assert len(named) == 20
    assert named[-1].startswith("dicomveil: file 20 ")
    assert err[-1] == "dicomveil: ... and 5 more; --json --show-paths names them all"


def test_the_report_names_all_of_them(dicomveil, broken, shared):
    (broken / "Wimpleton_99").write_bytes(instance(99))
    dicomveil("deidentify", broken, shared)
    lines = (shared.with_name("shared.dicomveil") / "report.jsonl").read_text().splitlines()
    files = [line for line in map(json.loads, lines) if "file" in line]
    assert [line["code"] for line in files] == ["malformed"] * 25 + ["done"]


def test_files_that_were_done_before_are_told_by_their_number(dicomveil, broken, shared):
    for number in range(10, 35):
        (broken / f"Wimpleton_{number}").write_bytes(instance(number))
    dicomveil("deidentify", broken, shared)
    (broken / "Wimpleton_99").write_bytes(instance(99))
    said = dicomveil("deidentify", broken, shared)
    assert (said.code, said.err) == (0, "")
    assert "  done              1\n  done before      25  unchanged since\n" in said.out
    *_, closing = map(json.loads, dicomveil("deidentify", broken, shared, "--json").out.splitlines())
    counts = closing["summary"]
    assert (counts["done"], counts["done_before"], counts["not_done"]) == (0, 26, {})


def test_copies_that_nothing_is_known_of_are_left_and_counted(dicomveil, broken, shared):
    for number in range(10, 35):
        (broken / f"Wimpleton_{number}").write_bytes(instance(number))
    dicomveil("deidentify", broken, shared)
    for path in shared.rglob("*.dcm"):
        path.write_bytes(b"somebody else's")
    (shared.with_name("shared.dicomveil") / "ledger").unlink()
    said = dicomveil("deidentify", broken, shared)
    assert (said.code, said.err) == (1, "")
    assert "  there already      25  left as they are" in said.out
    assert "target-exists" not in said.out


@pytest.mark.parametrize(
    ("more", "options"),
    [
        pytest.param([], [], id="none"),
        pytest.param(["--retain", "full-dates"], ["retain-full-dates"], id="one"),
        pytest.param(["--retain", "uids", "--retain", "full-dates"], ["retain-full-dates", "retain-uids"], id="two"),
    ],
)
def test_options_in_force_are_told_in_table_json_and_report(dicomveil, broken, tmp_path, more, options):
    (broken / "Wimpleton_99").write_bytes(instance(99))
    ending = f", with {', '.join(options)}" if options else ""
    title = "Basic Application Confidentiality Profile (PS3.15 E.2)"
    said = dicomveil("deidentify", broken, tmp_path / "a", *more)
    assert said.out.splitlines()[1] == f"Recipe basic, {title}{ending}"
    first = json.loads((tmp_path / "a.dicomveil" / "report.jsonl").read_text().splitlines()[0])
    assert first["run"]["recipe"].endswith(f", {title}{ending}")
    *_, closing = map(json.loads, dicomveil("deidentify", broken, tmp_path / "b", "--json", *more).out.splitlines())
    assert closing["summary"]["options"] == options


def test_quiet_says_nothing_but_by_its_code(dicomveil, broken, shared):
    dicomveil("deidentify", broken, shared, "--quiet")
    assert dicomveil("deidentify", broken, shared, "--quiet") == (1, "", "")


def test_a_reason_all_share_stands_in_the_table_and_different_ones_do_not(dicomveil, broken, shared):
    assert "at byte" in dicomveil("deidentify", broken, shared).out
    (broken / "other").write_bytes(instance(99)[:-80])
    assert "at byte" not in dicomveil("deidentify", broken, shared).out
