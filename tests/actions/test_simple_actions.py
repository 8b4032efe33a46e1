"""Remove, empty and keep."""

from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.empty import empty
from dicomveil.actions.outcome import KEPT, REMOVED, Replaced
from dicomveil.actions.remove import remove
from dicomveil.actions.retain import retain, retain_uid

VALUES = [b"", b"Quillfeather", b"\xff\0"]


@pytest.mark.parametrize("raw", VALUES)
def test_what_is_removed_is_removed_whatever_it_holds(raw: bytes) -> None:
    assert remove(raw, "LO", world()) is REMOVED


@pytest.mark.parametrize("raw", VALUES)
def test_what_is_emptied_has_no_value(raw: bytes) -> None:
    assert empty(raw, "LO", world()) == Replaced(b"")


@pytest.mark.parametrize("raw", VALUES)
def test_what_is_retained_stays_whatever_it_holds(raw: bytes) -> None:
    assert retain(raw, "LO", world()) is KEPT


def test_a_retained_uid_stays_but_not_what_only_stands_in_its_place() -> None:
    assert retain_uid(b"1.2.3\\1.2.4\0", "UI", world()) is KEPT
    outcome = retain_uid(b"../../Quillfeather", "UI", world())
    assert isinstance(outcome, Replaced)
    assert outcome.value.startswith(b"2.25.")
