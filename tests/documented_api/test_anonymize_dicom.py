"""De-identifying one file: paths, IDs, keys and errors."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest

from DICOM_reencoder import anonymize_dicom as module
from DICOM_reencoder.anonymize_dicom import anonymize_dicom, generate_anonymous_id
from documented_api.data_sets import ct_slice, written

ONE_KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DICOM_REENCODER_KEY", raising=False)


def sha256_id(original: str) -> str:
    return hashlib.sha256(original.encode()).hexdigest()[:16].upper()


@pytest.mark.parametrize("original", ["NF-0042", "", "12345", "Müller"])
def test_an_id_is_16_characters_of_the_sha256_hex_digest_in_upper_case(original: str) -> None:
    assert generate_anonymous_id(original) == sha256_id(original)


def test_the_output_path_comes_back(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    target = str(tmp_path / "new" / "out.dcm")
    assert anonymize_dicom(str(source), target) == target
    assert anonymize_dicom(source, Path(target)) == target
    assert pydicom.dcmread(target).PatientName == "ANONYMOUS^PATIENT"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ct.dcm", "ct_anonymized.dcm"),
        ("ct.DICOM", "ct_anonymized.DICOM"),
        ("IM0001", "IM0001_anonymized"),
        ("a.b.dcm", "a.b_anonymized.dcm"),
    ],
)
def test_without_an_output_path_the_result_is_beside_the_input(tmp_path: Path, name: str, expected: str) -> None:
    source = written(ct_slice(), tmp_path / name)
    assert anonymize_dicom(source) == str(tmp_path / expected)
    assert pydicom.dcmread(tmp_path / expected).PatientName == "ANONYMOUS^PATIENT"


def test_without_an_output_path_a_relative_input_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(ct_slice(), tmp_path / "ct.dcm")
    monkeypatch.chdir(tmp_path)
    assert anonymize_dicom("ct.dcm") == "ct_anonymized.dcm"


def test_the_prefix_stands_before_the_id(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    out = anonymize_dicom(source, tmp_path / "out.dcm", patient_prefix="STUDY7")
    assert pydicom.dcmread(out).PatientID == "STUDY7_" + sha256_id("NF-0042")


def test_the_input_stays_as_it_was_and_nothing_else_appears(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    before = source.read_bytes()
    anonymize_dicom(source)
    assert source.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ct.dcm", "ct_anonymized.dcm"]


def test_an_existing_output_is_replaced_by_the_same_bytes(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    first = Path(anonymize_dicom(source)).read_bytes()
    assert Path(anonymize_dicom(source)).read_bytes() == first


def test_the_input_is_never_replaced(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    before = source.read_bytes()
    (tmp_path / "link.dcm").symlink_to(source)
    for target in (source, tmp_path / "link.dcm", tmp_path / "." / "ct.dcm"):
        with pytest.raises(ValueError, match="replace the input"):
            anonymize_dicom(source, target)
    assert source.read_bytes() == before


def test_a_missing_input_is_a_file_not_found_error_and_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        anonymize_dicom(tmp_path / "absent.dcm", tmp_path / "new" / "out.dcm")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no DICOM at all " * 50], ids=["empty", "text"])
def test_what_is_no_dicom_raises_and_leaves_no_output(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.dcm").write_bytes(content)
    with pytest.raises(Exception, match="DICOM"):
        anonymize_dicom(tmp_path / "notes.dcm")
    assert [each.name for each in tmp_path.iterdir()] == ["notes.dcm"]


def test_a_damaged_file_raises_without_a_value_and_leaves_no_output(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    source.write_bytes(source.read_bytes()[:-100])
    with pytest.raises(Exception) as failure:  # the error's name is not promised
        anonymize_dicom(source)
    assert "Lindqvist" not in str(failure.value)
    assert [each.name for each in tmp_path.iterdir()] == ["ct.dcm"]


def outcome(source: Path, target: Path, key: object) -> tuple[str, str, str]:
    ds = pydicom.dcmread(anonymize_dicom(source, target, key=key))  # type: ignore[arg-type]
    return ds.PatientID, ds.StudyInstanceUID, ds.SOPInstanceUID


def test_a_key_changes_ids_and_uids_and_another_key_changes_them_again(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    results = [outcome(source, tmp_path / "out.dcm", key) for key in (None, ONE_KEY, OTHER_KEY)]
    for values in zip(*results, strict=True):
        assert len(set(values)) == 3


def test_with_one_key_results_are_the_same_again(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    assert outcome(source, tmp_path / "1.dcm", ONE_KEY) == outcome(source, tmp_path / "2.dcm", ONE_KEY)


def test_a_keyed_id_is_the_one_that_generate_anonymous_id_gives(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    patient_id = outcome(source, tmp_path / "out.dcm", ONE_KEY)[0]
    assert patient_id == "ANON_" + generate_anonymous_id("NF-0042", key=ONE_KEY)
    assert patient_id != "ANON_" + generate_anonymous_id("NF-0042")


def test_a_key_may_be_a_file_named_by_argument_or_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(f"dicomveil-key-1\n{ONE_KEY.hex()}\n")
    key_file.chmod(0o600)
    expected = generate_anonymous_id("NF-0042", key=ONE_KEY)
    assert generate_anonymous_id("NF-0042", key=key_file) == expected
    monkeypatch.setenv("DICOM_REENCODER_KEY", str(key_file))
    assert generate_anonymous_id("NF-0042") == expected
    source = written(ct_slice(), tmp_path / "ct.dcm")
    assert outcome(source, tmp_path / "out.dcm", None)[0] == "ANON_" + expected
    assert generate_anonymous_id("NF-0042", key=OTHER_KEY) != expected


def test_a_key_file_that_is_missing_stops_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    monkeypatch.setenv("DICOM_REENCODER_KEY", str(tmp_path / "absent"))
    with pytest.raises(Exception, match="key file is missing"):
        anonymize_dicom(source)
    assert not (tmp_path / "ct_anonymized.dcm").exists()


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(Exception, match="32 bytes"):
        generate_anonymous_id("NF-0042", key=b"short")


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    source = written(ct_slice(), tmp_path / "ct.dcm")
    here = Path(anonymize_dicom(source, tmp_path / "here.dcm")).read_bytes()
    program = "import sys; from DICOM_reencoder import anonymize_dicom as m; m.anonymize_dicom(*sys.argv[1:])"
    folder = str(Path(module.__file__).parents[1])
    subprocess.run(
        [sys.executable, "-c", program, source, tmp_path / "there.dcm"],
        check=True,
        env={"PYTHONPATH": folder, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert (tmp_path / "there.dcm").read_bytes() == here


def test_the_docstrings_say_that_unkeyed_ids_can_be_guessed() -> None:
    assert "guessing" in str(anonymize_dicom.__doc__)
    assert "can find which one was meant" in str(generate_anonymous_id.__doc__)
