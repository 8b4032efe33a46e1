"""Projects with a ledger that was made by hand, so that every number in it is known."""

from __future__ import annotations

import json
from pathlib import Path

from dicomveil.batch.action_lists import ActionList
from dicomveil.batch.outcome import Outcome
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.records.project import Project
from dicomveil.engine.report import Report

SOURCE = b"thisward"
NAME_GONE = ["PatientName", "pseudonym", "Table E.1-1", 1]
COMMENT_GONE = ["RequestAttributesSequence[*].PatientComments", "remove", "<b>a reason</b>", 3]


def outcome(number: int, code: str = "done", message: str = "", **more: object) -> Outcome:
    """Make an outcome of a file whose patient and study are told by the number."""
    report = target = None
    if code == "done":
        patient, study = f"P{number % 2}", f"2.25.{number % 3}"
        report = Report("1.2", patient, study, f"2.25.9{number}", f"2.25.8{number}", pixels_not_checked=number == 2)
        target = f"{patient}/{study}/2.25.9{number}/2.25.8{number}.dcm"
    made = Outcome(number, f"{number:016x}", code, message, report, target, "/ward/Wimpleton", 1000)
    return made._replace(seconds=0.004, **more)


def project_with(folder: Path, outcomes: list[Outcome], *, end: str | None = "whole") -> Project:
    """Make a project beside ``folder / 'shared'``; ``end`` is whole, interrupted, or None for a killed run."""
    project = Project.beside(folder / "shared")
    with Ledger(project.ledger_path) as ledger:
        add_run(ledger, outcomes, end=end)
    return project


def add_run(ledger: Ledger, outcomes: list[Outcome], *, end: str | None = "whole", source: bytes = SOURCE) -> None:
    """Note a run in a ledger."""
    started = "2026-01-02T03:04:05+00:00"
    ledger.begin(source, started=started, software="0.1.0", recipe="basic", fingerprint="0123", jobs=2)
    for each in outcomes:
        told = json.dumps([NAME_GONE] if each.number % 2 else [NAME_GONE, COMMENT_GONE])
        actions = ActionList(told, 1, told[-16:].encode()) if each.code == "done" else None
        ledger.record([(each._replace(actions=actions), each.target)])
    if end is not None:
        ledger.end(ended=started, seconds=2.5, interrupted=end == "interrupted")
