"""Time twenty edits over a folder of CT slices against a plain copy, and against dcmodify; see README.md."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import CouldNotRunError, Inputs, beside, compare
from run_benchmarks import HEADINGS, copy, introduce, show, written

EDITS = {
    "PatientName": "DOE^JANE",
    "PatientID": "4711",
    "PatientBirthDate": "19700101",
    "PatientAge": "050Y",
    "PatientComments": "none",
    "AccessionNumber": "A1",
    "StudyID": "5",
    "StudyDescription": "ABDOMEN",
    "SeriesNumber": "7",
    "SeriesDescription": "AXIAL",
    "InstitutionName": "HOSPITAL",
    "InstitutionAddress": "STREET 1",
    "ReferringPhysicianName": "REFERRER",
    "PerformingPhysicianName": "PERFORMER",
    "PhysiciansOfRecord": "RECORD",
    "OperatorsName": "OPERATOR",
    "StationName": "STATION",
    "ProtocolName": "PROTOCOL",
    "RequestedProcedureDescription": "CT",
    "BodyPartExamined": "ABDOMEN",
}
COPY_TARGET, DCMODIFY_TARGET = 2.0, 3.0


def edit(source: Path, out: Path) -> Sequence[str]:
    """Name our own command."""
    options = [word for name, value in EDITS.items() for word in ("--set", f"{name}={value}")]
    return (sys.executable, "-m", "dicomveil", "edit", str(source), str(out), "--quiet", *options)


def dcmodify(source: Path, out: Path) -> Sequence[str]:
    """Name dcmodify's, which edits in place: a copy first, whose cost is taken off again."""
    options = shlex.join([word for name, value in EDITS.items() for word in ("-i", f"{name}={value}")])
    words = f"cp -r {shlex.quote(str(source))} {shlex.quote(str(out))}"
    return ("sh", "-c", f"{words} && find {shlex.quote(str(out))} -type f -exec dcmodify -q -nb {options} {{}} +")


def main() -> int:
    """Measure; 0 unless something could not be run."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="dicomveil-benchmarks-", dir=arguments.out) as folder:
        scratch = Path(folder)
        introduce(scratch, scratch, shlex.join(["edit_benchmark.py", *sys.argv[1:]]))
        try:
            inputs = written(scratch / "ct", "ct", arguments.files)
            print(f"\n{len(EDITS)} edits, {inputs.count} CT slices, {arguments.reps} pairs of runs; per further file")
            print(HEADINGS, flush=True)
            _measure(inputs, scratch, arguments.reps)
        except CouldNotRunError as error:
            print(f"could not be run: {error}", file=sys.stderr)
            return 1
    return 0


def _measure(inputs: Inputs, scratch: Path, pairs: int) -> None:
    floor, ours = compare(copy, edit, inputs, scratch, pairs)
    show("cp -r", floor)
    show("dicomveil", ours, _verdict(ours.cpu_ratio, COPY_TARGET, "<="))
    if shutil.which("dcmodify") is None:
        print("  dcmodify      not installed")
        return
    again, theirs = compare(edit, dcmodify, inputs, scratch, max(3, pairs // 3))
    alone_s = theirs.cpu_s - floor.cpu_s
    show("cp, dcmodify", beside(floor, theirs))
    print(f"  dcmodify without the copy: {alone_s * 1000:.3f} ms CPU; dicomveil, which copies too, takes", end=" ")
    print(f"{alone_s / again.cpu_s:.1f}x less: {_verdict(alone_s / again.cpu_s, DCMODIFY_TARGET, '>=')}")


def _verdict(ratio: float | None, target: float, sign: str) -> str:
    if ratio is None:
        return f"{sign} {target}x: too little work to tell"
    met = ratio <= target if sign == "<=" else ratio >= target
    return f"{sign} {target}x {'met' if met else 'not met in this run'}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", metavar="N", type=int, default=200, help="of slices; by default 200")
    parser.add_argument("--reps", metavar="R", type=int, default=9, help="pairs of runs; by default 9")
    parser.add_argument("--out", metavar="FOLDER", help="where to write; by default the temporary folder")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
