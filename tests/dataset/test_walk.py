"""Every element at every depth is met once; what rules say is done, lengths follow, and the rest stays as it was."""

from __future__ import annotations

import contextlib

import pytest

from builders import (
    BIG_ENDIAN,
    EXPLICIT,
    FORMS,
    IMPLICIT,
    PIXEL_DATA,
    Element,
    Form,
    Item,
    Plain,
    Raw,
    Sequenced,
    delimiter,
    dicom_file,
    element,
    encode,
    header,
    item_header,
    nested,
    sequence,
)
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.rules import Rule
from dicomveil.dataset.syntax import Encoding
from dicomveil.dataset.walk import Walk, flat
from dicomveil.errors import LimitExceeded, MalformedDataSet
from walkers import Looking, Policy, opened, walked

NAME, ID = 0x00100010, 0x00100020
UID = element(0x00080018, "UI", "2.25.1")
DOE = element(NAME, "PN", "Doe^Jane")
NUMBER = element(ID, "LO", "4711")
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
both_lengths = pytest.mark.parametrize("undefined", [False, True], ids=["defined", "undefined"])


class Removing(Policy):
    """Removes the patient's name wherever it is, and notes it."""

    def decide(self, rule: Rule) -> Rule | None:
        if rule.tag == NAME:
            rule.written, rule.note = b"", f"removed below {self.path}"
            return rule
        return rule if rule.inside else None


class Renaming(Policy):
    """Gives every patient a longer name, and notes it where it acts."""

    def decide(self, rule: Rule) -> Rule | None:
        if rule.tag == NAME:
            rule.act = self._rename
            return rule
        return rule if rule.inside else None

    def _rename(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes:
        walk.notes.append(f"renamed below {self.path}")
        return self.encoding.element(NAME, "PN", b"Somebody^Else^Altogether")


ELSE = Plain(NAME, "PN", b"Somebody^Else^Altogether")


@every_form
@both_lengths
@pytest.mark.parametrize("depth", [0, 1, 2, 10])
@pytest.mark.parametrize("remembers", [False, True])
def test_a_name_is_replaced_at_any_depth_and_every_length_around_it_follows(
    form: Form, undefined: bool, depth: int, remembers: bool
):
    def data_set(name: Element) -> list[Element]:
        return [UID, nested(depth, name, undefined=undefined), element(PIXEL_DATA, "OW", [1, 2])]

    data = dicom_file(data_set(DOE), form)
    root = Renaming(opened(data).syntax.encoding, remembers=remembers)
    for _ in range(3):
        walk, made = walked(data, root)
        assert made == encode(data_set(ELSE), form)
        assert flat(walk.notes) == (f"renamed below {(0x00081140,) * depth}",)


@every_form
def test_an_item_left_without_elements_stays_an_item(form: Form):
    data = dicom_file([sequence(0x00081140, [DOE], [DOE], undefined=False)], form)
    walk, made = walked(data, Removing)
    assert made == encode([sequence(0x00081140, [], [])], form)
    assert walk.notes == [f"removed below {(0x00081140,)}"] * 2


def test_what_is_decided_on_a_sequence_replaces_what_was_decided_inside():
    class Emptying(Renaming):
        def decide(self, rule: Rule) -> Rule | None:
            super().decide(rule)
            if rule.tag == 0x00081140:
                rule.written, rule.note = self.encoding.element(rule.tag, "SQ", b""), "emptied"
                rule.identity = len
            return rule

    walk, made = walked(dicom_file([UID, sequence(0x00081140, [DOE], [DOE]), NUMBER]), Emptying)
    assert made == encode([UID, sequence(0x00081140), NUMBER])
    assert walk.notes == ["emptied"]
    assert walk.identity == [2 * (8 + len(DOE.encoded(EXPLICIT)))]


def test_an_act_may_take_back_what_became_of_an_element_before():
    class Undecided(Policy):
        def decide(self, rule: Rule) -> Rule:
            rule.act = self._act
            return rule

        def _act(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> bytes | None:
            walk.fleeting = True
            if rule.tag == 0x00290010:
                self.creator = (start, end, b"")
                return b""
            if rule.tag >> 16 != 0x0029:
                return None
            walk.edits.remove(self.creator)
            walk.delta += self.creator[1] - self.creator[0]
            return self.encoding.element(rule.tag, "OB", b"kept by act")

    creator = element(0x00290010, "LO", "MAKER")

    def holding(private: Element) -> list[Element]:
        return [sequence(0x00081140, [creator, private]), NUMBER]

    expected = encode(holding(Plain(0x00291001, "OB", b"kept by act")))
    assert walked(dicom_file(holding(element(0x00291001, "OB", b"data"))), Undecided)[1] == expected
    with_items = sequence(0x00291001, [DOE], vr="SQ")
    assert walked(dicom_file(holding(with_items)), Undecided)[1] == expected


# --- sequences in disguise


@both_lengths
@pytest.mark.parametrize("inner", [EXPLICIT, IMPLICIT], ids=lambda form: form.name)
@pytest.mark.parametrize("tag", [0x00081140, 0x00291001], ids=["public", "private"])
def test_names_in_a_sequence_stored_as_un_are_met(tag: int, inner: Form, undefined: bool):
    def data_set(name: Element) -> list[Element]:
        return [sequence(tag, [name], vr="UN", form=inner, undefined=undefined), NUMBER]

    assert walked(dicom_file(data_set(DOE)), Renaming)[1] == encode(data_set(ELSE))


@both_lengths
@pytest.mark.parametrize("inner", [BIG_ENDIAN, IMPLICIT], ids=lambda form: form.name)
def test_names_in_a_sequence_stored_as_un_in_big_endian_are_met(inner: Form, undefined: bool):
    def data_set(*names: Element) -> list[Element]:
        items = [[name] for name in names]
        return [sequence(0x00291001, *items, vr="UN", form=inner, undefined=undefined), NUMBER]

    assert walked(dicom_file(data_set(DOE), BIG_ENDIAN), Renaming)[1] == encode(data_set(ELSE), BIG_ENDIAN)
    assert walked(dicom_file(data_set(), BIG_ENDIAN), Renaming)[1] == encode(data_set(), BIG_ENDIAN)


def test_items_in_implicit_vr_inside_explicit_are_met():
    def data_set(name: Element) -> list[Element]:
        return [Sequenced(0x00081140, (Item((name,), form=IMPLICIT), Item((name,)))), NUMBER]

    assert walked(dicom_file(data_set(DOE)), Renaming)[1] == encode(data_set(ELSE))


def test_bytes_that_only_begin_like_a_sequence_stay_whole_and_nothing_of_them_is_noted():
    almost = element(0x00291001, "UN", item_header(20, EXPLICIT) + encode([DOE]) + b"rest")
    whole = encode([UID, almost, NUMBER])
    for remembers in (False, True):
        data = dicom_file([UID, almost, NUMBER])
        walk, made = walked(data, Renaming(opened(data).syntax.encoding, remembers=remembers))
        assert made == whole
        assert (walk.notes, walk.delta, walk.depth) == ([], 0, 0)


@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("whole", [False, True], ids=["no sequence after all", "a sequence"])
def test_an_item_of_another_character_set_says_nothing_of_what_stands_behind_it(whole: bool, remembers: bool):
    class Listening(Policy):
        def decide(self, rule: Rule) -> Rule | None:
            if rule.tag == 0x00080005:
                rule.act = self._declare
            elif rule.tag in (NAME, ID):
                rule.act = self._tell
            return rule

        def _declare(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
            walk.foreign_text = walk.fleeting = True

        def _tell(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
            walk.notes.append((rule.tag, walk.foreign_text))

    content = encode([element(0x00080005, "CS", "ISO_IR 144"), DOE]) + (b"" if whole else b"rest")
    value = item_header(len(content), EXPLICIT) + content
    data = dicom_file([element(0x00091001, "UN", value), NUMBER])
    root = Listening(opened(data).syntax.encoding, remembers=remembers)
    for _ in range(2):
        walk, _ = walked(data, root)
        assert walk.notes == [(NAME, True)] * whole + [(ID, False)]


def test_an_element_that_only_begins_like_a_sequence_counts_as_fresh_like_any_other():
    almost = element(0x00291001, "UN", item_header(20, EXPLICIT) + encode([DOE]) + b"rest")
    data = dicom_file([UID, almost, NUMBER])
    walk, _ = walked(data, Renaming(opened(data).syntax.encoding, remembers=True))
    assert sum(end - start for start, end in walk.fresh) == len(encode([UID, almost, NUMBER]))


def test_a_sequence_under_a_short_vr_has_its_16_bit_length_rewritten():
    class Entering(Renaming):
        def decide(self, rule: Rule) -> Rule | None:
            if rule.tag == 0x00291001:
                rule.inside = self
            return super().decide(rule)

    def data_set(name: Element) -> list[Element]:
        return [element(0x00291001, "LO", Item((name,)).encoded(EXPLICIT)), NUMBER]

    assert walked(dicom_file(data_set(DOE)), Entering)[1] == encode(data_set(ELSE))
    many = element(0x00291001, "LO", Item((DOE,)).encoded(EXPLICIT) * 2_500)
    with pytest.raises(LimitExceeded):
        walked(dicom_file([many]), Entering)


# --- stamps, identity, tidiness, ends


class Gated(Policy):
    def decide(self, rule: Rule) -> Rule:
        rule.gated = not self.path
        return rule


@every_form
@pytest.mark.parametrize("remembers", [False, True])
def test_stamps_are_put_in_where_their_tags_belong(form: Form, remembers: bool):
    stamps = [Plain(tag, "LO", b"mark") for tag in (0x00080001, 0x00120063, 0x00200011, 0xFFFA0001)]
    elements = [UID, element(0x00100010, "PN", "Doe"), nested(1, NUMBER, tag=0x00120064), element(0x00280010, "US", 2)]
    expected = sorted([*elements, *stamps], key=lambda each: each.tag)
    data = dicom_file(elements, form)
    root = Gated(opened(data).syntax.encoding, remembers=remembers)
    encoded = tuple((each.tag, each.encoded(form)) for each in stamps)
    for _ in range(3):
        walk, made = walked(data, root, stamps=encoded)
        assert made == encode(expected, form)
        assert walk.stamped == 4


def test_a_stamp_is_put_in_once_when_neighbours_were_first_met_apart():
    stamp = Plain(0x00120063, "LO", b"mark")
    first, second = element(0x00200011, "IS", "1"), element(0x00280010, "US", 2)
    root = Gated(opened(dicom_file([UID])).syntax.encoding, remembers=True)
    for elements in ([UID, first], [UID, second], [UID, first, second], [UID, first, second], [UID, second]):
        made = walked(dicom_file(elements), root, stamps=((stamp.tag, stamp.encoded(EXPLICIT)),))[1]
        assert made == encode([UID, stamp, *elements[1:]])


def test_a_stamp_behind_pixel_data_survives_what_follows_being_junk():
    stamp = Plain(0xFFFA0001, "LO", b"mark")
    elements = [UID, element(PIXEL_DATA, "OW", [1, 2])]
    trailing = Plain(0xFFFC0001, "LO", b"x").encoded(EXPLICIT) + b"junk that is no element"
    walk, made = walked(dicom_file(elements, trailing=trailing), Gated, stamps=((stamp.tag, stamp.encoded(EXPLICIT)),))
    assert made == encode([*elements, stamp])
    assert walk.delta == len(stamp.encoded(EXPLICIT))


def test_what_was_noted_of_junk_behind_pixel_data_is_forgotten():
    data = dicom_file([UID, element(PIXEL_DATA, "OW", [1, 2])], trailing=DOE.encoded(EXPLICIT) + b"\xff" * 30)
    walk, made = walked(data, Renaming)
    assert made == encode([UID, element(PIXEL_DATA, "OW", [1, 2])])
    assert (walk.notes, walk.edits, walk.delta) == ([], [], 0)


def test_elements_behind_pixel_data_belong_to_the_data_set():
    elements = [UID, element(PIXEL_DATA, "OW", [1, 2]), element(0xFFFCFFFC, "OB", b"pad ")]
    assert walked(dicom_file(elements))[1] == encode(elements)


@pytest.mark.parametrize("remembers", [False, True])
def test_tidying_writes_zeros_where_the_standard_wants_them_and_only_when_asked(remembers: bool):
    def data_set(reserved: bytes, length: int) -> list[Element]:
        untidy_end = Raw(
            header(0x00081140, "SQ", 0xFFFFFFFF, EXPLICIT)
            + item_header(0xFFFFFFFF, EXPLICIT)
            + DOE.encoded(EXPLICIT)
            + delimiter(0xE00D, EXPLICIT, length)
            + delimiter(0xE0DD, EXPLICIT, length)
        )
        return [UID, untidy_end, Plain(0x00104000, "UT", b"text", reserved=reserved)]

    data = dicom_file(data_set(b"ID", 4711))
    for tidy, expected in ((True, data_set(b"\0\0", 0)), (False, data_set(b"ID", 4711))):
        root = Looking(opened(data).syntax.encoding, remembers=remembers)
        for _ in range(3):
            assert walked(data, root, tidy=tidy)[1] == encode(expected)


def test_identity_is_made_of_the_values_in_the_order_they_are_met():
    class Identifying(Policy):
        def decide(self, rule: Rule) -> Rule:
            rule.identity = (lambda raw: (rule.tag, raw)) if rule.tag in (NAME, ID) else None
            return rule

    data = dicom_file([nested(1, DOE), NUMBER])
    expected = [(NAME, b"Doe^Jane"), (ID, b"4711")]
    root = Identifying(opened(data).syntax.encoding, remembers=True)
    assert [walked(data, root)[0].identity for _ in range(4)] == [expected] * 4


def test_an_act_learns_whether_the_element_was_gone_into():
    class Asking(Policy):
        def decide(self, rule: Rule) -> Rule:
            rule.act = lambda walk, rule, start, value, end: walk.facts.append(walk.read_as_items)
            return rule

    items, none = sequence(0x00291001, [DOE], vr="UN"), element(0x00291002, "UN", b"none")
    assert walked(dicom_file([items]), Asking)[0].facts[-1] is True
    assert walked(dicom_file([items, none]), Asking)[0].facts[-1] is False


def test_notes_handed_on_in_groups_are_told_one_by_one():
    assert flat(["a", ("b", "c"), (), "d"]) == ("a", "b", "c", "d")
    assert flat([]) == ()


@pytest.mark.parametrize("remembers", [False, True])
def test_more_levels_than_are_accepted_are_a_limit(remembers: bool):
    data = dicom_file([nested(4, DOE)])
    root = Looking(opened(data).syntax.encoding, remembers=remembers)
    with pytest.raises(LimitExceeded):
        walked(data, root, limits=Limits(depth=3))
    assert walked(data, root, limits=Limits(depth=4))[1] == encode([nested(4, DOE)])


# --- memory


class Counting(Policy):
    """Counts what it is asked about."""

    asked: list[int]

    def decide(self, rule: Rule) -> Rule:
        rule.act = self._count
        return rule

    def place(self, encoding: Encoding, path: tuple[int, ...]) -> Policy:
        made = super().place(encoding, path)
        made.asked = self.asked
        return made

    def _count(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
        self.asked.append(rule.tag)


def counted(elements: list[list[Element]], contexts: list[object] | None = None) -> list[list[int]]:
    root = Counting(opened(dicom_file([UID])).syntax.encoding, remembers=True)
    root.asked = []
    asked = []
    for number, each in enumerate(elements):
        walked(dicom_file(each), root, context=contexts[number] if contexts else None)
        asked.append(list(root.asked))
        root.asked.clear()
    return asked


def test_what_is_the_same_as_before_is_not_asked_about_again():
    other = element(ID, "LO", "0815")
    same = [UID, nested(2, DOE), NUMBER]
    assert counted([same, same, [UID, nested(2, DOE), other]]) == [
        [UID.tag, NAME, 0x00081140, 0x00081140, ID],
        [],
        [ID],
    ]


def test_what_differs_every_time_is_asked_about_every_time():
    series = [[UID, element(ID, "LO", str(n)), DOE] for n in range(8)]
    assert counted(series)[1:] == [[ID]] * 7


def test_another_context_has_everything_asked_about_again():
    same, one, other = [UID, DOE], object(), object()
    assert counted([same] * 4, [one, one, other, one]) == [[UID.tag, NAME], [], [UID.tag, NAME], [UID.tag, NAME]]


def test_an_outcome_that_depends_on_more_than_the_bytes_is_asked_about_every_time():
    class Fleeting(Counting):
        def _count(self, walk: Walk, rule: Rule, start: int, value: int, end: int) -> None:
            super()._count(walk, rule, start, value, end)
            walk.fleeting = walk.fleeting or rule.tag == NAME

    root = Fleeting(opened(dicom_file([UID])).syntax.encoding, remembers=True)
    root.asked = []
    for _ in range(5):
        root.asked.clear()
        walked(dicom_file([UID, nested(2, DOE), NUMBER]), root)
    assert root.asked == [NAME, 0x00081140, 0x00081140]


def test_what_is_remembered_of_an_item_is_not_recognised_across_its_end():
    root = Renaming(opened(dicom_file([UID])).syntax.encoding, remembers=True)
    for number in range(6):
        varying = element(0x00080050, "SH", str(number))
        inside, outside = ([varying, NUMBER, DOE], []) if number < 5 else ([varying, NUMBER], [DOE])
        data = dicom_file([UID, sequence(0x00081140, inside), *outside])
        walk, made = walked(data, root)
        renamed = [[ELSE if each is DOE else each for each in elements] for elements in (inside, outside)]
        assert made == encode([UID, sequence(0x00081140, renamed[0]), *renamed[1]])
        assert len(flat(walk.notes)) == 1


def test_a_broken_data_set_leaves_memory_fit_for_the_next():
    root = Renaming(opened(dicom_file([UID])).syntax.encoding, remembers=True)
    whole = dicom_file([UID, nested(2, DOE), DOE, NUMBER])
    for size in range(len(whole) - len(encode([UID, nested(2, DOE), DOE, NUMBER])), len(whole), 3):
        with contextlib.suppress(MalformedDataSet):
            walked(whole[:size], root)
        assert walked(whole, root)[1] == encode([UID, nested(2, ELSE), ELSE, NUMBER])
