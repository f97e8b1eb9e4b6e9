"""Whether the release keeps to single rows of a real table that it should not know: a holdout that was seen.

Of a fresh row the nearest and the second nearest row of a table are about as far as of any other fresh row. A row that
was made from one row of the table is much nearer to that one than to the next. Each ratio is held against those of the
rows of the other real table, which stand for fresh ones.
"""

from collections.abc import Mapping

import numpy as np

from synthaudit.attacker.view import smallest_positive
from synthaudit.checks.closeness import NEAREST, closeness, closest
from synthaudit.neighbours import RowIndex
from synthaudit.statistics.meetings import kept_too_often
from synthaudit.statistics.ranks import smaller_pvalue
from synthaudit.statistics.roc import auc
from synthaudit.types import Estimate, FloatArray, KeptTables, KeptTo, Points, SingleRows

ALPHA = 0.001
"""Of each clause."""
NEARER = 0.55
"""Chance of keeping closer than a real row that no difference in shape alone explains."""
TOP = 0.03
"""Share of fresh rows that keep as close to one row as is counted."""
MOST = 2_000
"""Rows of the release that are asked about, and real rows that they are held against."""
_KEPT: Mapping[tuple[bool, bool], KeptTables] = {
    (False, False): "neither",
    (False, True): "train",
    (True, False): "holdout",
    (True, True): "both",
}


def single_rows(
    members: Points, nonmembers: Points, release: Points, rng: np.random.Generator, jobs: int = 1
) -> SingleRows | None:
    """Look for single rows of the holdout, and of train, that rows of the release were made from.

    Parameters
    ----------
    members, nonmembers : Points
        One row a person.
    release : Points
    rng : numpy.random.Generator
        Draws the rows that are asked about.
    jobs : int
        Threads; changes no figure.

    Returns
    -------
    SingleRows or None
        None where one of the three has fewer than three different rows.

    Notes
    -----
    Towards the holdout, with d1 <= d2 <= d3 to its nearest rows: p of the one-sided Mann-Whitney test that d1 / d2 is
    smaller for rows of the release than for members, as many drawn of either, each combination of cells once. That
    alone is no sign of a seen holdout: a release of another shape (independent columns where the table has many zeros)
    has other ratios. So either log(d1 / d2) - 2 log(d2 / d3) must be smaller too, whose mean is 0 wherever rows lie
    evenly in any number of dimensions, or P(ratio of the release < ratio of a member) must surely exceed .55. In two or
    three columns a poor release may have both. So more rows of the release than of members must also be close to
    their nearest row for its distance to the next ones (:mod:`synthaudit.checks.closeness`), above the 3 % point, or
    equal to it where fewer than 3 % of members are; given their sum the counts are binomial. Towards train the sides
    are exchanged. Own; each clause at .001.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def points(x): return Points(numeric=x, codes=np.zeros((len(x), 0), dtype=np.int32))
    >>> train, holdout, fresh = (rng.random((400, 4)) for _ in range(3))
    >>> releases = [fresh] + [table + 0.01 * fresh for table in (train, holdout, np.concatenate([train, holdout])[::2])]
    >>> [single_rows(points(train), points(holdout), points(release), rng).kept for release in releases]
    ['neither', 'train', 'holdout', 'both']
    """
    holdout, train = (
        _kept_to(table, others, release, rng, jobs) for table, others in ((nonmembers, members), (members, nonmembers))
    )
    if holdout is None or train is None:
        return None
    return SingleRows(holdout=holdout, train=train, kept=_KEPT[holdout.kept, train.kept])


def _kept_to(table: Points, others: Points, release: Points, rng: np.random.Generator, jobs: int) -> KeptTo | None:
    n = min(len(others), len(release), MOST)
    real, made = _some(others, n, rng), _some(release, n, rng)
    if min(len(table), len(real), len(made)) < 3:
        return None
    rows = RowIndex(table)
    distances = [rows.nearest(asked, min(NEAREST, len(table)), norm="l2", jobs=jobs).distance for asked in (made, real)]
    floor = smallest_positive(*distances) / 2
    first, second = ([np.log((d[:, k] + floor) / (d[:, k + 1] + floor)) for d in distances] for k in (0, 1))
    pvalue = _smaller(*first)
    pvalue_shape = _smaller(*(one - 2 * two for one, two in zip(first, second, strict=True)))
    is_made = np.arange(len(made) + len(real)) < len(made)
    nearer = auc(-np.concatenate(first), is_made, confidence_level=1 - 2 * ALPHA)
    surely = isinstance(nearer, Estimate) and nearer.low > NEARER
    pvalue_close = _closer(distances[0], distances[1], table.numeric.shape[1] + table.codes.shape[1])
    return KeptTo(
        n_release=len(made),
        n_real=len(real),
        nearer=nearer,
        pvalue=pvalue,
        pvalue_shape=pvalue_shape,
        pvalue_close=pvalue_close,
        kept=max(pvalue, pvalue_close) < ALPHA and (pvalue_shape < ALPHA or surely),
    )


def _closer(made: FloatArray, real: FloatArray, n_columns: int) -> float:
    """If rows of the release are as rarely very close to one row of the table as real rows are; 1 of few rows."""
    if made.shape[1] < NEAREST:
        return 1.0
    are_close = [closeness(distance, n_columns) > closest(TOP) for distance in (made, real)]
    are_equal = [(distance[:, 0] == 0) & (distance[:, 1] > 0) for distance in (made, real)]
    # Where people often have a row in common, equal rows say nothing.
    if are_equal[1].mean() < TOP:
        are_close = [close | equal for close, equal in zip(are_close, are_equal, strict=True)]
    close = [int(rows.sum()) for rows in are_close]
    return kept_too_often(len(made), close[0], len(real), close[1], times=1)


def _smaller(made: FloatArray, real: FloatArray) -> float:
    return smaller_pvalue(made, real)


def _some(points: Points, n: int, rng: np.random.Generator) -> Points:
    """``n`` rows drawn at random, each combination of cells once."""
    drawn = points.take(np.sort(rng.permutation(len(points))[:n]))
    cells = np.concatenate([drawn.numeric, drawn.codes], axis=1)
    return drawn.take(np.sort(np.unique(cells, axis=0, return_index=True)[1]))
