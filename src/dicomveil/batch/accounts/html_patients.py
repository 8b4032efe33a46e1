"""The part of the page about patients: their stand-ins, and when their studies were, as the copies say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.accounts.copies import Copies, Told
from dicomveil.batch.accounts.html_table import table
from dicomveil.batch.accounts.markup import Markup, element, joined
from dicomveil.batch.accounts.svg import days

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.batch.accounts.accounts import Accounts, SeriesAccount

MOST_PATIENTS = 200
MOST_SERIES_LOOKED_AT = 5_000
MOST_STUDIES_EACH = 20
_ONE_OF = 40


class _Study(NamedTuple):
    uid: str
    day: date | None
    modalities: str
    series: int
    files: int


def patients(accounts: Accounts, output: str) -> Markup:
    """Tell of each patient, the first 200 in the order of stand-ins; a copy of each series is looked at."""
    found = [
        (patient, list(_studies(series, output)))
        for patient, series in groupby(_told(accounts.series(MOST_PATIENTS), output), key=lambda each: each[0].patient)
    ]
    if not found:
        return element("p", "There are no copies yet.")
    span = _span([study.day for _, studies in found for study in studies if study.day])
    rows = [row for patient, studies in found for row in _rows(patient, studies, span)]
    columns = ("Patient", "When", "Study date", "Study (end of its UID)", "Modality", "Series#", "Files#")
    return joined(
        element("p", _note(accounts.patients(), span)),
        table("Patients and their studies, by their stand-ins", columns, rows),
    )


def _span(known: list[date]) -> tuple[date, date] | None:
    """Return the days that the lines go between: of many, all but a few at either end, which may be mistaken."""
    if not known:
        return None
    ordered, few = sorted(known), len(known) // _ONE_OF
    return ordered[few], ordered[-1 - few]


def _told(series: Iterable[SeriesAccount], output: str) -> Iterator[tuple[SeriesAccount, Told]]:
    copies = Copies()
    for number, each in enumerate(series):
        told = copies.told_by(f"{output}/{each.example}") if number < MOST_SERIES_LOOKED_AT else Told()
        yield each, told


def _studies(series: Iterable[tuple[SeriesAccount, Told]], output: str) -> Iterator[_Study]:
    found = []
    for uid, group in groupby(series, key=lambda each: each[0].study):
        members = list(group)
        dates = sorted(filter(None, (_day(told.study_date) for _, told in members)))
        kinds = Counter(told.modality for _, told in members if told.modality)
        modalities = ", ".join(f"{kind} ({number})" if number > 1 else kind for kind, number in sorted(kinds.items()))
        files = sum(each.files for each, _ in members)
        found.append(_Study(uid, dates[0] if dates else None, modalities, len(members), files))
    yield from sorted(found, key=lambda study: (study.day or date.max, study.uid))


def _rows(patient: str, studies: list[_Study], span: tuple[date, date] | None) -> Iterator[tuple[object, ...]]:
    dated = [study.day for study in studies if study.day]
    line: str = days(f"studies of {patient}", dated, *span) if span and dated else ""
    for study in studies[:MOST_STUDIES_EACH]:
        day = study.day.isoformat() if study.day else "none"
        yield patient or "none", line, day, _end(study.uid), study.modalities or "none", study.series, study.files
        patient, line = "″", ""
    more = studies[MOST_STUDIES_EACH:]
    if more:
        yield (
            "″",
            "",
            "",
            f"and {len(more):,} more studies",
            "",
            sum(study.series for study in more),
            sum(study.files for study in more),
        )


def _note(total: int, span: tuple[date, date] | None) -> str:
    told = f"{total:,} patient{'s' if total != 1 else ''}"
    if total > MOST_PATIENTS:
        told += f", of whom the first {MOST_PATIENTS} in the order of stand-ins are shown"
    if span is None:
        return f"{told}. The copies hold no Study Date, so nothing can be said about when studies were."
    return (
        f"{told}. Dates are those of the copies, as the recipe left or moved them; the lines go from "
        f"{span[0].isoformat()} to {span[1].isoformat()}, and what lies outside stands at their ends."
    )


def _end(uid: str) -> str:
    return f"…{uid[-10:]}" if len(uid) > 12 else uid


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
