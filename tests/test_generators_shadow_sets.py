"""Inclusion sets obey their laws, and shadows depend on nothing but the stream."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.errors import InputError
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import Effort
from synthaudit.generators.shadow_sets import fit_shadows, inclusion_windows


@pytest.mark.parametrize("n_units", [2, 3, 5, 40, 41, 1000])
@pytest.mark.parametrize("k", [4, 5, 7, 8, 9, 16, 17, 64])
def test_everybody_is_in_and_out_at_least_twice(n_units: int, k: int) -> None:
    """For any share of members, however lopsided, each unit has two shadows with it and two without."""
    for n_included in sorted({1, n_units // 5, n_units // 2, -(-n_units // 2), 4 * n_units // 5, n_units - 1} - {0}):
        times_in = inclusion_windows(n_units, n_included, k, np.random.default_rng(0)).included.sum(axis=0)
        assert times_in.min() >= 2, n_included
        assert times_in.max() <= k - 2, n_included


@pytest.mark.parametrize(("n_included", "k"), [(500, 8), (300, 8), (800, 16), (623, 16), (250, 64)])
def test_sets_have_the_asked_size_and_even_shares(n_included: int, k: int) -> None:
    """Every set holds n1 units, and each unit is in K n1 / N sets give or take one per permutation."""
    n_units = 1000
    windows = inclusion_windows(n_units, n_included, k, np.random.default_rng(3)).included
    assert windows.sum(axis=1).tolist() == [n_included] * k
    n_permutations = k // -(-n_units // min(n_included, n_units - n_included))
    assert np.abs(windows.sum(axis=0) - k * n_included / n_units).max() <= n_permutations


@pytest.mark.parametrize("n_units", [1000, 1001])
def test_equal_sides_give_complementary_halves(n_units: int) -> None:
    """With as many members as non-members, shadows come in pairs that split the pool, each pair anew."""
    windows = inclusion_windows(n_units, n_units // 2, 8, np.random.default_rng(0)).included
    assert (windows[0::2] ^ windows[1::2]).all()
    assert (windows.sum(axis=0) == 4).all()
    agreement = (windows[0] == windows[2]).mean()
    assert abs(agreement - 0.5) <= 5 * 0.5 / np.sqrt(n_units)


def test_too_few_sets_move_the_size_to_the_nearest_possible() -> None:
    """Eight sets of 80 % cannot leave everybody out twice; sets of 75 % can, and so that is their size."""
    windows = inclusion_windows(1000, 800, 8, np.random.default_rng(0)).included
    assert windows.sum(axis=1).tolist() == [750] * 8
    assert np.unique(windows.sum(axis=0)).tolist() == [6]


def test_windows_do_not_depend_on_the_position_of_a_unit() -> None:
    """Over many draws each unit is in a set as often as any other, first and last alike (chi-square, 1 in 1,000)."""
    rng = np.random.default_rng(1)
    first = np.mean([inclusion_windows(50, 20, 8, rng).included[0] for _ in range(2000)], axis=0)
    error = np.sqrt(0.4 * 0.6 / 2000)
    assert float((((first - 0.4) / error) ** 2).sum()) <= 86  # 99.9 % quantile with 49 degrees of freedom


@pytest.mark.parametrize(("n_included", "k"), [(500, 8), (800, 16), (623, 16), (250, 64)])
def test_a_ring_is_one_permutation(n_included: int, k: int) -> None:
    """The sets of one ring cover everybody and leave everybody out; sets of two rings know nothing of each other."""
    included, ring = inclusion_windows(1000, n_included, k, np.random.default_rng(3))
    assert ring.tolist() == sorted(ring)
    for number in np.unique(ring):
        assert included[ring == number].any(axis=0).all()
        assert not included[ring == number].all(axis=0).any()
    for i in range(k):
        for j in range(i):
            if ring[i] != ring[j]:
                assert abs(np.corrcoef(included[i], included[j])[0, 1]) <= 5 / np.sqrt(1000)


@pytest.mark.parametrize(("n_units", "n_included", "k"), [(1, 1, 8), (10, 0, 8), (10, 10, 8), (10, 5, 0)])
def test_impossible_sets_are_an_error(n_units: int, n_included: int, k: int) -> None:
    """Nobody left out, nobody in, or no set at all: a programmer's error."""
    with pytest.raises(ValueError, match=f"no {k} sets of {n_included} among {n_units} units"):
        inclusion_windows(n_units, n_included, k, np.random.default_rng(0))


# --- fit_shadows ------------------------------------------------------------------------------------------


@dataclass
class Echo:
    """A generator that returns a resample of what it was given, and fails when told to."""

    name: str = "echo"
    fails_on: dict[int, Exception] = field(default_factory=dict)
    calls: int = 0

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        self.calls += 1
        if self.calls in self.fails_on:
            raise self.fails_on[self.calls]
        return table.take(rng.integers(len(table), size=n_rows)).reset_index(drop=True)


@pytest.fixture(scope="module")
def pool() -> pd.DataFrame:
    """300 rows of 100 people, each row and each person recognisable."""
    unit = np.repeat(np.arange(100), 3)
    return pd.DataFrame(
        {"row": np.arange(300.0), "unit": unit.astype(float), "noise": np.random.default_rng(0).normal(size=300)}
    )


def units(pool: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Codes with gaps, as entity codes of a part of a table are."""
    return (pool["unit"].to_numpy() * 7 + 11).astype(np.int64)


def test_a_shadow_is_fitted_on_its_set_alone(pool: pd.DataFrame) -> None:
    """Whatever a shadow returns comes from rows that are marked as included, and people are in or out as a whole."""
    shadows = fit_shadows(pool, units(pool), 50, 500, 8, Echo(), np.random.default_rng(0))
    assert shadows.included.shape == (8, 300)
    for release, included in zip(shadows.releases, shadows.included, strict=True):
        assert included.sum() == 150
        assert set(release["row"]) <= set(np.flatnonzero(included))
        by_unit = pd.Series(included).groupby(pool["unit"]).nunique()
        assert (by_unit == 1).all()


def test_results_do_not_depend_on_jobs(pool: pd.DataFrame) -> None:
    """One worker or three: the same sets, the same releases, byte for byte."""
    serial, parallel = (
        fit_shadows(pool, units(pool), 40, 300, 8, Cart(), np.random.default_rng(5), Effort(jobs=jobs))
        for jobs in (1, 3)
    )
    assert np.array_equal(serial.included, parallel.included)
    assert all(a.equals(b) for a, b in zip(serial.releases, parallel.releases, strict=True))


def test_shadows_differ_from_each_other(pool: pd.DataFrame) -> None:
    """Each shadow draws from a stream of its own."""
    shadows = fit_shadows(pool, units(pool), 50, 300, 4, Cart(), np.random.default_rng(5))
    assert not any(a.equals(b) for i, a in enumerate(shadows.releases) for b in shadows.releases[:i])


def test_a_failing_shadow_costs_itself_only(pool: pd.DataFrame) -> None:
    """Failures name their cause without a word of the generator's message; what is left is as without them."""
    secret = "Ms 4711 of Example Street"
    echo = Echo(fails_on={2: ValueError(secret), 5: InputError("SA-199", "generator echo", "no space", "Free some.")})
    shadows = fit_shadows(pool, units(pool), 50, 100, 6, echo, np.random.default_rng(0))
    assert shadows.failures == (
        "shadow 2: the generator echo stopped with ValueError",
        "shadow 5: SA-199 generator echo: no space. Free some.",
    )
    whole = fit_shadows(pool, units(pool), 50, 100, 6, Echo(), np.random.default_rng(0))
    finished = [0, 2, 3, 5]
    assert shadows.ring.tolist() == [0, 1, 1, 2]
    assert np.array_equal(shadows.included, whole.included[finished])
    assert all(a.equals(whole.releases[i]) for a, i in zip(shadows.releases, finished, strict=True))


def test_all_shadows_failing_is_a_result(pool: pd.DataFrame) -> None:
    """With no shadow left there are no releases, six causes, and no exception."""
    echo = Echo(fails_on={i: MemoryError() for i in range(1, 7)})
    shadows = fit_shadows(pool, units(pool), 50, 100, 6, echo, np.random.default_rng(0))
    assert shadows.releases == ()
    assert shadows.included.shape == (0, 300)
    assert len(shadows.failures) == 6


def test_a_release_of_another_shape_is_a_failure(pool: pd.DataFrame) -> None:
    """A generator that drops a column or a row is not scored."""

    @dataclass
    class Careless:
        name: str = "careless"
        calls: int = 0

        def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
            self.calls += 1
            sample = Echo().fit_sample(table, n_rows, rng)
            return sample.iloc[1:] if self.calls == 1 else sample.drop(columns="noise") if self.calls == 2 else sample

    shadows = fit_shadows(pool, units(pool), 50, 100, 4, Careless(), np.random.default_rng(0))
    assert shadows.failures == (
        "shadow 1: the generator careless returned 99 rows, 100 were asked for",
        "shadow 2: the generator careless returned other columns than it was given",
    )


def test_a_release_of_other_cells_is_a_failure_and_quotes_none(pool: pd.DataFrame) -> None:
    """Text among numbers, or nothing at all, costs the shadow; the rest of the audit never meets it."""

    @dataclass
    class Garbled:
        release: object
        name: str = "garbled"

        def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> Any:
            return self.release

    text = pool.head(7).assign(**{str(pool.columns[0]): "Ms Secret"})
    for release, kind in ((text, "ValueError"), (None, "AttributeError")):
        shadows = fit_shadows(pool, np.arange(len(pool)), 20, 7, 4, Garbled(release), np.random.default_rng(0))
        assert set(shadows.failures) == {f"shadow {i}: the generator garbled stopped with {kind}" for i in range(1, 5)}
