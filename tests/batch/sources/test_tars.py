"""What a tar says of its members is taken for what it is worth."""

from __future__ import annotations

import io
import tarfile

import pytest

from batch.archives import TARS, packed
from builders import dicom_file
from dicomveil.batch.kinds import BZIP2, GZIP, TAR, XZ
from dicomveil.batch.sources.tars import TarReader
from dicomveil.errors import NotUnpacked
from engine.instances import with_elements

ONE, OTHER = (dicom_file(with_elements(instance=f"1.2.3.{number}")) for number in (1, 2))
WORDS = dict(zip(TARS, (TAR, GZIP, BZIP2, XZ), strict=True))


def reader(content: bytes, kind: str = TAR) -> TarReader:
    return TarReader(lambda: io.BytesIO(content), kind)


def with_holes(name: str, size: int) -> bytes:
    """Return a member of which nothing is stored, since it is one hole, as GNU tar packs it."""
    info = tarfile.TarInfo(name)
    info.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header)


@pytest.mark.parametrize("kind", TARS)
def test_a_member_is_found_by_its_place_and_its_name_together(kind: str) -> None:
    opened = reader(packed({"a": ONE, "b": OTHER}, kind), WORDS[kind])
    a, b = opened.members()
    assert opened.read(b.position, "b") == OTHER
    assert opened.read(a.position, "a") == ONE
    with pytest.raises(NotUnpacked, match="not in its archive any more"):
        opened.read(a.position, "b")
    opened.close()


def test_a_member_with_holes_is_not_taken_for_what_lies_after_its_header() -> None:
    opened = reader(with_holes("a", len(ONE)) + packed({"b": ONE}, "tar"))
    holes, whole = opened.members()
    assert (holes.name, holes.size, whole.name) == ("a", len(ONE), "b")
    with pytest.raises(NotUnpacked, match="holes"):
        opened.read(holes.position, "a")
    assert opened.read(whole.position, "b") == ONE
    opened.close()


@pytest.mark.parametrize("time", [-5, 1 << 40], ids=["before-all-times", "after-all-times"])
def test_a_member_of_an_impossible_time_is_taken(time: int) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo("a")
        info.size, info.mtime = len(ONE), time
        tar.addfile(info, io.BytesIO(ONE))
    (member,) = reader(stream.getvalue()).members()
    assert member.changed_ns == 0


def test_what_could_be_found_before_the_damage_is_told_before_it() -> None:
    content = packed({"b": ONE, "a": OTHER}, "tar")
    members = reader(content[: 2 * (512 + (len(ONE) + 511) // 512 * 512)]).members()  # without the mark of its end
    assert [next(members).name, next(members).name] == ["a", "b"]
    with pytest.raises(tarfile.TarError):
        next(members)
