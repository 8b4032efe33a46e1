"""What a walk asks when it meets an element: the rule for its tag and VR at this place in the data set."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from dicomveil.dataset.recall import Memory
from dicomveil.dataset.syntax import BINARY_VRS, LONG_LENGTH_VRS, SHORT_LENGTH_VRS, Encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dicomveil.dataset.reading import Reading

    Act = Callable[[Reading, "Rule", int, int, int], bytes | None]
    """Asked with the walk, the rule, and where the element, its value and what follows begin."""

LENGTH_16, LENGTH_32, LENGTH_32_AFTER_VR = range(3)
"""Where the length stands: 16 bits at 6, 32 bits at 4 (implicit VR), or 32 bits at 8 (PS3.5 7.1)."""

MOST_RULES = 50_000
"""A hostile file can hold millions of different tags; a node forgets its rules beyond so many."""


class Rule:
    """What becomes of the elements of one tag and VR at one place.

    ``written`` is the whole encoded element to stand there instead (empty: nothing), the same for every value;
    where it is None, ``act`` is asked, which answers likewise, None meaning: kept as it is. ``inside`` is where the
    walk goes with a sequence before that. ``note`` is handed on when the element is replaced or removed.
    ``identity`` makes of the value what is handed on to the walk's identity; ``gated`` lets stamps of lower tags be
    put in first.
    """

    __slots__ = ("act", "gated", "identity", "inside", "length_form", "note", "tag", "vr", "written")

    def __init__(self, tag: int, vr: str) -> None:
        self.tag = tag
        self.vr = vr
        self.length_form = LENGTH_16
        self.written: bytes | None = None
        self.act: Act | None = None
        self.inside: Node | None = None
        self.note: object = None
        self.identity: Callable[[bytes], object] | None = None
        self.gated = False


KEEP = Rule(0, "")
"""Kept whatever the value, which nobody needs to see: the one rule the walk treats on its fast path."""


class Node:
    """One place in the tree of data sets: the root, or the items of one sequence; the same for all items.

    Subclasses say in `rule_for` what the policy is. A node is made for one encoding; `twin` gives the same place in
    another, for items that are encoded otherwise than what holds them.
    """

    __slots__ = (
        "_twins",
        "encoding",
        "end_tag",
        "hears_entry",
        "item",
        "item_end",
        "item_tag",
        "length_16",
        "length_32",
        "memory",
        "rules",
        "tag_parts",
        "unpack",
        "vr_of",
    )

    def __init__(self, encoding: Encoding, vr_of: Mapping[int, str], *, remembers: bool = False) -> None:
        self.encoding = encoding
        self.vr_of = vr_of
        self.rules: dict[bytes, Rule] = {}
        self.unpack = _HEADER[encoding.explicit, encoding.little]
        self.item = _ITEM[encoding.little]
        self.item_tag, self.end_tag = (b"\xfe\xff\0\xe0", b"\xfe\xff\xdd\xe0") if encoding.little else _BIG_TAGS
        self.item_end = b"\xfe\xff\x0d\xe0\0\0\0\0" if encoding.little else b"\xff\xfe\xe0\x0d\0\0\0\0"
        self.tag_parts = _TAG[encoding.little]
        self.length_16 = _LENGTH_16[encoding.little]
        self.length_32 = _LENGTH_32[encoding.little]
        self.memory = Memory() if remembers else None
        self.hears_entry = False
        self._twins: dict[Encoding, Node] = {}

    def entered(self, walk: Reading) -> None:
        """Hear that a data set begins here; for nodes whose rules look at neighbouring elements."""

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        """Decide on a tag met here for the first time; None keeps it.

        ``vr`` is the VR as encoded, or the dictionary's in implicit VR; "UN" if there is none.
        """
        raise NotImplementedError

    def in_encoding(self, encoding: Encoding) -> Node:
        """Make the same place for items in another encoding."""
        raise NotImplementedError

    def twin(self, encoding: Encoding) -> Node:
        """Return the same place in another encoding."""
        if encoding is self.encoding:
            return self
        if encoding not in self._twins:
            self._twins[encoding] = self.in_encoding(encoding)
        return self._twins[encoding]

    def inert(self) -> Node:
        """Return a place where everything is kept: for sequences that are walked only to find their end."""
        return Inert(self.encoding, self.vr_of)

    def learn(self, key: bytes) -> Rule:
        """Decide on the header ``key`` (tag, and VR if explicit) and remember the decision."""
        tag = self.tag_of(key)
        vr, form = self.vr_and_form(tag, key[4:])
        plain = form != LENGTH_32_AFTER_VR and vr not in _NEVER_PLAIN and 0xFFFF < tag < 0xFFFE0000
        rule = None if tag >> 16 == 0xFFFE else self.rule_for(tag, vr)
        if rule is None:
            rule = KEEP if plain and form == self._plain_form() else Rule(tag, vr)
        if rule is not KEEP:
            rule.length_form = form
        if len(self.rules) > MOST_RULES:
            self.rules.clear()
        self.rules[key] = rule
        return rule

    def tag_of(self, key: bytes, at: int = 0) -> int:
        """Return the tag at the start of an element header, ``at`` so many bytes into ``key``."""
        group, element = self.tag_parts(key, at)
        return int(group << 16 | element)

    def _plain_form(self) -> int:
        return LENGTH_16 if self.encoding.explicit else LENGTH_32

    def vr_and_form(self, tag: int, code: bytes) -> tuple[str, int]:
        """Return the VR of a header and where its length stands."""
        if code in _SHORT and tag < 0xFFFE0000:
            return _SHORT[code], LENGTH_16
        if code in _LONG and tag < 0xFFFE0000:
            return _LONG[code], LENGTH_32_AFTER_VR
        if self.encoding.explicit and tag < 0xFFFE0000 and code.isalpha() and code.isupper():
            return code.decode("ascii"), LENGTH_16
        return self.vr_of.get(tag) or implied_vr(tag), LENGTH_32


class Inert(Node):
    """A place, and every place below it, where everything is kept unseen."""

    __slots__ = ()

    def rule_for(self, tag: int, vr: str) -> Rule | None:
        """Keep everything."""
        return None

    def in_encoding(self, encoding: Encoding) -> Node:
        """Keep everything in another encoding."""
        return Inert(encoding, self.vr_of)

    def inert(self) -> Node:
        """Keep everything: this place does."""
        return self


def implied_vr(tag: int) -> str:
    """Return the VR of an element that no dictionary names (PS3.5 6.2.2, 7.2, 7.8.1)."""
    if not tag & 0xFFFF:
        return "UL"
    if tag & 0x10000 and 0x10 <= tag & 0xFFFF <= 0xFF:
        return "LO"
    return "UN"


_NEVER_PLAIN = frozenset({"SQ", "UN", "NONE"}) | BINARY_VRS
_SHORT = {vr.encode(): vr for vr in SHORT_LENGTH_VRS}
_LONG = {vr.encode(): vr for vr in LONG_LENGTH_VRS}
VR_CODES = frozenset((*_SHORT, *_LONG))
_TAG = {True: Struct("<HH").unpack_from, False: Struct(">HH").unpack_from}
_LENGTH_16 = {True: Struct("<H").unpack_from, False: Struct(">H").unpack_from}
_LENGTH_32 = {True: Struct("<L").unpack_from, False: Struct(">L").unpack_from}
_ITEM = {True: Struct("<4sL").unpack_from, False: Struct(">4sL").unpack_from}
_BIG_TAGS = (b"\xff\xfe\xe0\0", b"\xff\xfe\xe0\xdd")
_HEADER = {
    (True, True): Struct("<6sH").unpack_from,
    (True, False): Struct(">6sH").unpack_from,
    (False, True): Struct("<4sL").unpack_from,
    (False, False): Struct(">4sL").unpack_from,
}
