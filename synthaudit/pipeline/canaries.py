"""Made-up people of a sealed split, and whether the release tells which of them were in the training table.

They are nobody's record, so what the release says of them it can only have learned from the training table. They stand
in the pile as further candidates, unlabelled, and are compared with each other alone: coins decided who was in.
"""

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks import QUICK_CLAIMS, QUICK_FAMILY, QUICK_VIEWS
from synthaudit.checks.copies import compared_columns
from synthaudit.checks.epsilon import ATTACK, CONFIDENCE, as_bound
from synthaudit.encoding import CellEncoder, QuantileSpace, joined, row_codes
from synthaudit.pipeline.streamed import Streamed
from synthaudit.pipeline.suite import gaps_of, names_of, run_attacks
from synthaudit.settings import Settings
from synthaudit.statistics.copies import copies_test
from synthaudit.statistics.epsilon import one_run
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.roc import auc
from synthaudit.types import AuditData, CanaryTest, Cells, Coverage, EpsilonBound

TEST = "canaries"
KNOWN = 0.01
"""p below which the release is said to know them."""
FEWEST = 10
_TESTS = 3
"""AUCs, counts at the top, copies: each has a third of the error."""


def measure_canaries(
    data: AuditData,
    encoder: CellEncoder,
    space: QuantileSpace,
    pile: Pile,
    synthetic: Cells,
    settings: Settings,
    delta: float,
    rng: np.random.Generator,
) -> tuple[CanaryTest | None, EpsilonBound | None, Coverage]:
    """Test the canaries by the attacks of the profile quick, and bound epsilon by them.

    Parameters
    ----------
    synthetic : Cells
        The release, in canonical order, or the sample of it that is held.
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
    each at a third of 1 %: the largest |z| of the AUC, the most surprising count at the top
    (:func:`randomisation.family_decision`), and verbatim copies (hypergeometric).
    """
    assert data.canaries is not None
    assert data.canary_is_in is not None
    is_in, cells = data.canary_is_in, encoder.encode(data.canaries)
    n_in, n_out = int(is_in.sum()), int((~is_in).sum())
    if min(n_in, n_out) < 2:
        reason = f"{n_in} canaries were in the training table and {n_out} were not; at least two of each are needed"
        return None, None, Coverage(test=TEST, status="ran_low_power", reason=reason, blocks_pass=True)
    everybody = joined(pile.candidates, cells)
    # The list has those that were in first: shuffled, so that no order tells.
    order = rng.permutation(len(everybody))
    places = np.argsort(order)[len(pile.candidates) :]
    attacking = attacker(
        data.schema,
        space,
        everybody.take(order),
        pile.reference,
        jobs=settings.jobs,
        views=QUICK_VIEWS,
        competing=QUICK_CLAIMS,
    )
    whole = Streamed.of(data)
    view = attacking.look_at(synthetic, **({} if whole is None else whole.nearest(encoder, attacking, settings.engine)))
    scored = run_attacks(QUICK_FAMILY, view, attacking.candidates, rng, lambda *_: None)
    scores, names = scored.rows[:, places], names_of(scored.attacks, ("",))
    decision = family_decision(scores, names, is_in, rng=rng, n_permutations=settings.n_permutations).decision
    if whole is None:
        rows = row_codes({"canaries": cells, "synthetic": synthetic}, compared_columns(data.schema))
        is_copied = np.isin(rows["canaries"], rows["synthetic"])
    else:
        is_copied = whole.is_copied(encoder, cells)
    if data.canaries_named is not None:
        is_copied |= data.canaries_named
    copied = copies_test(is_copied, is_in)
    pvalue = min(1.0, _TESTS * min(decision.pvalue_auc, decision.pvalue_top, copied.pvalue))
    score = scores[names.index(ATTACK)]
    n_copied = int((is_copied & is_in).sum())
    if pvalue < KNOWN:
        told = "The release tells which of them were in"
    elif n_copied > (is_copied & ~is_in).sum():
        told = "More of those that were in than of the others occur word for word, too few to rule out chance"
    else:
        told = "No sign that the release knows them"
    test = CanaryTest(
        n_in=n_in,
        n_out=n_out,
        copied_in=n_copied,
        copied_out=int((is_copied & ~is_in).sum()),
        auc=auc(score, is_in),
        pvalue=pvalue,
        known=pvalue < KNOWN,
        reason=told,
    )
    found = one_run(score, is_in, rng.permutation(len(is_in)), delta=delta, alpha=1 - CONFIDENCE)
    bound = as_bound(found, delta, "add_remove", "canaries", len(is_in), ATTACK)
    few = min(n_in, n_out) < FEWEST and not test.known
    gaps = gaps_of(scored, TEST)
    few |= bool(gaps)
    reason = f"{len(is_in)} made-up people, {n_in} of them in the training table: {told[0].lower()}{told[1:]}"
    reason += "".join(f"; {gap.test}: {gap.reason}" for gap in gaps)
    return (
        test,
        bound,
        Coverage(test=TEST, status="ran_low_power" if few else "ran", reason=reason, blocks_pass=test.known or few),
    )
