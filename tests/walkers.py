"""Plans for tests of the walk that stand for no policy, and the way from a file's bytes to a rebuilt data set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dicomveil.dataset.limits import Limits
from dicomveil.dataset.part10 import Part10, open_part10
from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import Piece, pieces_of
from dicomveil.dataset.syntax import Encoding
from dicomveil.dataset.walk import Walk
from dicomveil.dataset.write import Draft
from dicomveil.standard.dictionary import vr_by_tag


class Policy(Node):
    """A place whose sequences are gone into, each remembering by itself if the root does.

    Subclasses say in `decide` what becomes of an element; its ``path`` is the tags of the sequences around it.
    """

    def __init__(
        self,
        encoding: Encoding,
        *,
        path: tuple[int, ...] = (),
        remembers: bool = False,
        vr_of: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(encoding, vr_by_tag() if vr_of is None else vr_of, remembers=remembers)
        self.path = path

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        rule = Rule(tag, vr)
        if vr == "SQ" or (vr == "UN" and self.vr_of.get(tag, "SQ") == "SQ"):
            rule.inside = self.place(self.encoding, (*self.path, tag))
        return self.decide(rule)

    def in_encoding(self, encoding: Encoding) -> Node:
        return self.place(encoding, self.path)

    def place(self, encoding: Encoding, path: tuple[int, ...]) -> Policy:
        return type(self)(encoding, path=path, remembers=self.memory is not None, vr_of=self.vr_of)

    def decide(self, rule: Rule) -> Rule | None:
        return rule


class Looking(Policy):
    """Looks at every element and keeps it."""

    def decide(self, rule: Rule) -> Rule:
        rule.act = _look
        return rule


class Rewriting(Policy):
    """Writes every element that holds no items anew, as the same bytes."""

    def decide(self, rule: Rule) -> Rule:
        rule.act = _rewrite
        return rule


def opened(data: bytes | Path, limits: Limits | None = None) -> Part10:
    """Open a file, or the bytes of one; of a file, only what the first window holds stays readable."""
    source = Source.in_memory(data) if isinstance(data, bytes) else Source.open(data)
    return open_part10(source, limits)


def walked(data: bytes, root: Node | type[Policy] = Looking, **settings: object) -> tuple[Walk, bytes]:
    """Walk a file in memory; return the walk and the data set it makes, which is never deflated."""
    part10 = opened(data)
    node = root if isinstance(root, Node) else root(part10.syntax.encoding)
    walk = Walk(part10.source, **settings)  # type: ignore[arg-type]
    end = walk.root(node, part10.start)
    return walk, joined(part10.source, pieces_of(b"", part10.source, part10.start, end, walk.edits))


def rebuilt(source: Source, target: Path, root: type[Policy], header: bytes | None = None) -> tuple[bytes, bytes]:
    """Rebuild an open file under another name; return the data set as it was, up to its end, and as it is now.

    The header is the source's own, unless given.
    """
    part10 = open_part10(source)
    walk = Walk(part10.source)
    end = walk.root(root(part10.syntax.encoding), part10.start)
    head = source.read(0, part10.start) if header is None else header
    pieces = pieces_of(head, part10.source, part10.start, end, walk.edits)
    with Draft(str(target)) as draft:
        draft.write(part10.source, pieces)
        draft.publish()
    return part10.source.read(part10.start, end), target.read_bytes()[len(head) :]


def joined(source: Source, pieces: list[Piece]) -> bytes:
    """Return the bytes that pieces stand for."""
    return b"".join(piece if isinstance(piece, bytes) else source.read(*piece) for piece in pieces)


def _look(walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
    assert len(walk.source.read(start, end)) == end - start


def _rewrite(walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes | None:
    if rule.inside is not None and value < end and walk.read_as_items:
        return None
    return walk.source.read(start, end)
