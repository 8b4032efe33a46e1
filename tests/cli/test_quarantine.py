"""Files that could not be done are listed with what to do, and taken again when asked."""

from __future__ import annotations

import json

import pytest

from cli.cases import instance
from dicomveil.batch.records.ledger import Ledger


@pytest.fixture
def done(dicomveil, ward, shared):
    """A project with two files that could not be done, a cut and a private one, and a duplicate."""
    (ward / "Wimpleton_twice.dcm").write_bytes(instance(1))
    dicomveil("deidentify", ward, shared)
    return shared


def listed(dicomveil, shared, *words: str) -> dict[str, dict[str, str]]:
    lines = map(json.loads, dicomveil("quarantine", "list", shared, "--json", *words).out.splitlines())
    return {line["code"]: line for line in lines}


def test_the_list_says_why_and_what_to_do_and_gives_code_1(dicomveil, done):
    said = dicomveil("quarantine", "list", done)
    assert (said.code, said.err) == (1, "")
    assert "what to do: export or transfer it again\n" in said.out
    assert "private-sop-class (1): " in said.out


def test_neither_duplicates_nor_skipped_files_are_listed(dicomveil, done):
    assert set(listed(dicomveil, done)) == {"malformed", "private-sop-class"}


def test_json_has_token_code_message_and_what_to_do_but_no_path(dicomveil, done):
    told = listed(dicomveil, done)["malformed"]
    assert set(told) == {"token", "code", "message", "meaning", "to_do", "source"}
    assert told["to_do"] == "export or transfer it again"


def test_paths_are_found_again_when_asked_for(dicomveil, done, ward):
    cut = ward / "Wimpleton_Araminta" / "Wimpleton_cut.dcm"
    assert listed(dicomveil, done, "--show-paths")["malformed"]["path"] == str(cut)
    assert repr(str(cut)) in dicomveil("quarantine", "list", done, "--show-paths").out
    cut.unlink()
    assert listed(dicomveil, done, "--show-paths")["malformed"]["path"] is None


def test_an_empty_list_gives_code_0(dicomveil, export, shared):
    dicomveil("deidentify", export, shared)
    said = dicomveil("quarantine", "list", shared)
    assert (said.code, said.out) == (0, "No file is left that could not be done.\n")
    said = dicomveil("quarantine", "retry", shared)
    assert (said.code, said.out, said.err) == (0, "", "dicomveil: there is nothing to retry\n")


def test_retry_takes_only_what_could_not_be_done(dicomveil, done):
    said = dicomveil("quarantine", "retry", done, "--json")
    summary = json.loads(said.out.splitlines()[-1])["summary"]
    assert said.code == 1
    assert (summary["done"], summary["why"]) == (0, {"retried": 2})


def test_retry_does_what_was_mended_and_leaves_the_rest(dicomveil, done, ward):
    (ward / "Wimpleton_Araminta" / "Wimpleton_cut.dcm").write_bytes(instance(4))
    token = listed(dicomveil, done)["malformed"]["token"]
    said = dicomveil("quarantine", "retry", done, token)
    assert said.code == 1  # one is left
    assert set(listed(dicomveil, done)) == {"private-sop-class"}


@pytest.mark.parametrize("word", ["Wimpleton", "00", "0000000000000000"])
def test_a_word_that_is_no_token_of_the_list_is_refused_unrepeated(dicomveil, done, word):
    said = dicomveil("quarantine", "retry", done, word)
    assert (said.code, said.out) == (2, "")
    assert "token 1" in said.err
    assert word not in said.err


def test_an_interrupted_run_is_to_be_gone_on_with_first(dicomveil, done):
    with Ledger(f"{done}.dicomveil/ledger") as ledger:
        ledger.begin(b"any", started="2026-01-02", software="0", recipe="basic", fingerprint="", jobs=1)
    said = dicomveil("quarantine", "retry", done)
    assert (said.code, said.out) == (2, "")
    assert "dicomveil resume" in said.err


def test_files_of_another_input_are_listed_but_not_tried(dicomveil, done, tmp_path):
    (tmp_path / "next").mkdir()
    (tmp_path / "next" / "nine.dcm").write_bytes(instance(9))
    dicomveil("deidentify", tmp_path / "next", done)
    assert len(listed(dicomveil, done)) == 2
    said = dicomveil("quarantine", "retry", done)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("dicomveil: 2 are of other inputs than the last run's")


@pytest.mark.parametrize(
    ("words", "has", "has_not"),
    [
        pytest.param(["list"], "list [-h]", "TOKEN", id="list"),
        pytest.param(["retry"], "PROJECT [TOKEN ...]", "quarantine list", id="retry"),
        pytest.param([], "[list|retry]", "required", id="both"),
    ],
)
def test_each_has_a_help_of_its_own(dicomveil, words, has, has_not):
    said = dicomveil("quarantine", *words, "--help")
    assert (said.code, said.err) == (0, "")
    assert has in " ".join(said.out.split())
    assert has_not not in said.out


@pytest.mark.parametrize("what", ["list", "retry"])
def test_what_is_missing_is_named_and_what_may_be_missing_is_not(dicomveil, what):
    said = dicomveil("quarantine", what)
    assert said.code == 2
    assert said.err.startswith("dicomveil: the following arguments are required: PROJECT\n")


def test_options_stand_anywhere(dicomveil, done):
    assert dicomveil("quarantine", "--json", "list", done) == dicomveil("quarantine", "list", done, "--json")


@pytest.mark.parametrize("words", [["sing"], ["list", "0000000000000000"]], ids=["word", "list-of-tokens"])
def test_other_words_are_refused(dicomveil, done, words):
    what, *rest = words
    assert dicomveil("quarantine", what, done, *rest).code == 2


def test_what_is_gone_is_neither_listed_nor_tried_again(dicomveil, done, ward):
    token = listed(dicomveil, done)["malformed"]["token"]
    (ward / "Wimpleton_Araminta" / "Wimpleton_cut.dcm").unlink()
    dicomveil("deidentify", ward, done)
    assert set(listed(dicomveil, done)) == {"private-sop-class"}
    said = dicomveil("quarantine", "list", done)
    assert said.out.endswith("No longer in the input: 1 that could not be done; there is nothing to do about them.\n")
    assert dicomveil("quarantine", "retry", done, token).code == 2
    (ward / "Wimpleton_Araminta" / "Wimpleton_private.dcm").unlink()
    dicomveil("deidentify", ward, done)
    said = dicomveil("quarantine", "list", done)
    assert (said.code, said.out.splitlines()[0]) == (0, "No file is left that could not be done.")
