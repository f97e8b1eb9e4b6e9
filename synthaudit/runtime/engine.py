"""Where independent tasks run: on this machine, or on a Dask or Ray cluster; the same results everywhere.

Tasks bring their own random streams, run on one thread each, and are kept one by one as they finish. A worker that dies
takes down what it was working on, and with some engines everything that runs beside it: what is missing is submitted
again, in the end task by task, and what still kills its worker is lost alone.
"""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.runtime.threads import one_thread
from synthaudit.runtime.workers import Local, OtherVersionsError, Workers, dask_cluster, is_broken, ray_cluster

_TOGETHER = 2
"""Times that all missing tasks are submitted together, before each runs alone."""
_USAGE = N_("Write local, dask:HOST:PORT or ray:ADDRESS (ray:auto for a cluster on this machine).")


class Shelf(Protocol):
    """Where finished results are kept; see ``Store``."""

    def read(self, key: str) -> Any:
        """A kept result, None where there is none."""
        ...

    def write(self, key: str, value: Any) -> None:
        """Keep a result."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work that depends on nothing but its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    key: str | None = None
    """What its result is kept under; None = not kept."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands where the result of a task would be that killed its worker every time."""

    times: int

    def __str__(self) -> str:
        return f"its worker ended {self.times} times (killed, or out of memory)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where tasks run.

    Parameters
    ----------
    kind : {"local", "dask", "ray"}
        Threads or processes of this machine, or a cluster.
    address : str
        Of the cluster.

    Examples
    --------
    >>> Engine.of("dask:10.0.0.7:8786")
    Engine(kind='dask', address='10.0.0.7:8786')
    """

    kind: Literal["local", "dask", "ray"] = "local"
    address: str = ""

    @classmethod
    def of(cls, text: str) -> "Engine":
        """As ``--engine`` names it.

        Raises
        ------
        InputError
            SA-218 no engine of this name or no address, or its library is not installed.
        """
        kind, _, address = text.partition(":")
        where = f"--engine {printable(text, 80)}"
        if text == "local":
            return cls()
        if kind not in ("dask", "ray") or not address:
            raise InputError("SA-218", where, N_("no engine"), _USAGE)
        library = {"dask": "distributed", "ray": "ray"}[kind]
        if importlib.util.find_spec(library) is None:
            do = N_('Run pip install "synthaudit-privacy[{kind}]".').format(kind=kind)
            raise InputError("SA-218", where, N_("{library} is not installed").format(library=library), do)
        return cls(kind=kind, address=address)  # type: ignore[arg-type]

    def check(self) -> None:
        """Find the cluster now, rather than after an hour of other work.

        Raises
        ------
        InputError
            SA-219 no cluster answers at the address.
        """
        with _named_faults(self), self.running():
            pass

    def count(self) -> int:
        """How many tasks run at a time on a cluster, or on all cores of this machine.

        Raises
        ------
        InputError
            SA-219 no cluster answers at the address.
        """
        with _named_faults(self), self.running() as workers:
            return workers.count(-1)

    @contextmanager
    def running(self) -> Iterator["Workers"]:
        """The workers of this engine, for as long as they are needed."""
        if self.kind == "dask":
            with dask_cluster(self.address) as workers:
                yield workers
        elif self.kind == "ray":
            with ray_cluster(self.address) as workers:
                yield workers
        else:
            yield Local()


LOCAL = Engine()


def completed(
    tasks: Sequence[Task],
    *,
    engine: Engine = LOCAL,
    jobs: int = 1,
    prefer: Literal["threads", "processes"] = "threads",
    shelf: Shelf | None = None,
    on_done: Callable[[int], None] | None = None,
    forecast: Callable[[float, int, int], None] | None = None,
) -> list[Any]:
    """Results of all tasks in their order.

    Parameters
    ----------
    tasks : sequence of Task
        Functions and arguments that can be pickled, unless they run in threads here.
    engine : Engine
        A cluster decides by itself how many tasks run at a time.
    jobs, prefer
        Workers on this machine and their kind.
    shelf : Shelf, optional
        Results found there are not made again; results that are no text (text says why there is none) go there as
        soon as they are made.
    on_done : callable, optional
        Told how many tasks are done.
    forecast : callable, optional
        Where more tasks are to be made than run at a time: told the seconds that the first took, the number of workers
        and how many tasks are left, before these start.

    Returns
    -------
    list
        Whatever the functions returned, or ``Lost``.

    Raises
    ------
    CannotFinishError
        SA-307 the cluster went away, or its workers cannot run the tasks.

    Examples
    --------
    >>> completed([Task(function=pow, arguments=(2, n)) for n in range(4)], jobs=2)
    [1, 2, 4, 8]
    """
    results = _Results(tasks, shelf, on_done)
    with one_thread(), _named_faults(engine), engine.running() as workers:
        submit = partial(results.submit, workers=workers, jobs=jobs, prefer=prefer)
        if forecast is not None and len(results.missing()) > workers.count(jobs):
            pilot = results.missing()[0]
            if submit([pilot]):
                forecast(results.seconds[pilot], workers.count(jobs), len(results.missing()))
        for _ in range(_TOGETHER):
            if not results.missing() or submit(results.missing()):
                break
        # One task at a time: whoever still kills a worker kills no other task.
        for i in results.missing():
            submit([i])
    return [results.values.get(i, Lost(_TOGETHER + 1)) for i in range(len(tasks))]


class _Results:
    """What is there by now of each task; results on the shelf count from the beginning."""

    def __init__(self, tasks: Sequence[Task], shelf: Shelf | None, on_done: Callable[[int], None] | None) -> None:
        self._tasks, self._shelf, self._on_done = tasks, shelf, on_done
        self.values: dict[int, Any] = {}
        self.seconds: dict[int, float] = {}
        if shelf is not None:
            for i, task in enumerate(tasks):
                if task.key is not None and (value := shelf.read(task.key)) is not None:
                    self.values[i] = value
        if self.values and on_done is not None:
            on_done(len(self.values))

    def missing(self) -> list[int]:
        """Numbers of the tasks without a result."""
        return [i for i in range(len(self._tasks)) if i not in self.values]

    def submit(
        self, numbers: Sequence[int], workers: Workers, jobs: int, prefer: Literal["threads", "processes"]
    ) -> bool:
        """Run these tasks; whether all came back."""
        calls = [(i, self._tasks[i].function, self._tasks[i].arguments) for i in numbers]
        try:
            for i, value, seconds in workers.returned(calls, jobs, prefer):
                self._keep(i, value)
                self.seconds[i] = seconds
        except Exception as error:
            if not is_broken(error):
                raise
        return all(i in self.values for i in numbers)

    def _keep(self, i: int, value: Any) -> None:
        self.values[i] = value
        key = self._tasks[i].key
        if self._shelf is not None and key is not None and not isinstance(value, str):
            self._shelf.write(key, value)
        if self._on_done is not None:
            self._on_done(len(self.values))


def spread(tasks: Sequence[Task], *, engine: Engine = LOCAL, jobs: int = 1) -> list[Any]:
    """Results of all tasks in their order, where none may be missing.

    What killed its worker every time is done here: it may have been the worker.

    Examples
    --------
    >>> spread([Task(function=pow, arguments=(3, n)) for n in range(3)])
    [1, 3, 9]
    """
    if engine.kind == "local" and min(jobs, len(tasks)) == 1:
        return [task.function(*task.arguments) for task in tasks]
    results = completed(tasks, engine=engine, jobs=jobs)
    return [
        task.function(*task.arguments) if isinstance(result, Lost) else result
        for task, result in zip(tasks, results, strict=True)
    ]


@contextmanager
def _named_faults(engine: Engine) -> Iterator[None]:
    """What a cluster does wrong in words; its own messages may hold what it was sent."""
    if engine.kind == "local":
        yield
        return
    where = N_("engine {kind}").format(kind=engine.kind)
    try:
        yield
    except (InputError, CannotFinishError):
        raise
    except OtherVersionsError:
        do = N_("Install the same versions of synthaudit, numpy, pandas and scikit-learn on all of them.")
        raise CannotFinishError(
            N_("SA-307 {where}: workers compute with other versions than this machine. {do}").format(where=where, do=do)
        ) from None
    except Exception as error:
        got = N_("its workers cannot run the tasks ({kind})").format(kind=type(error).__name__)
        do = N_("What is finished is kept; check the cluster and run the same command again.")
        raise CannotFinishError(f"SA-307 {where}: {got}. {do}") from None
