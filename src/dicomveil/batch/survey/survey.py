"""A first pass over many files that reads headers only: who is in them, what belongs together, what is odd."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dicomveil.batch.crews.chunks import Task, chunks
from dicomveil.batch.crews.spread import Spread
from dicomveil.batch.sources import archives
from dicomveil.batch.survey.look import contents_of, look_at, not_survived, nothing_of

if TYPE_CHECKING:
    from dicomveil.batch.crews.crew import Crew
    from dicomveil.batch.sources.inputs import Inputs
    from dicomveil.batch.survey.census import Census
    from dicomveil.batch.survey.look import Looked


class Survey:
    """One pass; iterate over it to carry it out, and the census can be counted. Files come as portions are done.

    An iteration that is interrupted leaves a census of what was seen so far. Files that share a SOP Instance UID and a
    size are read a second time, whole, to tell whether they are the same.
    """

    def __init__(self, inputs: Inputs, crew: Crew, census: Census) -> None:
        self._inputs = inputs
        self._crew = crew
        self._census = census

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return self._inputs.count()

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files, in the order of names; a listing, nothing is opened."""
        return self._inputs.paths()

    def __iter__(self) -> Iterator[Looked]:
        try:
            yield from self._looks()
            self._compare()
        finally:
            self._crew.close()
            archives.let_go()

    def _looks(self) -> Iterator[Looked]:
        spread = Spread(self._crew, look_at, not_survived)
        for looks in spread.over(chunks(Task(item, "") for item in self._inputs)):
            self._census.take(looks)
            yield from looks.files

    def _compare(self) -> None:
        """Take the fingerprints of files that may be the same."""
        numbers = array("Q", self._census.alike())  # eight bytes each, for millions
        if not numbers:
            return
        spread = Spread(self._crew, contents_of, nothing_of)
        for contents in spread.over(chunks(self._wanted(numbers))):
            self._census.note_contents(contents)

    def _wanted(self, numbers: Iterable[int]) -> Iterator[Task]:
        wanted = iter(numbers)
        number = next(wanted, 0)
        for item in self._inputs:
            if item.number == number:
                yield Task(item, "")
                number = next(wanted, 0)
