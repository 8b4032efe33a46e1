"""An archive is de-identified while things go wrong for real: processes killed, disks full, files that vanish."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import dicom_file, element
from dicomveil.pseudonyms.key import ProjectKey
from engine.instances import with_elements

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")

SRC = Path(__file__).parents[2] / "src"
FILES = 3_000
PADDING = bytes(20_000)


def instance(number: int) -> bytes:
    pixels = element(0x7FE00010, "OW", PADDING)
    return dicom_file(with_elements(pixels, instance=f"1.2.3.4.5.{number}", patient=str(number % 7)))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "export"
    for number in range(FILES):
        path = folder / str(number % 7) / f"{number:05}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(instance(number))
    return folder


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "key"
    ProjectKey(bytes(32)).write(path)
    return path


@pytest.fixture(scope="module")
def undisturbed(export: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed") / "shared"
    done = subprocess.run(command(export, out, key), env=environment(), capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return copies(out)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def call(words: list[str], **options: object) -> subprocess.Popen[str]:
        usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
        process = subprocess.Popen(words, env=environment(), **{**usual, **options})
        started.append(process)
        return process

    yield call
    for process in started:
        process.kill()
        process.communicate()


def command(export: Path, out: Path, key: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "dicomveil", "deidentify", str(export), str(out), "--key", str(key), "-j", "2", *more]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SRC)}


def copies(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def wait_for_copies(out: Path, count: int) -> None:
    for _ in range(6_000):
        if sum(len(files) for _, _, files in os.walk(out)) >= count:
            return
        time.sleep(0.005)
    raise AssertionError("the run does not get going")


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that a run has started, but for the one that starts the others."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(name))
    return [grandchild for child in children.get(process.pid, []) for grandchild in children.get(child, [])]


def test_a_worker_that_is_killed_loses_nothing(export, key, undisturbed, start, tmp_path):
    out = tmp_path / "shared"
    process = start(command(export, out, key))
    wait_for_copies(out, 100)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    said, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert copies(out) == undisturbed
    assert f"done  {FILES}" in " ".join(said.split()).replace("done ", "done  ")


@pytest.mark.parametrize("when", [1, 400, 1_100], ids=["at-once", "early", "late"])
def test_a_run_that_is_killed_leaves_whole_copies_and_goes_on(export, key, undisturbed, start, tmp_path, when):
    out = tmp_path / "shared"
    process = start(command(export, out, key))
    wait_for_copies(out, when)
    process.kill()
    process.communicate()
    left = workers_of(process)
    partly = copies(out)
    assert {name: undisturbed[name] for name in partly} == partly
    for _ in range(2):
        done = subprocess.run(
            command(export, out, key),
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert copies(out) == undisturbed
    assert f"done before {FILES}" in " ".join(done.stdout.split())
    assert left == []


def test_ctrl_c_ends_in_good_order_and_tells_how_to_go_on(export, key, undisturbed, start, tmp_path):
    out = tmp_path / "shared"
    process = start(command(export, out, key))
    wait_for_copies(out, 100)
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Run it again to go on" in err
    assert "Traceback" not in err
    count = len(copies(out))
    assert f"done {count}" in " ".join(said.split())
    assert count < FILES
    assert start(command(export, out, key)).wait(timeout=120) == 0
    assert copies(out) == undisturbed


def test_files_too_large_for_the_disk_fail_with_a_reason_and_the_rest_goes_on(export, key, start, tmp_path):
    mixed, out = tmp_path / "mixed", tmp_path / "shared"
    shutil.copytree(export / "0", mixed)
    large = dicom_file(with_elements(element(0x7FE00010, "OW", bytes(3_000_000)), instance="1.2.3.4.5.9999"))
    (mixed / "large").write_bytes(large)

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    process = start(command(mixed, out, key), preexec_fn=little_room)
    said, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "not done not-written 1 File too large" in " ".join(said.split()), said + err
    good = len(list((export / "0").iterdir()))
    assert len(copies(out)) == good
    assert start(command(mixed, out, key)).wait(timeout=60) == 0
    assert len(copies(out)) == good + 1


def test_files_that_vanish_or_cannot_be_read_fail_with_a_reason_and_the_rest_goes_on(export, key, start, tmp_path):
    mixed, out = tmp_path / "mixed", tmp_path / "shared"
    shutil.copytree(export, mixed)
    process = start(command(mixed, out, key))
    wait_for_copies(out, 10)
    shutil.rmtree(mixed / "6")
    said, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    told = " ".join(said.split())
    assert "not done unreadable" in told
    assert "Traceback" not in err
    assert str(mixed) not in err
    there = sum(len(files) for _, _, files in os.walk(mixed))
    assert len(copies(out)) >= there


def test_a_target_that_cannot_be_written_is_told_for_each_file(export, key, start, tmp_path):
    out = tmp_path / "shared"
    assert start(command(export / "0", out, key)).wait(timeout=60) == 0
    (patient,) = os.listdir(out)
    shutil.rmtree(out / patient)
    (out / patient).write_text("in the way")
    process = start(command(export / "0", out, key, "--overwrite"))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "not done not-written" in " ".join(said.split())


def test_two_runs_into_one_output_at_once_are_refused(export, key, start, tmp_path):
    out = tmp_path / "shared"
    first = start(command(export, out, key))
    wait_for_copies(out, 1)
    first.send_signal(signal.SIGSTOP)
    second = start(command(export, out, key))
    _, err = second.communicate(timeout=60)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 2
    assert "another run is at work on this output" in err
    assert first.wait(timeout=120) == 0
