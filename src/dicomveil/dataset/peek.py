"""Look at a few elements at the start of a data set before anything is decided."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dicomveil.dataset.reading import Reading
    from dicomveil.dataset.source import Source
    from dicomveil.dataset.syntax import Encoding


class Peek:
    """Reads certain top-level elements of data sets, one data set after the other.

    A walk ends at the first element with a higher tag than any of them.
    """

    def __init__(self, tags: Collection[int], vr_of: Mapping[int, str]) -> None:
        self._tags = frozenset(tags)
        self._vr_of = vr_of
        self._roots: dict[Encoding, _Peep] = {}

    def __call__(self, source: Source, start: int, encoding: Encoding) -> dict[int, bytes]:
        """Return the undecoded values of those that are there, stripped of padding.

        Raises
        ------
        MalformedDataSet
            If the elements before them cannot be read.
        """
        root = self._roots.get(encoding)
        if root is None:
            root = self._roots[encoding] = _Peep(encoding, self._vr_of, self._tags)
        found: dict[int, bytes] = {}
        with suppress(_Enough):
            Walk(source, found).root(root, start)
        return found


class _Enough(Exception):
    """The last of the tags has been passed."""


class _Peep(Node):
    __slots__ = ("tags",)

    def __init__(self, encoding: Encoding, vr_of: Mapping[int, str], tags: frozenset[int]) -> None:
        super().__init__(encoding, vr_of)
        self.tags = tags

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        rule = Rule(tag, vr)
        if tag in self.tags:
            rule.act = _take
        elif tag > max(self.tags):
            rule.act = _stop
        else:
            return None
        return rule

    def in_encoding(self, encoding: Encoding) -> Node:
        return self


def _take(walk: Reading, rule: Rule, start: int, value: int, end: int) -> None:
    assert isinstance(walk.context, dict)
    walk.context[rule.tag] = walk.source.read(value, end).strip(b"\0 ")


def _stop(walk: Reading, rule: Rule, start: int, value: int, end: int) -> None:
    raise _Enough
