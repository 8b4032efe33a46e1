"""Text is read as what it is or refused; it never becomes other text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.dataset.charset import Charset
from dicomveil.errors import UnreadableText, UnwritableValue

# term of (0008,0005), text, its bytes; the longer ones are the examples of PS3.5 Annexes H to K
KNOWN = [
    pytest.param(b"", "Buc^Jerome", b"Buc^Jerome", id="default-repertoire"),
    pytest.param(b"ISO_IR 6", "Buc^Jerome", b"Buc^Jerome", id="iso-ir-6"),
    pytest.param(b"ISO_IR 100", "Buc^Jérôme", b"Buc^J\xe9r\xf4me", id="latin-1"),
    pytest.param(b"ISO_IR 101", "Wałęsa", b"Wa\xb3\xeasa", id="latin-2"),
    pytest.param(b"ISO_IR 109", "Ġużè", b"\xd5u\xbf\xe8", id="latin-3"),
    pytest.param(b"ISO_IR 110", "Ģirts", b"\xabirts", id="latin-4"),
    pytest.param(b"ISO_IR 144", "Люкdж", b"\xbb\xee\xdad\xd6", id="cyrillic"),
    pytest.param(b"ISO_IR 127", "قباني", b"\xe2\xc8\xc7\xe6\xea", id="arabic"),
    pytest.param(b"ISO_IR 126", "Διονυσιος", b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", id="greek"),
    pytest.param(b"ISO_IR 138", "שרון", b"\xf9\xf8\xe5\xef", id="hebrew"),
    pytest.param(b"ISO_IR 148", "Çavuşoğlu", b"\xc7avu\xfeo\xf0lu", id="latin-5"),
    pytest.param(b"ISO_IR 203", "Œ€", b"\xbc\xa4", id="latin-9"),
    pytest.param(b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", id="katakana"),
    pytest.param(b"ISO_IR 166", "นามสกุล", b"\xb9\xd2\xc1\xca\xa1\xd8\xc5", id="thai"),
    pytest.param(b"ISO_IR 192", "Wang^XiaoDong=王^小东", "Wang^XiaoDong=王^小东".encode(), id="utf-8"),
    pytest.param(b"GB18030", "Wang^XiaoDong=王^小东", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", id="gb18030-annex-j"),
    pytest.param(b"GB18030", "\U00020000", b"\x95\x32\x82\x36", id="gb18030-four-bytes"),
    pytest.param(b"GBK", "乗", b"\x81\x5c", id="gbk-second-byte-is-a-backslash"),
    pytest.param(
        b"\\ISO 2022 IR 87",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        id="kanji-annex-h-3.1",
    ),
    pytest.param(
        b"ISO 2022 IR 13\\ISO 2022 IR 87",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
        id="kanji-annex-h-3.2",
    ),
    pytest.param(b"\\ISO 2022 IR 87\\ISO 2022 IR 159", "丂", b"\x1b$(D0!\x1b(B", id="supplementary-kanji"),
    pytest.param(
        b"\\ISO 2022 IR 149",
        "Hong^Gildong=洪^吉洞=홍^길동",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        id="hangul-annex-i",
    ),
    pytest.param(
        b"\\ISO 2022 IR 58",
        "Zhang^XiaoDong=张^小东",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab",
        id="hanzi-annex-k",
    ),
    pytest.param(
        b"ISO 2022 IR 100\\ISO 2022 IR 144",
        "é И^é",
        b"\xe9 \x1b-L\xb8\x1b-A^\xe9",
        id="latin-and-cyrillic",
    ),
]


@pytest.mark.parametrize(("term", "text", "raw"), KNOWN)
def test_text_of_every_defined_term_is_read(term: bytes, text: str, raw: bytes) -> None:
    assert Charset.of(term).decode(raw, "PN") == text


@pytest.mark.parametrize(("term", "text", "raw"), KNOWN)
def test_text_of_every_defined_term_is_written(term: bytes, text: str, raw: bytes) -> None:
    assert Charset.of(term).encode(text, "PN") == raw


@pytest.mark.parametrize(
    "term",
    [b"ISO-IR 100", b"ISO_IR_100", b"ISO IR 100", b"iso_ir 100", b"ISO_IR 100 ", b"ISO_IR 100\0"],
    ids=["hyphen", "underscore", "space", "small", "padded", "padded-with-nul"],
)
def test_a_misspelled_term_means_what_was_meant(term: bytes) -> None:
    assert Charset.of(term) == Charset.of(b"ISO_IR 100")


def test_single_byte_terms_without_2022_extend_all_the_same_when_there_are_several() -> None:
    assert Charset.of(b"ISO_IR 100\\ISO_IR 144").decode(b"\xe9\x1b-L\xb8", "LO") == "éИ"


def test_a_set_that_stands_alone_ignores_what_follows() -> None:
    assert Charset.of(b"ISO_IR 192\\ISO 2022 IR 87").decode("é".encode(), "LO") == "é"


@pytest.mark.parametrize(
    ("term", "raw"),
    [
        pytest.param(b"", b"M\xfcller", id="default-repertoire-has-no-upper-half"),
        pytest.param(b"ISO_IR 4711", b"M\xfcller", id="unknown-term"),
        pytest.param(b"ISO_IR 87", b"\x1b$B;3", id="no-code-extension-without-2022"),
        pytest.param(b"ISO_IR 100", b"don\x92t", id="c1-control"),
        pytest.param(b"ISO_IR 126", b"\xff", id="hole-in-a-table"),
        pytest.param(b"ISO_IR 13", b"\x8e\x52", id="shift-jis-is-not-katakana"),
        pytest.param(b"ISO_IR 192", b"M\xfcller", id="latin-1-in-utf-8"),
        pytest.param(b"ISO_IR 192", b"\xed\xa0\x80", id="surrogate-in-utf-8"),
        pytest.param(b"GB18030", b"\x81", id="cut-short"),
        pytest.param(b"", b"\x1b$B;3ED\x1b(B", id="escape-without-code-extensions"),
        pytest.param(b"ISO_IR 100", b"\x1b-L\xb8", id="escape-in-a-single-set"),
        pytest.param(b"\\ISO 2022 IR 87", b"\x1b$Z;3", id="unknown-escape"),
        pytest.param(b"\\ISO 2022 IR 87", b"\x1b", id="escape-at-the-end"),
        pytest.param(b"\\ISO 2022 IR 87", b"\x1b$B;", id="half-a-pair"),
        pytest.param(b"\\ISO 2022 IR 149", b"\xfb\xf3", id="upper-half-before-its-escape"),
        pytest.param(b"\\ISO 2022 IR 149", b"\x1b$)C\xfb\xf3^\xfb\xf3", id="separator-resets-the-set"),
    ],
)
def test_bytes_that_mean_nothing_are_refused(term: bytes, raw: bytes) -> None:
    with pytest.raises(UnreadableText) as caught:
        Charset.of(term).decode(raw, "PN")
    assert caught.value.length == len(raw)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (b"", "Müller"),
        (b"ISO_IR 100", "山"),
        (b"ISO_IR 100", "\x85"),
        (b"ISO_IR 13", "山"),
        (b"\\ISO 2022 IR 87", "é"),
        (b"\\ISO 2022 IR 149", "\u3164"),
        (b"ISO_IR 192", "\ud800"),
        (b"ISO_IR 192", "a\x1bb"),
        (b"ISO_IR 4711", "é"),
    ],
    ids=[
        "default",
        "latin-1",
        "c1",
        "katakana",
        "kanji",
        "hangul-filler",
        "surrogate",
        "escape",
        "unknown-term",
    ],
)
def test_text_outside_the_set_is_refused(term: bytes, text: str) -> None:
    with pytest.raises(UnwritableValue):
        Charset.of(term).encode(text, "LO")


@pytest.mark.parametrize("vr", ["CS", "AE", "UI", "DA", "UR", "DS"])
def test_values_that_character_sets_do_not_bear_on_are_ascii(vr: str) -> None:
    charset = Charset.of(b"ISO_IR 192")
    with pytest.raises(UnreadableText):
        charset.decode("é".encode(), vr)
    with pytest.raises(UnwritableValue):
        charset.encode("é", vr)


def test_an_equals_sign_resets_the_set_in_names_only() -> None:
    charset, raw = Charset.of(b"\\ISO 2022 IR 149"), b"\x1b$)C\xfb\xf3=\xfb\xf3"
    assert charset.decode(raw, "LO") == "洪=洪"
    with pytest.raises(UnreadableText):
        charset.decode(raw, "PN")


def test_a_line_end_resets_the_set() -> None:
    raw = b"\x1b$)C\xfb\xf3\r\n\x1b$)C\xfb\xf3"
    assert Charset.of(b"\\ISO 2022 IR 149").decode(raw, "LT") == "洪\r\n洪"
    assert Charset.of(b"\\ISO 2022 IR 149").encode("洪\r\n洪", "LT") == raw


def test_the_message_never_holds_the_text() -> None:
    with pytest.raises(UnreadableText) as caught:
        Charset.of(b"").decode(b"M\xfcller", "PN")
    assert "ller" not in str(caught.value)
    assert caught.value.__suppress_context__


TERMS = [
    b"",
    b"ISO_IR 100",
    b"ISO_IR 13",
    b"ISO_IR 126",
    b"ISO_IR 192",
    b"GB18030",
    b"GBK",
    b"\\ISO 2022 IR 87",
    b"\\ISO 2022 IR 149",
    b"\\ISO 2022 IR 58",
    b"ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159",
    b"ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126\\ISO 2022 IR 149",
]
LETTERS = st.text(st.sampled_from("aZ09 ^=\\\r\n\téüßÇИΩשﾔｳ山田洪吉洞홍张小东乗丂€~"), max_size=20)


@given(st.sampled_from(TERMS), LETTERS | st.text(max_size=10), st.sampled_from(["PN", "LO", "LT"]))
def test_what_is_written_reads_as_it_was(term: bytes, text: str, vr: str) -> None:
    charset = Charset.of(term)
    try:
        raw = charset.encode(text, vr)
    except UnwritableValue:
        return
    assert charset.decode(raw, vr) == text


@given(st.sampled_from(TERMS), st.binary(max_size=24) | st.text("\x1b$B()CJ-LA;3ED^=\\", max_size=24))
def test_any_bytes_are_read_or_refused(term: bytes, raw: bytes | str) -> None:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    try:
        text = Charset.of(term).decode(raw, "PN")
    except UnreadableText:
        return
    assert len(text) <= len(raw)
    assert "\ufffd" not in text or b"\xef\xbf\xbd" in raw or b"\x84\x31\xa4\x37" in raw


@pytest.mark.parametrize("term", TERMS, ids=[term.decode() or "default" for term in TERMS])
def test_every_character_a_set_can_write_is_read_back(term: bytes) -> None:
    charset = Charset.of(term)
    for code in (*range(1, 0xD800), *range(0xE000, 0x10000, 7)):
        try:
            raw = charset.encode(chr(code), "LO")
        except UnwritableValue:
            continue
        assert charset.decode(raw, "LO") == chr(code)
