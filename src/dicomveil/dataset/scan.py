"""List every element at every depth of a data set, undecoded, with its extent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.limits import Limits
from dicomveil.dataset.rules import LENGTH_32_AFTER_VR, Node, Rule
from dicomveil.dataset.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dicomveil.dataset.source import Source
    from dicomveil.dataset.syntax import Encoding


class Element(NamedTuple):
    """One element where it lies.

    ``path`` is the tags and item numbers from the root, this element's tag last: ``(tag, item, tag, item, tag)``.
    ``vr`` is as encoded, or the dictionary's in implicit VR. ``start``, ``value`` and ``end`` are byte offsets of
    the header, the value and what follows. ``holds_items`` tells a sequence, whatever its VR says; the elements
    in its items follow it.
    """

    path: tuple[int, ...]
    vr: str
    start: int
    value: int
    end: int
    holds_items: bool
    encoding: Encoding

    @property
    def tag(self) -> int:
        """The element's own tag."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Scan:
    """All elements of a data set in file order; what lies from ``end`` on belongs to nothing."""

    elements: list[Element]
    start: int
    end: int


def scan(
    source: Source, start: int, encoding: Encoding, vr_of: Mapping[int, str], limits: Limits | None = None
) -> Scan:
    """Scan a data set from ``start`` to the end of the source; it raises what `Walk.root` raises.

    ``vr_of`` gives the VR by tag, for implicit VR and UN (PS3.6); tags it does not hold are UN.
    """
    recorder = _Recorder(source, limits=limits)
    end = recorder.root(_Everything(encoding, vr_of), start)
    return Scan([element for element in recorder.elements if element.start < end], start, end)


class _Everything(Node):
    """A place where every element is looked at and whatever may be a sequence is gone into."""

    __slots__ = ("_inside",)

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        rule = Rule(tag, vr)
        if vr == "SQ" or (vr == "UN" and self.vr_of.get(tag, "SQ") == "SQ"):
            rule.inside = self
        return rule

    def in_encoding(self, encoding: Encoding) -> Node:
        return _Everything(encoding, self.vr_of)

    def inert(self) -> Node:
        return self


class _Recorder(Walk):
    """A walk that changes nothing and lists what it meets."""

    def __init__(self, source: Source, limits: Limits | None) -> None:
        super().__init__(source, limits=limits)
        self.elements: list[Element] = []
        self._trail: list[int] = []
        self._sequences = 0

    def _element(self, node: Node, rule: Rule, at: int, stop: int, undefined: bool) -> int:
        index, sequences = len(self.elements), self._sequences
        value = at + (12 if rule.length_form == LENGTH_32_AFTER_VR else 8)
        self._trail.append(rule.tag)
        self.elements.append(Element(tuple(self._trail), rule.vr, at, value, at, False, node.encoding))
        end = super()._element(node, rule, at, stop, undefined)
        self._trail.pop()
        if self._closed:
            del self.elements[index:]
        else:
            held = self._sequences > sequences
            self.elements[index] = self.elements[index]._replace(end=end, holds_items=held)
        return end

    def _collected(self) -> int:
        return len(self.elements)

    def sequence(self, node: Node, at: int, stop: int, *, undefined: bool) -> int:
        self._trail.append(-1)
        self._sequences += 1
        end = super().sequence(node, at, stop, undefined=undefined)
        self._trail.pop()
        return end

    def data_set(self, node: Node, at: int, stop: int, *, undefined: bool) -> int:
        if self.depth:
            self._trail[-1] += 1
        return super().data_set(node, at, stop, undefined=undefined)

    def _perhaps_sequence(self, node: Node, inside: Node, at: int, end: int) -> bool:
        elements, trail, sequences = len(self.elements), len(self._trail), self._sequences
        read = super()._perhaps_sequence(node, inside, at, end)
        if not read:
            del self.elements[elements:]
            del self._trail[trail:]
            self._sequences = sequences
        return read
