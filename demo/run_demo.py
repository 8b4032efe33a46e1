"""Show what dicomveil does: write a small made-up hospital, de-identify it, and look at what came out.

    python demo/run_demo.py            in a temporary folder
    python demo/run_demo.py FOLDER     in a new folder that stays; README's commands run there

It ends with 0 only if nothing that tells who somebody is was left in any output.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copyfile

from hospital import SLICES, write_hospital
from patients import PATIENTS, planted
from pydicom import dcmread
from pydicom.dataset import FileDataset

EXPECTED_CODE = 1  # one file was cut short on purpose, so not all can be done
SHOWN = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "PatientAddress",
    "StudyDate",
    "AccessionNumber",
    "InstitutionName",
    "ReferringPhysicianName",
    "StudyDescription",
    "SOPInstanceUID",
    "KVP",
    "SliceThickness",
)
PRIVATE = (0x0029, 0x1010)
WIDTH = 42


def main() -> int:
    """Run the demo in the folder that was named, or in one that is thrown away; return the exit code."""
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        if folder.exists():
            sys.exit("the folder is there already; name a new one")
        code = show(folder)
        copyfile(first_slice(folder / "hospital-export"), folder / "one.dcm")
        print("\nAll of it is kept, and one slice as one.dcm: go there, and README's commands run as they stand")
        return code
    with tempfile.TemporaryDirectory(prefix="dicomveil-demo-") as temporary:
        code = show(Path(temporary))
        print("\nAll of it was thrown away; to keep it, name a folder: .venv/bin/python demo/run_demo.py FOLDER")
        return code


def show(folder: Path) -> int:
    """Write the hospital, de-identify it and check the result."""
    source, target = folder / "hospital-export", folder / "shared"
    count = write_hospital(source)
    print(f"A hospital export of {count} files, made up; one is no DICOM file, one was cut short:\n")
    for path in sorted(source.rglob("*"))[:8]:
        print(f"    {path.relative_to(source)}{'/' if path.is_dir() else ''}")
    print("    ...\n\n$ dicomveil deidentify hospital-export shared --recipe research")
    words = ["deidentify", str(source), str(target), "--recipe", "research"]
    run = subprocess.run(
        [sys.executable, "-m", "dicomveil", *words], capture_output=True, encoding="utf-8", check=False
    )
    print((run.stderr + run.stdout).replace(f"{folder}/", ""))

    outputs = [dcmread(path) for path in sorted(target.rglob("*.dcm"))]
    if not outputs:
        return 1
    compare(dcmread(first_slice(source)), outputs)
    verdicts = [run.returncode == EXPECTED_CODE, *check_links(outputs)]
    said = (run.stdout + run.stderr).replace(str(folder), "").encode()
    found = left_over(target, target.with_name("shared.dicomveil"), said)
    print("every byte of every output, report, message and name was searched for what tells who somebody is:")
    print(f"{len(found)} of {len(planted())} left")
    return 0 if all(verdicts) and not found else 1


def first_slice(hospital: Path) -> Path:
    """Return where the first patient's first CT slice is."""
    return hospital / PATIENTS[0].folder / "CT" / "slice_1.dcm"


def compare(before: FileDataset, outputs: list[FileDataset]) -> None:
    """Print some attributes of a slice before and after."""
    after = one(outputs, "CT", before.PatientSex, InstanceNumber=before.InstanceNumber)
    print(f"{'One CT slice':<24}{'before':<{WIDTH}}after")
    for keyword in SHOWN:
        print(f"{keyword:<24}{shown(before, keyword):<{WIDTH}}{shown(after, keyword)}")
    print(f"{'a private element':<24}{before[PRIVATE].value!s:<{WIDTH}}{after.get(PRIVATE, '(gone)')}")
    same = "the same bytes" if before.PixelData == after.PixelData else "CHANGED"
    print(f"{'PixelData':<24}{f'{len(before.PixelData)} bytes':<{WIDTH}}{same}\n")


def shown(dataset: FileDataset, keyword: str) -> str:
    """Spell a value for the table."""
    return (str(dataset[keyword].value) or "(empty)") if keyword in dataset else "(gone)"


def check_links(outputs: list[FileDataset]) -> Iterator[bool]:
    """Tell whether what belonged together still does, for each patient."""
    for patient in PATIENTS:
        slices = {d.SOPInstanceUID for d in outputs if (d.Modality, d.PatientSex) == ("CT", patient.sex)}
        structures = one(outputs, "RTSTRUCT", patient.sex)
        study = structures.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
        images = study.RTReferencedSeriesSequence[0].ContourImageSequence
        linked = {image.ReferencedSOPInstanceUID for image in images} == slices and len(slices) == SLICES
        print(f"patient {patient.number}: the RTSTRUCT names the {SLICES} new CT slices: {yes(linked)}")
        yield linked
        ct, mr = one(outputs, "CT", patient.sex), one(outputs, "MR", patient.sex)
        days = (day(mr.StudyDate) - day(ct.StudyDate)).days
        moved = ct.StudyDate != patient.study_date
        print(f"patient {patient.number}: CT and MR are {days} days apart, as before: {yes(days == 7)}")
        yield days == 7 and moved


def one(outputs: list[FileDataset], modality: str, sex: str, **values: object) -> FileDataset:
    """Return the first output of a patient, who is told by sex, the one thing here that may stay."""
    return next(
        output
        for output in outputs
        if (output.Modality, output.PatientSex) == (modality, sex)
        and all(output[keyword].value == value for keyword, value in values.items())
    )


def left_over(*places: Path | bytes) -> set[str]:
    """Return which planted texts are found, in any case, in bytes, files or their names."""
    haystack = b"\n".join(
        place if isinstance(place, bytes) else b"\n".join(contents_and_names(place)) for place in places
    )
    readings = [haystack.decode(encoding, "replace").lower() for encoding in ("utf-8", "latin-1")]
    return {text for text in planted() if any(text.lower() in reading for reading in readings)}


def contents_and_names(folder: Path) -> Iterator[bytes]:
    """Yield the bytes and the name of everything in a folder."""
    for path in folder.rglob("*"):
        yield path.name.encode()
        if path.is_file():
            yield path.read_bytes()


def day(value: str) -> date:
    """Read a DICOM date."""
    return date(int(value[:4]), int(value[4:6]), int(value[6:]))


def yes(is_so: bool) -> str:
    """Spell a verdict."""
    return "yes" if is_so else "NO"


if __name__ == "__main__":
    raise SystemExit(main())
