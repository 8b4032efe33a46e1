"""Values to Python and back, form included: what was read is written as the bytes it was (PS3.5 6.2)."""

from __future__ import annotations

from dicomveil.dataset.values.coding import Value, decode_value, encode_value, pad
from dicomveil.dataset.values.names import PersonName
from dicomveil.dataset.values.numbers import Age, DicomDecimal, DicomInteger
from dicomveil.dataset.values.times import DicomDate, DicomDateTime, DicomRange, DicomTime

__all__ = [
    "Age",
    "DicomDate",
    "DicomDateTime",
    "DicomDecimal",
    "DicomInteger",
    "DicomRange",
    "DicomTime",
    "PersonName",
    "Value",
    "decode_value",
    "encode_value",
    "pad",
]
