"""Values are read with their form, written as they were, and refused where their VR forbids them."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import pytest

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import (
    Age,
    DicomDate,
    DicomDateTime,
    DicomDecimal,
    DicomInteger,
    DicomRange,
    DicomTime,
    PersonName,
    Value,
    decode_value,
    encode_value,
    pad,
)
from dicomveil.dataset.values.rules import is_uid
from dicomveil.errors import UnreadableDate, UnreadableText, UnreadableValue, UnwritableValue

ASCII = Charset.of(b"")
UTF_8 = Charset.of(b"ISO_IR 192")
DAY = datetime.date(1997, 4, 21)

READ = [
    pytest.param("DA", b"19970421", (DicomDate(DAY),), id="date"),
    pytest.param("DA", b"1997.04.21", (DicomDate(DAY, "YYYY.MM.DD"),), id="old-date"),
    pytest.param("DA", b"19970421\\ ", (DicomDate(DAY), None), id="date-and-none"),
    pytest.param("DA", b"19970421-19970421 ", (DicomRange(DicomDate(DAY), DicomDate(DAY)),), id="dates"),
    pytest.param("DA", b"-19970421 ", (DicomRange(None, DicomDate(DAY)),), id="dates-open-start"),
    pytest.param("DA", b"19970421-   ", (DicomRange(DicomDate(DAY), None, padding=2),), id="dates-open-end"),
    pytest.param("TM", b"10", (DicomTime(10),), id="hour"),
    pytest.param("TM", b"1015", (DicomTime(10, 15),), id="minute"),
    pytest.param("TM", b"235960", (DicomTime(23, 59, 60),), id="leap-second"),
    pytest.param("TM", b"101500.5000 ", (DicomTime(10, 15, 0, "5000"),), id="fraction"),
    pytest.param("TM", b"101500  ", (DicomTime(10, 15, 0, padding=1),), id="time-padded-twice"),
    pytest.param("TM", b"10:15:00.1", (DicomTime(10, 15, 0, "1", colons=True),), id="old-time"),
    pytest.param("TM", b"10-1130 ", (DicomRange(DicomTime(10), DicomTime(11, 30)),), id="times"),
    pytest.param("DT", b"1958", (DicomDateTime(1958),), id="year"),
    pytest.param("DT", b"195804", (DicomDateTime(1958, 4),), id="month"),
    pytest.param("DT", b"20240229-0500 ", (DicomDateTime(2024, 2, 29, zone="-0500"),), id="day-and-zone"),
    pytest.param(
        "DT",
        b"20240229101500.000001+1400",
        (DicomDateTime(2024, 2, 29, 10, 15, 0, "000001", "+1400"),),
        id="date-time",
    ),
    pytest.param("AS", b"018M", (Age(18, "M"),), id="age"),
    pytest.param("DS", b"0.50\\+1e-2 \\.5", ("0.50", "+1e-2 ", ".5"), id="decimals"),
    pytest.param("IS", b"007\\ -12", ("007", " -12"), id="integers"),
    pytest.param("UI", b"1.2.840.10008.1.2\0", ("1.2.840.10008.1.2",), id="uid"),
    pytest.param("UI", b"1.2\\1.0.3\0", ("1.2", "1.0.3"), id="uids"),
    pytest.param("PN", b"A^B\\C ", (PersonName((("A", "B"),)), PersonName((("C",),))), id="names"),
    pytest.param("PN", b"A^B^^=", (PersonName((("A", "B", "", ""), ("",))),), id="name-with-empty-parts"),
    pytest.param("LO", b" A \\B ", (" A ", "B"), id="long-strings"),
    pytest.param("LO", b"A   ", ("A  ",), id="one-space-is-padding"),
    pytest.param("SH", b"\\ ", ("", ""), id="two-empty-strings"),
    pytest.param("UC", b"A\\BC", ("A", "BC"), id="unlimited-strings"),
    pytest.param("CS", b"ORIGINAL\\PRIMARY", ("ORIGINAL", "PRIMARY"), id="codes"),
    pytest.param("AE", b"STATION 1 ", ("STATION 1",), id="title"),
    pytest.param("ST", b"A\\B ", ("A\\B",), id="short-text-has-one-value"),
    pytest.param("LT", b"A\r\nB\\C", ("A\r\nB\\C",), id="long-text-has-one-value"),
    pytest.param("UT", b"A\\B ", ("A\\B",), id="unlimited-text-has-one-value"),
    pytest.param("UR", b"https://a.example/?b=1", ("https://a.example/?b=1",), id="address"),
    pytest.param("AT", b"\x10\x00\x20\x00", (0x00100020,), id="tag"),
    pytest.param("US", b"\x01\x00\xff\xff", (1, 65535), id="unsigned-short"),
    pytest.param("SS", b"\xff\xff", (-1,), id="signed-short"),
    pytest.param("UL", b"\x01\x00\x00\x00", (1,), id="unsigned-long"),
    pytest.param("SL", b"\xff\xff\xff\xff", (-1,), id="signed-long"),
    pytest.param("UV", b"\x01" + bytes(7), (1,), id="unsigned-very-long"),
    pytest.param("SV", b"\xff" * 8, (-1,), id="signed-very-long"),
    pytest.param("FL", b"\x00\x00\x80\x3f", (1.0,), id="float"),
    pytest.param("FD", b"\x00\x00\x00\x00\x00\x00\xf0\x3f", (1.0,), id="double"),
    pytest.param("OB", b"\x01\x00", (b"\x01\x00",), id="bytes"),
    pytest.param("UN", b"\x01 ", (b"\x01 ",), id="unknown"),
    pytest.param("US or SS", b"\x01\x00", (b"\x01\x00",), id="undecided"),
    *(pytest.param(vr, b"", (), id=f"empty-{vr}") for vr in ("DA", "PN", "LO", "LT", "UI", "US", "AT", "OB", "DS")),
]


@pytest.mark.parametrize(("vr", "raw", "values"), READ)
def test_a_value_is_read_with_its_form(vr: str, raw: bytes, values: tuple[Value, ...]) -> None:
    read = decode_value(raw, vr, ASCII)
    if vr in ("DS", "IS"):
        read = tuple(str(number) for number in read)
    assert read == values


@pytest.mark.parametrize(("vr", "raw", "values"), READ)
def test_a_value_is_written_as_the_bytes_it_was(vr: str, raw: bytes, values: tuple[Value, ...]) -> None:
    assert encode_value(values, vr, ASCII) == raw
    assert encode_value(decode_value(raw, vr, ASCII), vr, ASCII) == raw


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        ("US", b"\x00\x01\x00\x02"),
        ("SL", b"\x00\x00\x00\x01"),
        ("FD", b"\x3f\xf0" + bytes(6)),
        ("AT", b"\x00\x10\x00\x20"),
    ],
    ids=["US", "SL", "FD", "AT"],
)
def test_big_endian_numbers_are_the_same_numbers(vr: str, raw: bytes) -> None:
    numbers = decode_value(raw, vr, ASCII, little_endian=False)
    assert numbers == {"US": (1, 2), "SL": (1,), "FD": (1.0,), "AT": (0x00100020,)}[vr]
    assert encode_value(numbers, vr, ASCII, little_endian=False) == raw


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        pytest.param("DA", b"19970431", id="day-31-of-april"),
        pytest.param("DA", b"00000000", id="zeros"),
        pytest.param("DA", b"1997.0421", id="one-dot"),
        pytest.param("DA", b"199704", id="date-cut-short"),
        pytest.param("DA", b"2024W101", id="week-date"),
        pytest.param("DA", b" 19970421 ", id="leading-space"),
        pytest.param("DA", b"- ", id="range-of-nothing"),
        pytest.param("DA", b"19970421-19970421-19970421", id="range-of-three"),
        pytest.param("DT", b"202413", id="month-13"),
        pytest.param("DT", b"20230229", id="no-leap-year"),
        pytest.param("DT", b"2024022924", id="hour-24"),
        pytest.param("DT", b"2024+1500 ", id="zone-too-far"),
        pytest.param("DT", b"2024-0000 ", id="zone-minus-zero"),
        pytest.param("DT", b"2024+0460 ", id="zone-of-sixty-minutes"),
        pytest.param("DT", b"2024.5", id="fraction-of-a-year"),
    ],
)
def test_a_date_that_is_none_is_refused(vr: str, raw: bytes) -> None:
    with pytest.raises(UnreadableDate):
        decode_value(raw, vr, ASCII)


@pytest.mark.parametrize(
    ("vr", "raw", "length"),
    [
        pytest.param("DA", b"1997.13.01", 10, id="month-13-with-dots"),
        pytest.param("DA", b"19970431", 8, id="day-31-of-april"),
        pytest.param("DA", b"19970101\\199704 ", 6, id="second-value"),
        pytest.param("DT", b"000000", 6, id="month-of-year-zero"),
        pytest.param("DT", b"202302291015", 12, id="minute-of-no-day"),
    ],
)
def test_a_refused_date_tells_its_own_length(vr: str, raw: bytes, length: int) -> None:
    with pytest.raises(UnreadableDate) as refused:
        decode_value(raw, vr, ASCII)
    assert refused.value.length == length


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        pytest.param("TM", b"2400", id="hour-24"),
        pytest.param("TM", b"10:1500", id="one-colon"),
        pytest.param("TM", b"1015.5", id="fraction-of-a-minute"),
        pytest.param("TM", b"- ", id="range-of-nothing"),
        pytest.param("AS", b"018X", id="unit"),
        pytest.param("AS", b"18 Y", id="age-with-a-space"),
        pytest.param("DS", b"1,5 ", id="comma"),
        pytest.param("DS", b"nan ", id="nan"),
        pytest.param("DS", b"1_0 ", id="underscore"),
        pytest.param("DS", b"1" * 66, id="endless-decimal"),
        pytest.param("IS", b"1.0 ", id="decimal-as-integer"),
        pytest.param("IS", b"9" * 5000, id="endless-integer"),
        pytest.param("UI", b"1.02", id="leading-zero"),
        pytest.param("UI", b"1..2", id="empty-component"),
        pytest.param("UI", b"1.2a", id="letter"),
        pytest.param("UI", b"1." + b"2" * 64, id="too-long"),
        pytest.param("UI", b"1.\xb2 ", id="superscript"),
        pytest.param("US", b"\x00", id="half-a-short"),
        pytest.param("FD", b"\x00\x00", id="quarter-of-a-double"),
        pytest.param("AT", b"\x00\x00", id="half-a-tag"),
    ],
)
def test_a_value_that_is_not_what_its_vr_promises_is_refused(vr: str, raw: bytes) -> None:
    with pytest.raises(UnreadableValue) as caught:
        decode_value(raw, vr, ASCII)
    assert caught.value.vr == vr
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_text_outside_the_character_set_is_refused() -> None:
    with pytest.raises(UnreadableText):
        decode_value(b"M\xfcller", "PN", ASCII)


@pytest.mark.parametrize(
    ("vr", "values"),
    [
        pytest.param("CS", ["original"], id="small-letters-in-a-code"),
        pytest.param("CS", ["A" * 17], id="long-code"),
        pytest.param("AE", ["  "], id="blank-title"),
        pytest.param("SH", ["A" * 17], id="long-short-string"),
        pytest.param("LO", ["A" * 65], id="long-long-string"),
        pytest.param("LO", ["A\\B"], id="backslash-in-a-value"),
        pytest.param("LO", ["A\nB"], id="line-end-in-a-string"),
        pytest.param("LO", ["A\x7f"], id="delete"),
        pytest.param("LO", ["é"], id="outside-the-character-set"),
        pytest.param("LO", [1], id="number-as-text"),
        pytest.param("ST", ["A", "B"], id="two-short-texts"),
        pytest.param("ST", ["A" * 1025], id="long-short-text"),
        pytest.param("LT", ["A\x00B"], id="nul-in-a-text"),
        pytest.param("UR", ["a b\\c"], id="backslash-in-an-address"),
        pytest.param("PN", ["A^B^C^D^E^F"], id="six-components"),
        pytest.param("PN", ["A=B=C=D"], id="four-groups"),
        pytest.param("PN", ["A" * 65], id="long-name"),
        pytest.param("PN", [PersonName((("A^B",),))], id="caret-in-a-component"),
        pytest.param("PN", ["A\\B"], id="two-names-in-one"),
        pytest.param("UI", ["1.02"], id="uid"),
        pytest.param("UI", ["1.\u0662"], id="foreign-digit-in-a-uid"),
        pytest.param("DA", ["20230229"], id="date"),
        pytest.param("DA", [datetime.datetime(2024, 1, 1)], id="moment-as-date"),
        pytest.param("DA", [DicomTime(10)], id="time-as-date"),
        pytest.param("TM", ["2500"], id="time"),
        pytest.param("TM", [DicomTime(10, None, 65)], id="seconds-without-minutes-past-59"),
        pytest.param("DT", ["20240230"], id="date-time"),
        pytest.param("AS", ["18Y"], id="age-of-two-digits"),
        pytest.param("AS", [Age(1000, "D")], id="age-of-four-digits"),
        pytest.param("DS", ["1.00000000000000000"], id="long-decimal"),
        pytest.param("DS", [math.inf], id="infinity"),
        pytest.param("DS", [Decimal("1.2345678901234567")], id="decimal-that-does-not-fit"),
        pytest.param("DS", [True], id="truth-as-decimal"),
        pytest.param("IS", ["2147483648"], id="integer-beyond-32-bits"),
        pytest.param("IS", [1.0], id="float-as-integer"),
        pytest.param("US", [65536], id="number-too-large"),
        pytest.param("US", ["1"], id="text-as-number"),
        pytest.param("FL", [1e300], id="float-too-large"),
        pytest.param("AT", [-1], id="negative-tag"),
        pytest.param("OB", ["A"], id="text-as-bytes"),
        pytest.param("OB", [b"A", b"B"], id="bytes-twice"),
    ],
)
def test_a_value_its_vr_forbids_is_refused(vr: str, values: list[object]) -> None:
    with pytest.raises(UnwritableValue) as caught:
        encode_value(values, vr, ASCII)
    assert caught.value.vr == vr


@pytest.mark.parametrize(
    ("vr", "values", "raw"),
    [
        pytest.param("DA", [DAY], b"19970421", id="python-date"),
        pytest.param("DA", ["19970421", None], b"19970421\\ ", id="text-and-none"),
        pytest.param("TM", ["10"], b"10", id="time-as-text"),
        pytest.param("DS", [1, 0.5, Decimal("1.50")], b"1\\0.5\\1.50", id="decimals"),
        pytest.param("DS", [-1 / 3], b"-0.3333333333333", id="rounded-to-16-characters"),
        pytest.param("DS", [math.pi * 1e-10], b"3.1415926536e-10", id="rounded-with-exponent"),
        pytest.param("IS", [-5], b"-5", id="integer"),
        pytest.param("PN", ["Müller^Ida"], b"M\xc3\xbcller^Ida ", id="name-as-text"),
        pytest.param("LO", ["é" * 64], "é".encode() * 64, id="length-counts-characters"),
        pytest.param("FL", [1], b"\x00\x00\x80\x3f", id="integer-as-float"),
        pytest.param("OB", [b"A"], b"A\0", id="bytes-are-padded"),
        pytest.param("LO", [], b"", id="nothing"),
        pytest.param("LO", [""], b"", id="an-empty-text"),
    ],
)
def test_plain_python_values_are_written_too(vr: str, values: list[object], raw: bytes) -> None:
    assert encode_value(values, vr, UTF_8) == raw


@pytest.mark.parametrize("values", ["ABC", b"ABC"], ids=["text", "bytes"])
def test_one_text_is_not_taken_for_many_values(values: str | bytes) -> None:
    with pytest.raises(TypeError):
        encode_value(values, "LO", ASCII)


@pytest.mark.parametrize(
    ("raw", "vr", "padded"),
    [
        (b"1.2", "UI", b"1.2\0"),
        (b"A", "LO", b"A "),
        (b"A", "OB", b"A\0"),
        (b"A", "UN", b"A\0"),
        (b"AB", "LO", b"AB"),
    ],
    ids=["uid", "text", "bytes", "unknown", "even"],
)
def test_odd_values_are_padded_as_their_vr_asks(raw: bytes, vr: str, padded: bytes) -> None:
    assert pad(raw, vr) == padded


@pytest.mark.parametrize(
    ("vr", "raw", "value"),
    [
        pytest.param("LO", b"ABC\0", "ABC", id="nul-after-text"),
        pytest.param("UI", b"1.2.3 ", "1.2.3", id="space-after-a-uid"),
        pytest.param("UI", b"1.2\0\0", "1.2", id="two-nuls-after-a-uid"),
        pytest.param("AS", b"45Y ", Age(45, "Y", 2), id="age-of-two-digits"),
        pytest.param("LO", b"ABC", "ABC", id="odd-length"),
        pytest.param("LO", b"AB ", "AB ", id="odd-length-is-not-padded"),
        pytest.param("PN", b"A^B^C^D^E^F ", PersonName((tuple("ABCDEF"),)), id="six-components"),
    ],
)
def test_common_faults_of_padding_and_form_are_read(vr: str, raw: bytes, value: Value) -> None:
    assert decode_value(raw, vr, ASCII) == (value,)


def test_a_backslash_byte_inside_a_character_separates_nothing() -> None:
    raw = "乗\\乗".encode("gb18030")
    assert raw.count(b"\\") > 1
    charset = Charset.of(b"GB18030")
    assert decode_value(raw + b" ", "LO", charset) == ("乗", "乗")
    assert encode_value(["乗", "乗"], "LO", charset) == raw + b" "


def test_a_name_knows_its_parts() -> None:
    name = PersonName.parse("Yamada^Tarou^M^Dr^Jr=山田^太郎=やまだ")
    assert (name.family_name, name.given_name, name.middle_name) == ("Yamada", "Tarou", "M")
    assert (name.prefix, name.suffix) == ("Dr", "Jr")
    assert (name.alphabetic[0], name.ideographic, name.phonetic) == ("Yamada", ("山田", "太郎"), ("やまだ",))
    assert PersonName.parse("").family_name == ""


def test_a_uid_has_the_digits_of_ascii_only() -> None:
    assert is_uid("1.2.840.0")
    assert not is_uid("1.\u0662")


def test_numbers_give_their_value() -> None:
    assert DicomDecimal.parse(" 1.50").value == Decimal("1.50")
    assert float(DicomDecimal.parse("1e2 ")) == 100.0
    assert int(DicomInteger.parse(" +12 ")) == 12
