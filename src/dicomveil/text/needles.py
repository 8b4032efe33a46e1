"""The strong identifiers as bytes, to be searched for in an encoded data set."""

from __future__ import annotations

from collections.abc import Iterator

from dicomveil.text.folding import folded
from dicomveil.text.numbers import long_numbers
from dicomveil.text.stopwords import NO_IDENTIFIER, NO_NAME

_SHORTEST_BYTES = 5  # below, pixel data hold them by chance


def needles_of(names: tuple[str, ...], identifiers: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return words of names, whole names, whole identifiers and their long numbers in every spelling a file may hold.

    At least five bytes long, in ASCII, UTF-8 and Latin-1, as spelled and folded, and with the capitals of
    ASCII made small, as ``bytes.lower`` does.

    Examples
    --------
    >>> needles_of(("Li^Zoë",), ())
    (b'li^zo\\xc3\\xab', b'li^zo\\xeb', b'li^zo\\xc3\\x8b', b'li^zo\\xcb')
    """
    found: dict[bytes, None] = {}
    for spelling in (*_names(names), *_identifiers(identifiers)):
        for needle in _encodings(spelling):
            if len(needle) >= _SHORTEST_BYTES:
                found[needle] = None
    return tuple(found)


def _names(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for group in name.split("="):
            if not NO_NAME.issuperset(folded(group).split()):
                yield group.strip(" ^")
            for word in (*folded(group).split(), *group.replace("^", " ").replace(",", " ").split()):
                if folded(word).strip() not in NO_NAME:
                    yield word


def _identifiers(identifiers: tuple[str, ...]) -> Iterator[str]:
    for identifier in identifiers:
        for single in identifier.split("\\"):
            spaced = folded(single)
            compact = "".join(spaced.split())
            if compact not in NO_IDENTIFIER and not _repeats_one_digit(compact):
                yield single.strip()
                yield compact
            for number in long_numbers(spaced):
                if not _repeats_one_digit(number):
                    yield number
                    yield number.lstrip("0")


def _repeats_one_digit(compact: str) -> bool:
    return compact.isdigit() and not compact.strip(compact[0])


def _encodings(text: str) -> Iterator[bytes]:
    if text.isascii():
        yield text.lower().encode("ascii")
        return
    for cased in (text, text.lower(), text.upper()):
        yield cased.encode("utf-8", "surrogatepass").lower()
        try:
            yield cased.encode("latin-1").lower()
        except UnicodeEncodeError:
            continue
