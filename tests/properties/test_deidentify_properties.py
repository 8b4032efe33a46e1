"""What must hold for every data set: nothing planted survives, the kept is the same bytes, no file alters another."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Element, Item, Sequenced, dicom_file, element, sequence
from engine.instances import KEY, OTHER_KEY, deidentifier, read, with_elements

SECRET = "Xyzzyplugh"
NAMES = ["Quillfeather^Zebulon", "QUILLFEATHER, ZEBULON", "zebulon quillfeather"]
UIDS = ["1.2.3.4.5.1", "1.3.6.1.4.1.99999.8.15", "2.25.329800735698586629295641978511506172918"]
NEVER = (b"quillfeather", b"zebulon", b"xyzzyplugh", b"19580412", *(uid.encode() for uid in UIDS))
FEW = settings(
    max_examples=settings.default.max_examples * 60 // 100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

planted_leaf = st.sampled_from(
    [
        *(
            element(tag, vr, name)
            for tag, vr in ((0x00100010, "PN"), (0x00181210, "SH"), (0x00080104, "LO"))
            for name in NAMES
        ),
        *(element(0x00081155, "UI", uid) for uid in UIDS),
        element(0x00081030, "LO", SECRET),
        element(0x00080080, "LO", SECRET),
        element(0x00104000, "LT", SECRET),
        element(0x00100030, "DA", "19580412"),
        element(0x00181160, "SH", "19580412"),
        element(0x0040A123, "PN", SECRET),
        element(0x00291001, "LO", SECRET),
        element(0x00290010, "LO", SECRET),
        element(0x0ACE0002, "LO", SECRET),
        element(0x60004000, "LT", SECRET),
        element(0x00081190, "UR", SECRET),
        element(0x00080014, "UI", UIDS[1]),
        element(0x00080070, "LO", "Maker"),
        element(0x00180050, "DS", "1.5"),
        element(0x00280010, "US", 7),
    ]
)
SEQUENCES = [0x00089215, 0x00540220, 0x00081140, 0x00400275, 0x52009230, 0x00291010, 0x0ACE0001]


def sorted_elements(elements: list[Element]) -> list[Element]:
    return sorted({each.tag: each for each in elements}.values(), key=lambda each: each.tag)


planted = st.recursive(
    st.lists(planted_leaf, max_size=4),
    lambda inner: st.builds(
        lambda leaves, tag, items, undefined: [*leaves, Sequenced(tag, tuple(items), undefined)],
        st.lists(planted_leaf, max_size=3),
        st.sampled_from(SEQUENCES),
        st.lists(
            st.builds(lambda e, u: Item(tuple(sorted_elements(e)), u), inner, st.booleans()), min_size=1, max_size=3
        ),
        st.booleans(),
    ),
    max_leaves=8,
)
FORMS = st.sampled_from([EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED])


def inflated(raw: bytes) -> bytes:
    import zlib

    start = raw.find(b"1.2.840.10008.1.2.1.99")
    if start < 0:
        return b""
    meta_end = 144 + int.from_bytes(raw[140:144], "little")
    return zlib.decompress(raw[meta_end:], -zlib.MAX_WBITS)


@FEW
@given(elements=planted, form=FORMS, preset=st.sampled_from(["basic", "research"]))
def test_nothing_that_is_planted_survives(tmp_path: Path, elements: list[Element], form: object, preset: str) -> None:
    usual = with_elements(element(0x00100010, "PN", NAMES[0]), element(0x00100030, "DA", "19580412"))
    content = dicom_file(sorted_elements([*usual, *elements, element(0x00080018, "UI", UIDS[0])]), form)  # type: ignore[arg-type]
    (tmp_path / "in.dcm").write_bytes(content)
    deidentifier(preset).deidentify(tmp_path / "in.dcm", tmp_path / "out.dcm", overwrite=True)
    written = (tmp_path / "out.dcm").read_bytes()
    haystack = (written + inflated(written)).lower()
    assert [needle for needle in NEVER if needle in haystack] == []
    read(tmp_path / "out.dcm")


KEPT_TAGS = {0x00080070: "LO", 0x00180050: "DS", 0x00180060: "DS", 0x00181210: "SH", 0x00200032: "DS", 0x00281050: "DS"}
# A decimal string, or a few of its characters in any order: what is long and no number is not kept.
decimals = st.from_regex(r" ?-?[0-9]{1,10}(\.[0-9]{0,3})? ?", fullmatch=True) | st.text("0123456789. -", max_size=5)
kept_values = st.fixed_dictionaries(
    {tag: decimals if vr == "DS" else st.text("abcXYZ 09_-", max_size=15) for tag, vr in KEPT_TAGS.items()}
)


@FEW
@given(
    values=kept_values,
    pixels=st.binary(min_size=0, max_size=64),
    form=st.sampled_from([EXPLICIT, IMPLICIT, BIG_ENDIAN]),
)
def test_what_is_kept_is_the_same_bytes(tmp_path: Path, values: dict[int, str], pixels: bytes, form: object) -> None:
    kept = [element(tag, vr, values[tag]) for tag, vr in KEPT_TAGS.items()]
    kept += [element(0x7FE00010, "OB", pixels + b"\0" * (len(pixels) % 2))]
    (tmp_path / "in.dcm").write_bytes(dicom_file(with_elements(*kept), form))  # type: ignore[arg-type]
    deidentifier().deidentify(tmp_path / "in.dcm", tmp_path / "out.dcm", overwrite=True)
    written = (tmp_path / "out.dcm").read_bytes()
    assert [each.tag for each in kept if each.encoded(form) not in written] == []  # type: ignore[arg-type]


def patients_folder(folder: Path) -> list[Path]:
    """Files of three patients that differ in few bytes, in three encodings, some alike but for the patient."""
    folder.mkdir()
    paths = []
    for patient in ("4711", "4712", "Li"):
        for number in range(4):
            for form in (EXPLICIT, IMPLICIT, BIG_ENDIAN):
                frames = [
                    [element(0x00189074, "DT", f"2020031510150{n}"), element(0x00080070, "LO", "Maker")]
                    for n in range(3)
                ]
                elements = with_elements(
                    element(0x00080005, "CS", "ISO_IR 192"),
                    element(0x00080021, "DA", "20200316"),
                    element(0x00080080, "LO", f"Clinic of {'Li' if number % 2 else 'Lo'}"),
                    element(0x00100010, "PN", f"Li^{patient}" if number != 3 else f"Lo^{patient}"),
                    element(0x00181210, "SH", "for Lo" if number < 2 else "for Li"),
                    element(0x00181160, "SH", "4712"),
                    sequence(0x00089215, [element(0x00080104, "LO", "Li's code"), element(0x00100020, "LO", "4711")]),
                    element(0x00200013, "IS", str(number)),
                    sequence(0x52009230, *frames, undefined=number % 2 == 0),
                    patient=patient,
                    instance=f"1.2.3.4.5.{number}",
                )
                path = folder / f"{patient}-{number}-{form.name}.dcm"
                path.write_bytes(dicom_file(elements, form))
                paths.append(path)
    return paths


def copies(paths: list[Path], target: Path, **how: bool) -> dict[str, bytes]:
    target.mkdir(exist_ok=True)
    by = deidentifier("research", **how)
    for path in paths:
        by.deidentify(path, target / path.name, overwrite=True)
    return {path.name: (target / path.name).read_bytes() for path in paths}


def test_files_do_not_matter_to_each_other_in_any_order_with_and_without_memory(tmp_path: Path) -> None:
    paths = patients_folder(tmp_path / "in")
    alone: dict[str, bytes] = {}
    for path in paths:
        alone |= copies([path], tmp_path / "alone", remembers=False)
    assert copies(paths, tmp_path / "without", remembers=False) == alone
    for seed in range(6):
        shuffled = paths.copy()
        random.Random(seed).shuffle(shuffled)
        assert copies(shuffled * 2, tmp_path / "with", remembers=True) == alone


def test_reports_do_not_depend_on_the_files_before(tmp_path: Path) -> None:
    paths = patients_folder(tmp_path / "in")
    random.Random(1).shuffle(paths)
    by = deidentifier("research")
    for path in paths:
        alone = deidentifier("research", remembers=False).deidentify(path, tmp_path / "a.dcm", overwrite=True)
        among = by.deidentify(path, tmp_path / "b.dcm", overwrite=True)
        assert list(among.lines()) == list(alone.lines())
        assert (among.patient, among.study_uid, among.series_uid) == (alone.patient, alone.study_uid, alone.series_uid)


@settings(
    max_examples=settings.default.max_examples * 25 // 100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(st.dates(date(1995, 1, 1), date(2030, 1, 1)), min_size=2, max_size=4),
    tags=st.lists(
        st.sampled_from([0x00080012, 0x00080020, 0x00080021, 0x00080022, 0x00080023]), min_size=2, max_size=4
    ),
)
def test_intervals_between_any_two_dates_of_a_patient_survive(
    tmp_path: Path, days: list[date], tags: list[int]
) -> None:
    by = deidentifier("research")
    shifts = set()
    for number, (day, tag) in enumerate(zip(days, tags, strict=False)):
        moment = element(0x0008002A, "DT", f"{day:%Y%m%d}101500.25+0100")
        inside = sequence(0x00089215, [element(0x00189074, "DT", f"{day:%Y%m%d}")])
        content = dicom_file(
            with_elements(element(tag, "DA", f"{day:%Y%m%d}"), moment, inside, instance=f"1.2.3.4.5.{number}")
        )
        (tmp_path / "in.dcm").write_bytes(content)
        by.deidentify(tmp_path / "in.dcm", tmp_path / "out.dcm", overwrite=True)
        found = read(tmp_path / "out.dcm")
        moved = [
            str(found[tag].value),
            str(found.AcquisitionDateTime),
            str(found.DerivationCodeSequence[0].FrameAcquisitionDateTime),
        ]
        assert moved[1].endswith("101500.25+0100")
        shifts |= {date.fromisoformat(each[:8]) - day for each in moved}
    assert len(shifts) == 1
    assert timedelta(days=-3650) <= shifts.pop() <= timedelta(days=-1)


STAND_INS = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from engine.instances import deidentifier
folder = Path(sys.argv[1])
deidentifier("research").deidentify(folder / "in.dcm", folder / "other-process.dcm")
"""


def test_the_same_key_gives_the_same_copy_in_another_process_and_another_key_shares_nothing(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    (tmp_path / "in.dcm").write_bytes(dicom_file(with_elements(element(0x00080021, "DA", "20200316"))))
    deidentifier("research").deidentify(tmp_path / "in.dcm", tmp_path / "here.dcm")
    deidentifier("research", key=OTHER_KEY).deidentify(tmp_path / "in.dcm", tmp_path / "other.dcm")
    paths = [str(tests), str(tests.parent / "src")]
    subprocess.run([sys.executable, "-c", STAND_INS, str(tmp_path), *paths], check=True)
    assert (tmp_path / "other-process.dcm").read_bytes() == (tmp_path / "here.dcm").read_bytes()
    here, other = read(tmp_path / "here.dcm"), read(tmp_path / "other.dcm")
    keys: list[Callable[[object], object]] = [str]
    for keyword in (
        "PatientID",
        "PatientName",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "SOPInstanceUID",
        "SeriesDate",
    ):
        assert keys[0](here[keyword].value) != str(other[keyword].value)
    assert KEY.secret != OTHER_KEY.secret


def test_a_copy_is_refused_as_input_and_another_pass_marks_it_once(tmp_path: Path) -> None:
    from dicomveil.errors import Refused

    for path in patients_folder(tmp_path / "in")[:6]:
        deidentifier().deidentify(path, tmp_path / "once.dcm", overwrite=True)
        with pytest.raises(Refused):
            deidentifier().deidentify(tmp_path / "once.dcm", tmp_path / "twice.dcm")
        deidentifier(again=True).deidentify(tmp_path / "once.dcm", tmp_path / "again.dcm", overwrite=True)
        once, again = read(tmp_path / "once.dcm"), read(tmp_path / "again.dcm")
        for keyword in ("DeidentificationMethod", "DeidentificationMethodCodeSequence", "PatientIdentityRemoved"):
            assert again[keyword] == once[keyword]
