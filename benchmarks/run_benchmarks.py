"""Time dicomveil against a plain copy of the same folder, and beside other tools; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from measure import (
    Command,
    CouldNotRunError,
    Further,
    Inputs,
    beside,
    compare,
    measure,
    measure_repeatedly,
    own_peak_bytes,
)
from peers import Peer, find_peers

HERE = Path(__file__).parent
TARGETS = {"ct": 2.0, "mr": 3.0, "multiframe": 1.5, "enhanced": 2.5}  # times the copy, CPU and wall
FILES = {"ct": 200, "mr": 200, "multiframe": 4, "enhanced": 4}
START_UP_TARGET_S = 0.150
PEER_PAIRS = 3  # peers are slow
SEED = 1
DEIDENTIFY = ("-m", "dicomveil", "deidentify")
OPTIONS = ("--recipe", "research", "--quiet", "-j", "1")

HEADINGS = f"{'':14}{'CPU ms':>9}{'wall ms':>9}{'CPU/cp':>8}{'wall/cp':>9}{'peak MB':>9}   target"


def copy(source: Path, out: Path) -> Sequence[str]:
    """Name the command that all is measured against."""
    return ("cp", "-r", str(source), str(out))


def deidentify(source: Path, out: Path) -> Sequence[str]:
    """Name our own command."""
    return (sys.executable, *DEIDENTIFY, str(source), str(out), *OPTIONS)


def main() -> int:
    """Measure what the command line asks for; 0 unless something could not be run."""
    arguments = _arguments()
    command = shlex.join(["run_benchmarks.py", *sys.argv[1:]])
    kinds: dict[str, object] = {}
    found: dict[str, object] = {"command": command, "kinds": kinds}
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(_folder_in(arguments.out)))
        corpora = Path(stack.enter_context(_folder_in(arguments.source))) if arguments.source else scratch
        found["machine"] = introduce(scratch, corpora, command)
        peers = find_peers(scratch, arguments.dcmanon) if arguments.peers else []
        try:
            found["start_up"] = _measure_start_up(corpora, scratch, arguments.reps)
            for kind in arguments.kinds:
                inputs = written(corpora / kind, kind, arguments.files or FILES[kind])
                rows = _measure_kind(kind, inputs, scratch, arguments.reps, peers)
                kinds[kind] = {name: row and asdict(row) for name, row in rows.items()}
        except CouldNotRunError as error:
            print(f"could not be run: {error}", file=sys.stderr)
            return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def _folder_in(place: str | None) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="dicomveil-benchmarks-", dir=place)


def _measure_start_up(corpora: Path, scratch: Path, repetitions: int) -> dict[str, float]:
    inputs = written(corpora / "start", "ct", 2)
    _, ours = compare(copy, deidentify, inputs, scratch, repetitions)
    python = sys.executable
    seconds = {
        "python -c pass": measure_repeatedly((python, "-c", "pass"), repetitions).cpu_s,
        "dicomveil --help": measure_repeatedly((python, "-m", "dicomveil", "--help"), repetitions).cpu_s,
        "a one-file run": ours.one_file_cpu_s,
    }
    print("\nstart-up, CPU ms")
    for name, cpu_s in seconds.items():
        target = "" if name == "python -c pass" else _against(cpu_s <= START_UP_TARGET_S, "<= 150 ms")
        print(f"  {name:20}{cpu_s * 1000:8.1f}   {target}".rstrip())
    return seconds


def _measure_kind(kind: str, inputs: Inputs, scratch: Path, pairs: int, peers: list[Peer]) -> dict[str, Further | None]:
    size = next(path.stat().st_size for path in inputs.one.iterdir())
    print(f"\n{kind}: {inputs.count} files of {size / 1000:,.0f} KB, {pairs} pairs of runs; per further file")
    print(HEADINGS, flush=True)
    floor, ours = compare(copy, deidentify, inputs, scratch, pairs)
    rows: dict[str, Further | None] = {"cp -r": floor, "dicomveil": ours}
    show("cp -r", floor)
    show("dicomveil", ours, _verdict(ours, TARGETS[kind]))
    for peer in peers:
        rows[peer.name] = _measure_peer(peer, floor, inputs, scratch, min(pairs, PEER_PAIRS))
    return rows


def _measure_peer(peer: Peer, floor: Further, inputs: Inputs, scratch: Path, pairs: int) -> Further | None:
    if peer.command is None:
        print(f"  {peer.name:12}  not installed")
        return None
    command: Command = peer.command
    try:
        _, beside_ours = compare(deidentify, command, inputs, scratch, pairs)
    except CouldNotRunError as error:
        print(f"  {peer.name:12}  failed: {error}")
        return None
    its = beside(floor, beside_ours)
    show(peer.name, its, _peer_verdict(peer, beside_ours.cpu_ratio, its.cpu_ratio))
    return its


def show(name: str, row: Further, verdict: str = "") -> None:
    ratios = "".join(
        f"{'' if ratio is None else f'{ratio:.2f}':>{width}}"
        for ratio, width in ((row.cpu_ratio, 8), (row.wall_ratio, 9))
    )
    seen = row.peak_bytes > own_peak_bytes()
    peak = f"{row.peak_bytes / 1e6:.0f}" if seen else f"< {own_peak_bytes() / 1e6:.0f}"
    times = f"{row.cpu_s * 1000:9.3f}{row.wall_s * 1000:9.3f}"
    print(f"  {name:12}{times}{ratios}{peak:>9}   {verdict}".rstrip(), flush=True)


def _verdict(row: Further, most: float) -> str:
    if row.cpu_ratio is None or row.wall_ratio is None:
        return f"<= {most}x: too little work to tell"
    return _against(max(row.cpu_ratio, row.wall_ratio) <= most, f"<= {most}x")


def _peer_verdict(peer: Peer, times: float | None, copy_times: float | None) -> str:
    if times is None or copy_times is None:
        return ""
    at_least = f">= {peer.times_faster:g}x"
    if copy_times < peer.times_faster:
        judged = f"{at_least} out of reach, as a copy is {copy_times:.1f}x as fast"
    else:
        judged = _against(times >= peer.times_faster, at_least)
    return f"dicomveil is {times:.1f}x as fast; {judged}"


def _against(met: bool, target: str) -> str:
    return f"{target} {'met' if met else 'not met in this run'}"


def written(folder: Path, kind: str, count: int) -> Inputs:
    """Write a corpus in a process of its own: what this process holds, its children seem to hold."""
    options = ("--kind", kind, "--files", str(count), "--seed", str(SEED))
    measure((sys.executable, str(HERE / "corpus.py"), str(folder / "many"), *options))
    one = folder / "one"
    one.mkdir()
    first = min(path for path in (folder / "many").rglob("*") if path.is_file())
    shutil.copyfile(first, one / "IM00001")
    return Inputs(folder / "many", one, count)


def introduce(scratch: Path, corpora: Path, command: str) -> dict[str, object]:
    machine: dict[str, object] = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "file_system": _file_system(scratch),
        "file_system_of_source": _file_system(corpora),
        "load": round(os.getloadavg()[0], 2),
    }
    print(command)
    print(shlex.join(["python", *DEIDENTIFY, "IN", "OUT", *OPTIONS]))
    print(", ".join(f"{name.replace('_', ' ')}: {fact}" for name, fact in machine.items()))
    return machine


def _file_system(folder: Path) -> str:
    """Tell the type of the file system a folder is on, from the longest mount point above it."""
    best = ("", "unknown")
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return best[1]
    for line in mounts.splitlines():
        _, point, kind = line.split(" ")[:3]
        if len(point) >= len(best[0]) and folder.resolve().is_relative_to(point):
            best = (point, kind)
    return best[1]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument(
        "--files", metavar="N", type=_at_least_two, help="of each kind; by default 200 slices, 4 multi-frames"
    )
    parser.add_argument("--reps", metavar="R", type=_at_least_one, default=9, help="pairs of runs; by default 9")
    parser.add_argument("--out", metavar="FOLDER", type=_folder, help="where to write; by default the temporary folder")
    parser.add_argument("--source", metavar="FOLDER", type=_folder, help="where to read; by default as --out")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write all figures here")
    parser.add_argument("--peers", action="store_true", help="also measure pydicom, gdcmanon and dcmanon")
    parser.add_argument("--dcmanon", metavar="PYTHON", help="the Python of an environment that has dcmanon")
    return parser.parse_args()


def _folder(word: str) -> str:
    if not os.path.isdir(word):
        raise argparse.ArgumentTypeError("not a folder")
    return word


def _at_least_one(word: str) -> int:
    if int(word) < 1:
        raise argparse.ArgumentTypeError("at least one")
    return int(word)


def _at_least_two(word: str) -> int:
    if int(word) < 2:
        raise argparse.ArgumentTypeError("a further file needs a first one")
    return int(word)


if __name__ == "__main__":
    raise SystemExit(main())
