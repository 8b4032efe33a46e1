"""Under a target's name stands nothing or the whole file, whatever the system does meanwhile."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import local

import pytest

from dicomveil.dataset import write as module
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import PART_PREFIX, PART_SUFFIX, Draft
from dicomveil.errors import NotWritten, TargetExists

ROOT = Path(__file__).parents[2]
BYTES = bytes(range(256)) * 4096
PIECES: list[bytes | tuple[int, int]] = [b"header", (10, 200_000), b"", b"middle", (300_000, 1_000_000), b"end"]
EXPECTED = b"header" + BYTES[10:200_000] + b"middle" + BYTES[300_000:1_000_000] + b"end"
HAS_NAMELESS_FILES = hasattr(os, "O_TMPFILE")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "file").write_bytes(BYTES)
    return folder / "file"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder / "out.dcm"


@pytest.fixture
def source(path: Path) -> Iterator[Source]:
    with Source.open(path) as opened:
        yield opened


@pytest.fixture(params=["nameless", "part"])
def any_draft(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Drafts without a name, and as a system without nameless files has them."""
    if request.param == "nameless" and not HAS_NAMELESS_FILES:
        pytest.skip("nameless files (O_TMPFILE) are not known here")
    if request.param == "part":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return request.param


def written(source: Source, target: Path, *, overwrite: bool = False) -> int:
    with Draft(str(target), overwrite=overwrite) as draft:
        size = draft.write(source, PIECES)
        draft.publish()
    return size


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of any length count as large, so that the kernel is to copy them."""
    monkeypatch.setattr(module, "_MOST_COPIED_BY_HAND_BYTES", 0)


def failing(number: int):
    def fails(*arguments: object, **settings: object) -> None:
        raise OSError(number, "refused by the test", "/a/path/that/names/a/patient")

    return fails


# --- whole files


@pytest.mark.usefixtures("any_draft")
def test_the_file_is_its_pieces_in_order(source: Source, target: Path):
    assert written(source, target) == len(EXPECTED)
    assert target.read_bytes() == EXPECTED
    assert os.listdir(target.parent) == ["out.dcm"]


def test_pieces_of_a_source_in_memory_are_the_same(target: Path):
    assert written(Source.in_memory(BYTES), target) == len(EXPECTED)
    assert target.read_bytes() == EXPECTED


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("error", [errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM])
@pytest.mark.parametrize(
    "without", [("copy_file_range",), ("copy_file_range", "sendfile")], ids=["sendfile", "by hand"]
)
def test_where_the_kernel_does_not_copy_the_bytes_are_the_same(
    source: Source, target: Path, monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...], error: int
):
    for name in without:
        monkeypatch.setattr(os, name, failing(error), raising=False)
    written(source, target)
    assert target.read_bytes() == EXPECTED


@pytest.mark.usefixtures("large")
def test_where_the_kernel_knows_no_copying_the_bytes_are_the_same(
    source: Source, target: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("copy_file_range", "sendfile"):
        monkeypatch.delattr(os, name, raising=False)
    written(source, target)
    assert target.read_bytes() == EXPECTED


@pytest.mark.parametrize("size", [1000, 65_536, 99_999])
def test_a_run_longer_than_the_buffer_goes_through_it_in_turns(
    source: Source, target: Path, monkeypatch: pytest.MonkeyPatch, size: int
):
    monkeypatch.setattr(module, "_COPY_BUFFER_BYTES", size)
    monkeypatch.setattr(module, "_own", local())
    assert written(source, target) == len(EXPECTED)
    assert target.read_bytes() == EXPECTED


def test_a_source_that_has_become_shorter_is_told_of(source: Source, path: Path, target: Path):
    os.truncate(path, len(BYTES) // 2)
    with pytest.raises(NotWritten):
        written(source, target)
    assert os.listdir(target.parent) == []


@pytest.mark.usefixtures("large")
@pytest.mark.skipif(not hasattr(os, "copy_file_range"), reason="copy_file_range is not known here")
def test_a_copy_that_stops_half_way_is_finished_by_the_next_means(
    source: Source, target: Path, monkeypatch: pytest.MonkeyPatch
):
    copy, calls = os.copy_file_range, []

    def half(src: int, dst: int, count: int, *, offset_src: int) -> int:
        calls.append(count)
        return copy(src, dst, min(count, 50_000), offset_src=offset_src) if len(calls) % 2 else 0

    monkeypatch.setattr(os, "copy_file_range", half)
    written(source, target)
    assert len(calls) == 4
    assert target.read_bytes() == EXPECTED


def test_short_writes_are_continued(source: Source, target: Path, monkeypatch: pytest.MonkeyPatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:70_000])))
    monkeypatch.setattr(os, "writev", lambda fd, parts: write(fd, b"".join(parts)[:5]))
    written(source, target)
    assert target.read_bytes() == EXPECTED


def test_the_mode_follows_the_umask_and_no_time_is_copied(source: Source, path: Path, target: Path):
    os.utime(path, (1_000_000_000, 1_000_000_000))
    path.chmod(0o600)
    before = os.umask(0o027)
    try:
        written(source, target)
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o7777 == 0o640
    assert target.stat().st_mtime > 1_500_000_000


@pytest.mark.usefixtures("any_draft")
def test_the_source_is_only_read(source: Source, path: Path, target: Path):
    written(source, target)
    assert path.read_bytes() == BYTES
    assert os.listdir(path.parent) == ["file"]


def test_a_target_without_a_folder_goes_where_the_process_stands(
    source: Source, target: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(target.parent)
    written(source, Path("here.dcm"))
    assert (target.parent / "here.dcm").read_bytes() == EXPECTED


# --- what is there already


@pytest.mark.usefixtures("any_draft")
def test_what_stands_there_is_not_overwritten_unasked(source: Source, target: Path):
    target.write_bytes(b"before")
    with pytest.raises(TargetExists):
        written(source, target)
    assert target.read_bytes() == b"before"
    assert os.listdir(target.parent) == ["out.dcm"]


@pytest.mark.usefixtures("any_draft")
def test_what_stands_there_is_replaced_when_asked(source: Source, target: Path):
    target.write_bytes(b"before")
    written(source, target, overwrite=True)
    assert target.read_bytes() == EXPECTED
    assert os.listdir(target.parent) == ["out.dcm"]


@pytest.mark.usefixtures("any_draft")
def test_asking_to_overwrite_what_is_not_there_is_fine(source: Source, target: Path):
    written(source, target, overwrite=True)
    assert target.read_bytes() == EXPECTED


@pytest.mark.usefixtures("any_draft")
def test_a_link_that_leads_nowhere_stands_there_too(source: Source, target: Path):
    target.symlink_to("nowhere")
    with pytest.raises(TargetExists):
        written(source, target)
    assert os.readlink(target) == "nowhere"


@pytest.mark.usefixtures("any_draft")
def test_overwriting_a_link_replaces_the_link_and_not_what_it_leads_to(source: Source, target: Path, path: Path):
    target.symlink_to(path)
    written(source, target, overwrite=True)
    assert not target.is_symlink()
    assert path.read_bytes() == BYTES


@pytest.mark.usefixtures("any_draft")
def test_a_folder_is_never_replaced(source: Source, target: Path):
    target.mkdir()
    with pytest.raises(NotWritten):
        written(source, target, overwrite=True)
    assert os.listdir(target.parent) == ["out.dcm"]


def test_where_files_cannot_be_linked_they_are_renamed(source: Source, target: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    written(source, target)
    assert target.read_bytes() == EXPECTED
    assert os.listdir(target.parent) == ["out.dcm"]
    with pytest.raises(TargetExists):
        written(source, target)
    assert os.listdir(target.parent) == ["out.dcm"]


# --- what goes wrong


@pytest.mark.usefixtures("any_draft")
def test_a_draft_that_is_not_published_leaves_nothing(source: Source, target: Path):
    with Draft(str(target)) as draft:
        draft.write(source, PIECES)
    assert os.listdir(target.parent) == []


@pytest.mark.usefixtures("any_draft")
def test_an_error_while_checking_leaves_nothing(source: Source, target: Path):
    with pytest.raises(ZeroDivisionError), Draft(str(target)) as draft:
        assert draft.write(source, PIECES) // 0
    assert os.listdir(target.parent) == []


@pytest.mark.usefixtures("any_draft")
def test_a_source_that_shrinks_meanwhile_is_an_error_and_leaves_nothing(source: Source, path: Path, target: Path):
    os.truncate(path, 500_000)
    with pytest.raises(NotWritten), Draft(str(target)) as draft:
        draft.write(source, PIECES)
    assert os.listdir(target.parent) == []


def test_a_folder_that_is_not_there_is_an_error_without_its_path(target: Path):
    with pytest.raises(NotWritten) as caught:
        Draft(str(target.parent / "absent" / "out.dcm"))
    assert str(caught.value) == os.strerror(errno.ENOENT)
    assert caught.value.__cause__ is None


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("name", ["copy_file_range", "write"])
def test_the_systems_refusal_is_an_error_without_its_path(
    source: Source, target: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(os, name, failing(errno.EIO))
    with pytest.raises(NotWritten) as caught:
        written(source, target)
    assert str(caught.value) == os.strerror(errno.EIO)
    assert os.listdir(target.parent) == []


def test_a_read_only_folder_is_an_error(target: Path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    target.parent.chmod(0o555)
    with pytest.raises(NotWritten):
        Draft(str(target))


@pytest.mark.parametrize("nameless", [True, False], ids=["nameless", "part"])
@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited here")
def test_no_room_leaves_nothing(path: Path, target: Path, nameless: bool):
    script = f"""
import os, resource, signal, sys
sys.path.insert(0, {str(ROOT / "src")!r})
if not {nameless}:
    del os.O_TMPFILE
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import Draft
from dicomveil.errors import NotWritten
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for pieces in [(0, 1_000_000)], [bytes(1_000_000)]:
    try:
        with Source.open({str(path)!r}) as source, Draft({str(target)!r}) as draft:
            draft.write(source, pieces)
            draft.publish()
    except NotWritten as error:
        print(error)
"""
    if not nameless and not HAS_NAMELESS_FILES:
        pytest.skip("nameless files (O_TMPFILE) are not known here")
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.stdout.splitlines() == [os.strerror(errno.EFBIG)] * 2, run.stderr
    assert os.listdir(target.parent) == []


@pytest.mark.usefixtures("any_draft")
def test_a_full_disk_leaves_nothing(source: Source, tmp_path: Path):
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        with pytest.raises(NotWritten) as caught:
            written(source, disk / "out.dcm")
        assert str(caught.value) == os.strerror(errno.ENOSPC)
        assert os.listdir(disk) == []
    finally:
        subprocess.run(["umount", disk], check=True)


KILLED = """
import os, signal, sys
sys.path.insert(0, {src!r})
if not {nameless}:
    del os.O_TMPFILE
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import Draft
with Source.open({path!r}) as source, Draft({target!r}, overwrite={overwrite}) as draft:
    draft.write(source, [b"header", (0, 900_000)])
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed by signals here")
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("nameless", [True, False], ids=["nameless", "part"])
def test_a_process_killed_before_publishing_leaves_what_was_there(
    path: Path, target: Path, nameless: bool, overwrite: bool
):
    if not HAS_NAMELESS_FILES:
        pytest.skip("nameless files (O_TMPFILE) are not known here")
    if overwrite:
        target.write_bytes(b"before")
    script = KILLED.format(
        src=str(ROOT / "src"), path=str(path), target=str(target), nameless=nameless, overwrite=overwrite
    )
    run = subprocess.run([sys.executable, "-c", script], check=False)
    assert run.returncode == -9
    left = set(os.listdir(target.parent)) - {"out.dcm"}
    assert len(left) == (0 if nameless else 1)
    assert all(name.startswith(PART_PREFIX) and name.endswith(PART_SUFFIX) for name in left)
    assert target.exists() == overwrite
    assert not overwrite or target.read_bytes() == b"before"


@pytest.mark.usefixtures("any_draft")
def test_no_descriptor_is_left_open(source: Source, target: Path):
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("open descriptors cannot be counted here")
    before = os.listdir("/proc/self/fd")
    written(source, target)
    with pytest.raises(TargetExists):
        written(source, target)
    assert os.listdir("/proc/self/fd") == before
