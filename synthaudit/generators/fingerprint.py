"""What decides a release, as one key: two fits of one key give the same table."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.runtime.store import LIBRARIES, key_of, versions
from synthaudit.types import BoolArray, Generator


def identity_of(generator: Generator) -> tuple[Any, ...] | None:
    """Name, parameters and code of a generator; None where nobody can tell.

    A generator of this package is known by its class and fields. Any other may say by itself what it is, with a method
    ``fingerprint()`` whose text changes with whatever changes its releases; an object without one may have changed
    under the same name, and equals none.

    Examples
    --------
    >>> from synthaudit.generators.cart import Cart
    >>> identity_of(Cart(leaf=9))
    ('synthaudit.generators.cart', 'Cart', Cart(leaf=9, name='cart'))
    """
    kind = type(generator)
    fingerprint = getattr(generator, "fingerprint", None)
    if callable(fingerprint):
        return kind.__module__, kind.__qualname__, generator.name, str(fingerprint())
    if kind.__module__.startswith("synthaudit.generators."):
        return kind.__module__, kind.__qualname__, generator
    return None


def keys_of(
    generator: Generator, pool: pd.DataFrame, n_rows: int
) -> Callable[[BoolArray, np.random.Generator], str | None]:
    """Key of one fit by the rows of the pool it sees and its random stream; the same for all are hashed once.

    Parameters
    ----------
    generator : Generator
        The family; one that `identity_of` does not know has no keys.
    pool : DataFrame
        Canonical cells, in their order.
    n_rows : int
        Rows of the release.
    """
    known = identity_of(generator)
    try:
        libraries = (*LIBRARIES, *getattr(generator, "libraries", ()))
        common = None if known is None else key_of("release", known, versions(libraries), pool, n_rows)
    except TypeError:  # a function among the parameters, or cells that are no canonical ones
        common = None
    return lambda rows, stream: None if common is None else key_of(common, rows, stream)
