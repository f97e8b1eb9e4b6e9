"""Wherever tasks run, the results are the same; a worker that dies costs nothing that was finished."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from counting_generator import Counting, evidence_of, n_fits
from tables import mixed, three

import synthaudit
from synthaudit.errors import CannotFinishError, InputError
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import Effort
from synthaudit.generators.shadow_sets import Shadows, fit_shadows
from synthaudit.runtime import workers
from synthaudit.runtime.engine import LOCAL, Engine, Lost, Task, completed, spread
from synthaudit.runtime.workers import OtherVersionsError, run_there
from synthaudit.streaming import lookup


class Dict(dict[str, Any]):
    """A shelf in memory."""

    def read(self, key: str) -> Any:
        return self.get(key)

    def write(self, key: str, value: Any) -> None:
        self[key] = value


def square(x: int, fatal: int) -> int:
    if x == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x


def not_there(x: int, home: int) -> int:
    """Kills whoever is not at ``home``, if that is anywhere."""
    return square(x, -1 if home in (0, os.getpid()) else x)


def quote(cell: str) -> str:
    raise ValueError(cell)


def test_results_stand_in_the_order_of_the_tasks() -> None:
    """In threads, in processes, and one after another."""
    tasks = [Task(function=square, arguments=(x, -1)) for x in range(20)]
    expected = [x * x for x in range(20)]
    assert completed(tasks) == expected
    assert completed(tasks, jobs=2) == expected
    assert completed(tasks, jobs=2, prefer="processes") == expected


def test_what_is_on_the_shelf_is_not_made_again() -> None:
    """Results with a key are kept at once and taken from there; text, which says why there is none, is not."""
    shelf = Dict(a="kept")
    counts: list[int] = []
    tasks = [
        Task(function=square, arguments=(2, -1), key="a"),
        Task(function=square, arguments=(3, -1), key="b"),
        Task(function=str, arguments=("no space",), key="c"),
        Task(function=square, arguments=(4, -1)),
    ]
    assert completed(tasks, shelf=shelf, on_done=counts.append) == ["kept", 9, "no space", 16]
    assert shelf == {"a": "kept", "b": 9}
    assert counts == [1, 2, 3, 4]


def test_the_first_task_is_a_pilot_that_counts() -> None:
    """Told once, before the others start; never where all tasks run at a time."""
    forecasts: list[tuple[float, int, int]] = []
    done: list[int] = []
    tasks = [Task(function=done.append, arguments=(x,)) for x in range(5)]

    def forecast(seconds: float, workers: int, left: int) -> None:
        assert done == [0]
        forecasts.append((seconds, workers, left))

    completed(tasks, forecast=forecast)
    completed(tasks, jobs=5, forecast=forecast)
    assert [rest for _, *rest in forecasts] == [[1, 4]]
    assert sorted(done) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_a_task_that_kills_every_worker_is_lost_alone() -> None:
    """The tasks that ran beside it are made all the same."""
    tasks = [Task(function=square, arguments=(x, 3)) for x in range(8)]
    assert completed(tasks, jobs=2, prefer="processes") == [0, 1, 4, Lost(3), 16, 25, 36, 49]


def test_what_a_task_raises_is_raised() -> None:
    """An error of the task is none of the worker: it is not tried again."""
    with pytest.raises(ValueError, match="cell"):
        completed([Task(function=quote, arguments=("cell",))] * 3, jobs=2)


# --- shadows ------------------------------------------------------------------------------------------------


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    folder = tmp_path / "counts"
    folder.mkdir()
    return folder


def shadows(counts: Path, kills: int, jobs: int, k: int = 6) -> Shadows:
    pool = mixed(120, np.random.default_rng(0))
    generator = Counting(str(counts), kills=kills)
    return fit_shadows(pool, np.arange(120), 60, 80, k, generator, np.random.default_rng(4), Effort(jobs=jobs))


def test_a_worker_that_dies_changes_no_shadow(counts: Path) -> None:
    """A process that is killed with -9 on its first fit is replaced: the same sets, the same releases."""
    whole = shadows(counts, 0, 1)
    killed = shadows(counts, 1, 2)
    assert (counts / "killed-0").exists()
    assert killed.failures == ()
    assert np.array_equal(killed.included, whole.included)
    assert all(a.equals(b) for a, b in zip(killed.releases, whole.releases, strict=True))


def test_a_generator_that_dies_every_time_is_an_honest_failure(counts: Path) -> None:
    """A line that says so, and no shadow."""
    dead = shadows(counts, 10_000, 2, k=1)
    assert dead.releases == ()
    assert dead.failures == (
        "shadow 1: the generator counting was not finished: its worker ended 3 times (killed, or out of memory)",
    )


def test_the_forecast_is_read_before_the_rest_is_spent() -> None:
    """One sentence with what is left, on how many workers, and what the first took."""
    pool = mixed(120, np.random.default_rng(0))
    sentences: list[str] = []
    effort = Effort(jobs=2, notify=sentences.append)
    fit_shadows(pool, np.arange(120), 60, 80, 6, Cart(), np.random.default_rng(4), effort)
    (sentence,) = sentences
    assert sentence.startswith("5 more shadows of cart: about ")
    assert " on 2 workers (the first took " in sentence


# --- clusters -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[Engine]:
    """Two worker processes on loopback, each watched by a nanny that starts it again.

    A nanny may fail to, on a busy machine: tests that kill a worker stand last, the one that kills all at the very end.
    """
    script = Path(__file__).with_name("dask_cluster.py")
    running = subprocess.Popen(
        [sys.executable, "-P", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stdout is not None
    with running.stdout:
        yield Engine.of(f"dask:{running.stdout.readline().strip()}")
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def test_an_error_on_a_cluster_quotes_nothing(cluster: Engine) -> None:
    """SA-307 tells the type of what was raised there, and not its words."""
    with pytest.raises(CannotFinishError) as stopped:
        completed([Task(function=quote, arguments=("Ms 4711",))] * 2, engine=cluster)
    assert str(stopped.value) == (
        "SA-307 engine dask: its workers cannot run the tasks (ValueError). What is finished is kept; check the cluster"
        " and run the same command again."
    )


def test_a_cluster_gives_the_same_trees(cluster: Engine) -> None:
    """Shadows of cart, byte for byte."""
    pool = mixed(150, np.random.default_rng(0))

    def fit(engine: Engine) -> list[pd.DataFrame]:
        rng = np.random.default_rng(4)
        return list(fit_shadows(pool, np.arange(150), 75, 80, 4, Cart(), rng, Effort(jobs=2, engine=engine)).releases)

    assert all(a.equals(b) for a, b in zip(fit(cluster), fit(LOCAL), strict=True))


def test_a_cluster_searches_and_permutes_as_this_machine_does(
    cluster: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A streamed release, its batches and permutations sent away: the evidence of this machine alone, to the byte."""
    train, holdout, release = three((150, 150, 3_000), np.random.default_rng(12), numbers=3, categories=2)
    release.iloc[700:760] = train[:60]
    release.to_csv(tmp_path / "release.csv", index=False)
    monkeypatch.setattr(lookup, "BATCH", 500)
    submitted: list[str] = []
    returned = workers.Dask.returned

    def noted(
        self: workers.Dask, calls: Sequence[workers.Call], jobs: int, prefer: Literal["threads", "processes"]
    ) -> Iterator[workers.Returned]:
        submitted.extend(function.__module__ for _, function, _ in calls)
        return returned(self, calls, jobs, prefer)

    monkeypatch.setattr(workers.Dask, "returned", noted)

    def evidence(**options: Any) -> object:
        audit = synthaudit.audit(
            train, tmp_path / "release.csv", holdout, profile="quick", release_rows=1_000, jobs=1, **options
        )
        return evidence_of(audit.to_json())

    assert evidence(engine=f"dask:{cluster.address}") == evidence()
    # Six batches of two norms each, and 999 permutations in two parts, of the family and of the cells.
    assert submitted.count("synthaudit.streaming.lookup") == 6
    assert submitted.count("synthaudit.statistics.permutation") == 4


def test_a_cluster_that_loses_a_worker_finds_the_same(cluster: Engine, counts: Path) -> None:
    """A Dask worker is killed with -9 amid the shadows: the evidence is that of this machine alone."""
    train, holdout, release = three((110, 110, 110), np.random.default_rng(11), numbers=3, categories=2)

    def evidence(**options: Any) -> object:
        audit = synthaudit.audit(train, release, holdout, profile="quick", shadows=6, jobs=1, **options)
        return evidence_of(audit.to_json())

    local = evidence(generator=Counting(str(counts)))
    assert n_fits(counts) == 6
    remote = evidence(generator=Counting(str(counts), kills=1), engine=f"dask:{cluster.address}")
    assert (counts / "killed-0").exists()
    assert n_fits(counts) >= 12
    assert remote == local


def test_work_that_kills_every_worker_is_done_here(cluster: Engine) -> None:
    """Where nothing may be missing, the machine that asks does what nobody else could."""
    tasks = [Task(function=not_there, arguments=(x, os.getpid() if x == 1 else 0)) for x in range(3)]
    assert spread(tasks, engine=cluster) == [0, 1, 4]


def test_other_versions_are_refused() -> None:
    """A worker that computes with other versions than this machine says so rather than computing."""
    with pytest.raises(OtherVersionsError):
        run_there((("synthaudit", "0"),), 0, square, (1, -1))


@pytest.mark.parametrize("text", ["", "spark:host", "dask", "dask:", "local:8"])
def test_an_engine_that_is_none_is_refused(text: str) -> None:
    """SA-218 with what to write."""
    with pytest.raises(InputError) as refused:
        Engine.of(text)
    assert str(refused.value) == (
        f"SA-218 --engine {text}: no engine. Write local, dask:HOST:PORT or ray:ADDRESS (ray:auto for a cluster on this"
        " machine)."
    )


@pytest.mark.parametrize(("kind", "library"), [("dask", "distributed"), ("ray", "ray")])
def test_a_missing_library_is_named(kind: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SA-218 with the command that installs it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError) as refused:
        Engine.of(f"{kind}:somewhere")
    assert str(refused.value) == (
        f'SA-218 --engine {kind}:somewhere: {library} is not installed. Run pip install "synthaudit-privacy[{kind}]".'
    )


def test_an_address_where_nobody_answers_is_refused_before_any_table_is_read() -> None:
    """SA-219, at once."""
    with pytest.raises(InputError, match=r"^SA-219 --engine dask:127.0.0.1:1: no cluster answers \(OSError\)"):
        synthaudit.audit("train.csv", "release.csv", engine="dask:127.0.0.1:1")
