"""Copies whose numbers were all moved by one constant per column, or multiplied by one, in some of the rows.

Own method. Such rows lie far from their originals, so no distance sees them, but the differences to the originals are
all the same: the constant stands out among the differences between any real value and any synthetic one. Once it is
known the move is undone and the release attacked again.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.encoding import joined, number_columns
from synthaudit.files.catalogue import N_
from synthaudit.linkage.agreement import prepare
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel

_GRID = 1 << 14
"""Bins of a column; a constant is known to one of them before it is known exactly."""
_FEWEST = 0.1
"""Share of the rows that must have been moved; a false start costs power and is no alarm."""
_SURE = 6.0
_TAIL = 0.01
"""Share of each table's values at either end that bins need not reach."""


class _Move(NamedTuple):
    """A constant that a share of a column's synthetic values was moved by."""

    share: float
    by: float
    scaled: bool


@dataclass(frozen=True, slots=True)
class ShiftedClaim:
    """``linkage_claim`` on the release with the moves of its columns undone; on the release itself where none is."""

    name: str = "shifted_claim"
    view: str = "blended"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Claim on shifted rows"),
        idea=N_(
            "Looks column by column for a constant that many synthetic values differ by from real ones, more than"
            " reference values do (or a factor), takes it back and lets everybody compete for the rows as"
            " they then are."
        ),
        sees=N_("Copies in other units or behind an offset, also if a tenth of the rows only."),
        misses=N_("Moves that differ from row to row; fewer than one row in ten; columns of categories renamed."),
        cost=N_(
            "Correlations by fast Fourier transform on 16,384 bins a column; another pass of claims if a move is found."
        ),
        source=N_("Own."),
    )
    declared: ClassVar[Declared] = Declared(looks_at="shift", quick=("blended",))

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log of the largest share of a row, at most 0."""
        numeric = number_columns(view.schema)
        own = view.reference_is_candidates
        real = candidates if own else joined(candidates, view.reference)
        moves = {
            int(column): move
            for column in np.flatnonzero(numeric)
            if (move := _move(candidates, view, int(column))) is not None
        }
        if not moves:
            return view.claims["blended"]
        mine = prepare("blended", candidates, view.reference, numeric, reference_is_candidates=own)
        others = None
        if not own:
            others = prepare("blended", view.reference, view.reference, numeric, reference_is_candidates=True)
        claims = np.full(len(candidates), -np.inf)
        for rows in view.all_cells():
            claims = np.maximum(claims, mine.claims(_undone(rows, real, moves), others, jobs=view.jobs)[1])
        return claims


def _move(candidates: Cells, view: AttackerView, column: int) -> _Move | None:
    """The most plausible move of one column."""
    x, s, r = (table.values[:, column] for table in (candidates, view.synthetic, view.reference))
    x, s, r = (values[~np.isnan(values)] for values in (x, s, r))
    if min(len(x), len(s), len(r)) < 2:
        return None
    moves = [_constant(x, s, r, scaled=False)]
    positive = (values[values > 0] for values in (x, s, r))
    logs = tuple(np.log(values) for values in positive)
    if min(map(len, logs)) >= 2:
        moves.append(_constant(*logs, scaled=True))
    return max((move for move in moves if move is not None), default=None, key=lambda move: move.share)


def _constant(x: FloatArray, s: FloatArray, r: FloatArray, *, scaled: bool) -> _Move | None:
    low, high = _middle(x, s, r)
    with np.errstate(over="ignore"):
        width = high - low
    if not 0 < width < np.inf:
        return None
    inside = [values[(values >= low) & (values <= high)] for values in (x, s, r)]
    place = [np.minimum((values - low) / width * _GRID, _GRID - 1).astype(np.int64) for values in inside]
    count = [np.bincount(where, minlength=_GRID).astype(np.float64) for where in place]
    # Pairs (synthetic or reference value, candidate's value) by how many bins the first is above the second.
    pairs = _neighbouring(_apart(count[1], count[0]))
    chance = _neighbouring(_apart(count[2], count[0])) * (len(s) / len(r))
    none = _GRID - 1
    share = (pairs - chance) / (len(s) + chance[none])
    certain = (pairs - chance) / np.sqrt(pairs + chance + 1.0)
    share[none - 2 : none + 3] = 0.0
    share[certain < _SURE] = 0.0
    best = int(np.argmax(share))
    if share[best] < _FEWEST:
        return None
    by = _exact(x, s, (best - none) * width / _GRID, width)
    return None if by is None else _Move(share=float(share[best]), by=by, scaled=scaled)


def _middle(*tables: FloatArray) -> tuple[float, float]:
    """Where the values lie but for the outermost ones of each table: a single extreme row cannot widen the bins."""
    ends = [np.quantile(values, [_TAIL, 1 - _TAIL], method="inverted_cdf") for values in tables]
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))


def _apart(first: FloatArray, second: FloatArray) -> FloatArray:
    """(2 n - 1,) pairs of an entry of the first and one of the second by how many bins apart they are, lowest first."""
    size = 2 * len(first)
    pairs = np.fft.irfft(np.fft.rfft(first, size) * np.fft.rfft(second[::-1], size), size)[: size - 1]
    # Whole numbers of pairs; the transform is off by rounding.
    return np.asarray(np.round(pairs), dtype=np.float64)


def _neighbouring(pairs: FloatArray) -> FloatArray:
    """Pairs in a bin and the two beside it: one constant falls on the border of two as often as not."""
    return np.asarray(np.convolve(np.maximum(pairs, 0.0), np.ones(3), mode="same"), dtype=np.float64)


def _exact(x: FloatArray, s: FloatArray, about: float, width: float) -> float | None:
    """The commonest difference near ``about``, to a millionth of a bin or as numbers allow.

    None where there is none: what lies beyond the outermost bins is counted in them.
    """
    bin_width = width / _GRID
    ascending = np.sort(x)
    first = np.searchsorted(ascending, s - about - 2 * bin_width, side="left")
    last = np.searchsorted(ascending, s - about + 2 * bin_width, side="right")
    size = last - first
    if not size.any():
        return None
    # A value shared by many makes the same differences again and again: some of them are enough.
    size = np.minimum(size, 50)
    rows = np.repeat(np.arange(len(s)), size)
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    difference = s[rows] - ascending[np.repeat(first, size) + within]
    step = bin_width * 1e-6
    value, times = np.unique(np.round(difference / step), return_counts=True)
    near = np.abs(difference / step - value[np.argmax(times)]) <= 1.0
    return float(np.median(difference[near]))


def _undone(synthetic: Cells, real: Cells, moves: dict[int, _Move]) -> Cells:
    """The release with moved columns put back; values that then are a real person's get that value's code."""
    codes, values = synthetic.codes.copy(), synthetic.values.copy()
    for column, move in moves.items():
        moved = values[:, column]
        back = moved * np.exp(-move.by) if move.scaled else moved - move.by
        known, first = np.unique(real.values[:, column], return_index=True)
        known, first = known[~np.isnan(known)], first[~np.isnan(known)]
        at = np.clip(np.searchsorted(known, back), 1, max(len(known) - 1, 1))
        at -= np.abs(back - known[at - 1]) <= np.abs(back - known[np.minimum(at, len(known) - 1)])
        nearest = known[np.minimum(at, len(known) - 1)]
        tolerance = 1e-7 * max(float(np.ptp(known)), 1e-300)
        is_same = np.abs(back - nearest) <= tolerance
        present = ~np.isnan(moved)
        values[:, column] = np.where(is_same, nearest, back)
        code = np.where(is_same, real.codes[first[np.minimum(at, len(known) - 1)], column], -1)
        codes[present, column] = code[present]
    return Cells(codes=codes, values=values)
