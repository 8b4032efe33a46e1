"""Find out whose instance it is, before or beside what is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.syntax import UNDEFINED, Encoding
from dicomveil.standard.dictionary import vr_by_tag, vr_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.dataset.reading import Reading


class Identifying(Protocol):
    """Says which attributes tell whose instance it is."""

    def identity_of(self, path: tuple[int, ...], tag: int, vr: str) -> Callable[[bytes], object] | None:
        """Return what makes an identity of an attribute's value, if it tells whose instance it is."""
        ...


class Harvest(Node):
    """A place that is walked only for what it tells about whose instance it is: what goes anyway, or a first look."""

    __slots__ = ("before", "path", "plan")

    def __init__(self, plan: Identifying, path: tuple[int, ...], encoding: Encoding, before: int = UNDEFINED) -> None:
        super().__init__(encoding, vr_by_tag())
        self.plan = plan
        self.path = path
        self.before = before

    def in_encoding(self, encoding: Encoding) -> Node:
        """Make the same place for items in another encoding."""
        return Harvest(self.plan, self.path, encoding, self.before)

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        """Look at what identifies, go into sequences, pass by the rest."""
        if tag >= self.before:
            rule = Rule(tag, vr)
            rule.act = _enough
            return rule
        if "SQ" in (vr, vr_of(tag)) and not tag & 0x10000:
            rule = Rule(tag, vr)
            rule.inside = Harvest(self.plan, (*self.path, tag), self.encoding)
            return rule
        identity = self.plan.identity_of(self.path, tag, vr)
        if identity is None:
            return None
        rule = Rule(tag, vr)
        rule.identity = identity
        return rule


class Enough(Exception):
    """The rest of the data set is not looked at for now."""


def _enough(walk: Reading, rule: Rule, start: int, value: int, end: int) -> bytes | None:
    raise Enough
