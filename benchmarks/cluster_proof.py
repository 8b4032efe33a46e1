"""Kill a worker of a cluster half-way through a run, and show that nothing is missing, double or different."""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import descendants

HERE = Path(__file__).parent
COMMAND = (sys.executable, "-m", "dicomveil", "deidentify")
WORKERS = {"ray": ("ray::portion",), "dask": ("spawn_main", "forkserver")}
BETWEEN_S = 0.01


def main() -> int:
    """Prove it; 0 if all is as it should be."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="dicomveil-proof-", dir=arguments.out) as folder:
        scratch = Path(folder)
        kind = ("--kind", arguments.kind, "--files", str(arguments.files), "--seed", "1")
        subprocess.run(
            [sys.executable, HERE / "corpus.py", scratch / "in", *kind], check=True, stdout=subprocess.DEVNULL
        )
        seconds = _run(scratch, "local", "-j", "2")
        print(f"-j 2: {arguments.files} {arguments.kind} files in {seconds:.1f} s", flush=True)
        started = time.perf_counter()
        options = ("--key", str(scratch / "local.dicomveil" / "key"), "--cluster", f"{arguments.engine}://local")
        process = _start(scratch, "far", *options)
        try:
            killed = _kill_one(process.pid, arguments.engine, scratch / "far", arguments.files // 2)
            code = process.wait()
        finally:
            process.kill()
        print(
            f"{arguments.engine}: {time.perf_counter() - started:.1f} s, the cluster's start included; exit code {code}"
        )
        print(f"killed worker {killed[0]} when {killed[1]} copies were there" if killed else "no worker was killed")
        return _verdict(scratch, arguments.files) or (1 if code or not killed else 0)


def _start(scratch: Path, out: str, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*COMMAND, scratch / "in", scratch / out, "--quiet", *options])


def _run(scratch: Path, out: str, *options: str) -> float:
    started = time.perf_counter()
    if _start(scratch, out, *options).wait():
        raise SystemExit("the local run failed")
    return time.perf_counter() - started


def _kill_one(parent: int, engine: str, out: Path, copies: int) -> tuple[int, int] | None:
    """Kill a worker once so many copies are there."""
    while _count(out) < copies:
        if not os.path.exists(f"/proc/{parent}") or os.waitid(os.P_PID, parent, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return None
        time.sleep(BETWEEN_S)
    for process, words in descendants(parent):
        if any(word in words for word in WORKERS[engine]):
            os.kill(process, signal.SIGKILL)
            return process, _count(out)
    return None


def _verdict(scratch: Path, files: int) -> int:
    """Compare outputs, and the ledger's account of them."""
    here, far = _copies(scratch / "local"), _copies(scratch / "far")
    with sqlite3.connect(scratch / "far.dicomveil" / "ledger") as ledger:
        (done,) = ledger.execute("SELECT count(*) FROM inputs WHERE code = 'done'").fetchone()
        (places,) = ledger.execute(
            "SELECT count(*) FROM (SELECT DISTINCT folder, name FROM inputs WHERE code = 'done')"
        ).fetchone()
    ledger.close()
    differing = sum(here[name] != far[name] for name in here.keys() & far.keys())
    missing, strange = len(here.keys() - far.keys()), len(far.keys() - here.keys())
    print(f"copies: {len(far)}; missing {missing}, strange {strange}, differing {differing}")
    print(f"ledger: {done} inputs done, {places} places")
    return 0 if len(far) == done == places == files and not (missing or strange or differing) else 1


def _copies(folder: Path) -> dict[str, bytes]:
    """Return a digest for each file below a folder, temporary ones included."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest() for path in paths}


def _count(folder: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(folder))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=WORKERS, required=True)
    parser.add_argument("--files", metavar="N", type=int, default=5_000)
    parser.add_argument("--kind", choices=("ct", "mr"), default="mr")
    parser.add_argument("--out", metavar="FOLDER", help="where to write; by default the temporary folder")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
