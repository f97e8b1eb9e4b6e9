"""How many threads a piece of work may take: one within a worker, and no more than are worth their start."""

import sys
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Literal

from threadpoolctl import ThreadpoolController

_COMPARISONS = 10_000_000
"""What takes about as long as starting threads, and handing the interpreter's lock to and fro."""


def one_thread(user_api: Literal["openmp"] | None = None) -> AbstractContextManager[object]:
    """Keep the libraries that compute here to one thread.

    Parameters
    ----------
    user_api : str, optional
        Only these: OpenMP's limit is one of the thread, so that each worker has to set its own.

    Examples
    --------
    >>> with one_thread():
    ...     max((pool["num_threads"] for pool in ThreadpoolController().info()), default=1)
    1
    """
    # Looking for the libraries takes a thousand times as long as limiting them; a new one comes with a new module.
    limited: AbstractContextManager[object] = _libraries(len(sys.modules)).limit(limits=1, user_api=user_api)
    return limited


@lru_cache(maxsize=1)
def _libraries(n_modules: int) -> ThreadpoolController:
    return ThreadpoolController()


def threads_for(n_comparisons: int, jobs: int) -> int:
    """Threads for comparing so many pairs of rows.

    Examples
    --------
    >>> threads_for(2_000 * 1_000, 8), threads_for(200_000 * 20_000, 8)
    (1, 8)
    """
    return jobs if n_comparisons >= _COMPARISONS else 1
