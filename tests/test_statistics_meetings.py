"""What chance may explain of meetings between a release and people: against worked-out values and known laws."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.meetings import kept_too_often, members_met, met_too_often, strangers_met


def test_every_figure_is_scipys() -> None:
    """Twice the smaller of two binomial tails: 3 x 2 to 1 for twins, 2 to 1 for all repeats."""
    by_life = stats.binomtest(69, 70, 6 / 7, alternative="greater").pvalue
    by_repeats = stats.binomtest(69, 72, 2 / 3, alternative="greater").pvalue
    assert met_too_often(69, 1, 2, 2.0) == pytest.approx(2 * min(by_life, by_repeats))
    assert met_too_often(69, 1, 900, 2.0) == pytest.approx(2 * by_life)
    assert kept_too_often(500, 30, 1_000, 9) == pytest.approx(
        stats.binomtest(30, 39, 1.5 / 2.5, alternative="greater").pvalue
    )


def test_bounds_are_of_counts() -> None:
    """Garwood's bound of strangers, and Clopper and Pearson's of members, thinned to one stranger in a hundred."""
    high = stats.chi2.ppf(0.995, 2 * 3 + 2) / 2
    assert strangers_met(3, 50, 2.0, 0.01) == pytest.approx(6 * high)
    repeated = stats.chi2.ppf(0.995, 2 * 5 + 2) / 2
    assert strangers_met(3, 2, 50.0, 0.01) == pytest.approx(2 * repeated)
    low = stats.binomtest(900, 1_000, alternative="greater").proportion_ci(0.99, method="exact").low
    assert members_met(900, 1_000, 40.0, 0.01) == pytest.approx(low / 4)
    assert members_met(900, 1_000, 0.0, 0.01) == pytest.approx(low)
    assert members_met(0, 1_000, 0.0, 0.01) == 0


@pytest.mark.parametrize("tail", [0.0, 1.0])
@pytest.mark.parametrize("sharp", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("m", [400, 1_000, 4_000])
def test_a_release_that_knows_nobody_meets_no_more_than_the_counts_allow(tail: float, sharp: float, m: int) -> None:
    """A flat law or one with frequent values, the release flatter or sharper: below .01 in 1 of 100 at most."""
    rng = np.random.default_rng([5, m])
    law = 1 / (np.arange(20_000) + 500.0) ** tail
    release_law = law**sharp
    law, release_law = law / law.sum(), release_law / release_law.sum()
    small = 0
    for _ in range(100):
        train = np.bincount(rng.choice(len(law), 1_000, p=law), minlength=len(law))
        release = np.bincount(rng.choice(len(law), m, p=release_law), minlength=len(law))
        met, twins = ((train == 1) & (release > 0)).sum(), (train == 2).sum()
        repeated = ((train == 0) & (release > 1)).sum()
        small += met_too_often(int(met), int(twins), int(repeated), 2 * m / 999) < 0.01
    assert small <= 1
