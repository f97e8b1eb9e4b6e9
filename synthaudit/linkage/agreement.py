"""Record-linkage agreement between candidates and the rows of a table, summed over the table.

For a candidate x and a row t, ``M(x, t)`` adds up over columns what their agreement is worth (idea: Fellegi and
Sunter 1969, record linkage). By the rule ``surprisal`` that is ``-log P_R(a random value is at least as close to x's
value as t's value is)`` with P_R the reference population: no scale has to be chosen, rare agreement weighs more, and
reused exact values reward themselves. The rule ``tolerant`` asks for a noisy copy instead of an exact one, and
``blended`` is the mean of the two.

Claims: all candidates and the attacker's own sample compete for every synthetic row t, and the share that x gets is
``exp M(x, t)`` over the sum of ``exp M`` over all of them. A row that agrees with many people is then evidence against
none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from joblib import Parallel, delayed

from synthaudit.encoding import doubled_ranks
from synthaudit.linkage.logarithms import Columns, Weights, agree_by_logarithms
from synthaudit.linkage.people import Columns as Order
from synthaudit.linkage.people import People, Tolerance, coded, lay_out
from synthaudit.linkage.products import LARGEST, Asked, agree_by_products
from synthaudit.linkage.tiles import RowFactors
from synthaudit.runtime.threads import threads_for
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray

Rule = Literal["surprisal", "tolerant", "blended"]
RULES: tuple[Rule, ...] = ("surprisal", "tolerant", "blended")
SUM_RULES: tuple[Rule, ...] = ("surprisal", "tolerant")
"""Rules whose log-sums attacks read; claims are made by every rule."""
_CHUNK = 256
"""Rows of the table that one task takes; fixed, so that no sum depends on the number of workers."""
_LONGEST, _TASKS = 4_096, 16
"""Most rows of a task where agreement is multiplied, and into how many tasks a smaller table is cut."""
_SMOOTHING = 0.1
_ERROR = 0.2
"""Chance that a copy's cell has nothing to do with the original's."""
_BANDWIDTH = 0.02
"""Scale of a copy's noise, as a share of the ranks."""
_NOT_A_NUMBER = np.int32(-1)


# Without slots, so that what a kernel reads is laid out once.
@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """Candidates prepared against a reference population; see :func:`prepare`."""

    rule: Rule
    codes: CodeArray
    """(n, d) candidate codes."""
    frequency: FloatArray
    """(n, d) smoothed share of the reference that holds the candidate's value, in (0, 1]."""
    weight: FloatArray
    """(n, d) what agreeing exactly is worth, in nats."""
    ranks: CodeArray
    """(n, p) doubled mid-ranks of the numbers in the reference, -1 where missing."""
    worth: FloatArray
    """(2 n_reference + 1,) what a rank difference is worth, in nats."""
    numbers: IntArray
    """Which p of the d columns are numbers."""
    ascending: tuple[FloatArray, ...]
    """The numbers of the reference, sorted, column by column."""
    n_reference: int

    @cached_property
    def laid_out(self) -> tuple[People, Order]:
        """For products, nobody a rival; the same for every rule."""
        return _laid_out(self, len(self.codes))

    @cached_property
    def largest(self) -> float:
        """The most that one of them can agree with any row, in nats, by any rule."""
        return _largest(self)

    def take(self, rows: BoolArray) -> "Agreement":
        """The candidates where the mask is true."""
        return replace(
            self,
            codes=self.codes[rows],
            frequency=self.frequency[rows],
            weight=self.weight[rows],
            ranks=self.ranks[rows],
        )

    def log_sums(self, rows: Cells, *, exclude_self: bool = False, jobs: int = 1) -> FloatArray:
        """(n,) ``log sum_t exp M(x, t)`` over ``rows``; -inf for no rows. The result does not depend on ``jobs``."""
        return agree((self,), (None,), rows, exclude_self=exclude_self, jobs=jobs)[0][0]

    def claims(self, rows: Cells, rivals: "Agreement | None" = None, *, jobs: int = 1) -> tuple[FloatArray, FloatArray]:
        """Let candidates and rivals compete for every one of ``rows``.

        Parameters
        ----------
        rows : Cells
            m rows of the same columns.
        rivals : Agreement, optional
            People who are no candidates but may have caused a row as well, prepared by the same rule.

        Returns
        -------
        log_sums : (n,) float64
            As :meth:`log_sums`.
        claims : (n,) float64
            Log of the largest share of a row that each candidate gets, at most 0; -inf for no rows.
        """
        return agree((self,), (rivals or self.nobody(),), rows, jobs=jobs)[0]

    def nobody(self) -> "Agreement":
        """No rivals: the candidates compete among themselves."""
        return self.take(np.zeros(len(self.codes), dtype=np.bool_))


def prepare(
    rule: Rule, candidates: Cells, reference: Cells, numeric: BoolArray, *, reference_is_candidates: bool
) -> Agreement:
    """Weigh every candidate cell by its rarity in the reference.

    Parameters
    ----------
    rule : {"surprisal", "tolerant", "blended"}
        How much a cell's agreement is worth; see Notes.
    candidates, reference : Cells
        n candidates and n_reference rows.
    numeric : (d,) bool
        Columns that are numbers or times.
    reference_is_candidates : bool
        The two are one table: a row does not count itself when its value is called common.

    Notes
    -----
    With f = (c_R(v) + 0.1) / (n_R + 1) the smoothed frequency of a value and u mid-ranks in the reference:

    ``surprisal``: equal values of any kind ``-log f``; unequal numbers ``-log min(1, 2 |u_x - u_t| + 1 / n_R)``;
    unequal categories 0.

    ``tolerant``, the log-likelihood ratio of a noisy copy against a stranger: numbers
    ``log(e + (1 - e) / (2 b) exp(-|u_x - u_t| / b))``, equal categories ``log((1 - e) / f + e)``, unequal ``log e``,
    with b = 0.02 and e = 0.2. Worth is counted from ``log e`` a column up, a constant that no score sees.

    ``blended``: the mean of the two.
    """
    if rule == "blended":
        exact, near = (
            prepare(part, candidates, reference, numeric, reference_is_candidates=reference_is_candidates)
            for part in SUM_RULES
        )
        return replace(exact, rule=rule, weight=(exact.weight + near.weight) / 2, worth=(exact.worth + near.worth) / 2)
    n_reference, numbers = max(len(reference), 1), np.flatnonzero(numeric)
    columns = (reference.values[:, column] for column in numbers)
    ascending = tuple(np.sort(column[~np.isnan(column)]) for column in columns)
    counts = count_of(candidates, reference) - (1 if reference_is_candidates else 0)
    frequency = (counts + _SMOOTHING) / (n_reference + 1)
    weight, worth = (_surprisal if rule == "surprisal" else _tolerant)(frequency, n_reference)
    if rule == "tolerant":
        is_present = ~np.isnan(candidates.values[:, numbers])
        weight[:, numbers] = np.where(is_present, worth[0], weight[:, numbers])
    return Agreement(
        rule=rule,
        codes=candidates.codes,
        frequency=np.minimum(frequency, 1.0),
        weight=weight,
        ranks=_ranks(candidates, ascending, numbers),
        worth=worth,
        numbers=numbers,
        ascending=ascending,
        n_reference=n_reference,
    )


def _surprisal(frequency: FloatArray, n_reference: int) -> tuple[FloatArray, FloatArray]:
    """What equal cells are worth, and every rank difference."""
    apart = np.arange(2 * n_reference + 1) / (2 * n_reference)
    return np.maximum(0.0, -np.log(frequency)), -np.log(np.minimum(1.0, 2 * apart + 1 / n_reference))


def _tolerant(frequency: FloatArray, n_reference: int) -> tuple[FloatArray, FloatArray]:
    """What equal categories are worth, and every rank difference, from ``log e`` up."""
    apart = np.arange(2 * n_reference + 1) / (2 * n_reference)
    weight = np.maximum(0.0, np.log((1 - _ERROR) / frequency + _ERROR) - np.log(_ERROR))
    worth = np.log(_ERROR + (1 - _ERROR) / (2 * _BANDWIDTH) * np.exp(-apart / _BANDWIDTH)) - np.log(_ERROR)
    return weight, worth


def count_of(candidates: Cells, table: Cells) -> IntArray:
    """(n, d) how often each candidate cell occurs in its column of ``table``; cells nobody holds count 0."""
    counts = np.zeros(candidates.codes.shape, dtype=np.int64)
    for i in range(candidates.codes.shape[1]):
        mine, theirs = candidates.codes[:, i], table.codes[:, i]
        size = int(max(mine.max(initial=0), theirs.max(initial=0))) + 1
        histogram = np.bincount(theirs[theirs >= 0], minlength=size)
        counts[:, i] = np.where(mine >= 0, histogram[np.maximum(mine, 0)], 0)
    return counts


def _ranks(table: Cells, ascending: tuple[FloatArray, ...], numbers: IntArray) -> CodeArray:
    ranks = np.full((len(table), len(numbers)), _NOT_A_NUMBER, dtype=np.int32)
    for i, column in enumerate(numbers):
        values = table.values[:, column]
        ranks[:, i] = np.where(np.isnan(values), _NOT_A_NUMBER, doubled_ranks(values, ascending[i]))
    return ranks


def agree(
    candidates: Sequence[Agreement],
    rivals: Sequence[Agreement | None],
    rows: Cells,
    *,
    exclude_self: bool = False,
    jobs: int = 1,
) -> list[tuple[FloatArray, FloatArray]]:
    """Log-sums and claims of the same people by several rules, in one pass over ``rows``.

    Parameters
    ----------
    candidates : sequence of Agreement
        The same candidates, prepared by one rule each.
    rivals : sequence of Agreement or None
        Likewise; None for a rule by which nobody competes.
    rows, exclude_self, jobs
        See :meth:`Agreement.log_sums`.

    Returns
    -------
    list of (log_sums, claims)
        By rule, see :meth:`Agreement.claims`; claims are -inf where nobody competes.
    """
    everybody = [_stacked(*pair) for pair in zip(candidates, rivals, strict=True)]
    if not everybody or max(people.largest for people in everybody) > LARGEST:
        pairs = zip(candidates, rivals, strict=True)
        return [agree_row_by_row(*pair, rows, exclude_self=exclude_self, jobs=jobs) for pair in pairs]
    # What people and rows agree in is the same for every rule, so that one of them speaks for all.
    first, n = max(everybody, key=lambda people: len(people.codes)), len(candidates[0].codes)
    people, order = _laid_out(first, n) if len(first.codes) > n else candidates[0].laid_out
    asked = _asked(candidates, rivals)
    codes, number_codes, ranks = _by_column(rows.codes, _ranks(rows, first.ascending, first.numbers), first.numbers)
    # Tasks do not depend on the number of workers, and are long enough to be worth the memory of a tile.
    length = max(_CHUNK, min(_LONGEST, -(-len(rows) // _TASKS)))
    # By rule, in the order of the people; whose place that is says the last line.
    sums, shares = np.zeros((len(RULES), n)), np.zeros((len(RULES), n))

    def chunk(start: int) -> tuple[FloatArray, FloatArray]:
        part = slice(start, start + length)
        held = RowFactors(
            codes=coded(number_codes[order.numbers, part]),
            rank=_mid_ranks(ranks[order.numbers, part], first.n_reference),
            other_codes=coded(codes[order.others, part]),
        )
        # Whatever others have claimed so far is no largest share any more; which of them is ready changes time alone.
        largest = shares.copy()
        return agree_by_products(people, held, largest, asked, start if exclude_self else -1), largest

    n_threads = threads_for(len(first.codes) * len(rows), jobs)
    work = Parallel(n_jobs=n_threads, prefer="threads", return_as="generator")
    for partial, share in work(delayed(chunk)(start) for start in range(0, len(rows), length)):
        sums += partial
        np.maximum(shares, share, out=shares)
    with np.errstate(divide="ignore"):
        log_sums, claims = np.log(sums), np.log(shares)
    back = np.argsort(people.place[-n:]) if n else np.empty(0, dtype=np.int64)
    return [(log_sums[i, back], claims[i, back]) for i in (RULES.index(by_rule.rule) for by_rule in candidates)]


def _asked(candidates: Sequence[Agreement], rivals: Sequence[Agreement | None]) -> Asked:
    summed = [by_rule.rule for by_rule in candidates]
    contested = [rule for rule, others in zip(summed, rivals, strict=True) if others is not None]
    return Asked(
        rules=("surprisal" in summed, "tolerant" in summed, "blended" in summed),
        claims=("surprisal" in contested, "tolerant" in contested, "blended" in contested),
        least=1 / candidates[0].n_reference,
        bandwidth=_BANDWIDTH,
    )


def _mid_ranks(doubled: CodeArray, n_reference: int) -> FloatArray:
    """Mid-ranks in [0, 1], -1 where missing."""
    return np.where(doubled < 0, -1.0, doubled / (2 * n_reference))


def _laid_out(people: Agreement, n: int) -> tuple[People, Order]:
    is_number = np.zeros(people.codes.shape[1], dtype=np.bool_)
    is_number[people.numbers] = True
    rank = _mid_ranks(people.ranks, people.n_reference)
    tolerance = Tolerance(least=1 / people.n_reference, error=_ERROR, bandwidth=_BANDWIDTH)
    return lay_out(people.codes, people.frequency, rank, is_number, n, tolerance)


def _largest(people: Agreement) -> float:
    if not len(people.codes):
        return 0.0
    rare = -np.log(people.frequency)
    # The tolerant rule gives no cell more than its rarity and log 1 / e, and no number more than a noisy copy.
    most = np.maximum(rare, np.log(people.n_reference)) + np.log((1 - _ERROR) / (2 * _BANDWIDTH) + 1) - np.log(_ERROR)
    return float(most.sum(axis=1).max())


def agree_row_by_row(
    candidates: Agreement, rivals: Agreement | None, rows: Cells, *, exclude_self: bool = False, jobs: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Log-sums over ``rows`` and, where there are rivals, the largest log-share of a row."""
    n = len(candidates.codes)
    ranks = _ranks(rows, candidates.ascending, candidates.numbers)
    # A missing number is so far from every rank that the difference falls on the second half of the table of worths,
    # which says: nothing.
    beyond = len(candidates.worth)
    worth = np.concatenate([candidates.worth, np.zeros(beyond)])
    table = _by_column(rows.codes, np.where(ranks < 0, np.int32(-beyond), ranks), candidates.numbers)
    people = candidates if rivals is None else _stacked(candidates, rivals)
    everybody = Columns(*_by_column(people.codes, people.ranks, people.numbers))
    others, numbers = _split(people.codes.shape[1], people.numbers)
    weights = Weights(
        equal=np.ascontiguousarray(people.weight[:, others].T),
        equal_number=np.ascontiguousarray(people.weight[:, numbers].T),
        apart=worth,
    )

    def chunk(start: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        held = Columns(*(np.ascontiguousarray(array[:, start : start + _CHUNK]) for array in table))
        return agree_by_logarithms(everybody, weights, held, n, start if exclude_self else -1, rivals is not None)

    # Chunks are merged in their order as they come, so memory does not grow with the table.
    work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
    top, total, claim = np.full(n, -np.inf), np.zeros(n), np.full(n, -np.inf)
    for highest, partial, share in work(delayed(chunk)(start) for start in range(0, len(rows), _CHUNK)):
        joint = np.maximum(top, highest)
        floor = np.where(np.isfinite(joint), joint, 0.0)
        total = total * np.exp(top - floor) + partial * np.exp(highest - floor)
        top, claim = joint, np.maximum(claim, share)
    with np.errstate(divide="ignore"):
        return np.where(total > 0, np.where(np.isfinite(top), top, 0.0) + np.log(total), -np.inf), claim


def _split(d: int, numbers: IntArray) -> tuple[IntArray, IntArray]:
    return np.setdiff1d(np.arange(d), numbers), numbers


def _by_column(codes: CodeArray, ranks: CodeArray, numbers: IntArray) -> tuple[CodeArray, CodeArray, CodeArray]:
    """Codes of the other columns, codes of the numbers, ranks of the numbers; column-wise, as the kernel walks them."""
    others, numbers = _split(codes.shape[1], numbers)
    return (
        np.ascontiguousarray(codes[:, others].T),
        np.ascontiguousarray(codes[:, numbers].T),
        np.ascontiguousarray(ranks.T),
    )


def _stacked(a: Agreement, b: Agreement | None) -> Agreement:
    if b is None:
        return a
    return replace(
        a,
        frequency=np.concatenate([a.frequency, b.frequency]),
        codes=np.concatenate([a.codes, b.codes]),
        weight=np.concatenate([a.weight, b.weight]),
        ranks=np.concatenate([a.ranks, b.ranks]),
    )
