from __future__ import annotations

import io

import pytest
from pydicom.filereader import read_dataset

from dicomveil.dataset.syntax import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, Encoding
from dicomveil.engine.stamp import dates_mark, method_items, method_texts, stamps
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.model import Recipe
from dicomveil.recipe.options import OFFERED, ProfileOption

BASIC = load_recipe("basic")
EVERYTHING = Recipe("all", options=OFFERED - {ProfileOption.RETAIN_FULL_DATES})


@pytest.mark.parametrize(
    ("options", "mark"),
    [((), "REMOVED"), (("retain-full-dates",), "UNMODIFIED"), (("retain-modified-dates",), "MODIFIED")],
)
def test_the_dates_mark_says_what_became_of_dates(options: tuple[str, ...], mark: str) -> None:
    assert dates_mark(BASIC.with_options(options)) == mark


@pytest.mark.parametrize(
    "encoding", [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE], ids=["explicit", "implicit", "big-endian"]
)
def test_stamps_read_back_in_every_encoding(encoding: Encoding) -> None:
    raw = b"".join(encoded for _, encoded in stamps(EVERYTHING, encoding))
    found = read_dataset(io.BytesIO(raw), not encoding.explicit, encoding.little)
    assert found.PatientIdentityRemoved == "YES"
    codes = [(item.CodeValue, item.CodingSchemeDesignator) for item in found.DeidentificationMethodCodeSequence]
    assert codes == [(code, "DCM") for code in ("113100", "113107", "113108", "113109", "113110", "113111", "113112")]
    assert "113101" not in str(codes)


def test_stamps_stand_in_the_order_of_tags() -> None:
    tags = [tag for tag, _ in stamps(BASIC, EXPLICIT_LE)]
    assert tags == sorted(tags)


def test_every_text_of_the_method_fits_its_vr() -> None:
    assert all(len(text) <= 64 and "\\" not in text for text in method_texts(EVERYTHING))
    assert method_texts(EVERYTHING)[0].startswith("dicomveil ")


def test_a_code_that_is_there_is_not_put_in_again() -> None:
    once = method_items(EVERYTHING, EXPLICIT_LE)
    assert method_items(EVERYTHING, EXPLICIT_LE, once) == b""
    assert (
        method_items(EVERYTHING, EXPLICIT_LE, method_items(BASIC, EXPLICIT_LE))
        == once[len(method_items(BASIC, EXPLICIT_LE)) :]
    )
