"""Every text in real files reads as pydicom reads it, or is refused where pydicom guesses."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from dicomveil.dataset.charset import AFFECTED_VRS, Charset
from dicomveil.errors import UnreadableText

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"


def test_text_in_real_files_reads_as_pydicom_reads_it() -> None:
    pytest.importorskip("pydicom")
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real files is not beside the checkout")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compared, different = _compared()
    assert compared > 30
    assert different == []


def _compared() -> tuple[int, list[str]]:
    from pydicom.charset import convert_encodings, decode_bytes
    from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS

    compared, different = 0, []
    for path, term, tag, vr, raw in _texts():
        if raw.isascii() and b"\x1b" not in raw:
            continue
        try:
            ours = Charset.of(term).decode(raw, vr)
        except UnreadableText:
            continue
        terms = term.decode("ascii").strip(" \0").split("\\")
        resets = (PN_DELIMS if vr == "PN" else TEXT_VR_DELIMS) | {0x5C}
        compared += 1
        theirs = decode_bytes(raw, convert_encodings(terms), resets)
        if theirs.replace("\x1b$)A", "") != ours:  # pydicom 3.0 leaves the escapes of ISO 2022 IR 58 in the text
            different.append(f"{path} {tag:08X} {vr}")
    return compared, different


def _texts():  # type: ignore[no-untyped-def]
    import pydicom
    from pydicom.dataelem import RawDataElement

    def of(dataset, term, path):  # type: ignore[no-untyped-def]
        own = dataset.get("SpecificCharacterSet")
        if own is not None:
            term = (own if isinstance(own, str) else "\\".join(own)).encode()
        for tag in dataset.keys():  # noqa: SIM118
            element = dataset.get_item(tag)
            vr = element.VR or _implicit_vr(tag)
            if vr == "SQ":
                for item in dataset[tag].value:
                    yield from of(item, term, path)
            elif vr in AFFECTED_VRS and isinstance(element, RawDataElement) and isinstance(element.value, bytes):
                yield path, term, int(tag), vr, element.value

    for path in sorted(CORPUS.rglob("*")):
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            yield from of(dataset, b"", path.name)
        except Exception:
            continue


def _implicit_vr(tag: int) -> str | None:
    from pydicom.datadict import dictionary_VR

    try:
        return dictionary_VR(tag)
    except KeyError:
        return None
