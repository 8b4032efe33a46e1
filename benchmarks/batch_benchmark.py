"""Time a whole run over many CT files on two cores against a plain copy, one core and other tools; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from measure import Command, Cost, CouldNotRunError, measure, median
from peers import Peer, find_peers
from run_benchmarks import copy, deidentify, introduce, written

JOBS = 2
COPY_TARGET, CORES_TARGET = 1.5, 1.8
HEADINGS = f"{'':14}{'wall s':>9}{'files/s':>9}{'CPU s':>9}{'wall/cp':>9}   target"


def with_jobs(jobs: int) -> Command:
    """Name our own command with so many processes; their start is part of what is measured."""

    def command(source: Path, out: Path) -> Sequence[str]:
        return (*deidentify(source, out), "-j", str(jobs))

    return command


def two_runs(halves: Sequence[Path]) -> Command:
    """Name two runs at once over half of the files each, with nothing between them: what these two cores can do."""

    def command(source: Path, out: Path) -> Sequence[str]:
        runs = [
            shlex.join([*with_jobs(1)(half, out / half.name), "--project", str(out.parent / f"private-{half.name}")])
            for half in halves
        ]
        return ("sh", "-c", f"mkdir {shlex.quote(str(out))}; {' & '.join(runs)} & wait")

    return command


def main() -> int:
    """Measure; 0 unless something could not be run."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="dicomveil-benchmarks-", dir=arguments.out) as folder:
        scratch = Path(folder)
        machine = introduce(scratch, scratch, shlex.join(["batch_benchmark.py", *sys.argv[1:]]))
        peers = [each for each in find_peers(scratch, arguments.dcmanon) if each.name != "pydicom walk"]
        try:
            source = written(scratch / "ct", "ct", arguments.files).many
            commands: dict[str, Command] = {"cp -r": copy, "-j 2": with_jobs(JOBS), "-j 1": with_jobs(1)}
            commands["two runs"] = two_runs(_halves(source, scratch))
            commands |= {peer.name: peer.command for peer in peers if peer.command is not None}
            costs = _in_turn(commands, source, scratch, arguments.files, arguments.reps)
        except CouldNotRunError as error:
            print(f"could not be run: {error}", file=sys.stderr)
            return 1
    print(f"\n{arguments.files} CT files, {arguments.reps} rounds; a whole run, its processes' start included")
    _show(costs, peers, arguments.files)
    if arguments.json:
        runs = {name: [asdict(cost) for cost in its] for name, its in costs.items()}
        arguments.json.write_text(json.dumps({"machine": machine, "runs": runs}, indent=1) + "\n", encoding="utf-8")
    return 0


def _halves(source: Path, scratch: Path) -> list[Path]:
    """Deal the patients out to two folders of links."""
    halves = [scratch / "half-1", scratch / "half-2"]
    for number, patient in enumerate(sorted(source.iterdir())):
        shutil.copytree(patient, halves[number % 2] / patient.name, copy_function=os.link)
    return halves


def _in_turn(
    commands: dict[str, Command], source: Path, scratch: Path, files: int, rounds: int
) -> dict[str, list[Cost]]:
    """Measure each in turn, again and again, after a round that only warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            cost = _copying(command, source, scratch, files)
            if number:
                costs[name].append(cost)
    return costs


def _copying(command: Command, source: Path, scratch: Path, files: int) -> Cost:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        cost = measure(command(source, folder / "out"))
        written_files = sum(len(names) for _, _, names in os.walk(folder / "out"))
        if written_files != files:
            raise CouldNotRunError(f"wrote {written_files} of {files} files")
        return cost
    finally:
        shutil.rmtree(folder)


def _show(costs: dict[str, list[Cost]], peers: list[Peer], files: int) -> None:
    print(HEADINGS)
    ours = costs["-j 2"]
    for name, its in costs.items():
        wall = median(cost.wall_s for cost in its)
        cpu = median(cost.cpu_s for cost in its)
        ratio = _times(its, costs["cp -r"])
        verdict = f"<= {COPY_TARGET}x {_met(ratio <= COPY_TARGET)}" if name == "-j 2" else ""
        if name in (peer.name for peer in peers):
            ahead = _times(its, ours)
            verdict = f"-j 2 is {ahead:.1f}x as fast; ahead {_met(ahead > 1)}"
        spent = "" if name == "-j 2" else f"{cpu:.2f}"  # the system does not tell what a pool's processes took
        told = f"{wall:9.2f}{files / wall:9.0f}{spent:>9}{ratio:9.2f}   {verdict}"
        print(f"  {name:12}{told}".rstrip())
    for peer in peers:
        if peer.command is None:
            print(f"  {peer.name:12}  not installed")
    cores = _times(costs["-j 1"], ours)
    print(f"  two cores are {cores:.2f}x as fast as one; >= {CORES_TARGET}x {_met(cores >= CORES_TARGET)}")
    ceiling = _times(costs["-j 1"], costs["two runs"])
    print(f"  two runs at once over half each, which share nothing, are {ceiling:.2f}x as fast: what these cores allow")


def _times(its: list[Cost], other: list[Cost]) -> float:
    """Give the median, over the rounds, of how many times as long one takes as another."""
    return median(one.wall_s / two.wall_s for one, two in zip(its, other, strict=True))


def _met(is_met: bool) -> str:
    return "met" if is_met else "not met in this run"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", metavar="N", type=int, default=2_000, help="by default 2,000, which are 1 GB")
    parser.add_argument("--reps", metavar="R", type=int, default=5, help="rounds; by default 5")
    parser.add_argument("--out", metavar="FOLDER", help="where to write; by default the temporary folder")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write all figures here")
    parser.add_argument("--dcmanon", metavar="PYTHON", help="the Python of an environment that has dcmanon")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
