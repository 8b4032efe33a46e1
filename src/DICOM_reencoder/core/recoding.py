"""Give a data set another Specific Character Set without turning its text into noise."""

from __future__ import annotations

import pydicom
from pydicom.dataelem import DataElement

from DICOM_reencoder.core.attributes import EditRefusedError, raw_terms
from dicomveil.dataset.charset import AFFECTED_VRS, Charset
from dicomveil.errors import UnwritableValue

# Not dicomveil.editing.recoding, which writes bytes of a file anew and takes items with a set of their own along: a
# data set of pydicom's may come from no file, holds values that were never encoded, and is encoded by pydicom when it
# is saved; such items stay. What can be read and written in a character set is decided by the same `Charset`.
_UNREADABLE = "\ufffd"  # what pydicom puts where bytes are no text


def prepare_recoding(ds: pydicom.Dataset, terms: DataElement) -> None:
    """Decode all text, so that it is written anew, at every depth, once ``terms`` are set.

    Bytes do not change when Specific Character Set does (PS3.3 C.12.1.1.2): left alone, they would mean
    other characters from then on. Items with a character set of their own stay as they are.

    Raises
    ------
    EditRefusedError
        If a term is unknown, or some text cannot be read in the old set or written in the new one.
    """
    charset = Charset.of(raw_terms(terms.value))
    if charset.codec is None:
        raise EditRefusedError("no character set that DICOM defines")
    for element in _text_elements(ds):
        values = [element.value] if element.VM == 1 else list(element.value or ())
        for text in map(str, values):
            _check_text(text, element.VR, charset)


def _text_elements(ds: pydicom.Dataset) -> list[DataElement]:
    found = []
    for element in ds:
        if element.VR == "SQ":
            for item in element.value:
                found += _text_elements(item) if "SpecificCharacterSet" not in item else []
        elif element.VR in AFFECTED_VRS:
            found.append(element)
    return found


def _check_text(text: str, vr: str, charset: Charset) -> None:
    try:
        if _UNREADABLE in text:
            raise EditRefusedError("a text that cannot be read in the character set there is")
        charset.encode(text, vr)
    except UnwritableValue:
        raise EditRefusedError("a text that the new character set does not have") from None
