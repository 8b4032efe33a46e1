"""A portion of a run in a process of its own: what is sent there, and what comes back."""

from __future__ import annotations

import gc
import pickle
from typing import TYPE_CHECKING

from dicomveil.batch.layout import layout_of
from dicomveil.batch.worker import Worker

if TYPE_CHECKING:
    from dicomveil.batch.chunks import Task
    from dicomveil.batch.outcome import Outcome
    from dicomveil.batch.work import Work

GARBAGE_ALLOCATIONS = 100_000
"""Hardly anything of a run is garbage in cycles; looking for it costs a tenth."""

_kept: list[tuple[bytes, Worker]] = []


def carry_out(work: bytes, chunk: list[Task]) -> list[Outcome]:
    """Do a portion; called in a worker, whichever engine has started it.

    Parameters
    ----------
    work
        A pickled `Work`. What carries it out is kept for the next portion of the same run.

    Raises
    ------
    ProjectKeyError
        If the key or the table of stand-ins cannot be used.
    """
    worker = _worker(work)
    return [worker.take(task.item, task.token, may_replace=task.may_replace) for task in chunk]


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
        _kept[:] = [(work, worker_for(pickle.loads(work)))]
        gc.freeze()
        gc.set_threshold(GARBAGE_ALLOCATIONS)
    return _kept[0][1]
