"""Identifiers made of digests."""

from __future__ import annotations

import pytest

from dicomveil.errors import UsageError
from dicomveil.pseudonyms.identifiers import check_prefix, identifier_from_digest


def test_an_identifier_has_sixteen_characters_that_cannot_be_misread():
    for byte in range(256):
        identifier = identifier_from_digest(bytes([byte]) * 32)
        assert len(identifier) == 16
        assert not set(identifier) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_all_eighty_bits_count_and_no_more():
    base = identifier_from_digest(bytes(32))
    assert all(identifier_from_digest((1 << bit).to_bytes(10, "big")) != base for bit in range(80))
    assert identifier_from_digest(bytes(10) + b"\xff" * 22) == base


def test_the_longest_prefix_still_fits_a_long_string():
    assert len(identifier_from_digest(bytes(32), "P" * 48)) == 64


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param("P" * 49, id="too long"),
        pytest.param("A\\B", id="backslash"),
        pytest.param(" A", id="leading space"),
        pytest.param("A\n", id="control character"),
        pytest.param("Ä", id="not ASCII"),
    ],
)
def test_a_prefix_that_spoils_the_value_is_refused(prefix):
    with pytest.raises(UsageError):
        check_prefix(prefix)
    with pytest.raises(UsageError):
        identifier_from_digest(bytes(32), prefix)


def test_a_short_digest_is_refused():
    with pytest.raises(UsageError):
        identifier_from_digest(bytes(9))
