"""Rows rewritten column by column: other units, turned signs, renamed levels.

A disguise that maps each column on its own keeps, for every cell, how far it lies from the middle of its column and how
common its level is. Distances between those are blind to the disguise, so members that are near again give it away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import QuantileSpace, midrank
from synthaudit.files.catalogue import N_
from synthaudit.neighbours import nearest
from synthaudit.statistics.laws import normal_sf
from synthaudit.types import BoolArray, Cells, CodeArray, Coverage, Estimate, Finding, FloatArray, Points

ALPHA = 0.001
MARGIN = 0.05
"""AUC by which members must be nearer without the disguise than by any attack that looks at the cells as they are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Undisguised:
    """Points of a table on its own scale, blind to any monotone map of a number and any renaming of levels."""

    space: QuantileSpace

    def points(self, cells: Cells) -> Points:
        """(n, p) distance of each number from the middle of its own column, in ranks; (n, q) rank of each level."""
        numeric = np.empty((len(cells), len(self.space.numbers)))
        for i, column in enumerate(self.space.numbers):
            values = cells.values[:, column]
            ranks = midrank(values, np.sort(values[~np.isnan(values)]))
            numeric[:, i] = np.where(np.isnan(values), 0.5, np.abs(2 * ranks - 1))
        codes = np.empty((len(cells), len(self.space.others)), dtype=np.int32)
        for i, column in enumerate(self.space.others):
            codes[:, i] = _commonness(cells.codes[:, column])
        return Points(numeric=numeric, codes=codes)


def check_disguise(
    space: QuantileSpace,
    candidates: Cells,
    synthetic: Cells,
    is_member: BoolArray,
    by_unit: Callable[[FloatArray], FloatArray],
    findings: Sequence[Finding],
    jobs: int,
) -> Coverage:
    """Look for members once every column is reduced to what no disguise of that column changes.

    Parameters
    ----------
    candidates, synthetic : Cells
        The pile and the release.
    is_member : (n_units,) bool
    by_unit : callable
        Scores by row to scores by unit.
    findings : sequence of Finding
        What the attacks found in the cells as they are: a leak in plain sight needs no disguise.

    Returns
    -------
    Coverage
        Blocks a pass where members are near only without the disguise: two-sided p < .001 over the summaries by unit
        (rank-sum test of Mann and Whitney 1947, normal approximation, Bonferroni), and an AUC above every attack's.
    """
    plain = Undisguised(space=space)
    neighbours = nearest(plain.points(candidates), plain.points(synthetic), 1, norm="l1", jobs=jobs)
    scores = by_unit(-neighbours.distance[:, 0][None])
    aucs = np.array([_auc(score, is_member) for score in scores])
    n1, n0 = int(is_member.sum()), int((~is_member).sum())
    spread = np.sqrt((n1 + n0 + 1) / (12 * n1 * n0))
    pvalue = min(1.0, 2 * len(aucs) * float(normal_sf(np.abs(aucs - 0.5).max() / spread)))
    strength = float(np.maximum(aucs, 1 - aucs).max())
    if pvalue < ALPHA and strength > _strongest(findings) + MARGIN:
        reason = N_(
            "members are near the release once units, signs and names of levels are undone (AUC {strength:.2f})"
        ).format(strength=strength)
        return Coverage(test=N_("disguise"), status="ran", reason=reason, blocks_pass=True)
    reason = N_("undoing units, signs and names of levels column by column brings nobody nearer")
    return Coverage(test=N_("disguise"), status="ran", reason=reason)


def _strongest(findings: Sequence[Finding]) -> float:
    aucs = [finding.estimates["auc"] for finding in findings]
    return max((max(a.value, 1 - a.value) for a in aucs if isinstance(a, Estimate)), default=0.5)


def _auc(score: FloatArray, is_member: BoolArray) -> float:
    strangers = np.sort(score[~is_member])
    return float(midrank(score[is_member], strangers).mean())


def _commonness(codes: CodeArray) -> CodeArray:
    """Rank of each cell's level from the most common down, 0-based; missing is a level."""
    levels, inverse, count = np.unique(codes, return_inverse=True, return_counts=True)
    rank = np.empty(len(levels), dtype=np.int32)
    rank[np.argsort(-count, kind="stable")] = np.arange(len(levels), dtype=np.int32)
    return np.asarray(rank[inverse.reshape(-1)], dtype=np.int32)
