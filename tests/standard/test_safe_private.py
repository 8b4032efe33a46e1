"""Table E.3.10-1: private attributes that the standard thinks safe."""

from __future__ import annotations

from collections import Counter

import pytest

from dicomveil.standard import tables
from dicomveil.standard.safe_private import SafePrivate, safe_private


def test_the_table_has_479_rows_by_20_creators():
    rows = tables.table("safe_private")["rows"]
    creators = Counter(row[0] for row in rows)

    assert len(rows) == len({tuple(row[:3]) for row in rows}) == 479
    assert len(creators) == 20
    assert (creators["Philips Imaging DD 001"], creators["Philips Imaging DD 002"]) == (184, 86)
    assert all(group & 1 and 0 <= low <= 0xFF for _, group, low, *_ in rows)


def test_rows_that_must_be_mapped_or_walked_rather_than_kept_can_be_told_by_their_vr():
    vrs = Counter(row[3] for row in tables.table("safe_private")["rows"])

    assert (vrs["UI"], vrs["SQ"], vrs["OB"], vrs["ST"], vrs["LT"], vrs["LO"], vrs[""]) == (
        7,
        55,
        17,
        4,
        1,
        29,
        5,
    )


@pytest.mark.parametrize(
    ("creator", "group", "low", "found"),
    [
        pytest.param("ELSCINT1", 0x00E1, 0x21, SafePrivate("DS", "1", "DLP"), id="dlp"),
        pytest.param("ELSCINT1 ", 0x00E1, 0x21, SafePrivate("DS", "1", "DLP"), id="padded-creator"),
        pytest.param("elscint1", 0x00E1, 0x21, None, id="creators-have-capitals"),
        pytest.param("ELSCINT1", 0x01E1, 0x21, None, id="another-group"),
        pytest.param("ELSCINT1", 0x00E1, 0x22, None, id="another-element"),
        pytest.param("", 0x00E1, 0x21, None, id="no-creator"),
    ],
)
def test_a_private_attribute_is_found_by_creator_group_and_place(creator, group, low, found):
    assert safe_private(creator, group, low) == found
