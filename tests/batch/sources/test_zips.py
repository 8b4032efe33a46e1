"""What a zip says of its members is taken for what it is worth."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from batch.archives import packed
from builders import dicom_file
from dicomveil.batch.sources.zips import ZipReader
from dicomveil.errors import NotUnpacked
from engine.instances import with_elements

ONE, OTHER = (dicom_file(with_elements(instance=f"1.2.3.{number}")) for number in (1, 2))


def reader(content: bytes) -> ZipReader:
    return ZipReader(io.BytesIO(content))


def zipped(name: str, *, mode: int = 0, month: int = 1) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
        entry.external_attr = mode << 16
        entry.date_time = (2020, month, 2, 3, 4, 6)
        archive.writestr(entry, ONE)
    return stream.getvalue()


def test_a_member_is_found_by_its_place_and_its_name_together() -> None:
    opened = reader(packed({"a": ONE, "b": OTHER}, "zip"))
    assert [opened.read(each.position, each.name) for each in opened.members()] == [ONE, OTHER]
    for position, name in ((0, "b"), (1, "a"), (2, "a")):
        with pytest.raises(NotUnpacked, match="not in its archive any more"):
            opened.read(position, name)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR, stat.S_IFCHR], ids=oct)
def test_what_is_no_file_is_no_member(kind: int) -> None:
    assert list(reader(zipped("a", mode=kind | 0o644)).members()) == []
    assert [each.name for each in reader(zipped("a", mode=stat.S_IFREG | 0o644)).members()] == ["a"]


def test_a_member_from_a_month_that_is_none_is_taken() -> None:
    opened = reader(zipped("a", month=0))
    (member,) = opened.members()
    assert 0 <= member.changed_ns < 1_000_000_000  # its checksum alone
    assert opened.read(member.position, member.name) == ONE
