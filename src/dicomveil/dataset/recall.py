"""Remember what became of elements, so that the same bytes in the same place need no second thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_UNIT_BYTES = 16 * 1024
MOST_UNITS = 4_000
PATIENCE = 2  # how often a unit may differ before it counts as one that always does


class Unit:
    """Consecutive elements of a data set as they were met before, and what became of them.

    ``raw`` is their bytes; of an element that differs from data set to data set (``varies``) just those of its tag.
    ``written`` is what they became, None if they were kept. ``before`` and ``after`` count the stamps that had been
    written when the unit began and ended. ``depends`` tells that an act was asked, whose answer may be another for
    another owner.
    """

    written: bytes | None = None
    notes: tuple[object, ...] = ()
    identity: tuple[object, ...] = ()
    facts: tuple[object, ...] = ()
    before = after = misses = 0
    depends = False
    parts: Sequence[Unit] = ()

    def __init__(self, tag: int, raw: bytes, *, varies: bool) -> None:
        self.tag = tag
        self.raw = raw
        self.varies = varies


class Memory:
    """What one place (the root, or the items of one sequence) remembers of the data sets before."""

    __slots__ = ("owner", "unit_list", "unsettled")

    def __init__(self) -> None:
        self.owner: object = None
        self.unit_list: list[Unit] = []
        self.unsettled = False

    def units(self, owner: object) -> list[Unit]:
        """Return what is remembered for this owner; what was another's is forgotten, if it depends on the owner."""
        if self.owner is not owner:
            self.owner = owner
            self.unit_list = [part for part in self.parts() if not (part.depends or part.varies)]
            self.unsettled = True
        if len(self.unit_list) > MOST_UNITS:
            self.unit_list = []
        return self.unit_list

    def parts(self) -> list[Unit]:
        """Return what is remembered element by element."""
        return [part for unit in self.unit_list for part in (unit.parts or [unit])]

    def replace(self, index: int, fresh: Unit) -> None:
        """Take ``fresh`` for a unit that differed, or give up on it if it always does."""
        fresh.misses = self.unit_list[index].misses + 1
        if fresh.misses > PATIENCE and not fresh.varies:
            fresh = Unit(fresh.tag, fresh.raw[:4], varies=True)
        self.unit_list[index] = fresh

    def proved(self, unit: Unit) -> None:
        """Note that a unit that differed before is the same again, and may be joined with its neighbours."""
        unit.misses = 0
        self.unsettled = True

    def missed(self, index: int) -> int:
        """Note that a unit's element is not there; return how far the next unit is: a unit often missed is dropped."""
        unit = self.unit_list[index]
        unit.misses += 1
        self.unsettled = True
        if unit.misses <= PATIENCE:
            return 1
        del self.unit_list[index]
        return 0

    def split(self, index: int) -> None:
        """Put a unit's parts back in its place, so that the one that differs can be told."""
        self.unit_list[index : index + 1] = self.unit_list[index].parts
        self.unsettled = True

    def settle(self) -> None:
        """Join neighbours that have proved to be the same again, so that one comparison does for all."""
        self.unsettled = False
        joined: list[Unit] = []
        run: list[Unit] = []
        size = 0
        for unit in self.unit_list:  # joined only where as many stamps precede one as follow the other
            follows = not run or run[-1].after == unit.before
            if not unit.varies and not unit.misses and follows and size + len(unit.raw) <= LARGEST_UNIT_BYTES:
                run.append(unit)
                size += len(unit.raw)
            else:
                joined += [*_join(run), unit]
                run, size = [], 0
        self.unit_list = joined + _join(run)


def _join(run: list[Unit]) -> list[Unit]:
    if len(run) < 2:
        return run
    whole = Unit(run[0].tag, b"".join([unit.raw for unit in run]), varies=False)
    if any(unit.written is not None for unit in run):
        whole.written = b"".join([unit.raw if unit.written is None else unit.written for unit in run])
    whole.notes = tuple(note for unit in run for note in unit.notes)
    whole.facts = tuple(fact for unit in run for fact in unit.facts)
    whole.identity = tuple(value for unit in run for value in unit.identity)
    whole.depends = any(unit.depends for unit in run)
    whole.before, whole.after = run[0].before, run[-1].after
    whole.parts = [part for unit in run for part in (unit.parts or [unit])]
    return [whole]
