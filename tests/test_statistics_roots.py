"""Roots are found where scipy finds them, by the same steps."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from synthaudit.statistics.roots import root

FUNCTIONS: tuple[Callable[[float], float], ...] = (
    lambda x: x**3 - 2 * x - 5,
    lambda x: math.exp(x) - 40,
    lambda x: math.atan(20 * (x - 0.3)),
    lambda x: -1.0 if x < 1.7 else 1.0,
)


@given(low=st.floats(-30.0, 0.29), high=st.floats(4.0, 30.0), precision=st.sampled_from([2e-12, 1e-10, 1e-7]))
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_same_root_to_the_last_bit(
    function: Callable[[float], float], low: float, high: float, precision: float
) -> None:
    """Smooth functions, steep ones, and a step."""
    assert root(function, low, high, precision=precision) == brentq(function, low, high, xtol=precision)


def test_an_end_that_is_a_root_is_taken() -> None:
    """Either end."""
    assert root(lambda x: x, 0.0, 1.0) == 0.0
    assert root(lambda x: x - 1, 0.0, 1.0) == 1.0


def test_equal_signs_are_refused() -> None:
    """Nothing is known to lie between."""
    with pytest.raises(ValueError, match="different signs"):
        root(lambda x: 1.0, 0.0, 1.0)
