"""A portion of a run in a process of its own: what is sent there, and what comes back."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomveil.batch.garbage import look_seldom
from dicomveil.batch.layouts.layout import layout_of
from dicomveil.batch.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.batch.crews.chunks import Task
    from dicomveil.batch.outcome import Outcome
    from dicomveil.batch.work import Work

_kept: list[tuple[bytes, Worker]] = []


def packed(work: Work) -> bytes:
    """Return a work to be sent with each portion of one run: what one run has learned is not for the next."""
    return pickle.dumps((os.urandom(8), work))


def carry_out(work: bytes, chunk: Iterable[Task]) -> list[Outcome]:
    """Do a portion; called in a worker, whichever engine has started it.

    Parameters
    ----------
    work
        As `packed` made it. What carries it out is kept for the next portion of the same run.

    Raises
    ------
    ProjectKeyError
        If the key or the table of stand-ins cannot be used.
    """
    worker = _worker(work)
    outcomes = []
    for task in chunk:
        outcome = worker.take(task.item, task.token, may_replace=task.may_replace, fingerprint=task.fingerprint)
        if outcome.report is not None:  # what was done goes as text, once for all files alike
            outcome = outcome._replace(report=replace(outcome.report, notes=[]))
        outcomes.append(outcome)
    return outcomes


def worker_for(work: Work) -> Worker:
    """Make what does one input after the other."""
    return Worker(
        work.deidentifier(),
        layout_of(work).place,
        overwrite=work.overwrite,
        dry_run=work.dry_run,
        whole=work.whole,
        same_is_done=True,
    )


def _worker(work: bytes) -> Worker:
    if not _kept or _kept[0][0] != work:
        _, unpacked = pickle.loads(work)
        _kept[:] = [(work, worker_for(unpacked))]
        look_seldom()
    return _kept[0][1]
