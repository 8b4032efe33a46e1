"""Look at a few elements at the start of a data set before anything is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.walk import Limits, Walk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dicomveil.dataset.source import Source
    from dicomveil.dataset.syntax import Encoding


def peek(
    source: Source, start: int, encoding: Encoding, tags: Collection[int], vr_of: Mapping[int, str]
) -> dict[int, bytes]:
    """Return the undecoded values of top-level elements among ``tags``, stripped of padding; absent ones are left out.

    The walk ends at the first element with a higher tag than any of them.

    Raises
    ------
    MalformedDataSet
        If the elements before it cannot be read.
    """
    found: dict[int, bytes] = {}
    walk = Walk(source, limits=Limits())
    try:
        walk.root(_Peep(encoding, vr_of, found, frozenset(tags)), start)
    except _Enough:
        pass
    return found


class _Enough(Exception):  # noqa: N818 - no error: it ends the walk
    """The last of the tags has been passed."""


class _Peep(Node):
    __slots__ = ("found", "tags")

    def __init__(
        self, encoding: Encoding, vr_of: Mapping[int, str], found: dict[int, bytes], tags: frozenset[int]
    ) -> None:
        super().__init__(encoding, vr_of)
        self.found = found
        self.tags = tags

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        rule = Rule(tag, vr)
        if tag in self.tags:
            rule.act = self._take
        elif tag > max(self.tags):
            rule.act = _stop
        else:
            return None
        return rule

    def in_encoding(self, encoding: Encoding) -> Node:
        return self

    def _take(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
        self.found[rule.tag] = walk.source.read(value, end).strip(b"\0 ")


def _stop(walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
    raise _Enough
