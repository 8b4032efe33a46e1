"""Make DICOM data sets and files byte by byte, the regular ones and those that real writers get wrong.

Knows neither pydicom nor dicomveil, so that what is compared with it was not made by what is tested:

    ct = dicom_file([
        element(0x00080018, "UI", "2.25.1"),
        element(0x00100010, "PN", "Doe^Jane"),
        sequence(0x00081140, [element(0x00081155, "UI", "2.25.2")], undefined=True),
        element(0x00280010, "US", 512),
        encapsulated(b"", b"frame"),
    ], form=EXPLICIT)
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
SHORT_VRS = frozenset("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())  # noqa: SIM905
NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
NUMBERS |= {"OW": "H", "OL": "L", "OV": "Q", "OF": "f", "OD": "d"}


@dataclass(frozen=True)
class Form:
    """How a data set is encoded: its transfer syntax as far as bytes show it (PS3.5 A)."""

    name: str
    uid: str
    explicit: bool
    little: bool
    deflated: bool = False

    @property
    def order(self) -> str:
        return "<" if self.little else ">"


IMPLICIT = Form("implicit", "1.2.840.10008.1.2", explicit=False, little=True)
EXPLICIT = Form("explicit", "1.2.840.10008.1.2.1", explicit=True, little=True)
DEFLATED = Form("deflated", "1.2.840.10008.1.2.1.99", explicit=True, little=True, deflated=True)
BIG_ENDIAN = Form("big-endian", "1.2.840.10008.1.2.2", explicit=True, little=False)
JPEG = Form("jpeg", "1.2.840.10008.1.2.4.50", explicit=True, little=True)
IMPLICIT_BIG = Form("implicit-big-endian", "", explicit=False, little=False)  # no transfer syntax has it
FORMS = (IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED)

Value = bytes | str | int | float | Iterable[int | float | str]


@dataclass(frozen=True)
class Plain:
    """An element whose value is no items.

    ``length`` declares another length than the value has, ``code`` another VR; ``reserved`` are the two bytes
    before a 32-bit length, which should be zeros.
    """

    tag: int
    vr: str
    value: Value
    length: int | None = None
    reserved: bytes = b"\0\0"
    code: bytes | None = None

    def encoded(self, form: Form) -> bytes:
        raw = value_bytes(self.vr, self.value, form)
        length = len(raw) if self.length is None else self.length
        return header(self.tag, self.vr, length, form, reserved=self.reserved, code=self.code) + raw


@dataclass(frozen=True)
class Item:
    """One item of a sequence; ``form`` is how it is encoded if otherwise than what holds it."""

    elements: tuple[Element, ...] = ()
    undefined: bool = False
    form: Form | None = None
    length: int | None = None

    def encoded(self, form: Form) -> bytes:
        inside = encode(self.elements, self.form or form)
        length = len(inside) if self.length is None else self.length
        marks = self.form or form
        if self.undefined:
            return item_header(UNDEFINED, marks) + inside + delimiter(0xE00D, marks)
        return item_header(length, marks) + inside


@dataclass(frozen=True)
class Sequenced:
    """A sequence, by its right VR or stored as UN; ``form`` is how its items are encoded if otherwise."""

    tag: int
    items: tuple[Item, ...] = ()
    undefined: bool = False
    vr: str = "SQ"
    form: Form | None = None
    length: int | None = None

    def encoded(self, form: Form) -> bytes:
        inner = self.form or form
        inside = b"".join(item.encoded(inner) for item in self.items)
        length = len(inside) if self.length is None else self.length
        if self.undefined:
            return header(self.tag, self.vr, UNDEFINED, form) + inside + delimiter(0xE0DD, inner)
        return header(self.tag, self.vr, length, form) + inside


@dataclass(frozen=True)
class Encapsulated:
    """Pixel Data in fragments, the first of which is the offset table (PS3.5 A.4)."""

    tag: int = PIXEL_DATA
    fragments: tuple[bytes, ...] = (b"",)
    vr: str = "OB"
    closed: bool = True

    def encoded(self, form: Form) -> bytes:
        inside = b"".join(item_header(len(_even(each)), form) + _even(each) for each in self.fragments)
        end = delimiter(0xE0DD, form) if self.closed else b""
        return header(self.tag, self.vr, UNDEFINED, form) + inside + end


@dataclass(frozen=True)
class Raw:
    """Bytes put in as they are, for what no writer should write."""

    raw: bytes
    tag: int = 0

    def encoded(self, form: Form) -> bytes:
        return self.raw


Element = Plain | Sequenced | Encapsulated | Raw


def element(tag: int, vr: str, value: Value = b"", **oddities: object) -> Plain:
    """Make an element; text is padded to even length, numbers are encoded as the VR and the byte order ask.

    Bytes stand as they are.
    """
    return Plain(tag, vr, value, **oddities)  # type: ignore[arg-type]


def sequence(
    tag: int,
    *items: Iterable[Element] | Item,
    undefined: bool = False,
    vr: str = "SQ",
    form: Form | None = None,
) -> Sequenced:
    """Make a sequence of items, each a list of elements; ``undefined`` goes for it and those items."""
    made = tuple(each if isinstance(each, Item) else Item(tuple(each), undefined) for each in items)
    return Sequenced(tag, made, undefined, vr, form)


def encapsulated(*fragments: bytes, tag: int = PIXEL_DATA) -> Encapsulated:
    """Make encapsulated Pixel Data."""
    return Encapsulated(tag, fragments)


def nested(depth: int, innermost: Element, *, tag: int = 0x00081140, undefined: bool = False) -> Element:
    """Put an element so many sequences deep."""
    made = innermost
    for _ in range(depth):
        made = sequence(tag, [made], undefined=undefined)
    return made


def encode(elements: Iterable[Element], form: Form = EXPLICIT) -> bytes:
    """Encode a data set, never deflated, in the order given."""
    return b"".join(each.encoded(form) for each in elements)


def meta_elements(syntax_uid: str, sop_class: str = CT_IMAGE, sop_instance: str = "2.25.1") -> list[Element]:
    """Return File Meta Information without its group length (PS3.10 7.1)."""
    return [
        element(0x00020001, "OB", b"\0\1"),
        element(0x00020002, "UI", sop_class),
        element(0x00020003, "UI", sop_instance),
        element(0x00020010, "UI", syntax_uid),
        element(0x00020012, "UI", "2.25.99"),
    ]


def encode_meta(elements: Iterable[Element]) -> bytes:
    """Encode File Meta Information with its group length."""
    body = encode(elements, EXPLICIT)
    return encode([element(0x00020000, "UL", len(body))], EXPLICIT) + body


def dicom_file(
    elements: Iterable[Element] | bytes,
    form: Form = EXPLICIT,
    *,
    preamble: bytes | None = bytes(128) + b"DICM",
    meta: Iterable[Element] | bytes | None = None,
    trailing: bytes = b"",
) -> bytes:
    """Make a whole file.

    ``elements`` may be an encoded data set. ``preamble`` None leaves it out, with its DICM; ``meta`` is other
    File Meta Information than the usual, empty for none; ``trailing`` follows the data set.
    """
    elements = elements if isinstance(elements, bytes) else list(elements)
    if meta is None:
        meta = meta_elements(form.uid, *_sop_of(elements))
    if not isinstance(meta, bytes):
        meta = list(meta)
        meta = encode_meta(meta) if meta else b""
    body = (elements if isinstance(elements, bytes) else encode(elements, form)) + trailing
    return (preamble or b"") + meta + (deflate(body) if form.deflated else body)


def deflate(raw: bytes) -> bytes:
    """Deflate as PS3.5 A.5 has it: no header, even length."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return _even(stream.compress(raw) + stream.flush())


def header(
    tag: int, vr: str, length: int, form: Form, *, reserved: bytes = b"\0\0", code: bytes | None = None
) -> bytes:
    """Encode an element's header."""
    start = struct.pack(f"{form.order}HH", tag >> 16, tag & 0xFFFF)
    if not form.explicit:
        return start + struct.pack(f"{form.order}L", length)
    written = vr.encode() if code is None else code
    if vr in SHORT_VRS:
        return start + written + struct.pack(f"{form.order}H", length)
    return start + written + reserved + struct.pack(f"{form.order}L", length)


def item_header(length: int, form: Form) -> bytes:
    return struct.pack(f"{form.order}HHL", 0xFFFE, 0xE000, length)


def delimiter(element_number: int, form: Form, length: int = 0) -> bytes:
    """Encode the end of an item (E00D) or of a sequence (E0DD)."""
    return struct.pack(f"{form.order}HHL", 0xFFFE, element_number, length)


def value_bytes(vr: str, value: Value, form: Form = EXPLICIT) -> bytes:
    """Encode a value: bytes as they are; text in UTF-8, several joined by backslashes, padded to even length."""
    if isinstance(value, bytes):
        return value
    many = [value] if isinstance(value, str | int | float) else list(value)
    if vr == "AT":
        return b"".join(struct.pack(f"{form.order}HH", int(each) >> 16, int(each) & 0xFFFF) for each in many)
    if vr in NUMBERS:
        return struct.pack(f"{form.order}{len(many)}{NUMBERS[vr]}", *many)
    return _even("\\".join(map(str, many)).encode(), b"\0" if vr == "UI" else b" ")


def _even(raw: bytes, pad: bytes = b"\0") -> bytes:
    return raw if len(raw) % 2 == 0 else raw + pad


def _sop_of(elements: Sequence[Element] | bytes) -> tuple[str, str]:
    known = {0x00080016: CT_IMAGE, 0x00080018: "2.25.1"}
    if not isinstance(elements, bytes):
        for each in elements:
            if isinstance(each, Plain) and isinstance(each.value, str):
                known[each.tag] = each.value
    return known[0x00080016], known[0x00080018]
