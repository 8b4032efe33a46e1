"""A Ray cluster as a crew: each portion is a task of one core."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from dicomveil.batch.crews.clusters import AUTO, LOCAL
from dicomveil.batch.crews.clusters.handed import GONE, Handed, lost, meaning_of, portion
from dicomveil.batch.crews.crew import Crew, cores
from dicomveil.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from dicomveil.batch.crews.clusters.handed import Parcel

_OBJECTS_BYTES = 128 * 1024 * 1024


def ray_crew(address: str, shared: str) -> Crew:
    """Join a Ray cluster; see `dicomveil.batch.crews.clusters.crew_on`."""
    try:
        import ray
    except ImportError:
        raise UsageError("Ray is not installed: pip install 'dicomveil[ray]'") from None
    _keep_quiet()
    place = address.partition("://")[2]
    own = {"num_cpus": cores(), "object_store_memory": _OBJECTS_BYTES, "include_dashboard": False}
    try:
        ray.init(
            address=place if place in (LOCAL, AUTO) else address,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            **(own if place == LOCAL else {}),
        )
        workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
    except Exception as error:
        raise ClusterError(f"the Ray cluster cannot be joined ({type(error).__name__})") from None
    executor = Handed(_Ray(), workers, shared)
    return Crew(lambda: executor, workers, breaks_as_one=False)


class _Ray:
    def __init__(self) -> None:
        import ray

        # With retries of its own Ray would start a task that takes all memory again and again, without end.
        self._task = ray.remote(num_cpus=1, max_retries=0)(portion)

    def send(self, parcel: Parcel) -> tuple[Future[Any], Callable[[], object]]:
        import ray

        task = self._task.remote(parcel)
        return task.future(), lambda: ray.cancel(task)

    def meaning(self, error: BaseException) -> BaseException:
        from ray import exceptions

        dead = (
            exceptions.WorkerCrashedError,
            exceptions.NodeDiedError,
            exceptions.OutOfMemoryError,
            exceptions.ObjectLostError,
        )
        if isinstance(error, exceptions.RayTaskError):
            return meaning_of(error.cause)
        if isinstance(error, dead):
            return lost()
        if isinstance(error, exceptions.RayError):
            return ClusterError(GONE)
        return meaning_of(error)

    def let_go(self) -> None:
        import ray

        ray.shutdown()


def _keep_quiet() -> None:
    """Keep Ray from writing on standard output that a worker has died: lines of JSON may go there."""
    from ray._private import worker

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = _say_nothing


def _say_nothing(*_: object, **__: object) -> None:
    pass
