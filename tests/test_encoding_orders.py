"""Orders and places are those of numpy's stable sort and of its search, whatever repeats."""

import numpy as np
import pytest

from synthaudit.encoding import places_among, stable_order

RNG = np.random.default_rng(0)
VALUES = {
    "nothing": np.empty(0),
    "one": np.array([3.0]),
    "all equal": np.zeros(1_000),
    "all different": RNG.normal(size=5_000),
    "many repeats": RNG.integers(7, size=5_000).astype(float),
    "a few repeats": RNG.normal(size=5_000).round(2),
    "signs of zero": np.where(RNG.random(1_000) < 0.5, -0.0, 0.0),
    "ends": np.array([np.inf, -np.inf, 0.0, np.inf, -np.inf]),
    "missing": np.where(RNG.random(1_000) < 0.2, np.nan, RNG.integers(5, size=1_000)),
    "hashes": RNG.integers(2**63, size=300, dtype=np.uint64)[RNG.integers(300, size=5_000)] * np.uint64(2),
}


@pytest.mark.parametrize("name", VALUES)
def test_the_order_is_the_stable_one(name: str) -> None:
    """Place by place as numpy's own stable sort gives it."""
    assert stable_order(VALUES[name]).tolist() == np.argsort(VALUES[name], kind="stable").tolist()


@pytest.mark.parametrize("name", sorted(set(VALUES) - {"hashes"}))
def test_places_are_those_of_a_search(name: str) -> None:
    """Among other numbers, among the values themselves, and among none."""
    values = VALUES[name]
    for ascending in (np.sort(RNG.integers(7, size=50).astype(float)), np.sort(values[~np.isnan(values)]), np.empty(0)):
        below, upto = places_among(values, ascending)
        assert below.tolist() == np.searchsorted(ascending, values, side="left").tolist()
        assert upto.tolist() == np.searchsorted(ascending, values, side="right").tolist()
