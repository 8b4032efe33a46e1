"""Draw data sets of any shape and encoding for hypothesis, and say what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import assume
from hypothesis import strategies as st

from builders import (
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    IMPLICIT_BIG,
    Element,
    Form,
    Item,
    Plain,
    Sequenced,
    value_bytes,
)
from dicomveil.dataset.syntax import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE

ENCODINGS = {EXPLICIT: EXPLICIT_LE, IMPLICIT: IMPLICIT_LE, BIG_ENDIAN: EXPLICIT_BE}
SHORT = ["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH"]
LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SV", "UC", "UN", "UR", "UT", "UV"]
LEAVES = {0x00080010 + 0x00040000 * n: vr for n, vr in enumerate(SHORT + LONG)}
SEQUENCES = [0x00081110, 0x00101002, 0x00209221, 0x52009230]
PRIVATE_CREATOR, PRIVATE_TAGS = 0x00290010, [0x00291001, 0x00291002, 0x00291003]
PIXEL_DATA = 0x7FE00010
VR_OF = {**LEAVES, **dict.fromkeys(SEQUENCES, "SQ"), PIXEL_DATA: "OB or OW"}
ALMOST_A_SEQUENCE = b"\xfe\xff\0\xe0\x06\0\0\0\x08\0\x10\0AE"

Tree = tuple[Element, ...]


class Long(bytes):
    """A value whose repr is short, for hypothesis to print."""

    def __repr__(self) -> str:
        return f'Long(b"ab" * {len(self) // 2})'


@st.composite
def trees(draw: st.DrawFn, form: Form, depth: int = 3) -> Tree:
    """Draw the elements of one data set or item in ascending order of tags."""
    made: dict[int, Element] = {}
    for tag in draw(st.lists(st.sampled_from(sorted(LEAVES)), max_size=5)):
        made[tag] = Plain(tag, LEAVES[tag], draw(values))
    if draw(st.booleans()):
        made[PRIVATE_CREATOR] = Plain(PRIVATE_CREATOR, "LO", b"MAKER ")
        for tag in draw(st.lists(st.sampled_from(PRIVATE_TAGS), max_size=2)):
            value = draw(st.one_of(values, st.just(ALMOST_A_SEQUENCE)))
            made[tag] = Plain(tag, "UN" if draw(st.booleans()) else "LO", value)
    if depth:
        for tag in draw(st.lists(st.sampled_from(SEQUENCES + PRIVATE_TAGS), max_size=2)):
            made[tag] = draw(sequences(form, tag, depth))
    return tuple(made[tag] for tag in sorted(made))


@st.composite
def sequences(draw: st.DrawFn, form: Form, tag: int, depth: int) -> Sequenced:
    stored_as_un = draw(st.integers(0, 2)) == 0
    inner = draw(st.sampled_from([form, IMPLICIT])) if stored_as_un and form is BIG_ENDIAN else form
    items = []
    for _ in range(draw(st.integers(0, 3))):
        switches = inner.explicit and draw(st.integers(0, 4)) == 0
        item_form = (IMPLICIT if inner.little else IMPLICIT_BIG) if switches else None
        items.append(Item(draw(trees(item_form or inner, depth - 1)), draw(st.booleans()), item_form))
    if not form.explicit and tag in PRIVATE_TAGS:
        stored_as_un = True
    return Sequenced(tag, tuple(items), draw(st.booleans()), "UN" if stored_as_un else "SQ", inner)


values = st.one_of(
    st.binary(max_size=8).map(lambda raw: raw + raw),
    st.integers(13_000, 32_000).map(lambda half: Long(b"ab" * half)),
)
forms = st.sampled_from(list(ENCODINGS))


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[Form, Tree]:
    form = draw(forms)
    tree = draw(trees(form))
    assume(not any(looks_explicit(item, inner) for item, inner in items_in(tree, form)))
    return form, tree


def items_in(tree: Sequence[Element], form: Form) -> Iterator[tuple[Item, Form]]:
    for each in tree:
        for item in each.items if isinstance(each, Sequenced) else ():
            yield item, item.form or each.form or form
            yield from items_in(item.elements, item.form or each.form or form)


def looks_explicit(item: Item, form: Form) -> bool:
    """Tell whether an implicit length happens to be two letters, which nobody can tell from a VR."""
    code = b"".join(each.encoded(form)[4:6] for each in item.elements[:1])
    return not form.explicit and code.isalpha() and code.isupper()


Listed = list[tuple[tuple[int, ...], str, bytes | None]]


def listed(tree: Sequence[Element], form: Form, path: tuple[int, ...] = ()) -> Iterator[tuple[object, ...]]:
    """List what a scan should: path, VR, and the value of what holds no items."""
    for each in tree:
        here = (*path, each.tag)
        if isinstance(each, Sequenced) and (each.items or each.undefined):
            yield here, "SQ", None
            for number, item in enumerate(each.items):
                yield from listed(item.elements, item.form or each.form or form, (*here, number))
        elif isinstance(each, Sequenced):
            yield here, each.vr if form.explicit else VR_OF.get(each.tag, "UN"), b""
        else:
            assert isinstance(each, Plain)
            implied = "LO" if each.tag == PRIVATE_CREATOR else VR_OF.get(each.tag, "UN")
            yield here, each.vr if form.explicit else implied, value_bytes(each.vr, each.value, form)
