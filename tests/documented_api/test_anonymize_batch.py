"""De-identifying many files: names, one bad file, and what is printed."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest

from DICOM_reencoder.anonymize_dicom import anonymize_dicom
from DICOM_reencoder.batch_process import anonymize_batch
from documented_api.data_sets import ROOT, ct_slice, written


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DICOM_REENCODER_KEY", raising=False)


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def two_slices(folder: Path) -> list[Path]:
    return [
        written(ct_slice(), folder / "in" / "one.dcm"),
        written(ct_slice(SOPInstanceUID=ROOT + "3.2"), folder / "in" / "two"),
    ]


def test_results_go_to_the_output_folder_which_is_made(tmp_path: Path) -> None:
    assert anonymize_batch(two_slices(tmp_path), tmp_path / "a" / "out") is None  # type: ignore[func-returns-value]
    assert names_in(tmp_path / "a" / "out") == ["one_anonymized.dcm", "two_anonymized.dcm"]
    assert names_in(tmp_path / "in") == ["one.dcm", "two"]


def test_without_an_output_folder_results_are_beside_the_inputs(tmp_path: Path) -> None:
    anonymize_batch(map(str, two_slices(tmp_path)))
    assert names_in(tmp_path / "in") == ["one.dcm", "one_anonymized.dcm", "two", "two_anonymized.dcm"]


def test_a_result_is_the_one_that_anonymize_dicom_gives(tmp_path: Path) -> None:
    one, _ = sources = two_slices(tmp_path)
    anonymize_batch(sources, tmp_path / "out")
    single = Path(anonymize_dicom(one, tmp_path / "single.dcm"))
    assert (tmp_path / "out" / "one_anonymized.dcm").read_bytes() == single.read_bytes()


def test_files_of_one_patient_get_one_id(tmp_path: Path) -> None:
    anonymize_batch(two_slices(tmp_path), tmp_path / "out")
    assert len({pydicom.dcmread(path).PatientID for path in (tmp_path / "out").iterdir()}) == 1


def test_one_bad_file_is_reported_without_its_name_and_the_rest_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = two_slices(tmp_path)
    bad = tmp_path / "in" / "Lindqvist.dcm"
    bad.write_text("no DICOM at all")
    anonymize_batch([one, bad, tmp_path / "absent.dcm", tmp_path, two], tmp_path / "out")
    assert names_in(tmp_path / "out") == ["one_anonymized.dcm", "two_anonymized.dcm"]
    out = capsys.readouterr().out
    assert "file 2 of 5: not a DICOM file" in out
    assert "file 3 of 5: not found" in out
    assert "file 4 of 5: " in out
    assert out.endswith("2 of 5 files de-identified, 3 failed\n")
    assert "Lindqvist" not in out


def test_a_summary_is_printed_and_nothing_else_when_all_goes_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anonymize_batch(two_slices(tmp_path), tmp_path / "out")
    assert capsys.readouterr().out == "2 of 2 files de-identified, 0 failed\n"


def test_an_empty_list_gives_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    anonymize_batch([])
    assert capsys.readouterr().out == "0 of 0 files de-identified, 0 failed\n"


def test_two_inputs_of_one_name_never_overwrite_each_other(tmp_path: Path) -> None:
    sources = [
        written(ct_slice(SOPInstanceUID=f"{ROOT}3.{number}"), tmp_path / str(number) / name)
        for number, name in enumerate(["IM1.dcm", "IM1", "im1.ima"], start=1)
    ]
    anonymize_batch(sources, tmp_path / "out")
    assert names_in(tmp_path / "out") == [
        "IM1_anonymized.dcm",
        "IM1_anonymized_2.dcm",
        "im1_anonymized_3.dcm",
    ]
    assert len({pydicom.dcmread(path).SOPInstanceUID for path in (tmp_path / "out").iterdir()}) == 3


def test_an_input_that_has_the_name_of_a_result_is_not_replaced(tmp_path: Path) -> None:
    one = written(ct_slice(), tmp_path / "one.dcm")
    like_a_result = written(ct_slice(SOPInstanceUID=ROOT + "3.2"), tmp_path / "one_anonymized.dcm")
    before = like_a_result.read_bytes()
    anonymize_batch([one, like_a_result])
    assert like_a_result.read_bytes() == before
    assert names_in(tmp_path) == [
        "one.dcm",
        "one_anonymized.dcm",
        "one_anonymized_2.dcm",
        "one_anonymized_anonymized.dcm",
    ]


def test_a_second_run_gives_the_same_files_again(tmp_path: Path) -> None:
    sources = two_slices(tmp_path)
    anonymize_batch(sources, tmp_path / "out")
    first = [path.read_bytes() for path in sorted((tmp_path / "out").iterdir())]
    anonymize_batch(sources, tmp_path / "out")
    assert [path.read_bytes() for path in sorted((tmp_path / "out").iterdir())] == first


def test_prefix_and_key_are_those_of_anonymize_dicom(tmp_path: Path) -> None:
    key = bytes(range(32))
    one, _ = two_slices(tmp_path)
    anonymize_batch([one], tmp_path / "out", patient_prefix="STUDY7", key=key)
    single = Path(anonymize_dicom(one, tmp_path / "single.dcm", "STUDY7", key=key))
    assert (tmp_path / "out" / "one_anonymized.dcm").read_bytes() == single.read_bytes()


def test_a_single_path_is_not_taken_for_a_list_of_letters(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="list"):
        anonymize_batch(str(tmp_path))
