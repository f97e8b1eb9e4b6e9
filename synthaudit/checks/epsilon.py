"""What a sealed split by coins says of epsilon, and whether the vendor's claim stands."""

from dataclasses import replace

import numpy as np

from synthaudit.adapters.config import Claims
from synthaudit.attacker.candidates import Pile
from synthaudit.attacks import CLAIM
from synthaudit.files.catalogue import N_
from synthaudit.statistics.epsilon import OneRun, largest_tpr, of_group, of_replacement, one_run, one_run_pairs
from synthaudit.types import (
    AuditData,
    ClaimCheck,
    Design,
    EpsilonBound,
    FloatArray,
    IntArray,
    NotEstimable,
    Relation,
)

ATTACK = f"{CLAIM.name}/{CLAIM.view}"
"""Whose scores guess who was in."""
CONFIDENCE = 0.95
_TESTED: dict[Design, Relation] = {"coins": "add_remove", "pairs": "replace_one"}
_NO_COINS = N_("the split was not drawn by coins; `synthaudit split --coins` or `--pairs` draws one")
_SINGLE_ROWS = N_("claimed for single rows; a person has up to {rows:,} here, so epsilon counts {rows:,} times")
_SEVERAL = N_("claimed for one release; {n} are attacked together, so epsilon and delta count {n} times")
_NOT_ADDING = N_("the claim {mismatch}; coins test adding and removing, so the two cannot be compared")


def bound_epsilon(
    data: AuditData, pile: Pile, names: list[str], scores: FloatArray, order: IntArray, delta: float
) -> EpsilonBound | NotEstimable:
    """Bound epsilon from below, if every candidate was in or out by a coin.

    Parameters
    ----------
    names : list of str
        ``attack/view`` of each row of ``scores``.
    scores : (n_attacks, n_units)
        Label-blind scores by unit.
    order : (n_units,)
        The random order that breaks ties.
    delta : float
        Of the guarantee in question.
    """
    sealed = data.sealed
    if sealed is None or sealed.design == "fixed":
        return NotEstimable(not_estimable=_NO_COINS)
    if data.reference is None:
        return NotEstimable(not_estimable=N_("no reference was set aside before the coins"))
    name = f"{ATTACK}:max" if pile.by_person else ATTACK
    if name not in names:
        return NotEstimable(not_estimable=N_("the attack that makes the guesses did not run"))
    score = scores[names.index(name)]
    if sealed.design == "coins":
        audit, n_coins = one_run(score, pile.is_member, order, delta=delta, alpha=1 - CONFIDENCE), len(score)
    else:
        first, second = _partners(data, pile)
        if first is None or second is None:
            return NotEstimable(not_estimable=N_("a partner of a pair is not among the candidates"))
        n_coins = len(first)
        audit = one_run_pairs(
            score[first], score[second], pile.is_member[first], order[:n_coins], delta=delta, alpha=1 - CONFIDENCE
        )
    units = N_("people") if pile.by_person else N_("rows")
    return as_bound(audit, delta, _TESTED[sealed.design], units, n_coins, name)


def as_bound(audit: OneRun, delta: float, relation: Relation, units: str, n_coins: int, attack: str) -> EpsilonBound:
    """The bound as the report holds it."""
    return EpsilonBound(
        lower_bound=audit.lower_bound,
        ceiling=audit.ceiling,
        delta=delta,
        confidence_level=CONFIDENCE,
        relation=relation,
        units=units,  # type: ignore[arg-type]
        n_coins=n_coins,
        attack=attack,
        tries=audit.tries,
    )


def _partners(data: AuditData, pile: Pile) -> tuple[IntArray, IntArray] | tuple[None, None]:
    """(m,) units of either partner of each pair; which one comes first depends on the order of the pile alone."""
    row_pair = np.empty(len(pile.unit), dtype=np.int64)
    row_pair[pile.from_train] = data.pair["train"][pile.source_row[pile.from_train]]
    row_pair[~pile.from_train] = data.pair["holdout"][pile.source_row[~pile.from_train]]
    pair = np.empty(len(pile.is_member), dtype=np.int64)
    pair[pile.unit] = row_pair
    by_pair = np.argsort(pair, kind="stable")
    counts = np.unique(pair, return_counts=True)[1]
    if (pair < 0).any() or (counts != 2).any():
        return None, None
    return by_pair[0::2], by_pair[1::2]


def convert_claim(claim: Claims, data: AuditData, *, by_person: bool) -> ClaimCheck:
    """The vendor's claim in the units and neighbours of this audit, before anything is measured.

    A careless comparison accuses a vendor at up to twice the claim, so every step errs towards the vendor: a claim for
    rows is stretched to the most rows that a person has, a claim for adding or removing is doubled where pairs replace,
    and a claim for replacing is not held against coins that add and remove.
    """
    epsilon, delta = claim.dp_epsilon, claim.dp_delta
    steps = []
    design = None if data.sealed is None else data.sealed.design
    by_canaries = design == "fixed" and data.canaries is not None
    # A canary is one row, so a claim for rows speaks of it as it stands.
    rows = _most_rows(data) if by_person and not by_canaries and claim.unit == "row" else 1
    if rows > 1:
        epsilon, delta = of_group(epsilon, delta, rows)
        steps.append(_SINGLE_ROWS.format(rows=rows))
    if len(data.releases) > 1:
        n = len(data.releases)
        epsilon, delta = n * epsilon, n * delta
        steps.append(_SEVERAL.format(n=n))
    adds = design == "coins" or by_canaries
    known: float | None = epsilon
    if adds and claim.relation != "add_remove":
        mismatch = (
            N_("is for replacing a unit") if claim.relation else N_("does not say which tables count as neighbours")
        )
        steps.append(_NOT_ADDING.format(mismatch=mismatch))
        known = None
    elif rows > 1 and not adds and claim.relation != "add_remove":
        steps.append(
            N_(
                "the claim is for replacing a row, or does not say; pairs replace people of different numbers of "
                "rows, which no replacing of rows does, so the two cannot be compared"
            )
        )
        known = None
    elif not adds and claim.relation != "replace_one":
        epsilon, delta = of_replacement(epsilon, delta)
        known = epsilon
        basis = (
            N_("claimed for adding or removing a unit")
            if claim.relation
            else N_("the claim does not name its neighbours")
        )
        steps.append(N_("{basis}; replacing one is both in turn, so epsilon counts twice").format(basis=basis))
    delta = min(delta, 1.0)
    return ClaimCheck(
        epsilon=claim.dp_epsilon,
        delta=claim.dp_delta,
        unit=claim.unit,
        relation=claim.relation,
        converted_epsilon=known,
        converted_delta=None if known is None else delta,
        conversion=tuple(steps),
        largest_tpr=None if known is None else largest_tpr(known, delta),
        stands="not_tested",
        reason=steps[-1] if known is None else N_("no bound could be made") if adds or design == "pairs" else _NO_COINS,
    )


def judge_claim(claim: ClaimCheck, bound: EpsilonBound | NotEstimable | None) -> ClaimCheck:
    """The claim held against the bound."""
    if claim.converted_epsilon is None or not isinstance(bound, EpsilonBound):
        return claim
    finding = N_("what was released shows an epsilon of at least {lower_bound:.3f} (95 %)").format(
        lower_bound=bound.lower_bound
    )
    if bound.lower_bound > claim.converted_epsilon:
        reason = N_("{finding}; the claim, in the same terms, is {converted_epsilon:.3f} at most").format(
            finding=finding, converted_epsilon=claim.converted_epsilon
        )
        return replace(claim, stands="refuted", reason=reason)
    if claim.converted_epsilon >= bound.ceiling:
        reason = N_(
            "with {n_coins:,} coins no epsilon above {ceiling:.3f} can be shown, and the claim is "
            "{converted_epsilon:.3f}"
        ).format(n_coins=bound.n_coins, ceiling=bound.ceiling, converted_epsilon=claim.converted_epsilon)
        return replace(claim, stands="not_tested", reason=reason)
    return replace(claim, stands="not_refuted", reason=f"{finding}; that does not refute the claim, nor prove it")


def _most_rows(data: AuditData) -> int:
    """Rows of the person who has most of them."""
    tables = [entity for entity in (data.train_entity, data.holdout_entity) if entity is not None and len(entity)]
    return max((int(np.unique(entity, return_counts=True)[1].max()) for entity in tables), default=1)
