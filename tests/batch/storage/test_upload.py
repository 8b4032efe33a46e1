"""A copy is in a storage as a whole or not at all, whatever that storage can do; a dictionary stands for one."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from dicomveil.batch.storage import upload
from dicomveil.batch.storage.upload import Upload
from dicomveil.dataset.source import Source
from dicomveil.errors import NotWritten, TargetExists


class Storage:
    """What an upload asks of a storage; ``log`` says under which names anything was ever seen."""

    def __init__(self, protocol: str | tuple[str, ...]) -> None:
        self.protocol = protocol
        self.objects: dict[str, bytes] = {}
        self.log: list[tuple[str, str]] = []
        self.fails: dict[str, BaseException] = {}

    def exists(self, path: str) -> bool:
        return path in self.objects

    def makedirs(self, path: str, *, exist_ok: bool) -> None:
        assert exist_ok

    def put_file(self, local: str, path: str) -> None:
        data = Path(local).read_bytes()
        self.objects[path] = data[: len(data) // 2]  # as others see it meanwhile
        self._may_fail("put")
        self.objects[path] = data
        self.log.append(("put", path))

    def mv(self, path: str, other: str) -> None:
        self._may_fail("mv")
        self.objects[other] = self.objects.pop(path)
        self.log.append(("mv", other))

    def rm_file(self, path: str) -> None:
        del self.objects[path]

    def _may_fail(self, what: str) -> None:
        if what in self.fails:
            raise self.fails[what]


def storage_of(monkeypatch: pytest.MonkeyPatch, protocol: str | tuple[str, ...]) -> Storage:
    storage = Storage(protocol)
    monkeypatch.setattr(upload, "filesystem", lambda url: (storage, url.partition("://")[2]))
    return storage


def put(data: bytes = b"made", **options: Any) -> None:
    with Upload("any://shared/folder/copy", **options) as copy:
        copy.write(Source.in_memory(b""), [data])
        copy.publish()


@pytest.mark.parametrize("protocol", ["s3", ("gs", "gcs")])
def test_where_objects_appear_as_a_whole_a_copy_is_put_at_once(
    monkeypatch: pytest.MonkeyPatch, protocol: str | tuple[str, ...]
) -> None:
    storage = storage_of(monkeypatch, protocol)
    put()
    assert storage.objects == {"shared/folder/copy": b"made"}
    assert storage.log == [("put", "shared/folder/copy")]


@pytest.mark.parametrize("protocol", ["sftp", ("smb", "cifs")])
def test_where_a_file_grows_in_sight_nobody_sees_half_a_copy_under_its_name(
    monkeypatch: pytest.MonkeyPatch, protocol: str | tuple[str, ...]
) -> None:
    storage = storage_of(monkeypatch, protocol)
    put()
    assert storage.objects == {"shared/folder/copy": b"made"}
    (_, part), moved = storage.log
    assert part.startswith("shared/folder/.dicomveil-")
    assert moved == ("mv", "shared/folder/copy")


@pytest.mark.parametrize("what", ["put", "mv"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "Quillfeather"), KeyboardInterrupt()], ids=["full", "ctrl-c"])
def test_an_upload_that_breaks_off_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, what: str, error: BaseException
) -> None:
    storage = storage_of(monkeypatch, "sftp")
    storage.fails[what] = error
    with pytest.raises((NotWritten, KeyboardInterrupt)) as caught:
        put()
    assert storage.objects == {}
    assert "Quillfeather" not in str(caught.value)


def test_a_copy_that_is_there_is_not_written_over_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = storage_of(monkeypatch, "s3")
    put(b"first")
    with pytest.raises(TargetExists):
        put(b"other")
    assert storage.objects == {"shared/folder/copy": b"first"}
    put(b"other", overwrite=True)
    assert storage.objects == {"shared/folder/copy": b"other"}


@pytest.mark.parametrize("nameless", [True, False], ids=["nameless-files", "named-files-only"])
def test_nothing_of_a_copy_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nameless: bool
) -> None:
    if not nameless:
        monkeypatch.delattr("os.O_TMPFILE", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    storage = storage_of(monkeypatch, "s3")
    put()
    storage.fails["put"] = PermissionError(errno.EACCES, "no")
    with pytest.raises(NotWritten):
        put(overwrite=True)
    assert list(tmp_path.iterdir()) == []
