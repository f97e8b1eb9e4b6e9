"""One generator fitted on many sets of rows: on any engine, each fit kept as soon as it is finished."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.errors import SynthauditError
from synthaudit.generators.exchange import like
from synthaudit.generators.fingerprint import keys_of
from synthaudit.runtime.budget import shown
from synthaudit.runtime.engine import LOCAL, Engine, Lost, Task, completed
from synthaudit.runtime.store import Store, key_of
from synthaudit.types import BoolArray, FloatArray, Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Where fits are made and kept, and who is told; it changes no release."""

    engine: Engine = LOCAL
    jobs: int = 1
    """Fits at a time on this machine; changes no release."""
    store: Store | None = None
    on_done: Callable[[int], None] | None = None
    """Told how many are there."""
    notify: Callable[[str], None] | None = None
    """Told before the work what it will take."""
    what: str = "shadows"
    most: float = float("inf")
    """Seconds that they may take, by the first fit."""


class TooLongError(Exception):
    """The fits would take longer than they may; the words say how long."""


HERE = Effort()


def fit_each(
    pool: pd.DataFrame,
    included: BoolArray,
    n_rows: int,
    generator: Generator,
    streams: Sequence[np.random.Generator],
    effort: Effort = HERE,
    look: Callable[[pd.DataFrame], tuple[FloatArray, ...]] | None = None,
    look_key: str = "",
) -> list[Any]:
    """A release fitted on each set of rows, or why there is none.

    Parameters
    ----------
    pool, n_rows, generator, effort
        As for `fit_shadows`.
    included : (k, n_rows_pool) bool
        The sets.
    streams : sequence of Generator
        One for each.
    look : callable, optional
        What to keep of a release instead of the release itself; `look_key` says what it depends on.

    Raises
    ------
    TooLongError
        After the first fit, where all would take more than ``effort.most``.
    """
    key = keys_of(generator, pool, n_rows)
    tasks: list[Task] = []
    for rows, stream in zip(included, streams, strict=True):
        release = key(rows, stream)
        fit = (pool, rows, n_rows, generator, stream)
        if look is None:
            tasks.append(Task(function=fit_one, arguments=fit, key=release))
        else:
            looked = None if release is None else key_of(release, look_key)
            tasks.append(Task(function=_looked_at, arguments=(look, *fit), key=looked))
    results = completed(
        tasks,
        engine=effort.engine,
        jobs=effort.jobs,
        prefer="processes" if getattr(generator, "prefers_processes", False) else "threads",
        shelf=effort.store,
        on_done=effort.on_done,
        forecast=_forecaster(effort, generator.name),
    )
    return [
        f"the generator {generator.name} was not finished: {result}" if isinstance(result, Lost) else result
        for result in results
    ]


def _forecaster(effort: Effort, generator: str) -> Callable[[float, int, int], None] | None:
    """What is done after the first fit, given its seconds, the workers and the fits left; None where nobody asks."""
    notify = effort.notify
    if notify is None and effort.most == float("inf"):
        return None

    def forecast(seconds: float, workers: int, n_left: int) -> None:
        total = seconds * -(-n_left // min(workers, n_left))
        sentence = _forecast(effort.what, generator, seconds, total, workers, n_left)
        if total > effort.most:
            raise TooLongError(f"{sentence}; the time budget has {shown(max(effort.most, 0.0))} for them")
        if notify is not None:
            notify(sentence)

    return forecast


def _forecast(what: str, generator: str, seconds: float, total: float, workers: int, n_left: int) -> str:
    """What the rest will take in all, by the seconds of the first fit."""
    scales = ((max(total, 1.0), "s"), (total / 60, "min"), (total / 3_600, "h"))
    spent = next(f"{number:.0f} {unit}" for number, unit in scales if number < 100 or unit == "h")
    on = f"{workers} workers" if workers > 1 else "1 worker"
    return f"{n_left} more {what} of {generator}: about {spent} on {on} (the first took {seconds:.1f} s)"


def _looked_at(look: Callable[[pd.DataFrame], tuple[FloatArray, ...]], *fit: Any) -> tuple[FloatArray, ...] | str:
    release = fit_one(*fit)
    return release if isinstance(release, str) else look(release)


def fit_one(
    pool: pd.DataFrame, rows: BoolArray, n_rows: int, generator: Generator, rng: np.random.Generator
) -> pd.DataFrame | str:
    """A release fitted on some rows of the pool, or why there is none; the words hold no value of a table."""
    try:
        release = generator.fit_sample(pool.loc[rows].reset_index(drop=True), n_rows, rng)
        if list(release.columns) != list(pool.columns):
            return f"the generator {generator.name} returned other columns than it was given"
        if len(release) != n_rows:
            return f"the generator {generator.name} returned {len(release)} rows, {n_rows} were asked for"
        # Text among numbers would stop the audit later, with a message that quotes it.
        return like(release, pool)
    except SynthauditError as error:
        return str(error)
    except Exception as error:  # whatever a generator raises or returns costs one release, not the audit
        return f"the generator {generator.name} stopped with {type(error).__name__}"
