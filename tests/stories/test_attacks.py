"""What an attacker found, one test each: ways in which somebody's name, number or day once reached a copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders import (
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    Element,
    Encapsulated,
    Form,
    Value,
    dicom_file,
    element,
    encode,
    sequence,
)
from dicomveil.batch.run import Run
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import InstanceError
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, deidentifier, with_elements

DONE = "done"
PRESETS = pytest.mark.parametrize("preset", ["basic", "research"])
REMEMBERS = pytest.mark.parametrize("remembers", [True, False], ids=["with memory", "without memory"])

NAME, NUMBER, BIRTH_DATE, STUDY_DATE = "Smithson^John", "7734519", "19580412", "20240105"
SECRET = "Xyzzyplugh"  # stands for a value nobody could know: only where everything has to go
GENTLE = settings(  # no shrinking: of many whole files it takes minutes
    max_examples=settings.default.max_examples * 40 // 100,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

CHARACTER_SET, IMAGE_TYPE, STATION_NAME, INSTITUTION_NAME = 0x00080005, 0x00080008, 0x00081010, 0x00080080
CODE_VALUE, CODING_SCHEME, CODE_MEANING, CONTEXT_UID = 0x00080100, 0x00080102, 0x00080104, 0x00080117
SLICE_THICKNESS, BODY_PART, RECEIVE_COIL, INSTANCE_NUMBER = 0x00180050, 0x00180015, 0x00181250, 0x00200013
ANATOMY, VIEW_CODES = 0x00082218, 0x00540220  # sequences without a row in Table E.1-1: walked
ICC_PROFILE = 0x00282000  # bytes without a row in Table E.1-1: kept, and searched in the finished copy
PIXEL_DATA = 0x7FE00010


def instance(*elements: Element, name: Value = NAME, number: Value = NUMBER, uid: str = "1.2.3.4.5.1") -> list[Element]:
    usual = [
        element(0x00080020, "DA", STUDY_DATE),
        element(0x00100010, "PN", name),
        element(0x00100020, "LO", number),
        element(0x00100030, "DA", BIRTH_DATE),
    ]
    mine = {each.tag for each in elements}
    return with_elements(*(each for each in usual if each.tag not in mine), *elements, instance=uid)


def code(*elements: Element) -> list[Element]:
    usual = [element(CODE_VALUE, "SH", "1"), element(CODING_SCHEME, "SH", "99X"), element(CODE_MEANING, "LO", "x")]
    mine = {each.tag for each in elements}
    return sorted([*(e for e in usual if e.tag not in mine), *elements], key=lambda each: each.tag)


def outcome(
    folder: Path, content: list[Element] | bytes, by: Deidentifier | None = None, form: Form = EXPLICIT
) -> tuple[str, bytes]:
    """De-identify one instance; return "done" and all bytes of the copy, or the code of the refusal and none."""
    source, target = folder / "source.dcm", folder / "target.dcm"
    source.write_bytes(content if isinstance(content, bytes) else dicom_file(content, form))
    target.unlink(missing_ok=True)
    try:
        (by or deidentifier()).deidentify(source, target)
    except InstanceError as error:
        assert not target.exists()
        return error.code, b""
    return DONE, target.read_bytes()


def copied(folder: Path, content: list[Element], by: Deidentifier | None = None, form: Form = EXPLICIT) -> bytes:
    """De-identify one instance that nobody has a reason to refuse; return all bytes of the copy."""
    code_, written = outcome(folder, content, by, form)
    assert code_ == DONE
    return written


def left(written: bytes, *texts: str | bytes) -> list[str | bytes]:
    """Return which of these are found in a copy, in whatever case."""
    everything = written.lower()
    return [text for text in texts if (text if isinstance(text, bytes) else text.encode()).lower() in everything]


# --- what is remembered


def test_a_refused_file_does_not_open_the_door_for_the_next_ones_of_its_study(tmp_path: Path) -> None:
    by = deidentifier()
    bad = element(ICC_PROFILE, "OB", f"desc {NAME} {NUMBER} ".encode())
    innocent = element(ICC_PROFILE, "OB", b"desc of a colour")
    codes = [
        outcome(tmp_path, instance(what, uid=f"1.2.3.4.5.{count}"), by)[0]
        for count, what in enumerate([bad, bad, innocent, bad, innocent, innocent, bad])
    ]
    assert codes == ["residue", "residue", DONE, "residue", DONE, DONE, "residue"]


def test_a_refused_file_does_not_open_the_door_after_another_patients_file(tmp_path: Path) -> None:
    by = deidentifier()
    bad = element(ICC_PROFILE, "OB", f"desc {NAME} {NUMBER} ".encode())
    assert outcome(tmp_path, instance(bad), by)[0] == "residue"
    assert outcome(tmp_path, instance(bad, name="Thistlewood^Ida", number="55", uid="1.2.3.4.5.2"), by)[0] == DONE
    assert outcome(tmp_path, instance(bad, uid="1.2.3.4.5.3"), by)[0] == "residue"


def test_a_folder_of_files_with_the_same_residue_is_refused_whole(tmp_path: Path) -> None:
    folder, target = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for count in range(4):
        bad = element(ICC_PROFILE, "OB", f"desc {NAME} {NUMBER} ".encode())
        (folder / f"{count}.dcm").write_bytes(dicom_file(instance(bad, uid=f"1.2.3.4.5.{count}")))
    assert [each.code for each in Run(deidentifier(), folder, target, KEY)] == ["residue"] * 4
    assert [path for path in target.rglob("*") if path.is_file()] == []


SAFE, SAFE_VALUE = (0x00191023, 0x0019109E), ("1.375", "EFGRE3D")

ingredients = st.fixed_dictionaries(
    {},
    optional={
        CHARACTER_SET: st.sampled_from(["ISO_IR 100", "ISO_IR 192", "ISO_IR 144", f"ISO_IR 100\\{SECRET}"]),
        INSTITUTION_NAME: st.sampled_from(["St Hedwig", "Coil"]),
        RECEIVE_COIL: st.sampled_from(["coil", "Coil", "Smithson", "LI WU", "7734520 x", "1.2.3.4.5.7", b"M\xfcller"]),
        INSTANCE_NUMBER: st.sampled_from(["1", "2", NUMBER, "7734520"]),
        ICC_PROFILE: st.sampled_from([b"colour", b"of SMITHSON ", b"of 7734520", b"of Hedwig", b"20240105"]),
        0x00080023: st.sampled_from([STUDY_DATE, "20240106", "2024.01.05", "no day"]),
        0x00101010: st.sampled_from(["012Y", "095Y", "Li"]),
        0x00120063: st.sampled_from(["by hand", "for Smithson"]),
    },
)
VR_OF = {CHARACTER_SET: "CS", INSTITUTION_NAME: "LO", RECEIVE_COIL: "SH", INSTANCE_NUMBER: "IS", ICC_PROFILE: "OB"}
VR_OF |= {0x00080023: "DA", 0x00101010: "AS", 0x00120063: "LO"}
patients = st.sampled_from([(NAME, NUMBER), ("Li^Wu", "0042"), ("", "7734520"), (b"M\xfcller^Ida", "")])
code_items = st.lists(
    st.builds(
        lambda text, charset, name: code(
            element(CODE_MEANING, "LO", text),
            *([element(CHARACTER_SET, "CS", charset)] if charset else []),
            *([element(0x00100010, "PN", name)] if name else []),
        ),
        st.sampled_from(["head", "Li", "of Smithson", b"M\xfcller", b"\xb8\xd2"]),
        st.sampled_from(["", "", "ISO_IR 144", "ISO_IR 192"]),
        st.sampled_from(["", "", "Hubers", "Li^Wu"]),
    ),
    max_size=3,
)


def sequence_or_bytes(tag: int, items: list[list[Element]], how: str, form: Form) -> Element:
    if how == "as bytes":
        return Encapsulated(tag, tuple(encode(item, form) for item in items), "OB")
    return sequence(tag, *items, undefined=how == "undefined")


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """One file of one of few patients; some are broken, or hold what is refused."""
    form = draw(st.sampled_from([EXPLICIT, EXPLICIT, IMPLICIT, BIG_ENDIAN]))
    name, number = draw(patients)
    elements = [element(tag, VR_OF[tag], value) for tag, value in draw(ingredients).items()]
    for tag in draw(st.sets(st.sampled_from([ANATOMY, VIEW_CODES, 0x52009230]))):
        how = draw(st.sampled_from(["defined", "undefined", "as bytes"])) if form.explicit else "defined"
        elements.append(sequence_or_bytes(tag, draw(code_items), how, form))
    for creator in draw(st.lists(st.sampled_from(["GEMS_ACQU_01", "ACME"]), max_size=1)):
        block = [element(0x00190010, "LO", creator), element(SAFE[0], "DS", SAFE_VALUE[0])]
        elements += [*block, element(SAFE[1], "LO", draw(st.sampled_from([SAFE_VALUE[1], "of Smithson"])))]
    uid = f"1.2.3.4.5.{draw(st.integers(0, 3))}"
    flaw = draw(st.sampled_from(["none"] * 8 + ["cut short", "a document"]))
    if flaw == "a document":
        elements.append(element(0x00420011, "OB", b"%PDF"))
    content = dicom_file(instance(*elements, name=name, number=number, uid=uid), form)
    return content[:-3] if flaw == "cut short" else content


OPTIONS = [(), ("retain-safe-private",), ("retain-modified-dates", "retain-patient-characteristics")]
OPTIONS += [("retain-full-dates", "retain-uids", "retain-device-identity", "retain-institution-identity")]


@GENTLE
@given(history=st.lists(files(), min_size=2, max_size=8), options=st.sampled_from(OPTIONS), again=st.booleans())
def test_an_engine_that_has_seen_many_files_refused_and_done_answers_as_a_fresh_one(
    tmp_path: Path, history: list[bytes], options: tuple[str, ...], again: bool
) -> None:
    recipe = load_recipe("basic").with_options(options)
    veteran = Deidentifier(recipe, KeyedPseudonyms(KEY))
    for content in history * (1 + again):
        novice = Deidentifier(recipe, KeyedPseudonyms(KEY), remembers=False)
        assert outcome(tmp_path, content, veteran) == outcome(tmp_path, content, novice)


# --- attributes that Table E.1-1 forgot

FORGOTTEN = {
    "birth date in another calendar": (0x00100033, "LO"),
    "death date in another calendar": (0x00100034, "LO"),
    "placer order number, retired": (0x00402006, "SH"),
    "filler order number, retired": (0x00402007, "SH"),
    "placer order number of the procedure": (0x00401006, "SH"),
    "filler order number of the procedure": (0x00401007, "SH"),
    "owner": (0x21000160, "SH"),
    "contact": (0x0074100C, "LO"),
    "HL7 document": (0x0040E001, "ST"),
    "breed registration number": (0x00102295, "LO"),
}


@PRESETS
@pytest.mark.parametrize("nested", [False, True], ids=["at the root", "in an item"])
@pytest.mark.parametrize(("tag", "vr"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_direct_identifiers_that_the_table_forgot_do_not_survive(
    tmp_path: Path, tag: int, vr: str, nested: bool, preset: str
) -> None:
    hidden = element(tag, vr, SECRET)
    content = instance(sequence(VIEW_CODES, code(hidden)) if nested else hidden)
    written = copied(tmp_path, content, deidentifier(preset))
    assert left(written, SECRET) == []


def prose_remarks() -> list[Element]:
    """Make every text attribute of the dictionary whose keyword says comment, note or remark."""
    from pydicom.datadict import DicomDictionary

    words = ("Comment", "Note", "Remark")
    prose = ("LO", "LT", "SH", "ST", "UC", "UT")
    return [
        element(tag, vr, f"{SECRET} {tag:08x}"[:16])
        for tag, (vr, _, _, _, keyword) in sorted(DicomDictionary.items())
        if vr in prose and tag > 0x00080000 and any(word in keyword for word in words)
    ]


@PRESETS
def test_remarks_in_prose_do_not_survive_whatever_they_are_on(tmp_path: Path, preset: str) -> None:
    remarks = prose_remarks()
    assert len(remarks) > 30
    written = copied(tmp_path, instance(*remarks, sequence(VIEW_CODES, remarks)), deidentifier(preset))
    assert left(written, SECRET) == []


# --- structure


@REMEMBERS
@pytest.mark.parametrize("vr", ["OB", "OW"])
@pytest.mark.parametrize("before", [True, False], ids=["after a walked sequence", "after none"])
def test_a_sequence_that_is_stored_as_bytes_of_undefined_length_is_not_kept(
    tmp_path: Path, vr: str, before: bool, remembers: bool
) -> None:
    stored = Encapsulated(VIEW_CODES, (b"", f"Frau {SECRET} Tochter".encode()), vr)
    content = instance(*([sequence(ANATOMY, code())] if before else []), stored)
    by = deidentifier(remembers=remembers)
    for _ in range(3):
        assert left(copied(tmp_path, content, by), SECRET) == []


PIXELS = {
    "pixels": element(PIXEL_DATA, "OB", f"{SECRET}!!".encode()),
    "pixels in fragments": Encapsulated(PIXEL_DATA, (b"", f"{SECRET}!!".encode())),
    "float pixels": element(0x7FE00008, "OF", f"{SECRET}!!".encode()),
    "double pixels": element(0x7FE00009, "OD", f"{SECRET}!!!!!!".encode()),
}


@pytest.mark.parametrize("pixels", PIXELS.values(), ids=PIXELS)
def test_pixels_inside_an_item_of_an_unlisted_sequence_do_not_survive(tmp_path: Path, pixels: Element) -> None:
    deep = sequence(ANATOMY, code(sequence(VIEW_CODES, code(pixels))))
    for content in (instance(sequence(VIEW_CODES, code(pixels))), instance(deep)):
        assert left(copied(tmp_path, content), SECRET) == []


# --- numbers and days

NUMBERS = {
    "as it is, in IS": (NUMBER, "IS", NUMBER),
    "as it is, in DS": (NUMBER, "DS", NUMBER),
    "with a sign": (NUMBER, "IS", "+7734519"),
    "with a fraction of nothing": (NUMBER, "DS", "7734519.0"),
    "with a sign and a fraction": (NUMBER, "DS", "+7734519.00"),
    "negative": (NUMBER, "IS", "-7734519"),
    "with zeros": (NUMBER, "IS", "007734519"),
    "as a second value": (NUMBER, "DS", "1.5\\7734519"),
    "without the zeros of the ID": ("0007734519", "IS", NUMBER),
    "with the zeros of the ID": ("0007734519", "IS", "0007734519"),
    "without the hyphens of the ID": ("123-456-789", "DS", "123456789"),
    "without the hyphens of the ID, in IS": ("123-456-789", "IS", "+123456789"),
    "without the letters of the ID": ("MRN7734519", "IS", NUMBER),
    "with an exponent": (NUMBER, "DS", "7.734519E6"),
    "with a negative exponent": (NUMBER, "DS", "77345190e-1"),
    "in groups": (NUMBER, "IS", "7 734 519"),
    "one of two IDs": ("7734519\\88", "IS", NUMBER),
    "one of two IDs, in DS": ("7734519\\88", "DS", "7734519.0"),
}


@pytest.mark.parametrize("form", [EXPLICIT, IMPLICIT], ids=lambda form: form.name)
@pytest.mark.parametrize(("number", "vr", "value"), NUMBERS.values(), ids=NUMBERS)
def test_the_patients_number_does_not_survive_in_an_attribute_of_numbers(
    tmp_path: Path, number: str, vr: str, value: str, form: Form
) -> None:
    hiding = element(INSTANCE_NUMBER if vr == "IS" else SLICE_THICKNESS, vr, value)
    for content in (instance(hiding, number=number), instance(sequence(VIEW_CODES, code(hiding)), number=number)):
        written = copied(tmp_path, content, form=form)
        assert left(written, value, NUMBER, "123456789") == []


SPELLINGS = [NUMBER, "7 734 519", "7734-519", f"no. {NUMBER}B"]


@PRESETS
@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize("known_from", [0x00080050, 0x00100020], ids=["accession number", "patient's"])
def test_a_number_of_an_identifier_does_not_survive_in_texts_without_what_stands_around_it(
    tmp_path: Path, text: str, known_from: int, preset: str
) -> None:
    known = element(known_from, "SH" if known_from == 0x00080050 else "LO", f"MRN-{NUMBER}")
    elements = {each.tag: each for each in (*instance(number="A1"), known, element(RECEIVE_COIL, "SH", text))}
    written = copied(tmp_path, sorted(elements.values(), key=lambda each: each.tag), deidentifier(preset))
    assert left(written, text, NUMBER) == []


@PRESETS
@pytest.mark.parametrize("text", ["580317", "170358", "031758", "b170358"])
def test_the_day_of_birth_does_not_survive_in_six_digits(tmp_path: Path, text: str, preset: str) -> None:
    born = element(0x00100030, "DA", "19580317")
    written = copied(tmp_path, instance(born, element(RECEIVE_COIL, "SH", text)), deidentifier(preset))
    assert left(written, text) == []


def test_numbers_that_are_not_the_patients_stay(tmp_path: Path) -> None:
    kept = [element(SLICE_THICKNESS, "DS", "0.625"), element(INSTANCE_NUMBER, "IS", "77345190")]
    written = copied(tmp_path, instance(*kept))
    assert [each.tag for each in kept if each.encoded(EXPLICIT) not in written] == []


DAYS = {
    "with dots": (RECEIVE_COIL, "SH", "05.01.2024"),
    "with hyphens": (RECEIVE_COIL, "SH", "2024-01-05"),
    "in words": (RECEIVE_COIL, "SH", "5 Jan 2024"),
    "as in DICOM": (RECEIVE_COIL, "SH", STUDY_DATE),
    "in prose": (RECEIVE_COIL, "SH", "seen 20240105"),
    "as a whole number": (INSTANCE_NUMBER, "IS", STUDY_DATE),
    "as a decimal number": (SLICE_THICKNESS, "DS", f"{STUDY_DATE}.0"),
}


@PRESETS
@pytest.mark.parametrize("known_from", [0x00080020, 0x00080021, 0x00080022, 0x00080023], ids=lambda tag: f"{tag:08x}")
@pytest.mark.parametrize(("tag", "vr", "day"), DAYS.values(), ids=DAYS)
def test_the_days_of_the_study_do_not_survive_in_texts_and_numbers(
    tmp_path: Path, tag: int, vr: str, day: str, known_from: int, preset: str
) -> None:
    dates = [element(0x00080020, "DA", "20230506"), element(known_from, "DA", STUDY_DATE)]
    elements = {each.tag: each for each in (*dates, element(tag, vr, day))}
    written = copied(tmp_path, instance(*elements.values()), deidentifier(preset))
    assert left(written, day, STUDY_DATE) == []


def test_a_uid_of_the_standards_own_kind_with_the_patients_number_in_it_does_not_survive(tmp_path: Path) -> None:
    for uid in (f"1.2.3.{NUMBER}", NUMBER, f"1.2.{NUMBER}.5", f"1.2.840.10008.6.1.19\\1.2.{NUMBER}"):
        content = instance(sequence(VIEW_CODES, code(element(CONTEXT_UID, "UI", uid))))
        assert left(copied(tmp_path, content), NUMBER) == []


def test_the_oid_of_a_coding_scheme_stays(tmp_path: Path) -> None:
    scheme = [element(CODING_SCHEME, "SH", "SCT"), element(0x0008010C, "UI", "2.16.840.1.113883.6.96")]
    content = instance(sequence(0x00080110, scheme))
    assert scheme[1].encoded(EXPLICIT) in copied(tmp_path, content)


# --- what options retain

FULL_DATES = {
    "a date": (0x00080020, "DA"),
    "a date and time": (0x0008002A, "DT"),
    "a time": (0x00080031, "TM"),
    "an offset": (0x00080201, "SH"),
}


@pytest.mark.parametrize("text", [NAME, SECRET], ids=["the patient", "somebody else"])
@pytest.mark.parametrize(("tag", "vr"), FULL_DATES.values(), ids=FULL_DATES)
def test_retained_dates_are_retained_only_if_they_are_dates(tmp_path: Path, tag: int, vr: str, text: str) -> None:
    written = copied(tmp_path, instance(element(tag, vr, text)), deidentifier(options=["retain-full-dates"]))
    assert left(written, *text.split("^")) == []


def test_retained_dates_that_are_dates_stay(tmp_path: Path) -> None:
    kept = [element(0x0008002A, "DT", "20240105101500.25+0100"), element(0x00080031, "TM", "101500.25")]
    kept += [element(0x00080020, "DA", STUDY_DATE), element(0x00080201, "SH", "+0100")]
    written = copied(tmp_path, instance(*kept), deidentifier(options=["retain-full-dates"]))
    assert [each.tag for each in kept if each.encoded(EXPLICIT) not in written] == []


RETAINED = {
    "station": ("retain-device-identity", STATION_NAME, "SH"),
    "device": ("retain-device-identity", 0x00181000, "LO"),
    "institution": ("retain-institution-identity", INSTITUTION_NAME, "LO"),
}


@pytest.mark.parametrize(("option", "tag", "vr"), RETAINED.values(), ids=RETAINED)
def test_retained_identities_stay_unless_they_hold_the_patients_name(
    tmp_path: Path, option: str, tag: int, vr: str
) -> None:
    kept = element(tag, vr, "Hedwig 55667")
    assert kept.encoded(EXPLICIT) in copied(tmp_path, instance(kept), deidentifier(options=[option]))
    for text in ("SMITHSON^JOHN", "of Smithson", f"no {NUMBER}"):
        written = copied(tmp_path, instance(element(tag, vr, text)), deidentifier(options=[option]))
        assert left(written, "Smithson", NUMBER) == []


ELSEWHERE = {
    "day of birth": ("retain-full-dates", element(0x00080021, "DA", BIRTH_DATE), BIRTH_DATE),
    "patient's name": ("retain-device-identity", element(STATION_NAME, "SH", "Smithson"), "Smithson"),
}


@pytest.mark.parametrize(("tag", "vr"), [(ICC_PROFILE, "OB"), (RECEIVE_COIL, "SH")], ids=["in bytes", "in a text"])
@pytest.mark.parametrize(("option", "kept", "text"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_retained_in_one_attribute_is_not_free_in_another(
    tmp_path: Path, option: str, kept: Element, text: str, tag: int, vr: str
) -> None:
    elsewhere = element(tag, vr, f"*{text}*".ljust(14).encode())
    code_, written = outcome(tmp_path, instance(kept, elsewhere), deidentifier(options=[option]))
    assert code_ in (DONE, "residue")
    assert left(written, f"*{text}*") == []


# --- character sets

MISREAD = {
    "UTF-8 declared as Latin-1": ("utf-8", "ISO_IR 100"),
    "UTF-8 declared as Latin-2": ("utf-8", "ISO_IR 101"),
    "UTF-8 undeclared": ("utf-8", None),
    "UTF-8 declared as it is": ("utf-8", "ISO_IR 192"),
    "Latin-1 declared as GB18030": ("latin-1", "GB18030"),
    "Latin-1 declared as UTF-8": ("latin-1", "ISO_IR 192"),
    "Latin-1 undeclared": ("latin-1", None),
}


@pytest.mark.parametrize(("codec", "declared"), MISREAD.values(), ids=MISREAD)
def test_names_are_found_although_the_declared_character_set_reads_them_as_something_else(
    tmp_path: Path, codec: str, declared: str | None
) -> None:
    charset = [element(CHARACTER_SET, "CS", declared)] if declared else []
    for coil in ("Mueller coil", "Muller coil", "M\xfcller".encode("latin-1"), "M\xfcller ".encode()):
        content = instance(*charset, element(RECEIVE_COIL, "SH", coil), name="M\xfcller^J\xf6rg".encode(codec))
        written = copied(tmp_path, content)
        assert left(written, "Mueller", "Muller", "M\xfcller", "M\xfcller".encode("latin-1")) == []


ITEM_TEXTS = {
    "Cyrillic": ("ISO_IR 144", "\u0418\u0432\u0430\u043d\u043e\u0432".encode("iso8859-5")),
    "Latin-1": ("ISO_IR 100", "M\xfcller".encode("latin-1")),
    "Latin-2": ("ISO_IR 101", "Dvo\u0159\xe1k".encode("iso8859-2")),
    "UTF-8": ("ISO_IR 192", "Dvo\u0159\xe1k".encode()),
    "Chinese": ("GB18030", "\u738b\u5c0f\u4e1c".encode("gb18030")),
    "Japanese in seven bits": ("ISO 2022 IR 6\\ISO 2022 IR 87", "\u5c71\u7530".encode("iso2022_jp")),
    "unknown": ("ISO_IR 999", b"\xd6\xd7\xd8"),
}
ROOT_SETS = {"Latin-1": "ISO_IR 100", "UTF-8": "ISO_IR 192", "GB18030": "GB18030", "none": None}


@REMEMBERS
@pytest.mark.parametrize("root", ROOT_SETS.values(), ids=ROOT_SETS)
@pytest.mark.parametrize(("charset", "text"), ITEM_TEXTS.values(), ids=ITEM_TEXTS)
def test_an_item_with_a_character_set_of_its_own_keeps_no_text_beyond_ascii(
    tmp_path: Path, charset: str, text: bytes, root: str | None, remembers: bool
) -> None:
    meaning = element(CODE_MEANING, "LO", b"Frau " + text + b" " * (1 - len(text) % 2))
    own = element(CHARACTER_SET, "CS", charset)
    beneath = sequence(ANATOMY, code(meaning))
    declared = [element(CHARACTER_SET, "CS", root)] if root else []
    by = deidentifier(remembers=remembers)
    for item in (code(own, meaning), code(own, beneath)):
        for _ in range(2):
            content = instance(*declared, sequence(VIEW_CODES, code(), item, code()))
            assert left(copied(tmp_path, content, by), text) == []


DECLARED = {
    "Latin-1": ("ISO_IR 100", "latin-1", "B\xe4cker", "Gr\xf6\xdfe"),
    "UTF-8": ("ISO_IR 192", "utf-8", "B\xe4cker", "Gr\xf6\xdfe"),
    "Cyrillic": (
        "ISO_IR 144",
        "iso8859-5",
        "\u0418\u0432\u0430\u043d\u043e\u0432",
        "\u043a\u043e\u043b\u0435\u043d\u043e",
    ),
}


@pytest.mark.parametrize(("charset", "codec", "name", "innocent"), DECLARED.values(), ids=DECLARED)
def test_texts_in_the_declared_character_set_stay_and_names_in_it_go(
    tmp_path: Path, charset: str, codec: str, name: str, innocent: str
) -> None:
    kept = element(RECEIVE_COIL, "SH", innocent.encode(codec).ljust(10))
    gone = element(0x00181160, "SH", name.upper().encode(codec).ljust(12))
    content = instance(element(CHARACTER_SET, "CS", charset), kept, gone, name=name.encode(codec).ljust(12))
    written = copied(tmp_path, content)
    assert kept.encoded(EXPLICIT) in written
    assert left(written, name.upper().encode(codec)) == []


def test_what_an_ordinary_item_keeps_is_not_recognised_in_one_with_a_character_set_of_its_own(tmp_path: Path) -> None:
    same = element(CODE_MEANING, "LO", b"Gr\xf6\xdfe ")
    own = element(CHARACTER_SET, "CS", "ISO_IR 144")
    ordinary, foreign, beneath = code(same), code(own, same), code(own, sequence(ANATOMY, code(same)))
    charset, by = element(CHARACTER_SET, "CS", "ISO_IR 100"), deidentifier()
    for items in ([ordinary], [ordinary, foreign], [ordinary, ordinary, beneath, ordinary], [foreign, beneath]):
        content = instance(charset, sequence(VIEW_CODES, *items))
        written = copied(tmp_path, content, by)
        assert written.count(b"Gr\xf6\xdfe") <= items.count(ordinary)
        assert written == copied(tmp_path, content, deidentifier(remembers=False))


@pytest.mark.parametrize("nested", [False, True], ids=["at the root", "in an item"])
@pytest.mark.parametrize(
    "value",
    ["ISO_IR 100\\Hubers", "Hubers", "ISO_IR 100 Hubers", "ISO 2022 IR 100\\ISO 2022 IR Hubers", "ISO_IR Hubers"],
    ids=["second value", "only value", "behind a term", "as a code extension", "as a number"],
)
def test_specific_character_set_carries_nothing_but_defined_terms(tmp_path: Path, value: str, nested: bool) -> None:
    charset = element(CHARACTER_SET, "CS", value)
    content = instance(sequence(VIEW_CODES, code(charset)) if nested else charset)
    assert left(copied(tmp_path, content), "Hubers") == []


def test_specific_character_set_of_defined_terms_stays(tmp_path: Path) -> None:
    for value in ("ISO_IR 100", "\\ISO 2022 IR 87", "ISO 2022 IR 6\\ISO 2022 IR 149", "GB18030", "GBK", "ISO_IR 192"):
        charset = element(CHARACTER_SET, "CS", value)
        assert charset.encoded(EXPLICIT) in copied(tmp_path, instance(charset))


# --- which patient it is

UNDECODABLE = {
    "numbers": [{"number": raw} for raw in (b"\xc4\xd6\xdc1", b"\xc1\xc9\xd31", b"1 ")],
    "names": [{"number": b"", "name": raw} for raw in (b"M\xfcller^Ida ", b"M\xf6ller^Ida ", b"Mller^Ida ")],
}


@REMEMBERS
@pytest.mark.parametrize("declared", [None, "ISO_IR 192"], ids=["no character set", "another character set"])
@pytest.mark.parametrize("people", UNDECODABLE.values(), ids=UNDECODABLE)
def test_undecodable_numbers_and_names_that_differ_in_bytes_are_different_patients(
    tmp_path: Path, people: list[dict[str, bytes]], declared: str | None, remembers: bool
) -> None:
    by = deidentifier(remembers=remembers)
    charset = [element(CHARACTER_SET, "CS", declared)] if declared else []
    found = []
    for person in people * 2:
        (tmp_path / "in.dcm").write_bytes(dicom_file(instance(*charset, **person)))  # type: ignore[arg-type]
        found.append(by.deidentify(tmp_path / "in.dcm", tmp_path / "out.dcm", overwrite=True).patient)
    assert len(set(found)) == len(people)
    assert found[: len(people)] == found[len(people) :]


# --- images stay usable, and nobody is refused for our own words

SHOWN = [
    element(IMAGE_TYPE, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
    element(0x00185100, "CS", "HFS"),
    element(0x00280004, "CS", "MONOCHROME2"),
    element(0x00281054, "LO", "HU"),
    element(0x30040002, "CS", "GY"),
]
PALETTE = element(0x00280004, "CS", "PALETTE COLOR")
CODE_LIKE = {
    "a unit": "HU^WEI",
    "a unit of dose": "GY^X",
    "a position": "HFS^X",
    "part of a photometric interpretation": "MONO^ANNA",
    "more of a photometric interpretation": "MONOC^X",
    "part of a palette": "PALET^X",
    "part of an image type": "PRIMA^ANNA",
}


@PRESETS
@pytest.mark.parametrize("name", CODE_LIKE.values(), ids=CODE_LIKE)
def test_images_of_patients_with_names_like_codes_can_still_be_shown(tmp_path: Path, name: str, preset: str) -> None:
    by = deidentifier(preset)
    for content in (SHOWN, [*(each for each in SHOWN if each.tag != PALETTE.tag), PALETTE]):
        written = copied(tmp_path, instance(*content, name=name), by)
        assert [each.tag for each in content if each.encoded(EXPLICIT) not in written] == []


@PRESETS
@pytest.mark.parametrize(
    "hiding",
    [
        element(IMAGE_TYPE, "CS", "ORIGINAL\\PRIMARY\\AXIAL\\SMITHSON"),
        element(IMAGE_TYPE, "CS", "ORIGINAL\\PRIMARY\\AXIAL\\SMITHSON_JOHN"),
        element(BODY_PART, "CS", "SMITHSON"),
        element(BODY_PART, "CS", "OF SMITHSON"),
    ],
    ids=["fourth value", "within the fourth value", "body part", "within a body part"],
)
def test_a_name_that_stands_among_codes_is_gone_or_the_file_is_refused(
    tmp_path: Path, hiding: Element, preset: str
) -> None:
    code_, written = outcome(tmp_path, instance(hiding), deidentifier(preset))
    assert code_ in (DONE, "residue")
    assert left(written, "Smithson") == []


@PRESETS
@pytest.mark.parametrize(
    "name", ["BASIC^X", "PROFILE^Y", "CONFIDENTIALITY^Z"], ids=["first word", "last word", "a word between"]
)
def test_a_patient_named_as_our_own_marks_are_worded_is_not_refused(tmp_path: Path, name: str, preset: str) -> None:
    by = deidentifier(preset)
    for count in range(2):
        assert outcome(tmp_path, instance(name=name, uid=f"1.2.3.4.5.{count}"), by)[0] == DONE


@PRESETS
@pytest.mark.parametrize("number", ["113100", "MRN-113100", "MRN-121106"])
def test_a_patient_numbered_as_a_code_that_we_put_in_is_not_refused(tmp_path: Path, number: str, preset: str) -> None:
    content = sequence(0x0040A730, [element(0x0040A160, "UT", "a report")])
    assert outcome(tmp_path, instance(content, number=number), deidentifier(preset))[0] == DONE


@pytest.mark.parametrize("name", ["anonymou", "ANONYMIZED", "Patient^Anonymous"], ids=["part", "whole", "turned"])
def test_what_the_documented_recipe_puts_in_is_not_taken_for_a_residue(tmp_path: Path, name: str) -> None:
    operators = element(0x00081070, "PN", name)
    assert outcome(tmp_path, instance(operators), deidentifier("documented"))[0] == DONE
