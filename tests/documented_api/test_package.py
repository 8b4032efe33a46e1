"""The documented names are where the documentation says, and modules stay modules."""

from __future__ import annotations

import inspect
import types

import DICOM_reencoder
from DICOM_reencoder import anonymize_dicom, batch_process, core, modify_tags
from DICOM_reencoder.core import datasets


def test_the_package_gives_modules_and_never_functions() -> None:
    assert {name: type(getattr(DICOM_reencoder, name)) for name in DICOM_reencoder.__all__} == dict.fromkeys(
        ["anonymize_dicom", "batch_process", "core", "modify_tags"], types.ModuleType
    )


def test_loading_and_saving_are_in_core_too() -> None:
    assert core.load_dataset is datasets.load_dataset
    assert core.save_dataset is datasets.save_dataset


def test_documented_signatures_are_kept() -> None:
    expected = {
        datasets.load_dataset: ["path"],
        datasets.save_dataset: ["ds", "path"],
        modify_tags.modify_tag: ["ds", "tag_name", "value"],
        modify_tags.modify_tags_batch: ["input_path", "modifications", "output_path"],
        modify_tags.list_all_tags: ["input_path"],
        anonymize_dicom.anonymize_dicom: ["input_path", "output_path", "patient_prefix"],
        anonymize_dicom.generate_anonymous_id: ["original_id"],
        batch_process.anonymize_batch: ["file_list", "output_dir"],
    }
    for function, names in expected.items():
        parameters = inspect.signature(function).parameters.values()
        assert [each.name for each in parameters if each.kind is not each.KEYWORD_ONLY] == names


def test_documented_defaults_are_kept() -> None:
    parameters = inspect.signature(anonymize_dicom.anonymize_dicom).parameters
    assert (parameters["output_path"].default, parameters["patient_prefix"].default) == (None, "ANON")
    assert inspect.signature(batch_process.anonymize_batch).parameters["output_dir"].default is None
