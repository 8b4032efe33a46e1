"""A Dask cluster as a crew: workers that Slurm or another scheduler has started."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from dicomveil.batch.crews.clusters import LOCAL
from dicomveil.batch.crews.clusters.handed import Handed, lost, meaning_of, portion
from dicomveil.batch.crews.crew import Crew, cores
from dicomveil.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from dicomveil.batch.crews.clusters.handed import Parcel

_JOIN_TIMEOUT_S = 30
_DEATHS_FORGIVEN = 1
"""A task whose worker died is given to another as often, in a cluster that is this run's own."""


def dask_crew(address: str, shared: str) -> Crew:
    """Join a Dask cluster; see `dicomveil.batch.crews.clusters.crew_on`."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("Dask is not installed: pip install 'dicomveil[dask]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    engine, _, place = address.partition("://")
    cluster = None
    try:
        if place == LOCAL:
            cluster = _own_cluster()
        at = cluster or (f"tcp://{place}" if engine == "dask" else address)
        client = Client(at, set_as_default=False, timeout=_JOIN_TIMEOUT_S)
        client.wait_for_workers(1, timeout=_JOIN_TIMEOUT_S)
        workers = len(client.nthreads())
    except Exception as error:
        raise ClusterError(f"the Dask cluster cannot be joined ({type(error).__name__})") from None
    executor = Handed(_Dask(client, cluster), workers, shared)
    return Crew(lambda: executor, workers, breaks_as_one=False)


class _Dask:
    def __init__(self, client: Any, cluster: Any) -> None:
        self._client = client
        self._cluster = cluster
        self._executor = client.get_executor(pure=False)  # keys by chance, not by a hash of the arguments

    def send(self, parcel: Parcel) -> tuple[Future[Any], Callable[[], object]]:
        future = self._executor.submit(portion, parcel)
        return future, future.cancel

    def meaning(self, error: BaseException) -> BaseException:
        from distributed import KilledWorker

        return lost() if isinstance(error, KilledWorker) else meaning_of(error)

    def let_go(self) -> None:
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _own_cluster() -> Any:
    """Start a worker for each core. None has a second portion waiting: it would be blamed if the first kills it."""
    import dask
    from distributed import LocalCluster

    with dask.config.set({"distributed.scheduler.worker-saturation": 1.0}):
        return LocalCluster(
            n_workers=cores(),
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": _DEATHS_FORGIVEN},
            preload=[__name__],
        )


def dask_setup(_: object) -> None:
    """Leave Ctrl-C, which a terminal sends to all, to the process of the run; Dask calls this in each worker."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
