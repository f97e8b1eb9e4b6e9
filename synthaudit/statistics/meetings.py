"""Whether a release meets people more often than chance, where nobody else is there to compare them with.

What one person has is met in a release of fresh people about as often as two people have the same. Chance is read off
these pairs, and off what the release repeats by itself, for it may follow the law more sharply than people do.
"""

from scipy.special import gammaincinv

from synthaudit.statistics.intervals import clopper_pearson_low
from synthaudit.statistics.laws import binomial_sf

SHARPER = 3
"""How many times as often as people meet each other a release may meet them before anybody is accused."""
REPEATING = 2
"""The same beside what train and the release repeat: a table from which equal rows were left out repeats half as
much."""
FPR = 0.01


def met_too_often(n_met: int, n_twins: int, n_repeated: int, pairs: float) -> float:
    """Chance of so many meetings, or more, if the release knows nobody of train.

    Parameters
    ----------
    n_met : int
        Kinds of cells that one person of train has, and the release.
    n_twins : int
        Kinds that two people of train have.
    n_repeated : int
        Kinds that nobody of train has, and the release more than once.
    pairs : float
        How many meetings with the release there would be, in life, for one pair of people; at least 0.

    Returns
    -------
    float
        Twice the smaller of two p-values, in [0, 1].

    Notes
    -----
    A kind that comes x times in train and y times in the release on average, as independent Poisson counts, is met with
    chance x exp(-x) (1 - exp(-y)). If y is at most three times what life makes it, that is at most 3 ``pairs`` times
    P(two people have it). And whatever y is, it is at most P(two people) + P(repeated by the release alone), by
    the inequality of the means; twice that is allowed. Given their sum the counts are binomial
    (Przyborowski and Wilenski 1940), so that no chance has to be estimated. Own.

    Examples
    --------
    >>> round(met_too_often(75, 0, 0, 2.0), 4), round(met_too_often(60, 30, 28, 2.0), 2), met_too_often(0, 5, 0, 2.0)
    (0.0, 1.0, 1.0)
    """
    by_life = _binomial(n_met, n_twins, SHARPER * pairs)
    by_repeats = _binomial(n_met, n_twins + n_repeated, REPEATING)
    return min(2 * min(by_life, by_repeats), 1.0)


def strangers_met(n_twins: int, n_repeated: int, pairs: float, alpha: float) -> float:
    """Upper bound of how many of as many strangers the release meets; too low with probability ``alpha`` at most.

    Parameters
    ----------
    n_twins, n_repeated, pairs
        As for :func:`met_too_often`, whose allowances it makes; each count at its upper bound (Garwood 1936).
    alpha : float

    Examples
    --------
    >>> round(strangers_met(0, 0, 2.0, 0.01), 1)
    10.6
    """
    by_life = SHARPER * pairs * _poisson_high(n_twins, alpha / 2)
    return min(by_life, REPEATING * _poisson_high(n_twins + n_repeated, alpha / 2))


def members_met(n_met: int, n_people: int, strangers: float, alpha: float) -> float:
    """Lower bound of the share of members found at 1 % FPR by asking whether the release meets, or keeps to, a person.

    Parameters
    ----------
    n_met, n_people : int
        Members who are met, and all.
    strangers : float
        Of as many strangers, how many are met at most.
    alpha : float
        Chance that the bound is too high if ``strangers`` is none too low.

    Returns
    -------
    float
        In [0, 1]; Clopper and Pearson (1934). Where more than 1 % of strangers may be met, whoever is met is named with
        a chance that keeps to 1 %.

    Examples
    --------
    >>> [round(members_met(1_450, 1_500, strangers, 0.001), 3) for strangers in (10.0, 30.0)]
    [0.95, 0.475]
    """
    return clopper_pearson_low(n_met, n_people, alpha) * min(1.0, FPR * n_people / max(strangers, FPR))


def kept_too_often(n_release: int, of_release: int, n_real: int, of_real: int, *, times: float = SHARPER) -> float:
    """Chance of so many rows of the release, or more, if they are at most so many times as frequent as among people.

    Parameters
    ----------
    n_release, of_release : int
        Rows that were asked about, and those that answered.
    n_real, of_real : int
        The same of rows of people.
    times : float

    Examples
    --------
    >>> kept_too_often(1_000, 100, 1_000, 10) < 1e-3, kept_too_often(1_000, 30, 1_000, 10) > 0.4
    (True, True)
    """
    return _binomial(of_release, of_real, times * n_release / max(n_real, 1))


def strangers_kept(n_named: int, rows: float, alpha: float) -> float:
    """Upper bound of how many of as many strangers rows of the release keep to.

    Parameters
    ----------
    n_named : int
        People whom rows of other people keep to.
    rows : float
        How many rows of the release there are for each of those.
    alpha : float
        Chance that the bound is too low, if rows of the release keep to strangers at most three times as often as rows
        of people do; the count is at its upper bound (Garwood 1936).

    Examples
    --------
    >>> round(strangers_kept(0, 2.0, 0.01), 1)
    27.6
    """
    return SHARPER * rows * _poisson_high(n_named, alpha)


def _binomial(n_met: int, n_others: int, odds: float) -> float:
    """P[Bin(met + others, odds / (1 + odds)) >= met]."""
    return float(binomial_sf(n_met - 1, n_met + n_others, odds / (1 + odds)))


def _poisson_high(count: int, alpha: float) -> float:
    return float(gammaincinv(count + 1, 1 - alpha))
