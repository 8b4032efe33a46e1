"""Level case, accents and separators, so that one spelling finds the others."""

from __future__ import annotations

# Letters and digits stay, capitals become small, apostrophes vanish ("O'Brien"), the rest separates.
_APOSTROPHES = b"'`"
_SPACED = bytes(
    code + 32 if 65 <= code <= 90 else code if code > 127 or chr(code).isalnum() else 32 for code in range(256)
)
_NO_DIGITS = bytes(32 if 48 <= code <= 57 else code for code in range(256))

# Letters that Unicode does not decompose, as they are written where the letter is missing.
_NO_DECOMPOSITION = {
    ord(letter): plain
    for letter, plain in (
        ("ß", "ss"),
        ("æ", "ae"),
        ("œ", "oe"),
        ("ø", "o"),
        ("đ", "d"),
        ("ð", "d"),
        ("ł", "l"),
        ("þ", "th"),
        ("\N{LATIN SMALL LETTER DOTLESS I}", "i"),
        ("ħ", "h"),
        ("\N{RIGHT SINGLE QUOTATION MARK}", None),
        ("\N{MODIFIER LETTER APOSTROPHE}", None),
        ("\N{LEFT SINGLE QUOTATION MARK}", None),
        ("\N{ACUTE ACCENT}", None),
    )
}
_WRITTEN_OUT = {
    ord("ä"): "ae",
    ord("ö"): "oe",
    ord("ü"): "ue",
    ord("å"): "aa",
    ord("ø"): "oe",
}


def folded(text: str) -> str:
    """Return the words of a text, lower case and without accents, with spaces around and between them.

    Examples
    --------
    >>> folded("MÜLLER^Zoë, 12-34").split()
    ['muller', 'zoe', '12', '34']
    >>> folded("O'Brien")
    'obrien'
    """
    if text.isascii():
        return text.encode("ascii").translate(_SPACED, _APOSTROPHES).decode("ascii")
    raw = _plain(text).encode("utf-8", "surrogatepass")
    return raw.translate(_SPACED, _APOSTROPHES).decode("utf-8", "surrogatepass")


def without_digits(spaced: str) -> str:
    """Return folded text with spaces in place of its digits.

    Examples
    --------
    >>> without_digits("lee01 x")
    'lee   x'
    """
    raw = spaced.encode("utf-8", "surrogatepass")
    return raw.translate(_NO_DIGITS).decode("utf-8", "surrogatepass")


def written_out(text: str) -> str:
    """Return text with umlauts written as two letters; the same text where there are none.

    Examples
    --------
    >>> written_out("Jürgen Sørensen")
    'juergen soerensen'
    """
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text).casefold().translate(_WRITTEN_OUT)


def has_unspaced_script(text: str) -> bool:
    """Say whether a text is in a script that puts no spaces between words (Thai, Han, kana, Hangul).

    Examples
    --------
    >>> has_unspaced_script("山田"), has_unspaced_script("Иван")
    (True, False)
    """
    return any(
        "\u0e00" <= character <= "\u109f" or "\u1100" <= character <= "\u11ff" or character >= "\u2e80"
        for character in text
    )


def _plain(text: str) -> str:
    import unicodedata

    category, combining = unicodedata.category, unicodedata.combining
    cased = unicodedata.normalize("NFC", text).casefold().translate(_NO_DECOMPOSITION)
    bare = "".join(c for c in unicodedata.normalize("NFKD", cased) if not combining(c))
    words = "".join(c if c.isascii() or category(c)[0] in "LMN" else " " for c in bare)
    return unicodedata.normalize("NFKC", words).casefold()
