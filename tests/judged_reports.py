"""Reports of every kind, judged by the verdict itself: no audit runs here, and no sentence is written by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from example_report import EPSILON, NO_HOLDOUT, PASS, RELEASES
from verdict_cases import (
    CLEAN,
    CONTROLS,
    COPIES,
    DELETED,
    DETECTED,
    EXPOSED,
    REFUTED,
    TPR,
    cells,
    column,
    control,
    estimate,
    finding,
    identifier,
    identifiers,
    planted,
    release,
    reuse,
    risk,
    risks,
    stack,
)

from synthaudit.adapters.policy import policies
from synthaudit.evidence import from_json, to_json
from synthaudit.pipeline.reasons import reasons
from synthaudit.types import (
    AuditReport,
    BeyondCopy,
    Coverage,
    Decidable,
    Delivered,
    Policy,
    SingleCopies,
    StrangersCopied,
    Worst,
)
from synthaudit.verdict import Grounds, decide, in_words, leakage_detected

PROFILES = ("quick", "standard", "thorough")
POLICIES = {policy.name: policy for policy in policies()}
PLANTED = tuple(planted(share=policy.tpr_at_fpr, found=10, gates=(policy.name,)) for policy in POLICIES.values())
AS_EVER = replace(CONTROLS, planted=PLANTED)
HIDDEN = Coverage(test="shadow attacks", status="not_run", reason="left out by the profile")
GAP = Coverage(test="columns", status="not_run", reason="1 column was left out on request", blocks_pass=True)
FOUND = Coverage(test="disguise", status="ran", reason="levels have other names", blocks_pass=True)
NO_TABLE = Coverage(test="membership attacks", status="not_run", reason="no holdout was given", blocks_pass=True)


def _copies(members: int, others: int, low: float, high: float) -> Any:
    share = members / 2_000 - others / 2_000
    excess = replace(estimate(share), low=low, high=high)
    single = SingleCopies(
        train=members, holdout=others, n_train=2_000, n_holdout=2_000, lower_bound=low, upper_bound=high, twins=0.0
    )
    pvalue = 1e-9 if low > 0 else 0.5
    return replace(COPIES, train=members, holdout=others, excess=excess, pvalue=pvalue, single=single)


QUIET = finding(tpr_high=0.02)


def _attack(auc: float, found: float, low: float, high: float) -> dict[str, Any]:
    """One attack; ``low`` and ``high`` are the bounds of members found, those of the AUC lie .03 around it."""
    made = finding(auc, auc - 0.03, auc + 0.03, found, low, high)
    return {"findings": (made, QUIET)}


NEAR_EVERYBODY = {
    **_attack(0.99, 0.98, 0.95, 1.0),
    "decision": DETECTED,
    "exposure": replace(EXPOSED, n_exposed=1_900),
    "copies": _copies(52, 2, 0.014, 0.036),
}
NOBODY_ELSE = {
    "findings": (),
    "decision": None,
    "exposure": None,
    "controls": None,
    "coverage": (NO_TABLE,),
    "copies": replace(COPIES, n_holdout=0, single=None, excess=replace(estimate(0.0), low=-0.002)),
}
GROUNDS: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "a small leak": {**_attack(0.53, 0.02, 0.011, 0.0213), "decision": DETECTED},
    "all together": {"stack": stack(0.52, 0.5, 0.54)},
    "near copies of everybody": NEAR_EVERYBODY,
    "verbatim copies": {**_attack(0.62, 0.31, 0.28, 0.34), "copies": _copies(600, 0, 0.27, 0.33), "decision": DETECTED},
    "the training table": {"copies": replace(COPIES, identical_to_train=True)},
    "people exposed alone": {"exposure": replace(EXPOSED, n_exposed=3), "decision": DETECTED},
    "too few people": {**_attack(0.56, 0.03, 0.0, 0.2), "copies": _copies(0, 0, -0.01, 0.011)},
    "a secret": {"risks": risks(risk("income", 0.4, 0.5))},
    "a secret, maybe": {"risks": risks(risk("income", 0.0, 0.25))},
    "a planting stopped": {"controls": replace(AS_EVER, planted=tuple(replace(p, found=2, of=5) for p in PLANTED))},
    "nothing planted": {"controls": replace(AS_EVER, planted=())},
    "two populations": {
        **NEAR_EVERYBODY, "copies": COPIES, "controls": replace(AS_EVER, blind_baseline=control("failed")),
    },
    "the null control failed": {
        **NEAR_EVERYBODY, "copies": COPIES, "controls": replace(AS_EVER, null=control("failed")),
    },
    "the holdout was seen": {
        "copies": replace(COPIES, strangers=StrangersCopied(rows=40, pvalue=1e-6, pvalue_sharper=0.2)),
        "exposure": replace(EXPOSED, n_exposed=0),
    },
    "rows removed": {"decision": replace(DETECTED, direction="far")},
    "a claim refuted": {"claim": REFUTED},
    "a claim refuted beside a fail": {**NEAR_EVERYBODY, "claim": REFUTED},
    "a claim that stands": {"claim": replace(REFUTED, stands="not_refuted", reason="at least 0.1 was shown")},
    "people not deleted": {"deleted": replace(DELETED, n_in_train=40)},
    "people still known": {"deleted": replace(DELETED, known=True)},
    "values of one person": {"identifiers": identifiers(identifier(members=20, reused=True, excess_low=0.02))},
    "cells": {"cells": cells(0.2)},
    "rare values": {"reuse": reuse(column("income"))},
    "one of several releases": {"releases": (release(0.01), release(0.6))},
    "a gap": {"coverage": (GAP, HIDDEN)},
    "a finding of the record": {"coverage": (FOUND, HIDDEN)},
    "without a holdout": NOBODY_ELSE,
    "copies without a holdout": {
        **NOBODY_ELSE,
        "copies": replace(_copies(48, 0, 0.02, 0.03), n_holdout=0, single=None),
    },
    "more than was audited": {"delivered": Delivered(beyond=(BeyondCopy(kind="row_order", n=2_000),))},
    "a large release": {"sampled": (50_000, 900_000)},
}  # fmt: skip
"""What was measured, by what it is; everything else as in a clean audit."""


def judged(name: str, policy: Policy, profile: str) -> AuditReport:
    """A report of these grounds as an audit puts it together, written and read again."""
    usual: dict[str, Any] = {"findings": (QUIET, QUIET), "controls": AS_EVER, "coverage": (HIDDEN,), "profile": profile}
    grounds = replace(CLEAN, **{**usual, **GROUNDS[name]})
    compared = bool(grounds.findings)
    everybody = (policy, *(each for each in POLICIES.values() if each.name != policy.name))
    can = [_decidable(each, grounds) for each in everybody] if compared else []
    verdicts = [decide(each, grounds, line) for each, line in zip(everybody, can or (None,) * 3, strict=True)]
    alone = None if compared else NO_HOLDOUT.without_holdout
    report = replace(
        PASS,
        outcome=verdicts[0].outcome,
        leakage_detected=leakage_detected(grounds),
        policy=policy,
        profile=profile,
        unit="entity" if profile == "standard" else "row",
        reasons=reasons(grounds, verdicts[0], likeness=None, repeats=None, without_holdout=alone),
        uses=tuple(map(in_words, verdicts)),
        decidable=tuple(can),
        worst=_worst(grounds),
        **{field: getattr(grounds, field) for field in AS_THEY_ARE},
        epsilon=EPSILON if grounds.claim else None,
        releases=RELEASES if grounds.releases else (),
        without_holdout=alone,
        **({} if compared else NOTHING_COMPARED),
    )
    return from_json(to_json(report))


AS_THEY_ARE = (
    "findings", "decision", "stack", "copies", "exposure", "controls", "coverage", "reuse", "cells", "claim", "risks",
    "deleted", "identifiers", "single_rows", "delivered",
)  # fmt: skip
"""What a report takes over from its grounds."""
NOTHING_COMPARED: Mapping[str, Any] = {
    "curve": (),
    "smallest_detectable": None,
    "subgroups": (),
    "tables": tuple(table for table in PASS.tables if table.role != "holdout"),
}


def _decidable(policy: Policy, grounds: Grounds) -> Decidable:
    if GAP in grounds.coverage:
        return Decidable(use=policy.name, pass_probability=0.0, n_needed=None, ruled_out=GAP.test)
    return Decidable(use=policy.name, pass_probability=0.42, n_needed=4_321)


def _worst(grounds: Grounds) -> Worst | None:
    if not grounds.findings:
        return None
    first = grounds.findings[0]
    auc, found = first.estimates["auc"], first.estimates[TPR]
    return Worst(attack=first.attack, view=first.view, auc=auc, tpr_at_fpr=found)


def every() -> Iterator[tuple[str, AuditReport]]:
    """All grounds under all policies, with the profiles in turn."""
    for i, name in enumerate(GROUNDS):
        for j, policy in enumerate(POLICIES.values()):
            yield f"{name}, {policy.name}", judged(name, policy, PROFILES[(i + j) % 3])
