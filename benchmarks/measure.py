"""Measure whole processes, two tools in turn, and tell what one further file costs."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

Command: TypeAlias = Callable[[Path, Path], Sequence[str]]

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # getrusage(2) counts in bytes there, in KiB elsewhere
_NOT_FOR_CHILDREN = ("PYTHONDONTWRITEBYTECODE", "DICOMVEIL_KEY")


class CouldNotRunError(Exception):
    """A tool that should run ended with an error, or did not write every file."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process, its children included, took."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """A folder of many files, one with only one of them, and how many the many are."""

    many: Path
    one: Path
    count: int


@dataclass(frozen=True, slots=True)
class Further:
    """What each file after the first costs a tool, and how many times another's cost that is."""

    cpu_s: float
    wall_s: float
    one_file_cpu_s: float
    peak_bytes: int
    cpu_ratio: float | None = None
    wall_ratio: float | None = None


def measure(command: Sequence[str]) -> Cost:
    """Run a command to its end.

    Raises
    ------
    CouldNotRunError
        If it cannot be started or its exit code is not 0.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN}
    with tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                env=environment,
            )
        except OSError as error:
            raise CouldNotRunError(f"{command[0]}: {error.strerror}") from error
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().splitlines()[-1:]
            raise CouldNotRunError(f"exit code {process.returncode}: {''.join(last) or 'no message'}")
    return Cost(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss * _RSS_UNIT)


def measure_repeatedly(command: Sequence[str], repetitions: int) -> Cost:
    """Run a command once to warm up, then measure it and take medians."""
    measure(command)
    costs = [measure(command) for _ in range(repetitions)]
    return Cost(
        median(cost.cpu_s for cost in costs),
        median(cost.wall_s for cost in costs),
        max(cost.peak_bytes for cost in costs),
    )


def compare(floor: Command, tool: Command, inputs: Inputs, scratch: Path, pairs: int) -> tuple[Further, Further]:
    """Measure two tools in turn, after a warm-up, with their outputs removed between.

    Returns what a further file costs the floor and the tool; the tool's ratios are medians over the pairs.
    """
    _warm_page_cache(inputs.many)
    for command in (floor, tool):
        _copying(command, inputs.many, scratch, inputs.count)
    ones: tuple[list[Cost], list[Cost]] = ([], [])
    manys: tuple[list[Cost], list[Cost]] = ([], [])
    for _ in range(pairs):
        for which, command in enumerate((floor, tool)):
            ones[which].append(_copying(command, inputs.one, scratch, 1))
        for which, command in enumerate((floor, tool)):
            manys[which].append(_copying(command, inputs.many, scratch, inputs.count))
    floors, tools = (_further(ones[which], manys[which], inputs.count) for which in (0, 1))
    cpu_ratio = _paired_ratio([cost.cpu_s for cost in floors], [cost.cpu_s for cost in tools])
    wall_ratio = _paired_ratio([cost.wall_s for cost in floors], [cost.wall_s for cost in tools])
    return _summary(ones[0], floors), _summary(ones[1], tools, cpu_ratio, wall_ratio)


def beside(floor: Further, further: Further) -> Further:
    """Compare with another floor, one that was measured apart: by medians, not by pairs."""
    return replace(
        further,
        cpu_ratio=_paired_ratio([floor.cpu_s], [further.cpu_s]),
        wall_ratio=_paired_ratio([floor.wall_s], [further.wall_s]),
    )


def median(values: Iterable[float]) -> float:
    """Give the middle of the values, or the mean of the two in the middle."""
    ranked = sorted(values)
    middle = len(ranked) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2


def own_peak_bytes() -> int:
    """Tell the memory of this process: a child starts with it, so that less cannot be seen in a child."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def _copying(command: Command, source: Path, scratch: Path, expected: int) -> Cost:
    """Measure one run into a new folder, and remove what it wrote there and beside it."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        out = folder / "out"
        cost = measure(command(source, out))
        written = sum(len(names) for _, _, names in os.walk(out))
        if written != expected:
            raise CouldNotRunError(f"wrote {written} of {expected} files")
        return cost
    finally:
        shutil.rmtree(folder)


def _further(ones: list[Cost], manys: list[Cost], count: int) -> list[Cost]:
    """Take the cost of one file from each run over many and share the rest among the others."""
    one_cpu, one_wall = median(cost.cpu_s for cost in ones), median(cost.wall_s for cost in ones)
    return [
        Cost((cost.cpu_s - one_cpu) / (count - 1), (cost.wall_s - one_wall) / (count - 1), cost.peak_bytes)
        for cost in manys
    ]


def _summary(ones: list[Cost], further: list[Cost], *ratios: float | None) -> Further:
    return Further(
        median(cost.cpu_s for cost in further),
        median(cost.wall_s for cost in further),
        median(cost.cpu_s for cost in ones),
        max(cost.peak_bytes for cost in further),
        *ratios,
    )


def _paired_ratio(floor: list[float], tool: list[float]) -> float | None:
    """Give the median of the ratios, or None where a floor too small to measure makes one meaningless."""
    if any(value <= 0 for value in floor):
        return None
    return median(mine / its for its, mine in zip(floor, tool, strict=True))


def _warm_page_cache(folder: Path) -> None:
    buffer = bytearray(1 << 16)
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass
