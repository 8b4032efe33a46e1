"""Turn bytes into text and back under the Specific Character Set of a data set, or refuse."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dicomveil.errors import UnreadableText, UnwritableValue

SPECIFIC_CHARACTER_SET = 0x00080005

# PS3.5 6.1.2.3: the only Value Representations that Specific Character Set bears on; all others hold ASCII.
AFFECTED_VRS = frozenset({"SH", "LO", "ST", "LT", "PN", "UC", "UT"})

# PS3.3 Tables C.12-2 and C.12-3: registration number of a single-byte set -> codec of its upper half (G1).
SINGLE_BYTE = {
    "100": "latin-1",
    "101": "iso8859-2",
    "109": "iso8859-3",
    "110": "iso8859-4",
    "144": "iso8859-5",
    "127": "iso8859-6",
    "126": "iso8859-7",
    "138": "iso8859-8",
    "148": "iso8859-9",
    "203": "iso8859-15",
    "166": "tis-620",
    "13": "katakana",
}
MULTI_BYTE = frozenset({"87", "159", "149", "58"})  # PS3.3 Table C.12-4, by escape sequence only
STAND_ALONE = {"ISO IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}  # PS3.3 Table C.12-5

# Seen in files, meant well, and unmistakable; spaces, hyphens and underscores are levelled before.
_MISSPELLED = {
    "ISO 2022 GBK": "GBK",
    "ISO 2022 58": "ISO 2022 IR 58",
    "UTF 8": "ISO IR 192",
    "UTF8": "ISO IR 192",
}

_ESCAPE = b"\x1b"
_C1 = bytes(range(0x80, 0xA0))  # control codes that no single-byte set of DICOM uses (PS3.5 6.1.3)
_NOT_KATAKANA = bytes((*range(0x80, 0xA1), *range(0xE0, 0x100)))
_KATAKANA_SHIFT = 0xFF61 - 0xA1


@dataclass(frozen=True, slots=True)
class Charset:
    """What Specific Character Set (0008,0005) of one data set says (PS3.3 C.12.1.1.2).

    ``codec`` reads bytes before any escape sequence (``None``: an unknown term, only ASCII can be read);
    ``extensions`` are the registration numbers that escape sequences may switch to, in the order declared.
    """

    codec: str | None
    extensions: tuple[str, ...] = ()

    @staticmethod
    def of(raw: bytes) -> Charset:
        r"""Understand the undecoded value of (0008,0005).

        Common misspellings are taken for what they mean. A term nobody defined gives a set in which
        only ASCII can be read, because guessing would turn names into noise that no check recognises.

        Examples
        --------
        >>> Charset.of(b"ISO_IR 100").codec
        'latin-1'
        >>> Charset.of(b"\\ISO 2022 IR 87 ")
        Charset(codec='ascii', extensions=('6', '87'))
        >>> Charset.of(b"ISO_IR 4711").codec is None
        True
        """
        return _charset(raw)

    def decode(self, raw: bytes, vr: str) -> str:
        r"""Read the bytes of a whole value as text (PS3.5 6.1).

        Backslashes in the result separate values; a 5CH byte inside a multi-byte character is none.
        Padding stays where it is.

        Raises
        ------
        UnreadableText
            If a byte or an escape sequence has no meaning in this set, or is not ASCII in a ``vr`` that
            Specific Character Set does not bear on. Nothing is ever replaced or guessed.

        Examples
        --------
        >>> Charset.of(b"ISO_IR 100").decode(b"M\xfcller^Ida", "PN")
        'Müller^Ida'
        >>> Charset.of(b"\\ISO 2022 IR 87").decode(b"\x1b$B;3ED\x1b(B^Taro", "PN")
        '山田^Taro'
        >>> Charset.of(b"").decode(b"M\xfcller", "PN")
        Traceback (most recent call last):
            ...
        dicomveil.errors.UnreadableText: unreadable text value of 6 bytes
        """
        if raw.isascii() and _ESCAPE not in raw:
            return raw.decode("ascii")
        try:
            return self._decode(raw, vr)
        except UnicodeError:
            raise UnreadableText(len(raw)) from None

    def encode(self, text: str, vr: str) -> bytes:
        r"""Write text as the bytes of a whole value, unpadded.

        Raises
        ------
        UnwritableValue
            If a character is not in this set, is an escape, or is not ASCII in a ``vr`` that Specific
            Character Set does not bear on.

        Examples
        --------
        >>> Charset.of(b"ISO_IR 192").encode("Müller", "LO")
        b'M\xc3\xbcller'
        >>> Charset.of(b"\\ISO 2022 IR 149").encode("Hong=洪^吉洞", "PN")
        b'Hong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7'
        """
        try:
            return self._encode(text, vr)
        except UnicodeError:
            raise UnwritableValue(vr, len(text)) from None

    def _decode(self, raw: bytes, vr: str) -> str:
        if self.codec is None or vr not in AFFECTED_VRS:
            raise UnicodeError
        if self.extensions:
            from dicomveil.dataset import iso2022  # rare

            return iso2022.decode(raw, self.codec, is_name=vr == "PN")
        if _ESCAPE in raw:
            raise UnicodeError
        return decode_plain(raw, self.codec)

    def _encode(self, text: str, vr: str) -> bytes:
        if "\x1b" in text:
            raise UnicodeError
        if text.isascii():
            return text.encode("ascii")
        if self.codec is None or vr not in AFFECTED_VRS:
            raise UnicodeError
        if self.extensions:
            from dicomveil.dataset import iso2022  # rare

            return iso2022.encode(text, self.codec, self.extensions, is_name=vr == "PN")
        return encode_plain(text, self.codec)


def decode_plain(raw: bytes, codec: str) -> str:
    """Read bytes without escape sequences; ``UnicodeError`` where a byte means nothing."""
    if codec == "katakana":
        if len(raw.translate(None, _NOT_KATAKANA)) != len(raw):
            raise UnicodeError
        return "".join(chr(byte + _KATAKANA_SHIFT) if byte > 0x7F else chr(byte) for byte in raw)
    if codec not in STAND_ALONE.values() and len(raw.translate(None, _C1)) != len(raw):
        raise UnicodeError
    return raw.decode(codec)


def encode_plain(text: str, codec: str) -> bytes:
    """Write text without escape sequences; ``UnicodeError`` where a character is not in the set."""
    if codec == "katakana":
        codes = [ord(character) for character in text]
        return bytes(_katakana_byte(code) if code > 0x7F else code for code in codes)
    raw = text.encode(codec)
    if codec not in STAND_ALONE.values() and len(raw.translate(None, _C1)) != len(raw):
        raise UnicodeError
    return raw


def _katakana_byte(code: int) -> int:
    byte = code - _KATAKANA_SHIFT
    if not 0xA1 <= byte <= 0xDF:
        raise UnicodeError
    return byte


@lru_cache(maxsize=256)
def _charset(raw: bytes) -> Charset:
    terms = [_levelled(term) for term in raw.decode("ascii", "replace").split("\\")]
    if terms[0] in STAND_ALONE:  # stands alone; whatever follows is ignored (PS3.5 6.1.2.5.4)
        return Charset(STAND_ALONE[terms[0]])
    numbers = [_registration(term) for term in terms]
    codec = _initial_codec(numbers[0])
    extended = len(terms) > 1 or terms[0].startswith("ISO 2022 ")
    if codec is None or not extended:
        return Charset(codec)
    declared = dict.fromkeys(number for number in numbers if number is not None)
    return Charset(codec, tuple(declared))


def _levelled(term: str) -> str:
    words = term.upper().replace("_", " ").replace("-", " ").strip(" \0").split()
    spaced = " ".join(words)
    return _MISSPELLED.get(spaced, spaced)


def _registration(term: str) -> str | None:
    """Return the registration number in a defined term: '6' where it is empty, ``None`` where unknown."""
    if not term:
        return "6"
    for start in ("ISO IR ", "ISO 2022 IR "):
        number = term.removeprefix(start)
        if number == "6" or number in SINGLE_BYTE or (number in MULTI_BYTE and "2022" in start):
            return number
    return None


def _initial_codec(number: str | None) -> str | None:
    if number == "6" or number in {"87", "159"}:
        return "ascii"
    if number in {"149", "58"}:  # not allowed first, yet without escapes it can mean only this
        return "euc_kr" if number == "149" else "gb2312"
    return SINGLE_BYTE.get(number or "")
