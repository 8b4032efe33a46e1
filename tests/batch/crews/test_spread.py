"""Portions are spread over a crew and all come back, also when a worker dies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor

import pytest

from dicomveil.batch.crews.chunks import Task
from dicomveil.batch.crews.crew import Crew, InProcess, crew_of
from dicomveil.batch.crews.spread import Spread
from dicomveil.batch.sources.inputs import Input

DEADLY = 5


def portions(*sizes: int) -> list[list[Task]]:
    numbers = iter(range(1, sum(sizes) + 1))
    return [[Task(Input(next(numbers), "", ""), "") for _ in range(size)] for size in sizes]


def numbers_of(portion: Iterable[Task]) -> list[int]:
    return [task.item.number for task in portion]


def numbers_unless_deadly(portion: Iterable[Task]) -> list[int]:
    if DEADLY in numbers_of(portion):
        raise BrokenExecutor
    return numbers_of(portion)


def nothing(task: Task) -> list[int]:
    return [-task.item.number]


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_portion_comes_back_once(jobs: int) -> None:
    crew = crew_of(jobs)
    found = list(Spread(crew, numbers_of, nothing).over(portions(3, 1, 4, 1, 5, 9, 2, 6)))
    crew.close()
    assert sorted(number for each in found for number in each) == list(range(1, 32))


def test_a_file_that_kills_its_worker_costs_no_other() -> None:
    crew = Crew(InProcess, 2)
    found = list(Spread(crew, numbers_unless_deadly, nothing).over(portions(3, 4, 2)))
    assert sorted(number for each in found for number in each) == [-DEADLY, 1, 2, 3, 4, 6, 7, 8, 9]


def test_a_fault_of_ours_is_raised() -> None:
    def faulty(portion: Iterable[Task]) -> list[int]:
        raise KeyError

    with pytest.raises(KeyError):
        list(Spread(Crew(InProcess, 1), faulty, nothing).over(portions(1)))


def test_in_this_process_a_portion_that_is_stopped_ends_after_the_file_in_hand() -> None:
    def stopped_at_two(portion: Iterable[Task]) -> list[int]:
        done = []
        for task in portion:
            done.append(task.item.number)
            if task.item.number == 2:
                spread.stop()  # as the handler of Ctrl-C does, in the middle of a file
        return done

    spread = Spread(crew_of(1), stopped_at_two, nothing)
    assert list(spread.over(portions(5, 5))) == [[1, 2]]


@pytest.mark.parametrize(("jobs", "window"), [(1, 1), (2, 5), (3, 7)])
def test_no_more_portions_are_in_flight_than_keep_the_workers_busy(jobs: int, window: int) -> None:
    drawn = back = most = 0

    def drawing() -> Iterator[list[Task]]:
        nonlocal drawn, most
        for portion in portions(*[1] * 100):
            drawn += 1
            most = max(most, drawn - back)
            yield portion

    for _ in Spread(Crew(InProcess, jobs), numbers_of, nothing).over(drawing()):
        back += 1
    assert (drawn, back, most) == (100, 100, window)
