from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.new_uid import new_uid
from dicomveil.actions.outcome import KEPT, Replaced


def mapped(raw: bytes) -> bytes:
    outcome = new_uid(raw, "UI", world())
    assert isinstance(outcome, Replaced)
    return outcome.value


def test_a_uid_is_replaced_by_a_valid_one() -> None:
    new = mapped(b"1.2.3.4\0").rstrip(b"\0")
    assert new.startswith(b"2.25.")
    assert len(new) <= 64
    assert not new.translate(None, b"0123456789.")
    assert len(mapped(b"1.2.3.4\0")) % 2 == 0


@pytest.mark.parametrize("raw", [b"1.2.3.4\0", b"1.2.3.4 ", b"1.2.3.4", b" 1.2.3.4"])
def test_padding_does_not_make_another_uid_of_it(raw: bytes) -> None:
    assert mapped(raw) == mapped(b"1.2.3.4\0")


@pytest.mark.parametrize(
    "raw", [b"", b"\0\0", b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.5.1.4.1.1.2", b"1.2.840.10008.1.4.1.1"]
)
def test_nothing_and_uids_of_the_standard_stay(raw: bytes) -> None:
    assert new_uid(raw, "UI", world()) is KEPT


def test_an_instance_uid_made_under_the_standard_s_root_is_no_uid_of_the_standard() -> None:
    assert mapped(b"1.2.840.10008.20240229101500.1").startswith(b"2.25.")


def test_each_of_several_uids_is_mapped_as_it_is_alone() -> None:
    both = mapped(b"1.2.3\\1.2.840.10008.1.2\\1.2.4\0").rstrip(b"\0").split(b"\\")
    assert both == [mapped(b"1.2.3").rstrip(b"\0"), b"1.2.840.10008.1.2", mapped(b"1.2.4").rstrip(b"\0")]


@pytest.mark.parametrize("raw", [b"Quillfeather", b"\xff\xfe", b"1.2.x", b"0001"])
def test_what_is_no_uid_is_mapped_too_and_consistently(raw: bytes) -> None:
    assert mapped(raw) == mapped(raw)
    assert mapped(raw).startswith(b"2.25.")


def test_what_was_mapped_is_remembered_for_the_check_of_the_output() -> None:
    here = world()
    new_uid(b"1.2.3\\1.2.4\0", "UI", here)
    assert {b"1.2.3", b"1.2.4"} <= set(here.uids)
    assert new_uid(b"1.2.3\\1.2.4\0", "UI", here) == Replaced(mapped(b"1.2.3\\1.2.4\0"))
