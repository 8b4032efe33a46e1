"""A data set in the DICOM JSON Model is what pydicom makes of it, and valid where pydicom's is not."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pydicom
import pytest

from builders import FORMS, Form, dicom_file, element, sequence
from dicomveil.dataset.source import Source
from dicomveil.engine.dicom_json import json_model
from dicomveil.engine.edit import Editor

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
REAL = [
    "CT_small",
    "MR_small",
    "MR_small_bigendian",
    "MR_small_implicit",
    "rtplan",
    "test-SR",
    "nested_priv_SQ",
    "JPEG2000",
]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


def model_of(data: bytes, **options: int) -> dict[str, dict[str, object]]:
    return json_model(Editor(()).open(Source.in_memory(data)), **options)


@every_form
def test_each_kind_of_value_has_its_form(form: Form):
    data = dicom_file(
        [
            element(0x00080018, "UI", "2.25.1"),
            sequence(0x00081110, [element(0x00081155, "UI", "2.25.2")], []),
            element(0x00090010, "LO", "ACME"),
            element(0x00100010, "PN", "Doe^Jane=X^Y"),
            element(0x00100030, "DA", ""),
            element(0x00101030, "DS", "70.50"),
            element(0x00280009, "AT", [0x00181063]),
            element(0x00280010, "US", 512),
            element(0x00280030, "DS", "0.5\\"),
            element(0x7FE00010, "OB", b"\1\2"),
        ],
        form,
    )
    model = model_of(data)
    assert model["00081110"] == {
        "vr": "SQ",
        "Value": [{"00081155": {"vr": "UI", "Value": ["2.25.2"]}}, {}],
    }
    assert model["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Doe^Jane", "Ideographic": "X^Y"}]}
    assert model["00100030"] == {"vr": "DA"}
    assert model["00101030"] == {"vr": "DS", "Value": [70.5]}
    assert model["00280009"] == {"vr": "AT", "Value": ["00181063"]}
    assert model["00280010"] == {"vr": "US", "Value": [512]}
    assert model["00280030"] == {"vr": "DS", "Value": [0.5, None]}
    assert model["7FE00010"]["InlineBinary"] == "AQI="


def test_a_long_binary_value_is_told_by_where_it_stands():
    data = dicom_file([element(0x00080018, "UI", "2.25.1"), element(0x7FE00010, "OB", b"\1\2" * 50)])
    uri = model_of(data, bulk_bytes=10)["7FE00010"]["BulkDataURI"]
    assert uri == f"?offset={len(data) - 100}&length=100"


def test_what_is_not_what_its_vr_says_stays_readable_json():
    data = dicom_file([element(0x00200013, "IS", "12,5"), element(0x00280030, "DS", "nan")])
    model = model_of(data)
    assert model["00200013"] == {"vr": "UN", "InlineBinary": "MTIsNQ=="}
    assert "NaN" not in json.dumps(model)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real files is not on this machine")
@pytest.mark.parametrize(
    "name",
    [
        "CT_small",
        "MR_small",
        "MR_small_bigendian",
        "MR_small_implicit",
        "rtplan",
        "test-SR",
        "nested_priv_SQ",
        "JPEG2000",
    ],
)
def test_it_is_what_pydicom_makes_of_a_real_file(name: str):
    path = CORPUS / "pydicom__pydicom" / "test_files" / f"{name}.dcm"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pydicom.dcmread(path).to_json_dict(bulk_data_threshold=10**9)
    ours = model_of(path.read_bytes(), bulk_bytes=10**9)
    assert theirs.keys() == ours.keys()
    differing = {tag for tag in theirs if _levelled(theirs[tag]) != _levelled(ours[tag])}
    assert differing == set()


def _levelled(element: dict[str, object]) -> object:
    """Level what both may write as they like: numbers as text, names without trailing delimiters, empty values."""
    values = element.get("Value")
    if element["vr"] == "SQ":
        return [{tag: _levelled(each) for tag, each in item.items()} for item in values or []]
    if element["vr"] in ("DS", "IS", "FL", "FD") and values:
        return [None if each is None else pytest.approx(float(each), rel=1e-6) for each in values]
    if element["vr"] in ("OB", "OW", "UN"):
        return element.get("InlineBinary")
    return element["vr"], values or None
