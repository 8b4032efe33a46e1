"""A run over many files: portions go out to workers, what became of each file comes back to one ledger."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dicomveil.batch.chunks import Task, chunks, halves
from dicomveil.batch.ledger import unusable
from dicomveil.batch.outcome import (
    DONE,
    DUPLICATE,
    DUPLICATE_MESSAGE,
    MAY_PASS,
    QUARANTINED,
    SKIPPED,
    THERE_ALREADY,
    Outcome,
)
from dicomveil.batch.portion import carry_out
from dicomveil.pseudonyms.derive import Deriver
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from dicomveil.batch.crew import Crew
    from dicomveil.batch.inputs import Input, Inputs
    from dicomveil.batch.ledger import Claim, Entry, Ledger
    from dicomveil.batch.work import Work

TOKEN_BYTES = 8
_MOST_UNRECORDED = 10_000
_WINDOW_PER_JOB = 2


class Batch:
    """One run; iterate over it to carry it out. Outcomes come as portions are done, not in the order of names.

    Of several inputs with one SOP Instance UID the first in the order of names has the copy, whatever finished first.
    ``before`` counts the inputs that need nothing because an earlier run has seen to them, by code; ``why`` those that
    were done, by reason; ``unrecorded`` is how many outcomes the ledger could not take.

    Parameters
    ----------
    ledger
        Says what earlier runs have done, and notes what this one does.
    retried
        Take also inputs that an earlier run could not do, though nothing about them has changed.
    only
        Take only inputs with these tokens.
    """

    def __init__(
        self,
        work: Work,
        inputs: Inputs,
        crew: Crew,
        ledger: Ledger,
        *,
        retried: bool = False,
        only: frozenset[bytes] | None = None,
    ) -> None:
        self.before: Counter[str] = Counter()
        self.why: Counter[str] = Counter()
        self.unrecorded = 0
        self.dry_run = work.dry_run
        self.target = work.target
        self._work = work
        self._pickled = pickle.dumps(work)
        self._inputs = inputs
        self._crew = crew
        self._ledger = ledger
        self._retried = retried
        self._only = only
        self._derive = Deriver(work.key, "input")
        self._target_length = len(work.target.rstrip(os.sep)) + 1
        self._waiting = 0
        self._handed_again: set[int] = set()
        self._late: list[tuple[Outcome, str | None, str | None]] = []
        self._actions: dict[tuple[int, ...], tuple[str, list[object]]] = {}

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return self._inputs.count()

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files, in the order of names; a listing, nothing is opened."""
        return self._inputs.paths()

    def __iter__(self) -> Iterator[Outcome]:
        begin, whole = time.monotonic(), False
        self._begin()
        try:
            yield from self._carried_out(self._tasks())
            yield from self._settled()
            whole = True
        finally:
            self._crew.close()
            if self._late:
                self._record([])
                self.unrecorded += len(self._late)
            with suppress(sqlite3.Error):  # a full disk; the run is then one that has not ended
                self._ledger.end(ended=_now(), seconds=time.monotonic() - begin, interrupted=not whole)

    def _begin(self) -> None:
        root = os.path.realpath(self._inputs.root).encode(errors="surrogateescape")
        recipe = self._work.recipe
        try:
            self._ledger.begin(
                Deriver(self._work.key, "input-folder")(root)[:TOKEN_BYTES],
                started=_now(),
                software=VERSION,
                recipe=recipe.name,
                fingerprint=recipe.fingerprint,
                jobs=self._crew.jobs,
            )
        except sqlite3.Error as error:
            raise unusable(error) from None

    # --- what is to be done

    def _tasks(self) -> Iterator[Task]:
        for item in self._inputs:
            token = self._token(item)
            if self._only is not None and token not in self._only:
                continue
            entry = self._ledger.entry(token)
            why = self._why(item, entry)
            if why:
                self.why[why] += 1
                replaces = entry is not None and entry.code == DONE
                yield Task(item, token.hex(), replaces)
            elif entry is not None:
                self.before[entry.code] += 1

    def _why(self, item: Input, entry: Entry | None) -> str:
        """Return why an input is to be taken; empty if it need not be."""
        if entry is None:
            return "new"
        if self._work.overwrite:
            return "overwrite"
        if (item.size, item.changed_ns) != (entry.size, entry.changed_ns):
            return "changed"
        if entry.code == DONE and not os.path.lexists(f"{self._work.target}/{entry.target}"):
            return "copy gone"
        if entry.code == THERE_ALREADY:
            return "there already"
        if entry.code not in (DONE, SKIPPED, DUPLICATE) and (
            self._retried or entry.code in MAY_PASS or entry.software != VERSION
        ):
            return "retried"
        if self._work.whole and entry.code == DONE:
            return "compared"
        return ""

    def _token(self, item: Input) -> bytes:
        return self._derive(item.name.encode(errors="surrogateescape"))[:TOKEN_BYTES]

    # --- doing it

    def _carried_out(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """Hand portions out, a bounded number at a time, and yield what comes back."""
        portions = chunks(tasks)
        pending: dict[Future[list[Outcome]], list[Task]] = {}
        window = self._crew.jobs * _WINDOW_PER_JOB + 1 if self._crew.jobs > 1 else 1
        try:
            for portion in portions:
                pending[self._submit(portion)] = portion
                if len(pending) >= window:
                    yield from self._collected(pending)
            while pending:
                yield from self._collected(pending)
        except KeyboardInterrupt:
            for future in [each for each in pending if each.cancel()]:
                del pending[future]
            while pending:
                yield from self._collected(pending)
            raise

    def _submit(self, portion: list[Task]) -> Future[list[Outcome]]:
        return self._crew.submit(carry_out, self._pickled, portion)

    def _collected(self, pending: dict[Future[list[Outcome]], list[Task]]) -> Iterator[Outcome]:
        """Wait for a portion; if a worker died, do what was lost with it once more, a portion at a time."""
        finished, _ = wait(pending, return_when=FIRST_COMPLETED)
        lost: list[list[Task]] = []
        for future in finished:
            portion = pending.pop(future)
            try:
                outcomes = future.result()
            except BrokenExecutor:
                lost.append(portion)
                continue
            yield from self._booked(outcomes)
        if lost:
            yield from self._rescued(lost, pending)

    def _rescued(self, lost: list[list[Task]], pending: dict[Future[list[Outcome]], list[Task]]) -> Iterator[Outcome]:
        """Do portions again that were lost with a worker: each alone, in halves if it kills its worker again."""
        self._crew.renew()
        if self._crew.breaks_as_one:
            lost += [pending.pop(future) for future in [each for each in pending if _is_lost(each)]]
        else:
            lost = [portion for portion in lost if not self._goes_again(portion, pending)]
        lost.sort(key=lambda portion: portion[0].item.number, reverse=True)
        while lost:
            portion = lost.pop()
            future = self._submit(portion)
            try:
                yield from self._booked(future.result())
            except BrokenExecutor:
                self._crew.renew()
                if len(portion) == 1:
                    yield from self._booked([_quarantined(portion[0])])
                else:
                    lost += reversed(halves(portion))

    def _goes_again(self, portion: list[Task], pending: dict[Future[list[Outcome]], list[Task]]) -> bool:
        """Hand a portion out once more beside the others: a machine of a cluster may have gone, with many of them."""
        number = portion[0].item.number
        if number in self._handed_again:
            return False
        self._handed_again.add(number)
        pending[self._submit(portion)] = portion
        return True

    # --- writing it down

    def _booked(self, outcomes: list[Outcome]) -> Iterator[Outcome]:
        """Note what became of inputs, and yield it, but for those whose place another has: they wait for the end."""
        taken: dict[str, str] = {}
        told: list[Outcome] = []
        noted: list[Outcome] = []
        for each in outcomes:
            inside = self._inside(each)
            outcome = each
            if inside is not None and outcome.code == DONE:
                if self._owner(inside, taken) not in (None, outcome.token):
                    outcome = outcome._replace(code=THERE_ALREADY)
                else:
                    taken[inside] = outcome.token
            noted.append(outcome)
            if outcome.code == THERE_ALREADY:
                self._waiting += 1
            else:
                told.append(outcome)
        self._record(noted)
        yield from told

    def _owner(self, inside: str, taken: dict[str, str]) -> str | None:
        """Return the token of the input that has a place."""
        if inside in taken:
            return taken[inside]
        owner = self._ledger.owner(inside)
        return None if owner is None or owner.source != self._ledger.source else owner.token.hex()

    def _settled(self) -> Iterator[Outcome]:
        """Say whose copy it is where several inputs want one place: the first in the order of names has it."""
        again: set[str] = set()
        if self._waiting:
            for item in self._inputs:
                token = self._token(item)
                entry = self._ledger.entry(token)
                if entry is None or entry.code != THERE_ALREADY or entry.run != self._ledger.run:
                    continue
                assert entry.target is not None
                yield from self._settled_for(item, token, entry, again)
        if again:
            for item in self._inputs:
                if self._token(item).hex() in again:
                    self._record([*self._done_over(item)])

    def _settled_for(self, item: Input, token: bytes, entry: Entry, again: set[str]) -> Iterator[Outcome]:
        target = entry.target or ""
        owner = self._ledger.owner(target)
        told = _told(item, token, entry)
        if owner is None:
            yield told
        elif owner.number < item.number:
            outcome = told._replace(code=DUPLICATE, message=DUPLICATE_MESSAGE, target=None)
            self._record([outcome])
            yield outcome
            if self._work.overwrite and owner.run == self._ledger.run:
                again.add(owner.token.hex())  # whichever came last lies there now
        else:
            self._ledger.disown(owner, DUPLICATE, DUPLICATE_MESSAGE)
            outcomes = self._done_over(item)
            self._record(outcomes)
            yield from outcomes
            yield _corrected(owner)

    def _done_over(self, item: Input) -> list[Outcome]:
        """Do an input in this process; its copy takes the place of the one that is there."""
        return carry_out(self._pickled, [Task(item, self._token(item).hex(), may_replace=True)])

    def _record(self, outcomes: list[Outcome]) -> None:
        """Hand outcomes to the ledger; what it cannot take now, for want of space, is tried again with the next."""
        self._late += [(each, self._inside(each), self._actions_of(each)) for each in outcomes]
        try:
            self._ledger.record(self._late)
            self._late = []
        except sqlite3.Error:
            if len(self._late) > _MOST_UNRECORDED:
                self.unrecorded += len(self._late)
                self._late = []

    def _inside(self, outcome: Outcome) -> str | None:
        return None if outcome.target is None else outcome.target[self._target_length :]

    def _actions_of(self, outcome: Outcome) -> str | None:
        """Return what was done to an instance, as JSON; of files alike it is worked out once."""
        report = outcome.report
        if report is None:
            return None
        key = tuple(map(id, report.notes))
        known = self._actions.get(key)
        if known is None:
            if len(self._actions) >= _MOST_ACTIONS_KNOWN:
                self._actions.clear()
            content = json.dumps(list(report.lines()))
            known = self._actions[key] = (content, report.notes)  # held, so that no other object gets their ids
        return known[0]


_MOST_ACTIONS_KNOWN = 256  # portions come as copies with ids of their own; old ones never come again


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _is_lost(future: Future[list[Outcome]]) -> bool:
    """Tell whether a portion was lost with its worker; a broken pool loses all, at nearly the same time."""
    return isinstance(future.exception(), BrokenExecutor)


def _quarantined(task: Task) -> Outcome:
    item = task.item
    message = "a worker died of it, also when it was done alone"
    return Outcome(item.number, task.token, QUARANTINED, message, None, None, item.path, item.size, item.changed_ns)


def _told(item: Input, token: bytes, entry: Entry) -> Outcome:
    """Return an outcome as the ledger has it."""
    return Outcome(
        item.number,
        token.hex(),
        entry.code,
        entry.message,
        None,
        None,
        item.path,
        item.size,
        item.changed_ns,
        entry.fingerprint,
    )


def _corrected(owner: Claim) -> Outcome:
    """Return what has become of an input that was told to be done, and whose place another has now."""
    return Outcome(owner.number, owner.token.hex(), DUPLICATE, DUPLICATE_MESSAGE, None, None, "", corrects=DONE)
