"""Without a holdout: whether rows of a release keep to single people of train as rows of other people hardly do.

Train is cut in halves by people, and one half plays the release. From a fresh row the nearest person of the other half
is not much nearer than the next ones; from a row that was made from one person, it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthaudit.checks.closeness import NEAREST, closeness, closest
from synthaudit.neighbours import RowIndex
from synthaudit.statistics.meetings import kept_too_often, members_met, strangers_kept
from synthaudit.types import FloatArray, IntArray, Points

TOPS = (0.03, 0.003, 0.0003)
"""Shares of fresh rows, lying evenly in any number of dimensions, that keep so close to one person."""
HALVINGS = 2
MOST = 2_000
"""Rows of the release, and of a half, that are asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Rows that keep to a single person of a half of train; means over the halvings."""

    n_release: int
    of_release: int
    n_train: int
    of_train: int
    n_people: int
    named_by_release: int
    """People of a half whom a row of the release keeps to."""
    named_by_train: int
    """The same for rows of the other half."""

    @property
    def pvalue(self) -> float:
        """If rows of the release do so at most three times as often as people of the other half."""
        return kept_too_often(self.n_release, self.of_release, self.n_train, self.of_train)

    def found_at_least(self, alpha: float) -> float:
        """Lower bound of the share of members found at 1 % FPR; see :func:`statistics.meetings.members_met`."""
        strangers = strangers_kept(self.named_by_train, self.n_release / max(self.n_train, 1), alpha / 2)
        return members_met(self.named_by_release, self.n_people, strangers, alpha / 2)


def keeping_to_people(
    train: Points, release: Points, person: IntArray, rng: np.random.Generator, jobs: int = 1
) -> tuple[Kept, ...]:
    """Count rows of the release, and of either half of train, that keep to single people of a half.

    Parameters
    ----------
    train, release : Points
        n and m rows, in an order of their content.
    person : (n,) int
        Of each row of train, numbered from 0.
    rng : numpy.random.Generator
        Draws the halves, and the rows that are asked about.
    jobs : int
        Threads; changes no figure.

    Returns
    -------
    tuple of Kept
        One for each of ``TOPS``; empty where a half has too few people or different rows.

    Notes
    -----
    Closeness has one law in any number of dimensions, see :mod:`synthaudit.checks.closeness`, so a release of another
    shape is no closer. Equal rows count once; rows that equal one of the half are left to the search of copies. Own.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def points(x): return Points(numeric=x, codes=np.zeros((len(x), 0), dtype=np.int32))
    >>> train, fresh, noise = (rng.random((400, 4)) for _ in range(3))
    >>> releases = fresh, train + 0.01 * noise
    >>> [keeping_to_people(points(train), points(x), np.arange(400), rng)[0].pvalue < 0.001 for x in releases]
    [False, True]
    """
    made = _some(release, np.arange(len(release)), rng)
    n_people = int(person.max(initial=-1)) + 1
    n_columns = train.numeric.shape[1] + train.codes.shape[1]
    counts = np.zeros((len(TOPS), 6))
    for _ in range(HALVINGS):
        in_first = (rng.permutation(n_people) < n_people // 2)[person]
        for half in (in_first, ~in_first):
            others = _some(train, np.flatnonzero(~half), rng)
            held = np.flatnonzero(half)[_different(train.take(half), person[half])]
            if min(len(np.unique(person[held])), len(others), len(made)) <= NEAREST:
                return ()
            index = RowIndex(train.take(held))
            close = [_close_to(index, rows, person[held], n_columns, jobs) for rows in (made, others)]
            counts += [_above(close, top) for top in TOPS]
    names = ("n_release", "of_release", "named_by_release", "n_train", "of_train", "named_by_train")
    means = np.round(counts / HALVINGS).astype(np.int64).tolist()
    return tuple(Kept(n_people=n_people, **dict(zip(names, each, strict=True))) for each in means)


def _close_to(
    index: RowIndex, rows: Points, person: IntArray, n_columns: int, jobs: int
) -> tuple[FloatArray, IntArray]:
    """(q,) of each row how close it keeps to its nearest person, and who that is."""
    distance, nearest = _to_people(index, rows, person, jobs)
    return closeness(distance, n_columns), nearest


def _above(close: Sequence[tuple[FloatArray, IntArray]], top: float) -> list[int]:
    """Rows, those closer than this share of fresh rows, and whom they are close to; of the release, then of people."""
    limit = closest(top)
    counts = ((len(rows), int((rows > limit).sum()), len(np.unique(person[rows > limit]))) for rows, person in close)
    return [count for three in counts for count in three]


def _to_people(index: RowIndex, queries: Points, person: IntArray, jobs: int) -> tuple[FloatArray, IntArray]:
    """(q, NEAREST) ascending distances to the nearest people, each by the nearest of the person's rows; (q,) the first
    of them.
    """
    rows_each = len(person) / len(np.unique(person))
    k = min(round(NEAREST * (2 * rows_each - 1)), len(person))
    near = index.nearest(queries, k, norm="l2", jobs=jobs)
    who = person[near.row]
    if rows_each == 1:
        return near.distance, who[:, 0]
    is_first = np.ones(who.shape, dtype=bool)
    for j in range(1, k):
        is_first[:, j] = (who[:, :j] != who[:, j : j + 1]).all(axis=1)
    # Where fewer people are among these rows, the farthest row stands for those beyond.
    order = np.argsort(~is_first, axis=1, kind="stable")[:, :NEAREST]
    distance = np.where(is_first, near.distance, near.distance[:, -1:])
    return np.asarray(np.take_along_axis(distance, order, axis=1), dtype=np.float64), who[:, 0]


def _some(points: Points, rows: IntArray, rng: np.random.Generator) -> Points:
    """At most ``MOST`` of these rows, drawn at random among different ones."""
    different = rows[_different(points.take(rows))]
    return points.take(np.sort(rng.permutation(different)[:MOST]))


def _different(points: Points, person: IntArray | None = None) -> IntArray:
    """The first of all rows that are equal, and of one person."""
    whose = np.zeros((len(points), 0), dtype=np.int64) if person is None else person[:, None]
    cells = np.concatenate([points.numeric, points.codes, whose], axis=1)
    return np.sort(np.unique(cells, axis=0, return_index=True)[1]).astype(np.int64)
