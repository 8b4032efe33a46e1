"""UIDs made of digests are UIDs."""

from __future__ import annotations

import uuid

import pytest

from dicomveil.errors import UsageError
from dicomveil.pseudonyms.uids import uid_from_digest, uid_under

ROOT = "1.2.826.0.1.3680043.8.498."


def test_a_uid_of_a_digest_is_the_decimal_of_a_custom_uuid():
    digest = bytes(range(200, 232))
    made = uuid.UUID(int=int(uid_from_digest(digest).removeprefix("2.25.")))
    assert made.version == 8
    assert made.variant == uuid.RFC_4122
    untouched = ~((0xF << 76) | (0x3 << 62))
    assert made.int & untouched == int.from_bytes(digest[:16], "big") & untouched


@pytest.mark.parametrize("digest", [bytes(32), b"\xff" * 32], ids=["all zero", "all one"])
def test_the_extremes_are_valid_uids(digest):
    for uid in (uid_from_digest(digest), uid_under(ROOT, digest)):
        assert len(uid) <= 64
        assert all(part == "0" or part.lstrip("0") == part for part in uid.split("."))


def test_a_uid_under_a_root_fills_the_room_there_is():
    assert uid_under(ROOT, b"\xff" * 32) == ROOT + str(2**256 - 1)[:38]


@pytest.mark.parametrize(
    "root",
    [
        pytest.param("", id="empty"),
        pytest.param("1.2", id="no closing dot"),
        pytest.param("1..2.", id="empty component"),
        pytest.param("1.02.", id="leading zero"),
        pytest.param("1.a.", id="letter"),
        pytest.param("1.٣.", id="digit of another script"),
        pytest.param("1.2." + "3" * 30 + ".", id="too long"),
    ],
)
def test_a_root_that_makes_no_uids_is_refused(root):
    with pytest.raises(UsageError):
        uid_under(root, bytes(32))


def test_a_digest_too_short_to_keep_originals_apart_is_refused():
    with pytest.raises(UsageError):
        uid_from_digest(bytes(15))
    with pytest.raises(UsageError):
        uid_under(ROOT, bytes(15))
