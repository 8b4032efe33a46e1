"""Instances to de-identify, and their copies as pydicom reads them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

import pydicom

from builders import CT_IMAGE, EXPLICIT, Element, Form, dicom_file, element
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.engine.report import Report
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.model import Recipe

KEY = ProjectKey(bytes(range(32)))
OTHER_KEY = ProjectKey(bytes(range(1, 33)))


def usual(sop_class: str = CT_IMAGE, *, patient: str = "4711", instance: str = "1.2.3.4.5.1") -> list[Element]:
    return [
        element(0x00080016, "UI", sop_class),
        element(0x00080018, "UI", instance),
        element(0x00080020, "DA", "20200315"),
        element(0x00080060, "CS", "CT"),
        element(0x00100010, "PN", f"Quillfeather^{patient}"),
        element(0x00100020, "LO", patient),
        element(0x0020000D, "UI", "1.2.3.4.5"),
        element(0x0020000E, "UI", "1.2.3.4.5.0"),
        element(0x00280010, "US", 2),
        element(0x7FE00010, "OW", b"\1\2\3\4"),
    ]


def with_elements(*elements: Element, without: Iterable[int] = (), **kind: str) -> list[Element]:
    gone = {each.tag for each in elements} | set(without)
    return sorted([*(e for e in usual(**kind) if e.tag not in gone), *elements], key=lambda each: each.tag)


def deidentifier(
    recipe: str | Recipe = "basic",
    options: Iterable[str] = (),
    key: ProjectKey = KEY,
    *,
    again: bool = False,
    remembers: bool = True,
) -> Deidentifier:
    made = load_recipe(recipe) if isinstance(recipe, str) else recipe
    return Deidentifier(made.with_options(options), KeyedPseudonyms(key), again=again, remembers=remembers)


def deidentified(
    folder: Path, content: bytes | list[Element], by: Deidentifier | None = None, form: Form = EXPLICIT
) -> tuple[pydicom.Dataset, Report]:
    source, target = folder / "source.dcm", folder / "target.dcm"
    source.write_bytes(content if isinstance(content, bytes) else dicom_file(content, form))
    report = (by or deidentifier()).deidentify(source, target, overwrite=True)
    return read(target), report


def read(path: Path) -> pydicom.FileDataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data_set = pydicom.dcmread(path)
        data_set.walk(lambda _, each: each)
        return data_set
