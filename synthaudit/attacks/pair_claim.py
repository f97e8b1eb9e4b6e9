"""Pairs of people between whom a synthetic row lies: what SMOTE and its kin leave behind.

Own method. A row made by interpolation (Chawla et al. 2002) lies on the straight line between two members, in all its
numbers at once. It need not be near to either, but hardly anybody else is on a line through it.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.scale import spread_of
from synthaudit.encoding import distance_columns, joined, number_columns
from synthaudit.linkage.agreement import count_of
from synthaudit.neighbours import nearest
from synthaudit.runtime.jit import jit
from synthaudit.types import (
    About,
    AttackerView,
    Cells,
    CodeArray,
    FloatArray,
    IntArray,
    Points,
    ThreatModel,
)

_ERROR = 0.1
"""Chance that a cell has nothing to do with the two."""
_BANDWIDTH = 0.005
"""Distance from the line that still counts as on it, in standard deviations of the column."""
_SMOOTHING = 0.1


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
        label="Between two people",
        idea="Looks for two people such that a synthetic row lies on the straight line between them in all numbers at"
        " once, and lets all pairs among the row's nearest compete for it.",
        sees="Interpolation (SMOTE and its kin), also where the rows keep far from everybody; copies.",
        misses="Rows that were moved off the line by noise, and tables of few numeric columns.",
        cost="The k = 20 nearest people of each synthetic row, then m k^2 / 2 pairs of d columns, compiled.",
        source="Own; for the generator Chawla et al. 2002.",
    )
    declared: ClassVar[Declared] = Declared(
        looks_at="line",
        view_labels={"near_in_all": "near in all", "near_in_numbers": "near in numbers"},
        quick=("near_in_all",),
    )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) at most 0; for people near to no synthetic row what the least of the others has."""
        points = view.points
        people, known = candidates, points["candidates"]
        if not view.reference_is_candidates:
            people = joined(candidates, view.reference)
            known = Points(
                numeric=np.concatenate([known.numeric, points["reference"].numeric]),
                codes=np.concatenate([known.codes, points["reference"].codes]),
            )
        is_number, used = number_columns(view.schema), distance_columns(view.schema)
        numbers, others = np.flatnonzero(is_number & used), np.flatnonzero(~is_number & used)
        in_numbers = self.view == "near_in_numbers" and len(numbers) > 0
        known = _numbers(known) if in_numbers else known
        mine = people.values[:, numbers]
        scale, step = spread_of(mine), _step(mine)
        size = max(len(view.reference), 1)
        claims = np.full(len(people), -np.inf)
        for cells, rows in view.all_rows():
            queries = _numbers(rows) if in_numbers else rows
            common = (count_of(cells, view.reference)[:, others] + _SMOOTHING) / (size + 1)
            either = np.minimum(1.0 - (1.0 - np.minimum(common, 1.0)) ** 2, 1.0)
            of_part = _claims(
                np.ascontiguousarray(cells.values[:, numbers] / scale),
                np.ascontiguousarray(mine / scale),
                np.maximum(_BANDWIDTH, step / (2 * scale)),
                np.ascontiguousarray(cells.codes[:, others]),
                np.ascontiguousarray(people.codes[:, others]),
                np.log((1 - _ERROR) / either + _ERROR),
                nearest(queries, known, min(self.k, len(people)), norm="l1", jobs=view.jobs).row,
            )
            claims = np.maximum(claims, of_part)
        claims = claims[: len(candidates)]
        met = np.isfinite(claims)
        return np.where(met, claims, claims[met].min() if met.any() else 0.0)


def _numbers(points: Points) -> Points:
    return replace(points, codes=points.codes[:, :0])


def _step(values: FloatArray) -> FloatArray:
    """(p,) smallest step between two values of each column, 0 where there is one only."""
    steps = np.zeros(values.shape[1])
    for i in range(values.shape[1]):
        known = np.unique(values[~np.isnan(values[:, i]), i])
        if len(known) > 1:
            with np.errstate(over="ignore"):
                steps[i] = np.diff(known).min()
    return steps


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
    m, k = near.shape
    p, q = rows.shape[1], row_codes.shape[1]
    out = np.full(len(people), -np.inf)
    fit = np.empty((k, k))
    for t in range(m):
        top = -np.inf
        for a in range(k):
            x = near[t, a]
            fit[a, a] = -np.inf
            for b in range(a):
                y = near[t, b]
                along = 0.0
                length = 0.0
                for c in range(p):
                    way = people[y, c] - people[x, c]
                    gone = rows[t, c] - people[x, c]
                    if way == way and gone == gone:
                        # A column that is known exactly says more of where on the line the row is.
                        sure = 1.0 / (bandwidth[c] * bandwidth[c])
                        along += sure * way * gone
                        length += sure * way * way
                u = min(1.0, max(0.0, along / length)) if length > 0.0 else 0.0
                log_fit = 0.0
                for c in range(p):
                    off = abs(rows[t, c] - people[x, c] - u * (people[y, c] - people[x, c]))
                    if off == off:
                        log_fit += np.log(_ERROR + (1 - _ERROR) / (2 * bandwidth[c]) * np.exp(-off / bandwidth[c]))
                    elif rows[t, c] == rows[t, c] or (people[x, c] == people[x, c] and people[y, c] == people[y, c]):
                        log_fit += np.log(_ERROR)
                for c in range(q):
                    code = row_codes[t, c]
                    same = code >= 0 and (code == codes[x, c] or code == codes[y, c])
                    log_fit += worth[t, c] if same else np.log(_ERROR)
                fit[a, b] = log_fit
                fit[b, a] = log_fit
                top = max(top, log_fit)
        total = 0.0
        for a in range(k):
            for b in range(a):
                total += np.exp(fit[a, b] - top)
        for a in range(k):
            share = 0.0
            for b in range(k):
                share += np.exp(fit[a, b] - top)
            if share > 0.0:
                x = near[t, a]
                out[x] = max(out[x], np.log(share / total))
    return out
