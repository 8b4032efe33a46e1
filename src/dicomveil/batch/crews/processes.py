"""Processes of this machine: how they start, what reaches them, and when they end."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.context import BaseContext

_SAFE_PATH = "PYTHONSAFEPATH"
_WORKERS_MODULES = ["dicomveil.batch.portion", "dicomveil.batch.work"]


def context() -> BaseContext:
    """Return how workers are started: from a server that has imported what they need, where there is such."""
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_WORKERS_MODULES)
    with _sheltered():
        forkserver.ensure_running()
    return context


@contextmanager
def _sheltered() -> Iterator[None]:
    """Have Python start processes that import nothing from the folder they are started in, which may be an input's.

    A terminal's Ctrl-C, which goes to all, does not reach them before they can decide about it.
    """
    import signal
    from multiprocessing import resource_tracker

    if not sys.flags.safe_path:
        os.putenv(_SAFE_PATH, "1")
    try:
        resource_tracker.ensure_running()  # which lets Ctrl-C through again, so it comes first
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    finally:
        if not sys.flags.safe_path:
            os.unsetenv(_SAFE_PATH)


class Pool(Executor):
    """The standard pool of processes; a portion handed to it may start one."""

    def __init__(self, context: BaseContext, jobs: int) -> None:
        from concurrent.futures import ProcessPoolExecutor

        self._pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_let_the_parent_decide)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Hand a call to a process."""
        with _sheltered():
            return self._pool.submit(function, *arguments, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


def _let_the_parent_decide() -> None:
    """Leave Ctrl-C, which a terminal sends to all, to the process that has started this one; end when it ends."""
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """End at once when the parent is gone: nobody would take the results, and a file half written has no name."""
    import signal
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)
