"""Text in SQLite as the bytes it is: a file may hold what no valid text has, such as half of a surrogate pair."""

from __future__ import annotations


def raw(text: str) -> bytes:
    """Return the bytes of a text."""
    return text.encode("utf-8", "surrogatepass")


def text_of(raw_text: bytes) -> str:
    """Return the text that `raw` was given.

    >>> text_of(raw("J\\udcfcrgen")) == "J\\udcfcrgen"
    True
    """
    return raw_text.decode("utf-8", "surrogatepass")
