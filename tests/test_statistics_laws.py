"""The laws are those of scipy.stats, over a grid and at its ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from synthaudit.statistics import laws
from synthaudit.statistics.ranks import midranks, smaller_pvalue

RELATIVE = 1e-9


def close(own: object, theirs: object) -> bool:
    """Equal within 1e-9 of the value, and within what a double can hold below 1e-290."""
    return bool(np.allclose(np.asarray(own), np.asarray(theirs), rtol=RELATIVE, atol=1e-290))


@given(n=st.integers(0, 60), p=st.one_of(st.sampled_from([0.0, 1.0]), st.floats(1e-6, 1.0)))
def test_the_binomial_law(n: int, p: float) -> None:
    """Both tails and the mass of every count, also where the share is 0 or 1 and for counts that cannot be."""
    k = np.arange(-1, n + 2)
    assert close(laws.binomial_sf(k, n, p), stats.binom.sf(k, n, p))
    assert close(laws.binomial_cdf(k, n, p), stats.binom.cdf(k, n, p))
    assert close(laws.binomial_pmf(k[1:-1], n, p), stats.binom.pmf(k[1:-1], n, p))


@pytest.mark.parametrize("n", [1, 17, 5000, 200_000])
@pytest.mark.parametrize("p", [1e-5, 0.01, 0.3, 0.999])
def test_quantiles_of_the_binomial_law(n: int, p: float) -> None:
    """The smallest count that is reached, as scipy finds it; many at a time."""
    q = np.array([1e-12, 1e-3, 0.0123, 0.4999, 0.9, 0.99999])
    assert laws.binomial_quantile(q, n, p).tolist() == stats.binom.ppf(q, n, p).tolist()
    assert laws.binomial_upper_quantile(q, n, p).tolist() == stats.binom.isf(q, n, p).tolist()


@given(n=st.integers(0, 80), a=st.integers(1, 40), b=st.integers(1, 400), q=st.floats(1e-9, 1 - 1e-9))
def test_the_beta_binomial_law(n: int, a: int, b: int, q: float) -> None:
    """Mass, lower tail, and the counts at which a tail is passed; a tail that is q to the last digits may be either."""
    k = np.arange(n + 1)
    assert close(laws.betabinomial_pmf(k, n, a, b), stats.betabinom.pmf(k, n, a, b))
    assert all(close(laws.betabinomial_cdf(int(i), n, a, b), stats.betabinom.cdf(i, n, a, b)) for i in k)
    cdf, sf = (np.asarray(tail(k, n, a, b)) for tail in (stats.betabinom.cdf, stats.betabinom.sf))
    if np.abs(np.r_[cdf, sf] - q).min() > 1e-8:
        assert laws.betabinomial_quantile(q, n, a, b) == np.flatnonzero(cdf >= q)[0]
        assert laws.betabinomial_upper_quantile(q, n, a, b) == np.flatnonzero(sf <= q)[0]


@given(total=st.integers(1, 120), data=st.data())
def test_the_hypergeometric_law(total: int, data: st.DataObject) -> None:
    """Mass and upper tail of every count, possible or not."""
    marked, drawn = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    k = np.arange(-1, total + 2)
    assert close(laws.hypergeometric_pmf(k, total, marked, drawn), stats.hypergeom.pmf(k, total, marked, drawn))
    own = [laws.hypergeometric_sf(int(i), total, marked, drawn) for i in k]
    assert np.allclose(own, stats.hypergeom.sf(k, total, marked, drawn), rtol=RELATIVE, atol=1e-14)


def test_a_far_tail_of_the_hypergeometric_law_keeps_its_digits() -> None:
    """Where nothing can be subtracted from 1."""
    own, theirs = laws.hypergeometric_sf(90, 20_000, 10_000, 100), stats.hypergeom.sf(90, 20_000, 10_000, 100)
    assert 0 < theirs < 1e-15
    assert close(own, theirs)


def test_continuous_laws() -> None:
    """Normal, Student, beta, Poisson, chi-squared and Kolmogorov."""
    z, p = np.linspace(-9, 9, 37), np.array([1e-9, 0.01, 0.4, 0.975])
    assert close(laws.normal_cdf(z), stats.norm.cdf(z))
    assert close(laws.normal_sf(z), stats.norm.sf(z))
    assert close([laws.normal_quantile(x) for x in p], stats.norm.ppf(p))
    assert close([laws.student_quantile(x, 3.7) for x in p], stats.t.ppf(p, 3.7))
    assert close(laws.beta_cdf(p, 3, 40), stats.beta.cdf(p, 3, 40))
    assert close(laws.beta_quantile(p, 3, 40), stats.beta.ppf(p, 3, 40))
    assert close(laws.beta_upper_quantile(p, 3, 40), stats.beta.isf(p, 3, 40))
    k = np.arange(-1, 30)
    assert close(laws.poisson_sf(k, 4.2), stats.poisson.sf(k, 4.2))
    assert close(laws.poisson_cdf(k[1:], 4.2), stats.poisson.cdf(k[1:], 4.2))
    assert close(laws.chi_squared_upper_quantile(p, [1, 2, 5, 30]), stats.chi2.isf(p, [1, 2, 5, 30]))
    assert close([laws.kolmogorov_upper_quantile(x) for x in p], stats.kstwobign.isf(p))


@given(values=st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_midranks(values: list[int]) -> None:
    """Equal values share the mean of their ranks, row by row."""
    rows = np.array([values, values[::-1]], dtype=float)
    assert midranks(rows).tolist() == stats.rankdata(rows, axis=1).tolist()
    assert midranks(rows[0]).tolist() == stats.rankdata(rows[0]).tolist()


@given(
    values=st.lists(st.integers(-3, 3), min_size=2, max_size=30),
    others=st.lists(st.integers(-3, 3), min_size=2, max_size=30),
)
def test_the_rank_test_of_smaller_values(values: list[int], others: list[int]) -> None:
    """Mann and Whitney with ties; where all values are equal nothing is smaller."""
    a, b = np.array(values, dtype=float), np.array(others, dtype=float)
    if len({*values, *others}) == 1:
        assert smaller_pvalue(a, b) == 1.0
    else:
        theirs = stats.mannwhitneyu(a, b, alternative="less", method="asymptotic").pvalue
        assert close(smaller_pvalue(a, b), theirs)
