"""The parts of the page: what became of the files, what to do, what was done to attributes, how long, by what."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from dicomveil.batch.accounts.accounts import NO_QUARANTINE
from dicomveil.batch.accounts.advice import advice_on
from dicomveil.batch.accounts.html_table import table
from dicomveil.batch.accounts.markup import Markup, element, joined, with_code
from dicomveil.batch.accounts.svg import bars, share
from dicomveil.standard import ACKNOWLEDGEMENT, EDITION
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dicomveil.batch.accounts.accounts import Accounts, RunAccount
    from dicomveil.batch.records.command import Command

MOST_MESSAGES_EACH = 5
MOST_DEEDS = 2_000
EDGES_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0)


def kind_of(code: str) -> str:
    """Return how an outcome is drawn: ``done``, ``calm`` where nothing is wrong, or ``wrong``."""
    if code == "done":
        return "done"
    return "calm" if code in NO_QUARANTINE else "wrong"


def outcomes(by_code: Mapping[str, int], gone: int = 0, gone_copies: int = 0) -> Markup:
    """Tell how many files there are of each outcome, and how many are gone."""
    total = sum(by_code.values())
    rows = [
        (element("code", code), with_code(advice_on(code).meaning), share(count, total, kind_of(code)), count)
        for code, count in sorted(by_code.items(), key=lambda each: -each[1])
    ]
    found = table("Files by outcome", ("Outcome", "What it means", "Share", "Files#"), rows)
    return joined(found, element("p", said_of_gone(gone, gone_copies))) if gone else found


def said_of_gone(gone: int, copies: int) -> str:
    """Say of files that were in the input and are not any more what there is of them.

    >>> said_of_gone(1, 1)
    '1 file is no longer in the input, and not counted; 1 copy of such files is still in the output.'
    """
    of_files = f"{gone:,} file{'s are' if gone != 1 else ' is'} no longer in the input, and not counted"
    of_copies = f"{copies:,} cop{'ies of such files are' if copies != 1 else 'y of such files is'} still in the output"
    return f"{of_files}; {of_copies}."


def problems(accounts: Sequence[RunAccount]) -> Markup:
    """Tell what was wrong at the end of the last run, other than with single files."""
    return joined(*(element("p", problem) for run in accounts[-1:] for problem in run.problems))


def to_do(accounts: Accounts) -> Markup:
    """Tell of files that are not done: why, and what to do about it."""
    rows = []
    found = sorted(accounts.by_message(), key=lambda row: (kind_of(row[0]) != "wrong", row[0]))  # stable
    for code, group in groupby(found, key=lambda row: row[0]):
        messages = list(group)
        shown = [_message(message, count) for _, message, count in messages[:MOST_MESSAGES_EACH] if message]
        if len(messages) > MOST_MESSAGES_EACH:
            rest = messages[MOST_MESSAGES_EACH:]
            shown.append(element("li", f"{len(rest):,} other messages ({sum(row[2] for row in rest):,})"))
        count = sum(row[2] for row in messages)
        told = element("ul", *shown) if shown else ""
        rows.append((element("code", code), count, told, with_code(advice_on(code).to_do)))
    if not rows:
        return element("p", "Every file is done.")
    return table("Files without a copy", ("Outcome", "Files#", "Reasons", "What to do"), rows)


def attributes(accounts: Accounts) -> Markup:
    """Tell what was done to which attribute how often."""
    deeds = accounts.deeds()
    if not deeds:
        return element("p", "There are no copies yet.")
    rows = [
        (element("span", deed.address, class_="address"), deed.action, deed.files, deed.places, deed.reason)
        for deed in deeds[:MOST_DEEDS]
    ]
    more = len(deeds) - MOST_DEEDS
    cut = f" The {MOST_DEEDS:,} most frequent are shown; {more:,} more are in the ledger." if more > 0 else ""
    note = f"What is not named was kept as the bytes it was. [*] stands for any item of a sequence.{cut}"
    columns = ("Attribute", "Action", "Files#", "Places#", "Reason")
    return joined(element("p", note), table("What was done to which attribute", columns, rows))


def durations(accounts: Accounts) -> Markup:
    """Draw how long files took."""
    counts = accounts.durations(EDGES_S)
    files = sum(counts)
    if not files:
        return element("p", "No file has been taken yet.")
    labels = [f"< {_spelled(edge)}" for edge in EDGES_S] + [f"≥ {_spelled(EDGES_S[-1])}"]
    there = [index for index, count in enumerate(counts) if count]
    shown = slice(max(0, there[0] - 1), there[-1] + 2)
    total, longest = accounts.seconds()
    text = (
        f"{files:,} files took {_spelled(total)} of work, {_spelled(total / files)} each on average; "
        f"the longest took {_spelled(longest)}."
    )
    return joined(
        element("figure", bars("Files by time taken", labels[shown], counts[shown]), element("figcaption", text))
    )


def runs(accounts: Sequence[RunAccount]) -> Markup:
    """Tell of each run."""
    rows = [
        (
            str(run.run),
            _moment(run.started),
            _ended(run),
            run.files,
            run.done,
            run.jobs,
            joined(run.recipe, " ", element("code", run.fingerprint)),
            run.software,
        )
        for run in accounts
    ]
    columns = ("Run", "Started (UTC)", "Ended", "Files#", "Done#", "Processes#", "Recipe", "dicomveil")
    note = "A file is counted with every run that has seen to it."
    return joined(element("p", note), table("Runs", columns, rows))


def making(accounts: Sequence[RunAccount], command: Command | None) -> Markup:
    """Tell by what the copies were made."""
    facts = [("Recipe", f"{run.recipe} ({run.fingerprint})") for run in accounts[-1:]]
    if command is not None:
        facts += [("Profile", command.title), ("Options", ", ".join(command.options) or "none")]
    facts += [
        ("Software", f"dicomveil {command.software if command else VERSION}"),
        ("Standard", f"DICOM PS3.15 {command.edition if command else EDITION}, Annex E"),
        ("Tables of the standard", ACKNOWLEDGEMENT),
    ]
    listed = [part for name, value in facts if value for part in (element("dt", name), element("dd", value))]
    return element("dl", *listed)


def _message(message: str, count: int) -> Markup:
    return element("li", f"{message} ({count:,})" if count > 1 else message)


def _ended(run: RunAccount) -> str:
    if run.ended is None or run.seconds is None:
        return "not ended"
    after = f"after {_spelled(run.seconds)}"
    return f"interrupted {after}" if run.interrupted else after


def _moment(text: str) -> str:
    return text[:19].replace("T", " ")


def _spelled(seconds: float) -> str:
    """Return a time with two digits that count.

    Examples
    --------
    >>> [_spelled(each) for each in (0.00052, 0.0123, 1.26, 75, 7300)]
    ['0.52 ms', '12 ms', '1.3 s', '1 min 15 s', '2 h 01 min']
    """
    if seconds < 1:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.0995 else f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
