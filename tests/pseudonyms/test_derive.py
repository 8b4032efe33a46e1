"""One digest for each key, purpose and original."""

from __future__ import annotations

import pytest

from dicomveil.errors import UsageError
from dicomveil.pseudonyms.derive import derive
from dicomveil.pseudonyms.key import ProjectKey

KEY = ProjectKey(bytes(range(32)))


def test_the_same_key_purpose_and_original_give_the_same_digest():
    again = ProjectKey(bytes(range(32)))
    assert derive(KEY, "uid", b"1.2.3") == derive(again, "uid", b"1.2.3")
    assert len(derive(KEY, "uid", b"1.2.3")) == 32


@pytest.mark.parametrize(
    ("key", "purpose", "original"),
    [
        pytest.param(ProjectKey(bytes(32)), "uid", b"1.2.3", id="another key"),
        pytest.param(KEY, "patient-id", b"1.2.3", id="another purpose"),
        pytest.param(KEY, "uid", b"1.2.30", id="another original"),
        pytest.param(KEY, "uid1", b".2.3", id="the border between purpose and original moved"),
    ],
)
def test_a_change_of_any_part_changes_the_digest(key, purpose, original):
    assert derive(key, purpose, original) != derive(KEY, "uid", b"1.2.3")


@pytest.mark.parametrize("purpose", ["", "uid\0x"], ids=["empty", "with NUL"])
def test_a_purpose_that_could_overlap_another_is_refused(purpose):
    with pytest.raises(UsageError):
        derive(KEY, purpose, b"")
