"""Every place where published tools have left somebody's name: hide it there, de-identify, search every byte."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builders import (
    BIG_ENDIAN,
    CT_IMAGE,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    Element,
    Form,
    Item,
    Raw,
    dicom_file,
    element,
    encapsulated,
    encode,
    meta_elements,
    nested,
    sequence,
)
from dicomveil.batch.records.reports import ReportWriter
from dicomveil.batch.run import Run
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms
from dicomveil.recipe.load import load_recipe

KEY = ProjectKey(bytes(range(32)))
NAME = "Quillfeather^Zebulon^Ambrose"
REFERRER = "Thistlewood^Persephone"
PATIENT_ID = "MRN-7734519"
BIRTH_DATE = "19580412"
STUDY_DATE = "20190723"
ACCESSION = "ACC8842017"
INSTANCE_UID = "1.3.6.1.4.1.99999.4711.20190723.1.18"
STUDY_UID = "1.3.6.1.4.1.99999.4711.20190723.1"
SERIES_UID = "1.3.6.1.4.1.99999.4711.20190723.1.2"
FRAME_UID = "1.3.6.1.4.1.99999.4711.20190723.1.3"
OTHER_UID = "1.3.6.1.4.1.99999.815.20190723.77"
UUID_UID = "2.25.329800735698586629295641978511506172918"
WALKED, ALSO_WALKED = 0x00089215, 0x00540220  # sequences without a row in Table E.1-1
SECRET = "Xyzzyplugh"  # stands for a value nobody could know: only where everything has to go

SR, PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.88.11", "1.2.840.10008.5.1.4.1.1.11.1"
ECG, ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.9.1.1", "1.2.840.10008.5.1.4.1.1.4.1"
PDF, DICOMDIR = "1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.1.3.10"

ALWAYS = ("Quillfeather", "Zebulon", "Ambrose", "Thistlewood", "Persephone", PATIENT_ID, "7734519", BIRTH_DATE)
ALWAYS += (STUDY_DATE, ACCESSION, INSTANCE_UID, STUDY_UID, SERIES_UID, FRAME_UID, OTHER_UID, UUID_UID, SECRET)

CODECS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "cp1252", "iso8859-2", "iso8859-5", "koi8-r", "cp1251")
CODECS += ("shift_jis", "iso2022_jp", "euc_jp", "gb18030", "euc_kr", "iso2022_kr")

TEXT_ATTRIBUTES = {  # none of them has a row in Table E.1-1
    "Convolution Kernel": (0x00181210, "SH"),
    "Filter Type": (0x00181160, "SH"),
    "Scan Options": (0x00180022, "CS"),
    "Derivation Code Meaning": (0x00089215, "SQ"),
    "Manufacturer": (0x00080070, "LO"),
    "Window Explanation": (0x00281055, "LO"),
}

SPELLINGS = {
    "as it stands": NAME,
    "family name alone": "Quillfeather",
    "given name alone": "for Zebulon",
    "other order": "Zebulon A. Quillfeather",
    "capitals": "QUILLFEATHER ZEBULON",
    "small letters": "zebulon quillfeather",
    "with a comma": "Quillfeather,Zebulon",
    "underscores": "QUILLFEATHER_ZEBULON",
    "hyphenated": "Quill-Feather",
    "in one word": "ZebulonQuillfeather",
    "within a code": "HEADQUILLFEATHER2",
    "second of several values": "SOFT\\Quillfeather",
    "referring physician": "as Dr. Thistlewood said",
    "patient's number": PATIENT_ID,
    "number without its separator": "MRN7734519",
    "accession number": f"see {ACCESSION}",
    "birth date": f"born {BIRTH_DATE}",
    "birth date with dots": "12.04.1958",
    "birth date with hyphens": "1958-04-12",
    "birth date in words": "12 Apr 1958",
    "UID": f"see {STUDY_UID}",
    "UID that nothing maps": OTHER_UID,
    "UID made of a UUID": UUID_UID,
    "after a NUL": "SOFT\0Quillfeather",
}


@dataclass(frozen=True)
class Place:
    """Elements that hide something, and what must then be found nowhere.

    ``elements`` replace the usual ones of the same tag and stand in the order of tags, ``last`` behind all others.
    """

    name: str
    elements: tuple[Element, ...] = ()
    markers: tuple[str, ...] = ()
    sop_class: str = CT_IMAGE
    refused: str = ""
    last: tuple[Element, ...] = ()
    forms: tuple[Form, ...] = (EXPLICIT, IMPLICIT, BIG_ENDIAN)
    preamble: bytes = bytes(128) + b"DICM"
    meta: tuple[Element, ...] = ()
    trailing: bytes = b""
    options: tuple[str, ...] = ()
    found: tuple[bytes, ...] = field(default=())

    def file(self, form: Form) -> bytes:
        mine = {each.tag for each in self.elements}
        usual = [each for each in usual_elements(self.sop_class) if each.tag not in mine]
        elements = sorted([*usual, *self.elements], key=lambda each: each.tag)
        meta = [*meta_elements(form.uid, self.sop_class, INSTANCE_UID), *self.meta]
        return dicom_file([*elements, *self.last], form, preamble=self.preamble, meta=meta, trailing=self.trailing)


def usual_elements(sop_class: str) -> list[Element]:
    return [
        element(0x00080005, "CS", "ISO_IR 192"),
        element(0x00080016, "UI", sop_class),
        element(0x00080018, "UI", INSTANCE_UID),
        element(0x00080020, "DA", STUDY_DATE),
        element(0x00080050, "SH", ACCESSION),
        element(0x00080060, "CS", "CT"),
        element(0x00080090, "PN", REFERRER),
        element(0x00100010, "PN", NAME),
        element(0x00100020, "LO", PATIENT_ID),
        element(0x00100030, "DA", BIRTH_DATE),
        element(0x0020000D, "UI", STUDY_UID),
        element(0x0020000E, "UI", SERIES_UID),
        element(0x00200052, "UI", FRAME_UID),
        element(0x00280010, "US", 2),
        element(0x00280011, "US", 2),
        element(0x7FE00010, "OW", b"\1\2\3\4\5\6\7\x08"),
    ]


def text_in(attribute: str, text: str | bytes) -> Element:
    tag, vr = TEXT_ATTRIBUTES[attribute]
    if vr == "SQ":
        code = [element(0x00080100, "SH", "113076"), element(0x00080102, "SH", "DCM")]
        return sequence(tag, [*code, element(0x00080104, "LO", text)])
    return element(tag, vr, text)


def padded(text: str, codec: str) -> bytes:
    raw = text.encode(codec)
    return raw if len(raw) % 2 == 0 else raw + b" "


def private_block(group: int, *elements: Element, creator: str = "ACME 1.0") -> tuple[Element, ...]:
    return (element(group << 16 | 0x10, "LO", creator), *elements)


def names_in_items(tag: int) -> Element:
    """A sequence with the name, the number, a date and a UID in it, and once more one level deeper."""
    inside = [
        element(0x0008002A, "DT", f"{STUDY_DATE}101500.5+0100"),
        element(0x00080080, "LO", f"{SECRET} Clinic"),
        element(0x00100010, "PN", NAME),
        element(0x00100020, "LO", PATIENT_ID),
        element(0x00200052, "UI", OTHER_UID),
    ]
    return sequence(tag, [*inside[:4], sequence(0x00101002, inside), inside[4]], inside)


PLACES = [
    Place("preamble", preamble=(b"II*\0" + SECRET.encode() + NAME.encode()).ljust(128, b"\0") + b"DICM"),
    Place(
        "file meta: AE titles and private information",
        meta=(
            element(0x00020013, "SH", SECRET),
            element(0x00020016, "AE", f"{SECRET}1"),
            element(0x00020017, "AE", f"{SECRET}2"),
            element(0x00020018, "AE", f"{SECRET}3"),
            element(0x00020026, "UR", f"http://{SECRET}.example/"),
            element(0x00020100, "UI", OTHER_UID),
            element(0x00020102, "OB", padded(f"{SECRET} {NAME}", "ascii")),
        ),
    ),
    Place("an unlisted sequence", (names_in_items(WALKED),)),
    Place("a sequence of undefined length", (sequence(ALSO_WALKED, [element(0x00100010, "PN", NAME)],
        undefined=True),)),
    Place("ten deep", (nested(10, element(0x00100010, "PN", f"{SECRET}^{NAME}")),)),
    Place("ten deep, undefined lengths", (nested(10, element(0x00100020, "LO", SECRET), undefined=True),)),
    Place("a sequence with items of both lengths", (
        sequence(WALKED, Item((element(0x00100010, "PN", SECRET),), undefined=True), [names_in_items(WALKED)]),
    )),
    Place("a known sequence stored as UN", (
        sequence(WALKED, [element(0x00100010, "PN", SECRET)], vr="UN", form=IMPLICIT),
        sequence(ALSO_WALKED, [element(0x00100020, "LO", SECRET)], vr="UN", form=IMPLICIT, undefined=True),
    ), forms=(EXPLICIT,)),
    Place("a known sequence stored as UN with explicit items", (
        sequence(WALKED, [element(0x00100010, "PN", SECRET)], vr="UN", form=EXPLICIT),
    ), forms=(EXPLICIT,)),
    Place("a sequence stored as UN whose items are damaged", (
        element(WALKED, "UN", b"\xfe\xff\0\xe0\xff\xff\xff\x7f" + padded(SECRET, "ascii")),
    ), forms=(EXPLICIT,)),
    Place("a sequence stored as LO", (element(WALKED, "LO", f"{SECRET} {NAME}"),), forms=(EXPLICIT,)),
    Place("public attributes stored as UN", (
        element(0x00080018, "UN", padded(INSTANCE_UID, "ascii")),
        element(0x00080020, "UN", STUDY_DATE.encode()),
        element(0x00080080, "UN", padded(SECRET, "ascii")),
        element(0x00100010, "UN", padded(NAME, "ascii")),
        element(0x00100020, "UN", padded(PATIENT_ID, "ascii")),
        element(0x00181210, "UN", padded(NAME, "ascii")),
        element(0x0020000D, "UN", padded(STUDY_UID, "ascii")),
    ), forms=(EXPLICIT,)),
    *(
        Place(f"name and number stored as {vr}", (
            element(0x00100010, vr, padded(NAME, "ascii")),
            element(0x00100020, vr, padded(PATIENT_ID, "ascii")),
            element(0x00181210, vr, padded(NAME, "ascii")),
        ), forms=(EXPLICIT,))
        for vr in ("OB", "UT", "SH", "OW", "CS", "DS", "DA", "UI", "FL", "UC")
    ),
    Place("the name stored as a sequence", (sequence(0x00100010, [element(0x00100010, "PN", NAME)]),),
        forms=(EXPLICIT,)),
    Place("numbers stored as text", (
        element(0x00280010, "LO", NAME), element(0x00280011, "UT", f"for {NAME}"),
    ), forms=(EXPLICIT,)),
    Place("private, with its creator", private_block(
        0x0029,
        element(0x00291001, "LO", SECRET), element(0x00291002, "UI", OTHER_UID), element(0x00291003, "DA", STUDY_DATE),
        element(0x00291004, "PN", NAME), element(0x00291005, "OB", padded(SECRET, "utf-16-le")),
        element(0x00291006, "UN", padded(NAME, "ascii")),
    )),
    Place("private, the creator itself", private_block(0x0029, creator=f"{SECRET} {NAME}")),
    Place("private, without a creator", (element(0x00291101, "LO", SECRET), element(0x00091001, "UN", b"Xyzzyplugh"))),
    Place("private, in groups that nobody may use", (
        element(0x00010010, "LO", SECRET), element(0x00030001, "LO", SECRET), element(0x00050011, "LO", SECRET),
    ), forms=(EXPLICIT,)),
    Place("a private sequence", private_block(0x0029, names_in_items(0x00291010), sequence(0x00291011))),
    Place("a private sequence stored as UN", private_block(
        0x0029, sequence(0x00291010, [element(0x00100010, "PN", SECRET)], vr="UN", form=IMPLICIT, undefined=True)
    ), forms=(EXPLICIT,)),
    Place("private, inside a public sequence", (
        sequence(WALKED, [*private_block(0x0029, element(0x00291001, "LO", SECRET))]),
    )),
    Place("undefined even groups", (
        element(0x00060010, "LO", SECRET), element(0x00080FFE, "LO", SECRET), element(0x00120FFF, "UT", SECRET),
        element(0x7F020010, "OB", padded(SECRET, "ascii")),
        sequence(0x0ACE0001, [element(0x00100010, "PN", SECRET)]),
    )),
    Place("retired attributes", (
        element(0x00080041, "SH", SECRET), element(0x00084000, "SH", SECRET), element(0x00101050, "LO", SECRET),
        element(0x00104000, "LT", SECRET), element(0x00324000, "LT", SECRET), element(0x40000010, "SH", SECRET),
        element(0x40004000, "SH", SECRET), element(0x00380030, "SH", SECRET),
    )),
    Place("group lengths of the wrong kind", (element(0x00100000, "LO", SECRET), element(0x00280000, "UL", 4)),
        forms=(EXPLICIT,)),
    Place("groups 0002 and 0004 among the data", (
        sequence(WALKED, [
            element(0x00020016, "AE", SECRET), element(0x00041500, "CS", SECRET), element(0x00041511, "UI", OTHER_UID),
        ]),
        element(0x00041130, "CS", SECRET), element(0x00041500, "CS", SECRET),
    )),
    Place("curves", (
        element(0x50000022, "LO", SECRET), element(0x50002600, "SH", SECRET), element(0x50003000, "OW", b"Xyzzyplugh"),
        element(0x501E2500, "LO", SECRET),
    )),
    Place("overlays", (
        element(0x60000022, "LO", SECRET), element(0x60001500, "LO", SECRET), element(0x60003000, "OW", b"Xyzzyplugh"),
        element(0x60004000, "LT", SECRET), element(0x601E1500, "LO", SECRET), element(0x60FF0010, "LO", SECRET),
    )),
    Place("an icon", (sequence(0x00880200, [element(0x7FE00010, "OW", b"Xyzzyplugh"), element(0x00100010, "PN",
        NAME)]),)),
    Place("original attributes", (
        sequence(0x04000561, [
            element(0x04000562, "DT", f"{STUDY_DATE}0915"), element(0x04000563, "LO", SECRET),
            sequence(0x04000550, [element(0x00100010, "PN", NAME), element(0x00100020, "LO", SECRET)]),
        ]),
    )),
    Place("digital signatures", (
        sequence(0x4FFE0001, [element(0x04000015, "CS", SECRET)]),
        sequence(0xFFFAFFFA, [
            element(0x04000100, "UI", OTHER_UID), element(0x04000105, "DT", f"{STUDY_DATE}101112"),
            element(0x04000115, "OB", b"0\x82CN=Xyzzyplugh, O=Quillfeather"), element(0x04000120, "OB", b"Xyzzyplugh"),
        ]),
    )),
    Place("padding at the end", (element(0xFFFCFFFC, "OB", b"Xyzzyplugh"),)),
    Place("bytes after the end", trailing=f"{SECRET} {NAME} {STUDY_UID}".encode()),
    Place("elements after the pixels", last=(
        element(0x00100010, "PN", NAME), element(0x00181210, "SH", NAME), element(0x00104000, "LT", SECRET),
    )),
    Place("encapsulated pixels, in the offset table's private neighbour", (
        *private_block(0x7FE1, element(0x7FE11010, "OB", b"Xyzzyplugh")), encapsulated(b"", b"\xff\xd8\xff\xd9"),
    ), forms=(EXPLICIT,)),
    Place("an encapsulated PDF", (
        element(0x00420010, "ST", SECRET), element(0x00420011, "OB", padded(f"%PDF {SECRET}", "ascii")),
    ), sop_class=PDF, refused="encapsulated-document"),
    Place("a document inside an item", (
        sequence(WALKED, [element(0x00420011, "OB", padded(f"%PDF {SECRET}", "ascii"))]),
    ), refused="encapsulated-document"),
    Place("encrypted attributes", (
        sequence(0x04000500, [element(0x04000510, "UI", EXPLICIT.uid), element(0x04000520, "OB", b"Xyzzyplugh")]),
    ), refused="encrypted-attributes"),
    Place("an SR tree", (
        element(0x0040A040, "CS", "CONTAINER"),
        sequence(0x0040A073, [
            element(0x0040A027, "LO", SECRET), element(0x0040A030, "DT", f"{STUDY_DATE}1015"),
            element(0x0040A075, "PN", REFERRER),
        ]),
        sequence(0x0040A730, [
            element(0x0040A040, "CS", "CONTAINER"),
            sequence(
                0x0040A730,
                [element(0x0040A040, "CS", "PNAME"), element(0x0040A123, "PN", f"{SECRET}^{NAME}")],
                [element(0x0040A040, "CS", "TEXT"), element(0x0040A160, "UT", f"{SECRET}: {NAME}, {BIRTH_DATE}")],
                [element(0x0040A040, "CS", "DATE"), element(0x0040A121, "DA", STUDY_DATE)],
                [element(0x0040A040, "CS", "UIDREF"), element(0x0040A124, "UI", OTHER_UID)],
            ),
        ]),
    ), sop_class=SR),
    Place("text of SR attributes outside the content tree", (
        element(0x0040A160, "UT", f"{SECRET} {NAME}"), element(0x0040A123, "PN", SECRET),
        element(0x0040A124, "UI", OTHER_UID),
    )),
    Place("graphic annotations", (
        sequence(0x00700001, [
            element(0x00700002, "CS", SECRET),
            sequence(0x00700008, [element(0x00700006, "ST", f"{SECRET} {NAME}")]),
        ]),
        element(0x00700080, "CS", SECRET), element(0x00700081, "LO", SECRET), element(0x00700084, "PN", SECRET),
    ), sop_class=PRESENTATION_STATE),
    Place("waveform annotations", (
        sequence(0x0040B020, [element(0x00700006, "ST", f"{SECRET} {NAME}")]),
    ), sop_class=ECG),
    Place("functional groups", (
        sequence(0x52009229, [sequence(0x00209111, [element(0x00209056, "SH", "1"), element(0x00189074, "DT",
            f"{STUDY_DATE}1015")])]),
        sequence(
            0x52009230,
            *(
                [sequence(0x00209111, [
                    element(0x00189074, "DT", f"{STUDY_DATE}10150{frame}.25"), element(0x00189151, "DT", STUDY_DATE),
                    element(0x00209158, "LT", f"{SECRET} {frame}"),
                ])]
                for frame in range(5)
            ),
        ),
    ), sop_class=ENHANCED_MR),
    Place("addresses", (
        element(0x00081190, "UR", f"https://{SECRET}.example/{STUDY_UID}"),
        element(0x0040E010, "UR", f"https://{SECRET}.example/{NAME}"), element(0x00287FE0, "UR",
            f"http://{SECRET}.example/"),
        element(0x0040E012, "UR", f"https://{SECRET}.example/"),
    )),
    Place("several names in one value", (
        element(0x00081048, "PN", f"{NAME}\\{SECRET}^A\\{REFERRER}"), element(0x00081060, "PN", f"{SECRET}^B"),
    )),
    Place("dates that are times, ranges, or of the old form", (
        element(0x0008002A, "DT", f"{STUDY_DATE}101500.123456-0800"), element(0x00080021, "DA",
            f"{STUDY_DATE}-{STUDY_DATE}"),
        element(0x00080022, "DA", "2019.07.23"), element(0x00080023, "DA", f"{STUDY_DATE} "),
    ), ("2019.07.23",)),
    Place("dates that are none", (
        element(0x00080021, "DA", SECRET), element(0x00080022, "DA", "23 July 2019"), element(0x00080031, "TM", SECRET),
        element(0x0008002A, "DT", f"on {STUDY_DATE}"), element(0x00080032, "TM", "7734519"),
    ), ("23 July", "on 2019"), forms=(EXPLICIT,)),
    Place("birth date in other attributes", (
        element(0x00100032, "TM", "0415"), element(0x00102203, "CS", "N"), element(0x00101030, "DS", "80"),
        element(0x00181210, "SH", "DOB 04/12/58"),
    ), ("04/12/58",)),
    Place("numbers that are the patient's", (
        element(0x00100020, "LO", "7734519"), element(0x00180050, "DS", "7734519"), element(0x00200013, "IS",
            "7734519"),
        element(0x00181160, "SH", "7734519"), element(0x00180060, "DS", "120\\7734519"),
    )),
    Place("numbers and ages that spell a name", (
        element(0x00180050, "DS", "Quillfeather"), element(0x00200013, "IS", "Zebulon"),
        element(0x00180060, "DS", f"1.5\0{SECRET}"), element(0x00101010, "AS", "Zebu"),
    ), ("Zebu",), forms=(EXPLICIT,)),
    Place("UIDs with something behind them", (
        element(0x00081155, "UI", f"{OTHER_UID}\0{SECRET}".encode() + b"\0"), element(0x00081150, "UI",
            f"1.2.3 {SECRET}"),
        element(0x00200052, "UI", f"{FRAME_UID}\\{OTHER_UID}"), element(0x00080014, "UI", NAME),
    )),
    Place("names of files", (
        element(0x00182256, "ST", SECRET), element(0x00340007, "OB", padded(NAME, "ascii")),
        element(0x30080054, "DA", STUDY_DATE),
    )),
    Place("the same attribute twice", (
        element(0x00100010, "PN", NAME), element(0x00100010, "PN", f"{SECRET}^Second"), element(0x00100020, "LO",
            PATIENT_ID),
        element(0x00100020, "LO", SECRET), element(0x00080018, "UI", INSTANCE_UID), element(0x00080018, "UI",
            OTHER_UID),
        element(0x00120063, "LO", SECRET), element(0x00120063, "LO", NAME), element(0x00120062, "CS", SECRET),
    )),
    Place("elements out of order", last=(
        element(0x00100020, "LO", SECRET), element(0x00080080, "LO", SECRET), element(0x00080023, "DA", STUDY_DATE),
        element(0x00181210, "SH", NAME), element(0x00120063, "LO", NAME),
    )),
    Place("the marks of an earlier pass", (
        element(0x00120062, "CS", "NO"), element(0x00120063, "LO", f"by hand for {NAME}"),
        sequence(0x00120064, [
            element(0x00080100, "SH", "113100"), element(0x00080102, "SH", "DCM"), element(0x00080104, "LO", NAME),
        ]),
        element(0x00280303, "CS", SECRET),
    )),
    Place("reserved bytes and delimiters", (
        element(0x00287FE0, "UR", "x", reserved=b"Qu"), element(0x00281101, "OW", b"\1\2\3\4", reserved=b"Xy"),
        Raw(
            struct.pack("<HH2s2sL", 0x0008, 0x9215, b"SQ",
                b"zz", 0xFFFFFFFF) + struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
            + encode([element(0x00200013, "IS", "1")]) + struct.pack("<HH4s", 0xFFFE, 0xE00D, b"Xyzz")
            + struct.pack("<HH4s", 0xFFFE, 0xE0DD, b"plug"),
            WALKED,
        ),
    ), ("Xyzz", "plug"), forms=(EXPLICIT,), found=(b"\1\2\3\4",)),
    *(
        Place(f"the name in {attribute}: {spelling}", (text_in(attribute, text),), (text,), forms=(EXPLICIT,))
        for attribute in TEXT_ATTRIBUTES
        for spelling, text in SPELLINGS.items()
    ),
    *(
        Place(f"the name in Convolution Kernel, {form.name}: {spelling}", (text_in("Convolution Kernel", text),),
            (text,), forms=(form,))
        for form in (IMPLICIT, BIG_ENDIAN, DEFLATED)
        for spelling, text in SPELLINGS.items()
    ),
]  # fmt: skip

SAFE = ("retain-safe-private",)
PLACES += [
    Place("text of private attributes that are known to be safe", (
        *private_block(0x0043, element(0x00431027, "SH", "Quillfeather"), creator="GEMS_PARM_01"),
        *private_block(0x0019, element(0x0019109E, "LO", f"see {UUID_UID}"), creator="GEMS_ACQU_01"),
        *private_block(0x2001, element(0x20011004, "CS", "ZEBULON"), creator="Philips Imaging DD 001"),
    ), options=SAFE),
    Place("short names in private attributes that are known to be safe", (
        element(0x00100010, "PN", "Li^Bo"),
        *private_block(0x0043, element(0x00431027, "SH", "for Bo Li"), creator="GEMS_PARM_01"),
    ), ("Bo Li", "Li^Bo"), options=SAFE),
    Place("UIDs and numbers of private attributes that are known to be safe", (
        element(0x00100020, "LO", "7734519"),
        *private_block(0x0099, element(0x00991002, "UI", OTHER_UID), creator="NQHeader"),
        *private_block(0x0019, element(0x00191023, "DS", "7734519"), creator="GEMS_ACQU_01"),
    ), options=SAFE),
    Place("a safe private sequence", private_block(
        0x2001, sequence(0x2001105F, [
            element(0x00100010, "PN", SECRET), element(0x00181210, "SH", NAME), element(0x20011004, "CS", SECRET),
            *private_block(0x2001, element(0x20011067, "CS", SECRET)),
        ]), creator="Philips Imaging DD 001",
    ), options=SAFE),
    Place("a safe private attribute in another VR", private_block(
        0x0019, element(0x00191023, "OB", b"Xyzzyplugh"), element(0x00191024, "UT", SECRET), creator="GEMS_ACQU_01"
    ), options=SAFE, forms=(EXPLICIT,)),
    Place("safe private attributes of any content", (
        *private_block(0x0043, element(0x00431029, "OB", b"Xyzzyplugh"), creator="GEMS_PARM_01"),
        *private_block(0x2001, element(0x2001107D, "OB", b"Xyzzyplugh"), creator="Philips Imaging DD 001"),
        *private_block(0x0119, element(0x01191011, "UN", b"Xyzzyplugh"), creator="SIEMENS Ultrasound SC2000"),
    ), options=SAFE),
    Place("a safe private attribute in another maker's block", (
        *private_block(0x0019, element(0x0019109E, "LO", SECRET), creator="ACME 1.0"), element(0x0019119E, "LO",
            SECRET),
    ), options=SAFE),
    Place("what is no UID, under the option to retain UIDs", (
        element(0x00080018, "UI", f"../../{SECRET}"), element(0x0020000D, "UI", NAME), element(0x00081155, "UI",
            SECRET),
        element(0x0020000E, "UI", "2.25.1"), element(0x00200052, "UI", "2.25.2"),
    ), options=("retain-uids",)),
    Place("a short name", (
        element(0x00100010, "PN", "Li^Bo"), element(0x00100020, "LO", "77"), text_in("Filter Type", "BO LI"),
        text_in("Derivation Code Meaning", "li, bo"), text_in("Window Explanation", "LIBO\\x"),
    ), ("Li^Bo", "Bo Li", "li, bo", "LIBO\\")),
    Place("a patient's characteristics", (
        element(0x00100040, "CS", "ZEBULON"), element(0x00101010, "AS", "Zebu"), element(0x00101030, "DS", "7734519"),
        element(0x001021A0, "CS", "QUILLFEATHER"), element(0x00102160, "SH", "Quillfeather"),
        element(0x00100020, "LO", "7734519"),
    ), ("Zebu",)),
    Place("the code sequence of an earlier pass, stored as UN", (
        sequence(0x00120064, [
            element(0x00080100, "SH", "113100"), element(0x00080102, "SH", "DCM"), element(0x00080104, "LO", NAME),
            element(0x00100010, "PN", SECRET),
        ], vr="UN", form=IMPLICIT),
    ), forms=(EXPLICIT,)),
    Place("the code sequence of an earlier pass, in another VR", (element(0x00120064, "LO", f"{SECRET} {NAME}"),),
        forms=(EXPLICIT,)),
]  # fmt: skip

ACCENTED = "Dvořáková^Žofie"
CYRILLIC = "Kuznetsov^Arkady=Кузнецов^Аркадий"
JAPANESE = "Yamada^Tarou=山田^太郎=やまだ^たろう"
ROOT_SETS = {"utf-8": "ISO_IR 192", "iso8859-2": "ISO_IR 101", "iso8859-5": "ISO_IR 144", "gb18030": "GB18030"}


def written_in(codec: str, name: str, text: str, *, inside: str = "") -> Place:
    """The patient's name in the root's character set, a text in an item in another."""
    item_set = [element(0x00080005, "CS", inside)] if inside else []
    item_codec = {
        "ISO_IR 192": "utf-8",
        "GB18030": "gb18030",
        "\\ISO 2022 IR 87": "iso2022_jp",
        "ISO_IR 144": "iso8859-5",
    }
    raw = padded(text, item_codec.get(inside, codec))
    return Place(
        f"{codec} with {inside or 'the same'} inside",
        (
            element(0x00080005, "CS", ROOT_SETS[codec]),
            element(0x00100010, "PN", padded(name, codec)),
            sequence(0x00089215, [*item_set, element(0x00080104, "LO", raw)]),
        ),
        (text,),
        forms=(EXPLICIT, IMPLICIT),
    )


PLACES += [
    written_in("utf-8", ACCENTED, "Zofie Dvorakova"),
    written_in("iso8859-2", ACCENTED, "ŽOFIE"),
    written_in("iso8859-2", ACCENTED, "Žofie Dvořáková", inside="ISO_IR 192"),
    written_in("utf-8", CYRILLIC, "Аркадий"),
    written_in("utf-8", CYRILLIC, "КУЗНЕЦОВ"),
    written_in("utf-8", CYRILLIC, "Кузнецов", inside="ISO_IR 144"),
    written_in("iso8859-5", CYRILLIC, "Кузнецов", inside="ISO_IR 192"),
    written_in("utf-8", JAPANESE, "山田太郎"),
    written_in("utf-8", JAPANESE, "山田", inside="\\ISO 2022 IR 87"),
    written_in("utf-8", JAPANESE, "山田", inside="GB18030"),
    written_in("gb18030", JAPANESE, "山田", inside="ISO_IR 192"),
    written_in("gb18030", JAPANESE, "山田", inside="\\ISO 2022 IR 87"),
]

CASES = [(place, form, preset) for place in PLACES for form in place.forms for preset in ("basic", "research")]


def deidentified(
    tmp_path: Path, content: bytes, recipe: str, options: Iterable[str] = ()
) -> tuple[list[str], bytes, list[Path]]:
    """De-identify one file in a folder with telling names; return codes, everything said and written, and the files."""
    source = tmp_path / "in" / "Quillfeather_Zebulon" / f"{PATIENT_ID}.dcm"
    source.parent.mkdir(parents=True)
    source.write_bytes(content)
    target, reports = tmp_path / "out", tmp_path / "report.jsonl"
    target.mkdir()
    deidentifier = Deidentifier(load_recipe(recipe).with_options(options), KeyedPseudonyms(KEY))
    said = io.StringIO()
    writer = ReportWriter(str(reports), recipe)
    codes = []
    with redirect_stdout(said), redirect_stderr(said):
        for outcome in Run(deidentifier, tmp_path / "in", target, KEY):
            codes.append(outcome.code)
            said.write(
                f"{outcome.message}{outcome.report!r}{outcome.target and os.path.relpath(outcome.target, target)}"
            )
            writer.write(outcome)
    writer.close()
    files = sorted(path for path in target.rglob("*") if path.is_file())
    names = "\0".join(str(path.relative_to(target)) for path in target.rglob("*"))
    everything = [
        said.getvalue().encode(),
        names.encode(),
        reports.read_bytes(),
        *(path.read_bytes() for path in files),
    ]
    return codes, b"\0".join(everything), files


def spelled(marker: str) -> set[bytes]:
    """All the ways a file may hold a text."""
    found = set()
    for codec in CODECS:
        for cased in (marker, marker.lower(), marker.upper()):
            try:
                found.add(cased.encode(codec))
            except UnicodeEncodeError:
                continue
    if marker.isascii():
        found.add(marker.encode()[::-1])
    return found


def inflated(path: Path) -> bytes:
    import pydicom

    data_set = pydicom.dcmread(path, force=True)
    if data_set.file_meta.TransferSyntaxUID != DEFLATED.uid:
        return b""
    return str(data_set).encode()


@pytest.mark.parametrize(
    ("place", "form", "preset"), CASES, ids=[f"{preset}-{form.name}-{place.name}" for place, form, preset in CASES]
)
def test_what_is_hidden_there_never_reaches_anything_that_is_written(
    tmp_path: Path, place: Place, form: Form, preset: str
) -> None:
    codes, everything, files = deidentified(tmp_path, place.file(form), preset, place.options)
    assert codes == [place.refused or "done"]
    assert bool(files) != bool(place.refused)
    haystack = everything + b"".join(map(inflated, files))
    leaked = [marker for marker in (*ALWAYS, *place.markers) if any(each in haystack for each in spelled(marker))]
    lost = [kept for kept in place.found if kept not in haystack]
    assert not leaked
    assert not lost


@pytest.mark.parametrize("uid", [STUDY_UID, SECRET, f"1.2.840.10008.1.2.1 {SECRET}"])
def test_what_stands_in_place_of_the_transfer_syntax_is_not_carried_over(tmp_path: Path, uid: str) -> None:
    meta = [*meta_elements(EXPLICIT.uid, CT_IMAGE, INSTANCE_UID)[:3], element(0x00020010, "UI", uid)]
    codes, everything, files = deidentified(tmp_path, dicom_file(usual_elements(CT_IMAGE), meta=meta), "basic")
    assert codes == ["unknown-transfer-syntax"]
    assert not files
    assert not [marker for marker in ALWAYS if marker.encode() in everything]


def test_a_directory_of_other_files_is_skipped_and_not_copied(tmp_path: Path) -> None:
    entries = [element(0x00041130, "CS", SECRET), sequence(0x00041220, [element(0x00100010, "PN", NAME)])]
    content = dicom_file(entries, meta=meta_elements(EXPLICIT.uid, DICOMDIR, "2.25.5"))
    codes, everything, files = deidentified(tmp_path, content, "basic")
    assert codes == ["skipped"]
    assert not files
    assert not [marker for marker in ALWAYS if marker.encode() in everything]


@pytest.mark.parametrize("where", ["at the end of its container", "in the middle of a header", "in pixel data"])
def test_a_broken_file_leaves_nothing_and_says_nothing_of_what_it_held(tmp_path: Path, where: str) -> None:
    whole = Place("", (encapsulated(b"", b"\1" * 64),)).file(EXPLICIT)
    cut = {"at the end of its container": 8, "in the middle of a header": 400, "in pixel data": 40}[where]
    codes, everything, files = deidentified(tmp_path, whole[:-cut], "research")
    assert codes == ["malformed"]
    assert not files
    assert not [marker for marker in ALWAYS if marker.encode() in everything]


def test_ages_over_89_stay_where_characteristics_are_retained_as_the_standard_says_and_go_otherwise(
    tmp_path: Path,
) -> None:
    """Capping ages is HIPAA's rule (45 CFR 164.514(b)(2)(i)(C)), not PS3.15 E.3.7's; docs/conformance.md says so."""
    place = Place("age", (element(0x00101010, "AS", "097Y"),))
    for preset, stays in (("basic", False), ("research", True)):
        folder = tmp_path / preset
        folder.mkdir()
        _, everything, _ = deidentified(folder, place.file(EXPLICIT), preset)
        assert (b"097Y" in everything) is stays


def test_safe_private_attributes_stay_with_their_creator_and_only_these(tmp_path: Path) -> None:
    for form in (EXPLICIT, IMPLICIT, BIG_ENDIAN):
        block = private_block(0x0019, element(0x00191023, "DS", "1.375"), element(0x0019109E, "LO", "EFGRE3D"),
                              element(0x00191001, "LO", SECRET), creator="GEMS_ACQU_01")  # fmt: skip
        other = (element(0x00190011, "LO", "ACME 1.0"), element(0x00191123, "DS", "2.5 "))
        folder = tmp_path / form.name
        folder.mkdir()
        content = Place("", (*block, *other)).file(form)
        codes, everything, _ = deidentified(folder, content, "basic", SAFE)
        assert codes == ["done"]
        assert [text for text in (b"GEMS_ACQU_01", b"1.375", b"EFGRE3D") if text not in everything] == []
        assert [text for text in (b"ACME 1.0", b"2.5 ", b"Xyzzyplugh") if text in everything] == []
