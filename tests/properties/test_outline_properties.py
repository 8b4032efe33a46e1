"""An outline knows every element a scan lists, and its changes give the bytes that the changed tree would have."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from builders import EXPLICIT, Form, Item, Plain, Sequenced, encode
from dicomveil.dataset.index import Level
from dicomveil.dataset.outline import Outline
from dicomveil.dataset.scan import scan
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from trees import ENCODINGS, LEAVES, SEQUENCES, VR_OF, Tree, data_sets, trees

HIGHEST, NEW = 0x7FD00010, 0x00080018


@cache
def learned_level(form: Form) -> Level:
    return Level(ENCODINGS[form], VR_OF)


def outlined(raw: bytes, form: Form, level: Level | None = None) -> Outline:
    return Outline.of_root(Source.in_memory(raw), 0, level or Level(ENCODINGS[form], VR_OF))


def deep(outline: Outline, path: tuple[int, ...] = ()) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for slot in outline.all_slots():
        lying = outline.element(slot)
        items = outline.items(slot) if slot in outline.holders else None
        found.append(((*path, lying.tag), lying.vr, lying.start, lying.value, lying.end))
        for number, item in enumerate(items.items if items else []):
            found += deep(item.outline, (*path, lying.tag, number))
    return found


@given(data_sets())
def test_an_outline_has_every_element_that_a_scan_lists(built: tuple[Form, Tree]):
    form, tree = built
    raw = encode(tree, form)
    elements = scan(Source.in_memory(raw), 0, ENCODINGS[form], VR_OF).elements
    wanted = sorted((each.path, each.vr, each.start, each.value, each.end) for each in elements)
    assert sorted(deep(outlined(raw, form))) == wanted


@given(data_sets())
def test_what_other_data_sets_have_taught_changes_nothing(built: tuple[Form, Tree]):
    form, tree = built
    raw = encode(tree, form)
    level = learned_level(form)
    for _ in range(2):
        assert deep(outlined(raw, form, level)) == deep(outlined(raw, form))


@given(data_sets(), st.data())
def test_changes_give_what_the_changed_tree_would_have(built: tuple[Form, Tree], data: st.DataObject):
    form, tree = built
    raw = encode(tree, form)
    outline = outlined(raw, form)
    changed = _change(outline, tree, form, data)
    edits = outline.edits()
    assert edits == sorted(edits, key=lambda edit: edit[:2])
    assert all(before[1] <= after[0] for before, after in pairwise(edits))
    made = spliced(raw, 0, edits)
    assert made == encode(changed, form)
    assert outline.flat() == made
    assert outline.is_changed == bool(edits)


@given(data_sets())
def test_an_outline_that_nothing_changes_makes_no_edits(built: tuple[Form, Tree]):
    form, tree = built
    outline = outlined(encode(tree, form), form)
    deep(outline)
    assert outline.edits() == []
    assert not outline.is_changed


def _change(outline: Outline, tree: Tree, form: Form, data: st.DataObject) -> Tree:
    """Change an outline and the tree it was made from in the same way; return the tree."""
    changed = list(tree)
    for each in tree:
        what = data.draw(st.sampled_from(["keep", "keep", "remove", "put", "inside"]))
        (slot,) = outline.slots(each.tag)
        if what == "remove":
            outline.remove(slot)
            changed.remove(each)
        elif what == "put" and each.tag in LEAVES:
            fresh = Plain(each.tag, LEAVES[each.tag], data.draw(st.binary(max_size=4).map(lambda raw: raw * 2)))
            outline.put(each.tag, fresh.encoded(form))
            changed[changed.index(each)] = fresh
        elif what == "inside" and isinstance(each, Sequenced):
            changed[changed.index(each)] = _change_items(outline, slot, each, form, data)
    if data.draw(st.booleans()) and form is EXPLICIT:
        added = Plain(NEW, "UI", b"1.2\0")
        outline.put(NEW, added.encoded(form))
        changed = sorted([*changed, added], key=lambda each: each.tag)
    return tuple(changed)


def _change_items(outline: Outline, slot: int, each: Sequenced, form: Form, data: st.DataObject) -> Sequenced:
    items = outline.items(slot)
    if items is None:
        return each
    made: list[Item] = []
    for item, lying in zip(each.items, list(items.items), strict=True):
        if data.draw(st.integers(0, 3)) == 0:
            items.items.remove(lying)
            continue
        inner = item.form or each.form or form
        made.append(replace(item, elements=_change(lying.outline, item.elements, inner, data)))
    if made and not made[0].form and not each.form and data.draw(st.booleans()):
        inside = Plain(NEW, "UI", b"9.9\0")
        items.insert(len(made)).put(NEW, inside.encoded(form))
        made.append(Item((inside,)))
    return replace(each, items=tuple(made))


@given(trees(EXPLICIT), st.sampled_from(SEQUENCES))
def test_a_sequence_put_in_can_be_filled_at_once(tree: Tree, tag: int):
    tree = tuple(each for each in tree if each.tag != tag)
    outline = outlined(encode(tree, EXPLICIT), EXPLICIT)
    slot = outline.put(tag, Sequenced(tag).encoded(EXPLICIT))
    items = outline.items(slot)
    assert items is not None
    inside = Plain(NEW, "UI", b"1.2\0")
    items.insert(0).put(NEW, inside.encoded(EXPLICIT))
    wanted = sorted([*tree, Sequenced(tag, (Item((inside,)),))], key=lambda each: each.tag)
    assert spliced(encode(tree, EXPLICIT), 0, outline.edits()) == encode(wanted, EXPLICIT)
