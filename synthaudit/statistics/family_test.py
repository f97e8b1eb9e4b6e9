"""Does anything leak? One decision over a fixed family of attacks, by permuting who counts as a member.

If membership was drawn at random, the labels are exchangeable whatever the release and the attacks look like, so a
statistic is judged by its law under relabelling. Family A is the largest |z| of the AUCs; family B the most
surprising count of members at the top: above the 1 % false-positive threshold, or above all non-members but one,
where a few people who are given away stand. Each family is tested at half of alpha.

Valid for any attacks, dependence and size if membership was drawn uniformly: rejects in at most a share alpha of
leak-free releases (max-T of Westfall and Young 1993; p-values of Phipson and Smyth 2010). Counts are two-sided,
since a missing top is a finding too; with few expected counts the lower side cannot be significant, and because
the smallest p-value is itself judged by permutation, nothing is lost to the upper side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthaudit.runtime.engine import spread
from synthaudit.statistics.observed import Observed, observe
from synthaudit.statistics.permutation import Relabelled, Run, relabelled
from synthaudit.statistics.units import check, random_order
from synthaudit.types import BoolArray, Decision, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FamilyTest:
    """The decision, and what each of the K attacks contributed to it."""

    decision: Decision
    pvalue: FloatArray
    """(K,) of the AUC, two-sided, this attack alone."""
    pvalue_adjusted: FloatArray
    """(K,) of the AUC within the family: the maximum of |z| over all attacks is compared with this attack's."""
    z: FloatArray
    """(K,) the AUC in standard errors of its permutation law; negative where members score below non-members, and 0,
    with p = 1, where everybody has one score."""
    n_true_positives: IntArray
    """(K,) members above the 1 % FPR threshold, ties by ``order``."""
    pvalue_top: FloatArray
    """(K,) exact two-sided p-value of that count, this attack alone."""
    tie_block: IntArray
    """(K,) candidates tied with that threshold; 1 = none."""
    order: IntArray
    """(N,) the random order that broke the ties."""


def family_decision(
    scores: npt.ArrayLike,
    names: Sequence[str],
    is_member: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    n_permutations: int = 9_999,
    alpha: float = 0.05,
    order: npt.ArrayLike | None = None,
    run: Run = spread,
) -> FamilyTest:
    """Decide whether any attack of the family tells members from non-members.

    Parameters
    ----------
    scores : (K, N) array of float
        One row per attack, one column per unit.
    names : K strings
        ``attack/view``.
    is_member : (N,) array of bool
    rng : numpy.random.Generator
        Source of the order of ties, then of the permutations.
    n_permutations : int
        B; every p-value is (1 + #{T_b >= T}) / (B + 1) and so never below 1 / (B + 1).
    alpha : float
        Error of the decision; half goes to each family.
    order : (N,) array, optional
        Tie order drawn earlier; else drawn here.
    run : callable
        Draws the permutations, in parts; the result does not depend on where.

    Returns
    -------
    FamilyTest

    Examples
    --------
    >>> rng, is_member = np.random.default_rng(0), np.arange(400) < 200
    >>> scores = rng.normal(size=(2, 400)) + [[0.0], [0.6]] * is_member
    >>> test = family_decision(scores, ["dcr/l2", "linkage_sum/cells"], is_member, rng=rng, n_permutations=999)
    >>> test.decision.detected, test.decision.strongest, test.decision.pvalue_auc
    (True, 'linkage_sum/cells', 0.001)
    """
    score, label = check(np.atleast_2d(scores), is_member)
    if len(names) != len(score) or not len(score):
        raise ValueError(f"{len(names)} names for {len(score)} attacks")
    priority = random_order(len(label), rng) if order is None else np.asarray(order, dtype=np.int64)
    observed = observe(score, label, priority)
    null = relabelled(observed, label, n_permutations, rng, run)
    adjusted = (1.0 + np.array([null.at_least(size) for size in np.abs(observed.z)])) / (n_permutations + 1)
    return FamilyTest(
        decision=_decide(observed, null, float(adjusted.min()), names, alpha / 2),
        pvalue=(1.0 + null.n_as_extreme) / (n_permutations + 1),
        pvalue_adjusted=adjusted,
        z=observed.z,
        n_true_positives=observed.n_true_positives,
        pvalue_top=observed.p_top,
        tie_block=observed.tie_block,
        order=priority,
    )


def _decide(
    observed: Observed, null: Relabelled, pvalue_auc: float, names: Sequence[str], alpha_each: float
) -> Decision:
    """Reject where either family does, each at ``alpha_each``."""
    n_permutations = len(null.largest_z)
    pvalue_top = float((1 + (null.smallest_p <= observed.p_count.min()).sum()) / (n_permutations + 1))
    strongest, direction = observed.strongest(pvalue_auc, pvalue_top)
    # The test rejects where fewer than alpha_each (B + 1) of the B + 1 maxima are at least as large.
    rank = max(int(alpha_each * (n_permutations + 1) + 1e-9), 1)
    return Decision(
        detected=pvalue_auc <= alpha_each or pvalue_top <= alpha_each,
        pvalue_auc=pvalue_auc,
        pvalue_top=pvalue_top,
        alpha_each=alpha_each,
        critical_z=float(null.largest_z[-rank]),
        n_attacks=len(observed.z),
        n_permutations=n_permutations,
        strongest=names[strongest],
        direction=direction,
        hole=1 + int((null.smallest_p <= observed.emptiest).sum()) <= alpha_each * (n_permutations + 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Permutations:
    """One order of ties and one set of relabellings, shared by many tests of the same units."""

    is_member: BoolArray
    order: IntArray
    n_permutations: int
    seed: int

    @classmethod
    def draw(cls, is_member: npt.ArrayLike, rng: np.random.Generator, n_permutations: int = 999) -> "Permutations":
        """Draw them for these labels (N,)."""
        label = np.asarray(is_member, dtype=np.bool_)
        return cls(
            is_member=label,
            order=random_order(len(label), rng),
            n_permutations=n_permutations,
            # The relabellings are drawn again from their seed: as quick as reading them back, and no memory.
            seed=int(rng.integers(2**63)),
        )

    def detects(self, scores: npt.ArrayLike, alpha: float = 0.05) -> bool:
        """Whether :func:`family_decision` rejects at ``alpha`` for scores (K, N).

        Examples
        --------
        >>> shared = Permutations.draw(np.arange(100) < 50, np.random.default_rng(0))
        >>> shared.detects(np.arange(100.0)), shared.detects(np.arange(100.0) % 2)
        (True, False)
        """
        score = np.atleast_2d(np.asarray(scores, dtype=np.float64))
        return family_decision(
            score,
            [""] * len(score),
            self.is_member,
            rng=np.random.default_rng(self.seed),
            n_permutations=self.n_permutations,
            alpha=alpha,
            order=self.order,
        ).decision.detected


def detects(
    scores: npt.ArrayLike,
    is_member: npt.ArrayLike,
    rng: np.random.Generator,
    n_permutations: int = 999,
    alpha: float = 0.05,
) -> bool:
    """Whether :func:`family_decision` rejects at ``alpha``: the same rule with fewer permutations, for planted leaks.

    Examples
    --------
    >>> detects(np.arange(100.0), np.arange(100) < 50, np.random.default_rng(0))
    True
    """
    return Permutations.draw(is_member, rng, n_permutations).detects(scores, alpha)
