"""How a data set is encoded: explicit or implicit VR, byte order, deflated (PS3.5 10, Annex A)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from struct import Struct

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"

# fmt: off
# VRs with a 16-bit length field; the others have two reserved bytes and a 32-bit one (PS3.5 7.1.2).
SHORT_LENGTH_VRS = ("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS",
                    "ST", "TM", "UI", "UL", "US")
LONG_LENGTH_VRS = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")
# fmt: on
BINARY_VRS = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "OB or OW"})
UNDEFINED = 0xFFFFFFFF
ITEM_END = 0xFFFEE00D
PIXEL_DATA_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """Explicit or implicit VR, little or big endian; enough to write an element header."""

    explicit: bool
    little: bool

    def element(self, tag: int, vr: str, value: bytes) -> bytes:
        """Encode one element; ``value`` is already encoded and of even length.

        A value too long for a 16-bit length field is written as UN, as PS3.5 6.2.2 note 2 asks. Two letters that are
        no VR we know are written as they are read: with a 16-bit length field.

        >>> Encoding(explicit=True, little=True).element(0x00080060, "CS", b"CT").hex(" ")
        '08 00 60 00 43 53 02 00 43 54'
        """
        length = len(value)
        order = "<" if self.little else ">"
        group, element = tag >> 16, tag & 0xFFFF
        if not self.explicit:
            return _IMPLICIT[order].pack(group, element, length) + value
        if length <= 0xFFFF and (vr in _SHORT or (vr not in _LONG and _UNKNOWN_VR(vr))):
            return _EXPLICIT_SHORT[order].pack(group, element, vr.encode(), length) + value
        written = vr if vr in _LONG else "UN"
        return _EXPLICIT_LONG[order].pack(group, element, written.encode(), 0, length) + value

    def item(self, value: bytes) -> bytes:
        """Encode one sequence item of defined length (PS3.5 7.5)."""
        return _IMPLICIT["<" if self.little else ">"].pack(0xFFFE, 0xE000, len(value)) + value

    def length(self, length: int) -> bytes:
        """Encode a 32-bit length field."""
        return length.to_bytes(4, "little" if self.little else "big")


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    """A transfer syntax as far as reading and writing need it."""

    uid: str
    encoding: Encoding
    deflated: bool = False


EXPLICIT_LE = Encoding(explicit=True, little=True)
IMPLICIT_LE = Encoding(explicit=False, little=True)
EXPLICIT_BE = Encoding(explicit=True, little=False)
IMPLICIT_BE = Encoding(explicit=False, little=False)  # no transfer syntax; some writers nest it


def encoding_of(*, explicit: bool, little: bool) -> Encoding:
    """Return the one encoding of a kind; what is learned of one is looked up by it, so there must be no second."""
    if explicit:
        return EXPLICIT_LE if little else EXPLICIT_BE
    return IMPLICIT_LE if little else IMPLICIT_BE


_BY_UID = {
    IMPLICIT_LITTLE: TransferSyntax(IMPLICIT_LITTLE, IMPLICIT_LE),
    EXPLICIT_LITTLE: TransferSyntax(EXPLICIT_LITTLE, EXPLICIT_LE),
    EXPLICIT_BIG: TransferSyntax(EXPLICIT_BIG, EXPLICIT_BE),
    DEFLATED: TransferSyntax(DEFLATED, EXPLICIT_LE, deflated=True),
}
_SHORT, _LONG = frozenset(SHORT_LENGTH_VRS), frozenset(LONG_LENGTH_VRS)
_UNKNOWN_VR = re.compile("[A-Z]{2}").fullmatch
_IMPLICIT = {order: Struct(f"{order}HHL") for order in "<>"}
_EXPLICIT_SHORT = {order: Struct(f"{order}HH2sH") for order in "<>"}
_EXPLICIT_LONG = {order: Struct(f"{order}HH2sHL") for order in "<>"}


def transfer_syntax(uid: str) -> TransferSyntax:
    """Return how data sets of a transfer syntax are encoded.

    Every syntax but the four named here is explicit VR little endian around encapsulated or plain pixels
    (PS3.5 A.4), whether we have heard of it or not.
    """
    return _BY_UID.get(uid) or TransferSyntax(uid, EXPLICIT_LE)
