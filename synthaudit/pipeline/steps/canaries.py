"""Made-up people of a sealed split, and whether the release tells which of them were in the training table.

They are nobody's record, so what the release says of them it can only have learned from the training table. They stand
in the pile as further candidates, unlabelled, and are compared with each other alone: coins decided who was in.
"""

from collections.abc import Sequence

import numpy as np

from synthaudit.attacker.view import attacker
from synthaudit.attacks import QUICK_CLAIMS, QUICK_FAMILY, QUICK_VIEWS
from synthaudit.checks.copies import compared_columns
from synthaudit.checks.epsilon import ATTACK, CONFIDENCE, as_bound
from synthaudit.encoding import joined, row_codes
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import line
from synthaudit.pipeline.suite import Scored, gaps_of, names_of, run_attacks
from synthaudit.statistics.copies import copies_test
from synthaudit.statistics.epsilon import one_run
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.roc import auc
from synthaudit.types import BoolArray, CanaryTest, Cells, Coverage, EpsilonBound, FloatArray, IntArray

TEST = "canaries"
FEWEST = 10
_TESTS = 3
"""AUCs, counts at the top, copies: each has a third of the error."""


def measure_canaries(context: Attacked, delta: float) -> tuple[CanaryTest | None, EpsilonBound | None, Coverage]:
    """Test the canaries by the attacks of the profile quick, and bound epsilon by them.

    Parameters
    ----------
    context : Attacked
        Of a split that has canaries.
    delta : float
        Of the guarantee that epsilon is bounded for.

    Returns
    -------
    test : CanaryTest or None
        None where fewer than two were in, or out.
    bound : EpsilonBound or None
    coverage : Coverage
        Blocks a pass where the release tells who was in.

    Notes
    -----
    Exact whatever the generator: coins decided who was in, so given how many were, every set is as likely. Three tests,
    each at a third of the error: the largest |z| of the AUC, the most surprising count at the top
    (:func:`family_decision`), and verbatim copies (hypergeometric).
    """
    data, rng = context.data, context.rng
    assert data.canaries is not None
    assert data.canary_is_in is not None
    is_in, cells = data.canary_is_in, context.encoder.encode(data.canaries)
    n_in, n_out = int(is_in.sum()), int((~is_in).sum())
    if min(n_in, n_out) < 2:
        reason = N_(
            "{n_in} canaries were in the training table and {n_out} were not; at least two of each are needed"
        ).format(n_in=n_in, n_out=n_out)
        return None, None, line(TEST, "ran_low_power", reason, blocks_pass=True)
    scored, places = _attacked_among_candidates(context, cells)
    scores, names = scored.rows[:, places], names_of(scored.attacks, ("",))
    n_permutations = context.settings.n_permutations
    decision = family_decision(scores, names, is_in, rng=rng, n_permutations=n_permutations).decision
    score = scores[names.index(ATTACK)]
    pvalue, alpha = min(decision.pvalue_auc, decision.pvalue_top), context.error_budget.listed
    test = _judged(score, is_in, _is_copied(context, cells), pvalue, alpha)
    guesses = one_run(score, is_in, rng.permutation(len(is_in)), delta=delta, alpha=1 - CONFIDENCE)
    bound = as_bound(guesses, delta, "add_remove", "canaries", len(is_in), ATTACK)
    return test, bound, _cover(test, gaps_of(scored, TEST))


def _attacked_among_candidates(context: Attacked, canaries: Cells) -> tuple[Scored, IntArray]:
    """Scores of candidates and canaries in one shuffled pile, and where the canaries stand in it."""
    pile, settings, rng, streamed = context.pile, context.settings, context.rng, context.streamed
    everybody = joined(pile.candidates, canaries)
    # The list has those that were in first: shuffled, so that no order tells.
    order = rng.permutation(len(everybody))
    places = np.argsort(order)[len(pile.candidates) :]
    attacking = attacker(
        context.data.schema,
        context.space,
        everybody.take(order),
        pile.reference,
        jobs=settings.jobs,
        views=QUICK_VIEWS,
        competing=QUICK_CLAIMS,
    )
    whole = None if streamed is None else streamed.all_rows(context.encoder, attacking, settings.engine)
    view = attacking.look_at(context.release, whole=whole)
    return run_attacks(QUICK_FAMILY, view, attacking.candidates, rng, lambda *_: None), places


def _is_copied(context: Attacked, canaries: Cells) -> BoolArray:
    """(n_canaries,) whether the release holds the record, or its key."""
    data, streamed = context.data, context.streamed
    if streamed is None:
        rows = row_codes({"canaries": canaries, "synthetic": context.release}, compared_columns(data.schema))
        is_copied = np.isin(rows["canaries"], rows["synthetic"])
    else:
        is_copied = streamed.is_copied(context.encoder, canaries)
    return is_copied if data.canaries_named is None else is_copied | data.canaries_named


def _judged(
    score: FloatArray, is_in: BoolArray, is_copied: BoolArray, pvalue_attacks: float, alpha: float
) -> CanaryTest:
    pvalue = min(1.0, _TESTS * min(pvalue_attacks, copies_test(is_copied, is_in).pvalue))
    copied_in, copied_out = int((is_copied & is_in).sum()), int((is_copied & ~is_in).sum())
    if pvalue < alpha:
        reason = N_("The release tells which of them were in")
    elif copied_in > copied_out:
        reason = N_("More of those that were in than of the others occur word for word, too few to rule out chance")
    else:
        reason = N_("No sign that the release knows them")
    return CanaryTest(
        n_in=int(is_in.sum()),
        n_out=int((~is_in).sum()),
        copied_in=copied_in,
        copied_out=copied_out,
        auc=auc(score, is_in),
        pvalue=pvalue,
        known=pvalue < alpha,
        reason=reason,
    )


def _cover(test: CanaryTest, gaps: Sequence[Coverage]) -> Coverage:
    is_weak = (min(test.n_in, test.n_out) < FEWEST and not test.known) or bool(gaps)
    reason = N_("{n_out} made-up people, {n_in} of them in the training table:").format(
        n_out=test.n_in + test.n_out, n_in=test.n_in
    )
    reason += f" {test.reason[0].lower()}{test.reason[1:]}"
    reason += "".join(f"; {gap.test}: {gap.reason}" for gap in gaps)
    return line(TEST, "ran_low_power" if is_weak else "ran", reason, blocks_pass=test.known or is_weak)
