"""The worst-case auditor: a model of all scores at once, trained on labels and judged on people it has yet to see.

No attacker can train it, for nobody else knows the labels. It bounds what a combination of the attacks could reach, so
a pass asks for it; its p-value is that of the progressive test and never a permutation of finished scores.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.statistics.laws import normal_quantile
from synthaudit.statistics.progressive import progressive_test
from synthaudit.statistics.ranks import midranks
from synthaudit.statistics.units import folds
from synthaudit.types import BoolArray, Estimate, FloatArray, IntArray, Measured, Stack
from synthaudit.verdict.levels import STACK_ALPHA

N_FOLDS = 5
_RIDGE = 0.01
"""Inverse strength of the penalty: there are about fifty features that say nearly the same."""


def rank_features(scores: FloatArray) -> FloatArray:
    """Ranks of all scores and their tails: what a stack reads.

    Parameters
    ----------
    scores : (n_scores, n) array of float

    Returns
    -------
    (n, 2 n_scores) array of float
        ``u = (r - 1/2) / n`` with mid-ranks r, then ``-log(1 - u)``, which spreads out the few at the top.
        Label-blind, and no score has a scale of its own.
    """
    ranks = (midranks(scores) - 0.5) / scores.shape[1]
    return np.asarray(np.concatenate([ranks, -np.log1p(-ranks)]).T, dtype=np.float64)


def fit_score(features: FloatArray, labels: BoolArray, unseen: FloatArray, seed: int) -> FloatArray:
    """Train on some people and score others: ridge-logistic regression and boosting, their ranks averaged.

    Returns
    -------
    (n_unseen,) array of float
        In (0, 1), higher = more likely a member.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    linear = LogisticRegression(C=_RIDGE, max_iter=1_000)
    linear.fit((features - centre) / spread, labels)
    trees = HistGradientBoostingClassifier(
        learning_rate=0.12,
        max_iter=40,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        l2_regularization=10.0,
        max_bins=64,
        early_stopping=False,
        random_state=seed,
    )
    half = features.shape[1] // 2
    # A tree sees the order only, and the tail has the order of the rank.
    trees.fit(features[:, :half], labels)
    votes: list[npt.NDArray[np.float64]] = [
        linear.decision_function((unseen - centre) / spread),
        trees.decision_function(unseen[:, :half]),
    ]
    return np.asarray(np.mean([midranks(vote) for vote in votes], axis=0) / (len(unseen) + 1), dtype=np.float64)


def run_stack(scores: FloatArray, is_member: BoolArray, rng: np.random.Generator) -> Stack:
    """Measure what the best combination of the attacks finds.

    Parameters
    ----------
    scores : (n_scores, n_units) array of float
        Every attack of the family by unit, label-blind.
    is_member : (n_units,) array of bool
    rng : numpy.random.Generator

    Returns
    -------
    Stack
        The model for each fold has seen the folds before it only, so p-value and interval are valid
        (``statistics.progressive``).
    """
    features = rank_features(scores)
    seeds = iter(rng.integers(2**31, size=N_FOLDS))

    def score(train: IntArray, test: IntArray) -> FloatArray:
        return fit_score(features[train], is_member[train], features[test], int(next(seeds)))

    test = progressive_test(score, is_member, folds(len(is_member), N_FOLDS, rng), rng)
    low, high = _bounds(test.auc)
    return Stack(
        auc=test.auc,
        pvalue=test.pvalue,
        lower_bound=low,
        upper_bound=high,
        n_scores=len(scores),
        n_folds=N_FOLDS,
    )


def _bounds(auc: Measured) -> tuple[float | None, float | None]:
    """Bounds of max(AUC, 1 - AUC): to fail by, at one error in a thousand, and to pass by."""
    if not isinstance(auc, Estimate):
        return None, None
    # A perfect separation has no logit.
    low, middle, high = logit(np.clip([auc.low, auc.value, auc.high], 1e-6, 1 - 1e-6))
    wider = normal_quantile(STACK_ALPHA / 2) / normal_quantile((1 - auc.confidence_level) / 2)
    nearest = max(middle - wider * (middle - low), -(middle + wider * (high - middle)), 0.0)
    return float(expit(nearest)), float(max(auc.high, 1 - auc.low))


def run(context: Attacked) -> Result[Stack]:
    """Train on some and judge on others; too few people leave it without an interval."""
    stack = run_stack(context.scores, context.pile.is_member, context.rng)
    if isinstance(stack.auc, Estimate):
        coverage = line(STEP.name, "ran", N_("a model of all scores, judged on people it has yet to see"))
    else:
        coverage = line(STEP.name, "ran_low_power", N_("too few people to train on"))
    return Result(value=stack, coverage=(coverage,))


STEP: Step[Attacked, Stack] = Step(
    name=N_("combination of attacks"),
    stage="attacked",
    run=run,
    stream=(8,),
    profiles=("standard", "thorough"),
    left_out=N_("the profile quick trains no model of all attacks together; the profile standard does"),
    cost="spare",
    beside=True,
)
