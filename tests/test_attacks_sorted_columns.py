"""Places in columns that are in order, held against a search by halves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthaudit.attacks.common.sorted_columns import SortedColumns, n_below, sorted_columns
from synthaudit.runtime.jit import jit
from synthaudit.types import FloatArray, IntArray

NUMBERS = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e9, 1e9),
    st.sampled_from([1e300, -1e300, np.finfo(np.float64).max, -np.finfo(np.float64).max, 5e-324, np.inf, -np.inf]),
)


@jit
def places(columns: SortedColumns, k: int, asked: FloatArray, or_equal: bool) -> IntArray:
    below = np.empty(len(asked), dtype=np.int64)
    for i in range(len(asked)):
        below[i] = n_below(columns, k, asked[i], or_equal)
    return below


@settings(deadline=None)
@given(
    column=st.lists(st.one_of(NUMBERS, st.just(np.nan)), min_size=1, max_size=40), asked=st.lists(NUMBERS, max_size=10)
)
def test_a_place_is_what_a_search_by_halves_finds(column: list[float], asked: list[float]) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        columns = sorted_columns(np.column_stack([np.zeros(len(column)), column]))
    present = np.sort(np.array(column)[~np.isnan(column)])
    looked_up = np.array([*asked, *present])
    assert columns.size.tolist() == [len(column), len(present)]
    if len(present):
        for or_equal, side in ((False, "left"), (True, "right")):
            expected = np.searchsorted(present, looked_up, side)  # type: ignore[call-overload]
            assert places(columns, 1, looked_up, or_equal).tolist() == expected.tolist()


@pytest.mark.parametrize("law", ["normal", "lognormal", "few", "constant"])
def test_every_place_of_a_long_column_is_right(law: str) -> None:
    """Columns of more values than bins, skewed ones and such of few values too."""
    rng = np.random.default_rng(3)
    column = {
        "normal": rng.normal(size=20_000),
        "lognormal": np.exp(3 * rng.normal(size=20_000)),
        "few": rng.integers(0, 7, 20_000).astype(float),
        "constant": np.full(20_000, 0.1),
    }[law]
    columns, asked = sorted_columns(column[:, None]), np.concatenate([column, column + 1e-9, column - 0.3])
    for or_equal, side in ((False, "left"), (True, "right")):
        expected = np.searchsorted(np.sort(column), asked, side)  # type: ignore[call-overload]
        assert (places(columns, 0, asked, or_equal) == expected).all()
