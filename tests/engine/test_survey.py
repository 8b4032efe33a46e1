from __future__ import annotations

from pathlib import Path

import pytest

from builders import EXPLICIT, FORMS, Element, Form, dicom_file, element, encapsulated, sequence
from dicomveil.dataset.source import Source
from dicomveil.engine.known import KnownValue
from dicomveil.engine.survey import Seen, Surveyor
from dicomveil.errors import InstanceError, MalformedDataSet, NotDicom, Refused
from engine.instances import deidentifier, usual, with_elements

NAME, ID, BIRTH, PHYSICIAN, REQUEST = 0x00100010, 0x00100020, 0x00100030, 0x00081048, 0x00400275
FRAMES = 0x52009230


def seen(folder: Path, content: bytes | list[Element], form: Form = EXPLICIT) -> Seen:
    path = folder / "one"
    path.write_bytes(content if isinstance(content, bytes) else dicom_file(content, form))
    with Source.open(path) as source:
        return Surveyor().look(source)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_an_instance_tells_whose_it_is_and_where_it_belongs_in_any_encoding(tmp_path: Path, form: Form) -> None:
    told = seen(tmp_path, with_elements(element(BIRTH, "DA", "19330221")), form)
    assert told.person == ("4711", "4711", "Quillfeather^4711", "19330221")
    assert (told.study, told.series, told.instance) == (b"1.2.3.4.5", b"1.2.3.4.5.0", b"1.2.3.4.5.1")
    assert (told.sop_class, told.modality, told.fault) == ("1.2.840.10008.5.1.4.1.1.2", "CT", None)


@pytest.mark.parametrize(
    ("placed", "path"),
    [
        pytest.param(sequence(REQUEST, [element(PHYSICIAN, "PN", "Vole^Una")]), (REQUEST,), id="request"),
        pytest.param(sequence(FRAMES, [element(PHYSICIAN, "PN", "Vole^Una")], undefined=True), (FRAMES,), id="frames"),
        pytest.param(sequence(0xFFFAFFFA, [element(PHYSICIAN, "PN", "Vole^Una")]), (0xFFFAFFFA,), id="behind-pixels"),
    ],
)
def test_a_name_is_found_at_any_depth_and_behind_the_pixels(
    tmp_path: Path, placed: Element, path: tuple[int, ...]
) -> None:
    assert KnownValue(path, PHYSICIAN, True, "Vole^Una") in seen(tmp_path, with_elements(placed)).values


def test_a_name_behind_encapsulated_pixels_is_found(tmp_path: Path) -> None:
    signature = sequence(0xFFFAFFFA, [element(PHYSICIAN, "PN", "Vole^Una")])
    told = seen(tmp_path, with_elements(encapsulated(b"", b"frame" * 20_000), signature))
    assert "Vole^Una" in {value.text for value in told.values}


def test_names_are_read_in_the_character_set_that_is_declared(tmp_path: Path) -> None:
    name = element(NAME, "PN", "Завод".encode("iso8859_5"))
    assert seen(tmp_path, with_elements(element(0x00080005, "CS", "ISO_IR 144"), name)).person.name == "Завод"


def test_without_an_id_name_and_birth_date_tell_whose_it_is(tmp_path: Path) -> None:
    told = seen(tmp_path, with_elements(element(BIRTH, "DA", "19330221"), without=[ID]))
    assert (told.person.key, told.person.patient_id) == ("\0Quillfeather^4711\x0019330221", "")


def test_the_key_is_that_of_the_stand_ins(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(dicom_file(usual()))
    with Source.open(tmp_path / "one") as source:
        patient = deidentifier().prepare(source).setting.world.patient
    assert seen(tmp_path, usual()).person.key == patient


def test_a_modality_that_names_the_patient_is_not_told(tmp_path: Path) -> None:
    assert seen(tmp_path, with_elements(element(0x00080060, "CS", "QUILLFEATHER"))).modality == ""
    assert seen(tmp_path, with_elements(element(0x00080060, "CS", "4711"))).modality == ""


def test_a_file_that_is_cut_short_still_tells_what_stands_before_that(tmp_path: Path) -> None:
    told = seen(tmp_path, dicom_file(usual())[:-6])
    assert isinstance(told.fault, MalformedDataSet)
    assert told.person.name == "Quillfeather^4711"


def test_a_directory_and_what_is_no_dicom_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="DICOMDIR"):
        seen(tmp_path, usual("1.2.840.10008.1.3.10"))
    with pytest.raises(NotDicom):
        seen(tmp_path, b"Quillfeather, 4711")


def test_nothing_that_de_identification_knows_of_a_real_file_is_missed(corpus: Path) -> None:
    by, surveyor = deidentifier(), Surveyor()
    compared = 0
    for path in sorted(each for each in corpus.rglob("*") if each.is_file()):
        try:
            with Source.open(path) as source:
                known = by.prepare(source).setting.world
            with Source.open(path) as source:
                told = surveyor.look(source)
        except InstanceError:
            continue
        assert {*known.known.names, *known.known.identifiers} <= {value.text for value in told.values}
        assert told.person.key == known.patient
        compared += 1
    assert compared > 100
