from __future__ import annotations

import os
from pathlib import Path

import pytest

from dicomveil.batch.layouts.layout import Layout
from dicomveil.batch.sources.inputs import Input
from dicomveil.engine.report import Report
from dicomveil.errors import NotWritten

ITEM = Input(1, "/in/Quillfeather/a", "Quillfeather/a")
REPORT = Report("1.2", "P-1", "2.25.1", "2.25.2", "2.25.3")


def test_a_copy_is_placed_by_patient_study_series_and_instance_and_its_folder_is_there(tmp_path: Path) -> None:
    place = Layout(str(tmp_path / "out")).place(REPORT, ITEM)
    assert place == f"{tmp_path}/out/P-1/2.25.1/2.25.2/2.25.3.dcm"
    assert os.listdir(os.path.dirname(place)) == []


def test_an_instance_without_a_series_has_a_folder_too(tmp_path: Path) -> None:
    report = Report("1.2", "P-1", "2.25.1", "", "2.25.3")
    assert Layout(str(tmp_path)).place(report, ITEM) == f"{tmp_path}/P-1/2.25.1/no-series/2.25.3.dcm"


@pytest.mark.parametrize("slashes", ["", "/", "//"], ids=["none", "one", "two"])
def test_slashes_at_the_end_of_the_root_change_nothing(tmp_path: Path, slashes: str) -> None:
    assert Layout(f"{tmp_path}{slashes}").place(REPORT, ITEM) == Layout(str(tmp_path)).place(REPORT, ITEM)


def test_a_dry_layout_names_places_and_makes_nothing(tmp_path: Path) -> None:
    place = Layout(str(tmp_path / "out"), dry=True).place(REPORT, ITEM)
    assert place == Layout(str(tmp_path / "out")).place(REPORT, ITEM)
    assert not (tmp_path / "dry").exists()
    Layout(str(tmp_path / "dry"), dry=True).place(REPORT, ITEM)
    assert not (tmp_path / "dry").exists()


def test_the_root_of_the_file_system_stays_a_root() -> None:
    assert Layout("/", dry=True).root == "/"


def test_a_folder_that_cannot_be_made_is_said_to_be_so_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where a folder should be")
    with pytest.raises(NotWritten, match="Not a directory") as caught:
        Layout(str(tmp_path / "out")).place(REPORT, ITEM)
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_folder_that_failed_is_tried_again(tmp_path: Path) -> None:
    layout = Layout(str(tmp_path / "out"))
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(NotWritten):
        layout.place(REPORT, ITEM)
    (tmp_path / "out").unlink()
    assert os.path.isdir(os.path.dirname(layout.place(REPORT, ITEM)))
