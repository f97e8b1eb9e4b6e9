"""The label-free family and the stack on tables whose truth is known, without what an audit does around them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tables import schema_of
from threadpoolctl import threadpool_limits

from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks import ATTACKS
from synthaudit.encoding import canonical_order, fit_cells, fit_space, joined
from synthaudit.pipeline.steps.stacking import run_stack
from synthaudit.pipeline.suite import names_of, run_attacks
from synthaudit.statistics.family_test import family_decision
from synthaudit.types import Attack, BoolArray, Decision, FloatArray, IntArray, Stack

LABEL_FREE = tuple(attack for attack in ATTACKS if attack.threat_model != "shadow")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suite:
    """What the family and the stack say of one release."""

    names: list[str]
    scores: FloatArray
    """(n_attacks * views by unit, n_units)"""
    is_member: BoolArray
    decision: Decision
    stack: Stack


def suite(
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    reference: pd.DataFrame,
    release: pd.DataFrame,
    seed: int,
    entities: tuple[IntArray, IntArray] | None = None,
    attacks: tuple[Attack, ...] = LABEL_FREE,
) -> Suite:
    """Run the label-free attacks, the decision over them and the progressive stack, on one thread."""
    streams = iter(np.random.default_rng(seed).spawn(4))
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout, reference], [release])
    members, others, known, synthetic = (encoder.encode(table) for table in (train, holdout, reference, release))
    train_entity, holdout_entity = entities or (None, None)
    pile = make_pile(
        members, others, known, train_entity=train_entity, holdout_entity=holdout_entity, rng=next(streams)
    )
    assert pile.reference is not None
    synthetic = synthetic.take(canonical_order(synthetic))
    space = fit_space(schema, joined(pile.candidates, pile.reference), synthetic)
    with threadpool_limits(limits=1):
        view = attacker(schema, space, pile.candidates, pile.reference).look_at(synthetic)
        scored = run_attacks(attacks, view, pile.candidates, next(streams), lambda *_: None)
        scores = pile.by_unit(scored.rows)
        names = names_of(scored.attacks, pile.suffixes)
        assert len(scored.attacks) == len(attacks)
        test = family_decision(scores, names, pile.is_member, rng=next(streams), n_permutations=999)
        stack = run_stack(scores, pile.is_member, next(streams))
    return Suite(names=names, scores=scores, is_member=pile.is_member, decision=test.decision, stack=stack)
