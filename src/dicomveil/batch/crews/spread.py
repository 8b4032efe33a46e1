"""Spread portions over a crew and take back what comes of them, also when a worker dies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import TYPE_CHECKING, Generic, TypeVar

from dicomveil.batch.crews.chunks import halves

if TYPE_CHECKING:
    from dicomveil.batch.crews.chunks import Task
    from dicomveil.batch.crews.crew import Crew

Result = TypeVar("Result")

_WINDOW_PER_JOB = 2


class Spread(Generic[Result]):
    """Has portions done, a bounded number at a time; results come as they are ready.

    Parameters
    ----------
    do
        Does a portion; called in a worker, so it has to be a function of a module, or a partial one of such.
    lost
        Says what comes of a file that kills its worker also when it is done alone.
    """

    def __init__(self, crew: Crew, do: Callable[[Iterable[Task]], Result], lost: Callable[[Task], Result]) -> None:
        self._crew = crew
        self._do = do
        self._lost = lost
        self._pending: dict[Future[Result], list[Task]] = {}
        self._handed_again: set[int] = set()
        self._stopped = False

    def stop(self) -> None:
        """Hand nothing more out; what workers have in hand still comes back. May be called from a signal handler.

        In this process a portion ends after the file in hand.
        """
        self._stopped = True

    def over(self, portions: Iterable[list[Task]]) -> Iterator[Result]:
        """Yield the result of each portion; left early, it takes back what nobody has begun."""
        window = self._crew.jobs * _WINDOW_PER_JOB + 1 if self._crew.jobs > 1 else 1
        try:
            for portion in portions:
                if self._stopped:
                    break
                self._pending[self._handed_over(portion)] = portion
                if len(self._pending) >= window:
                    yield from self._collected()
            while self._pending:
                if self._stopped:
                    self._take_back()
                if self._pending:
                    yield from self._collected()
        finally:
            self._take_back()
            self._pending.clear()

    def _handed_over(self, portion: list[Task]) -> Future[Result]:
        return self._crew.submit(self._do, self._until_stopped(portion) if self._crew.is_here else portion)

    def _until_stopped(self, portion: list[Task]) -> Iterator[Task]:
        for task in portion:
            if self._stopped:
                break
            yield task

    def _goes_again(self, portion: list[Task]) -> bool:
        """Hand a portion out once more beside the others: a machine of a cluster may have gone, with many of them."""
        number = portion[0].item.number
        if number in self._handed_again or self._stopped:
            return False
        self._handed_again.add(number)
        self._pending[self._handed_over(portion)] = portion
        return True

    def _take_back(self) -> None:
        """Take back what no worker has begun."""
        for future in [each for each in self._pending if each.cancel()]:
            del self._pending[future]

    def _collected(self) -> Iterator[Result]:
        finished, _ = wait(self._pending, return_when=FIRST_COMPLETED)
        lost: list[list[Task]] = []
        for future in finished:
            portion = self._pending.pop(future)
            try:
                result = future.result()
            except BrokenExecutor:
                lost.append(portion)
                continue
            yield result
        if lost:
            yield from self._rescued(lost)

    def _rescued(self, lost: list[list[Task]]) -> Iterator[Result]:
        """Do portions again that were lost with a worker: each alone, in halves if it kills its worker again."""
        self._crew.renew()
        if self._crew.breaks_as_one:
            for future in [each for each in self._pending if isinstance(each.exception(), BrokenExecutor)]:
                lost.append(self._pending.pop(future))
        else:
            lost = [portion for portion in lost if not self._goes_again(portion)]
        lost.sort(key=lambda portion: portion[0].item.number, reverse=True)
        while lost and not self._stopped:
            portion = lost.pop()
            try:
                result = self._handed_over(portion).result()
            except BrokenExecutor:
                self._crew.renew()
                if len(portion) > 1:
                    lost += reversed(halves(portion))
                    continue
                result = self._lost(portion[0])
            yield result
