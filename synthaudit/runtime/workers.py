"""Where calls are sent to: this machine, Dask or Ray; results come back one by one."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, Protocol

from joblib import Parallel, delayed, effective_n_jobs, parallel_config

from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.runtime.store import versions
from synthaudit.runtime.threads import one_thread

_WAIT = 10.0
"""Seconds to wait for a cluster's answer."""
_FETCH = 60.0
"""Seconds to fetch one result."""
_PAUSE = 0.02
"""Seconds between two looks at what is done."""
_RESTART = 90.0
"""Seconds that a cluster without workers is given to start one again: a nanny needs some, on a busy machine many."""
_SETTLE = 5.0
"""Seconds between two looks at a cluster where nothing moves."""

Call = tuple[int, Callable[..., Any], tuple[Any, ...]]
"""Number, function and arguments."""
Returned = tuple[int, Any, float]
"""Number, result and seconds."""


class Workers(Protocol):
    """Where calls are submitted to."""

    def count(self, jobs: int) -> int:
        """Calls that run at a time."""
        ...

    def returned(self, calls: Sequence[Call], jobs: int, prefer: Literal["threads", "processes"]) -> Iterator[Returned]:
        """What comes back, as it comes; calls that killed their worker may stop it, or be left out."""
        ...


class Local:
    """Threads or processes of this machine; ``joblib.parallel_config`` overrules both."""

    def count(self, jobs: int) -> int:
        """As ``Workers`` says."""
        return int(effective_n_jobs(jobs))

    def returned(self, calls: Sequence[Call], jobs: int, prefer: Literal["threads", "processes"]) -> Iterator[Returned]:
        """As ``Workers`` says."""
        pool = Parallel(n_jobs=jobs, prefer=prefer, batch_size=1, return_as="generator_unordered")
        yield from pool(delayed(_run)(*call) for call in calls)


class OtherVersionsError(Exception):
    """A worker computes with other versions, and may come to other numbers."""


def _run(i: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Returned:
    """One call on a worker: on one thread, with nothing nested running elsewhere."""
    began = time.perf_counter()
    with one_thread(), parallel_config("sequential"):
        result = function(*arguments)
    return i, result, time.perf_counter() - began


def run_there(
    expected: tuple[tuple[str, str], ...], i: int, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> Returned:
    """One call on another machine, which must compute as this one does."""
    if versions() != expected:
        raise OtherVersionsError
    return _run(i, function, arguments)


def is_broken(error: BaseException) -> bool:
    """Whether a worker died, rather than that a task raised."""
    if isinstance(error, BrokenExecutor | CancelledError):
        return True
    module = type(error).__module__.partition(".")[0]
    return module in ("distributed", "ray") and not isinstance(error, OSError)


@dataclass(frozen=True, slots=True, eq=False)
class Dask:
    """A Dask cluster. Not through joblib, whose backend waits for ever for a task that kills its workers."""

    client: Any

    def count(self, jobs: int) -> int:
        """As ``Workers`` says."""
        return max(int(sum(self.client.ncores().values())), 1)

    def returned(self, calls: Sequence[Call], jobs: int, prefer: Literal["threads", "processes"]) -> Iterator[Returned]:
        """As ``Workers`` says."""
        expected, waiting = versions(), iter(calls)
        # Arguments travel with their task, which the scheduler can then run again elsewhere; only a few at a time.
        running = [self._sent(expected, call) for call in islice(waiting, 2 * self.count(jobs))]
        last = time.monotonic()
        while running:
            time.sleep(_PAUSE)
            done = [future for future in running if future.done()]
            running = [future for future in running if future not in done]
            running += [self._sent(expected, call) for call in islice(waiting, len(done))]
            for future in done:
                if future.status == "error" and not is_broken(error := future.exception(timeout=_WAIT)):
                    raise error
                try:
                    result = future.result(timeout=_FETCH)
                except Exception:
                    # Gone with the worker that held it: the scheduler has it made again, or all of this comes to rest.
                    running += [future] if future.status == "pending" else []
                    continue
                yield result
            if done:
                last = time.monotonic()
            elif time.monotonic() - last > _WAIT:
                last = time.monotonic()
                if self._is_at_rest(running):
                    return

    def _is_at_rest(self, running: Sequence[Any]) -> bool:
        """Whether nothing more is to be expected: a client at times misses what becomes of a lost result (2026.8.0)."""
        for last_look in (False, True):
            time.sleep(_SETTLE)
            held = self.client.who_has(list(running))
            missed = any(held.get(future.key) and not future.done() for future in running)
            is_busy = any(self.client.processing().values())
            if any(future.done() for future in running) or (is_busy and not missed):
                return False
            if last_look and not self.client.ncores():
                self._await_a_worker()
        return True

    def _await_a_worker(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=_RESTART)
        except TimeoutError:
            do = N_("What is finished is kept; start some and run the same command again.")
            raise CannotFinishError(N_("SA-307 engine dask: no worker is left. {do}").format(do=do)) from None

    def _sent(self, expected: tuple[tuple[str, str], ...], call: Call) -> Any:
        return self.client.submit(run_there, expected, *call, pure=False)


@contextmanager
def dask_cluster(address: str) -> Iterator[Dask]:
    """The Dask cluster whose scheduler is at this address; SA-219 where none answers."""
    from distributed import Client

    try:
        client = Client(address, timeout=_WAIT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unreachable("dask", address, error) from None
    with client:
        yield Dask(client)


@dataclass(frozen=True, slots=True, eq=False)
class Ray:
    """A Ray cluster. Not through joblib, whose backend loses the whole call with one worker."""

    ray: Any

    def count(self, jobs: int) -> int:
        """As ``Workers`` says."""
        return max(int(self.ray.cluster_resources().get("CPU", 1)), 1)

    def returned(self, calls: Sequence[Call], jobs: int, prefer: Literal["threads", "processes"]) -> Iterator[Returned]:
        """As ``Workers`` says."""
        expected, remote = versions(), self.ray.remote(run_there)
        waiting = iter(calls)
        running = [remote.remote(expected, *call) for call in islice(waiting, 2 * self.count(jobs))]
        while running:
            done, running = self.ray.wait(running)
            running += [remote.remote(expected, *call) for call in islice(waiting, len(done))]
            for finished in done:
                try:
                    yield self.ray.get(finished)
                except Exception as error:
                    if not is_broken(error) or isinstance(error, self.ray.exceptions.RayTaskError):
                        raise


@contextmanager
def ray_cluster(address: str) -> Iterator[Ray]:
    """The Ray cluster at this address, or the one this process has joined; SA-219 where none answers."""
    import ray

    was_there = ray.is_initialized()
    try:
        if not was_there:
            ray.init(address=address, logging_level="ERROR", log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise _unreachable("ray", address, error) from None
    try:
        yield Ray(ray)
    finally:
        if not was_there:
            ray.shutdown()


def _unreachable(kind: str, address: str, error: Exception) -> InputError:
    got = N_("no cluster answers ({kind})").format(kind=type(error).__name__)
    return InputError(
        "SA-219", f"--engine {kind}:{printable(address, 80)}", got, N_("Start it, or correct the address.")
    )
