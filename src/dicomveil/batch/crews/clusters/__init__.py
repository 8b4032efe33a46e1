"""Crews of many machines: engines that exist, each behind the interface of concurrent.futures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.batch.crews.crew import Crew

LOCAL = "local"
AUTO = "auto"


def crew_on(address: str, shared: str = "") -> Crew:
    """Join a cluster, and return its workers as a crew.

    Parameters
    ----------
    address
        ``ray://HOST:PORT`` (a Ray cluster's client server), ``ray://auto`` (the cluster this machine is a node of) or
        ``ray://local`` (workers of this machine alone, for the time of the run); ``dask://HOST:PORT``, which may also
        be spelled ``tcp://`` or ``tls://`` (a Dask scheduler), or ``dask://local``.
    shared
        A folder, made if it is absent, that workers must see as this machine does; empty if there is none.

    Raises
    ------
    UsageError
        If it is no such address, or the engine is not installed.
    ClusterError
        If the cluster cannot be joined.
    """
    engine, parted, place = address.partition("://")
    if not (parted and place):
        raise UsageError("a cluster is named ray://HOST:PORT or dask://HOST:PORT")
    match engine:
        case "ray":
            from dicomveil.batch.crews.clusters.on_ray import ray_crew as crew
        case "dask" | "tcp" | "tls":
            from dicomveil.batch.crews.clusters.on_dask import dask_crew as crew
        case _:
            raise UsageError("a cluster is named ray://HOST:PORT or dask://HOST:PORT")
    return crew(address, shared)
