from __future__ import annotations

import pytest

from dicomveil.batch.crews.chunks import (
    ENOUGH_BYTES,
    FEWEST_FILES,
    LARGE_FILE_BYTES,
    MOST_FILES,
    Task,
    chunks,
    halves,
)
from dicomveil.batch.sources.inputs import Input


def tasks(count: int, size: int = 1_000) -> list[Task]:
    return [Task(Input(number, "", "", size), "") for number in range(1, count + 1)]


def lengths(given: list[Task]) -> list[int]:
    return [len(chunk) for chunk in chunks(given)]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(0, [], id="none"),
        pytest.param(1, [1], id="one"),
        pytest.param(FEWEST_FILES + 1, [FEWEST_FILES, 1], id="one-more-than-a-portion"),
    ],
)
def test_a_short_run_is_cut_into_small_portions(count: int, expected: list[int]) -> None:
    assert lengths(tasks(count)) == expected


def test_a_long_run_of_small_files_is_cut_into_larger_portions_later_on() -> None:
    found = lengths(tasks(10_000))
    assert found[0] == FEWEST_FILES
    assert max(found) == MOST_FILES
    assert sum(found) == 10_000


def test_files_of_some_size_make_a_portion_by_their_bytes() -> None:
    assert lengths(tasks(10, size=ENOUGH_BYTES // 4)) == [4, 4, 2]


def test_a_large_file_goes_alone_and_the_others_keep_their_order() -> None:
    small = tasks(3)
    large = Task(Input(9, "", "", LARGE_FILE_BYTES), "")
    assert list(chunks([small[0], large, *small[1:]])) == [[large], small]


def test_every_task_is_in_one_portion() -> None:
    given = tasks(3_000, size=100_000)
    assert [task for chunk in chunks(given) for task in chunk] == given


@pytest.mark.parametrize("count", [1, 2, 3, 64], ids=str)
def test_halves_hold_all_in_order_and_neither_is_empty(count: int) -> None:
    given = tasks(count)
    parts = halves(given)
    assert [task for part in parts for task in part] == given
    assert all(parts)
    assert len(parts) == min(count, 2)
