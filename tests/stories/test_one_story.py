"""The report, the explanation and the copy tell one story: what is said to be done was done, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builders import EXPLICIT, FORMS, Element, Form, Raw, dicom_file, element, nested, sequence
from dicomveil.batch.records.reports import ReportWriter
from dicomveil.batch.run import DONE, Outcome, Run
from dicomveil.engine.explain import Line, explain
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.model import Recipe
from engine.instances import KEY, deidentifier, with_elements
from engine.placed import MARKS, Value, folded, values_of

RECIPES = {"basic": ("basic", ()), "research-safe-private": ("research", ("retain-safe-private",))}
LARGEST_BYTES = 1 << 20
SR = "1.2.840.10008.5.1.4.1.1.88.33"
SAME_FOR_EVERY_VALUE = {"empty", "dummy", "stamp"}
"""Told of an element even if it was so before."""

METHOD_CODE = [
    element(0x00080100, "SH", "113100"),
    element(0x00080102, "SH", "DCM"),
    element(0x00080104, "LO", "Basic"),
]

Told = Counter[tuple[str, str, str]]


@dataclass(frozen=True)
class Story:
    """One instance as its copy, its line in the report, and its explanation have it."""

    name: str
    source: Path
    target: Path
    outcome: Outcome
    written: Told
    lines: list[Line]

    @property
    def reported(self) -> Told:
        assert self.outcome.report is not None
        return counted(self.outcome.report.lines())

    @property
    def explained(self) -> Told:
        return Counter((folded(line.address), line.action, line.reason) for line in self.lines)


def test_the_report_on_disk_is_the_report(stories: list[Story]) -> None:
    assert [story.name for story in stories if story.written != story.reported] == []


def test_the_report_says_what_the_explanation_says(stories: list[Story]) -> None:
    assert [(story.name, difference(story)) for story in stories if difference(story)] == []


def test_both_say_what_is_so(stories: list[Story]) -> None:
    assert [lie for story in stories for lie in untrue(story)] == []
    assert {line.action for story in stories for line in story.lines} >= {
        *("remove", "empty", "dummy", "new-uid", "pseudonym", "keep"),
    }


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_instances_that_a_story_could_get_wrong_have_one_story_too(
    form: Form, recipe: tuple[str, tuple[str, ...]], tmp_path: Path
) -> None:
    made = told_of(files_made_by_code(tmp_path / "export", form, made_by_code()), tmp_path, recipe_of(recipe))
    assert {story.name for story in made} == made_by_code().keys()
    assert [story.name for story in made if story.written != story.reported] == []
    assert [(story.name, difference(story)) for story in made if difference(story)] == []
    assert [lie for story in made for lie in untrue(story)] == []


def test_what_is_done_inside_the_marks_of_another_tool_is_reported(tmp_path: Path) -> None:
    name = element(0x00100010, "PN", "Quillfeather^4711")
    marked = {"marked": with_elements(sequence(0x00120064, [*METHOD_CODE, name]))}
    (story,) = told_of(files_made_by_code(tmp_path / "export", EXPLICIT, marked), tmp_path, load_recipe("basic"))
    assert list(untrue(story)) == []
    assert difference(story) == []


def test_the_actions_that_need_a_word_are_told_in_so_many_words(tmp_path: Path) -> None:
    folder = files_made_by_code(tmp_path / "export", EXPLICIT, made_by_code())
    told = {
        story.name: {(address, action): count for (address, action, _), count in story.reported.items()}
        for story in told_of(folder, tmp_path, recipe_of(RECIPES["research-safe-private"]))
    }
    private = told["private elements of which some are safe"]
    assert private["(0019,0010)", "keep"] == 1
    assert ("(0019,100C)", "remove") not in private
    assert [private[f"(0029,{number})", "remove"] for number in ("0010", "1001")] == [1, 1]
    assert told["a date that is none"]["StudyDate", "empty"] == 1
    assert ("SeriesDate", "remove") not in told["a date that is none"]
    inside = told["a private sequence with a name inside"]
    assert inside["(0029,1010)", "remove"] == 1
    assert not [address for address, _ in inside if address.startswith("(0029,1010)[")]
    assert told["a name three sequences deep"]["DerivationCodeSequence[*]." * 3 + "PatientName", "pseudonym"] == 1
    twice = told["marks that are there twice"]
    assert twice["PatientIdentityRemoved", "stamp"] == twice["PatientIdentityRemoved", "remove"] == 1
    assert told["overlays"]["OverlayRows", "remove"] == 2


# --- instances that a story could get wrong


def files_made_by_code(folder: Path, form: Form, made: dict[str, list[Element]]) -> Path:
    """Write them into a folder, each as an instance of its own."""
    folder.mkdir()
    for number, (name, elements) in enumerate(made.items()):
        uid = element(0x00080018, "UI", f"1.2.3.4.5.6.{number}")
        (folder / name).write_bytes(dicom_file([uid if each.tag == uid.tag else each for each in elements], form))
    return folder


def made_by_code() -> dict[str, list[Element]]:
    name = element(0x00100010, "PN", "Quillfeather^Anna")
    private = [
        element(0x00190010, "LO", "SIEMENS MR HEADER"),
        element(0x0019100A, "US", 44),
        element(0x0019100C, "IS", "1000"),
        element(0x001910FF, "LO", "4711"),
        element(0x00290010, "LO", "ACME"),
        element(0x00291001, "LO", "Quillfeather"),
    ]
    method = [element(0x00120062, "CS", "YES"), element(0x00120063, "LO", "Washed by hand")]
    report = [
        element(0x0040A040, "CS", "CONTAINER"),
        element(0x0040A043, "SQ"),
        sequence(
            0x0040A730,
            [element(0x0040A040, "CS", "PNAME"), element(0x0040A123, "PN", "Quillfeather^Anna")],
            [element(0x0040A040, "CS", "TEXT"), element(0x0040A160, "UT", "Mrs Quillfeather came on foot")],
            [element(0x0040A040, "CS", "UIDREF"), element(0x0040A124, "UI", "1.2.3.4.5.1")],
        ),
    ]
    return {
        "private elements of which some are safe": with_elements(*private),
        "private elements in an item": with_elements(sequence(0x00089215, private, [name, *private[:1]])),
        "a date that is none": with_elements(element(0x00080020, "DA", "last May"), element(0x00080021, "DA", "")),
        "a private sequence with a name inside": with_elements(
            element(0x00290010, "LO", "ACME"), sequence(0x00291010, [name, *private[-2:]], undefined=True)
        ),
        "a name three sequences deep": with_elements(nested(3, name, tag=0x00089215)),
        "marks of another tool": with_elements(*method, sequence(0x00120064, METHOD_CODE)),
        "marks that are there twice": sorted([*with_elements(*method), *method], key=lambda each: each.tag),
        "sequences of marks that are there twice": sorted(
            [*with_elements(sequence(0x00120064, METHOD_CODE)), sequence(0x00120064, [*METHOD_CODE, name])],
            key=lambda each: each.tag,
        ),
        "a patient's ID that is there twice": sorted(
            [*with_elements(), element(0x00100020, "LO", "4712")], key=lambda each: each.tag
        ),
        "a structured report": with_elements(*report, sop_class=SR, without=[0x00280010, 0x7FE00010]),
        "overlays": with_elements(element(0x60000010, "US", 2), element(0x60020010, "US", 2)),
        "text that is emptied, of which some is empty": with_elements(
            element(0x00080050, "SH", ""), element(0x00080090, "PN", "Sparrow^B"), element(0x00204000, "LT", "foot")
        ),
        "bytes behind Pixel Data that are no elements": with_elements(
            element(0xFFFCFFFC, "OB", b"\0\0"), Raw(b"\x10\0\x10\0PN\xff\xff12345678", 0xFFFFFFFF)
        ),
    }


# --- what is told


@pytest.fixture(scope="module", params=RECIPES.values(), ids=RECIPES)
def stories(request: pytest.FixtureRequest, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Story]:
    """Real files, taken by one run one after the other."""
    paths = [path for path in sorted(corpus.rglob("*")) if path.is_file() and path.stat().st_size < LARGEST_BYTES]
    folder = tmp_path_factory.mktemp("export")
    for number, path in enumerate(paths):
        (folder / f"{number:03}").symlink_to(path)
    told = told_of(folder, tmp_path_factory.mktemp("shared"), recipe_of(request.param))
    assert len(told) > 150
    return told


def recipe_of(param: tuple[str, tuple[str, ...]]) -> Recipe:
    name, options = param
    return load_recipe(name).with_options(options)


def told_of(folder: Path, target: Path, recipe: Recipe) -> list[Story]:
    """Take every file of a folder, and bring together all that is told of each that was done."""
    by = deidentifier(recipe, again=True)
    report = target / "report.jsonl"
    writer = ReportWriter(str(report), recipe.name)
    outcomes = []
    for outcome in Run(by, folder, target / "out", KEY):
        writer.write(outcome)
        outcomes.append(outcome)
    writer.close()
    written = written_in(report)
    return [
        Story(
            Path(each.path).resolve().name,
            Path(each.path),
            Path(each.target),
            each,
            written[each.number],
            list(explain(each.path, recipe, by.pseudonyms)),
        )
        for each in outcomes
        if each.code == DONE and each.target is not None
    ]


def written_in(report: Path) -> dict[int, Told]:
    done, told = {}, {}
    for line in map(json.loads, report.read_text().splitlines()):
        if "done" in line:
            done[line["actions"]] = counted(line["done"])
        elif "actions" in line:
            told[line["file"]] = done[line["actions"]]
    return told


def counted(lines: Iterable[Iterable[Any]]) -> Told:
    told: Told = Counter()
    for address, action, reason, count in lines:
        told[address, action, reason] += count
    return told


def difference(story: Story) -> list[tuple[str, str, str]]:
    """Return what only one of report and explanation tells, or the two in different numbers."""
    reported, explained = changes(story.reported), changes(story.explained)
    kept = Counter({each: count for each, count in story.reported.items() if each[1] == "keep"})
    return [*(reported - explained), *(explained - reported), *(kept - story.explained)]


def changes(told: Told) -> Told:
    """Leave out what is kept, and what goes with the sequence it is in: that has a line of its own."""
    return Counter(
        {each: count for each, count in told.items() if each[1] != "keep" and not each[2].startswith("goes with ")}
    )


# --- what is so


def untrue(story: Story) -> Iterator[tuple[str, str, str]]:
    """Yield each line of the explanation that the copy gives the lie to, and each element nobody spoke of."""
    before, after = values_of(story.source), values_of(story.target)
    spoken_of, made_anew = set(), set()
    for (place, was), line in zip(before.items(), story.lines, strict=True):
        assert place[0] == line.address
        now = after.get(place)
        spoken_of.add(place)
        if line.action in ("dummy", "stamp"):
            made_anew.add(line.address)
        elif inside(line.address, made_anew) and line.reason.startswith("goes with "):
            continue
        if not is_true(line.action, was, now):
            yield story.name, line.address, line.action
    for address, time in after.keys() - spoken_of:
        if address.split("[")[0] not in MARKS and not inside(address, made_anew):
            yield story.name, address, f"new {time}"


def is_true(action: str, was: Value, now: Value | None) -> bool:
    if action == "remove":
        return now is None
    if now is None:
        return False
    if action == "keep":
        return now == was
    if action == "empty":
        return now.raw == b"" and not now.holds_items
    if action in SAME_FOR_EVERY_VALUE:
        return bool(now.raw) or now.holds_items
    return bool(now.raw) and now != was


def inside(address: str, outer: set[str]) -> bool:
    return any(address.startswith(f"{each}[") for each in outer)
