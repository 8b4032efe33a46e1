"""Binary numbers and tags (PS3.5 6.2)."""

from __future__ import annotations

import struct

from dicomveil.errors import UnreadableValue, UnwritableValue

_STRUCTS = {
    "US": "H",
    "SS": "h",
    "UL": "I",
    "SL": "i",
    "UV": "Q",
    "SV": "q",
    "FL": "f",
    "FD": "d",
}
BINARY_VRS = frozenset({*_STRUCTS, "AT"})


def unpacked(raw: bytes, vr: str, *, little_endian: bool) -> tuple[int | float, ...]:
    r"""Return the numbers in a value field.

    Raises
    ------
    UnreadableValue
        If its length is no multiple of one number's.

    Examples
    --------
    >>> unpacked(b"\x10\0\x20\0", "US", little_endian=True)
    (16, 32)
    >>> unpacked(b"\x10\0\x20\0", "AT", little_endian=True) == (0x0010_0020,)
    True
    """
    order = "<" if little_endian else ">"
    code = "HH" if vr == "AT" else _STRUCTS[vr]
    size = struct.calcsize(order + code)
    if len(raw) % size:
        raise UnreadableValue(vr, len(raw))
    numbers = list(struct.iter_unpack(order + code, raw))
    if vr == "AT":
        return tuple(group << 16 | element for group, element in numbers)
    return tuple(number for (number,) in numbers)


def packed(values: tuple[object, ...], vr: str, *, little_endian: bool) -> bytes:
    r"""Return the value field of numbers.

    Raises
    ------
    UnwritableValue
        If one is no number, or beyond what the VR holds.

    Examples
    --------
    >>> packed((1, 2), "US", little_endian=False)
    b'\x00\x01\x00\x02'
    """
    order = "<" if little_endian else ">"
    try:
        if vr == "AT":
            tags = [value for value in values if isinstance(value, int) and 0 <= value <= 0xFFFFFFFF]
            if len(tags) != len(values):
                raise UnwritableValue(vr, 0)
            return b"".join(struct.pack(order + "HH", tag >> 16, tag & 0xFFFF) for tag in tags)
        return struct.pack(f"{order}{len(values)}{_STRUCTS[vr]}", *values)
    except (struct.error, OverflowError):
        raise UnwritableValue(vr, 0) from None
