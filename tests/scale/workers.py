"""A cluster of two workers on this machine, in a process of its own: ``workers.py dask|ray``.

Prints the engine's name for it as a line of JSON. For every line it then reads it prints the peak memory of each
worker, in bytes, and it ends with its input.
"""

import json
import os
import resource
import sys
from collections.abc import Callable

N = 2


def peak(_: int = 0) -> tuple[int, int]:
    """Process and its largest resident memory so far, in bytes."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return os.getpid(), size * (1 if sys.platform == "darwin" else 1024)


def dask() -> tuple[str, Callable[[], list[int]]]:
    """Start Dask's scheduler and workers."""
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=N, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
    client = Client(cluster, set_as_default=False)
    return f"dask:{cluster.scheduler_address}", lambda: [size for _, size in client.run(peak).values()]


def ray() -> tuple[str, Callable[[], list[int]]]:
    """Start Ray; its pool of processes is asked until every one of two has answered."""
    import ray

    ray.init(num_cpus=N, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    remote = ray.remote(peak)

    def peaks() -> list[int]:
        by_process: dict[int, int] = {}
        for process, size in ray.get([remote.remote(i) for i in range(50 * N)]):
            by_process[process] = max(size, by_process.get(process, 0))
        return list(by_process.values())

    # By its address it would want a token, which "auto" finds by itself.
    return "ray:auto", peaks


def main(kind: str) -> None:
    """Start, say where, answer."""
    engine, peaks = {"dask": dask, "ray": ray}[kind]()
    print(json.dumps(engine), flush=True)
    for _ in sys.stdin:
        print(json.dumps(peaks()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
