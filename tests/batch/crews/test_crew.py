"""A crew goes on when its workers die, and starts none that are not worth it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest

from dicomveil.batch.crews.crew import Crew, InProcess, cores, jobs_for
from dicomveil.batch.sources.inputs import Inputs


class Mortal(InProcess):
    """Dies of the word "deadly", and refuses all that comes after."""

    def __init__(self) -> None:
        self.is_dead = False
        self.told: list[dict[str, bool]] = []

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        self.is_dead = self.is_dead or arguments == ("deadly",)
        if self.is_dead:
            raise BrokenExecutor
        return super().submit(function, *arguments, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.told.append({"wait": wait, "cancel": cancel_futures})


def crew_with(made: list[Mortal], **more: bool) -> Crew:
    def make() -> Executor:
        made.append(Mortal())
        return made[-1]

    return Crew(make, 2, **more)


def test_a_portion_that_nobody_takes_any_more_is_lost_and_not_raised() -> None:
    crew = crew_with([])
    assert isinstance(crew.submit(str, "deadly").exception(), BrokenExecutor)
    assert isinstance(crew.submit(str, "harmless").exception(), BrokenExecutor)


def test_after_a_death_there_are_new_workers_and_nobody_waits_for_the_dead() -> None:
    made: list[Mortal] = []
    crew = crew_with(made)
    crew.submit(str, "deadly")
    crew.renew()
    assert crew.submit(str, "harmless").result() == "harmless"
    assert [each.told for each in made] == [[{"wait": False, "cancel": True}], []]


def test_a_cluster_that_lost_a_worker_is_not_left() -> None:
    made: list[Mortal] = []
    crew = crew_with(made, breaks_as_one=False)
    crew.submit(str, "harmless")
    crew.renew()
    crew.submit(str, "harmless")
    assert [each.told for each in made] == [[]]


def test_a_crew_that_is_closed_ends_what_it_is_at_and_begins_nothing_more() -> None:
    made: list[Mortal] = []
    crew = crew_with(made)
    crew.submit(str, "harmless")
    crew.close()
    crew.close()
    assert [each.told for each in made] == [[{"wait": True, "cancel": True}]]


def test_no_worker_is_started_before_there_is_work() -> None:
    made: list[Mortal] = []
    crew_with(made).close()
    assert made == []


def test_to_choose_a_number_of_processes_no_long_listing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []

    def endless(self: Inputs) -> Iterator[str]:
        while True:
            listed.append("")
            yield ""

    monkeypatch.setattr(Inputs, "paths", endless)
    assert jobs_for(Inputs(tmp_path)) == cores()
    assert len(listed) < 1000
