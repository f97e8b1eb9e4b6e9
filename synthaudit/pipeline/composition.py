"""Several releases of one source: each attacked alone, beside the union that the audit attacks as one.

Releases of one source add up: each may stay below a limit that all of them together exceed, since what one of them says
of a person is independent noise to the others.
"""

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.view import Attacker
from synthaudit.attacks import ATTACKS, QUICK_VIEWS, is_quick
from synthaudit.checks.copies import Side, count_rows, measure_copies
from synthaudit.encoding import CellEncoder, canonical_order
from synthaudit.pipeline.suite import gaps_of, names_of, run_attacks
from synthaudit.settings import Settings
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.roc import auc, tpr_at_fpr
from synthaudit.types import AuditData, Coverage, IntArray, ReleaseAlone

ATTACK = "linkage_claim/blended"
"""Shown for each release and for their union, fixed beforehand."""
_FAMILY = tuple(attack for attack in ATTACKS if is_quick(attack) and attack.threat_model != "shadow")


def each_release(
    data: AuditData,
    encoder: CellEncoder,
    pile: Pile,
    attacking: Attacker,
    settings: Settings,
    order: IntArray,
    rng: np.random.Generator,
) -> tuple[tuple[ReleaseAlone, ...], tuple[Coverage, ...]]:
    """Attack every release by itself.

    Parameters
    ----------
    data : AuditData
        With the union as ``synthetic`` and its parts as ``releases``.
    order : (n_units,)
        The random order that breaks ties, the same for everything.

    Returns
    -------
    found : tuple of ReleaseAlone
        In the order given; empty for a single release.
    coverage : tuple of Coverage
        Attacks that could not be made on one of them; each blocks a pass.
    """
    found: list[ReleaseAlone] = []
    gaps: list[Coverage] = []
    train, holdout = encoder.encode(data.train), None if data.holdout is None else encoder.encode(data.holdout)
    members = Side(cells=train, entity=data.train_entity)
    others = None if holdout is None else Side(cells=holdout, entity=data.holdout_entity)
    for part, stream in zip(data.releases, rng.spawn(len(data.releases)), strict=True):
        cells = encoder.encode(part.table)
        copies = measure_copies(data.schema, members, others, count_rows(data.schema, train, cells, holdout))
        view = attacking.look_at(cells.take(canonical_order(cells)), views=QUICK_VIEWS)
        scoring, testing = stream.spawn(2)
        scored = run_attacks(_FAMILY, view, pile.candidates, scoring, lambda *_: None)
        gaps += gaps_of(scored, f"release {len(found) + 1} alone")
        scores, names = pile.by_unit(scored.rows), names_of(scored.attacks, pile.suffixes)
        decision = family_decision(
            scores, names, pile.is_member, rng=testing, n_permutations=settings.n_permutations, order=order
        ).decision
        score = scores[names.index(f"{ATTACK}{pile.suffixes[0]}")]
        found.append(
            ReleaseAlone(
                n_rows=len(part.table),
                sha256=part.sha256,
                attack=f"{ATTACK}{pile.suffixes[0]}",
                auc=auc(score, pile.is_member),
                tpr_at_fpr=tpr_at_fpr(score, pile.is_member, 0.01, order=order),
                detected=decision.detected,
                pvalue=min(1.0, 2 * min(decision.pvalue_auc, decision.pvalue_top)),
                copies_train=copies.train,
                copies_holdout=copies.holdout,
            )
        )
    return tuple(found), tuple(gaps)
