"""Rows of the release that keep to single rows of a table: worked out by hand, and over generators and laws."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from figures import Record
from scipy.stats import mannwhitneyu
from tables import mixed, schema_of
from test_promise_false_alarms import table

from synthaudit.checks.single_rows import single_rows
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.generators.kde import Kde
from synthaudit.generators.marginals import Marginals
from synthaudit.types import Estimate, FloatArray, Points, SingleRows

Law = Callable[[int, np.random.Generator], pd.DataFrame]
Made = Callable[[list[pd.DataFrame], Law, np.random.Generator], pd.DataFrame]


def zero_inflated(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Six numbers, seven in ten of them 0, and a category."""
    numbers = np.where(rng.random((n, 6)) < 0.7, 0.0, rng.exponential(size=(n, 6)))
    return pd.DataFrame(numbers, columns=[f"z{i}" for i in range(6)]).assign(c=rng.choice(list("abc"), n))


def measured(train: pd.DataFrame, holdout: pd.DataFrame, release: pd.DataFrame, rng: np.random.Generator) -> SingleRows:
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout], [release])
    cells = [encoder.encode(table) for table in (train, holdout, release)]
    space = fit_space(schema, joined(*cells[:2]), cells[2])
    rows = single_rows(space.points(cells[0]), space.points(cells[1]), space.points(cells[2]), rng)
    assert rows is not None
    return rows


def fresh(real: list[pd.DataFrame], law: Law, rng: np.random.Generator) -> pd.DataFrame:
    return law(len(real[0]), rng)


def marginals(real: list[pd.DataFrame], law: Law, rng: np.random.Generator) -> pd.DataFrame:
    return Marginals().fit_sample(real[0], len(real[0]), rng)


def kernel(real: list[pd.DataFrame], law: Law, rng: np.random.Generator) -> pd.DataFrame:
    return Kde(bandwidth=0.2).fit_sample(real[0], len(real[0]), rng)


def kernel_of_holdout(real: list[pd.DataFrame], law: Law, rng: np.random.Generator) -> pd.DataFrame:
    return kernel(real[1:], law, rng)


def kernel_of_both(real: list[pd.DataFrame], law: Law, rng: np.random.Generator) -> pd.DataFrame:
    return kernel(
        [pd.concat(real, ignore_index=True).sample(frac=0.5, random_state=int(rng.integers(2**31)))], law, rng
    )


LAWS: dict[str, Law] = {"mixed": mixed, "zero-inflated": zero_inflated}
CASES: tuple[tuple[str, Made, str], ...] = (
    ("mixed", fresh, "neither"),
    ("mixed", marginals, "neither"),
    ("zero-inflated", fresh, "neither"),
    ("zero-inflated", marginals, "neither"),
    ("mixed", kernel, "train"),
    ("mixed", kernel_of_holdout, "holdout"),
    ("mixed", kernel_of_both, "both"),
)


def test_a_poor_release_of_few_columns_is_not_called_seen() -> None:
    """Columns drawn one by one, of people whom nobody knows: ratios of distances differ, and nobody is very close."""
    for seed in range(6):
        rng = np.random.default_rng([seed, 2, 0])
        train, holdout, fresh = (table(4_000, 2, rng) for _ in range(3))
        shuffled = pd.DataFrame({name: rng.permutation(fresh[name].to_numpy()) for name in fresh})
        assert measured(train, holdout, shuffled, rng).kept in ("neither", "train")


@pytest.mark.parametrize(("law", "made", "kept"), CASES)
def test_what_a_release_keeps_to(law: str, made: Made, kept: str) -> None:
    """Two releases of each kind, 400 people a side."""
    for seed in range(2):
        rng = np.random.default_rng([seed, 1])
        real = [LAWS[law](400, rng) for _ in range(2)]
        assert measured(real[0], real[1], made(real, LAWS[law], rng), rng).kept == kept


@pytest.mark.statistics
@pytest.mark.parametrize("n", [600, 4_000])
@pytest.mark.parametrize(("law", "made", "kept"), CASES)
def test_what_releases_keep_to(law: str, made: Made, kept: str, n: int, record_figure: Record) -> None:
    """20 releases of each kind and size: all are told as what they are."""
    told: list[str] = []
    for seed in range(20):
        rng = np.random.default_rng([seed, 2])
        real = [LAWS[law](n, rng) for _ in range(2)]
        told.append(measured(real[0], real[1], made(real, LAWS[law], rng), rng).kept)
    what = f"20 releases, {n} a side, {law}, {made.__name__}: keeps to {kept}"
    record_figure(what, told.count(kept), "20")
    assert told == [kept] * 20


def line(*places: float) -> Points:
    numbers = np.array(places)[:, None]
    return Points(numeric=numbers, codes=np.zeros((len(numbers), 0), dtype=np.int32))


def test_both_tests_and_the_share_by_hand() -> None:
    """On a line, towards a holdout at 0, 10, 30: distances are known, repeated rows count once, and no row is lost."""
    holdout, train = (0.0, 10.0, 30.0), (4.0, 6.0, 14.0, 25.0)
    release = (1.0, 1.0, 2.0, 11.0)
    rows = single_rows(line(*train), line(*holdout), line(*release), np.random.default_rng(0))
    assert rows is not None

    def logs(places: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        far = np.array([sorted(abs(place - other) for other in holdout) for place in sorted(set(places))])
        # Half of the smallest distance of all, that of 1 and 11, keeps the logarithm of a copy finite.
        steps = np.log((far[:, :-1] + 0.5) / (far[:, 1:] + 0.5))
        return steps[:, 0], steps[:, 0] - 2 * steps[:, 1]

    made, real = logs(release), logs(train)
    for pvalue, mine, theirs in zip((rows.holdout.pvalue, rows.holdout.pvalue_shape), made, real, strict=True):
        assert pvalue == pytest.approx(mannwhitneyu(mine, theirs, alternative="less", method="asymptotic").pvalue)
    assert isinstance(rows.holdout.nearer, Estimate)
    assert rows.holdout.nearer.value == (made[0][:, None] < real[0]).mean()
    assert rows.holdout.nearer.confidence_level == pytest.approx(0.998)
    assert (rows.holdout.n_release, rows.holdout.n_real) == (3, 4)


def test_the_first_clause_alone_is_no_seen_holdout() -> None:
    """Two thirds of people lie on a line, the others in a square; a release of the line alone is fresh all the same.

    In one dimension the nearest row is more often much nearer than the next, and that one than the third: noted.
    """
    rng = np.random.default_rng(3)

    def points(n_line: int, n_square: int) -> Points:
        flat = np.stack([rng.random(n_line), np.zeros(n_line)], axis=1)
        numbers = np.concatenate([flat, rng.random((n_square, 2))])
        return Points(numeric=numbers, codes=np.zeros((len(numbers), 0), dtype=np.int32))

    rows = single_rows(points(800, 400), points(800, 400), points(1_200, 0), rng)
    assert rows is not None
    assert rows.holdout.pvalue < 0.001 < rows.holdout.pvalue_shape
    assert rows.kept == "neither"


def test_too_few_rows_are_not_compared() -> None:
    """Two different rows have no third neighbour."""
    enough, few = line(0.0, 1.0, 3.0), line(0.0, 0.0, 1.0)
    rng = np.random.default_rng(4)
    assert single_rows(enough, enough, few, rng) is None
    assert single_rows(enough, line(0.0, 1.0), enough, rng) is None
    assert single_rows(enough, enough, enough, rng) is not None
