from __future__ import annotations

import gzip
import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch.archives import KINDS, TARS, archive_at, packed
from builders import dicom_file, element
from dicomveil.batch.batch import Batch
from dicomveil.batch.crews.crew import crew_of
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.records.ledger_file import IN_MEMORY
from dicomveil.batch.run import DONE, SKIPPED, Outcome, Run
from dicomveil.batch.sources import tars, unpacking
from dicomveil.batch.sources.archives import let_go, may_be_archive, read_member
from dicomveil.batch.sources.inputs import Input, Inputs, opened
from dicomveil.batch.work import Work
from dicomveil.dataset.limits import Limits
from dicomveil.errors import InstanceError, LimitExceeded, NotDicom, NotUnpacked
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, deidentifier, with_elements

SECRET = "Quillfeather"


def instance(number: int = 1, *more: object) -> bytes:
    return dicom_file(with_elements(*more, instance=f"1.2.3.4.5.{number}"))  # type: ignore[arg-type]


FILES = {f"{SECRET}/b": instance(2), f"{SECRET}/a": instance(1), "c.txt": b"no DICOM", "0/d": instance(3)}


@pytest.fixture(autouse=True)
def no_archive_stays_open() -> Iterator[None]:
    yield
    let_go()


def run(source: Path, tmp_path: Path) -> list[Outcome]:
    return list(Run(deidentifier(), source, tmp_path / "shared", KEY))


def told(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in outcomes]


# --- what is taken, and in which order


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_of_an_archive_are_taken_as_those_of_a_folder(tmp_path: Path, kind: str) -> None:
    archive = archive_at(tmp_path / f"export.{kind}", FILES, kind)
    outcomes = run(archive, tmp_path)
    assert sorted(told(outcomes)) == [(DONE, "")] * 3 + [(SKIPPED, "not a DICOM file")]
    unpacked = tmp_path / "unpacked"
    for name, data in FILES.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(data)
    copies = {Path(each.target).name: Path(each.target).read_bytes() for each in outcomes if each.target}
    others = list(Run(deidentifier(), unpacked, tmp_path / "other", KEY))
    assert copies == {Path(each.target).name: Path(each.target).read_bytes() for each in others if each.target}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_members_come_in_the_order_in_which_they_would_in_a_folder(tmp_path: Path, kind: str) -> None:
    inputs = Inputs(archive_at(tmp_path / f"export.{kind}", FILES, kind))
    assert [item.name for item in inputs] == ["c.txt", "0/d", f"{SECRET}/a", f"{SECRET}/b"]
    assert [item.number for item in inputs] == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["tgz", "tar.bz2", "tar.xz"])
def test_members_of_what_is_compressed_as_a_whole_come_as_they_lie(tmp_path: Path, kind: str) -> None:
    inputs = Inputs(archive_at(tmp_path / f"export.{kind}", FILES, kind))
    assert [item.name for item in inputs] == list(FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_in_a_folder_is_taken_in_its_place(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "export"
    archive_at(folder / f"b.{kind}", {"x": instance(2)}, kind)
    for name in "ac":
        (folder / name).write_bytes(instance(1 + ord(name)))
    inputs = Inputs(folder)
    assert [(item.number, item.name) for item in inputs] == [(1, "a"), (2, f"b.{kind}!//x"), (3, "c")]
    assert inputs.count() == 3
    assert list(inputs.paths()) == [item.path for item in inputs]


@pytest.mark.parametrize("kind", KINDS)
def test_content_tells_an_archive_whatever_its_ending_says(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "export"
    archive_at(folder / "a.data", {"x": instance(2)}, kind)
    (folder / f"b.{kind}").write_bytes(instance(1))
    assert [item.name for item in Inputs(folder)] == ["a.data!//x", f"b.{kind}"]


@pytest.mark.parametrize("name", ["IM00001", "b.dcm", "CT.1.2.840.113619"])
def test_an_archive_with_a_name_of_a_dicom_file_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    archive_at(tmp_path / "export" / name, {"x": instance(2)}, "zip")
    ((code, message),) = told(run(tmp_path / "export", tmp_path))
    assert (code, message.partition(",")[0]) == (SKIPPED, "an archive")
    assert "its name has an ending such as .zip" in message
    assert told(run(tmp_path / "export" / name, tmp_path)) == [(DONE, "")]  # named, it is looked into


def test_a_dicom_file_whose_preamble_is_that_of_a_zip_is_a_dicom_file(tmp_path: Path) -> None:
    path = tmp_path / "export" / "both.zip"
    path.parent.mkdir()
    path.write_bytes(b"PK\3\4".ljust(128, b"\0") + instance(1)[128:])
    assert told(run(path.parent, tmp_path)) == [(DONE, "")]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"7z\xbc\xaf\x27\x1c", "an archive of a kind that is not looked into (7z, rar or zstd)"),
        (b"Rar!\x1a\x07", "an archive of a kind that is not looked into (7z, rar or zstd)"),
        (gzip.compress(b"text", mtime=0), "a compressed file, which is not looked into"),
    ],
    ids=["7z", "rar", "gzip"],
)
def test_what_is_packed_otherwise_is_said_to_be_so(tmp_path: Path, head: bytes, message: str) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.bin").write_bytes(head)
    assert told(run(tmp_path / "export", tmp_path)) == [(SKIPPED, message)]


def test_archives_are_left_alone_where_that_is_asked_for(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / "export" / "a.zip", {"x": instance(2)}, "zip")
    for root in (archive, archive.parent):
        (item,) = Inputs(root, archives=False)
        assert item.path == str(archive)
    assert Inputs(archive, archives=False).is_single
    outcomes = list(Run(deidentifier(), Inputs(archive.parent, archives=False), tmp_path / "shared", KEY))
    assert told(outcomes) == [(SKIPPED, "an archive, which is not looked into")]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_in_an_archive_is_skipped_and_said_to_be_one(tmp_path: Path, kind: str) -> None:
    inner = packed({"x": instance(2)}, kind)
    archive = archive_at(tmp_path / "a.zip", {"inner.zip": inner, "z": instance(1)}, "zip")
    assert told(run(archive, tmp_path)) == [
        (SKIPPED, "an archive in an archive, which is not looked into"),
        (DONE, ""),
    ]


def test_folders_links_and_devices_in_an_archive_are_left_out(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, kind in (
            ("d", tarfile.DIRTYPE),
            ("l", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("p", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    (tmp_path / "a.tar").write_bytes(stream.getvalue())
    assert list(Inputs(tmp_path / "a.tar")) == []
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("d") if hasattr(archive, "mkdir") else archive.writestr("d/", b"")
        link = zipfile.ZipInfo("l")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert list(Inputs(tmp_path / "a.zip")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_lead_out_of_an_archive_lead_nowhere(tmp_path: Path, kind: str) -> None:
    archive = archive_at(tmp_path / "in" / "a.data", {"../../x": instance(1), f"/{SECRET}/y": instance(2)}, kind)
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert {code for code, _ in told(run(archive, tmp_path))} == {DONE}
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - set(before)
    assert {path.relative_to(tmp_path).parts[0] for path in made} == {"shared"}
    assert not [path for path in made if SECRET in str(path)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_run_over_an_archive_does_only_what_is_new_in_it(tmp_path: Path, kind: str) -> None:
    work = Work(load_recipe("basic"), KEY, "", str(tmp_path / "shared"))
    path = archive_at(tmp_path / "a.data", FILES, kind)
    with Ledger(IN_MEMORY) as ledger:
        first, again = (list(Batch(work, Inputs(path), crew_of(1), ledger)) for _ in range(2))
        archive_at(path, {**FILES, "new": instance(9)}, kind)
        third = Batch(work, Inputs(path), crew_of(1), ledger)
        assert [len(first), len(again), len(list(third))] == [4, 0, 1]
        assert (third.before, third.skipped_before.total()) == ({DONE: 3}, 1)


# --- where a member is found again


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a!b", "a!//1/b", "x.zip!/b", "!//0/x", "naïve ☂", "a\nb"])
def test_a_member_of_any_name_in_an_archive_of_any_name_is_found_again(tmp_path: Path, kind: str, name: str) -> None:
    folder = tmp_path / "a!" / "b.zip!"
    archive_at(folder / f"c!.{kind}", {"first": instance(1), name: instance(2)}, kind)
    items = {item.name: item for item in Inputs(folder)}
    with opened(items[f"c!.{kind}!//{name}"]) as source:
        assert source.head == instance(2)


def test_a_root_with_doubled_slashes_does_not_confuse_locators(tmp_path: Path) -> None:
    (tmp_path / "a!").mkdir()
    (tmp_path / "a!" / "f").write_bytes(instance(1))
    (item,) = Inputs(f"{tmp_path}//a!//")
    with opened(item) as source:
        assert source.head == instance(1)


@pytest.mark.parametrize("kind", KINDS)
def test_of_members_with_one_name_each_is_taken(tmp_path: Path, kind: str) -> None:
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("x", instance(1))
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr("x", instance(2))
    else:
        with tarfile.open(fileobj=stream, mode=TARS[kind]) as tar:  # type: ignore[call-overload]
            for number in (1, 2):
                info = tarfile.TarInfo("x")
                info.size = len(instance(number))
                tar.addfile(info, io.BytesIO(instance(number)))
    (tmp_path / "a.data").write_bytes(stream.getvalue())
    items = list(Inputs(tmp_path / "a.data"))
    assert [item.name for item in items] == ["x", "x//2"]
    assert [opened(item).head for item in items] == [instance(1), instance(2)]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_two_members_have_one_name_whatever_they_are_called(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, name in enumerate(("x", "x//2", "x", "x//3", "x")):
            archive.writestr(name, instance(number))
    (tmp_path / "a.data").write_bytes(stream.getvalue())
    names = [item.name for item in Inputs(tmp_path / "a.data")]
    assert len(set(names)) == 5


@pytest.mark.parametrize("kind", ["tar.bz2", "tar.xz"])
def test_a_few_bytes_that_unpack_to_very_many_do_not_hold_up_a_run(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"1.dcm": instance(1), "zeros": bytes(40_000_000), "2.dcm": instance(2)}
    path = archive_at(tmp_path / f"a.{kind}", files, kind)
    assert told(run(path, tmp_path))[-1] == (DONE, "")
    monkeypatch.setattr(tars, "_ANY_EXPANSION_BYTES", 1_000_000)
    monkeypatch.setattr(tars, "_STEP_BYTES", 500_000)
    items = list(Inputs(path))
    assert [item.name for item in items] == ["1.dcm", "zeros", ""]
    with pytest.raises(NotUnpacked, match="more than any images would"):
        opened(items[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_found_in_any_order(tmp_path: Path, kind: str) -> None:
    files = {f"{number:02}": instance(number) for number in range(20)}
    items = list(Inputs(archive_at(tmp_path / "a.data", files, kind)))
    for number in (19, 3, 4, 18, 0, 5, 11, 11, 2, 12):
        with opened(items[number]) as source:
            assert source.head == instance(number)


@pytest.mark.parametrize("kind", ["tgz", "tar.bz2", "tar.xz"])
def test_a_compressed_archive_is_unpacked_once_for_members_in_a_row(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{number:02}": instance(number) for number in range(20)}
    items = list(Inputs(archive_at(tmp_path / "a.data", files, kind)))
    made: list[str] = []
    once = tars.decompressed

    def counted(stream: object, kind: str) -> object:
        made.append(kind)
        return once(stream, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(tars, "decompressed", counted)
    wound: list[int] = []
    monkeypatch.setattr(
        tars._Reel,
        "read",
        lambda reel, at, name, read=tars._Reel.read: (wound.append(reel.at - at), read(reel, at, name))[1],
    )
    for item in [items[15], *items[:15], *items[16:]]:  # a large member goes ahead, as `chunks` has it
        opened(item).close()
    assert len(made) == 3  # a look at what it is, and two reels
    assert max(wound) <= tarfile.BLOCKSIZE  # none was ever wound back, but over its first header


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_that_became_another_between_listing_and_opening_gives_no_wrong_member(
    tmp_path: Path, kind: str
) -> None:
    path = archive_at(tmp_path / "a.data", {"x": instance(1), "y": instance(2)}, kind)
    items = list(Inputs(path))
    opened(items[0]).close()
    archive_at(tmp_path / "new", {"z": instance(3)}, kind).replace(path)
    for item in items:
        with pytest.raises(InstanceError):
            opened(item)


def test_a_zip_that_was_packed_anew_tells_members_that_changed_by_their_time_alone(tmp_path: Path) -> None:
    path = archive_at(tmp_path / "a.zip", {"x": instance(1), "y": instance(2)}, "zip")
    before = list(Inputs(path))
    archive_at(path, {"x": instance(1), "y": instance(3)}, "zip")
    after = list(Inputs(path))
    assert [item.size for item in before] == [item.size for item in after]
    assert [a.changed_ns == b.changed_ns for a, b in zip(before, after, strict=True)] == [True, False]
    with opened(after[0]) as source:
        assert (source.size, source.changed_ns) == (after[0].size, after[0].changed_ns)
        source.check_unchanged()


# --- what is wrong with archives


def test_an_encrypted_member_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    data = bytearray(packed({"a": instance(1), "b": instance(2)}, "zip"))
    data[6] |= 1  # general purpose bit flag of the first member's local header
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert told(run(tmp_path / "a.zip", tmp_path)) == [
        ("not-unpacked", "encrypted in its archive; unpack it with its password first"),
        (DONE, ""),
    ]


def test_a_member_with_a_wrong_checksum_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    data = bytearray(packed({"a": instance(1), "b": instance(2)}, "zip"))
    data[data.index(b"PK\1\2") + 16] ^= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert told(run(tmp_path / "a.zip", tmp_path)) == [("not-unpacked", "damaged in its archive"), (DONE, "")]


def test_a_member_packed_in_an_unknown_way_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    data = bytearray(packed({"a": instance(1), "b": instance(2)}, "zip"))
    data[8] = data[data.index(b"PK\1\2") + 10] = 97
    (tmp_path / "a.zip").write_bytes(data)
    assert told(run(tmp_path / "a.zip", tmp_path)) == [
        ("not-unpacked", "packed in a way that is not known"),
        (DONE, ""),
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [0.9, 0.5])
def test_of_an_archive_cut_short_what_can_be_had_is_taken_and_the_rest_told(
    tmp_path: Path, kind: str, left: float
) -> None:
    folder = tmp_path / "export"
    whole = packed({f"{number:02}": instance(number) for number in range(9)}, kind)
    folder.mkdir()
    (folder / f"{SECRET}.{kind}").write_bytes(whole[: int(len(whole) * left)])
    (folder / "z").write_bytes(instance(99))
    outcomes = run(folder, tmp_path)
    assert outcomes[-1].code == DONE
    codes = {each.code for each in outcomes}
    assert codes == {DONE, "not-unpacked"}
    assert {each.message for each in outcomes if each.message} <= {"the archive is damaged", "damaged in its archive"}
    assert "the archive is damaged" in {each.message for each in outcomes}


def test_a_tar_with_a_damaged_header_in_the_middle_is_not_taken_for_one_that_ends_there(tmp_path: Path) -> None:
    data = bytearray(packed({"a": instance(1), "b": instance(2), "c": instance(3)}, "tar"))
    at = data.index(b"b\0\0\0", 512)
    data[at + 148 : at + 156] = b"garbage!"
    (tmp_path / "a.tar").write_bytes(data)
    assert told(run(tmp_path / "a.tar", tmp_path)) == [(DONE, ""), ("not-unpacked", "the archive is damaged")]


def test_a_damaged_archive_is_looked_at_again_only_when_it_has_changed(tmp_path: Path) -> None:
    path = archive_at(tmp_path / "export" / "a.zip", {"a": instance(1)}, "zip")
    path.write_bytes(path.read_bytes()[:-30])
    (item,) = Inputs(path.parent)
    assert (item.name, item.size, item.changed_ns) == ("a.zip", path.stat().st_size, path.stat().st_mtime_ns)
    with pytest.raises(NotUnpacked, match=r"^the archive is damaged$"):
        opened(item)


def test_a_member_larger_than_is_accepted_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "Limits", lambda: replace(Limits(), inflated_bytes=2_000))
    long = instance(1, element(0x00204000, "LT", "x" * 5_000))
    for kind in KINDS:
        archive = archive_at(tmp_path / f"a.{kind}", {"a": long, "b": instance(2)}, kind)
        first, second = list(Inputs(archive))
        with pytest.raises(LimitExceeded):
            opened(first)
        opened(second).close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_dicom_file_is_not_unpacked_to_its_end(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = Inputs(archive_at(tmp_path / "a.data", {"bomb": bytes(3_000_000)}, kind))
    monkeypatch.setattr(unpacking, "Limits", lambda: replace(Limits(), inflated_bytes=2_000))
    with pytest.raises(NotDicom):  # and no limit was reached
        opened(item)


@pytest.mark.parametrize("kind", ["tar", "tgz"])
def test_a_header_of_a_tar_that_is_longer_than_any_is_not_read(tmp_path: Path, kind: str) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=TARS[kind]) as tar:  # type: ignore[call-overload]
        for name, type_, size in (("a", tarfile.REGTYPE, 0), ("pax", tarfile.XHDTYPE, 64 << 20)):
            info = tarfile.TarInfo(name)
            info.type, info.size = type_, size
            tar.addfile(info, io.BytesIO(bytes(size)))
    (tmp_path / "a.data").write_bytes(stream.getvalue())
    items = list(Inputs(tmp_path / "a.data"))
    assert [item.name for item in items] == ["a", ""]
    with pytest.raises(NotUnpacked, match="the archive is damaged"):
        opened(items[1])


def test_more_members_than_are_accepted_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dicomveil.batch.sources import zips

    monkeypatch.setattr(zips, "MOST_MEMBERS", 2)
    monkeypatch.setattr(tars, "MOST_MEMBERS", 2)
    for kind in KINDS:
        archive = archive_at(tmp_path / f"a.{kind}", {name: instance(1) for name in "abc"}, kind)
        with pytest.raises(NotUnpacked, match="more files in an archive"):
            opened(list(Inputs(archive))[-1])


def test_messages_about_archives_name_nothing(tmp_path: Path) -> None:
    archive = archive_at(tmp_path / SECRET / f"{SECRET}.zip", {SECRET: instance(1)[:-4], f"{SECRET}2": b""}, "zip")
    archive_at(archive.parent / "b.tar", {SECRET: instance(2)}, "tar").write_bytes(b"\0" * 257 + b"ustar" + b"\1" * 800)
    said = [message for _, message in told(run(archive.parent, tmp_path))]
    assert len(said) == 3
    assert not [message for message in said if SECRET in message or re.search(r"[/\\]", message)]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.b/c.tgz", "a.ZIP", "a.jpg", "x.bin"])
def test_endings_that_dicom_files_seldom_have_are_worth_a_look(name: str) -> None:
    assert may_be_archive(name)


@pytest.mark.parametrize("name", ["a", "a.dcm", "a.IMA", "1.2.840.3", "a.zip/b", ".d/IM", "a.ending-too-long"])
def test_other_names_are_not_worth_a_look(name: str) -> None:
    assert not may_be_archive(name)


def test_a_member_is_read_by_its_locator_alone(tmp_path: Path) -> None:
    (item,) = Inputs(archive_at(tmp_path / "a.zip", {"x": instance(1)}, "zip"))
    assert read_member(item.path) == instance(1)
    assert opened(Input(1, item.path, "")).head == instance(1)
