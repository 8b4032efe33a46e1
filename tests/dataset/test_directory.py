from __future__ import annotations

import io

import pydicom

from dicomveil.dataset.directory import Record, directory
from dicomveil.dataset.syntax import EXPLICIT_LE

UID = "2.25.7"


def record(kind: str, key: str) -> Record:
    return Record(kind, key.encode(), EXPLICIT_LE.element(0x00041430, "CS", kind.ljust(len(kind) + 1 & ~1).encode()))


def branch(*keys: str) -> tuple[Record, ...]:
    return tuple(record(kind, key) for kind, key in zip(("PATIENT", "STUDY", "SERIES", "IMAGE"), keys, strict=False))


def read(content: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(content))


def walked(dataset: pydicom.Dataset, offset: int | None = None) -> list[object]:
    """Follow the offsets as a reader does: kind, and what is below, of each record of a level."""
    at = {item.seq_item_tell: item for item in dataset.DirectoryRecordSequence}
    if offset is None:
        offset = dataset.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity
    level: list[object] = []
    while offset:
        item = at[offset]
        lower = item.OffsetOfReferencedLowerLevelDirectoryEntity
        level.append((item.DirectoryRecordType, walked(dataset, lower) if lower else []))
        offset = item.OffsetOfTheNextDirectoryRecord
    return level


def test_offsets_lead_from_record_to_record_and_level_to_level() -> None:
    dataset = read(directory([branch("p", "s", "r", "1"), branch("p", "s", "r", "2"), branch("q")], lambda _: UID))
    images = [("IMAGE", []), ("IMAGE", [])]
    assert walked(dataset) == [("PATIENT", [("STUDY", [("SERIES", images)])]), ("PATIENT", [])]


def test_the_last_record_of_the_top_level_is_named_too() -> None:
    dataset = read(directory([branch("p", "s"), branch("q", "s"), (record("PALETTE", "c"),)], lambda _: UID))
    (last,) = [item for item in dataset.DirectoryRecordSequence if item.DirectoryRecordType == "PALETTE"]
    assert dataset.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity == last.seq_item_tell


def test_records_of_one_key_are_one_only_below_the_same_record() -> None:
    dataset = read(directory([branch("p", "s", "1"), branch("p", "s", "2"), branch("q", "s")], lambda _: UID))
    assert walked(dataset) == [
        ("PATIENT", [("STUDY", [("SERIES", []), ("SERIES", [])])]),
        ("PATIENT", [("STUDY", [])]),
    ]


def test_a_directory_of_nothing_has_no_records() -> None:
    dataset = read(directory([], lambda _: UID))
    assert walked(dataset) == []
    assert dataset.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity == 0


def test_its_uid_is_made_from_its_content() -> None:
    digests: list[bytes] = []

    def uid_from(digest: bytes) -> str:
        digests.append(digest)
        return UID

    one = directory([branch("p", "s")], uid_from)
    assert directory([branch("p", "s")], uid_from) == one
    directory([branch("p")], uid_from)
    assert digests[0] == digests[1] != digests[2]
    assert read(one).file_meta.MediaStorageSOPInstanceUID == UID
