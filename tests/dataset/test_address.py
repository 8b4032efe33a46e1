"""Addresses are read from every common spelling, written in one, and compared with real places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomveil.dataset.address import Address, Step, parse
from dicomveil.errors import AddressError, DicomveilError

TAGS = {
    "PatientName": 0x00100010,
    "ReferencedSeriesSequence": 0x00081115,
    "ReferencedSOPInstanceUID": 0x00081155,
}
KEYWORDS = {tag: keyword for keyword, tag in TAGS.items()}


def read(text: str) -> Address:
    return parse(text, tag_of=TAGS.get)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("PatientName", "(0010,0010)", id="keyword"),
        pytest.param("00100010", "(0010,0010)", id="eight-digits"),
        pytest.param("0010,0010", "(0010,0010)", id="comma"),
        pytest.param("(0010,0010)", "(0010,0010)", id="parentheses"),
        pytest.param("(00100010)", "(0010,0010)", id="parentheses-without-comma"),
        pytest.param("7FE0,0010", "(7fe0,0010)", id="capital-digits"),
        pytest.param("FFFEE000", "(fffe,e000)", id="digits-that-are-letters"),
        pytest.param("0002,0003", "(0002,0003)", id="file-meta"),
        pytest.param("ReferencedSeriesSequence[0].PatientName", "(0008,1115)[0].(0010,0010)", id="nested"),
        pytest.param("00081115[*].0008,1199[12].00081155", "(0008,1115)[*].(0008,1199)[12].(0008,1155)", id="deep"),
        pytest.param("00081115[3]", "(0008,1115)[3]", id="an-item-itself"),
        pytest.param("**.PatientName", "**.(0010,0010)", id="anywhere"),
        pytest.param("**.00081115[*].PatientName", "**.(0008,1115)[*].(0010,0010)", id="anywhere-nested"),
        pytest.param("60XX3000", "(60xx,3000)", id="repeating-group"),
        pytest.param("(0020,31xx)", "(0020,31xx)", id="repeating-element"),
        pytest.param("(0029,1010)", "(0029,1010)", id="private-by-number"),
        pytest.param('(0029,"SIEMENS CSA HEADER",1A)', '(0029,"SIEMENS CSA HEADER",1a)', id="private"),
        pytest.param(
            r'(0029,"A \"B\" \\, C].",10)[0].0010,0010',
            r'(0029,"A \"B\" \\, C].",10)[0].(0010,0010)',
            id="escapes",
        ),
    ],
)
def test_every_common_spelling_is_read_and_written_in_one(text: str, canonical: str) -> None:
    assert str(read(text)) == canonical
    assert read(canonical) == read(text)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        pytest.param("", 0, "a tag or a keyword", id="empty"),
        pytest.param("(0010,001)", 0, "a tag or a keyword", id="seven-digits"),
        pytest.param("001000100", 0, "a tag or a keyword", id="nine-digits"),
        pytest.param("Patientname", 0, "a known keyword", id="unknown-keyword"),
        pytest.param("PatientName.PatientName", 11, "the end, or an item such as [0] or [*]", id="no-item"),
        pytest.param("00081115[0]PatientName", 11, "the end, or a dot and another step", id="no-dot"),
        pytest.param("00081115[0].", 12, "a tag or a keyword", id="ends-in-a-dot"),
        pytest.param("00081115[-1].PatientName", 8, "an item such as [0] or [*]", id="negative-item"),
        pytest.param("00081115[01].PatientName", 8, "an item such as [0] or [*]", id="item-with-a-zero"),
        pytest.param("00081115[\u0661].PatientName", 8, "an item such as [0] or [*]", id="foreign-digit"),
        pytest.param("00081115[0].Nobody", 12, "a known keyword", id="unknown-keyword-inside"),
        pytest.param("*.PatientName", 0, "a tag or a keyword", id="one-star"),
        pytest.param("00081115[0].**.PatientName", 12, "a tag or a keyword", id="anywhere-in-the-middle"),
        pytest.param('(0028,"ACME",10)', 0, "an odd group before a private creator", id="even"),
        pytest.param('(0029,"ACME,10)', 0, "a tag or a keyword", id="open-quotation"),
        pytest.param("PatientName ", 11, "the end, or an item such as [0] or [*]", id="space"),
    ],
)
def test_a_wrong_address_says_where_and_what_belongs_there(text: str, position: int, expected: str) -> None:
    with pytest.raises(AddressError) as caught:
        read(text)
    assert (caught.value.position, caught.value.expected) == (position, expected)
    assert isinstance(caught.value, DicomveilError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("steps", [(), (Step(0x00081115), Step(0x00100010))], ids=["no-step", "no-item"])
def test_an_address_without_its_items_cannot_be_made(steps: tuple[Step, ...]) -> None:
    with pytest.raises(AddressError):
        Address(steps)


def test_keywords_stand_where_an_element_has_one() -> None:
    address = read('**.00081115[*].(0029,"ACME",10)[0].(60xx,3000)[1].00100010')
    spelled = '**.ReferencedSeriesSequence[*].(0029,"ACME",10)[0].(60xx,3000)[1].PatientName'
    assert address.spelled(KEYWORDS.get) == spelled
    assert read(spelled) == address


def test_the_block_of_a_private_element_does_not_matter() -> None:
    assert Step(0x00291110, "ACME") == Step(0x00291010, "ACME")


@pytest.mark.parametrize(
    ("pattern", "place", "answer"),
    [
        pytest.param("PatientName", "00100010", True, id="same"),
        pytest.param("PatientName", "00081115[0].00100010", False, id="deeper"),
        pytest.param("00081115[0].PatientName", "00100010", False, id="less-deep"),
        pytest.param("**.PatientName", "00100010", True, id="anywhere-on-top"),
        pytest.param("**.PatientName", "00081115[0].00081199[4].00100010", True, id="anywhere-below"),
        pytest.param("**.PatientName", "00100010[0].00100020", False, id="anywhere-ends-there"),
        pytest.param("**.00081115[*].PatientName", "00081199[1].00081115[0].00100010", True, id="both"),
        pytest.param("00081115[*].PatientName", "00081115[7].00100010", True, id="any-item"),
        pytest.param("00081115[1].PatientName", "00081115[7].00100010", False, id="another-item"),
        pytest.param("00081115[*]", "00081115", False, id="an-item-is-not-its-sequence"),
        pytest.param("(60xx,3000)", "60023000", True, id="repeating-group"),
        pytest.param("(60xx,3000)", "60013000", False, id="odd-groups-do-not-repeat"),
        pytest.param("(60xx,3000)", "60024000", False, id="another-element-of-the-group"),
        pytest.param("(0020,31xx)", "00203105", True, id="repeating-element"),
        pytest.param('(0029,"ACME",10)', '(0029,"ACME",10)', True, id="private"),
        pytest.param('(0029,"ACME",10)', '(0029,"OTHER",10)', False, id="another-creator"),
        pytest.param('(0029,"ACME",10)', "(0029,1010)", False, id="private-without-creator"),
        pytest.param("(0029,1010)", '(0029,"ACME",10)', False, id="number-of-a-private-element"),
    ],
)
def test_a_pattern_matches_the_places_it_stands_for(pattern: str, place: str, answer: bool) -> None:
    assert read(pattern).matches(read(place)) is answer


ITEMS = st.just("*") | st.integers(0, 9999)
MASKS = st.lists(st.sampled_from([0, 0xF]), min_size=8, max_size=8).map(
    lambda nibbles: int("".join(f"{nibble:x}" for nibble in nibbles), 16)
)


def steps(items: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    public = st.builds(Step, st.integers(0, 0xFFFFFFFF), item=items, mask=st.just(0xFFFFFFFF) | MASKS)
    odd = st.integers(0, 0xFFFFFFFF).map(lambda tag: tag | 0x10000)
    return public | st.builds(Step, odd, st.text(max_size=12), items)


ADDRESSES = st.builds(
    lambda before, last, anywhere: Address((*before, last), anywhere),
    st.lists(steps(ITEMS), max_size=4),
    steps(ITEMS | st.none()),
    st.booleans(),
)


@given(ADDRESSES)
def test_an_address_reads_back_as_it_was_written(address: Address) -> None:
    assert read(str(address)) == address
    assert read(address.spelled(KEYWORDS.get)) == address


@given(st.text() | st.text('(0f,x)[*].1"\\**PatientName', max_size=30))
def test_any_text_is_an_address_or_an_error_with_a_position(text: str) -> None:
    try:
        address = read(text)
    except AddressError as error:
        position = error.position
    else:
        position = 0
        assert read(str(address)) == address
    assert 0 <= position <= len(text)
