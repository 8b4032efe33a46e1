"""A value is encoded as its VR has it, or refused with what the VR allows; never repeated."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag
from pydicom.uid import UID
from pydicom.valuerep import DA, DT, IS, TM, DSfloat, PersonName

from dicomveil.dataset.charset import Charset
from dicomveil.dataset.values import decode_value
from dicomveil.editing.allowed import ALLOWED
from dicomveil.editing.values import check_multiplicity, encoded, vr_of_new
from dicomveil.errors import WrongValue

ASCII, UTF8 = Charset.of(b""), Charset.of(b"ISO_IR 192")
ANY = 0x00091001  # PS3.6 knows nothing of it, so any number of values will do


@pytest.mark.parametrize(
    ("vr", "value", "raw"),
    [
        pytest.param("AE", "STORE", b"STORE ", id="AE"),
        pytest.param("AS", "018M", b"018M", id="AS"),
        pytest.param("AT", "PatientName", b"\x10\0\x10\0", id="AT-keyword"),
        pytest.param("AT", "(0010,0020)\\00100030", b"\x10\0\x20\0\x10\0\x30\0", id="AT-numbers"),
        pytest.param("CS", "ORIGINAL\\PRIMARY", b"ORIGINAL\\PRIMARY", id="CS-several"),
        pytest.param("DA", "20240229", b"20240229", id="DA"),
        pytest.param("DA", datetime.date(2024, 2, 29), b"20240229", id="DA-date"),
        pytest.param("DS", "-1.5", b"-1.5", id="DS"),
        pytest.param("DS", [1, 0.1, Decimal("2.50")], b"1\\0.1\\2.50", id="DS-numbers"),
        pytest.param("DT", "202402291015-0500", b"202402291015-0500 ", id="DT"),
        pytest.param("DT", datetime.datetime(2024, 2, 29, 10, 15), b"20240229101500", id="DT-datetime"),
        pytest.param("FD", "2.5", b"\0\0\0\0\0\0\4@", id="FD"),
        pytest.param("FL", 0.5, b"\0\0\0?", id="FL"),
        pytest.param("IS", 7, b"7 ", id="IS"),
        pytest.param("LO", "a\\b", b"a\\b ", id="LO-several"),
        pytest.param("LT", "a\\b", b"a\\b ", id="LT-one"),
        pytest.param("OB", "00\\ff\\1", b"\0\xff\1\0", id="OB-hexadecimal"),
        pytest.param("OB", b"\1\2", b"\1\2", id="OB-bytes"),
        pytest.param("OW", "0001\\fffe", b"\1\0\xfe\xff", id="OW"),
        pytest.param("OF", "0.5", b"\0\0\0?", id="OF"),
        pytest.param("PN", "Doe^Jane", b"Doe^Jane", id="PN"),
        pytest.param("SH", "", b"", id="empty"),
        pytest.param("SS", "-2", b"\xfe\xff", id="SS"),
        pytest.param("TM", "101500.5", b"101500.5", id="TM"),
        pytest.param("TM", datetime.time(10, 15), b"101500", id="TM-time"),
        pytest.param("UI", "1.2.3", b"1.2.3\0", id="UI"),
        pytest.param("UN", "text", b"text", id="UN-text"),
        pytest.param("US", "1\\65535", b"\1\0\xff\xff", id="US-several"),
        pytest.param("UV", 2**64 - 1, b"\xff" * 8, id="UV"),
        pytest.param("LO", None, b"", id="nothing"),
        pytest.param("LO", [], b"", id="no-values"),
    ],
)
def test_a_value_is_encoded_as_its_vr_has_it(vr, value, raw):
    assert encoded(ANY, vr, value, ASCII) == raw


@pytest.mark.parametrize(
    ("vr", "value", "reason"),
    [
        pytest.param("AE", "x" * 17, "16 characters", id="AE-too-long"),
        pytest.param("AS", "18M", "three digits", id="AS"),
        pytest.param("AT", "Nobody", "keyword", id="AT"),
        pytest.param("CS", "lower", "capitals", id="CS"),
        pytest.param("DA", "20230229", "calendar", id="DA-not-in-the-calendar"),
        pytest.param("DA", "1997.04.21", "YYYYMMDD", id="DA-old-form"),
        pytest.param("DA", "20240101-20240201", "YYYYMMDD", id="DA-range"),
        pytest.param("DS", "12345678901234567", "16 characters", id="DS-too-long"),
        pytest.param("DS", float("inf"), "16 characters", id="DS-infinite"),
        pytest.param("DT", "2024023", "YYYYMMDDHHMMSS", id="DT"),
        pytest.param("IS", "2147483648", "2147483647", id="IS-too-large"),
        pytest.param("IS", "1.5", "whole number", id="IS-fraction"),
        pytest.param("LO", "x" * 65, "64 characters", id="LO-too-long"),
        pytest.param("LO", "a\nb", "control", id="LO-line"),
        pytest.param("LO", "a\0b", "control", id="LO-nul"),
        pytest.param("LO", "a\x1bb", "character", id="LO-escape"),
        pytest.param("LO", "ä", "character set of the file", id="LO-not-ascii"),
        pytest.param("UI", "1.02", "leading zero", id="UI"),
        pytest.param("UI", "ä", "characters that UI does not have", id="UI-not-ascii"),
        pytest.param("OB", "xyz", "hexadecimal", id="OB"),
        pytest.param("OB", "100", "hexadecimal", id="OB-too-large"),
        pytest.param("AE", "  ", "not only spaces", id="AE-only-spaces"),
        pytest.param("US", "1_0", "65535", id="US-underscore"),
        pytest.param("US", "\u0661", "65535", id="US-digits-of-another-script"),
        pytest.param("FL", "1_0", "a number", id="FL-underscore"),
        pytest.param("FD", "nan", "a finite one", id="FD-no-number"),
        pytest.param("OF", "1\\inf", "numbers of 32 bits", id="OF-infinite"),
        pytest.param("FD", "\u0661", "a number", id="FD-digits-of-another-script"),
        pytest.param("OB", "0x1", "hexadecimal", id="OB-python"),
        pytest.param("OB", "1_0", "hexadecimal", id="OB-underscore"),
        pytest.param("OW", "+1", "hexadecimal", id="OW-sign"),
        pytest.param("OL", "x", "words of 32 bits", id="OL"),
        pytest.param("OV", 5, "words of 64 bits", id="OV-number"),
        pytest.param("OF", "1_0", "numbers of 32 bits", id="OF"),
        pytest.param("OD", "x", "numbers of 64 bits", id="OD"),
        pytest.param("UR", "http://a b", "no spaces", id="UR-space"),
        pytest.param("UR", " http://a", "no spaces", id="UR-space-before"),
        pytest.param("UC", "a\nb", "a control character", id="UC"),
        pytest.param("UT", "a\0b", "a control character", id="UT"),
        pytest.param("PN", "a^b^c^d^e^f", "five components", id="PN"),
        pytest.param("SH", "x" * 17, "16 characters", id="SH"),
        pytest.param("TM", "2560", "HHMMSS", id="TM"),
        pytest.param("US", "65536", "65535", id="US-too-large"),
        pytest.param("US", "many", "65535", id="US-no-number"),
        pytest.param("FL", "nothing", "a number", id="FL"),
        pytest.param("US", True, "True and False", id="bool"),
        pytest.param("DA", datetime.time(1), "Python date or time", id="time-for-a-date"),
        pytest.param("LO", b"bytes", "LO", id="bytes-for-text"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(vr, value, reason):
    with pytest.raises(WrongValue, match=reason):
        encoded(ANY, vr, value, ASCII)


def test_what_the_file_cannot_say_utf_8_can():
    assert encoded(ANY, "LO", "ä", UTF8) == "ä".encode()


@pytest.mark.parametrize(
    ("vr", "value", "raw"),
    [
        pytest.param("DA", "never", b"never ", id="date"),
        pytest.param("CS", "lower case", b"lower case", id="code-string"),
        pytest.param("SH", "x" * 17, b"x" * 17 + b" ", id="too-long"),
        pytest.param("UI", "none", b"none", id="uid"),
        pytest.param("UR", "a b", b"a b ", id="url"),
        pytest.param("IS", "1.5", b"1.5 ", id="number-as-text"),
        pytest.param("FL", "-inf", b"\0\0\x80\xff", id="infinite"),
    ],
)
def test_force_writes_what_can_be_encoded(vr, value, raw):
    assert encoded(0x00080060, vr, value, ASCII, force=True) == raw


@pytest.mark.parametrize(("vr", "value"), [("US", "many"), ("LO", "ä"), ("AT", "Nobody"), ("OB", "xyz")])
def test_force_does_not_write_what_cannot(vr, value):
    with pytest.raises(WrongValue):
        encoded(ANY, vr, value, ASCII, force=True)


@given(st.sampled_from(sorted(ALLOWED)), st.text(max_size=20), st.booleans())
def test_any_text_is_encoded_or_refused_and_nothing_else(vr, text, force):
    try:
        raw = encoded(ANY, vr, text, UTF8, force=force)
    except WrongValue:
        return
    assert len(raw) % 2 == 0
    if not force and vr in ("LO", "SH", "LT", "ST"):
        told = "\\".join(map(str, decode_value(raw, vr, UTF8)))
        assert told.rstrip(" ") == text.rstrip(" ")


@pytest.mark.parametrize(
    ("tag", "count", "fits"),
    [
        pytest.param(0x00100010, 1, True, id="1"),
        pytest.param(0x00100010, 2, False, id="1-with-2"),
        pytest.param(0x00280030, 2, True, id="2"),
        pytest.param(0x00280030, 1, False, id="2-with-1"),
        pytest.param(0x00080008, 7, True, id="2-n"),
        pytest.param(0x00200032, 0, True, id="none-at-all"),
        pytest.param(0x30060050, 6, True, id="3-3n"),
        pytest.param(0x30060050, 4, False, id="3-3n-with-4"),
        pytest.param(0x00091001, 9, True, id="private"),
    ],
)
def test_ps3_6_says_how_many_values_there_may_be(tag, count, fits):
    if fits:
        check_multiplicity(tag, count)
    else:
        with pytest.raises(WrongValue, match=f"{count} values"):
            check_multiplicity(tag, count)


@pytest.mark.parametrize(
    ("tag", "there", "signed", "values", "vr"),
    [
        pytest.param(0x00100010, None, None, "", "PN", id="ps3-6-decides"),
        pytest.param(0x00100010, "UN", None, "", "PN", id="whatever-is-there"),
        pytest.param(0x00280106, "SS", False, 1, "SS", id="choice-there"),
        pytest.param(0x00280106, None, True, 1, "SS", id="choice-pixel-representation"),
        pytest.param(0x00280106, None, None, "-1", "SS", id="choice-negative"),
        pytest.param(0x00280106, None, None, 1, "US", id="choice-positive"),
        pytest.param(0x7FE00010, None, None, b"", "OW", id="bytes-or-words"),
        pytest.param(0x00290010, None, None, "", "LO", id="private-creator"),
        pytest.param(0x00291001, "CS", None, "", "CS", id="private-there"),
    ],
)
def test_the_vr_is_ps3_6s_or_the_instances(tag, there, signed, values, vr):
    assert vr_of_new(tag, there, is_signed=signed, values=values) == vr


def test_nobody_guesses_the_vr_of_a_new_private_element():
    with pytest.raises(WrongValue, match="name it"):
        vr_of_new(0x00291001, None, is_signed=None, values="x")


PYDICOM_VALUES = [
    pytest.param("PN", PersonName("Roe^Ann"), b"Roe^Ann ", id="name"),
    pytest.param("DS", MultiValue(DSfloat, ["1.50", "2"]), b"1.50\\2", id="numbers-as-written"),
    pytest.param("IS", IS("007"), b"007 ", id="whole-number"),
    pytest.param("FD", DSfloat("0.5"), b"\0\0\0\0\0\0\xe0?", id="number-for-a-binary-vr"),
    pytest.param("UI", UID("1.2.3"), b"1.2.3\0", id="uid"),
    pytest.param("DA", DA("20240229"), b"20240229", id="date"),
    pytest.param("DT", DT("2024"), b"2024", id="date-less-precise"),
    pytest.param("TM", TM(12, 30), b"123000", id="time-never-written"),
    pytest.param("AT", Tag(0x00100010), b"\x10\0\x10\0", id="tag"),
    pytest.param("DS", Decimal("2.5"), b"2.5 ", id="decimal"),
]


@pytest.mark.parametrize(("vr", "value", "raw"), PYDICOM_VALUES)
def test_values_of_pydicom_are_taken_for_what_they_stand_for(vr, value, raw):
    assert encoded(ANY, vr, value, ASCII) == raw


@pytest.mark.parametrize("value", [{}, object(), Dataset(), [Dataset()]], ids=["dict", "object", "data-set", "items"])
def test_of_other_objects_it_is_said_what_is_taken(value):
    with pytest.raises(WrongValue, match="it takes text, numbers, Python dates and times, bytes, or a list of these"):
        encoded(ANY, "LO", value, ASCII)
