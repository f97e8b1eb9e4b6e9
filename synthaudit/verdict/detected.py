"""What the grounds say by themselves, whatever the policy."""

from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import COPIES_ALPHA, STACK_ALPHA
from synthaudit.verdict.void import no_comfort


def leakage_detected(grounds: Grounds) -> bool | None:
    """By the family, the copies test, all attacks together, pieces of cells, single records, a group, a list of people
    said to be deleted, canaries, values of single people used again, or rows of non-members; without a holdout by what
    chance among the people of train does not explain; None where none of them could say, as where the people to compare
    with were known too.

    It speaks of membership alone: secrets that are guessed too well have a gate and no part in it.
    """
    copies = grounds.copies
    if copies.identical_to_train or copies.pvalue < COPIES_ALPHA or grounds.knows_deleted or grounds.knows_canaries:
        return True
    if grounds.identifiers_known or grounds.knows_strangers:
        return True
    if grounds.meets_people or grounds.keeps_to_people or grounds.quotes_people:
        return True
    if grounds.decision is None or not grounds.figures_hold:
        return None
    by_all_together = grounds.stack is not None and grounds.stack.pvalue < STACK_ALPHA
    detected = (
        grounds.decision.detected
        or by_all_together
        or grounds.knows_isolated
        or grounds.holds_pieces
        or bool(grounds.groups_at_risk)
        or grounds.release_pvalue < grounds.listed_alpha
    )
    return detected if detected or no_comfort(grounds) is None else None
