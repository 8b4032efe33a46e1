"""Whatever is built is what a scan lists, what edits make is what would have been built, and memory changes nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    EXPLICIT,
    IMPLICIT,
    Element,
    Form,
    Item,
    Plain,
    Sequenced,
    encode,
)
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.rules import Node, Rule
from dicomveil.dataset.scan import scan
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import deflated, pieces_of
from dicomveil.dataset.syntax import EXPLICIT_LE, Encoding
from dicomveil.dataset.walk import Walk, flat
from trees import (
    ALMOST_A_SEQUENCE,
    ENCODINGS,
    LEAVES,
    PIXEL_DATA,
    PRIVATE_CREATOR,
    PRIVATE_TAGS,
    SEQUENCES,
    VR_OF,
    Tree,
    data_sets,
    listed,
)
from walkers import Policy, joined


@given(data_sets())
def test_a_scan_lists_exactly_what_was_built(built: tuple[Form, Tree]):
    form, tree = built
    source = Source.in_memory(encode(tree, form))
    found = scan(source, 0, ENCODINGS[form], VR_OF)
    assert found.end == source.size
    assert [
        (
            each.path,
            "SQ" if each.holds_items else each.vr,
            None if each.holds_items else source.read(each.value, each.end),
        )
        for each in found.elements
    ] == list(listed(tree, form))


@given(data_sets())
def test_extents_of_elements_follow_each_other_and_lie_inside_what_holds_them(built: tuple[Form, Tree]):
    form, tree = built
    source = Source.in_memory(encode(tree, form))
    found = scan(source, 0, ENCODINGS[form], VR_OF)
    around: list[tuple[tuple[int, ...], int]] = [((), source.size)]
    at = 0
    for each in found.elements:
        while each.path[: len(around[-1][0])] != around[-1][0]:
            around.pop()
        assert at <= each.start < each.value <= each.end <= around[-1][1]
        if each.holds_items:
            around.append((each.path, each.end))
        at = each.value if each.holds_items else each.end


# --- edits


Choose = Callable[[int], int]


def edited(tree: Tree, form: Form, choose: Choose, starts: dict[int, bytes], at: int) -> Tree:
    """Decide on every element at random: make the tree that should come out, and fill in the edits by offset."""
    made: list[Element] = []
    for each in tree:
        size = len(each.encoded(form))
        choice = choose(10)
        if choice == 0:
            starts[at] = b""
        elif choice == 1:
            stand_in = Plain(each.tag, "UN" if isinstance(each, Sequenced) else each.vr, b"XY" * choose(30))
            starts[at] = stand_in.encoded(form)
            made.append(stand_in)
        elif isinstance(each, Sequenced):
            inside = at + (12 if form.explicit else 8)
            items = []
            for item in each.items:
                inner = item.form or each.form or form
                items.append(replace(item, elements=edited(item.elements, inner, choose, starts, inside + 8)))
                inside += len(item.encoded(each.form or form))
            made.append(replace(each, items=tuple(items)))
        else:
            made.append(each)
        at += size
    return tuple(made)


class Editing(Policy):
    """Carries out edits given by the offset of an element."""

    starts: dict[int, bytes]

    def decide(self, rule: Rule) -> Rule:
        rule.act = self._edit
        return rule

    def place(self, encoding: Encoding, path: tuple[int, ...]) -> Editing:
        made = super().place(encoding, path)
        assert isinstance(made, Editing)
        made.starts = self.starts
        return made

    def _edit(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        walk.fleeting = True  # where an element lies is no part of its bytes
        return self.starts.get(start)


@given(data_sets(), st.randoms(use_true_random=True), st.booleans())
@settings(max_examples=settings.default.max_examples)
def test_edits_at_any_depth_make_what_would_have_been_built_without_what_they_took(
    built: tuple[Form, Tree], chance: random.Random, remembers: bool
):
    form, tree = built
    raw = encode(tree, form)
    starts: dict[int, bytes] = {}
    expected = edited(tree, form, chance.randrange, starts, 0)
    source = Source.in_memory(raw)
    root = Editing(ENCODINGS[form], remembers=remembers, vr_of=VR_OF)
    root.starts = starts
    walk = Walk(source)
    end = walk.root(root, 0)
    made = joined(source, pieces_of(b"", source, 0, end, walk.edits))
    assert made == encode(expected, form)
    assert walk.delta == len(made) - len(raw)


# --- memory


@dataclass(frozen=True)
class Around:
    """What a series' files are de-identified as: a context, and the stamps that belong to it."""

    name: bytes
    stamps: tuple[tuple[int, bytes], ...]


class Moody(Policy):
    """Decides on each tag at each place in a fixed but arbitrary way, using everything a rule can do."""

    mood: int = 0

    def __init__(self, encoding: Encoding, **settings: object) -> None:
        super().__init__(encoding, **settings)  # type: ignore[arg-type]
        self.hears_entry = True

    def entered(self, walk: Walk) -> None:
        walk.creators[walk.depth] = {}

    def place(self, encoding: Encoding, path: tuple[int, ...]) -> Moody:
        made = super().place(encoding, path)
        assert isinstance(made, Moody)
        made.mood = self.mood
        return made

    def decide(self, rule: Rule) -> Rule | None:
        choice = crc32(repr((self.mood, self.path, rule.tag, rule.vr)).encode()) % 16
        rule.gated = not self.path and rule.tag > FIRST_STAMP
        written = self.encoding.element(rule.tag, "UN", bytes(2 * (choice % 3)))
        if choice < 2:
            rule.written, rule.note = b"", f"removed {self.path} {rule.tag}"
        elif choice < 4:
            rule.written, rule.note = written, f"constant {self.path} {rule.tag}"
        elif choice < 7:
            rule.act = self._by_value
        elif choice < 8:
            rule.act = self._tell
        elif choice < 10:
            rule.act = self._listen
        elif choice < 12:
            rule.identity = lambda raw: (rule.tag, raw)
        elif rule.inside is None and not rule.gated:
            return None
        return rule

    def _by_value(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        assert isinstance(walk.context, Around)
        raw = walk.source.read(value, end)
        choice = crc32(raw) % 5
        if choice < 2:
            return None
        walk.notes.append(f"acted {self.path} {rule.tag} {choice}")
        walk.facts.append((rule.tag, raw[:4]))
        if choice == 2:
            return b""
        return self.encoding.element(rule.tag, "UN", walk.context.name * choice)

    def _tell(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        walk.fleeting = True
        walk.creators[walk.depth][0] = walk.source.read(value, min(end, value + 8))
        return None

    def _listen(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes | None:
        walk.fleeting = True
        told = walk.creators[walk.depth].get(0)
        if told is None:
            return None
        walk.notes.append(f"heard {rule.tag}")
        return self.encoding.element(rule.tag, "UN", bytes(told))


FIRST_STAMP = 0x00120062
STAMPS = [(FIRST_STAMP, "CS"), (0x00200052, "UI"), (0x00401001, "LO"), (0xFFFAFFF0, "LO")]


@dataclass
class Series:
    """Data sets each of which differs a little from one before."""

    form: Form
    chance: random.Random
    known: list[Tree] = field(default_factory=list)

    def next(self, changes: int) -> Tree:
        tree = self.chance.choice(self.known[-3:]) if self.known else self._tree(self.form, 3)
        for _ in range(changes if self.known else 0):
            tree = self._changed(tree, self.form, 3)
        self.known.append(tree)
        return tree

    def _changed(self, tree: Tree, form: Form, depth: int) -> Tree:
        chance = self.chance
        made = list(tree)
        nested = [n for n, each in enumerate(made) if isinstance(each, Sequenced) and each.items]
        if nested and chance.random() < 0.6:
            at = chance.choice(nested)
            each = made[at]
            assert isinstance(each, Sequenced)
            made[at] = self._changed_sequence(each, form, depth)
            return tuple(made)
        at = chance.randrange(len(made) + 1)
        kind = chance.randrange(6)
        if kind < 3 and at < len(made):
            made[at] = self._element(made[at].tag, form, depth)
        elif kind == 3:
            made.insert(at, self._element(self._tag(depth), form, depth))
            made = sorted(made, key=lambda each: each.tag) if chance.random() < 0.8 else made
        elif kind == 4 and at < len(made):
            del made[at]
        elif at + 1 < len(made):
            made[at], made[at + 1] = made[at + 1], made[at]
        return tuple(made)

    def _changed_sequence(self, each: Sequenced, form: Form, depth: int) -> Sequenced:
        items = list(each.items)
        at = self.chance.randrange(len(items))
        item = items[at]
        kind = self.chance.randrange(10)
        if kind == 0:
            items.insert(at, item)
        elif kind == 1:
            del items[at]
        elif kind == 2:
            items[at] = replace(item, undefined=not item.undefined)
        elif kind == 3:
            return replace(each, undefined=not each.undefined)
        else:
            inner = item.form or each.form or form
            items[at] = replace(item, elements=self._changed(item.elements, inner, depth - 1))
        return replace(each, items=tuple(items))

    def _tree(self, form: Form, depth: int) -> Tree:
        tags = sorted({self._tag(depth) for _ in range(self.chance.randrange(2, 12))})
        return tuple(self._element(tag, form, depth) for tag in tags)

    def _tag(self, depth: int) -> int:
        choices = [*LEAVES, *PRIVATE_TAGS, PRIVATE_CREATOR]
        return self.chance.choice(choices if not depth or self.chance.random() < 0.6 else SEQUENCES + PRIVATE_TAGS)

    def _element(self, tag: int, form: Form, depth: int) -> Element:
        chance = self.chance
        if depth and (tag in SEQUENCES or (tag in PRIVATE_TAGS and chance.random() < 0.5)):
            vr = "SQ" if tag in SEQUENCES and chance.random() < 0.8 else "UN"
            switched = IMPLICIT if form is EXPLICIT and chance.random() < 0.2 else None
            count = chance.randrange(1, 4)
            first = self._tree(switched or form, depth - 1)
            items = [Item(first, chance.random() < 0.5, switched) for _ in range(count)]
            return Sequenced(tag, tuple(items), chance.random() < 0.5, vr, form)
        vr = LEAVES.get(tag, "LO" if tag == PRIVATE_CREATOR else "UN")
        if tag in SEQUENCES:
            return Sequenced(tag)
        long = chance.random() < 0.03
        value = (
            chance.choice([b"", b"aa", b"ab", b"cdef", ALMOST_A_SEQUENCE])
            if not long
            else b"long" * chance.randrange(1, 12_000)
        )
        return Plain(tag, vr, value)


def outcome(root: Node, raw: bytes, around: Around) -> tuple[object, ...]:
    """Walk a data set; return all that comes of it."""
    source = Source.in_memory(raw)
    walk = Walk(source, around, around.stamps, Limits(), tidy=True)
    end = walk.root(root, 0)
    made = joined(source, pieces_of(b"", source, 0, end, walk.edits))
    assert len(made) == end + walk.delta
    return end, made, flat(walk.notes), walk.identity, walk.facts, walk.stamped


@pytest.mark.parametrize("form", list(ENCODINGS), ids=lambda form: form.name)
@given(seed=st.integers(0, 1 << 32), length=st.integers(2, 14), changes=st.integers(0, 3), trailing=st.booleans())
@settings(max_examples=settings.default.max_examples * 80 // 100)
def test_remembering_the_data_sets_before_changes_nothing_in_what_is_made(
    form: Form, seed: int, length: int, changes: int, trailing: bool
):
    chance = random.Random(seed)
    series = Series(form, chance)
    arounds = [
        Around(name, tuple((tag, ENCODINGS[form].element(tag, vr, name)) for tag, vr in STAMPS))
        for name in (b"context one ", b"another")
    ]
    root = Moody(ENCODINGS[form], vr_of=VR_OF, remembers=True)
    root.mood = seed
    around = arounds[0]
    for _ in range(length):
        raw = encode(series.next(chance.randrange(changes + 1)), form)
        if trailing:
            raw += Plain(PIXEL_DATA, "OW", b"pp" * chance.randrange(1, 4)).encoded(form)
            raw += chance.choice([b"", b"\0" * 40, b"no element, but junk after the pixels", b"\x08\x00"])
            raw += chance.choice([b"", Plain(0xFFFCFFFC, "OB", b"pad ").encoded(form)])
        if chance.random() < 0.15:
            around = chance.choice(arounds)
        fresh = Moody(ENCODINGS[form], vr_of=VR_OF)
        fresh.mood = seed
        assert outcome(root, raw, around) == outcome(fresh, raw, around)


def test_memory_is_really_used_by_the_series_that_test_it():
    recognised = 0
    for seed in range(30):
        series = Series(EXPLICIT, random.Random(seed))
        around = Around(b"a", ())
        root = Moody(EXPLICIT_LE, vr_of=VR_OF, remembers=True)
        root.mood = seed
        for _ in range(6):
            source = Source.in_memory(encode(series.next(1)))
            walk = Walk(source, around)
            walk.root(root, 0)
            recognised += source.size > 0 and sum(end - start for start, end in walk.fresh) < source.size
    assert recognised > 100


@given(data_sets(), st.binary(max_size=20))
def test_a_deflated_data_set_inflates_to_what_was_made(built: tuple[Form, Tree], header: bytes):
    import zlib

    form, tree = built
    source = Source.in_memory(encode(tree, form))
    (piece,) = deflated(header, source, 0, source.size, [])
    assert isinstance(piece, bytes)
    assert piece.startswith(header)
    assert len(piece) % 2 == 0
    assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece[len(header) :]) == encode(tree, form)
