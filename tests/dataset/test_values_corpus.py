"""Every value in real files means what pydicom says it means, and is written as the bytes it was."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import DicomDecimal, DicomInteger, Value, decode_value, encode_value
from dicomveil.dataset.values.binary import BINARY_VRS
from dicomveil.errors import InstanceError, UnreadableValue

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
COMPARED = frozenset(
    [
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "SV",
        "TM",
        "UC",
        "UI",
        "UL",
        "UR",
        "US",
        "UT",
        "UV",
    ]
)
TEXT = frozenset({"ST", "LT", "UT", "UR"})


@pytest.fixture(scope="module")
def elements() -> list[tuple[str, str, bytes, bytes, bool, object]]:
    pytest.importorskip("pydicom")
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real files is not beside the checkout")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(_elements())


def test_values_in_real_files_mean_what_pydicom_says(elements: list[tuple[object, ...]]) -> None:
    different = []
    read = 0
    for where, vr, raw, term, little, theirs in elements:
        try:
            ours = decode_value(raw, vr, Charset.of(term), little_endian=little)
        except UnreadableValue:
            continue
        read += 1
        meaning = [_plain(value, vr) for value in ours]
        if (meaning or [""]) != (_theirs(theirs, vr) or [""]):  # nothing, and one value of nothing
            different.append(where)
    assert read > 20_000
    assert read > 0.99 * len(elements)
    assert different == []


def test_values_in_real_files_are_written_as_the_bytes_they_were(elements: list[tuple[object, ...]]) -> None:
    different = refused = same = 0
    for _, vr, raw, term, little, _ in elements:
        if vr not in BINARY_VRS and (len(raw) % 2 or raw.endswith(b" " if vr == "UI" else b"\0")):
            continue  # padded as its VR does not ask
        charset = Charset.of(term)
        try:
            values = decode_value(raw, vr, charset, little_endian=little)
            written = encode_value(values, vr, charset, little_endian=little)
        except InstanceError:
            refused += 1
            continue
        same += written == raw
        different += written != raw and b"\x1b" not in raw  # some writers put escapes that nobody needs
    assert different == 0
    assert refused < 0.01 * len(elements)
    assert same > 0.95 * len(elements)


def _plain(value: Value, vr: str) -> object:
    if isinstance(value, DicomDecimal):
        return float(value)
    if isinstance(value, DicomInteger):
        return int(value)
    if isinstance(value, int | float):
        return value
    return ("" if value is None else str(value)).rstrip(" ") if vr in TEXT else str(value or "").strip(" ^=")


def _theirs(value: object, vr: str) -> list[object]:
    from pydicom.multival import MultiValue

    values = list(value) if isinstance(value, MultiValue | list) else [value]
    if vr in ("DS", "IS"):
        return [_number(one) for one in values] if value not in (None, "") else []
    if values in ([""], [None]):
        return []
    if isinstance(values[0], int | float):
        return [int(one) if vr == "AT" else one for one in values]
    texts = [str(one).replace("\x1b$)A", "") for one in values]  # pydicom 3.0 leaves the escapes of ISO 2022 IR 58
    return [text.rstrip(" ") if vr in TEXT else text.strip(" ^=") for text in texts]


def _number(one: object) -> object:
    return "" if one == "" else float(one)  # type: ignore[arg-type]


def _elements() -> Iterator[tuple[str, str, bytes, bytes, bool, object]]:
    import pydicom

    for path in sorted(CORPUS.rglob("*")):
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            found = list(_within(dataset, path.name, b""))
        except Exception:
            continue  # files that pydicom cannot read are another test's
        yield from found


def _within(dataset, where: str, term: bytes) -> Iterator[tuple[str, str, bytes, bytes, bool, object]]:  # type: ignore[no-untyped-def]
    from pydicom.dataelem import RawDataElement

    own = dataset.get("SpecificCharacterSet")
    if own is not None:
        term = (own if isinstance(own, str) else "\\".join(own)).encode()
    raws = {tag: dataset.get_item(tag) for tag in dataset.keys()}  # noqa: SIM118
    for tag, raw in raws.items():
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value:
                yield from _within(item, where, term)
        elif isinstance(raw, RawDataElement) and isinstance(raw.value, bytes) and element.VR in COMPARED:
            yield f"{where} {tag}", element.VR, raw.value, term, raw.is_little_endian, element.value
