"""Private attributes where some may stay: each is judged with the creator of its block (PS3.5 7.8.1, PS3.15 E.3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.rules import Rule
from dicomveil.engine.report import Note
from dicomveil.recipe.decision import Decision
from dicomveil.recipe.model import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.dataset.reading import Reading


class Block:
    """A block that its creator has reserved in one data set; the creator stays only if an element of it does."""

    __slots__ = ("creator", "end", "kept", "note", "start")

    def __init__(self, creator: str, start: int, end: int, note: Note) -> None:
        self.creator = creator
        self.start = start
        self.end = end
        self.note = note
        self.kept = False


def is_creator(tag: int) -> bool:
    """Tell a Private Creator element (gggg,0010-00FF) from the elements of its block."""
    return 0x10 <= tag & 0xFFFF <= 0xFF


def creator_rule(tag: int, vr: str, path: tuple[int, ...], reason: str) -> Rule:
    """Make the rule that reserves a block, and removes the creator until an element of the block is kept."""
    rule = Rule(tag, vr)
    note = Note(path, tag, "remove", reason)

    def act(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        creator = walk.source.read(value, end).strip(b" \0").decode("latin-1")
        walk.creators[walk.depth][tag >> 16 << 8 | tag & 0xFF] = Block(creator, start, end, note)
        walk.fleeting = True
        walk.notes.append(note)
        return b""

    rule.act = act
    return rule


def private_rule(tag: int, vr: str, rule_of_creator: Callable[[str | None], Rule]) -> Rule:
    """Make the rule that finds the creator of an element's block and lets the rule for that creator act."""
    rule = Rule(tag, vr)
    by_creator: dict[str | None, Rule] = {}

    def act(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        walk.fleeting = True
        block = walk.creators[walk.depth].get(tag >> 16 << 8 | tag >> 8 & 0xFF)
        assert block is None or isinstance(block, Block)
        creator = block.creator if block else None
        if creator not in by_creator:
            by_creator[creator] = rule_of_creator(creator)
        inner = by_creator[creator]
        written = inner.written
        if written is None and inner.act is not None:
            written = inner.act(walk, inner, start, value, end)
        elif written is not None and inner.note is not None:
            walk.notes.append(inner.note)
        if written != b"" and block is not None and not block.kept:
            _keep_creator(walk, block)
        return written

    rule.act = act
    return rule


def stored_as_known(vr: str, known_vr: str | None) -> bool:
    """Say whether a private element is stored in the VR it is known by, or one that holds the same kind of value."""
    return known_vr is None or vr in ("UN", known_vr) or any({vr, known_vr} <= kind for kind in _SAME_KIND)


_SAME_KIND = tuple(map(frozenset, (("DS", "IS"), ("CS", "LO", "SH"), ("SS", "US"), ("SL", "UL"), ("FD", "FL"))))
UNVOUCHED = Decision(Verb.REMOVE, "private, in another VR than it is known by: nobody knows what it holds")


def _keep_creator(walk: Reading, block: Block) -> None:
    block.kept = True
    removal = (block.start, block.end, b"")
    if removal not in walk.edits:
        return
    walk.edits.remove(removal)
    walk.delta += block.end - block.start
    kept = Note(block.note.path, block.note.tag, "keep", "creator of private elements that stay")
    walk.notes[walk.notes.index(block.note)] = kept
    if walk.trace is not None:
        walk.trace[block.start] = kept
