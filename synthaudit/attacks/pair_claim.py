"""Pairs of people between whom a synthetic row lies: what SMOTE and its kin leave behind.

Own method. A row made by interpolation (Chawla et al. 2002) lies on the straight line between two members, in all its
numbers at once. It need not be near to either, but hardly anybody else is on a line through it.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.near_people import Columns, near_people, people_of
from synthaudit.attacks.common.scale import spread_of
from synthaudit.encoding import distance_columns, number_columns
from synthaudit.files.catalogue import N_
from synthaudit.linkage.agreement import count_of
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import (
    About,
    AttackerView,
    BoolArray,
    Cells,
    CodeArray,
    FloatArray,
    IntArray,
    ThreatModel,
)

_ERROR = 0.1
"""Chance that a cell has nothing to do with the two."""
_BANDWIDTH = 0.005
"""Distance from the line that still counts as on it, in standard deviations of the column."""
_SMOOTHING = 0.1
_FAR = 45.0
"""Bandwidths beyond which what a cell on the line is likelier by is too little to change the chance of an error."""


@dataclass(frozen=True, slots=True)
class PairClaim:
    """Log of the largest share of a synthetic row that x can claim together with anybody else.

    For every synthetic row t its ``k`` nearest people, candidates and reference, compete in pairs: nearest in all
    columns, or by the view ``near_in_numbers`` in the numbers alone, as whoever is at an end of the line may have
    another level. A pair (x, y) gets ``exp`` of the summed log-likelihood ratios of the columns: numbers
    ``log(e + (1 - e) / (2 b) exp(-|t - x - u (y - x)| / b))`` with u in [0, 1] by least squares, e = 0.1 and b = 0.005
    standard deviations or half of the smallest step that the column knows; categories
    ``log((1 - e) / f + e)`` where t has the level of x or of y, f the chance that one of two strangers has it, and
    ``log e`` else. The share of x is that of all its pairs.
    """

    view: Literal["near_in_all", "near_in_numbers"]
    k: int = 20
    name: str = "pair_claim"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Between two people"),
        idea=N_(
            "Looks for two people such that a synthetic row lies on the straight line between them in all numbers at"
            " once, and lets all pairs among the row's nearest compete for it."
        ),
        sees=N_("Interpolation (SMOTE and its kin), also where the rows keep far from everybody; copies."),
        misses=N_("Rows that were moved off the line by noise, and tables of few numeric columns."),
        cost=N_("The k = 20 nearest people of each synthetic row, then m k^2 / 2 pairs of d columns, compiled."),
        source=N_("Own; for the generator Chawla et al. 2002."),
    )
    declared: ClassVar[Declared] = Declared(
        looks_at="line",
        view_labels={"near_in_all": N_("near in all"), "near_in_numbers": N_("near in numbers")},
        quick=("near_in_all",),
    )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) at most 0; for people near to no synthetic row what the least of the others has."""
        people, known = people_of(candidates, view)
        is_number, used = number_columns(view.schema), distance_columns(view.schema)
        numbers, others = np.flatnonzero(is_number & used), np.flatnonzero(~is_number & used)
        near_in: Columns = "numbers" if self.view == "near_in_numbers" and len(numbers) else "all"
        mine = people.values[:, numbers]
        scale, step = spread_of(mine), _step(mine)
        size = max(len(view.reference), 1)
        claims = np.full(len(people), -np.inf)
        for cells, rows in view.all_rows():
            common = (count_of(cells, view.reference)[:, others] + _SMOOTHING) / (size + 1)
            either = np.minimum(1.0 - (1.0 - np.minimum(common, 1.0)) ** 2, 1.0)
            of_part = _claims(
                np.ascontiguousarray(cells.values[:, numbers] / scale),
                np.ascontiguousarray(mine / scale),
                np.maximum(_BANDWIDTH, step / (2 * scale)),
                np.ascontiguousarray(cells.codes[:, others]),
                np.ascontiguousarray(people.codes[:, others]),
                np.log((1 - _ERROR) / either + _ERROR),
                near_people(view, rows, known, min(self.k, len(people)), near_in, jobs=view.jobs),
            )
            claims = np.maximum(claims, of_part)
        claims = claims[: len(candidates)]
        met = np.isfinite(claims)
        return np.where(met, claims, claims[met].min() if met.any() else 0.0)


def _step(values: FloatArray) -> FloatArray:
    """(p,) smallest step between two values of each column, 0 where there is one only."""
    steps = np.zeros(values.shape[1])
    for i in range(values.shape[1]):
        known = np.unique(values[~np.isnan(values[:, i]), i])
        if len(known) > 1:
            with np.errstate(over="ignore"):
                steps[i] = np.diff(known).min()
    return steps


class _Law(NamedTuple):
    """How numbers lie about a line, each (p,) by column."""

    bandwidth: FloatArray
    sure: FloatArray
    """What a squared step counts for along the line."""
    height: FloatArray
    far: FloatArray
    """Distance from the line beyond which a number says nothing of it."""


class _Near(NamedTuple):
    """One row and the k people near to it, column by column."""

    numbers: FloatArray
    """(p, k)"""
    same: BoolArray
    """(q, k) whether a person has the row's level."""
    row: FloatArray
    """(p,)"""
    room: FloatArray
    """(4, k)"""


@jit
def _claims(
    rows: FloatArray,
    people: FloatArray,
    bandwidth: FloatArray,
    row_codes: CodeArray,
    codes: CodeArray,
    worth: FloatArray,
    near: IntArray,
) -> FloatArray:
    """(n_people,) log of the largest share; -inf for people among the nearest of no row."""
    rows, people, row_codes, codes, worth = bare(rows), bare(people), bare(row_codes), bare(codes), bare(worth)
    m, k = near.shape
    p, q = rows.shape[1], row_codes.shape[1]
    out = np.full(len(people), -np.inf)
    fit = np.empty((k, k))
    law = _Law(bandwidth, 1.0 / (bandwidth * bandwidth), (1 - _ERROR) / (2 * bandwidth), _FAR * bandwidth)
    them = _Near(np.empty((p, k)), np.empty((q, k), dtype=np.bool_), np.empty(p), np.empty((4, k)))
    for t in range(m):
        for c in range(p):
            them.row[c] = rows[t, c]
            for a in range(k):
                them.numbers[c, a] = people[near[t, a], c]
        for c in range(q):
            code = row_codes[t, c]
            for a in range(k):
                them.same[c, a] = code >= 0 and code == codes[near[t, a], c]
        top = -np.inf
        for a in range(1, k):
            top = max(top, _fit_pairs(fit, a, them, law, worth, t))
        _take(out, near, t, fit, top)
    return out


@jit
def _fit_pairs(fit: FloatArray, a: int, them: "_Near", law: "_Law", worth: FloatArray, t: int) -> float:
    """Write how well row t fits the pairs of person a of those near to it with those before, whose greatest is given.

    Pair after pair for each column, not column after column for each pair: these are done several at a time.
    """
    them, law, fit, worth = bare(them), bare(law), bare(fit), bare(worth)
    numbers, row, same = them.numbers, them.row, them.same
    along, length, on_line, far_off = them.room[0], them.room[1], them.room[2], them.room[3]
    unrelated = np.log(_ERROR)
    for b in range(a):
        along[b], length[b], fit[a, b] = 0.0, 0.0, 0.0
    for c in range(len(row)):
        here, sure = numbers[c, a], law.sure[c]
        gone = row[c] - here
        for b in range(a):
            way = numbers[c, b] - here
            # A column that is known exactly says more of where on the line the row is.
            is_known = way == way and gone == gone
            along[b] += sure * way * gone if is_known else 0.0
            length[b] += sure * way * way if is_known else 0.0
    for b in range(a):
        on_line[b] = min(1.0, max(0.0, along[b] / length[b])) if length[b] > 0.0 else 0.0
    for c in range(len(row)):
        here, far, width, height = numbers[c, a], law.far[c], law.bandwidth[c], law.height[c]
        gone = row[c] - here
        for b in range(a):
            far_off[b] = abs(gone - on_line[b] * (numbers[c, b] - here))
        for b in range(a):
            off, there = far_off[b], numbers[c, b]
            if off <= far:
                fit[a, b] += np.log(_ERROR + height * np.exp(-off / width))
            elif off == off or row[c] == row[c] or (here == here and there == there):
                fit[a, b] += unrelated
    for c in range(len(same)):
        for b in range(a):
            fit[a, b] += worth[t, c] if same[c, a] or same[c, b] else unrelated
    top = -np.inf
    for b in range(a):
        top = max(top, fit[a, b])
    return top


@jit
def _take(out: FloatArray, near: IntArray, t: int, fit: FloatArray, top: float) -> None:
    """Raise the claims of the people near to row t to the shares that their pairs have of it; ``fit`` is used up."""
    k, total = len(fit), 0.0
    for a in range(k):
        fit[a, a] = 0.0
        for b in range(a):
            share = np.exp(fit[a, b] - top)
            fit[a, b], fit[b, a] = share, share
            total += share
    for a in range(k):
        share = 0.0
        for b in range(k):
            share += fit[a, b]
        if share > 0.0:
            x = near[t, a]
            out[x] = max(out[x], np.log(share / total))
