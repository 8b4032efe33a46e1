from __future__ import annotations

import io

import pytest
from pydicom import Dataset
from pydicom.filereader import read_dataset

from dicomveil.actions.dummy_items import ITEM_BY_TAG, dummy_item
from dicomveil.dataset.syntax import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, Encoding
from dicomveil.standard.dictionary import keyword_of, vr_of
from dicomveil.standard.profile import rows
from dicomveil.standard.types import resolution
from dicomveil.standard.uids import is_standard_uid

INSIDE_WHAT_GOES = {0x04000550}  # Modified Attributes Sequence goes with Original Attributes Sequence
ENCODINGS = {"explicit": EXPLICIT_LE, "implicit": IMPLICIT_LE, "big endian": EXPLICIT_BE}


def read_back(tag: int, encoding: Encoding) -> Dataset:
    raw = encoding.element(tag, "SQ", dummy_item(tag, encoding))
    data_set = read_dataset(io.BytesIO(raw), not encoding.explicit, encoding.little)
    return data_set[tag].value[0]


def wanted_dummies() -> set[int]:
    """Sequences that Table E.1-1, with the Types of any SOP class, can want a dummy of."""
    import json
    from pathlib import Path

    from dicomveil import standard

    coded = {int(row.tag, 16) for row in rows() if row.tag.isalnum() and "x" not in row.tag and "D" in row.basic}
    uids = json.loads((Path(standard.__file__).parent / "data" / standard.EDITION / "uids.json").read_text())[
        "sop_classes"
    ]
    forced = {path.rpartition(".")[2] for uid in uids for path, letter in resolution(uid).items() if letter == "D"}
    forced_tags = {int(row.tag, 16) for row in rows() if row.keyword in forced and "x" not in row.tag}
    return {tag for tag in coded | forced_tags if vr_of(tag) == "SQ"}


def test_every_sequence_that_may_need_a_dummy_has_one() -> None:
    assert sorted(map(keyword_of, wanted_dummies() - set(ITEM_BY_TAG) - INSIDE_WHAT_GOES)) == []


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("tag", sorted(ITEM_BY_TAG), ids=keyword_of)
def test_a_dummy_item_reads_back_with_the_vrs_of_the_standard(tag: int, name: str) -> None:
    item = read_back(tag, ENCODINGS[name])
    pending = [item]
    while pending:
        for element in pending.pop():
            assert vr_of(element.tag) == element.VR
            if element.VR == "SQ":
                pending += list(element.value)
            elif element.VR == "UI":
                assert is_standard_uid(element.value) or element.value == "2.25.0"
    assert list(item.keys()) == sorted(item.keys())


def test_a_content_item_of_dummies_is_a_text_item_that_is_contained() -> None:
    item = read_back(0x0040A730, EXPLICIT_LE)
    assert (item.RelationshipType, item.ValueType, item.TextValue) == ("CONTAINS", "TEXT", "REMOVED")
    assert item.ConceptNameCodeSequence[0].CodeValue == "121106"


def test_a_sequence_without_an_item_of_its_own_is_emptied() -> None:
    assert dummy_item(0x00081140, EXPLICIT_LE) == b""
