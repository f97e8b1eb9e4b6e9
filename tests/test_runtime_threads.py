"""Threads where they are worth their start, and one within a worker."""

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import ModuleType

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from synthaudit.neighbours import nearest
from synthaudit.runtime.threads import one_thread
from synthaudit.types import Points


def limits(user_api: str) -> set[int]:
    """Threads of every library of this kind."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == user_api}


def test_the_limit_holds_in_the_thread_that_sets_it_and_ends_with_it() -> None:
    """Of OpenMP alone where that is asked for: BLAS has one limit for all threads, which another may have set."""
    import_module("sklearn.ensemble")

    def worker() -> tuple[set[int], set[int]]:
        with one_thread("openmp"):
            return limits("openmp"), limits("blas")

    with threadpool_limits(limits=2), ThreadPoolExecutor(1) as pool:
        assert pool.submit(worker).result() == ({1}, {2})
        with one_thread():
            assert limits("openmp") | limits("blas") == {1}
        assert limits("openmp") | limits("blas") == {2}


def test_libraries_are_looked_for_again_once_a_module_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that comes with it is limited too."""
    looked: list[int] = []
    controller = sys.modules["synthaudit.runtime.threads"].ThreadpoolController

    def counted() -> object:
        looked.append(1)
        return controller()

    monkeypatch.setattr("synthaudit.runtime.threads.ThreadpoolController", counted)
    for name in ("new_0", "new_0", "new_1"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        with one_thread():
            pass
    assert len(looked) == 2


def test_neighbours_are_the_same_below_and_above_the_size_that_takes_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of threads changes time alone."""
    rng = np.random.default_rng(0)
    rows = Points(numeric=rng.random((3_000, 2)), codes=rng.integers(0, 3, (3_000, 2)).astype(np.int32))
    alone = nearest(rows, rows, 3, norm="l1", jobs=2)
    monkeypatch.setattr("synthaudit.runtime.threads._COMPARISONS", 1)
    side_by_side = nearest(rows, rows, 3, norm="l1", jobs=2)
    assert np.array_equal(alone.row, side_by_side.row)
    assert np.array_equal(alone.distance, side_by_side.distance)
