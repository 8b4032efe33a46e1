"""What all engines share: calls whose arguments they cannot tell of, and futures that say what was lost."""

from __future__ import annotations

import os
import pickle
import threading
from collections import deque
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from dicomveil.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

NO_SUCH_MODULE = (
    "workers of the cluster lack a module that this machine has; install the same version of dicomveil there"
)
NOT_SHARED = "a worker of the cluster does not see the output: it must be the same folder there, under the same path"
GONE = "the cluster is gone, or has let go of the run; copies that are there are whole, and running it again goes on"


class Parcel:
    """A call on its way to a worker. Engines write arguments into their logs; of this one they learn nothing."""

    __slots__ = ("_content",)

    def __init__(self, function: Callable[..., Any], arguments: tuple[object, ...], landmark: str = "") -> None:
        self._content = pickle.dumps((function, arguments, landmark))

    def __repr__(self) -> str:
        return "<parcel>"

    def opened(self) -> tuple[Callable[..., Any], tuple[object, ...], str]:
        """Return function, arguments, and the path of a file that must be there."""
        function, arguments, landmark = pickle.loads(self._content)
        return function, arguments, landmark


def portion(parcel: Parcel) -> Any:
    """Do what a parcel holds; called in a worker, whose threads take turns: what is kept there is for one alone.

    Raises
    ------
    ClusterError
        If the output is another folder here: copies would go where nobody looks for them.
    """
    function, arguments, landmark = parcel.opened()
    with _turn:
        if landmark and landmark not in _seen:
            if not os.path.exists(landmark):
                raise ClusterError(NOT_SHARED)
            _seen.add(landmark)
        return function(*arguments)


_turn = threading.Lock()
_seen: set[str] = set()


class Engine(Protocol):
    """What is particular about an engine."""

    def send(self, parcel: Parcel) -> tuple[Future[Any], Callable[[], object]]:
        """Hand a parcel to a worker; return its future and what calls it off."""

    def meaning(self, error: BaseException) -> BaseException:
        """Return what an error means: `BrokenExecutor` if a worker died, `ClusterError`, or the call's own error."""

    def let_go(self) -> None:
        """Leave the cluster, or end it if it is this run's own."""


class Handed(Executor):
    """Hands calls to an engine.

    Engines do not say when a call begins. As many as there are workers count as begun, the earliest first: these
    cannot be cancelled any more, as with the standard executors, and what became of them is waited for.

    Parameters
    ----------
    shared
        A folder that workers must see as this machine does; a file is in it as long as the executor is open. Empty if
        there is none.

    Raises
    ------
    UsageError
        If that folder cannot be written.
    """

    def __init__(self, engine: Engine, workers: int, shared: str = "") -> None:
        self._engine = engine
        self._workers = workers
        self._lock = threading.Lock()
        self._queue: deque[Future[Any]] = deque()
        self._begun: set[Future[Any]] = set()
        self._open = True
        self._landmark = _landmark(shared) if shared else ""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Hand a call over; ``options`` are not for calls far away."""
        if options:
            raise TypeError("only positional arguments")
        future: Future[Any] = Future()
        inner, call_off = self._engine.send(Parcel(function, arguments, self._landmark))
        with self._lock:
            self._queue.append(future)
            self._begin_next()
        future.add_done_callback(lambda each: call_off() if each.cancelled() else None)
        inner.add_done_callback(lambda each: self._settle(future, each))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, after what has begun unless that is not to be waited for."""
        if not self._open:
            return
        self._open = False
        if cancel_futures:
            for future in list(self._queue):
                future.cancel()
        try:
            if wait:
                _all_done([*self._begun, *self._queue])
        finally:
            if self._landmark:
                with suppress(OSError):
                    os.unlink(self._landmark)
            self._engine.let_go()

    def _begin_next(self) -> None:
        while self._queue and len(self._begun) < self._workers:
            future = self._queue.popleft()
            if future.set_running_or_notify_cancel():
                self._begun.add(future)

    def _settle(self, future: Future[Any], inner: Future[Any]) -> None:
        """Pass on what became of a call."""
        with self._lock:
            if future in self._begun:
                self._begun.remove(future)
            elif future in self._queue:
                self._queue.remove(future)
                if not future.set_running_or_notify_cancel():
                    return
            else:
                return
            self._begin_next()
        error = ClusterError(GONE) if inner.cancelled() else inner.exception()
        if error is None:
            future.set_result(inner.result())
        else:
            future.set_exception(self._engine.meaning(error))


def meaning_of(error: BaseException) -> BaseException:
    """Return what an error of a call means that no engine has made."""
    if isinstance(error, ImportError):
        return ClusterError(NO_SUCH_MODULE)
    if isinstance(error, ConnectionError):
        return ClusterError(GONE)
    return error


def lost() -> BrokenExecutor:
    """Return the error of a call that was lost with its worker."""
    return BrokenExecutor("a worker of the cluster died")


def _landmark(folder: str) -> str:
    path = os.path.join(folder, f".{os.urandom(8).hex()}.landmark")
    try:
        os.makedirs(folder, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except OSError as error:
        raise UsageError(f"the output cannot be written: {os.strerror(error.errno or 0)}") from None
    return path


def _all_done(futures: list[Future[Any]]) -> None:
    wait([future for future in futures if not future.cancelled()])
