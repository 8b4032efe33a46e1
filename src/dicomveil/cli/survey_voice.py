"""What a survey says: a table, JSON lines or CSV, with no value of a patient and no path, unasked."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from dicomveil.batch.outcome import SKIPPED
from dicomveil.batch.survey.counts import SeriesRow
from dicomveil.batch.survey.look import SEEN
from dicomveil.cli.progress import Progress
from dicomveil.cli.tally import table
from dicomveil.cli.voice import MOST_LINES
from dicomveil.standard.uids import is_standard_uid, sop_class_name

if TYPE_CHECKING:
    from dicomveil.batch.survey.counts import Counts
    from dicomveil.batch.survey.look import Looked
    from dicomveil.batch.survey.survey import Survey
    from dicomveil.pseudonyms.sources import Pseudonyms

_PRIVATE_CLASS = "private"
_MOST_NAMED = 10
_PROBLEMS_OF_SERIES: dict[str, Callable[[SeriesRow], bool]] = {
    "no-patient-id": lambda row: not row.patient_id,
    "no-study-uid": lambda row: not row.study_uid,
    "no-series-uid": lambda row: not row.series_uid,
    "no-sop-class": lambda row: not row.sop_class,
    "no-instance-uid": lambda row: bool(row.unnamed),
    "duplicates": lambda row: bool(row.duplicates),
}


class SurveyVoice:
    """Speaks for one survey: news of files and progress on standard error, the list on standard output.

    Parameters
    ----------
    form
        ``table``, ``json`` or ``csv``.
    stand_ins
        Name patients, studies and series, which are else only numbered.
    """

    def __init__(
        self,
        run: Survey,
        form: str,
        stand_ins: Pseudonyms | None,
        *,
        show_values: bool,
        show_paths: bool,
        quiet: bool,
    ) -> None:
        self._form = form
        self._stand_ins = stand_ins
        self._show_values = show_values
        self._show_paths = show_paths
        self._quiet = quiet
        self._codes: Counter[str] = Counter()
        self._told = 0
        self._progress = Progress(None if quiet else sys.stderr, run.count)

    @property
    def all_seen(self) -> bool:
        """Tell whether there were DICOM files, and all could be read."""
        return bool(self._codes[SEEN]) and not self._not_read

    @property
    def _not_read(self) -> dict[str, int]:
        return {code: count for code, count in sorted(self._codes.items()) if code not in (SEEN, SKIPPED)}

    def important(self, message: str) -> None:
        """Say what must be heard even when quiet."""
        self._progress.clear()
        sys.stderr.write("".join(f"dicomveil: {line}\n" for line in message.splitlines()))

    def note(self, message: str) -> None:
        """Say what helps."""
        if not self._quiet:
            self.important(message)

    def tell(self, looked: Looked) -> None:
        """Count one file and say what is to be said of it now."""
        self._codes[looked.code] += 1
        if looked.code not in (SEEN, SKIPPED):
            self._told += 1
            if self._told <= MOST_LINES:
                path = f" {looked.path!r}" if self._show_paths else ""
                self.note(f"file {looked.number}{path}: {looked.message} ({looked.code})")
        self._progress.at(self._codes.total())

    def close(self, counts: Counts, *, interrupted: bool) -> None:
        """Say what was found."""
        self._progress.clear()
        if self._told > MOST_LINES:
            self.note(f"... and {self._told - MOST_LINES} more")
        problems = list(self._problems(counts))
        if self._form == "json":
            self._write_json(counts, problems, interrupted=interrupted)
        elif self._form == "csv":
            self._write_csv(counts)
            self.note(_told_of(self._codes, problems))
        elif self._codes[SEEN]:
            self._write_table(counts)
            sys.stdout.write("\n" + _told_of(self._codes, problems))
        if interrupted:
            self.important("interrupted; this is what was seen so far, and no file of --known was written")
        elif not self._codes[SEEN] and not self._not_read:
            self.important("no DICOM file was found")

    # --- problems

    def _problems(self, counts: Counts) -> Iterator[dict[str, object]]:
        for patient, names in counts.several_names():
            yield {"problem": "several-names", "patient": patient, "names": names}
        for patients in counts.several_ids():
            yield {"problem": "several-ids", "patients": list(patients)}
        same = {True: 0, False: 0}
        for each in counts.duplicates():
            same[each.same_bytes] += 1
            if self._form == "json":
                told = {"files": list(each.files), "patients": list(each.patients), "same_bytes": each.same_bytes}
                more = {"paths": list(each.paths)} if self._show_paths else {}
                sys.stdout.write(json.dumps({"problem": "duplicates", **told, **more}) + "\n")
        for same_bytes, count in same.items():
            if count:
                yield {"problem": "duplicates", "same_bytes": same_bytes, "instances": count}
        for attribute, files in counts.missing().items():
            yield {"problem": "missing", "attribute": attribute, "files": files}
        for code, files in self._not_read.items():
            yield {"problem": "not-read", "code": code, "files": files}

    # --- the list

    def _write_json(self, counts: Counts, problems: list[dict[str, object]], *, interrupted: bool) -> None:
        total = Counter[str]()
        for row in counts.series():
            total.update(files=row.instances, bytes=row.bytes, series=1)
            sys.stdout.write(json.dumps({"series": self._cells(row)}) + "\n")
        for problem in problems:
            if problem["problem"] != "duplicates":
                sys.stdout.write(json.dumps(problem) + "\n")
        summary: dict[str, object] = {
            "files": total["files"],
            "bytes": total["bytes"],
            "skipped": self._codes[SKIPPED],
            "not_read": self._not_read,
            "duplicates": sum(int(str(p["instances"])) for p in problems if p["problem"] == "duplicates"),
            "interrupted": interrupted,
        }
        sys.stdout.write(json.dumps({"summary": summary}) + "\n")

    def _write_csv(self, counts: Counts) -> None:
        several_names = {patient for patient, _ in counts.several_names()}
        several_ids = {patient for patients in counts.several_ids() for patient in patients}
        writer: csv.DictWriter[str] | None = None
        for row in counts.series():
            problems = [word for word, holds in _PROBLEMS_OF_SERIES.items() if holds(row)]
            problems += ["several-names"] * (row.patient in several_names)
            problems += ["several-ids"] * (row.patient in several_ids)
            cells = {**self._cells(row), "problems": " ".join(problems)}
            if writer is None:
                writer = csv.DictWriter(sys.stdout, list(cells), lineterminator="\n")
                writer.writeheader()
            writer.writerow({name: _harmless(cell) for name, cell in cells.items()})

    def _cells(self, row: SeriesRow) -> dict[str, object]:
        cells: dict[str, object] = {"patient": row.patient}
        if self._stand_ins is not None:
            cells["patient_token"] = self._token(row)
        if self._show_values:
            cells |= {"patient_id": row.patient_id, "patient_name": row.name}
        cells["study"] = row.study
        if self._stand_ins is not None:
            cells["study_token"] = self._stand_ins.uid(row.study_uid) if row.study_uid else ""
        cells["series"] = row.series
        if self._stand_ins is not None:
            cells["series_token"] = self._stand_ins.uid(row.series_uid) if row.series_uid else ""
        return cells | {
            "modality": row.modality,
            "sop_class": _shown_class(row.sop_class),
            "instances": row.instances,
            "bytes": row.bytes,
            "duplicates": row.duplicates,
        }

    def _token(self, row: SeriesRow) -> str:
        return "" if self._stand_ins is None else self._stand_ins.identifier("patient-id", row.key)

    def _write_table(self, counts: Counts) -> None:
        for number, group in groupby(counts.series(), key=lambda row: row.patient):
            rows = list(group)
            who = " ".join(filter(None, (f"patient {number}", self._token(rows[0]))))
            if self._show_values:
                who += f"  {rows[0].patient_id!r} {rows[0].name!r}"
            sys.stdout.write(f"{who}  {_totals(rows)}\n")
            for study, inside in groupby(rows, key=lambda row: row.study):
                sys.stdout.write(f"  study {study}\n")
                sys.stdout.write("".join(map(_line, inside)))


def _line(row: SeriesRow) -> str:
    kind = sop_class_name(row.sop_class) or _shown_class(row.sop_class) or "no SOP class"
    files = f"{row.instances:>7} {'file ' if row.instances == 1 else 'files'}"
    return f"    series {row.series:<4} {row.modality or '?':<9} {files} {_size(row.bytes):>9}  {kind}\n"


def _totals(rows: list[SeriesRow]) -> str:
    studies, series = len({row.study for row in rows}), len({(row.study, row.series) for row in rows})
    files, size = sum(row.instances for row in rows), sum(row.bytes for row in rows)
    return f"{_many(studies, 'study', 'studies')}, {series} series, {_many(files, 'file', 'files')}, {_size(size)}"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _size(size_bytes: float) -> str:
    """Spell a size with its unit.

    >>> _size(999), _size(536_000), _size(21_500_000_000)
    ('999 B', '536.0 kB', '21.5 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} B" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"


def _shown_class(uid: str) -> str:
    """Return a SOP class that can be shown: one of the standard's; what else stands there might tell anything."""
    return uid if not uid or is_standard_uid(uid) else _PRIVATE_CLASS


def _told_of(codes: Counter[str], problems: Iterable[dict[str, object]]) -> str:
    """Lay out how many files there are, and what is odd."""
    rows = [("DICOM files", "", codes[SEEN], "")]
    if codes[SKIPPED]:
        rows.append(("skipped", "", codes[SKIPPED], "other files"))
    names: list[int] = []
    several: list[list[int]] = []
    for problem in problems:
        match problem:
            case {"problem": "several-names", "patient": int(patient)}:
                names.append(patient)
            case {"problem": "several-ids", "patients": list(patients)}:
                several.append(patients)
            case {"problem": "duplicates", "same_bytes": bool(same), "instances": int(count)}:
                what = "the same to the last byte" if same else "not the same"
                rows.append(("duplicates", "", count, f"SOP Instance UIDs that several files have, {what}"))
            case {"problem": "missing", "attribute": str(attribute), "files": int(count)}:
                rows.append(("missing", attribute, count, "file" if count == 1 else "files"))
            case {"problem": "not-read", "code": str(code), "files": int(count)}:
                rows.append(("not read", code, count, ""))
    if several:
        told = _some([" and ".join(map(str, patients)) for patients in several])
        rows.append(("several IDs", "", len(several), f"one name and birth date each: patients {told}"))
    if names:
        rows.append(("several names", "", len(names), f"under one ID: patients {_some(list(map(str, names)))}"))
    return table(rows)


def _some(words: list[str]) -> str:
    more = len(words) - _MOST_NAMED
    return "; ".join(words[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking a value for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
