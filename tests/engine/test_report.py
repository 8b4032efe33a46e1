from __future__ import annotations

from pathlib import Path

import pytest

from builders import Element, element, sequence
from dicomveil.engine.report import Note, Report
from engine.instances import deidentified, deidentifier, with_elements

NAME, DATE, SEQUENCE, IMAGES = 0x00100010, 0x00080020, 0x00089215, 0x00081140


@pytest.mark.parametrize(
    ("path", "tag", "address"),
    [
        ((), NAME, "PatientName"),
        ((SEQUENCE,), NAME, "DerivationCodeSequence[*].PatientName"),
        ((SEQUENCE, IMAGES), NAME, "DerivationCodeSequence[*].ReferencedImageSequence[*].PatientName"),
        ((), 0x00291001, "(0029,1001)"),
        ((0x0029100A,), 0x0029100B, "(0029,100A)[*].(0029,100B)"),
        ((), 0x60023000, "OverlayData"),
        ((), 0x00090011, "(0009,0011)"),
    ],
    ids=["root", "item", "deeper", "private", "private-inside-private", "repeating-group", "creator"],
)
def test_a_note_names_its_place_in_keywords_or_where_there_is_none_by_tag(
    path: tuple[int, ...], tag: int, address: str
) -> None:
    assert Note(path, tag, "remove", "why").address == address


def test_lines_are_told_in_the_order_of_the_notes_and_those_in_groups_like_those_alone() -> None:
    date, name, inner = (
        Note((), DATE, "empty", "Z"),
        Note((), NAME, "remove", "X"),
        Note((SEQUENCE,), NAME, "remove", "X"),
    )
    assert list(Report("1.2", notes=[date, (inner, inner), name, inner, (date,)]).lines()) == [
        ("StudyDate", "empty", "Z", 2),
        ("DerivationCodeSequence[*].PatientName", "remove", "X", 3),
        ("PatientName", "remove", "X", 1),
    ]


def test_notes_that_say_the_same_are_one_line_and_others_are_not() -> None:
    notes = [
        Note((), 0x60003000, "remove", "X"),
        Note((), 0x60023000, "remove", "X"),
        Note((), 0x60043000, "remove", "Y"),
    ]
    assert list(Report("1.2", notes=list(notes)).lines()) == [
        ("OverlayData", "remove", "X", 2),
        ("OverlayData", "remove", "Y", 1),
    ]


def test_a_report_without_notes_has_no_lines() -> None:
    assert list(Report("1.2").lines()) == []


def test_what_is_asked_twice_is_answered_twice() -> None:
    report = Report("1.2", notes=[Note((), NAME, "remove", "X")])
    assert list(report.lines()) == list(report.lines()) != []


def told(report: Report) -> dict[tuple[str, str], int]:
    return {(address, action): count for address, action, _, count in report.lines()}


def test_a_place_in_many_items_is_one_line_with_their_number(tmp_path: Path) -> None:
    items = [[element(NAME, "PN", f"Quillfeather^{number}")] for number in range(5)]
    _, report = deidentified(tmp_path, with_elements(sequence(SEQUENCE, *items)))
    assert told(report)["DerivationCodeSequence[*].PatientName", "pseudonym"] == 5


def test_a_sequence_that_goes_is_one_line_and_its_items_are_none(tmp_path: Path) -> None:
    _, report = deidentified(tmp_path, with_elements(sequence(IMAGES, [element(NAME, "PN", "Quillfeather")])))
    assert told(report)["ReferencedImageSequence", "remove"] == 1
    assert [address for address, _ in told(report) if address.startswith("ReferencedImageSequence[")] == []


def test_an_action_that_is_impossible_is_told_with_what_was_done_instead(tmp_path: Path) -> None:
    made, report = deidentified(tmp_path, with_elements(element(DATE, "DA", "last May")), deidentifier("research"))
    (line,) = [line for line in report.lines() if line[0] == "StudyDate"]
    assert line[1] == "empty"
    assert line[2].endswith("; impossible for this value")
    assert made.StudyDate == ""


def test_what_is_kept_is_not_told(tmp_path: Path) -> None:
    _, report = deidentified(tmp_path, with_elements(element(0x00080070, "LO", "Maker")))
    assert {"Manufacturer", "Rows", "Modality"} & {address for address, *_ in report.lines()} == set()


def shapes() -> list[list[Element]]:
    extra = element(0x00104000, "LT", "Mrs Quillfeather")
    inside = sequence(SEQUENCE, [element(NAME, "PN", "Quillfeather"), extra], [element(NAME, "PN", "Quillfeather")])
    kinds = [with_elements(), with_elements(extra), with_elements(inside), with_elements(extra, inside, patient="4712")]
    return [kinds[number % 4] for number in range(16)] + [kinds[number // 2] for number in range(8)]


@pytest.mark.parametrize("options", [(), ("retain-safe-private",)], ids=["basic", "safe-private"])
def test_the_files_before_change_nothing_in_a_report(tmp_path: Path, options: tuple[str, ...]) -> None:
    one_after_the_other, forgetful = deidentifier(options=options), deidentifier(options=options, remembers=False)
    for elements in shapes():
        _, remembered = deidentified(tmp_path, elements, one_after_the_other)
        _, anew = deidentified(tmp_path, elements, forgetful)
        assert list(remembered.lines()) == list(anew.lines())


def test_no_line_of_a_report_holds_a_value(tmp_path: Path) -> None:
    planted = with_elements(
        element(DATE, "DA", "Quillfeather"),
        element(0x00081030, "LO", "4711 Quillfeather"),
        element(0x00290010, "LO", "Quillfeather & Sons"),
        element(0x00291001, "LO", "4711"),
    )
    for options in ((), ("retain-safe-private",)):
        _, report = deidentified(tmp_path, planted, deidentifier("research", options))
        said = repr(list(report.lines()))
        assert [word for word in ("uillfeather", "4711", "1.2.3.4.5") if word in said] == []
