"""Who does the portions of a run: this process, a pool of processes, or an engine with the same interface."""

from __future__ import annotations

import os
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.batch.sources.inputs import Inputs

_FEW_FILES = 512  # for fewer, starting processes takes longer than they save


class Crew:
    """An executor that can be had anew when a dead worker has broken it.

    Parameters
    ----------
    make
        Makes the executor; called again after a break.
    jobs
        How many portions are worked on at once.
    breaks_as_one
        A dead worker takes all portions with it that are handed out; else an engine loses none but its own.
    is_here
        Portions are done in this very process, so that one can be told to end after the file in hand.
    """

    def __init__(
        self, make: Callable[[], Executor], jobs: int, *, breaks_as_one: bool = True, is_here: bool = False
    ) -> None:
        self.jobs = jobs
        self.breaks_as_one = breaks_as_one
        self.is_here = is_here
        self._make = make
        self._executor: Executor | None = None

    def submit(self, function: Callable[..., Any], /, *arguments: object) -> Future[Any]:
        """Hand a portion over. A future that ends with `BrokenExecutor` was lost with its worker."""
        if self._executor is None:
            self._executor = self._make()
        try:
            return self._executor.submit(function, *arguments)
        except BrokenExecutor as error:
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost

    def renew(self) -> None:
        """Let go of a broken executor; the next portion gets a new one."""
        if not self.breaks_as_one:
            return
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Let workers end after what they are at."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)


class InProcess(Executor):
    """Does what is submitted at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Carry out a call before returning; its future is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **options))
        except Exception as error:
            future.set_exception(error)
        return future


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def jobs_for(inputs: Inputs) -> int:
    """Return how many processes are worth starting for a run: one for a few files, else as many as there are cores."""
    few = sum(1 for _ in islice(inputs.paths(), _FEW_FILES + 1)) <= _FEW_FILES
    return 1 if few else cores()


def crew_of(jobs: int) -> Crew:
    """Return a crew of so many processes; of this one alone if that is all.

    What the processes come from starts at once, beside what is still to be done here before the first portion is ready.
    """
    if jobs <= 1:
        return Crew(InProcess, 1, is_here=True)
    from dicomveil.batch.crews.processes import Pool, context

    return Crew(partial(Pool, context(), jobs), jobs)
