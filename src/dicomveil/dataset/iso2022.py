"""Follow and write the escape sequences of code extensions (ISO 2022) within text values."""

from __future__ import annotations

from dicomveil.dataset.charset import SINGLE_BYTE, decode_plain, encode_plain

_ASCII, _ROMAJI, _JIS_208, _JIS_212 = b"(B", b"(J", b"$B", b"$(D"

# PS3.3 Tables C.12-3 and C.12-4: what follows ESC -> codec of the upper half (G1) it designates.
_UPPER = {
    b"-A": "latin-1",
    b"-B": "iso8859-2",
    b"-C": "iso8859-3",
    b"-D": "iso8859-4",
    b"-L": "iso8859-5",
    b"-G": "iso8859-6",
    b"-F": "iso8859-7",
    b"-H": "iso8859-8",
    b"-M": "iso8859-9",
    b"-b": "iso8859-15",
    b"-T": "tis-620",
    b")I": "katakana",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
}
_ESCAPE_OF = {codec: escape for escape, codec in _UPPER.items()}
_LOWER = frozenset({_ASCII, _ROMAJI, _JIS_208, _JIS_212})
_DOUBLE_LOWER = {"87": _JIS_208, "159": _JIS_212}
_DOUBLE_UPPER = {"149": "euc_kr", "58": "gb2312"}

# PS3.5 6.1.2.5.3: value 1 of Specific Character Set is active again after each of these.
_RESETS = frozenset("\t\n\f\r\\")
_RESETS_IN_NAMES = _RESETS | frozenset("^=")


def decode(raw: bytes, codec: str, *, is_name: bool) -> str:
    r"""Read a value with escape sequences, each of which says by itself what follows.

    Inside a double-byte set every pair is one character, whatever separators its bytes resemble.
    ``codec`` is that of value 1 of Specific Character Set. ``UnicodeError`` where bytes mean nothing.

    Examples
    --------
    >>> decode(b"\x1b-L\xb8\x1b$B\x3b\x33\x1b(B!", "latin-1", is_name=False)
    'И山!'
    """
    resets = _RESETS_IN_NAMES if is_name else _RESETS
    first = (_first_lower(codec), None if codec == "ascii" else codec)
    lower, upper = first
    text: list[str] = []
    at = 0
    while at < len(raw):
        byte = raw[at]
        if byte == 0x1B:
            escape = _escape_at(raw, at + 1)
            lower, upper = (escape, upper) if escape in _LOWER else (lower, _UPPER[escape])
            at += 1 + len(escape)
        elif byte > 0x7F:
            end = _end_of_upper_run(raw, at)
            text.append(_decode_upper(raw[at:end], upper))
            at = end
        elif lower in {_JIS_208, _JIS_212} and 0x21 <= byte <= 0x7E:
            text.append(_decode_pair(raw[at : at + 2], lower))
            at += 2
        else:
            text.append(chr(byte))
            lower, upper = first if text[-1] in resets else (lower, upper)
            at += 1
    return "".join(text)


def encode(text: str, codec: str, extensions: tuple[str, ...], *, is_name: bool) -> bytes:
    """Write a value, switching sets only where a character asks for it.

    Before separators, line ends and the end of the value, value 1 is made active again
    (PS3.5 6.1.2.5.3). ``UnicodeError`` if a character is in none of the declared sets.

    Examples
    --------
    >>> encode("山a", "ascii", ("6", "87"), is_name=False)
    b'\\x1b$B;3\\x1b(Ba'
    """
    resets = _RESETS_IN_NAMES if is_name else _RESETS
    first = (_first_lower(codec), _ESCAPE_OF.get(codec))
    designations = _designations(extensions)
    lower, upper = first
    out = bytearray()
    for character in text:
        if character in resets:
            out += _restored((lower, upper), first)
            lower, upper = first
        if character.isascii():
            if lower != first[0]:
                lower = first[0]
                out += b"\x1b" + lower
            out += character.encode("ascii")
            continue
        designation, encoded = _first_holding(character, (upper, lower, *designations))
        if designation not in {upper, lower}:
            out += b"\x1b" + designation
        lower, upper = (designation, upper) if designation in _LOWER else (lower, designation)
        out += encoded
    return bytes(out + _restored((lower, upper), first))


def _first_lower(codec: str) -> bytes:
    return _ROMAJI if codec == "katakana" else _ASCII


def _escape_at(raw: bytes, at: int) -> bytes:
    for length in (2, 3):
        escape = raw[at : at + length]
        if escape in _LOWER or escape in _UPPER:
            return escape
    raise UnicodeError


def _end_of_upper_run(raw: bytes, at: int) -> int:
    while at < len(raw) and raw[at] > 0x7F:
        at += 1
    return at


def _decode_upper(run: bytes, codec: str | None) -> str:
    if codec is None:
        raise UnicodeError
    return decode_plain(run, codec)


def _decode_pair(pair: bytes, lower: bytes) -> str:
    if len(pair) < 2 or not 0x21 <= pair[1] <= 0x7E:
        raise UnicodeError
    lifted = bytes(byte | 0x80 for byte in pair)
    return (b"\x8f" + lifted if lower == _JIS_212 else lifted).decode("euc_jp")


def _designations(extensions: tuple[str, ...]) -> tuple[bytes, ...]:
    """List the escape sequences that may be written, in the order the sets were declared."""
    found = [
        _DOUBLE_LOWER.get(number) or _ESCAPE_OF[_DOUBLE_UPPER.get(number) or SINGLE_BYTE[number]]
        for number in extensions
        if number != "6"
    ]
    return tuple(found)


def _first_holding(character: str, designations: tuple[bytes | None, ...]) -> tuple[bytes, bytes]:
    for designation in designations:
        if designation is None:
            continue
        try:
            return designation, _encode_in(character, designation)
        except UnicodeError:
            continue
    raise UnicodeError


def _encode_in(character: str, designation: bytes) -> bytes:
    if designation in _UPPER:
        codec = _UPPER[designation]
        encoded = encode_plain(character, codec)
        if decode_plain(encoded, codec) != character:  # the Korean filler means something only in company
            raise UnicodeError
        return encoded
    encoded = character.encode("euc_jp")
    if designation == _JIS_208 and len(encoded) == 2 and encoded[0] != 0x8E:
        return bytes(byte & 0x7F for byte in encoded)
    if designation == _JIS_212 and len(encoded) == 3:
        return bytes(byte & 0x7F for byte in encoded[1:])
    raise UnicodeError


def _restored(state: tuple[bytes, bytes | None], first: tuple[bytes, bytes | None]) -> bytes:
    """Return the escapes that make value 1 active again before a separator or the end."""
    out = b"" if state[0] == first[0] else b"\x1b" + first[0]
    if first[1] is not None and state[1] != first[1]:
        out += b"\x1b" + first[1]
    return out
