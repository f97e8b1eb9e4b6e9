"""Record-linkage agreement between candidates and the rows of a table, summed over the table.

For a candidate x and a row t, ``M(x, t)`` adds up over columns what their agreement is worth (idea: Fellegi and
Sunter 1969, record linkage). By the rule ``surprisal`` that is ``-log P_R(a random value is at least as close to x's
value as t's value is)`` with P_R the reference population: no scale has to be chosen, rare agreement weighs more, and
reused exact values reward themselves. The rule ``tolerant`` asks for a noisy copy instead of an exact one.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from joblib import Parallel, delayed

from synthaudit.compiled import jit
from synthaudit.encoding import reference_ranks
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray

Rule = Literal["surprisal", "tolerant"]
RULES: tuple[Rule, ...] = ("surprisal", "tolerant")
_BLOCK = 256
_SMOOTHING = 0.1
_ERROR = 0.2
"""Chance that a copy's cell has nothing to do with the original's."""
_BANDWIDTH = 0.02
"""Scale of a copy's noise, as a share of the ranks."""
_NOT_A_NUMBER = np.int32(-1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """Candidates prepared against a reference population; see :func:`prepare`."""

    codes: CodeArray
    """(n, d) candidate codes."""
    weight: FloatArray
    """(n, d) what agreeing exactly is worth, in nats."""
    ranks: CodeArray
    """(n, p) doubled mid-ranks of the numbers in the reference, -1 where missing."""
    worth: FloatArray
    """(2 n_reference + 1,) what a rank difference is worth, in nats."""
    numbers: IntArray
    """Which p of the d columns are numbers."""
    reference: Cells

    def take(self, rows: BoolArray) -> "Agreement":
        """The candidates where the mask is true."""
        return replace(self, codes=self.codes[rows], weight=self.weight[rows], ranks=self.ranks[rows])

    def log_sums(self, rows: Cells, *, exclude_self: bool = False, jobs: int = 1) -> FloatArray:
        """(n,) ``log sum_t exp M(x, t)`` over ``rows``; -inf for no rows. The result does not depend on ``jobs``."""
        row_ranks = _ranks(rows, self.reference, self.numbers)
        others = np.setdiff1d(np.arange(self.codes.shape[1]), self.numbers)
        n = len(self.codes)

        def block(start: int) -> FloatArray:
            part = slice(start, min(start + _BLOCK, n))
            return _log_sums(
                np.ascontiguousarray(self.codes[part][:, others]),
                np.ascontiguousarray(self.weight[part][:, others]),
                np.ascontiguousarray(self.codes[part][:, self.numbers]),
                np.ascontiguousarray(self.weight[part][:, self.numbers]),
                self.ranks[part],
                np.ascontiguousarray(rows.codes[:, others]),
                np.ascontiguousarray(rows.codes[:, self.numbers]),
                row_ranks,
                self.worth,
                start if exclude_self else -1,
            )

        parts = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(start) for start in range(0, n, _BLOCK))
        return np.concatenate(parts) if parts else np.empty(0)


def prepare(
    rule: Rule, candidates: Cells, reference: Cells, numeric: BoolArray, *, reference_is_candidates: bool
) -> Agreement:
    """Weigh every candidate cell by its rarity in the reference.

    Parameters
    ----------
    rule : {"surprisal", "tolerant"}
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
    """
    n_reference = max(len(reference), 1)
    counts = count_of(candidates, reference) - (1 if reference_is_candidates else 0)
    frequency = (counts + _SMOOTHING) / (n_reference + 1)
    numbers = np.flatnonzero(numeric)
    apart = np.arange(2 * n_reference + 1) / (2 * n_reference)
    if rule == "surprisal":
        weight = np.maximum(0.0, -np.log(frequency))
        worth = -np.log(np.minimum(1.0, 2 * apart + 1 / n_reference))
    else:
        weight = np.maximum(0.0, np.log((1 - _ERROR) / frequency + _ERROR) - np.log(_ERROR))
        worth = np.log(_ERROR + (1 - _ERROR) / (2 * _BANDWIDTH) * np.exp(-apart / _BANDWIDTH)) - np.log(_ERROR)
        is_present = ~np.isnan(candidates.values[:, numbers])
        weight[:, numbers] = np.where(is_present, worth[0], weight[:, numbers])
    return Agreement(
        codes=candidates.codes,
        weight=weight,
        ranks=_ranks(candidates, reference, numbers),
        worth=worth,
        numbers=numbers,
        reference=reference,
    )


def count_of(candidates: Cells, table: Cells) -> IntArray:
    """(n, d) how often each candidate cell occurs in its column of ``table``; cells nobody holds count 0."""
    counts = np.zeros(candidates.codes.shape, dtype=np.int64)
    for i in range(candidates.codes.shape[1]):
        mine, theirs = candidates.codes[:, i], table.codes[:, i]
        size = int(max(mine.max(initial=0), theirs.max(initial=0))) + 1
        histogram = np.bincount(theirs[theirs >= 0], minlength=size)
        counts[:, i] = np.where(mine >= 0, histogram[np.maximum(mine, 0)], 0)
    return counts


def _ranks(table: Cells, reference: Cells, numbers: IntArray) -> CodeArray:
    ranks = np.full((len(table), len(numbers)), _NOT_A_NUMBER, dtype=np.int32)
    for i, column in enumerate(numbers):
        values = table.values[:, column]
        ranks[:, i] = np.where(np.isnan(values), _NOT_A_NUMBER, reference_ranks(values, reference.values[:, column]))
    return ranks


@jit
def _log_sums(
    codes: CodeArray,
    weight: FloatArray,
    number_codes: CodeArray,
    number_weight: FloatArray,
    ranks: CodeArray,
    row_codes: CodeArray,
    row_number_codes: CodeArray,
    row_ranks: CodeArray,
    worth: FloatArray,
    first_self: int,
) -> FloatArray:
    n, q = codes.shape
    p = ranks.shape[1]
    m = row_codes.shape[0]
    out = np.empty(n)
    for i in range(n):
        top = -np.inf
        total = 0.0
        for j in range(m):
            if first_self >= 0 and first_self + i == j:
                continue
            agreement = 0.0
            for c in range(q):
                if codes[i, c] == row_codes[j, c] and codes[i, c] >= 0:
                    agreement += weight[i, c]
            for c in range(p):
                if number_codes[i, c] == row_number_codes[j, c] and number_codes[i, c] >= 0:
                    agreement += number_weight[i, c]
                elif ranks[i, c] >= 0 and row_ranks[j, c] >= 0:
                    agreement += worth[abs(ranks[i, c] - row_ranks[j, c])]
            if agreement > top:
                total = total * np.exp(top - agreement) + 1.0 if total > 0.0 else 1.0
                top = agreement
            elif agreement > top - 40.0:
                # Smaller terms are below the last bit of the sum.
                total += np.exp(agreement - top)
        out[i] = top + np.log(total) if total > 0.0 else -np.inf
    return out
