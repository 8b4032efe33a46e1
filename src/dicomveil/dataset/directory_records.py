"""Say of a file what a DICOMDIR says of it: a record for its patient, study and series, and one of its own (PS3.3 F.5).

Images, which most files are, are read by our own scanner; what other kinds of objects need, pydicom's file-sets know.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dicomveil.dataset.directory import Record
from dicomveil.dataset.part10 import TRANSFER_SYNTAX_UID, open_part10
from dicomveil.dataset.peek import Peek
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import EXPLICIT_LE
from dicomveil.errors import UnreadableValue

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CHARACTER_SET, SOP_CLASS, SOP_INSTANCE, MODALITY = 0x00080005, 0x00080016, 0x00080018, 0x00080060
PATIENT_ID, STUDY, SERIES, ROWS = 0x00100020, 0x0020000D, 0x0020000E, 0x00280010
SERIES_NUMBER, INSTANCE_NUMBER = 0x00200011, 0x00200013

INVENTED = {"DA": b"19000101", "TM": b"000000", "IS": b"0", "CS": b"OT", "SH": b"0"}
"""What stands in a record for a value that it must have and the file does not, by VR; the file stays as it is."""

_LEVELS: dict[str, tuple[tuple[int, str, bool], ...]] = {
    "PATIENT": ((0x00100010, "PN", False), (PATIENT_ID, "LO", False)),
    "STUDY": (
        (0x00080020, "DA", True),
        (0x00080030, "TM", True),
        (0x00080050, "SH", False),
        (0x00081030, "LO", False),
        (STUDY, "UI", False),
        (0x00200010, "SH", True),
    ),
    "SERIES": ((MODALITY, "CS", True), (SERIES, "UI", False), (SERIES_NUMBER, "IS", True)),
    "IMAGE": ((INSTANCE_NUMBER, "IS", True),),
}
"""Tag, VR and whether a value has to be there, of each kind of record that is made without pydicom."""

_KEYS = {"PATIENT": PATIENT_ID, "STUDY": STUDY, "SERIES": SERIES}
_VRS = {tag: vr for level in _LEVELS.values() for tag, vr, _ in level}
_VRS |= {CHARACTER_SET: "CS", SOP_CLASS: "UI", SOP_INSTANCE: "UI", ROWS: "US"}
_peek = Peek(_VRS, _VRS)


def records_of(path: str, file_id: str) -> tuple[Record, ...]:
    """Return the records that lead to a file, from the top down.

    Parameters
    ----------
    file_id
        Its name in the file-set, components parted by slashes (PS3.10 8.2).

    Raises
    ------
    InstanceError
        If the file cannot be read, or has not what tells its patient, study, series and itself from others.
    OSError
        If the system refuses.
    """
    with Source.open(path) as source:
        part10 = open_part10(source)
        found = _peek(part10.source, part10.start, part10.syntax.encoding)
        syntax = part10.meta.get(TRANSFER_SYNTAX_UID, b"").strip(b"\0 ")
    place = (file_id.replace("/", "\\").encode(), _needed(found, SOP_CLASS), _needed(found, SOP_INSTANCE), syntax)
    kind = _kind(found[SOP_CLASS].decode("latin-1"), found.get(MODALITY, b"").decode("latin-1"))
    if kind == "IMAGE" and ROWS in found:
        leaf, is_top = Record(kind, found[SOP_INSTANCE], _elements(kind, found, place), _number(found)), False
    else:
        leaf, is_top = _from_pydicom(path, place, _number(found))
    if is_top:
        return (leaf,)
    above = [Record(level, _needed(found, tag), _elements(level, found)) for level, tag in _KEYS.items()]
    above[-1] = above[-1]._replace(number=_number(found, SERIES_NUMBER))
    return (*above, leaf)


def _number(found: dict[int, bytes], tag: int = INSTANCE_NUMBER) -> int:
    """Return a number to sort by; what cannot be read comes first."""
    try:
        return int(found.get(tag, b""))
    except ValueError:
        return 0


def _needed(found: dict[int, bytes], tag: int) -> bytes:
    value = found.get(tag)
    if not value:
        raise UnreadableValue(_VRS[tag], 0)
    return value


def _elements(kind: str, found: dict[int, bytes], place: tuple[bytes, ...] = ()) -> bytes:
    values = [(tag, vr, found.get(tag) or (INVENTED[vr] if needed else b"")) for tag, vr, needed in _LEVELS[kind]]
    if CHARACTER_SET in found:
        values.insert(0, (CHARACTER_SET, "CS", found[CHARACTER_SET]))
    return _start(kind, place) + b"".join(map(_element, values))


def _start(kind: str, place: tuple[bytes, ...]) -> bytes:
    """Encode what every record begins with; ``place`` is of one that stands for a file."""
    parts = [(0x00041430, "CS", kind.encode())]
    if place:
        tags = ((0x00041500, "CS"), (0x00041510, "UI"), (0x00041511, "UI"), (0x00041512, "UI"))
        parts += [(tag, vr, value) for (tag, vr), value in zip(tags, place, strict=True)]
    return b"".join(map(_element, parts))


def _element(part: tuple[int, str, bytes]) -> bytes:
    tag, vr, value = part
    return EXPLICIT_LE.element(tag, vr, value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2))


# --- with pydicom: structured reports, presentation states, plans and other objects that are no images


@lru_cache(maxsize=256)
def _kind(sop_class: str, modality: str) -> str:
    from pydicom.dataset import Dataset

    told = Dataset()
    told.SOPClassUID, told.Modality = sop_class, modality
    return _kind_of(told)[0]


def _kind_of(dataset: Dataset) -> tuple[str, bool]:
    """Return the kind of record that a data set needs, and whether it stands at the top."""
    from pydicom import fileset

    single = fileset._single_level_record_type(dataset)
    return (single, True) if single != "PATIENT" else (fileset._four_level_record_type(dataset), False)


def _from_pydicom(path: str, place: tuple[bytes, ...], number: int) -> tuple[Record, bool]:
    """Return the record of a file as pydicom makes it, and whether it stands at the top."""
    import pydicom
    from pydicom.config import disable_value_validation
    from pydicom.fileset import DIRECTORY_RECORDERS

    try:
        with warnings.catch_warnings(), disable_value_validation():  # its warnings quote values
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            kind, is_top = _kind_of(dataset)
            _complete(dataset)
            record = DIRECTORY_RECORDERS[kind](dataset)
            if "SpecificCharacterSet" in dataset:
                record.SpecificCharacterSet = dataset.SpecificCharacterSet
            elements = _encoded(record)
    except Exception:  # whatever it stumbled over, it may quote
        raise UnreadableValue("directory record", 0) from None
    return Record(kind, place[2], _start(kind, place) + elements, number), is_top


def _complete(dataset: Dataset) -> None:
    """Give a data set what its record must have, take out what the record may only have with a value."""
    for keyword, invented in _INVENTED_BY_KEYWORD.items():
        if not dataset.get(keyword) and (keyword in dataset or keyword != "RTPlanLabel"):
            setattr(dataset, keyword, invented)
    concepts = [item for item in dataset.get("ContentSequence") or [] if item.get("RelationshipType") == _MODIFIER]
    if "ContentSequence" in dataset:
        dataset.ContentSequence = concepts  # the record has only what modifies the title (PS3.3 Table F.5-25)
    for keyword in _ONLY_WITH_VALUE:
        if keyword in dataset and not dataset.get(keyword):
            delattr(dataset, keyword)


_MODIFIER = "HAS CONCEPT MOD"
_INVENTED_BY_KEYWORD: dict[str, Any] = {
    "InstanceNumber": "0",
    "ContentDate": "19000101",
    "ContentTime": "000000",
    "PresentationCreationDate": "19000101",
    "PresentationCreationTime": "000000",
    "InstanceCreationDate": "19000101",
    "ContentLabel": "UNNAMED",
    "StructureSetLabel": "unnamed",
    "RTPlanLabel": "unnamed",
    "CompletionFlag": "PARTIAL",
    "VerificationFlag": "UNVERIFIED",
}
_ONLY_WITH_VALUE = (
    "BlendingSequence",
    "ContentSequence",
    "HL7InstanceIdentifier",
    "ReferencedImageEvidenceSequence",
    "ReferencedSeriesSequence",
    "UserContentLabel",
    "UserContentLongLabel",
    "VerificationDateTime",
)


def _encoded(record: Dataset) -> bytes:
    """Encode a record's own elements, whatever the encoding of what they come from."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    for _ in record.iterall():  # decodes what is still as it was read
        pass
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    write_dataset(buffer, record)
    return buffer.getvalue()
