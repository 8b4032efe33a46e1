"""A run over many files: portions go out to workers, what became of each file comes back to one ledger."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from dicomveil.batch.booking import Booking, told_before
from dicomveil.batch.crews.chunks import Task, chunks
from dicomveil.batch.crews.spread import Spread
from dicomveil.batch.layouts.layout import layout_of
from dicomveil.batch.outcome import (
    DONE,
    DUPLICATE,
    MAY_PASS,
    QUARANTINED,
    QUARANTINED_MESSAGE,
    SKIPPED,
    THERE_ALREADY,
    Outcome,
)
from dicomveil.batch.portion import carry_out, packed
from dicomveil.batch.records.ledger_file import unusable
from dicomveil.batch.records.tokens import Tokens
from dicomveil.batch.sources import archives
from dicomveil.batch.storage.places import is_url
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.batch.crews.crew import Crew
    from dicomveil.batch.records.ledger import Entry, Ledger
    from dicomveil.batch.sources.inputs import Input, Inputs
    from dicomveil.batch.work import Work

_MOST_TOLD_AGAIN = 1_000
_COMPARED = frozenset({"changed", "compared"})


class Batch:
    """One run; iterate over it to carry it out. Outcomes come as portions are done, not in the order of names.

    Of several inputs with one SOP Instance UID the first in the order of names has the copy, whatever finished first.
    ``before`` counts the inputs that need nothing because an earlier run has seen to them, by code; of those that could
    not be done the first thousand are also yielded again. ``skipped_before`` counts such as are no DICOM files, by what
    they are, ``pixels_not_checked_before`` those done whose pixels nobody has looked at. ``why`` counts those that were
    taken, by reason.
    ``gone`` counts the inputs that earlier runs have met and that are not there any more, ``gone_copies`` those of them
    that have left copies.
    ``interrupted`` says that it was stopped.

    Parameters
    ----------
    ledger
        Says what earlier runs have done, and notes what this one does.
    retried
        Take also inputs that an earlier run could not do, though nothing about them has changed.
    only
        Take only inputs with these tokens.
    tell
        Is told of outcomes before the ledger is, for a report that misses none.
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
        tell: Callable[[list[Outcome]], None] | None = None,
    ) -> None:
        self._layout = layout_of(work)
        self.before: Counter[str] = Counter()
        self.why: Counter[str] = Counter()
        self.interrupted = False
        self.skipped_before: Counter[str] = Counter()
        self.pixels_not_checked_before = 0
        self.gone = self.gone_copies = 0
        self._met = self._again = 0
        self._seconds = 0.0
        self.dry_run = work.dry_run
        self.target = self._layout.root
        self._work = work
        self._pickled = packed(work)
        self._inputs = inputs
        self._crew = crew
        self._ledger = ledger
        self._retried = retried
        self._only = only
        self._tokens = Tokens(ProjectKey(ledger.secret) if work.without_key else work.key)
        self._target_length = len(self._layout.root.rstrip(os.sep)) + 1
        self._failed_before: deque[Outcome] = deque()
        self._spread = Spread(crew, partial(carry_out, self._pickled), _quarantined)
        # A storage, too, lets the later of two writers win.
        overwrites = work.overwrite or is_url(work.target)
        self._booking = Booking(ledger, self._tokens, self._inside, overwrite=overwrites, tell=tell or _nobody)

    @property
    def unrecorded(self) -> int:
        """How many outcomes the ledger could not take."""
        return self._booking.unrecorded

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
            for outcomes in self._spread.over(chunks(self._tasks())):
                yield from filter(self._is_news, self._booking.book(outcomes))
                yield from self._told_again()
            yield from self._told_again()
            if not self.interrupted:
                self._look_for_gone()
                yield from self._booking.settled(self._inputs, self._done_over)
                self._clear_away()
                self.gone, self.gone_copies = self._ledger.gone()
            whole = not self.interrupted
        except sqlite3.Error as error:
            raise unusable(error) from None
        finally:
            self._crew.close()
            archives.let_go()
            self._booking.record([])
            self._end(time.monotonic() - begin, interrupted=not whole or self._layout.is_finished_later)

    def stop(self) -> None:
        """Hand nothing more out and end when what is in hand is done; may be called from a signal handler."""
        self.interrupted = True
        self._spread.stop()

    def finish(self) -> list[str]:
        """Do what is left when all inputs are done: pack, or list; return what is wrong, a sentence each."""
        if self.dry_run:
            return []
        begin = time.monotonic()
        problems = self._layout.finish()
        stale = len(self._ledger.stale())
        if stale:
            problems.append(
                f"{stale} inputs have become other instances, and their old copies are still in the output: "
                "make it anew"
            )
        kept = self._ledger.kept_of_others()
        if kept:
            problems.append(
                f"{kept} inputs are no DICOM files any more, and the copies made of them before are still in the "
                "output: look at them"
            )
        if self._layout.is_finished_later:
            self._end(self._seconds + time.monotonic() - begin, interrupted=not self._layout.is_finished)
        others = self._ledger.made_otherwise()
        if others:
            problems.append(
                f"{others} copies in the output are not made as this run makes them, but by another recipe or with "
                "another --known: run their inputs again, or take these copies away"
            )
        with suppress(sqlite3.Error):  # a full disk; it is told all the same
            self._ledger.note_problems(problems)
        return problems

    def _end(self, seconds: float, *, interrupted: bool) -> None:
        self._seconds = seconds
        with suppress(sqlite3.Error):  # a full disk; the run is then one that has not ended
            self._ledger.end(ended=_now(), seconds=seconds, interrupted=interrupted)

    def _begin(self) -> None:
        recipe = self._work.recipe
        try:
            self._ledger.begin(
                self._tokens.of_folder(self._inputs.root),
                started=_now(),
                software=VERSION,
                recipe=recipe.name,
                fingerprint=recipe.fingerprint,
                jobs=self._crew.jobs,
                known=self._work.known_digest,
            )
        except sqlite3.Error as error:
            raise unusable(error) from None

    # --- what is to be done

    def _tasks(self) -> Iterator[Task]:
        is_first = not self._ledger.knows_any()
        for item in self._inputs:
            token = self._tokens.of(item)
            if self._only is not None and token not in self._only:
                continue
            self._met += 1
            entry = None if is_first else self._ledger.entry(token)
            why = self._why(item, entry)
            if why:
                compared = entry.fingerprint if entry is not None and why in _COMPARED else b""
                if not compared:
                    self.why[why] += 1
                own = self._own(entry) if entry is not None else None
                yield Task(item, token.hex(), f"{self._layout.root}/{own}" if own else "", compared)
            elif entry is not None:
                if entry.number != item.number or entry.gone:
                    self._booking.renumber(token, item.number)
                if entry.code == SKIPPED:
                    self.skipped_before[entry.message] += 1
                elif entry.code == DONE or self._again >= _MOST_TOLD_AGAIN:
                    self.before[entry.code] += 1
                    self.pixels_not_checked_before += entry.pixels_not_checked
                elif entry.code == DUPLICATE:
                    self._again += 1
                    self._booking.tell_again(token, entry)
                else:
                    self._again += 1
                    self._failed_before.append(told_before(item, token, entry))

    def _own(self, entry: Entry) -> str | None:
        """Return the place of the copy that an input has, and that a new one may be put in."""
        if entry.code == DONE:
            return entry.target
        if entry.target is None or entry.code in (THERE_ALREADY, DUPLICATE):
            return None
        return entry.target if self._ledger.owner(entry.target) is None else None

    def _why(self, item: Input, entry: Entry | None) -> str:
        """Return why an input is to be taken; empty if it need not be."""
        if entry is None:
            return "new"
        if self._work.overwrite:
            return "overwrite"
        if entry.code != SKIPPED and entry.making != self._ledger.making:
            return "another recipe"
        if (item.size, item.changed_ns) != (entry.size, entry.changed_ns):
            return "changed"
        if entry.code == DONE and not self._layout.has(entry.target or "", entry.copy_bytes):
            return "copy gone"
        if entry.code == THERE_ALREADY:
            return "there already"
        if entry.code not in (DONE, SKIPPED, DUPLICATE) and (
            self._retried or self._may_have_passed(entry.code) or entry.software != VERSION
        ):
            return "retried"
        if self._work.whole and entry.code == DONE:
            return "compared"
        return "no longer a duplicate" if entry.code == DUPLICATE and self._may_have_copy(entry) else ""

    def _may_have_copy(self, entry: Entry) -> bool:
        """Tell whether the input whose duplicate another was is gone, or has become another instance."""
        owner = self._ledger.owner(entry.target) if entry.target else None
        return entry.target is not None and (owner is None or owner.gone)

    def _may_have_passed(self, code: str) -> bool:
        """Tell whether what kept an input from being done may be gone without its having changed."""
        refuses = self._work.refuse_burned_in or self._work.recipe.refuse_burned_in
        return (
            code in MAY_PASS
            or (code == "already-deidentified" and self._work.again)
            or (code == "burned-in-annotation" and not refuses)
        )

    def _look_for_gone(self) -> None:
        """Note which inputs of earlier runs are not there any more, if that can be told.

        Mostly as many are known as were met, and nothing is written; only else they are listed once more.
        """
        self._booking.record([])
        if self._only is not None or not self._inputs.is_whole or self._booking.unrecorded:
            return
        with suppress(sqlite3.OperationalError):  # a full disk; the next run notes it
            if self._ledger.here() > self._met:
                self._ledger.mark_gone(self._tokens.of(item) for item in self._inputs)
            self._ledger.look_for_their_copies(self._layout.has)

    def _is_news(self, outcome: Outcome) -> bool:
        """Count an outcome whose input was compared with what it was; False if nothing was to be done."""
        if outcome.is_same is None or outcome.code != DONE:
            return True
        if outcome.is_same and self._work.whole:
            self.before[DONE] += 1
            self.pixels_not_checked_before += outcome.report is not None and outcome.report.pixels_not_checked
            return False
        changed = "changed, or not hashed before" if self._work.whole else "changed"
        self.why["touched" if outcome.is_same else changed] += 1
        return True

    def _clear_away(self) -> None:
        """Take away copies of what inputs were before: they may be of another patient. What cannot go stays noted.

        Only when all is settled: a file that has another name now may want the place of its own old copy.
        """
        for old in self._ledger.stale():
            if self._ledger.owner(old) is not None or self._layout.remove(old):
                self._ledger.forget_stale(old)

    def _told_again(self) -> Iterator[Outcome]:
        while self._failed_before and not self.interrupted:
            yield self._failed_before.popleft()

    def _done_over(self, item: Input, inside: str) -> Outcome:
        """Do an input in this process; its copy takes the place ``inside`` the output, whoever's copy is there."""
        task = Task(item, self._tokens.of(item).hex(), f"{self._layout.root}/{inside}")
        return carry_out(self._pickled, [task])[0]

    def _inside(self, outcome: Outcome) -> str | None:
        return None if outcome.target is None else outcome.target[self._target_length :]


def _nobody(outcomes: list[Outcome]) -> None:
    """Tell nobody."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _quarantined(task: Task) -> list[Outcome]:
    item = task.item
    lost = item.number, task.token, QUARANTINED, QUARANTINED_MESSAGE
    return [Outcome(*lost, None, None, item.path, item.size, item.changed_ns)]
