"""Write down what became of inputs, and settle whose copy it is where several want one place."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from dicomveil.batch.outcome import DONE, DUPLICATE, DUPLICATE_MESSAGE, THERE_ALREADY, Corrected, Other, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dicomveil.batch.records.ledger import Claim, Entry, Ledger
    from dicomveil.batch.records.tokens import Tokens
    from dicomveil.batch.sources.inputs import Input

    DoneOver = Callable[[Input, str], Outcome]

_MOST_UNRECORDED = 10_000


class Booking:
    """The outcomes of one run on their way into the ledger.

    Parameters
    ----------
    inside
        Gives the target of an outcome relative to the output.
    overwrite
        Copies may have been written over one another, so that nobody knows whose bytes lie there.
    tell
        Is told of outcomes before the ledger is: a run that is killed between the two tells twice, never not at all.
    """

    def __init__(
        self,
        ledger: Ledger,
        tokens: Tokens,
        inside: Callable[[Outcome], str | None],
        *,
        overwrite: bool,
        tell: Callable[[list[Outcome]], None],
    ) -> None:
        self._ledger = ledger
        self._tokens = tokens
        self._inside = inside
        self._overwrite = overwrite
        self._tell = tell
        self._unwritten: list[tuple[Outcome, str | None]] = []
        self._numbers: list[tuple[int, bytes]] = []
        self._lost = 0
        self._waiting = False
        self._doubles: dict[bytes, Entry] = {}
        self._paths: dict[bytes, str] = {}

    @property
    def unrecorded(self) -> int:
        """How many outcomes the ledger could not take."""
        return self._lost + len(self._unwritten)

    def book(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        """Note outcomes; return them, but for those whose place another input has: they wait for `settled`."""
        taken = {inside: each.token for each, inside in self._unwritten if inside is not None and each.code == DONE}
        noted = [self._claimed(each, taken) for each in outcomes]
        told = [each for each in noted if each.code != THERE_ALREADY]
        self._tell(told)
        self.record(noted)
        self._waiting = self._waiting or len(told) < len(noted)
        return told

    def settled(self, items: Iterable[Input], done_over: DoneOver) -> Iterator[Outcome]:
        """Yield what becomes of inputs that wait: of those that want one place the first by name has it.

        Parameters
        ----------
        items
            All inputs, in the order of names; iterated up to twice. Those that are gone have no copy to keep.
        done_over
            Does an input whose copy may take the place of the one that is there.
        """
        self.record([])
        again: set[bytes] = set()
        wanted = self._owners()
        for item in items if self._waiting or wanted or self._doubles else ():
            token = self._tokens.of(item)
            if token in wanted:
                self._paths[token] = item.path
            double = self._doubles.pop(token, None)
            if double is not None:
                yield from self._doubled(item, token, double, done_over)
                continue
            entry = self._ledger.entry(token) if self._waiting else None
            if entry is not None and entry.code == THERE_ALREADY and entry.run == self._ledger.run:
                yield from self._settled(item, token, entry, again, done_over)
        for item in items if again else ():
            entry = self._ledger.entry(self._tokens.of(item)) if self._tokens.of(item) in again else None
            if entry is not None and entry.target is not None:
                self.record([done_over(item, entry.target)])

    def tell_again(self, token: bytes, entry: Entry) -> None:
        """Have `settled` tell of a duplicate of an earlier run, once the number that the other file has is known."""
        self._doubles[token] = entry

    def _owners(self) -> set[bytes]:
        """Return the tokens of inputs of this run that have a copy which others want."""
        owners = {owner for entry in self._doubles.values() if (owner := self._ledger.owner(entry.target or ""))}
        found = {owner.token for owner in owners if owner.source == self._ledger.source}
        return found | self._ledger.owners_waited_for() if self._waiting else found

    def _other(self, owner: Claim | None) -> Other | None:
        if owner is None:
            return None
        if owner.source != self._ledger.source:
            return Other(0, "")
        return Other(owner.number, self._paths.get(owner.token, ""))

    def renumber(self, token: bytes, number: int) -> None:
        """Note that an input that needs nothing is there, at another place in the order of names than it had."""
        self._numbers.append((number, token))
        if len(self._numbers) >= _MOST_UNRECORDED:
            self.record([])

    def record(self, outcomes: list[Outcome]) -> None:
        """Hand outcomes to the ledger; what it cannot take now, for want of space, is tried again with the next."""
        self._record([(each, self._inside(each)) for each in outcomes])

    def _record(self, outcomes: list[tuple[Outcome, str | None]]) -> None:
        self._unwritten += outcomes
        try:
            self._ledger.record(self._unwritten, self._numbers)
            self._unwritten, self._numbers = [], []
        except sqlite3.OperationalError:
            if len(self._unwritten) > _MOST_UNRECORDED:
                self._lost += len(self._unwritten)
                self._unwritten = []

    def _claimed(self, outcome: Outcome, taken: dict[str, str]) -> Outcome:
        """Return an outcome as it can be noted: one whose place another input has is not done yet."""
        inside = self._inside(outcome)
        if outcome.code != DONE or inside is None:
            return outcome
        owner = self._ledger.owner(inside)
        mine = owner is None or (owner.source == self._ledger.source and owner.token.hex() == outcome.token)
        if not mine or taken.get(inside, outcome.token) != outcome.token:
            return outcome._replace(code=THERE_ALREADY)
        taken[inside] = outcome.token
        return outcome

    def _settled(
        self, item: Input, token: bytes, entry: Entry, again: set[bytes], done_over: DoneOver
    ) -> list[Outcome]:
        target = entry.target or ""
        owner = self._ledger.owner(target)
        told = told_before(item, token, entry)
        if owner is None:
            if self._ledger.is_left(target):
                return self._taken_over(item, token, target, done_over)
            self._tell([told])  # nobody knows whose it is
            return [told]
        ours = owner.source == self._ledger.source
        if not owner.gone and (owner.number < item.number if ours else not self._overwrite):
            outcome = told._replace(code=DUPLICATE, message=DUPLICATE_MESSAGE, other=self._other(owner))
            self._tell([outcome])
            self._record([(outcome, target)])  # which tells whose duplicate it is, whatever numbers change to
            if self._overwrite and ours:
                again.add(owner.token)  # whichever came last lies there now
            return [outcome]
        return self._taken_over(item, token, target, done_over)

    def _doubled(self, item: Input, token: bytes, entry: Entry, done_over: DoneOver) -> list[Outcome]:
        """Tell of a duplicate of an earlier run, or give it the copy that is no file's before it by name any more."""
        owner = self._ledger.owner(entry.target or "")
        is_ours = owner is not None and owner.source == self._ledger.source
        if entry.target and (owner is None or owner.gone or (is_ours and owner.number > item.number)):
            return self._taken_over(item, token, entry.target, done_over)
        return [told_before(item, token, entry)._replace(other=self._other(owner))]

    def _taken_over(self, item: Input, token: bytes, target: str, done_over: DoneOver) -> list[Outcome]:
        """Put an input's copy where another's is, or was."""
        owner = self._ledger.owner(target)
        outcome = done_over(item, target)
        outcomes = [outcome]
        if outcome.code == DONE and owner is not None and owner.run == self._ledger.run:
            outcomes.append(_corrected(owner, item))
        self._tell(outcomes)
        if outcome.code == DONE and owner is not None:
            self._paths[token] = item.path
            self._ledger.hand_over(owner, (outcome, target), DUPLICATE, DUPLICATE_MESSAGE)
        else:
            self.record([outcome])
        return outcomes


def told_before(item: Input, token: bytes, entry: Entry) -> Outcome:
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


def _corrected(owner: Claim, item: Input) -> Outcome:
    """Return what has become of an input that was told to be done, and whose place another has now."""
    told = Outcome(owner.number, owner.token.hex(), DUPLICATE, DUPLICATE_MESSAGE, None, None, "")
    return told._replace(corrects=Corrected(owner.pixels_not_checked), other=Other(item.number, item.path))
