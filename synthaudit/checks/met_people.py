"""Without a holdout: whether a release holds what single people of train have, more often than chance explains.

What one person has alone is looked up: the value of a column, a combination of columns, or the whole row. Counting what
exactly one and what exactly two people have is the mean over all ways to cut train in halves and to let one half play
the release.
"""

from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import number_columns
from synthaudit.statistics.laws import poisson_cdf
from synthaudit.statistics.meetings import members_met, met_too_often, strangers_met
from synthaudit.types import BoolArray, Cells, IntArray, Schema

ORDERS = 4
"""Random orders of the columns, of which every beginning is a combination."""
STEPS = 20
"""Above a number, in smallest steps of its column, within which others are counted."""
DOUBT = 0.01
"""p of a count of repeats that is too small for a table from which nothing was left out, and of a meeting that is worth
asking for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """What single people have in some columns, and how often a release meets it."""

    columns: tuple[int, ...]
    n_people: int
    n_met: int
    """People with cells that nobody else in train has, and that the release holds."""
    n_twins: int
    """Kinds of cells that two people have."""
    n_repeated: int
    """Kinds that nobody has and the release more than once."""
    pairs: float
    pvalue: float
    """Of these columns alone; 1 where the tables cannot tell."""

    def strangers(self, alpha: float) -> float:
        """Of as many strangers, how many chance meets at most; see :func:`statistics.meetings.strangers_met`."""
        return strangers_met(self.n_twins, self.n_repeated, self.pairs, alpha)

    def found_at_least(self, alpha: float) -> float:
        """Lower bound of the share of members found at 1 % FPR; see :func:`statistics.meetings.members_met`."""
        if self.pvalue == 1:
            return 0.0
        return members_met(self.n_met, self.n_people, self.strangers(alpha / 2), alpha / 2)


class Lookup:
    """Rows of train and of a release by their cells, to be looked up in some columns.

    Parameters
    ----------
    schema : Schema
    train, synthetic : Cells
        n and m rows in one code of cells.
    person : (n,) int
        Of each row of train, numbered from 0.

    Notes
    -----
    Several rows of a person count once. With n people of r rows each, and k rows of the person who has some cells
    alone, life makes 2 m k / (r (n - 1)) meetings with the release for one pair of people; after Good (1953), who reads
    the unseen off singletons and doubletons.
    """

    def __init__(self, schema: Schema, train: Cells, synthetic: Cells, person: IntArray) -> None:
        n, m = len(train), len(synthetic)
        self._n_people = int(person.max(initial=-1)) + 1
        self._pairs = 2 * m * self._n_people / max(n * (self._n_people - 1), 1)
        self._is_number: BoolArray = number_columns(schema)
        self._codes = np.concatenate([train.codes, synthetic.codes]).astype(np.int64)
        self._values = np.concatenate([train.values, synthetic.values])
        # Every row of the release stands for itself.
        self._person = np.concatenate([person, self._n_people + np.arange(m)])
        self._in_train = np.arange(n + m) < n

    def meetings(self, columns: tuple[int, ...]) -> Meetings:
        """Single people met by the release in these columns, and what chance repeats there.

        Nothing is concluded where train, or the release, repeats so little that equal rows must have been left out.
        """
        cells = self._cells(columns)
        in_train, in_release = self._holders(cells, self._in_train), self._holders(cells, ~self._in_train)
        is_met = (in_train == 1) & (in_release > 0)
        rows = np.bincount(cells[self._in_train], minlength=len(in_train))[in_train == 1]
        n_met = len(np.unique(self._person[self._in_train & is_met[cells]]))
        n_twins, n_repeated = int((in_train == 2).sum()), int(((in_train == 0) & (in_release > 1)).sum())
        pairs = self._pairs * (float(rows.mean()) if len(rows) else 1.0)
        pvalue = met_too_often(n_met, n_twins, n_repeated, pairs)
        if pvalue < DOUBT and (
            self._is_thinned(columns, self._in_train, n_twins)
            or self._is_thinned(columns, ~self._in_train, int((in_release > 1).sum()))
        ):
            pvalue = 1.0
        return Meetings(
            columns=columns,
            n_people=self._n_people,
            n_met=n_met,
            n_twins=n_twins,
            n_repeated=n_repeated,
            pairs=pairs,
            pvalue=pvalue,
        )

    def are_thinned(self, columns: tuple[int, ...]) -> bool:
        """Whether people with equal cells in these columns were left out of train."""
        n_pairs = int((self._holders(self._cells(columns), self._in_train) == 2).sum())
        return self._is_thinned(columns, self._in_train, n_pairs)

    def _is_thinned(self, columns: tuple[int, ...], rows: BoolArray, n_pairs: int) -> bool:
        """Whether a table has far fewer pairs than follow from who agrees in all columns but one.

        In a single column of numbers they follow from who has nearly the same one: keys and counters repeat nothing.
        """
        if len(columns) == 1:
            expected = self._near_pairs(columns[0], rows) if self._is_number[columns[0]] else 0.0
            return bool(poisson_cdf(n_pairs, expected) < DOUBT)
        for column in columns:
            others = self._holders(self._cells(tuple(other for other in columns if other != column)), rows)
            alone = self._holders(self._cells((column,)), rows).astype(np.float64)
            agreeing = float((alone * (alone - 1)).sum() / max(alone.sum() * (alone.sum() - 1), 1.0))
            if poisson_cdf(n_pairs, (others == 2).sum() * agreeing) < DOUBT:
                return True
        return False

    def _near_pairs(self, column: int, rows: BoolArray) -> float:
        """Pairs with one number, if there were as many as with two numbers that are hardly apart."""
        known = rows & ~np.isnan(self._values[:, column])
        distinct, place = np.unique(self._values[known, column], return_inverse=True)
        if len(distinct) < 2:
            return 0.0
        holders = self._by_kind(place.reshape(-1), self._person[known], len(distinct)).astype(np.float64)
        upto = np.concatenate([[0.0], np.cumsum(holders)])
        end = np.searchsorted(distinct, distinct + (STEPS + 0.5) * np.diff(distinct).min())
        return float((holders * (upto[end] - upto[1:])).sum() / (2 * STEPS))

    def _cells(self, columns: tuple[int, ...]) -> IntArray:
        """(n + m,) number of each row's cells."""
        cells = np.zeros(len(self._codes), dtype=np.int64)
        for column in columns:
            pair = cells * (self._codes[:, column].max() + 2) + self._codes[:, column] + 1
            cells = np.unique(pair, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return cells

    def _holders(self, cells: IntArray, rows: BoolArray) -> IntArray:
        """How many people have each kind of cells, among these rows."""
        return self._by_kind(cells[rows], self._person[rows], int(cells.max(initial=0)) + 1)

    def _by_kind(self, kind: IntArray, person: IntArray, n_kinds: int) -> IntArray:
        n_persons = int(self._person.max(initial=0)) + 1
        held = np.unique(kind * n_persons + person) // n_persons
        return np.bincount(held, minlength=n_kinds).astype(np.int64)


def equal_rows_left_out(schema: Schema, real: Cells, person: IntArray, columns: tuple[int, ...]) -> bool:
    """Whether real rows repeat so little in some columns that equal ones must have been left out."""
    return Lookup(schema, real, real.take(np.zeros(0, dtype=np.int64)), person).are_thinned(columns)


def combinations(used: IntArray, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Every column, all of them, and the beginnings of random orders, each once.

    Examples
    --------
    >>> combinations(np.array([0, 2]), np.random.default_rng(0))
    [(0,), (2,), (0, 2)]
    """
    drawn = [(column,) for column in used.tolist()]
    drawn += [tuple(used.tolist())] if len(used) else []
    for _ in range(ORDERS):
        order = rng.permutation(used)
        drawn += [tuple(sorted(order[:size].tolist())) for size in range(2, len(used))]
    return list(dict.fromkeys(drawn))
