"""Memory keeps what proves to be the same, gives up on what does not, and joins neighbours that may be joined."""

from __future__ import annotations

import itertools

from dicomveil.dataset.recall import LARGEST_UNIT_BYTES, MOST_UNITS, PATIENCE, Memory, Unit


def unit(tag: int, raw: bytes = b"", *, written: bytes | None = None, stamps: tuple[int, int] = (0, 0)) -> Unit:
    made = Unit(tag, raw or f"element {tag}".encode(), varies=False)
    made.written = written
    made.notes, made.identity = (f"note {tag}",), (f"identity {tag}",)
    made.before, made.after = stamps
    return made


def remembering(*units: Unit) -> Memory:
    memory = Memory()
    owner = object()
    memory.units(owner).extend(units)
    return memory


def test_neighbours_are_joined_into_one_with_all_that_became_of_them():
    memory = remembering(unit(1, written=b"new"), unit(2), unit(3, written=b""))
    memory.settle()
    (whole,) = memory.unit_list
    assert whole.raw == b"element 1element 2element 3"
    assert whole.written == b"newelement 2"
    assert whole.notes == ("note 1", "note 2", "note 3")
    assert whole.identity == ("identity 1", "identity 2", "identity 3")
    assert whole.tag == 1


def test_neighbours_that_are_all_kept_are_kept_together():
    memory = remembering(unit(1), unit(2))
    memory.settle()
    assert memory.unit_list[0].written is None


def test_what_was_joined_is_split_into_its_single_elements_however_often_it_was_joined():
    memory = remembering(unit(1), unit(2))
    memory.settle()
    memory.unit_list.append(unit(3))
    memory.settle()
    memory.split(0)
    assert [each.tag for each in memory.unit_list] == [1, 2, 3]


def test_neighbours_before_each_of_which_the_same_stamp_was_put_are_not_joined():
    memory = remembering(unit(1), unit(2, stamps=(0, 1)), unit(3, stamps=(0, 1)), unit(4, stamps=(1, 1)))
    memory.settle()
    assert [each.raw for each in memory.unit_list][:1] == [b"element 1element 2"]
    for each in memory.unit_list:
        inside = each.parts or [each]
        assert all(one.after == other.before for one, other in itertools.pairwise(inside))
        assert (each.before, each.after) == (inside[0].before, inside[-1].after)


def test_what_varies_stands_alone():
    varying = Unit(2, b"tag.", varies=True)
    memory = remembering(unit(1), unit(11), varying, unit(3), unit(4))
    memory.settle()
    assert [each.raw for each in memory.unit_list] == [b"element 1element 11", b"tag.", b"element 3element 4"]


def test_no_unit_is_joined_beyond_the_bound():
    memory = remembering(*(unit(n, b"x" * (LARGEST_UNIT_BYTES // 2 - 1)) for n in range(6)))
    memory.settle()
    assert len(memory.unit_list) > 1
    assert all(len(each.raw) <= LARGEST_UNIT_BYTES for each in memory.unit_list)


def test_what_differs_again_and_again_counts_as_varying():
    memory = remembering(unit(1, b"tag.first"))
    for n in range(PATIENCE):
        memory.replace(0, unit(1, b"tag.other%d" % n))
        assert not memory.unit_list[0].varies
    memory.replace(0, unit(1, b"tag.last"))
    assert memory.unit_list[0].varies
    assert memory.unit_list[0].raw == b"tag."


def test_more_units_than_are_remembered_are_forgotten():
    memory = remembering()
    owner = memory.owner
    memory.units(owner).extend(unit(n) for n in range(MOST_UNITS + 1))
    assert memory.units(owner) == []
