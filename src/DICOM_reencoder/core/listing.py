"""A data set as lines to read: tag, VR, keyword, value; items of sequences indented."""

from __future__ import annotations

import sys

import pydicom
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import BaseTag

from DICOM_reencoder.core.attributes import as_it_lies
from DICOM_reencoder.core.quiet import pydicom_kept_quiet
from dicomveil.standard.dictionary import keyword_of

_VALUE_AT_MOST = 64
_INDENT = "    "


def lines_of(ds: pydicom.Dataset, indent: str = "") -> list[str]:
    """Return a line for each element, and for each item of a sequence, at every depth.

    Examples
    --------
    >>> ds = pydicom.Dataset()
    >>> ds.PatientName = "DOE^JANE"
    >>> ds.OtherPatientIDsSequence = [pydicom.Dataset()]
    >>> ds.OtherPatientIDsSequence[0].PatientID = "7"
    >>> print(*lines_of(ds), sep="\\n")
    (0010,0010) PN PatientName = DOE^JANE
    (0010,1002) SQ OtherPatientIDsSequence = 1 item
        item 1
            (0010,0020) LO PatientID = 7
    """
    lines: list[str] = []
    with pydicom_kept_quiet():
        for tag in sorted(ds.keys()):
            lines += _element_lines(ds, tag, indent)
    return lines


def _element_lines(ds: pydicom.Dataset, tag: BaseTag, indent: str) -> list[str]:
    lies = None
    try:
        lies = as_it_lies(ds, tag)
        element = ds[tag]
        value = _shown(element)
    except Exception:  # what is not what its VR promises is still listed
        length = len(lies.value or b"") if isinstance(lies, RawDataElement) else 0
        return [f"{indent}{_head(tag, lies.VR if lies else None)} = <unreadable, {length} bytes>"]
    lines = [f"{indent}{_head(tag, element.VR)} = {value}".rstrip(" ")]
    if element.VR == "SQ":
        for number, item in enumerate(element.value, start=1):
            lines.append(f"{indent}{_INDENT}item {number}")
            lines += lines_of(item, indent + 2 * _INDENT)
    return lines


def _head(tag: BaseTag, vr: str | None) -> str:
    if tag.is_private:
        keyword = "PrivateCreator" if tag.is_private_creator else "Private"
    elif tag.element == 0 and tag.group != 2:
        keyword = "GroupLength"
    else:
        keyword = keyword_of(tag) or "Unknown"
    return f"({tag.group:04X},{tag.element:04X}) {vr or '??'} {keyword}"


def _shown(element: DataElement) -> str:
    value = element.value
    if element.VR == "SQ":
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>" if value else ""
    values = [] if value is None else [value] if element.VM == 1 else list(value)
    texts = [_tag_text(v) if element.VR == "AT" else "" if v is None else str(v) for v in values]
    return _on_one_line("\\".join(texts))


def _tag_text(value: int) -> str:
    return f"({value >> 16:04X},{value & 0xFFFF:04X})"


def _on_one_line(text: str) -> str:
    """Cut long text, and make what a terminal would obey, or could not show, visible instead."""
    length = len(text)
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:_VALUE_AT_MOST])
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    return shown if length <= _VALUE_AT_MOST else f"{shown}... ({length} characters)"
