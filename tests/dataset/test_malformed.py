"""Broken and hostile files end in one clear error or a clean outcome, in bounded time and memory."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from builders import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    FORMS,
    IMPLICIT,
    JPEG,
    PIXEL_DATA,
    Element,
    Encapsulated,
    Form,
    Item,
    Plain,
    Raw,
    Sequenced,
    delimiter,
    dicom_file,
    element,
    encapsulated,
    encode,
    header,
    item_header,
    nested,
    sequence,
)
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.peek import Peek
from dicomveil.dataset.rules import Rule
from dicomveil.dataset.scan import scan
from dicomveil.dataset.walk import Walk
from dicomveil.errors import InstanceError, LimitExceeded, MalformedDataSet, NotDicom
from dicomveil.standard.dictionary import vr_by_tag
from walkers import Looking, Policy, opened, walked

ROOT = Path(__file__).parents[2]
NAME = element(0x00100010, "PN", "Doe^Jane")
UID = element(0x00080018, "UI", "2.25.1")
INSIDE = element(0x00081155, "UI", "2.25.2")
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
both_lengths = pytest.mark.parametrize("undefined", [False, True], ids=["defined", "undefined"])


class Remembering(Policy):
    """Looks into everything and remembers it."""

    def __init__(self, encoding, **settings):
        super().__init__(encoding, **{**settings, "remembers": True})


def small(form: Form) -> list[Element]:
    """A data set with a little of everything."""
    return [
        element(0x00080005, "CS", "ISO_IR 192"),
        UID,
        sequence(0x00081140, [INSIDE], [], undefined=True),
        sequence(0x00081115, [sequence(0x00081199, [INSIDE])]),
        NAME,
        element(0x00280010, "US", 2),
        element(0x00290010, "LO", "MAKER"),
        sequence(0x00291001, [INSIDE], vr="UN"),
        sequence(0x00291002, [INSIDE], vr="UN", undefined=True),
        encapsulated(b"", b"frame") if form is JPEG else element(PIXEL_DATA, "OW", [1, 2]),
    ]


def read_in_every_way(data: bytes) -> None:
    """Open, peek, scan and walk; whatever is wrong must be an InstanceError."""
    try:
        part10 = opened(data, Limits(inflated_bytes=1 << 20))
        encoding = part10.syntax.encoding
    except InstanceError:
        return
    for read in (
        lambda: Peek((0x00080018, 0x00100010), vr_by_tag())(part10.source, part10.start, encoding),
        lambda: scan(part10.source, part10.start, encoding, vr_by_tag()),
        lambda: Walk(part10.source, tidy=True).root(Remembering(encoding), part10.start),
    ):
        try:
            read()
        except InstanceError:
            continue


def error_of(data: bytes, root: type[Policy] = Looking) -> MalformedDataSet:
    with pytest.raises(MalformedDataSet) as caught:
        walked(data, root)
    return caught.value


# --- every prefix, every flipped byte


@pytest.mark.parametrize("form", [*FORMS, JPEG], ids=lambda form: form.name)
def test_every_prefix_of_a_file_is_an_instance_error_or_a_shorter_data_set(form: Form):
    whole = dicom_file(small(form), form)
    for size in range(len(whole)):
        read_in_every_way(whole[:size])


@pytest.mark.parametrize("form", [*FORMS, JPEG], ids=lambda form: form.name)
def test_every_flipped_byte_of_a_file_is_an_instance_error_or_another_data_set(form: Form):
    whole = bytearray(dicom_file(small(form), form))
    for at in range(128, len(whole)):
        kept = whole[at]
        for flipped in (kept ^ 0xFF, kept ^ 0x01, 0x00):
            whole[at] = flipped
            read_in_every_way(bytes(whole))
        whole[at] = kept


@every_form
def test_random_bytes_where_a_data_set_should_be_are_an_instance_error_or_nothing(form: Form):
    chance = random.Random(1)
    pieces = [
        b"\xfe\xff\0\xe0",
        b"\xfe\xff\x0d\xe0",
        b"\xfe\xff\xdd\xe0",
        b"\xff" * 4,
        b"SQ\0\0",
        b"UN\0\0",
        b"\x08\0\x40\x11",
    ]
    for _ in range(300):
        junk = b"".join(chance.choice([*pieces, chance.randbytes(4)]) for _ in range(chance.randrange(12)))
        read_in_every_way(dicom_file([UID, Raw(junk)], form))


@pytest.mark.parametrize("form", [IMPLICIT, EXPLICIT, BIG_ENDIAN], ids=lambda form: form.name)
def test_a_data_set_cut_inside_an_element_is_refused_where_the_element_begins(form: Form):
    whole = dicom_file([UID, NAME], form)
    name_starts = len(dicom_file([UID], form))
    for size in range(name_starts + 8, len(whole)):
        error = error_of(whole[:size])
        assert (error.kind, error.offset) == ("a length past the end of what holds it", name_starts)


# --- one thing wrong


CASES: dict[str, tuple[list[Element], str]] = {
    "length past the end": (
        [UID, Plain(0x00100010, "PN", b"Doe^", length=40)],
        "a length past the end of what holds it",
    ),
    "huge length": (
        [UID, Plain(0x00104000, "UT", b"text", length=0xFFFFFFF0)],
        "a length past the end of what holds it",
    ),
    "element longer than its item": (
        [
            Sequenced(0x00081140, (Item((Plain(0x00081155, "UI", b"2.25", length=100),)),)),
            element(0x00104000, "LT", "x" * 200),
        ],
        "a length past the end of what holds it",
    ),
    "item longer than its sequence": (
        [Sequenced(0x00081140, (Item((INSIDE,), length=300),)), element(0x00104000, "LT", "x" * 400)],
        "an item longer than what holds it",
    ),
    "sequence past the end": (
        [Sequenced(0x00081140, (Item((INSIDE,)),), length=5000)],
        "a length past the end of what holds it",
    ),
    "sequence never closed": (
        [Raw(header(0x00081140, "SQ", 0xFFFFFFFF, EXPLICIT) + Item((INSIDE,)).encoded(EXPLICIT))],
        "a sequence that is never closed",
    ),
    "item never closed": (
        [Raw(header(0x00081140, "SQ", 0xFFFFFFFF, EXPLICIT) + item_header(0xFFFFFFFF, EXPLICIT) + encode([INSIDE]))],
        "an item that is never closed",
    ),
    "element where an item must be": (
        [Raw(header(0x00081140, "SQ", 0xFFFFFFFF, EXPLICIT) + encode([INSIDE, NAME]))],
        "something that is no item where a sequence item must be",
    ),
    "item's end at the root": (
        [UID, Raw(delimiter(0xE00D, EXPLICIT)), NAME],
        "a delimiter or item where an element must be",
    ),
    "sequence's end at the root": (
        [UID, Raw(delimiter(0xE0DD, EXPLICIT)), NAME],
        "a delimiter or item where an element must be",
    ),
    "item at the root": ([UID, Raw(item_header(8, EXPLICIT)), NAME], "a delimiter or item where an element must be"),
    "item's end in an item of defined length": (
        [sequence(0x00081140, [INSIDE, Raw(delimiter(0xE00D, EXPLICIT))])],
        "a delimiter or item where an element must be",
    ),
    "undefined length on a text": (
        [UID, Raw(header(0x00104000, "UT", 0xFFFFFFFF, EXPLICIT) + b"text" + delimiter(0xE0DD, EXPLICIT))],
        "an undefined length on a VR that cannot have one",
    ),
    "fragments never closed": (
        [UID, Encapsulated(fragments=(b"", b"frame"), closed=False)],
        "encapsulated pixel data that is never closed",
    ),
    "fragment past the end": (
        [UID, Raw(header(PIXEL_DATA, "OB", 0xFFFFFFFF, EXPLICIT) + item_header(5000, EXPLICIT) + b"frame ")],
        "encapsulated pixel data that is never closed",
    ),
    "element among fragments": (
        [UID, Raw(header(PIXEL_DATA, "OB", 0xFFFFFFFF, EXPLICIT) + encode([NAME]) + delimiter(0xE0DD, EXPLICIT))],
        "something that is no fragment in encapsulated pixel data",
    ),
    "fragment of undefined length": (
        [UID, Raw(header(PIXEL_DATA, "OB", 0xFFFFFFFF, EXPLICIT) + item_header(0xFFFFFFFF, EXPLICIT) + bytes(64))],
        "something that is no fragment in encapsulated pixel data",
    ),
    "header cut short": ([UID, Raw(b"\x10\0\x10\0UT\0\0\1\0")], "a header cut short"),
    "header cut short after one byte": ([UID, Raw(b"\x10")], "a header cut short"),
    "header cut short before its length": ([UID, Raw(b"\x10\0\x10\0PN")], "a header cut short"),
    "something else before Pixel Data": (
        [UID, Raw(bytes(12) + encode([NAME]))],
        "something that is no element where an element must be",
    ),
}


@pytest.mark.parametrize("root", [Looking, Remembering], ids=["unremembered", "remembered"])
@pytest.mark.parametrize("case", CASES)
def test_the_error_says_what_is_wrong(case: str, root: type[Policy]):
    elements, kind = CASES[case]
    error = error_of(dicom_file(elements, EXPLICIT), root)
    assert error.kind == kind
    assert str(error) == f"{kind} at byte {error.offset}"
    assert not isinstance(error, LimitExceeded)


def test_the_error_says_where_it_is():
    before = len(dicom_file([UID], EXPLICIT))
    assert error_of(dicom_file([UID, Plain(0x00100010, "PN", b"Doe^", length=40)])).offset == before
    inside = before + len(header(0x00081140, "SQ", 0, EXPLICIT)) + 8
    wrong = sequence(0x00081140, [Plain(0x00081155, "UI", b"2.25", length=100)])
    assert error_of(dicom_file([UID, wrong, NAME])).offset == inside


def test_no_error_quotes_a_value():
    for elements, _ in CASES.values():
        text = str(error_of(dicom_file([element(0x00100020, "LO", "ID-4711"), *elements])))
        assert "4711" not in text
        assert "Doe" not in text


@every_form
def test_an_odd_length_is_read_as_it_is(form: Form):
    elements = [Plain(0x00100010, "PN", b"Doe"), Plain(0x00100020, "LO", b"1")]
    walk, made = walked(dicom_file(elements, form))
    assert made == encode(elements, form)
    assert walk.edits == []


@every_form
def test_bytes_after_pixel_data_that_are_no_elements_belong_to_nothing(form: Form):
    elements = [UID, element(PIXEL_DATA, "OW", [1, 2])]
    for trailing in (b"\xff" * 40, b"\0" * 512, b"\x01", delimiter(0xE0DD, form), b"Doe^Jane was here"):
        assert walked(dicom_file(elements, form, trailing=trailing))[1] == encode(elements, form)


@every_form
def test_zeros_after_the_last_element_belong_to_nothing(form: Form):
    for size in (1, 7, 8, 12, 100, 70_000):
        assert walked(dicom_file([UID, NAME], form, trailing=bytes(size)))[1] == encode([UID, NAME], form)


@pytest.mark.parametrize("data", [b"", bytes(132), bytes(100_000), b"\0", b"DICM", bytes(128) + b"DICM"], ids=len)
def test_an_empty_file_and_one_of_zeros_are_no_dicom(data: bytes):
    with pytest.raises(NotDicom):
        opened(data)


# --- limits


@both_lengths
@pytest.mark.parametrize("form", [IMPLICIT, EXPLICIT, BIG_ENDIAN], ids=lambda form: form.name)
@pytest.mark.parametrize("vr", ["SQ", "UN"])
def test_ten_thousand_levels_are_a_limit(form: Form, undefined: bool, vr: str):
    tag = 0x00081140 if vr == "SQ" else 0x00291001
    data = dicom_file([UID, Raw(levels(10_000, tag, vr, form, undefined=undefined))], form)
    part10 = opened(data)
    encoding = part10.syntax.encoding
    for root in (Looking, Remembering):
        with pytest.raises(LimitExceeded):
            walked(data, root)
    with pytest.raises(LimitExceeded):
        scan(part10.source, part10.start, encoding, vr_by_tag())
    peek = Peek((0x00100010,), vr_by_tag())
    if undefined:
        with pytest.raises(LimitExceeded):
            peek(part10.source, part10.start, encoding)
    else:
        assert peek(part10.source, part10.start, encoding) == {}


def levels(depth: int, tag: int, vr: str, form: Form, *, undefined: bool) -> bytes:
    """Nest without recursion."""
    inside = b""
    for _ in range(depth):
        length = 0xFFFFFFFF if undefined else len(inside)
        item = item_header(length, form) + inside + (delimiter(0xE00D, form) if undefined else b"")
        length = 0xFFFFFFFF if undefined else len(item)
        inside = header(tag, vr, length, form) + item + (delimiter(0xE0DD, form) if undefined else b"")
    return inside


@both_lengths
@pytest.mark.parametrize("vr", ["SQ", "UN"])
def test_as_many_levels_as_are_accepted_do_not_exhaust_the_stack(vr: str, undefined: bool):
    tag = 0x00081140 if vr == "SQ" else 0x00291001
    data = dicom_file([UID, Raw(levels(Limits().depth, tag, vr, EXPLICIT, undefined=undefined))])
    for root in (Looking, Remembering):
        assert walked(data, root)[1] == data[opened(data).start :]
    part10 = opened(data)
    found = scan(part10.source, part10.start, part10.syntax.encoding, vr_by_tag())
    assert len(found.elements) == 1 + Limits().depth


def test_ten_levels_are_nothing_special():
    data = dicom_file([UID, nested(10, NAME), nested(10, NAME, tag=0x00081115, undefined=True)])
    assert len(walked(data)[1]) == len(data) - opened(data).start


@pytest.mark.parametrize("root", [Looking, Remembering], ids=["unremembered", "remembered"])
@pytest.mark.parametrize("form", [EXPLICIT, DEFLATED], ids=lambda form: form.name)
def test_more_elements_than_are_accepted_are_a_limit_also_when_they_were_deflated(root: type[Policy], form: Form):
    class Removing(root):
        def decide(self, rule: Rule) -> Rule:
            rule.written = b""
            return rule

    data = dicom_file(Plain(0x00080060, "CS", b"").encoded(form) * 300_000, form)
    part10 = opened(data)
    with pytest.raises(LimitExceeded):
        Walk(part10.source, limits=Limits(elements=10_000)).root(Removing(part10.syntax.encoding), part10.start)
    with pytest.raises(LimitExceeded):
        scan(part10.source, part10.start, part10.syntax.encoding, {}, Limits(elements=10_000))


def test_what_is_remembered_of_millions_of_elements_is_bounded():
    raw = b"".join(struct.pack("<HH2sH", 0x0010, 0x10 + n, b"CS", 0) for n in range(20_000))
    data = dicom_file(raw)
    part10 = opened(data)
    root = Remembering(part10.syntax.encoding)
    for _ in range(3):
        Walk(part10.source).root(root, part10.start)
        assert len(root.memory.unit_list) < 5_000


def test_a_small_bomb_is_a_limit():
    data = dicom_file(bytes(1 << 20), DEFLATED)
    with pytest.raises(LimitExceeded):
        opened(data, Limits(inflated_bytes=1 << 19))
    with pytest.raises(LimitExceeded):
        opened(data, Limits(inflated_bytes=(1 << 20) - 1))
    assert opened(data, Limits(inflated_bytes=1 << 20)).source.size == 1 << 20


@pytest.mark.parametrize("cut", [1, 10, 20])
def test_a_deflated_data_set_that_ends_early_is_refused(cut: int):
    assert error_of(dicom_file(small(DEFLATED), DEFLATED)[:-cut]).kind == "deflated bytes that end early"


def test_a_deflated_data_set_that_is_none_is_refused():
    meta = dicom_file(b"", DEFLATED, preamble=None)[: -len(b"\x03\0")]
    assert error_of(meta + b"\xff" * 50).kind == "deflated bytes that cannot be inflated"


def test_endless_file_meta_is_a_limit():
    with pytest.raises(LimitExceeded):
        opened(bytes(128) + b"DICM" + b"".join(struct.pack("<HH2sH", 2, n & 0xFFFF, b"SH", 0) for n in range(60_000)))


# --- memory, measured in a process of its own


MEASURED = """
import resource, sys
sys.path[:0] = {paths!r}
import walkers
from dicomveil.dataset.part10 import open_part10
from dicomveil.dataset.source import Source
from dicomveil.errors import LimitExceeded
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
{work}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
REBUILD = """
from pathlib import Path
with Source.open({source!r}) as source:
    part10 = open_part10(source)
    walk = walkers.Walk(part10.source, tidy=True)
    end = walk.root(walkers.{plan}(part10.syntax.encoding), part10.start)
    pieces = walkers.pieces_of(b"new header", part10.source, part10.start, end, walk.edits)
    with walkers.Draft({target!r}) as draft:
        assert draft.write(part10.source, pieces) == end - part10.start + 10
        draft.publish()
"""
REFUSE = """
try:
    with Source.open({source!r}) as source:
        part10 = open_part10(source)
        limits = walkers.Limits({limits})
        walkers.Walk(part10.source, limits=limits).root(
            walkers.{plan}(part10.syntax.encoding, remembers=True), part10.start
        )
except LimitExceeded:
    pass
else:
    raise SystemExit("accepted")
"""

needs_rss = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is told in other units here")


def mib_used(work: str) -> float:
    paths = [str(ROOT / "src"), str(ROOT / "tests")]
    script = MEASURED.format(paths=paths, work=work)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return int(run.stdout) / 1024


@needs_rss
def test_a_gigabyte_of_pixels_is_copied_in_flat_memory(tmp_path: Path):
    source, target = tmp_path / "large.dcm", tmp_path / "out.dcm"
    start = dicom_file([UID, Plain(PIXEL_DATA, "OW", b"", length=1 << 30)])
    with source.open("wb") as file:
        file.write(start)
        file.truncate(len(start) + (1 << 30))
    assert mib_used(REBUILD.format(source=str(source), target=str(target), plan="Policy")) < 60
    assert target.stat().st_size == (1 << 30) + len(start) - opened(start).start + 10
    target.unlink()


@needs_rss
def test_a_gigabyte_of_fragments_is_copied_in_flat_memory(tmp_path: Path):
    source, target = tmp_path / "large.dcm", tmp_path / "out.dcm"
    start = dicom_file([UID, Raw(header(PIXEL_DATA, "OB", 0xFFFFFFFF, JPEG) + item_header(0, JPEG))], JPEG)
    fragment = (1 << 30) // 2_000
    with source.open("wb") as file:
        file.write(start)
        for _ in range(2_000):
            file.write(item_header(fragment, JPEG))
            file.seek(fragment, os.SEEK_CUR)
        file.write(delimiter(0xE0DD, JPEG))
    assert mib_used(REBUILD.format(source=str(source), target=str(target), plan="Policy")) < 60
    assert target.stat().st_size > 2_000 * fragment
    target.unlink()


@needs_rss
def test_a_bomb_of_a_gigabyte_stays_below_the_limit(tmp_path: Path):
    source = tmp_path / "bomb.dcm"
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    mebibyte = stream.compress(bytes(1 << 20)) + stream.flush(zlib.Z_FULL_FLUSH)
    source.write_bytes(dicom_file(b"", DEFLATED)[:-2] + mebibyte * 1024 + b"\x03\0")
    assert (
        mib_used(REFUSE.format(source=str(source), plan="Policy", limits="")) < Limits().inflated_bytes / (1 << 20) + 60
    )


@needs_rss
def test_millions_of_tiny_elements_take_no_memory_where_nothing_is_noted_of_them(tmp_path: Path):
    source, target = tmp_path / "many.dcm", tmp_path / "out.dcm"
    source.write_bytes(dicom_file(Plain(0x00080060, "CS", b"").encoded(EXPLICIT) * 2_000_000))
    assert mib_used(REBUILD.format(source=str(source), target=str(target), plan="Policy")) < 60


@needs_rss
def test_tiny_elements_that_are_noted_one_by_one_take_bounded_memory_until_they_are_refused(tmp_path: Path):
    source = tmp_path / "many.dcm"
    source.write_bytes(dicom_file(Plain(0x00080060, "CS", b"").encoded(EXPLICIT) * 1_000_000))
    used = mib_used(REFUSE.format(source=str(source), plan="Policy", limits="elements=100_000"))
    assert used < 200  # at most one window more than the limit


@needs_rss
def test_a_text_of_a_gigabyte_is_refused_without_being_read(tmp_path: Path):
    source = tmp_path / "text.dcm"
    start = dicom_file([UID, Plain(0x00104000, "UT", b"", length=1 << 30)])
    with source.open("wb") as file:
        file.write(start)
        file.truncate(len(start) + (1 << 30))
    assert mib_used(REFUSE.format(source=str(source), plan="Looking", limits="")) < 60
