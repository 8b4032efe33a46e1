"""One page for people about a project: a single file that opens without a network, runs no script, holds no value."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dicomveil.batch.accounts import html_sections as parts
from dicomveil.batch.accounts.accounts import Accounts
from dicomveil.batch.accounts.html_patients import patients
from dicomveil.batch.accounts.markup import Markup, element, joined, with_code
from dicomveil.batch.records.command import Command
from dicomveil.batch.storage.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dicomveil.batch.accounts.accounts import RunAccount
    from dicomveil.batch.records.project import Project

_STYLE = os.path.join(os.path.dirname(__file__), "report.css")

_PRIVACY = (
    "This page holds no value of an original and no path of an input; patients and studies are named by their "
    "stand-ins. It tells all the same how many patients there are and when, and belongs where the originals are."
)


def write_html(project: Project, path: str, *, replace: bool = False) -> None:
    """Write the page about a project, for its owner's eyes only (0600), whole or not at all.

    Parameters
    ----------
    replace
        Take the place of a page that is there.

    Raises
    ------
    FileExistsError
        If a file is there, and it is not to be replaced.
    OSError
        If it cannot be written.
    UsageError
        If there is no ledger, or it cannot be used.
    """
    with Accounts(project) as accounts:
        command = Command.remembered(project.command_path)
        text = page(accounts, command, (command.output if command is not None else "") or project.output)
    with whole_file(path, replace=replace) as stream:
        stream.write(text)


def page(accounts: Accounts, command: Command | None, output: str) -> str:
    """Make the page; ``output`` is where a copy of each series is looked at."""
    by_code, runs = accounts.by_code(), accounts.runs()
    sections = (
        ("outcomes", "What became of the files", parts.outcomes(by_code, *accounts.gone())),
        ("to-do", "What to do", joined(parts.problems(runs), parts.to_do(accounts))),
        ("durations", "How long it took", parts.durations(accounts)),
        ("runs", "Runs", parts.runs(runs)),
        ("making", "Made with", parts.making(runs, command)),
        ("patients", "Patients and studies", patients(accounts, output)),
        ("attributes", "What was done to which attribute", parts.attributes(accounts)),
    )
    body = joined(
        _head(by_code, runs),
        element("nav", element("ul", *(_link(*section[:2]) for section in sections)), aria_label="Parts of this page"),
        element("main", _numbers(accounts, by_code), *(_section(*section) for section in sections)),
        element("footer", element("p", _PRIVACY)),
    )
    return f"<!DOCTYPE html>\n{element('html', _meta(), element('body', body), lang='en')}\n"


def _meta() -> Markup:
    with open(_STYLE, encoding="utf-8") as file:
        style = Markup(file.read())  # our own, and a style sheet is not to be escaped
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        element("title", "De-identification report"),
        element("style", style),
    )


def _head(by_code: Mapping[str, int], runs: Sequence[RunAccount]) -> Markup:
    now = datetime.now(UTC).isoformat(sep=" ", timespec="minutes").replace("+00:00", " UTC")
    kind, words = _verdict(by_code, runs)
    return element(
        "header",
        element("h1", "De-identification report"),
        element("p", with_code(words), class_=f"verdict {kind}"),
        element("p", f"As of {now}", class_="when"),
    )


def _verdict(by_code: Mapping[str, int], runs: Sequence[RunAccount]) -> tuple[str, str]:
    """Return how it stands: how that is drawn, and the words."""
    wrong = _counted(by_code, "wrong")
    if any(run.ended is None or run.interrupted for run in runs[-1:]):
        return "wrong", "The last run has not come to its end; `dicomveil resume` goes on with it."
    if wrong:
        return "wrong", f"{wrong:,} file{'s' if wrong != 1 else ''} could not be done: see what to do below."
    if any(run.problems for run in runs[-1:]):
        return "wrong", "Something is wrong with the output: see what to do below."
    if not by_code.get("done"):
        return "wrong", "No file of the input has a copy."
    return "done", "Every file is done that can be."


def _numbers(accounts: Accounts, by_code: Mapping[str, int]) -> Markup:
    wrong, calm = _counted(by_code, "wrong"), _counted(by_code, "calm")
    return _tiles(
        (
            ("files known", f"{sum(by_code.values()):,}", ""),
            ("done", f"{by_code.get('done', 0):,}", "done"),
            ("not done", f"{wrong:,}", "wrong" if wrong else ""),
            ("skipped, doubled or there already", f"{calm:,}", ""),
            ("with pixels not checked: look at them", f"{accounts.pixels_not_checked():,}", ""),
            ("patients", f"{accounts.patients():,}", ""),
            ("of originals copied", _bytes(accounts.size_bytes()), ""),
        )
    )


def _counted(by_code: Mapping[str, int], kind: str) -> int:
    return sum(count for code, count in by_code.items() if parts.kind_of(code) == kind)


def _tiles(tiles: Sequence[tuple[str, str, str]]) -> Markup:
    listed = [
        element("li", element("strong", number), " ", element("span", what), class_=kind or None)
        for what, number, kind in tiles
    ]
    return element("ul", *listed, class_="tiles", aria_label="In short")


def _link(name: str, title: str) -> Markup:
    return element("li", element("a", title, href=f"#{name}"))


def _section(name: str, title: str, content: Markup) -> Markup:
    return element(
        "section", element("h2", title, id=f"{name}-title"), content, id=name, aria_labelledby=f"{name}-title"
    )


def _bytes(size: int) -> str:
    """Return a size with its unit.

    Examples
    --------
    >>> _bytes(999), _bytes(1_536_000), _bytes(3_200_000_000_000)
    ('999 B', '1.5 MB', '3.2 TB')
    """
    number, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if number < 1000:
            break
        number, unit = number / 1000, larger
    return f"{size} B" if unit == "B" else f"{number:.1f} {unit}"
