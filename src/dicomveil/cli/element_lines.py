"""An element as a line to read: tag, VR, keyword, value; items of sequences indented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.standard.dictionary import keyword_of

if TYPE_CHECKING:
    from dicomveil.engine.contents import Entry

LONGEST_VALUE = 64
_INDENT = "    "


def line_of(entry: Entry, *, full: bool = False, values: bool = True) -> str:
    """Return the line of one element, indented as deep as it is nested."""
    last = entry.address.steps[-1]
    keyword = keyword_of(last.tag) if last.creator is None else ""
    name = keyword or (f'"{last.creator}"' if last.creator else _nameless(entry.lying.tag))
    tag = f"({entry.lying.tag >> 16:04X},{entry.lying.tag & 0xFFFF:04X})"
    value = f" = {shown(entry, full=full)}" if values else ""
    item = _item(entry)
    return f"{_INDENT * entry.depth}{item}{tag} {entry.vr} {name}{value}".rstrip(" ")


def shown(entry: Entry, *, full: bool = False) -> str:
    """Return a value as people read it: several parted by backslashes, binary ones as their length."""
    if entry.items is not None:
        return f"{entry.items} item{'' if entry.items == 1 else 's'}"
    texts = entry.texts()
    if texts is None:
        return f"<{entry.length} bytes>"
    return on_one_line("\\".join(texts), full=full)


def on_one_line(text: str, *, full: bool = False) -> str:
    r"""Cut long text, and make what a terminal would obey visible instead.

    >>> on_one_line("a\x1b[2Jb\n")
    'a\\x1b[2Jb\\n'
    """
    cut = text if full else text[:LONGEST_VALUE]
    visible = "".join(each if each.isprintable() else repr(each)[1:-1] for each in cut)
    return visible if len(cut) == len(text) else f"{visible}... ({len(text)} characters)"


def _item(entry: Entry) -> str:
    return f"[{entry.address.steps[-2].item}] " if entry.depth else ""


def _nameless(tag: int) -> str:
    if tag & 0xFFFF == 0:
        return "GroupLength"
    if tag >> 16 & 1:
        return "PrivateCreator" if 0x10 <= tag & 0xFFFF <= 0xFF else "Private"
    return "Unknown"
