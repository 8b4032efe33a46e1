"""Whatever conformant value a file holds, reading and writing it gives the same bytes."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import DicomDecimal, decode_value, encode_value, pad
from dicomveil.errors import InstanceError, UnreadableValue

ASCII = Charset.of(b"")
UTF_8 = Charset.of(b"ISO_IR 192")

DATES = st.dates().map(lambda day: f"{day.year:04}{day.month:02}{day.day:02}")
OLD_DATES = st.dates().map(lambda day: f"{day.year:04}.{day.month:02}.{day.day:02}")
FRACTIONS = st.text("0123456789", min_size=1, max_size=6).map(lambda digits: "." + digits) | st.just("")
SIXTY = st.integers(0, 59).map(lambda number: f"{number:02}")
CLOCKS = st.one_of(
    st.integers(0, 23).map(lambda hour: f"{hour:02}"),
    st.builds("{:02}{}".format, st.integers(0, 23), SIXTY),
    st.builds("{:02}{}{}{}".format, st.integers(0, 23), SIXTY, SIXTY, FRACTIONS),
)
ZONES = st.sampled_from(["", "+0000", "-0500", "+0545", "+1400", "-1200"])
SPACES = st.integers(0, 3).map(lambda count: " " * count)
PIECES = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\\^="), max_size=10)
DECIMALS = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: str(DicomDecimal.of(number)))

TEXTS = {
    "DA": DATES | OLD_DATES | st.builds("{}-{}".format, DATES, DATES | st.just("")),
    "TM": CLOCKS | st.builds("{}{}".format, CLOCKS, SPACES) | st.builds("{}-{}".format, CLOCKS, CLOCKS),
    "DT": st.one_of(
        st.integers(1, 9999).map("{:04}".format),
        st.builds("{}{}{}{}".format, DATES, CLOCKS, ZONES, SPACES),
        st.builds("{}{}".format, DATES.map(lambda text: text[:6]), ZONES),
    ),
    "AS": st.builds("{:03}{}".format, st.integers(0, 999), st.sampled_from("DWMY")),
    "DS": DECIMALS | st.sampled_from(["+1", " 1.0", "1. ", ".5", "1E5", "-0"]),
    "IS": st.integers(-(2**31), 2**31 - 1).map(str) | st.sampled_from(["+1", " 007 "]),
    "UI": st.lists(st.integers(0, 10**12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts))),
    "CS": st.text("ABCXYZ019 _", max_size=16),
    "SH": st.text("Ab9 -é山", max_size=16),
    "LO": st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\\"), max_size=64),
    "PN": st.lists(st.lists(PIECES, min_size=1, max_size=5).map("^".join), min_size=1, max_size=3).map("=".join),
}


@given(st.data())
def test_every_conformant_text_value_is_written_as_the_bytes_it_was(data: st.DataObject) -> None:
    vr = data.draw(st.sampled_from(sorted(TEXTS)))
    items = data.draw(st.lists(TEXTS[vr], min_size=1, max_size=4))
    raw = pad(UTF_8.encode("\\".join(items), vr), vr)
    assert encode_value(decode_value(raw, vr, UTF_8), vr, UTF_8) == raw


@given(st.sampled_from(["ST", "LT", "UT"]), st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=99))
def test_every_long_text_is_written_as_the_bytes_it_was(vr: str, text: str) -> None:
    raw = pad(UTF_8.encode(text, vr), vr)
    assert encode_value(decode_value(raw, vr, UTF_8), vr, UTF_8) == raw


@given(
    st.sampled_from(["US", "SS", "UL", "SL", "UV", "SV", "AT", "FD", "OB", "OW", "UN"]),
    st.lists(st.binary(min_size=8, max_size=8), max_size=4).map(b"".join),
    st.booleans(),
)
def test_every_binary_value_is_written_as_the_bytes_it_was(vr: str, raw: bytes, little: bool) -> None:
    values = decode_value(raw, vr, ASCII, little_endian=little)
    if any(isinstance(value, float) and math.isnan(value) for value in values):
        return  # one NaN may stand for another
    assert encode_value(values, vr, ASCII, little_endian=little) == raw


@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_single_precision_floats_keep_their_value(numbers: list[float]) -> None:
    assert decode_value(encode_value(numbers, "FL", ASCII), "FL", ASCII) == tuple(numbers)


@given(st.floats(-1e300, 1e300))
def test_a_decimal_string_holds_a_float_in_16_characters(number: float) -> None:
    decimal = DicomDecimal.of(number)
    assert len(str(decimal)) <= 16
    assert math.isclose(float(decimal), number, rel_tol=1e-8, abs_tol=1e-300)


@given(st.sampled_from([*sorted(TEXTS), "LT", "US", "AT", "FD", "OB"]), st.binary(max_size=24))
def test_any_bytes_are_read_or_refused_without_a_word_of_them(vr: str, raw: bytes) -> None:
    try:
        values = decode_value(raw, vr, UTF_8)
    except UnreadableValue as error:
        values = ()
        length = error.length
    else:
        length = len(raw)
    assert length <= len(raw)
    assert isinstance(values, tuple)
    try:
        written = encode_value(values, vr, UTF_8)
    except InstanceError:
        return
    assert len(written) % 2 == 0
