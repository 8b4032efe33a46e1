"""Real files: every element is where pydicom says it is, and what is kept is kept to the byte."""

from __future__ import annotations

import io
import logging
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomveil.dataset.meta import file_meta
from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.scan import Element, scan
from dicomveil.dataset.source import Source
from dicomveil.errors import InstanceError, MalformedDataSet, NotDicom
from dicomveil.standard.dictionary import vr_by_tag, vr_of
from walkers import Looking, Policy, Rewriting, opened, rebuilt

pydicom = pytest.importorskip("pydicom")

NO_DATA = {".py", ".pyc", ".json", ".txt", ".md", ".csv"}
NO_DICOM = {
    "README": "text",
    "rtplan.dump": "text",
    "rtstruct.dump": "text",
    "crayons.icc": "a colour profile",
    "zipMR.gz": "compressed by gzip",
    "no_meta.dcm": "its first byte is missing",
}
BROKEN = {
    "MR_truncated.dcm": "cut off in Pixel Data",
    "rtplan_truncated.dcm": "cut off in a sequence",
    "3gb-bulk-data-truncated": "cut off in Pixel Data",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "cut off in a fragment",
    "GH1339.dcm": "cut off in a fragment",
    "DICOMDIR-nooffset": "an item is longer than its sequence",
    "FreezePattern.dcm": "an item's end where none is open; dcmtk refuses it too",
    "GH364.dcm": "an item's end where none is open; dcmtk refuses it too",
    "GH179B.dcm": "a length past the end of its item; dcmtk refuses it too",
    "GH626.dcm": "a private sequence with too short a length, then no elements; dcmtk refuses it too",
}
NOT_READ_BY_PYDICOM = {
    "GH177_D_CLUNIE_CT1_IVRLE_BigEndian_undefined_length.dcm": "big endian, with a sequence stored as UN",
}
READ_DEEPER_THAN_PYDICOM = {
    "priv_SQ.dcm": "private sequences in UN of defined length: their items may hold names",
    "MR-JPEGLosslessSV1.dcm": "private sequences in UN of defined length: their items may hold names",
}
PLACED_AS_A_SEQUENCE_BY_PYDICOM = {
    "GH064.dcm": "private UN of defined length that holds no item, only a sequence delimiter",
    "MR.dcm": "private elements in implicit VR that hold nothing",
}
CHARACTER_SET_IN_UN = {
    "explicit_VR-UN.dcm": "every VR is UN; of the Specific Character Set pydicom gives the right one",
}
WITHOUT_PREAMBLE = {
    "no_preamble_dicm_in_data": "DICM stands where it would be after a preamble: pydicom takes it for one",
}
DOUBLED = dict.fromkeys(
    ("autumn.dcm", "spring.dcm", "summer.dcm", "winter.dcm"), "holds an element twice; pydicom knows the second"
)
DECODED_BY_PYDICOM = 0x00080005  # at once, in items: whatever is decoded after it depends on it

Listed = dict[tuple[int, ...], tuple[str, bytes | None]]


def shipped_by_pydicom() -> list[Path]:
    root = Path(pydicom.__file__).parent / "data"
    folders = [root / name for name in ("test_files", "charset_files", "palettes")]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module")
def files(corpus: Path) -> list[Path]:
    """Every file of the corpus and every one that pydicom ships."""
    paths = [path for path in sorted(corpus.rglob("*")) if path.is_file()] + shipped_by_pydicom()
    return [path for path in paths if path.suffix not in NO_DATA]


@pytest.fixture(scope="module")
def readable(files: list[Path]) -> list[Path]:
    return [path for path in files if path.name not in NO_DICOM and path.name not in BROKEN]


def test_exactly_the_named_files_are_refused_and_each_for_its_named_kind_of_reason(files: list[Path]):
    expected = {**dict.fromkeys(NO_DICOM, NotDicom), **dict.fromkeys(BROKEN, MalformedDataSet)}
    assert {path.name: refusal for path in files if (refusal := refusal_of(path)) is not None} == expected


def refusal_of(path: Path) -> type[InstanceError] | None:
    try:
        with Source.open(path) as source:
            part10 = open_part10(source)
            scan(part10.source, part10.start, part10.syntax.encoding, vr_by_tag())
    except InstanceError as error:
        return type(error)
    return None


def test_every_element_at_every_depth_is_what_pydicom_reads(readable: list[Path]):
    differing: set[str] = set()
    unexplained: list[object] = []
    compared = 0
    for path in readable:
        if path.name in NOT_READ_BY_PYDICOM:
            continue
        ours, theirs = list_of_ours(path), list_of_theirs(path)
        compared += len(ours)
        if ours != theirs:
            differing.add(path.name)
            explain = _EXPLANATIONS.get(path.name)
            if explain is None:
                unexplained.append((path.name, _some_difference(ours, theirs)))
            else:
                explain(ours, theirs)
    assert unexplained == []
    assert differing == _EXPLANATIONS.keys()
    assert compared > 50_000


@pytest.mark.parametrize("plan", [Looking, Rewriting], ids=["looked-at", "replaced-by-itself"])
def test_what_keeps_everything_makes_the_same_bytes(readable: list[Path], plan: type[Policy], tmp_path: Path):
    target = tmp_path / "out.dcm"
    for path in readable:
        with Source.open(path) as source:
            before, after = rebuilt(source, target, plan)
        target.unlink()
        assert after == before, path.name


def test_a_file_that_dcmdump_accepts_is_accepted_when_its_data_set_is_kept_under_new_file_meta(
    readable: list[Path], tmp_path: Path
):
    dcmdump = shutil.which("dcmdump")
    if dcmdump is None:
        pytest.skip("dcmdump (DCMTK) is not installed")
    sample = [path for path in readable if path.stat().st_size < 600_000][::7]
    before = {path for path in sample if _accepted(dcmdump, [path])}
    target = tmp_path / "out"
    target.mkdir()
    written = {}
    for number, path in enumerate(sorted(before)):
        with Source.open(path) as source:
            part10 = opened(path)
            syntax = part10.syntax
            if syntax.deflated:
                continue
            uid = part10.meta.get(0x00020003, b"2.25.1").rstrip(b"\0 ").decode("ascii")
            header = file_meta("1.2.840.10008.5.1.4.1.1.7", uid or "2.25.1", syntax.uid)
            written[target / f"{number}.dcm"] = path.name
            rebuilt(source, target / f"{number}.dcm", Rewriting, header)
    assert len(written) > 40
    refused = (
        [] if _accepted(dcmdump, list(written)) else [n for p, n in written.items() if not _accepted(dcmdump, [p])]
    )
    assert refused == []


# --- what we read


def list_of_ours(path: Path) -> Listed:
    with Source.open(path) as source:
        part10 = open_part10(source)
        data = part10.source
        found = scan(data, part10.start, part10.syntax.encoding, vr_by_tag())
        listed = {each.path: (_vr_of(each), _value_of(each, data)) for each in found.elements}
        assert len(listed) == len(found.elements) or path.name in DOUBLED, path.name
        return listed


def _vr_of(element: Element) -> str:
    if element.holds_items:
        return "SQ"
    if element.vr == "UN" and not element.encoding.explicit:
        return vr_of(element.tag) or "UN"  # a repeating group, 50xx or 60xx
    return element.vr


def _value_of(element: Element, data: Source) -> bytes | None:
    if element.holds_items or (element.vr == "SQ" and element.value == element.end):
        return None
    value = data.read(element.value, element.end)
    undefined = data.read(element.value - 4, element.value) == b"\xff" * 4
    return value[:-8] if undefined else value


# --- what pydicom reads


def list_of_theirs(path: Path) -> Listed:
    data = path.read_bytes()
    if path.name in WITHOUT_PREAMBLE:
        data = bytes(128) + b"DICM" + data
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data_set = pydicom.dcmread(io.BytesIO(data), force=True)
            return dict(_listed(data_set, ()))
    finally:
        logging.disable(logging.NOTSET)


def _listed(
    data_set: pydicom.Dataset, path: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[str, bytes | None]]]:
    for raw in list(data_set._dict.values()):
        tag = int(raw.tag)
        read = raw
        if isinstance(raw, pydicom.dataelem.RawDataElement) and raw.VR in (None, "UN", "SQ"):
            read = data_set[raw.tag]
        if read.VR == "SQ":
            yield (*path, tag), ("SQ", None)
            for number, item in enumerate(read.value):
                yield from _listed(item, (*path, tag, number))
        elif isinstance(raw, pydicom.dataelem.RawDataElement):
            yield (*path, tag), (_their_vr(raw), raw.value or b"")
        else:
            assert tag == DECODED_BY_PYDICOM
            terms = raw.value if isinstance(raw.value, pydicom.multival.MultiValue) else [raw.value or ""]
            text = "\\".join(terms).encode()
            yield (*path, tag), (raw.VR, text + b" " * (len(text) % 2))


def _their_vr(raw: pydicom.dataelem.RawDataElement) -> str:
    """Return the VR as encoded, or in implicit VR what PS3.5 and the dictionary of PS3.6 say."""
    if raw.VR is not None:
        return str(raw.VR)
    if not raw.tag.element:
        return "UL"
    if raw.tag.is_private:
        return "LO" if 0x10 <= raw.tag.element <= 0xFF else "UN"
    try:
        return pydicom.datadict.dictionary_VR(raw.tag)
    except KeyError:
        return "UN"


# --- where it differs, and why


def _only_items_in_un_are_more(ours: Listed, theirs: Listed) -> None:
    deeper = [path for path in ours if path not in theirs]
    entered = {path for path in theirs if ours[path] != theirs[path]}
    assert deeper
    assert all(any(path[: len(each)] == each for each in entered) for path in deeper)
    assert all(theirs[path][0] == "UN" and ours[path] == ("SQ", None) for path in entered)
    assert all(theirs[path][1][:4] == b"\xfe\xff\0\xe0" for path in entered)


def _only_empty_sequences_are_called_un(ours: Listed, theirs: Listed) -> None:
    assert ours.keys() == theirs.keys()
    differing = [path for path in ours if ours[path] != theirs[path]]
    assert all(ours[path] in (("UN", b""), ("UN", b"\xfe\xff\xdd\xe0\0\0\0\0")) for path in differing)
    assert all(theirs[path] == ("SQ", None) for path in differing)


def _only_the_character_set_is_called_un(ours: Listed, theirs: Listed) -> None:
    path = (DECODED_BY_PYDICOM,)
    assert ours[path] == ("UN", theirs[path][1])
    assert {**ours, path: theirs[path]} == theirs


_EXPLANATIONS = {
    **dict.fromkeys(READ_DEEPER_THAN_PYDICOM, _only_items_in_un_are_more),
    **dict.fromkeys(PLACED_AS_A_SEQUENCE_BY_PYDICOM, _only_empty_sequences_are_called_un),
    **dict.fromkeys(CHARACTER_SET_IN_UN, _only_the_character_set_is_called_un),
}


def _some_difference(ours: Listed, theirs: Listed) -> list[tuple[str, ...]]:
    """Return where it differs, without a value."""
    paths = [path for path in {**ours, **theirs} if ours.get(path) != theirs.get(path)]
    return [
        (".".join(f"{step:x}" for step in path), *(each.get(path, ("absent",))[0] for each in (ours, theirs)))
        for path in paths[:5]
    ]


def _accepted(dcmdump: str, paths: list[Path]) -> bool:
    run = subprocess.run([dcmdump, "-q", *map(os.fspath, paths)], capture_output=True, check=False)
    return run.returncode == 0
