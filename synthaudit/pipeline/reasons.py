"""The reasons of a report in their order: what decides, what was seen, and what else stands against a pass."""

from synthaudit.checks.likeness import Likeness
from synthaudit.pipeline.diagnosis import by_itself, seen, suspected, used_again
from synthaudit.types import Repeats, WithoutHoldout
from synthaudit.verdict import Grounds, Verdict, in_words, leakage_detected
from synthaudit.verdict.reasons import claim_refuted, deleted_in_train, pieces_found
from synthaudit.verdict.sentences import sentence


def reasons(
    grounds: Grounds,
    verdict: Verdict,
    *,
    likeness: Likeness | None,
    repeats: Repeats | None,
    without_holdout: WithoutHoldout | None,
) -> tuple[str, ...]:
    """What a report says of itself, in sentences.

    Parameters
    ----------
    grounds, verdict
        What was measured, and how it stands to the chosen policy.
    likeness, repeats
        For what was seen; see :func:`synthaudit.pipeline.diagnosis.seen`.
    without_holdout : WithoutHoldout or None
        Hints, told where no leakage was detected.

    Returns
    -------
    tuple of str
        That deleted people are in train; what decides; what else exceeds a limit, the gravest first; that the vendor's
        claim is refuted; what was seen; what else stands against a pass. Each once, and at least one.
    """
    detected = leakage_detected(grounds)
    diagnosis = seen(
        leakage_detected=detected,
        decision=grounds.decision if grounds.figures_hold else None,
        copies=grounds.copies,
        reuse=grounds.reuse if grounds.figures_hold else None,
        stack=grounds.stack if grounds.figures_hold else None,
        likeness=likeness,
        repeats=repeats,
        copies_said=any(gate.name == "copies" and gate.outcome != "pass" for gate in verdict.gates),
    )
    first = [sentence(reason) for reason in (deleted_in_train(grounds.deleted),) if reason is not None]
    claim = [sentence(reason) for reason in (claim_refuted(grounds.claim),) if reason is not None]
    own = used_again(grounds.identifiers, grounds.single_rows)
    pieces = [sentence(pieces_found(grounds.cells))] if grounds.cells and grounds.holds_pieces else []
    alone = by_itself(grounds)
    hints = () if detected else suspected(without_holdout)
    exceeded = [sentence(gate.reason) for gate in verdict.against if gate.outcome == "fail"]
    others = [sentence(gate.reason) for gate in verdict.against]
    found = [*own, *diagnosis, *pieces, *alone, *hints]
    told = dict.fromkeys([*first, in_words(verdict).deciding, *exceeded, *claim, *found, *others])
    # A sentence that another begins with says nothing more.
    return tuple(said for said in told if not any(other != said and other.startswith(said) for other in told))
