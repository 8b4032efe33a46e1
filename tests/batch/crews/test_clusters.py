from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from builders import dicom_file
from dicomveil.batch.batch import Batch
from dicomveil.batch.crews.clusters import crew_on
from dicomveil.batch.crews.clusters.handed import Handed, Parcel, lost, meaning_of, portion
from dicomveil.batch.crews.crew import Crew, crew_of
from dicomveil.batch.outcome import Outcome
from dicomveil.batch.records.ledger import Ledger
from dicomveil.batch.records.ledger_file import IN_MEMORY
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.batch.work import Work
from dicomveil.cli import WRONG_USAGE, main
from dicomveil.errors import ClusterError, ProjectKeyError, UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.recipe.load import load_recipe
from engine.instances import KEY, with_elements

SECRET = "Quillfeather"
FILES, FILES_IN_A_PORTION = 256, 64
PATIENCE_S = 60
POLL_S = 0.02

PACKAGES = {"ray": "ray", "dask": "distributed"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export" / SECRET
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"{number:04}").write_bytes(dicom_file(with_elements(instance=f"1.2.3.4.5.{number}")))
    return folder.parent


def batch(export: Path, target: Path, crew: Crew, ledger: Ledger) -> Batch:
    return Batch(Work(load_recipe("basic"), KEY, "", str(target)), Inputs(export), crew, ledger)


def carried_out(export: Path, target: Path, crew: Crew) -> list[Outcome]:
    with Ledger(IN_MEMORY) as ledger:
        return list(batch(export, target, crew, ledger))


def copies(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- engines that are installed


class Killer(threading.Thread):
    """Kills a worker that has stopped with a portion in its hands, when the others have done all the rest."""

    def __init__(self, worker: int, target: Path, enough: int) -> None:
        super().__init__()
        self._worker, self._target, self._enough = worker, target, enough
        os.kill(worker, signal.SIGSTOP)

    def run(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and len(list(self._target.rglob("*.dcm"))) < self._enough:
            time.sleep(POLL_S)
        os.kill(self._worker, signal.SIGKILL)


def own_cluster(engine: str, shared: Path) -> Crew:
    try:
        return crew_on(f"{engine}://local", str(shared))
    except ClusterError as error:
        if "(Exception)" in str(error):  # what Ray raises after 30 seconds, and nothing else does
            pytest.skip("Ray could not start on this machine in the time it allows itself")
        raise


@pytest.mark.parametrize("engine", PACKAGES)
def test_a_cluster_that_loses_a_worker_at_work_ends_with_what_a_local_run_makes(
    engine: str, export: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(PACKAGES[engine], reason=f"{engine} is not installed")
    local = carried_out(export, tmp_path / "local", crew_of(1))
    crew = own_cluster(engine, tmp_path / "far")
    try:
        with pytest.raises(ProjectKeyError, match="key") as caught:
            crew.submit(ProjectKey.read, str(tmp_path / SECRET)).result()
        assert SECRET not in str(caught.value)
        worker = crew.submit(os.getpid).result()
        killer = Killer(worker, tmp_path / "far", FILES - FILES_IN_A_PORTION if crew.jobs > 1 else 0)
        killer.start()
        far = carried_out(export, tmp_path / "far", crew)
        killer.join()
    finally:
        crew.close()
    assert sorted(each.token for each in far) == sorted(each.token for each in local)
    assert {each.code for each in far} == {"done"}
    assert copies(tmp_path / "far") == copies(tmp_path / "local")
    said = capfd.readouterr()
    assert not said.out
    assert SECRET not in said.err


@pytest.mark.parametrize("engine", PACKAGES)
def test_an_engine_that_is_not_installed_is_said_to_be_an_extra(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGES[engine], None)
    with pytest.raises(UsageError, match=rf"pip install 'dicomveil\[{engine}\]'"):
        crew_on(f"{engine}://local")


@pytest.mark.parametrize("address", ["somewhere", "ray://", "http://head:80", "local"])
def test_an_address_of_no_engine_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="ray://HOST:PORT or dask://HOST:PORT"):
        crew_on(address)


def test_a_cluster_and_a_number_of_processes_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deidentify", "in", "out", "-j", "2", "--cluster", "ray://local"]) == WRONG_USAGE
    assert "not allowed with" in capsys.readouterr().err


def test_nothing_is_made_for_a_cluster_that_is_none(export: Path, tmp_path: Path) -> None:
    assert main(["deidentify", str(export), str(tmp_path / "out"), "--cluster", "nowhere"]) == WRONG_USAGE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export"]


# --- what all engines share


class Threads:
    """An engine that does calls in threads, as many at once as the test lets it."""

    def __init__(self, threads: int = 1) -> None:
        self.pool = ThreadPoolExecutor(threads)
        self.gone = False

    def send(self, parcel: Parcel) -> tuple[Future[Any], Callable[[], object]]:
        future = self.pool.submit(portion, parcel)
        return future, future.cancel

    def meaning(self, error: BaseException) -> BaseException:
        return lost() if isinstance(error, EOFError) else meaning_of(error)

    def let_go(self) -> None:
        self.pool.shutdown()
        self.gone = True


_gate = threading.Event()


def _wait_at_the_gate() -> str:
    assert _gate.wait(PATIENCE_S)
    return "passed"


def _raise(error: Exception) -> None:
    raise error


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    _gate.clear()
    yield _gate
    _gate.set()


def test_a_parcel_tells_a_log_nothing_of_what_is_in_it() -> None:
    parcel = Parcel(len, (SECRET,))
    assert SECRET not in f"{parcel} {parcel!r} {vars(type(parcel))}"
    assert portion(parcel) == len(SECRET)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        pytest.param(EOFError(), BrokenExecutor, id="a-dead-worker"),
        pytest.param(ProjectKeyError("damaged"), ProjectKeyError, id="our-own"),
        pytest.param(ModuleNotFoundError("no dicomveil"), ClusterError, id="not-installed-there"),
        pytest.param(ConnectionResetError(), ClusterError, id="the-cluster-is-gone"),
    ],
)
def test_an_error_far_away_means_here_what_it_meant_there(error: Exception, meaning: type[Exception]) -> None:
    executor = Handed(Threads(), 1)
    with pytest.raises(meaning):
        executor.submit(_raise, error).result(PATIENCE_S)
    executor.shutdown()


def test_what_has_not_begun_is_cancelled_and_what_has_begun_is_waited_for(gate: threading.Event) -> None:
    engine = Threads(threads=1)
    executor = Handed(engine, 1)
    first, second, third = (executor.submit(_wait_at_the_gate) for _ in range(3))
    assert not first.cancel()
    assert second.cancel()
    gate.set()
    assert first.result(PATIENCE_S) == third.result(PATIENCE_S) == "passed"
    executor.shutdown(cancel_futures=True)
    assert engine.gone


def test_an_engine_that_cancels_by_itself_has_let_go_of_the_run(gate: threading.Event) -> None:
    engine = Threads(threads=1)
    executor = Handed(engine, 2)
    executor.submit(_wait_at_the_gate)
    future = executor.submit(_wait_at_the_gate)
    engine.pool.shutdown(wait=False, cancel_futures=True)
    gate.set()
    with pytest.raises(ClusterError, match="running it again goes on"):
        future.result(PATIENCE_S)


def test_a_worker_that_does_not_see_the_output_does_nothing(tmp_path: Path) -> None:
    executor = Handed(Threads(), 1, str(tmp_path / SECRET))
    assert executor.submit(os.path.isdir, str(tmp_path / SECRET)).result(PATIENCE_S)
    parcel = Parcel(os.mkdir, (str(tmp_path / "copies"),), str(tmp_path / "elsewhere" / "landmark"))
    with pytest.raises(ClusterError, match="does not see the output") as caught:
        portion(parcel)
    assert SECRET not in str(caught.value)
    executor.shutdown()
    assert [path.name for path in tmp_path.rglob("*")] == [SECRET]


class Losing(Executor):
    """Loses each portion the first so many times it is handed over, as machines do that go."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._lost: dict[int, int] = {}

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        first = arguments[-1][0].item.number
        self._lost[first] = self._lost.get(first, 0) + 1
        if self._lost[first] <= self._times:
            future.set_exception(lost())
        else:
            future.set_result(function(*arguments))
        return future


@pytest.mark.parametrize("times", [1, 2])
def test_portions_lost_with_machines_of_a_cluster_are_done_in_the_end(times: int, export: Path, tmp_path: Path) -> None:
    executor = Losing(times)
    outcomes = carried_out(export, tmp_path / "out", Crew(lambda: executor, 2, breaks_as_one=False))
    assert sorted(each.number for each in outcomes) == list(range(1, FILES + 1))
    assert {each.code for each in outcomes} == {"done"}
