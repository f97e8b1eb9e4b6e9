"""Real rows to compare a release with whose shares of some levels were changed on purpose.

More women than in life, or as many cases as controls, change the law of every column that goes with sex or disease.
That is no disguise, and looks like one. So the release is compared with a part of the real rows that has its own shares
of the declared levels. The part is drawn from everybody, members and non-members alike and unlabelled: it cannot tell
one from the other. Attacks go on looking at every candidate and every row of the release.
"""

from dataclasses import dataclass

import numpy as np

from synthaudit.types import Cells, CodeArray, FloatArray, IntArray, Schema

SHORT = 0.01
"""Share of the release's rows that the drawn part may lack real rows for, half of what a law may be away."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SameShares:
    """The drawn part of the real rows."""

    rows: IntArray
    """Places of the drawn rows among the real ones, ascending."""
    unmatched: float
    """Share of the release's rows whose declared levels, taken together, no real row has; in [0, 1]."""


def same_shares(real: CodeArray, release: CodeArray, rng: np.random.Generator) -> SameShares:
    """Draw the largest part of the real rows that has the release's shares of declared levels.

    Parameters
    ----------
    real : (n, k) int
        Codes of the k declared columns, unlabelled.
    release : (m, k) int
        The same of the release.
    rng : Generator
        Which rows of each level are drawn; none is drawn twice.

    Returns
    -------
    SameShares

    Notes
    -----
    With n_c real rows and the share q_c of the release in each combination c of levels that real rows have, N is the
    largest number for which ``sum_c max(0, q_c - n_c / N)`` is at most .01: a rare combination must not cost all the
    others. ``min(n_c, round(N q_c))`` rows of each are drawn.

    Examples
    --------
    >>> half = np.repeat([[0], [1]], 50, axis=0).astype(np.int32)
    >>> most = np.repeat([[0], [1]], [20, 80], axis=0).astype(np.int32)
    >>> drawn = same_shares(half, most, np.random.default_rng(0))
    >>> np.bincount(half[drawn.rows, 0]).tolist(), drawn.unmatched
    ([13, 50], 0.0)
    """
    _, level = np.unique(np.concatenate([real, release]), axis=0, return_inverse=True)
    level = level.reshape(-1)
    n_levels = int(level.max(initial=-1)) + 1
    mine = level[: len(real)]
    of_real, of_release = (np.bincount(x, minlength=n_levels) for x in (mine, level[len(real) :]))
    matched = of_real > 0
    n_matched = int(of_release[matched].sum())
    unmatched = 1 - n_matched / max(len(release), 1)
    if not n_matched:
        return SameShares(rows=np.empty(0, dtype=np.int64), unmatched=unmatched)
    share = np.where(matched, of_release, 0) / n_matched
    wanted = np.round(_largest(of_real, share) * share).astype(np.int64)
    shuffled = rng.permutation(len(real))
    ordered = shuffled[np.argsort(mine[shuffled], kind="stable")]
    place = np.arange(len(real)) - (np.cumsum(of_real) - of_real)[mine[ordered]]
    return SameShares(rows=np.sort(ordered[place < wanted[mine[ordered]]]), unmatched=unmatched)


def declared_codes(schema: Schema, cells: Cells, columns: tuple[str, ...]) -> CodeArray:
    """(n, k) codes of the declared columns, in their order."""
    return cells.codes[:, [schema.names.index(name) for name in columns]]


def _largest(of_real: IntArray, share: FloatArray) -> int:
    """The largest number of rows in these shares that the real rows suffice for, but for a hundredth."""

    def suffices(n: int) -> bool:
        return bool(np.maximum(share - of_real / n, 0).sum() <= SHORT)

    low, high = 0, int(of_real.sum()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if suffices(middle) else (low, middle)
    return low
