from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batch.archives import packed
from builders import dicom_file, element
from cli.cases import PLANTED
from cli.cases import instance as planted
from dicomveil.batch.batch import Batch
from dicomveil.batch.crews.crew import InProcess, crew_of
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.records.ledger_file import IN_MEMORY
from dicomveil.batch.run import DONE, Run
from dicomveil.batch.sources.inputs import Inputs, opened
from dicomveil.batch.storage import remote, upload
from dicomveil.batch.storage.places import check_apart, draft
from dicomveil.batch.work import Work
from dicomveil.cli import main
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.source import Source
from dicomveil.errors import LimitExceeded, NotDicom, NotWritten, SourceChanged, TargetExists, UsageError
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, deidentifier, with_elements

fsspec = pytest.importorskip("fsspec", reason="fsspec is absent")

ROOT = "memory://export"


def instance(number: int = 1) -> bytes:
    return dicom_file(with_elements(instance=f"1.2.3.4.5.{number}"))


@pytest.fixture
def memory() -> Iterator[Any]:
    """An empty storage in memory."""
    storage = fsspec.filesystem("memory")
    storage.store.clear()
    storage.pseudo_dirs[:] = [""]
    yield storage
    storage.store.clear()


@pytest.fixture
def export(memory: Any) -> Any:
    for number, name in enumerate(("b/z", "a", "b/a/x", "c"), 1):
        memory.pipe_file(f"/export/{name}", instance(number))
    memory.pipe_file("/export/readme.txt", b"no DICOM")
    return memory


def copies(memory: Any, folder: str = "/shared") -> dict[str, bytes]:
    return {path: memory.cat_file(path) for path in memory.find(folder)}


# --- reading


def test_objects_come_as_files_of_a_folder_would(export: Any) -> None:
    items = list(Inputs(ROOT))
    assert [item.name for item in items] == ["a", "c", "readme.txt", "b/z", "b/a/x"]
    assert [item.number for item in items] == [1, 2, 3, 4, 5]
    assert items[0].path == "memory://export/a"
    assert (items[0].size, items[0].changed_ns > 0) == (len(instance(2)), True)
    with opened(items[0]) as source:
        assert (source.head, source.changed_ns) == (instance(2), items[0].changed_ns)
        source.check_unchanged()


def test_one_object_is_a_single_input(export: Any) -> None:
    inputs = Inputs(f"{ROOT}/a")
    assert inputs.is_single
    assert [item.name for item in inputs] == ["a"]


def test_a_universal_path_is_an_input(export: Any) -> None:
    upath = pytest.importorskip("upath", reason="universal-pathlib is absent")
    assert [item.name for item in Inputs(upath.UPath(ROOT) / "b")] == ["z", "a/x"]


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
def test_archives_in_a_storage_are_looked_into(export: Any, kind: str) -> None:
    export.pipe_file(f"/export/b/p.{kind}", packed({"m": instance(7), "n": instance(8)}, kind))
    items = {item.name: item for item in Inputs(f"{ROOT}/b")}
    assert list(items) == [f"p.{kind}!//m", f"p.{kind}!//n", "z", "a/x"]
    assert opened(items[f"p.{kind}!//n"]).head == instance(8)
    assert [item.name for item in Inputs(f"{ROOT}/b/p.{kind}")] == ["m", "n"]


def test_what_is_not_there_is_no_input(memory: Any) -> None:
    with pytest.raises(UsageError, match="the input does not exist"):
        Inputs("memory://nothing")


def test_an_unknown_scheme_is_told_without_the_url() -> None:
    with pytest.raises(UsageError, match="scheme that is not known") as caught:
        Inputs("nonesuch://Quillfeather/a")
    assert "Quillfeather" not in str(caught.value)


def test_without_the_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UsageError, match=r"pip install 'dicomveil\[storage\]'"):
        Inputs(ROOT)


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("sftp", "paramiko"), ("hdfs", "pyarrow")])
def test_the_package_that_a_scheme_lacks_is_named_without_the_url(
    monkeypatch: pytest.MonkeyPatch, scheme: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"needs more than is installed: .*\b{package}\b") as caught:
        Inputs(f"{scheme}://Quillfeather/a")
    assert "Quillfeather" not in str(caught.value)
    assert "dicomveil[storage]" not in str(caught.value)


def test_an_object_that_is_gone_when_it_is_opened_is_told_as_a_file_would_be(export: Any) -> None:
    first, *_ = Inputs(ROOT)
    export.rm("/export/a")
    with pytest.raises(OSError, match=r"^\[Errno 2\] No such file or directory$"):
        opened(first)


def test_an_object_that_is_another_than_it_was_listed_as_is_not_taken(export: Any) -> None:
    first, *_ = Inputs(ROOT)
    export.pipe_file("/export/a", instance(2) + b"more")
    with pytest.raises(SourceChanged):
        opened(first)


def test_a_large_object_that_is_no_dicom_file_is_not_fetched(export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_WORTH_A_LOOK_BYTES", 1_000)
    export.pipe_file("/export/a", bytes(5_000))
    first, *_ = Inputs(ROOT)
    fetched: list[int] = []
    cat = type(export).cat_file
    monkeypatch.setattr(
        type(export), "cat_file", lambda self, path, start, end: (fetched.append(end), cat(self, path, start, end))[1]
    )
    with pytest.raises(NotDicom):
        opened(first)
    assert fetched == [512]


def test_an_object_larger_than_memory_should_hold_is_told(export: Any) -> None:
    first, *_ = Inputs(ROOT)
    with pytest.raises(LimitExceeded):
        opened(first._replace(size=Limits().inflated_bytes + 1))


def test_whatever_a_storage_raises_is_told_without_its_words() -> None:
    with pytest.raises(OSError, match=r"^\[Errno 5\] Input/output error$"), remote.refusals_told():
        raise LookupError("Quillfeather")


# --- writing


def written(target: str, data: bytes = b"made", *, overwrite: bool = False) -> None:
    with draft(target, overwrite=overwrite) as copy:
        copy.write(Source.in_memory(b""), [data])
        copy.publish()


def test_nothing_is_there_before_it_is_published(memory: Any) -> None:
    with draft("memory://shared/a", overwrite=False) as copy:
        copy.write(Source.in_memory(b""), [b"made"])
        assert os.pread(copy.fd, 10, 0) == b"made"
        assert copies(memory) == {}
        copy.publish()
    assert copies(memory) == {"/shared/a": b"made"}


def test_what_is_not_published_is_nowhere(memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with draft("memory://shared/a", overwrite=False) as copy:
        copy.write(Source.in_memory(b""), [b"made"])
    assert copies(memory) == {}
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unasked(memory: Any) -> None:
    written("memory://shared/a", b"first")
    with pytest.raises(TargetExists):
        written("memory://shared/a", b"other")
    assert copies(memory) == {"/shared/a": b"first"}
    written("memory://shared/a", b"other", overwrite=True)
    assert copies(memory) == {"/shared/a": b"other"}


def test_a_storage_that_refuses_is_told_without_its_words(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise PermissionError("Quillfeather may not")

    monkeypatch.setattr(type(memory), "put_file", refusing)
    with pytest.raises(NotWritten, match=r"^Permission denied$"):
        written("memory://shared/a")


@pytest.mark.parametrize("fails", [False, True])
def test_where_a_file_appears_bit_by_bit_it_is_put_under_another_name_first(
    memory: Any, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(upload, "PUT_AT_ONCE", frozenset())
    put: list[str] = []
    put_file = type(memory).put_file

    def noted(self: Any, local: str, path: str, **options: Any) -> None:
        put.append(path)
        put_file(self, local, path, **options)
        if fails:
            raise ConnectionError

    monkeypatch.setattr(type(memory), "put_file", noted)
    if fails:
        with pytest.raises(NotWritten):
            written("memory://shared/new/a")
    else:
        written("memory://shared/new/a")
    assert [path.rpartition("/")[2].startswith(".dicomveil-") for path in put] == [True]
    assert copies(memory) == ({} if fails else {"/shared/new/a": b"made"})


# --- runs


def batch(ledger: Ledger, source: object = ROOT, target: str = "memory://shared", **options: Any) -> Batch:
    work = Work(load_recipe("basic"), KEY, "", target, **options)
    return Batch(work, Inputs(source), crew_of(1), ledger)


def codes(run: Batch | Run) -> list[str]:
    return [outcome.code for outcome in run]


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger(IN_MEMORY) as made:
        yield made


def test_a_run_from_storage_to_storage_makes_the_copies_of_one_from_folder_to_folder(
    export: Any, ledger: Ledger, tmp_path: Path
) -> None:
    assert codes(batch(ledger)) == [DONE, DONE, "skipped", DONE, DONE]
    for path, data in copies(export, "/export").items():
        (tmp_path / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path[1:]).write_bytes(data)
    list(Run(deidentifier(), tmp_path / "export", tmp_path / "shared", KEY))
    local = {f"/{path.relative_to(tmp_path)}": path.read_bytes() for path in (tmp_path / "shared").rglob("*.dcm")}
    assert copies(export) == local


def test_a_second_run_does_nothing_but_what_is_new_changed_or_gone(export: Any, ledger: Ledger) -> None:
    list(batch(ledger))
    again = batch(ledger)
    assert codes(again) == []
    assert (again.before, again.skipped_before.total()) == ({DONE: 4}, 1)
    gone, *_ = copies(export)
    export.rm_file(gone)
    export.pipe_file("/export/new", instance(9))
    third = batch(ledger)
    assert codes(third) == [DONE, DONE]
    assert third.why == {"copy gone": 1, "new": 1}
    assert len(copies(export)) == 5


def test_copies_that_are_there_byte_for_byte_are_done(export: Any, ledger: Ledger) -> None:
    list(batch(ledger))
    with Ledger(IN_MEMORY) as forgotten:
        assert codes(batch(forgotten)) == [DONE, DONE, "skipped", DONE, DONE]
    changed, *_ = copies(export)
    export.pipe_file(changed, b"other")
    with Ledger(IN_MEMORY) as forgotten:
        assert sorted(codes(batch(forgotten))) == sorted([DONE, DONE, DONE, "target-exists", "skipped"])
    assert copies(export)[changed] == b"other"


def test_of_two_objects_with_one_uid_the_first_has_the_copy_whoever_writes_last(
    export: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is refused by a storage at the moment of writing: the copy of the later one may lie there."""
    other = dicom_file(with_elements(element(0x00280010, "US", 7), instance="1.2.3.4.5.2"))
    export.pipe_file("/export/0", other)
    monkeypatch.setattr(type(export), "exists", lambda self, path, **_: path.startswith("/export"))
    outcomes = {outcome.number: outcome.code for outcome in batch(ledger)}
    assert outcomes[2] == "duplicate"
    monkeypatch.undo()
    list(Run(deidentifier(), f"{ROOT}/0", "memory://alone/copy", KEY))
    assert export.cat_file("/alone/copy") in copies(export).values()


def test_a_single_file_goes_to_the_name_it_is_given(export: Any, tmp_path: Path) -> None:
    assert codes(Run(deidentifier(), f"{ROOT}/a", "memory://shared/copy.dcm", KEY)) == [DONE]
    assert list(copies(export)) == ["/shared/copy.dcm"]
    assert codes(Run(deidentifier(), f"{ROOT}/a", tmp_path / "copy.dcm", KEY)) == [DONE]
    assert (tmp_path / "copy.dcm").read_bytes() == export.cat_file("/shared/copy.dcm")


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        (ROOT, ROOT, "the output is the input"),
        (f"{ROOT}/", ROOT, "the output is the input"),
        (ROOT, f"{ROOT}/b/shared", "the output lies inside the input"),
        (f"{ROOT}/b", ROOT, "the input lies inside the output"),
    ],
)
def test_input_and_output_in_a_storage_are_apart(export: Any, source: str, target: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_apart(source, target)


def test_names_that_only_begin_alike_are_apart(export: Any, tmp_path: Path) -> None:
    check_apart(f"{ROOT}/b", f"{ROOT}/b2")
    check_apart(ROOT, tmp_path)
    check_apart(tmp_path, ROOT)


# --- the command


def test_the_command_goes_from_storage_to_storage_with_a_private_folder_of_this_machine(
    memory: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory.pipe_file("/export/Wimpleton/a", planted())
    words = ["deidentify", ROOT, "memory://shared", "-j", "1"]
    assert main(words) == 2
    assert "needs --project FOLDER" in capsys.readouterr().err
    assert copies(memory) == {}
    assert main([*words, "--project", str(tmp_path / "private"), "--json"]) == 0
    said = capsys.readouterr()
    assert {path.name for path in (tmp_path / "private").iterdir()} >= {"key", "ledger", "project.json", "report.jsonl"}
    ((path, data),) = copies(memory).items()
    assert not [word for word in PLANTED if word.encode() in data or word in path + said.out + said.err]
    assert main([*words, "--project", str(tmp_path / "private")]) == 0
    assert "done before" in capsys.readouterr().out


def test_a_private_folder_can_be_chosen_for_a_folder_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a").write_bytes(planted())
    words = ["deidentify", str(tmp_path / "export"), str(tmp_path / "shared"), "--project"]
    assert main([*words, str(tmp_path / "private")]) == 0
    assert (tmp_path / "private" / "key").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "shared.dicomveil").exists()
    for inside in ("shared", "shared/private", "export/private", ""):
        assert main([*words, str(tmp_path / inside)]) == 2
        assert "are not apart" in capsys.readouterr().err
    assert main([*words, "memory://private"]) == 2
    assert "on this machine" in capsys.readouterr().err


def test_a_url_of_this_machine_works_across_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "export").mkdir()
    for number in range(3):
        (tmp_path / "export" / f"{number}").write_bytes(planted(number))
    assert main(["deidentify", f"file://{tmp_path}/export", f"file://{tmp_path}/shared", "-j", "2"]) == 0
    assert len(list((tmp_path / "shared").rglob("*.dcm"))) == 3
    assert (tmp_path / "shared.dicomveil" / "key").is_file()


# --- S3, as moto has it


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """An S3 bucket of a server in a process of its own."""
    s3fs = pytest.importorskip("s3fs", reason="s3fs is absent")
    pytest.importorskip("moto.server", reason="moto's server is absent")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    patch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    try:
        _wait_for(port, server)
        s3fs.S3FileSystem.clear_instance_cache()
        made = s3fs.S3FileSystem()
        made.mkdir("clinic")
        yield made
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
        server.terminate()
        server.wait()
        patch.undo()


def _wait_for(port: int, server: Any) -> None:
    while True:
        if server.poll() is not None:
            pytest.skip("moto's server does not start")
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def test_two_processes_go_from_bucket_to_bucket(bucket: Any, tmp_path: Path) -> None:
    for number in range(5):
        bucket.pipe_file(f"clinic/export/Wimpleton/{number}", planted(number))
    bucket.pipe_file("clinic/export/p.zip", packed({"a": planted(7), "b": planted(8)}, "zip"))
    private = str(tmp_path / "private")
    words = ["deidentify", "s3://clinic/export", "s3://clinic/shared", "--project", private, "-j", "2"]
    said = [dicomveil(words)]
    found = _objects(bucket)
    assert len(found) == 7
    assert not [word for word in PLANTED for path, data in found.items() if word.encode() in data or word in path]
    said.append(dicomveil(words))
    bucket.rm_file(next(iter(found)))
    said.append(dicomveil(words))
    assert ["done before" in each for each in said] == [False, True, True]
    assert ["copy gone" in each for each in said] == [False, False, True]
    assert _objects(bucket) == found


def dicomveil(words: list[str]) -> str:
    """Carry out a command in a process of its own, whose workers have its environment; return what it says."""
    code = f"import sys; from dicomveil.cli import main; sys.exit(main({words!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _objects(bucket: Any) -> dict[str, bytes]:
    bucket.invalidate_cache()
    return {path: bucket.cat_file(path) for path in bucket.find("clinic/shared")}


def test_workers_of_this_process_are_enough_for_a_storage_in_memory() -> None:
    crew = crew_of(1)
    assert isinstance(crew._make(), InProcess)
