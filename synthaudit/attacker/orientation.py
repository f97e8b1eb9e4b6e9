"""Which columns of a release run the other way round: told by their associations with the other columns.

A disguise that turns a column turns its associations with all columns that are not turned; a poor generator loses
associations and turns none. Everything here looks at the release and at unlabelled real rows alone.
"""

from dataclasses import dataclass

import numpy as np

from synthaudit.types import BoolArray, FloatArray, IntArray

SURE = 5.0
"""Standard deviations from which on an association is not by chance."""
TIE = 3.0
"""Likewise in either of two tables."""
DOUBT = 0.5
"""Likewise of a column whose law says already that something happened to it."""
KEPT = 0.5
"""Part of the real associations that a column surely turned has with the opposite sign; noise turns some, a disguise
all of them."""
_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Associations:
    """Correlations of p numbers among each other and with q levels, of the real rows and of the release.

    Attributes
    ----------
    numbers : ((p, p) float, (p, p) float)
        Of ranks with ranks; zero on the diagonal.
    levels : ((p, q) float, (p, q) float)
        Of ranks with indicators of levels.
    n_rows : (int, int)
    """

    numbers: tuple[FloatArray, FloatArray]
    levels: tuple[FloatArray, FloatArray]
    n_rows: tuple[int, int]

    @classmethod
    def of(cls, numbers: tuple[FloatArray, FloatArray], levels: tuple[BoolArray, BoolArray]) -> "Associations":
        """Of the ranks (n, p) and the indicators (n, q) of both tables.

        Examples
        --------
        >>> x = np.arange(6.0)[:, None]
        >>> Associations.of((x, x), (x > 2, x < 3)).levels[1].round(2)
        array([[-0.88]])
        """
        both = [_standardised(table) for table in numbers]
        among = [z.T @ z for z in both]
        for c in among:
            np.fill_diagonal(c, 0.0)
        beside = [z.T @ _standardised(table.astype(np.float64)) for z, table in zip(both, levels, strict=True)]
        n_rows = (len(numbers[0]), len(numbers[1]))
        return cls(numbers=(among[0], among[1]), levels=(beside[0], beside[1]), n_rows=n_rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Orientation:
    """How each of p columns of numbers runs.

    Attributes
    ----------
    sign : (p,) int
        -1 where a column rather runs the other way round.
    is_turned : (p,) bool
        Where the associations are sure of it.
    is_open : (p,) bool
        Columns in doubt, or symmetric, of which nothing tells how they run: neither their law, nor a level, nor a
        column that surely is as it was.
    """

    sign: IntArray
    is_turned: BoolArray
    is_open: BoolArray


def orient(associations: Associations, in_doubt: BoolArray, is_symmetric: BoolArray, by_law: FloatArray) -> Orientation:
    """Choose the orientation in which the associations of the release are most like those of the real rows.

    Parameters
    ----------
    associations : Associations
    in_doubt : (p,) bool
        Columns of another law; any other column is turned only where the associations are sure of it.
    is_symmetric : (p,) bool
        Columns whose law is the same when they are turned, so that it does not show.
    by_law : (p,) float
        1 or -1 where the law of the column itself tells how it runs, else 0: it counts like a sure association.

    Returns
    -------
    Orientation

    Notes
    -----
    With c the correlations, sign s maximises ``sum_j<k s_j s_k c_S,jk c_R,jk + sum_j s_j (sum_l c_S,jl c_R,jl + t_j)``
    by turning one column after another, from all as they stand and from the leading eigenvector. t_j, some standard
    deviations ``sqrt(sum c_R^2 / m)`` of what column j gains where the release has no association, keeps it as it
    stands where chance would turn it.
    """
    (real, made), (real_levels, made_levels), (n, m) = associations.numbers, associations.levels, associations.n_rows
    among, beside = real * made, (real_levels * made_levels).sum(axis=1)
    # Correlations of the real rows that may be chance say nothing.
    noise = np.sqrt(((real**2).sum(axis=1) + (real_levels**2).sum(axis=1) + 1e-12) / max(m, 1))
    told = beside + SURE * noise * by_law
    starts = [np.ones(len(beside))]
    if len(beside):
        leading = np.sign(np.linalg.eigh(among)[1][:, -1])
        starts += [np.where(leading < 0, -1.0, 1.0), np.where(leading > 0, -1.0, 1.0)]
    least = np.where(in_doubt, DOUBT, SURE) * noise
    signs = [_turned(start, among, told + least) for start in starts]
    gains = [sign @ among @ sign / 2 + (told + least) @ sign for sign in signs]
    sign = signs[int(np.argmax(gains))]
    # Columns are tied that are associated in both tables.
    tied = (np.abs(made) * np.sqrt(m) > TIE) & (np.abs(real) * np.sqrt(n) > TIE)
    component = blocks(tied)
    is_open = np.zeros(len(sign), dtype=np.bool_)
    for block in (component == c for c in np.unique(component)):
        if (block & ~in_doubt & ~is_symmetric).any():
            continue
        # Among themselves the columns of a block fit either way; only what is outside tells how they run.
        outside = float(sign[block] @ told[block])
        is_open[block] = abs(outside) < SURE * np.sqrt((noise[block] ** 2).sum()) and not by_law[block].any()
        if outside < 0 and ((block & in_doubt).any() or not is_open[block].any()):
            sign[block] *= -1.0
    # Columns that were turned together say nothing of each other: what counts is their ties to those that were not.
    strength = real**2 @ (sign > 0) + (real_levels**2).sum(axis=1)
    is_turned = (sign < 0) & (among @ (sign > 0) + beside < -np.maximum(SURE * noise, KEPT * strength))
    return Orientation(sign=sign.astype(np.int64), is_turned=is_turned, is_open=is_open)


def blocks(tied: BoolArray) -> IntArray:
    """Which columns hang together.

    Parameters
    ----------
    tied : (p, p) bool
        Symmetric.

    Returns
    -------
    (p,) int64
        The first of the columns that each is tied to, directly or over others.

    Notes
    -----
    ``scipy.sparse.csgraph`` has this; importing it takes far longer than the few columns here do.

    Examples
    --------
    >>> tied = np.zeros((4, 4), dtype=bool)
    >>> tied[1, 3] = tied[3, 1] = True
    >>> blocks(tied).tolist()
    [0, 1, 2, 1]
    """
    first = np.arange(len(tied))
    while True:
        lower = np.minimum(first, np.where(tied, first, len(first)).min(axis=1, initial=len(first)))
        # Whoever is tied to one that knows a lower one knows it, too.
        lower = lower[lower]
        if (lower == first).all():
            return first
        first = lower


def _turned(sign: FloatArray, among: FloatArray, field: FloatArray) -> FloatArray:
    """Turn the column that gains most until none gains."""
    for _ in range(_ROUNDS):
        gain = -sign * (among @ sign + field)
        if not len(gain) or gain.max() <= 1e-12:
            break
        sign[int(np.argmax(gain))] *= -1
    return sign


def _standardised(table: FloatArray) -> FloatArray:
    """Columns of mean 0 and length 1; 0 where constant."""
    centred = table - table.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(centred / np.where(length > 0, length, 1.0), dtype=np.float64)
