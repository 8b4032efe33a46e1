"""What `dicomveil dcmodify` makes of real files is what the real dcmodify makes of them, but for named differences."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from dicomveil.cli import main

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
REAL = shutil.which("dcmodify")

pytestmark = [
    pytest.mark.skipif(REAL is None, reason="the real dcmodify is not installed"),
    pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real files is not on this machine"),
]

FILES = [
    "pydicom__pydicom/test_files/CT_small.dcm",
    "pydicom__pydicom/test_files/MR_small.dcm",
    "pydicom__pydicom/test_files/MR_small_bigendian.dcm",
    "pydicom__pydicom/test_files/MR_small_implicit.dcm",
    "pydicom__pydicom/test_files/image_dfl.dcm",
    "pydicom__pydicom/test_files/JPEG2000.dcm",
    "pydicom__pydicom/test_files/JPEG-lossy.dcm",
    "pydicom__pydicom/test_files/rtplan.dcm",
    "pydicom__pydicom/test_files/rtstruct.dcm",
    "pydicom__pydicom/test_files/nested_priv_SQ.dcm",
    "pydicom__pydicom/test_files/test-SR.dcm",
    "pydicom__pydicom/test_files/reportsi.dcm",
    "pydicom__pydicom/test_files/examples_ybr_color.dcm",
    "pydicom__pydicom-data/693_J2KR.dcm",
    "pydicom__pydicom/charset_files/chrH31.dcm",
    "pydicom__pydicom/charset_files/chrX1.dcm",
    "pydicom__pydicom/charset_files/chrGerm.dcm",
]

REQUESTS = {
    "insert-new": ["-i", "PatientComments=seen", "-i", "(0008,1030)=knee"],
    "insert-over": ["-i", "(0010,0010)=Roe^Ann", "-i", "0010,0020=4711"],
    "insert-odd-length": ["-i", "PatientID=12345", "-i", "StudyInstanceUID=1.2.3"],
    "insert-several-values": ["-i", "OtherPatientNames=A^B\\C^D", "-i", "ImageType=DERIVED\\SECONDARY"],
    "insert-numbers": ["-i", "SeriesNumber=7", "-i", "(0018,9073)=2.5", "-i", "PatientWeight=70.5"],
    "insert-nothing": ["-i", "PatientName=", "-i", "InstitutionName"],
    "insert-nested": ["-i", "(0008,1140)[0].(0008,1155)=1.2.3", "-i", "(0008,1140)[0].(0008,1150)=1.2.4"],
    "insert-third-item": ["-i", "RequestAttributesSequence[2].ScheduledProcedureStepID=S"],
    "insert-deep": ["-i", "ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID=1.2.3"],
    "modify": ["-imt", "-m", "PatientName=Roe^Ann", "-m", "StudyDate=20240229", "-m", "AccessionNumber=1"],
    "modify-absent": ["-m", "PatientComments=x"],
    "modify-all": ["-imt", "-ma", "(0008,1155)=1.2.3", "-ma", "CodeMeaning=meant"],
    "erase": ["-imt", "-e", "PatientName", "-e", "(0008,0020)", "-e", "StudyComments"],
    "erase-absent": ["-e", "PatientComments"],
    "erase-item": ["-imt", "-e", "(300a,00b0)[0]", "-e", "(3006,0020)[1]"],
    "erase-all": ["-imt", "-ea", "(0008,1155)", "-ea", "CodeValue"],
    "erase-private": ["-ep"],
    "new-uids": ["-gst", "-gse", "-gin"],
    "sop-instance-uid": ["-i", "SOPInstanceUID=1.2.3.4"],
    "meta-left": ["-nmu", "-i", "SOPInstanceUID=1.2.3.4"],
    "private": ["-imt", "-m", "(0019,1002)=55", "-m", "(0009,1002)=TEXT"],
    "private-creator": ["-i", "(0071,0010)=ACME", "-i", "(0009,0010)=GEMS_IDEN_01"],
    "in-order": ["-i", "PatientID=1", "-e", "PatientID", "-i", "PatientID=2"],
    "not-valid": ["-i", "StudyDate=never", "-i", "Modality=ct"],
    "not-ascii": ["-i", "PatientName=Müller^Größe"],
    "retired": ["-i", "RETIRED_OtherPatientIDs=7"],
    "insert-item": ["-i", "(0008,1140)[0]", "-i", "(0008,1111)[1]"],
    "from-file": ["-if", "PatientComments={text}", "-imt", "-mf", "PatientName={text}"],
    "bytes-from-file": ["-if", "(0054,0081)={two}", "-if", "(6000,3000)={two}", "-if", "(0018,9073)={eight}"],
    "ignore-errors": [
        "-ie",
        "-i",
        "PatientComments=x",
        "-m",
        "PatientComments=y",
        "-e",
        "(0010,21b0)",
        "-i",
        "PatientID=7",
    ],
}
VALUES = {"text": b"seen it.", "two": b"\1\2", "eight": b"\0\0\0\0\0\0\xf0\x3f"}

# dcmodify writes these of its own; group lengths are retired and dropped or kept as a writer likes.
WRITERS_OWN = {0x00020000, 0x00020001, 0x00020012, 0x00020013, 0x00020016}

EVERY = "*"
# Files that keep no text but ASCII, or that of Japan, refuse a name that dcmodify writes as it comes from the terminal.
NO_UMLAUTS = [
    "MR_small",
    "MR_small_bigendian",
    "MR_small_implicit",
    "image_dfl",
    "JPEG2000",
    "JPEG-lossy",
    "rtplan",
    "nested_priv_SQ",
    "chrH31",
]
LATIN = ["CT_small", "rtstruct", "test-SR", "reportsi", "examples_ybr_color", "693_J2KR", "chrGerm"]
WITH_UIDS = [Path(name).stem for name in FILES if "nested_priv_SQ" not in name]

DIFFERENT_ON_PURPOSE = [
    # dcmodify draws each UID for each file; ours are one for each original of a call
    ("new-uids", WITH_UIDS, "(0008,0018) UI another value"),
    ("new-uids", WITH_UIDS, "(0020,000D) UI another value"),
    ("new-uids", WITH_UIDS, "(0020,000E) UI another value"),
    ("new-uids", [each for each in WITH_UIDS if each != "rtstruct"], "(0002,0003) UI another value"),
    # references to a new UID follow it
    ("new-uids", ["test-SR"], "(0040,A360)[0].(0008,1115)[0].(0020,000E) UI another value"),
    ("new-uids", ["test-SR"], "(0040,A360)[0].(0020,000D) UI another value"),
    # bytes of a file are written as they are; dcmodify takes them for words and turns these round
    ("bytes-from-file", ["MR_small_bigendian"], "(6000,3000) OW another value"),
    # a UID that is not there is not made up: nobody could tell what it stands for
    ("new-uids", ["nested_priv_SQ"], "(0008,0018) only in theirs"),
    ("new-uids", ["nested_priv_SQ"], "(0020,000D) only in theirs"),
    ("new-uids", ["nested_priv_SQ"], "(0020,000E) only in theirs"),
    # -nmu is to leave the file meta, and dcmodify 3.6.7 does not
    ("meta-left", [each for each in WITH_UIDS if each != "rtstruct"], "(0002,0003) UI another value"),
    # text is written in the character set of the file, not in that of the terminal
    ("not-ascii", NO_UMLAUTS, "exit code 1 for 0"),
    ("not-ascii", LATIN, "(0010,0010) PN another value"),
    # nobody asked to drop the padding behind the data set
    (EVERY, ["CT_small", "MR_small"], "(FFFC,FFFC) only in ours"),
    # what the file meta lacks is not made up
    (EVERY, ["rtstruct"], "(0002,0002) only in theirs"),
    (EVERY, ["rtstruct"], "(0002,0003) only in theirs"),
    (EVERY, ["rtstruct"], "(0002,0010) only in theirs"),
    # file meta that never agreed with the data set is not mended
    (EVERY, ["nested_priv_SQ"], "(0002,0002) UI another value"),
    (EVERY, ["nested_priv_SQ", "rtplan"], "(0002,0003) UI another value"),
    # an element of a group that no data set may have stays as it is
    (EVERY, ["nested_priv_SQ"], "(0001,0001) VR SQ for UN"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[tuple[str, str]]]:
    """What differs after each request, by file."""
    folder = tmp_path_factory.mktemp("compared")
    for name, raw in VALUES.items():
        (folder / name).write_bytes(raw)
    places = {name: folder / name for name in VALUES}
    return {Path(name).stem: set(_all_differences(CORPUS / name, folder, places)) for name in FILES}


def _all_differences(source: Path, folder: Path, places: dict[str, Path]) -> Iterator[tuple[str, str]]:
    theirs, ours = folder / "theirs.dcm", folder / "ours.dcm"
    for request, template in REQUESTS.items():
        words = [word.format(**places) for word in template]
        shutil.copyfile(source, theirs)
        shutil.copyfile(source, ours)
        their_code = _run([str(REAL), "-nb", *words, str(theirs)])
        our_code = main(["dcmodify", "-nb", "-q", *words, str(ours)])
        if bool(their_code) != bool(our_code):
            yield request, f"exit code {our_code} for {their_code}"
        elif request != "ignore-errors" and our_code:
            assert ours.read_bytes() == source.read_bytes()
        else:
            yield from ((request, each) for each in _differences(theirs, ours))


@pytest.mark.parametrize("name", FILES, ids=lambda name: Path(name).stem)
def test_both_make_the_same_of_a_file(name: str, found: dict[str, set[tuple[str, str]]]) -> None:
    stem = Path(name).stem
    known = {(request, told) for request, files, told in DIFFERENT_ON_PURPOSE if stem in files}
    assert [each for each in sorted(found[stem]) if not {each, (EVERY, each[1])} & known] == []


@pytest.mark.parametrize(
    ("request_", "files", "told"), DIFFERENT_ON_PURPOSE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_differs_on_purpose_does_differ(
    request_: str, files: list[str], told: str, found: dict[str, set[tuple[str, str]]]
) -> None:
    def differs(stem: str) -> bool:
        return any(each == told and request_ in (request, EVERY) for request, each in found[stem])

    assert [stem for stem in files if not differs(stem)] == []


@pytest.mark.parametrize("words", [[], ["-nb"]], ids=["backup", "no-backup"])
def test_both_keep_the_same_backups(words: list[str], tmp_path: Path) -> None:
    folders = {"theirs": [str(REAL)], "ours": [sys.executable, "-m", "dicomveil", "dcmodify", "-q"]}
    kept = {}
    for name, program in folders.items():
        (tmp_path / name).mkdir()
        path = tmp_path / name / "a.dcm"
        shutil.copyfile(CORPUS / FILES[0], path)
        before = []
        for value in ("PatientComments=one", "PatientComments=two"):
            before.append(path.read_bytes())
            _run([*program, *words, "-i", value, str(path)])
        backup = tmp_path / name / "a.dcm.bak"
        is_kept = backup.exists() and backup.read_bytes() == before[1]
        kept[name] = sorted(each.name for each in (tmp_path / name).iterdir()), is_kept
    assert kept["ours"] == kept["theirs"]
    assert kept["ours"][1] is not bool(words)


def test_where_ps3_6_leaves_a_choice_the_instance_tells_the_vr(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs.dcm", tmp_path / "ours.dcm"
    for path in (theirs, ours):
        shutil.copyfile(CORPUS / FILES[0], path)
    assert _run([str(REAL), "-nb", "-i", "(0028,0106)=3", str(theirs)]) == 0
    assert main(["dcmodify", "-nb", "-i", "(0028,0106)=3", str(ours)]) == 0
    assert [each for each in _differences(theirs, ours) if "VR" in each] == ["(0028,0106) VR SS for US"]


@pytest.mark.parametrize("path", ["(0040,a043)=", "(0040,a730)="])
def test_neither_modifies_a_sequence(tmp_path: Path, path: str) -> None:
    source = CORPUS / "pydicom__pydicom/test_files/reportsi.dcm"
    theirs, ours = tmp_path / "theirs.dcm", tmp_path / "ours.dcm"
    for each in (theirs, ours):
        shutil.copyfile(source, each)
    assert _run([str(REAL), "-nb", "-m", path, str(theirs)])
    assert main(["dcmodify", "-nb", "-m", path, str(ours)])
    assert theirs.read_bytes() == ours.read_bytes() == source.read_bytes()


def test_a_new_uid_of_ours_is_the_same_in_all_files_and_references(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.dcm" for number in range(2)]
    for path in files:
        shutil.copyfile(CORPUS / FILES[0], path)
    assert main(["dcmodify", "-nb", "-gst", *map(str, files)]) == 0
    before = pydicom.dcmread(CORPUS / FILES[0]).StudyInstanceUID
    after = {pydicom.dcmread(path).StudyInstanceUID for path in files}
    assert len(after) == 1
    assert before not in after


def _run(words: list[str]) -> int:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(words, capture_output=True, check=False, timeout=60, env=environment).returncode


def _differences(theirs: Path, ours: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        left, right = pydicom.dcmread(theirs, force=True), pydicom.dcmread(ours, force=True)
        yield from _between(left.file_meta, right.file_meta, "")
        yield from _between(left, right, "")


def _between(theirs: Dataset, ours: Dataset, path: str) -> Iterator[str]:
    for tag in sorted({*theirs.keys(), *ours.keys()}):
        if tag in WRITERS_OWN or tag.element == 0:
            continue
        if (tag in theirs) != (tag in ours):
            yield f"{path}{tag} only in {'theirs' if tag in theirs else 'ours'}"
            continue
        left, right = theirs[tag], ours[tag]
        if left.VR == "SQ" and right.VR == "SQ":
            if len(left.value) != len(right.value):
                yield f"{path}{tag} {len(right.value)} items for {len(left.value)}"
            for number, (its, mine) in enumerate(zip(left.value, right.value, strict=False)):
                yield from _between(its, mine, f"{path}{tag}[{number}].")
        elif left.VR != right.VR:
            yield f"{path}{tag} VR {right.VR} for {left.VR}"
        elif left.value != right.value and not (left.is_empty and right.is_empty):
            yield f"{path}{tag} {right.VR} another value"
