"""From evidence to a verdict: pure, and the only place where a limit meets a number.

A pass has to be earned: every gate must pass. A fail needs one gate whose simultaneous lower bound lies above its
limit. Everything else is inconclusive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from synthaudit.files import printable
from synthaudit.types import (
    CanaryTest,
    ClaimCheck,
    ColumnReuse,
    Controls,
    Copies,
    Coverage,
    Decidable,
    Decision,
    Deleted,
    DeletedCopies,
    Estimate,
    Exposure,
    Finding,
    Gate,
    Outcome,
    PerRecord,
    Policy,
    ReleaseAlone,
    Reuse,
    Risk,
    Risks,
    Stack,
    Subgroup,
    UseVerdict,
)

TPR = "tpr_at_fpr_0.01"
COPIES_ALPHA = 0.01
STACK_ALPHA = 0.001
"""Error of a detection by the stack, which is that of a fail by it, and of one by the attack on single records."""
RELEASE_ALPHA, RELEASE_DOUBT = 0.01, 0.05
"""Adjusted p of one of several releases below which leakage is detected, and below which no pass is given."""
REUSE_ALPHA = 0.01
"""Adjusted p of a column below which reused rare values rule out a pass where nobody may be exposed."""
PLANTINGS_NEEDED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a verdict may rest on."""

    profile: str
    findings: Sequence[Finding]
    decision: Decision | None
    stack: Stack | None
    per_record: PerRecord | None
    copies: Copies
    exposure: Exposure | None
    controls: Controls | None
    coverage: Sequence[Coverage]
    risks: Risks | None = None
    """Beside membership; None where none was looked at."""
    subgroups: Sequence[Subgroup] = ()
    deleted: Deleted | DeletedCopies | None = None
    canaries: CanaryTest | None = None
    reuse: Reuse | None = None
    releases: Sequence[ReleaseAlone] = ()
    claim: ClaimCheck | None = None

    @property
    def split_is_random(self) -> bool:
        """False where members and non-members differ without the release: membership figures are then invalid."""
        return self.controls is not None and self.controls.blind_baseline.status != "failed"


def leakage_detected(evidence: Evidence) -> bool | None:
    """By the family, the copies test, all attacks together, single records, a group, a list of people said to be
    deleted, or canaries; None where none of them could say.

    It speaks of membership alone: secrets that are guessed too well have a gate and no part in it.
    """
    copies = evidence.copies
    if (
        copies.identical_to_train
        or copies.pvalue < COPIES_ALPHA
        or _knows_deleted(evidence)
        or _knows_canaries(evidence)
    ):
        return True
    if evidence.decision is None or not evidence.split_is_random:
        return None
    by_all_together = evidence.stack is not None and evidence.stack.pvalue < STACK_ALPHA
    return (
        evidence.decision.detected
        or by_all_together
        or _singles_out(evidence)
        or bool(_at_risk(evidence))
        or _alone(evidence) < RELEASE_ALPHA
    )


def _singles_out(evidence: Evidence) -> bool:
    """Whether the release tells who of the most isolated people was in."""
    return evidence.per_record is not None and evidence.per_record.pvalue < STACK_ALPHA


def _knows_deleted(evidence: Evidence) -> bool:
    """Whether the release knows people who were said to be deleted."""
    return evidence.deleted is not None and evidence.deleted.known


def _knows_canaries(evidence: Evidence) -> bool:
    """Whether the release tells which of the made-up people were in the training table."""
    return evidence.canaries is not None and evidence.canaries.known


def _alone(evidence: Evidence) -> float:
    """Smallest p-value of a release by itself, adjusted for their number; 1 for a single release."""
    return min((one.pvalue * len(evidence.releases) for one in evidence.releases), default=1.0)


def _reused(evidence: Evidence) -> list[ColumnReuse]:
    """Columns whose rare exact values the release surely repeats; the surest first."""
    found = [one for one in (evidence.reuse.columns if evidence.reuse else ()) if one.pvalue_adjusted < REUSE_ALPHA]
    return sorted(found, key=lambda one: (one.pvalue_adjusted, one.pvalue, one.column))


def _at_risk(evidence: Evidence) -> list[Subgroup]:
    """Groups whose members stand out so surely that no pass is given; the surest first."""
    found = [g for g in evidence.subgroups if g.pvalue_adjusted is not None and g.pvalue_adjusted < STACK_ALPHA]
    return sorted(found, key=lambda group: (group.pvalue_adjusted or 0.0, group.pvalue or 0.0))


def judge(policy: Policy, evidence: Evidence, decidable: Decidable | None) -> UseVerdict:
    """Hold the evidence against the limits of one policy.

    Parameters
    ----------
    policy : Policy
        The limits.
    evidence : Evidence
        What was measured.
    decidable : Decidable or None
        What this many people can decide, for the number named beside an inconclusive; None without a holdout.
    """
    gates = (
        _rate_gate("auc", "auc", policy.auc, policy, evidence, decidable),
        _rate_gate("tpr_at_fpr", TPR, policy.tpr_at_fpr, policy, evidence, decidable),
        _copies_gate(policy, evidence.copies),
        _exposed_gate(policy, evidence),
        *_attributes_gate(policy, evidence),
        _positive_control_gate(policy, evidence.controls),
        _coverage_gate(policy, evidence),
    )
    outcome: Outcome = "pass"
    for candidate in ("fail", "inconclusive"):
        if any(gate.outcome == candidate for gate in gates):
            outcome = candidate
            break
    # Copies are the plainest reason to refuse, the share of people found the plainest to accept.
    plainest = {"fail": gates[2], "pass": gates[1], "inconclusive": gates[0]}[outcome]
    deciding = next(gate.reason for gate in (plainest, *gates) if gate.outcome == outcome)
    if outcome == "pass" and _left_out(evidence):
        deciding = f"{deciding} {_required(evidence)}"
    return UseVerdict(use=policy.name, outcome=outcome, deciding=deciding, gates=gates)


def _left_out(evidence: Evidence) -> tuple[str, ...]:
    """Tests that did not run and that no pass needs."""
    return tuple(dict.fromkeys(c.test for c in evidence.coverage if c.status == "not_run" and not c.blocks_pass))


def _required(evidence: Evidence) -> str:
    """What a pass rests on, and what it does not."""
    missing = _left_out(evidence)
    tail = f"; left out: {', '.join(missing)}" if missing else ""
    return f"Every required test of the profile {evidence.profile} ran{tail}."


_WORDS = {"auc": "AUC", TPR: "share of members found at 1 false alarm in 100"}
_TOGETHER = "all attacks together, read by a model that was taught who other members are"


def _rate_gate(
    name: str, metric: str, limit: float, policy: Policy, evidence: Evidence, decidable: Decidable | None
) -> Gate:
    """Fail on a simultaneous lower bound above the limit, pass when every upper bound is below it."""
    words = _WORDS[metric]
    findings = evidence.findings
    if not findings:
        return _gate(
            name,
            "inconclusive",
            limit,
            "No attack could be measured: without a holdout nobody knows what chance looks like.",
        )
    lows = [f.lower_bounds[metric] for f in findings if f.lower_bounds.get(metric) is not None]
    highs = [f.upper_bounds.get(metric) for f in findings]
    low = max((x for x in lows if x is not None), default=None)
    high = max(x for x in highs if x is not None) if all(x is not None for x in highs) else None
    value = _largest(findings, metric)
    lowest = highest = "the worst attack"
    each = "every attack"
    if metric == "auc" and evidence.stack is not None:
        stack = evidence.stack
        if stack.lower_bound is not None and (low is None or stack.lower_bound > low):
            lowest = _TOGETHER
        if stack.upper_bound is not None and (high is None or stack.upper_bound > high):
            highest = _TOGETHER
        each = "every attack and for all of them together"
        low = max((x for x in (low, stack.lower_bound) if x is not None), default=None)
        high = None if high is None or stack.upper_bound is None else max(high, stack.upper_bound)
        if isinstance(stack.auc, Estimate):
            value = max(value or 0.0, stack.auc.value, 1 - stack.auc.value)
    if not evidence.split_is_random:
        reason = "Members and non-members differ even without the release, so membership figures are invalid."
        return _gate(name, "inconclusive", limit, reason, value, low, high)
    if low is not None and low > limit:
        reason = f"The {words} is at least {low:.3f} for {lowest}; the {policy.name} limit is {limit:g}."
        return _gate(name, "fail", limit, reason, value, low, high)
    if high is not None and high < limit:
        reason = f"The {words} is at most {high:.3f} (95 %) for {each}; the {policy.name} limit is {limit:g}."
        return _gate(name, "pass", limit, reason, value, low, high)
    ceiling = "of unknown size" if high is None else f"as high as {high:.3f}"
    reason = f"The {words} may be {ceiling} for {highest}; the {policy.name} limit is {limit:g}.{_needed(decidable)}"
    return _gate(name, "inconclusive", limit, reason, value, low, high)


def _needed(decidable: Decidable | None) -> str:
    if decidable is not None and decidable.ruled_out is not None:
        return ""
    if decidable is None or decidable.n_needed is None:
        return " More people on both sides are needed to decide."
    return (
        f" If nothing leaks, {decidable.n_needed:,} members and as many non-members give four chances in five"
        " of a pass."
    )


def _largest(findings: Sequence[Finding], metric: str) -> float | None:
    values = []
    for finding in findings:
        estimate = finding.estimates.get(metric)
        if isinstance(estimate, Estimate):
            values.append(max(estimate.value, 1 - estimate.value) if metric == "auc" else estimate.value)
    return max(values, default=None)


def _copies_gate(policy: Policy, copies: Copies) -> Gate:
    limit = policy.copies_excess
    if copies.identical_to_train:
        return _gate("copies", "fail", limit, "The release is the training table itself, row for row.", 1.0)
    if not isinstance(copies.excess, Estimate):
        reason = (
            f"{copies.train:,} of {copies.n_train:,} members occur verbatim in the release; without a holdout nobody"
            " knows how many would by chance."
        )
        return _gate("copies", "inconclusive", limit, reason)
    value, low, high = copies.excess.value, copies.excess.low, copies.excess.high
    nonmembers = f" and {copies.holdout:,} of {copies.n_holdout:,} non-members" if copies.n_holdout else ""
    counts = f"{copies.train:,} of {copies.n_train:,} members{nonmembers} occur verbatim in the release"
    if copies.pvalue < COPIES_ALPHA and low > limit:
        return _gate(
            "copies",
            "fail",
            limit,
            f"{counts}: an excess of at least {100 * low:.2f} %; the limit is {100 * limit:.2f} %.",
            value,
            low,
            high,
        )
    if not copies.recognisable:
        reason = f"{counts}; rows of this table collide by nature, so no pass rests on this test."
        return _gate("copies", "pass", limit, reason, value, low, high)
    if copies.n_holdout == 0:
        reason = f"{counts}; without a holdout chance is a guess, so this can only fail."
        return _gate("copies", "inconclusive", limit, reason, value, low, high)
    if value > limit:
        reason = f"{counts}: more than the limit of {100 * limit:.2f} %, though not surely so."
        return _gate("copies", "inconclusive", limit, reason, value, low, high)
    return _gate("copies", "pass", limit, f"{counts}: no more than the limit allows.", value, low, high)


def _exposed_gate(policy: Policy, evidence: Evidence) -> Gate:
    exposure = evidence.exposure
    if exposure is None:
        return _gate("exposed", "inconclusive", None, "Whose record stands out was not measured.")
    count = float(exposure.n_exposed)
    text = f"{exposure.n_exposed:,} of {exposure.n_members:,} people are clearly exposed"
    if policy.exposed_allowed:
        return _gate(
            "exposed", "pass", None, f"{text}; the {policy.name} policy reports this and sets no limit.", count
        )
    if exposure.n_exposed == 0:
        return _gate("exposed", "pass", 0.0, "Nobody's record stands out by itself.", count)
    proven = evidence.decision is not None and evidence.decision.detected and evidence.split_is_random
    return _gate(
        "exposed", "fail" if proven else "inconclusive", 0.0, f"{text}; the {policy.name} policy allows none.", count
    )


def _attributes_gate(policy: Policy, evidence: Evidence) -> tuple[Gate, ...]:
    """Fail on a simultaneous lower bound above the limit, pass when the upper bound of every secret is below it.

    No gate where the policy sets no limit, or nothing was guessed: the coverage says why.
    """
    limit = policy.attribute_excess
    secrets = [risk for risk in (evidence.risks.found if evidence.risks else ()) if risk.kind == "attribute_inference"]
    if limit is None or not secrets:
        return ()
    surest, loosest = max(secrets, key=_lower), max(secrets, key=_upper)
    low, high = _lower(surest), _upper(loosest)
    value = max((risk.excess.value for risk in secrets if isinstance(risk.excess, Estimate)), default=None)
    told = f"guessed right by somebody who knows the rest; the {policy.name} limit is {_of_100(limit)}."
    if not evidence.split_is_random:
        reason = "Members and non-members differ even without the release, so what is guessed of either says nothing."
        outcome = "inconclusive"
    elif low > limit:
        more = f"at least {_of_100(low, limit)} more than of 100 non-members"
        reason = f"Of 100 members, {more} have '{_name(surest)}' {told}"
        outcome = "fail"
    elif high < limit:
        more = f"at most {_of_100(max(high, 0.0), limit)} (95 %) more than of 100 non-members"
        reason = f"Of 100 members, {more} have any one secret {told}"
        outcome = "pass"
    else:
        more = f"maybe as many as {_of_100(high, limit)} more than of 100 non-members"
        reason = (
            f"Of 100 members, {more} have '{_name(loosest)}' {told} More people on both sides are needed to decide."
        )
        outcome = "inconclusive"
    return (_gate("attributes", outcome, limit, reason, value, low, high),)


def _lower(risk: Risk) -> float:
    return -1.0 if risk.lower_bound is None else risk.lower_bound


def _upper(risk: Risk) -> float:
    return 1.0 if risk.upper_bound is None else risk.upper_bound


def _name(risk: Risk) -> str:
    return printable(risk.column or "")


def _of_100(share: float, limit: float | None = None) -> str:
    """A share of 100, as coarse as still keeps it apart from the limit."""
    for places in (0, 1, 2, 3):
        text = f"{100 * share:.{places}f}"
        if limit is None and float(text) == round(100 * share, 6):
            break
        if limit is not None and float(text) != round(100 * limit, 6):
            break
    return "0" if float(text) == 0 else text


def _positive_control_gate(policy: Policy, controls: Controls | None) -> Gate:
    if controls is None:
        return _gate("positive_control", "inconclusive", None, "No leak could be planted: a holdout is missing.")
    for kind in ("verbatim", "near"):
        # A leak found at a smaller share is found at a larger one.
        fitting = [p for p in controls.planted if p.kind == kind and p.gates and p.share <= policy.tpr_at_fpr + 1e-12]
        if any(not p.recognisable for p in controls.planted if p.kind == kind):
            continue
        best = max(fitting, key=lambda p: p.found, default=None)
        if best is None or best.found < PLANTINGS_NEEDED:
            found = "not planted" if best is None else f"found in {best.found} of {best.of} plantings"
            words = "verbatim copies" if kind == "verbatim" else "near copies"
            reason = (
                f"A leak of {100 * policy.tpr_at_fpr:.0f} % of the members planted as {words} was {found};"
                f" {PLANTINGS_NEEDED} are needed before a pass means anything."
            )
            return _gate("positive_control", "inconclusive", None, reason)
    reason = f"Leaks of {100 * policy.tpr_at_fpr:.0f} % of the members, planted as a check, were found."
    if any(not p.recognisable for p in controls.planted):
        reason += " Near copies are not recognisable here: strangers are as near to a person as a near copy."
    return _gate("positive_control", "pass", None, reason)


def _coverage_gate(policy: Policy, evidence: Evidence) -> Gate:
    if evidence.controls is not None:
        for name, control in (("A/A", evidence.controls.a_a), ("null", evidence.controls.null)):
            if control.status == "failed":
                return _gate("coverage", "inconclusive", None, f"The {name} control failed: {control.reason}")
    decision = evidence.decision
    if decision is not None and decision.detected and (decision.direction == "far" or decision.hole):
        reason = (
            "Rows near the training data were removed: the release keeps its distance from members more than from"
            " strangers, which gives them away."
        )
        return _gate("coverage", "inconclusive", None, reason)
    top_is_known = decision is not None and evidence.split_is_random and decision.pvalue_top < decision.alpha_each
    if top_is_known and not policy.exposed_allowed:
        reason = (
            "More members than strangers stand at the very top of an attack: some are exposed, though not many can be"
            f" named; the {policy.name} policy allows none."
        )
        return _gate("coverage", "inconclusive", None, reason)
    if _singles_out(evidence):
        reason = (
            "The release tells who of the most isolated people was in the data; how many more it tells is not known."
        )
        return _gate("coverage", "inconclusive", None, reason)
    if _knows_deleted(evidence):
        return _gate("coverage", "inconclusive", None, "The release still knows people who were said to be deleted.")
    if evidence.split_is_random and _alone(evidence) < RELEASE_DOUBT:
        which = 1 + min(range(len(evidence.releases)), key=lambda i: evidence.releases[i].pvalue)
        reason = (
            f"Release {which} of {len(evidence.releases)} tells members from non-members by itself; adding other"
            " releases takes nothing back."
        )
        return _gate("coverage", "inconclusive", None, reason)
    if _knows_canaries(evidence):
        reason = "The release tells which of the made-up people of the split were in the training table."
        return _gate("coverage", "inconclusive", None, reason)
    deleted = evidence.deleted
    if deleted is not None and deleted.n_in_train:
        reason = f"{deleted.n_in_train:,} of {deleted.n_listed:,} people said to be deleted are in the training table."
        return _gate("coverage", "inconclusive", None, reason)
    # Like the list of exposed people, groups at risk count where nobody may be.
    at_risk = [] if policy.exposed_allowed or not evidence.split_is_random else _at_risk(evidence)
    if at_risk:
        more = f" ({len(at_risk) - 1} more)" if len(at_risk) > 1 else ""
        reason = f"Members of one group stand out: {_group(at_risk[0])}{more}; the {policy.name} policy allows none."
        return _gate("coverage", "inconclusive", None, reason)
    if evidence.claim is not None and evidence.claim.stands == "refuted":
        reason = f"The vendor's claim of epsilon {evidence.claim.epsilon:g} is contradicted: {evidence.claim.reason}."
        return _gate("coverage", "inconclusive", None, reason)
    reused = [] if policy.exposed_allowed or not evidence.split_is_random else _reused(evidence)
    if reused:
        more = f" and of {len(reused) - 1} more" if len(reused) > 1 else ""
        reason = (
            f"Whoever knows a rare value of '{printable(reused[0].column)}'{more} of a person can look it up in the"
            f" release: it is there for {reused[0].members:,} members and {reused[0].nonmembers:,} non-members; the"
            f" {policy.name} policy allows none to be exposed."
        )
        return _gate("coverage", "inconclusive", None, reason)
    gaps = [c for c in evidence.coverage if c.blocks_pass]
    if gaps:
        more = f" ({len(gaps) - 1} more)" if len(gaps) > 1 else ""
        return _gate("coverage", "inconclusive", None, f"Not covered: {gaps[0].test}: {gaps[0].reason}{more}")
    return _gate("coverage", "pass", None, _required(evidence))


def _group(group: Subgroup) -> str:
    """Which group, without the text of a level: reasons travel further than the section that shows it."""
    return f"the {group.name} by rarity" if group.kind == "rarity" else f"a group of '{printable(group.by)}'"


def _gate(
    name: str,
    outcome: str,
    limit: float | None,
    reason: str,
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Gate:
    return Gate(
        name=name,  # type: ignore[arg-type]
        outcome=outcome,  # type: ignore[arg-type]
        limit=limit,
        value=value,
        lower_bound=low,
        upper_bound=high,
        reason=reason,
    )
