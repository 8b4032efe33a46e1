"""Take very many small files, and see what grows: memory, the ledger, the time a file takes; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from measure import CouldNotRunError, measure
from processes import resident_bytes
from run_benchmarks import introduce

HERE = Path(__file__).parent
COMMAND = (sys.executable, "-m", "dicomveil", "deidentify", "--recipe", "research")
PIXEL_BYTES = 2048
INSTANCE, STUDY, SERIES = b"\x08\x00\x18\x00UI", b"\x20\x00\x0d\x00UI", b"\x20\x00\x0e\x00UI"
PATIENT, PIXELS = b"\x10\x00\x20\x00LO", b"\xe0\x7f\x10\x00OW\0\0"
INSTANCES_IN_SERIES, SERIES_IN_STUDY, STUDIES_OF_PATIENT = 100, 5, 4
SETTLED = 0.1  # of the run; before, modules and tables are still being read
MB = 1e6
MOST_GROWTH_MB, MOST_LEDGER_MB, MOST_RESUME_S, MOST_SLOWER = 50, 60, 15, 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """How far a run is: seconds since it began, files it has told of, memory of its own process."""

    at_s: float
    files: int
    resident_bytes: int


def main() -> int:
    """Measure; 0 unless something could not be run."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="dicomveil-scale-", dir=arguments.out) as folder:
        scratch = Path(folder)
        introduce(scratch, scratch, shlex.join(["scale.py", *sys.argv[1:]]))
        size = write_small_files(scratch / "in", arguments.files)
        print(f"\n{arguments.files} files of {size / 1000:.1f} KB, -j {arguments.jobs}", flush=True)
        command = (*COMMAND, str(scratch / "in"), str(scratch / "out"), "-j", str(arguments.jobs))
        try:
            _tell(_samples_of(command, arguments.files), arguments.files)
            _tell_of_ledger(scratch / "out.dicomveil" / "ledger", arguments.files)
            again = measure((*command, "--quiet"))
        except CouldNotRunError as error:
            print(f"could not be run: {error}", file=sys.stderr)
            return 1
        print(_row("once more, all done", again.wall_s, "s", MOST_RESUME_S))
        print(_row("its memory at most", again.peak_bytes / MB, "MB"))
    return 0


def write_small_files(folder: Path, files: int) -> int:
    """Write CT slices that are alike but for their identifiers and have few pixels; return the size of one."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        options = ("--kind", "ct", "--files", "1", "--seed", "1")
        measure((sys.executable, str(HERE / "corpus.py"), f"{made}/ct", *options))
        template = _with_few_pixels(next(path for path in Path(made).rglob("*") if path.is_file()).read_bytes())
    for series in range(-(-files // INSTANCES_IN_SERIES)):
        study = series // SERIES_IN_STUDY
        patient = study // STUDIES_OF_PATIENT
        inside = folder / f"{patient:06}" / f"{study:06}" / f"{series:06}"
        inside.mkdir(parents=True)
        content = template
        for tag, number in ((STUDY, study), (SERIES, series), (PATIENT, patient)):
            content = _numbered(content, tag, number)
        first = series * INSTANCES_IN_SERIES
        for number in range(first, min(files, first + INSTANCES_IN_SERIES)):
            (inside / f"{number:09}").write_bytes(_numbered(content, INSTANCE, number))
    return len(template)


def _with_few_pixels(content: bytes) -> bytes:
    at = content.rindex(PIXELS) + len(PIXELS)
    return content[:at] + PIXEL_BYTES.to_bytes(4, "little") + bytes(PIXEL_BYTES)


def _numbered(content: bytes, tag: bytes, number: int) -> bytes:
    """Put a number at the end of an identifier, wherever that stands; its length stays."""
    at = content.index(tag) + len(tag)
    length = int.from_bytes(content[at : at + 2], "little")
    value = content[at + 2 : at + 2 + length].rstrip(b"\0 ")
    digits = min(9, len(value) - 1)
    return content.replace(value, value[:-digits] + b"%0*d" % (digits, number % 10**digits))


def _samples_of(command: tuple[str, ...], files: int) -> list[Sample]:
    """Run it with a line of JSON a file, and look at its memory now and then."""
    step = max(1, files // 1_000)
    began = time.perf_counter()
    samples: list[Sample] = []
    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        summary = b"{}"
        for told, line in enumerate(process.stdout, 1):
            summary = line
            if told % step == 0:
                samples.append(Sample(time.perf_counter() - began, told, resident_bytes(process.pid)))
    done = json.loads(summary).get("summary", {}).get("done")
    if process.returncode or done != files:
        raise CouldNotRunError(f"exit code {process.returncode}, {done} of {files} done")
    return samples


def _tell(samples: list[Sample], files: int) -> None:
    tenth = len(samples) // 10
    ends = [samples[0], *(samples[i * tenth] for i in range(1, 10)), samples[-1]]
    rates = [_files_per_s(one, other) for one, other in pairwise(ends)]
    first, last = rates[0], rates[-1]
    settled = samples[int(len(samples) * SETTLED)].resident_bytes
    most = max(sample.resident_bytes for sample in samples)
    print(_row("in all", samples[-1].at_s, "s"))
    print(_row("files per second", files / samples[-1].at_s, ""))
    print(f"  in each tenth            {', '.join(f'{rate:.0f}' for rate in rates)}")
    print(_row("the last slower by", (first - last) / first * 100, "%", MOST_SLOWER * 100))
    at_tenths = ", ".join(f"{samples[i * tenth].resident_bytes / MB:.0f}" for i in range(1, 10))
    print(_row("the parent's memory", most / MB, "MB"))
    print(f"  after each tenth         {at_tenths} MB")
    print(_row("grown since a tenth by", (most - settled) / MB, "MB", MOST_GROWTH_MB))


def _files_per_s(one: Sample, other: Sample) -> float:
    return (other.files - one.files) / (other.at_s - one.at_s)


def _tell_of_ledger(ledger: Path, files: int) -> None:
    size = sum(path.stat().st_size for path in ledger.parent.glob("ledger*"))
    report = (ledger.parent / "report.jsonl").stat().st_size if (ledger.parent / "report.jsonl").exists() else 0
    print(_row("the ledger", size / MB, "MB", MOST_LEDGER_MB))
    print(_row("of it, a file", size / files, "bytes"))
    print(_row("the report beside it", report / MB, "MB"))


def _row(what: str, value: float, unit: str, most: float | None = None) -> str:
    verdict = "" if most is None else f"<= {most:g} {unit} {'met' if value <= most else 'not met in this run'}"
    return f"  {what:24}{value:10.1f} {unit:6}{verdict}".rstrip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", metavar="N", type=int, default=100_000, help="by default 100,000")
    parser.add_argument("-j", "--jobs", metavar="N", type=int, default=os.cpu_count() or 1, help="by default all cores")
    parser.add_argument("--out", metavar="FOLDER", help="where to write; by default the temporary folder")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
