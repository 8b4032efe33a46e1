"""What a level has learned of one data set never keeps it from reading another."""

from __future__ import annotations

from builders import element, encode
from dicomveil.dataset import rules
from dicomveil.dataset.index import Index, Level
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import EXPLICIT_LE

MANY = [element(0x00110000 | 0x1000 + each, "LO", "ab") for each in range(60)]
OTHERS = [element(0x00410000 | 0x1000 + each, "UT", "x" * 2 * each) for each in range(30)]


def test_more_tags_than_are_remembered_keep_no_data_set_from_being_read(monkeypatch):
    monkeypatch.setattr(rules, "MOST_RULES", 20)
    level = Level(EXPLICIT_LE, {})
    for elements in (MANY[:10], MANY, OTHERS, OTHERS, OTHERS, OTHERS):
        raw = encode(elements)
        found = Index(Source.in_memory(raw)).of_root(level, 0)
        assert found.tags == [each.tag for each in elements]
