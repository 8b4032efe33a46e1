"""The page about a project: whole, well-formed, escaped, and alone."""

from __future__ import annotations

import os
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from batch.ledgers import outcome, project_with
from builders import dicom_file, element
from dicomveil.batch.accounts import html_patients
from dicomveil.batch.accounts.html_report import write_html
from dicomveil.batch.records.command import Command
from dicomveil.batch.records.project import Project
from dicomveil.batch.storage.whole_file import whole_file

VOID = {"meta", "rect", "line", "circle"}
BAD = "<script>alert('&')</script>"


class Reader(HTMLParser):
    """Follows the tags of a page; every one must be closed by its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in VOID
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def copy(project: Project, target: str, date: str, modality: str = "CT") -> None:
    path = Path(project.output, target)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = [element(0x00080016, "UI", "1.2"), element(0x00080020, "DA", date), element(0x00080060, "CS", modality)]
    path.write_bytes(dicom_file(told))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    outcomes = [*map(outcome, range(1, 5)), outcome(5, "malformed", BAD), outcome(6, "skipped", "not a DICOM file")]
    made = project_with(tmp_path, outcomes)
    Command("/ward", "", (), BAD, f"a title {BAD}", ("retain-uids",), "0123", "0.1.0", "2026d").remember(
        made.command_path
    )
    copy(made, outcomes[0].target or "", "20200229")
    copy(made, outcomes[2].target or "", "20210301", "MR")
    return made


def page_of(project: Project) -> str:
    write_html(project, project.page_path, replace=True)
    return Path(project.page_path).read_text(encoding="utf-8")


def read(project: Project) -> Reader:
    reader = Reader()
    reader.feed(page_of(project))
    reader.close()
    assert reader.open == []
    return reader


def test_every_tag_is_closed_and_every_id_is_there_once(project):
    ids = [attributes["id"] for _, attributes in read(project).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(project):
    page = page_of(project)
    reader = read(project)
    names = {name for name, _ in reader.tags}
    assert names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use"} == set()
    links = [value for _, attributes in reader.tags for key, value in attributes.items() if key in ("href", "src")]
    assert links
    assert all(re.fullmatch("#[a-z-]+", str(link)) for link in links)
    assert not re.search(r"https?:|url\(|@import|javascript:", page)
    assert not any(key.startswith("on") for _, attributes in reader.tags for key in attributes)


def test_what_stands_in_the_ledger_is_text_and_never_markup(project):
    page = page_of(project)
    assert "<script" not in page
    assert "<b>" not in page
    text = " ".join(read(project).text)
    assert BAD in text
    assert "<b>a reason</b>" in text


def test_who_cannot_see_is_told_as_much(project):
    reader = read(project)
    assert reader.named("html") == [{"lang": "en"}]
    assert len(reader.named("h1")) == 1
    assert len(reader.named("table")) == len(reader.named("caption")) >= 5
    assert all(each.get("scope") in ("col", "row") for each in reader.named("th"))
    pictures = reader.named("svg")
    assert pictures
    assert all(each.get("aria-hidden") == "true" or each.get("aria-label") for each in pictures)
    targets = {attributes.get("id") for _, attributes in reader.tags}
    assert all(str(link["href"])[1:] in targets for link in reader.named("a"))
    assert all(each["aria-labelledby"] in targets for each in reader.named("section"))


def test_the_page_tells_recipe_options_software_edition_and_whose_tables_they_are(project):
    text = " ".join(read(project).text)
    for told in ("basic (0123)", "retain-uids", "dicomveil 0.1.0", "PS3.15 2026d, Annex E", "(c) NEMA"):
        assert told in text


def test_refusals_come_with_what_to_do(project):
    assert "export or transfer it again" in " ".join(read(project).text)


def test_dates_and_modalities_are_those_of_the_copies(project):
    reader = read(project)
    text = " ".join(reader.text)
    assert "2020-02-29" in text
    assert "MR" in text
    (line,) = [each["aria-label"] for each in reader.named("svg") if each.get("class") == "days"]
    assert line == "studies of P1: 2020-02-29, 2021-03-01"


def test_copies_that_are_gone_or_hold_no_date_are_no_error(project):
    Path(project.output, outcome(1).target or "").unlink()
    copy(project, outcome(3).target or "", "19990231", "not a code")
    text = " ".join(read(project).text)
    assert "hold no Study Date" in text
    assert "not a code" not in text


def test_of_many_patients_the_page_shows_some_and_says_so(project, monkeypatch):
    monkeypatch.setattr(html_patients, "MOST_PATIENTS", 1)
    text = " ".join(read(project).text)
    assert "2 patients, of whom the first 1 in the order of stand-ins are shown" in text
    assert "P1" not in text


def test_a_run_that_did_not_end_is_told_first(tmp_path):
    text = " ".join(read(project_with(tmp_path, [outcome(1)], end=None)).text)
    assert "has not come to its end" in text


def test_a_project_without_any_file_has_a_page_too(tmp_path):
    assert "There are no copies" in " ".join(read(project_with(tmp_path, [])).text)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_page_is_for_its_owner_only_and_nothing_else_is_left(project):
    page_of(project)
    page_of(project)
    assert stat.S_IMODE(os.stat(project.page_path).st_mode) == 0o600
    assert not [name for name in os.listdir(project.folder) if name.endswith(".new")]


def test_a_page_is_not_overwritten_unasked(project, tmp_path):
    other = tmp_path / "page.html"
    other.write_text("mine")
    with pytest.raises(FileExistsError):
        write_html(project, str(other))
    assert other.read_text() == "mine"


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("before")

    def interrupted() -> None:
        with whole_file(str(path), replace=True) as stream:
            stream.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    assert path.read_text() == "before"
