"""What `dicomveil dcmodify` makes of real files is what the real dcmodify makes of them, but for named differences."""

from __future__ import annotations

import re
import shutil
import subprocess
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
}

# dcmodify writes these of its own; group lengths are retired and dropped or kept as a writer likes.
WRITERS_OWN = {0x00020000, 0x00020001, 0x00020012, 0x00020013, 0x00020016}

DIFFERENT_ON_PURPOSE = {
    r"new-uids: .* UI another value": "dcmodify draws each UID for each file; ours are one for each original of a call",
    r"new-uids: .* only in theirs": "a UID that is not there is not made up: nobody could tell what it stands for",
    r"meta-left: \(0002,0003\) UI another value": "-nmu is to leave the file meta, and dcmodify 3.6.7 does not",
    r".*: \(FFFC,FFFC\) only in ours": "nobody asked to drop the padding behind the data set",
    r".*: \(0002,00(02|03|10)\) only in theirs": "what the file meta lacks is not made up",
    r".*: \(0002,000[23]\) UI another value": "file meta that never agreed with the data set is not mended",
    r".*: \(0001,0001\) VR SQ for UN": "an element of a group that no data set may have stays as it is",
}


@pytest.mark.parametrize("name", FILES, ids=lambda name: Path(name).stem)
def test_both_make_the_same_of_a_file(name: str, tmp_path: Path) -> None:
    source = CORPUS / name
    assert source.exists()
    differences = []
    for request, words in REQUESTS.items():
        theirs, ours = tmp_path / f"{request}-theirs.dcm", tmp_path / f"{request}-ours.dcm"
        shutil.copyfile(source, theirs)
        shutil.copyfile(source, ours)
        their_code = _run([str(REAL), "-nb", *words, str(theirs)])
        our_code = main(["dcmodify", "-nb", "-q", *words, str(ours)])
        if bool(their_code) != bool(our_code):
            differences.append(f"{request}: exit code {our_code} for {their_code}")
        if their_code or our_code:
            assert ours.read_bytes() == source.read_bytes()
            continue
        differences += [f"{request}: {each}" for each in _differences(theirs, ours)]
    assert [each for each in differences if not any(re.fullmatch(known, each) for known in DIFFERENT_ON_PURPOSE)] == []


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
    return subprocess.run(words, capture_output=True, check=False, timeout=60).returncode


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
