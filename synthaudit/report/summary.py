"""The first thirty seconds: what a reader takes away who reads nothing else. No metric is named here."""

from dataclasses import dataclass
from math import ceil

from synthaudit.report import words
from synthaudit.report.charts import attack_label
from synthaudit.report.components import TONES, Card, Dots, Named, Status, Table
from synthaudit.report.facts import deleted_in_train, gaps, gate_status, is_for_copy, policy_name, units
from synthaudit.report.next_steps import next_steps
from synthaudit.report.numbers import capital, count, of_100, of_1000, percent, sentence, shown
from synthaudit.report.reasons import chosen_gates, figures_hold, figures_told, reasons, together_decides, untold, why
from synthaudit.types import (
    AuditReport,
    Estimate,
    IdentifierReuse,
    NotEstimable,
    Outcome,
    PerRecord,
    Subgroup,
)
from synthaudit.verdict.void import no_comfort


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything above the fold, ready to print."""

    outcome: str
    word: str
    heading: str
    lead: str
    more_reasons: tuple[str, ...]
    consequence: tuple[str, ...]
    dots: tuple[Dots, ...]
    policy: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    uses: Table | None
    untested: tuple[Named, ...]
    next_steps: tuple[str, ...]


def summarise(report: AuditReport) -> Summary:
    """Say in plain words what the audit found."""
    lead, *further = reasons(report) or ("The evidence gives no reason.",)
    return Summary(
        outcome=report.outcome,
        word=words.OUTCOME_WORDS[report.outcome],
        heading=words.HEADINGS[report.outcome, bool(report.leakage_detected)].replace("{policy}", policy_name(report)),
        lead=lead,
        more_reasons=(*further, *_also_found(report)),
        consequence=_consequence(report),
        dots=_dots(report),
        policy=_policy(report),
        cards=(_worst_card(report), _exposed_card(report), _copies_card(report), _seen_card(report)),
        uses=_uses(report),
        untested=tuple(
            Named(text=capital(line.test), note=sentence(line.reason), code=words.COVERAGE_WORDS[line.status])
            for line in gaps(report)
        ),
        next_steps=next_steps(report),
    )


def gives_isolated_away(record: PerRecord) -> bool:
    """Whether the release says more of the most isolated people than chance does in one audit of twenty."""
    return record.pvalue < 0.05


def _also_found(report: AuditReport) -> tuple[str, ...]:
    """What no gate speaks of although a reader would want to know."""
    lines = [f"{capital(line.test)}: {sentence(line.reason)}" for line in untold(report)]
    stack, decision = report.stack, report.decision
    unseen = decision is not None and not decision.detected and figures_hold(report)
    # Where the stack decides, the reasons say so already.
    unseen = unseen and not report.leakage_detected
    if unseen and stack and isinstance(stack.auc, Estimate) and stack.pvalue < 0.05:
        lines.append(
            f"No single attack finds more than chance explains, but all together do: a model that was taught who some "
            f"members are points to the right one of a member and a non-member in {of_100(stack.auc.value)} of 100 "
            "tries. A coin is right in 50."
        )
    if report.per_record and gives_isolated_away(report.per_record):
        lines.append(
            f"Of the {count(report.per_record.n_records)} most isolated {units(report)}, an attacker who knows the "
            "kind of generator can tell who was in the data more often than chance explains."
        )
    if (distinct := [group for group in report.subgroups if group.stands_out]) and figures_hold(report):
        surest = min(distinct, key=lambda group: group.pvalue_adjusted or 0.0)
        more = f" (and {count(len(distinct) - 1)} more)" if len(distinct) > 1 else ""
        lines.append(f"Members of one group stand out from others of the same group: {group_name(surest)}{more}.")
    # Evidence of this version gives it as the first reason.
    if (said := deleted_in_train(report)) and said not in report.reasons:
        lines.append(said)
    return tuple(lines)


def group_name(group: Subgroup) -> str:
    """A group in words: the tenth by rarity, or the level and its column."""
    if group.kind == "rarity":
        return f"the {shown(group.name, 80)} by rarity"
    return f"“{shown(group.name, 80)}” of “{shown(group.by, 80)}”"


def _consequence(report: AuditReport) -> tuple[str, ...]:
    """What the worst attack means for people, in natural frequencies."""
    who = units(report)
    that = "who" if report.unit == "entity" else "that"
    gate = chosen_gates(report).get("tpr_at_fpr")
    if report.worst is None or not figures_told(report):
        why = "" if report.worst is None else ": the people to compare with cannot be relied on"
        unmeasured = f"How many {who} an attacker would find could not be measured{why}."
        if gate is None or gate.outcome != "fail" or gate.lower_bound is None:
            return (unmeasured,)
        least = int(gate.lower_bound * 1000)
        return (
            unmeasured,
            f"At least {least} of 1,000 {who} {that} were in the data are found at 10 false names in 1,000.",
        )
    tpr, auc = report.worst.tpr_at_fpr, report.worst.auc
    lines: list[str] = []
    if isinstance(tpr, Estimate):
        lines.append(
            f"Of 1,000 {who} {that} were not in the data, 10 are wrongly named. Of 1,000 {that} were, "
            f"{of_1000(tpr.value)} are found (95 % interval: {of_1000(tpr.low)} to {of_1000(tpr.high)})."
        )
        lines.append("An attacker who only guesses finds 10.")
    elif isinstance(auc, Estimate):
        lines.append(
            f"Shown one of the {who} from the data and one from outside, the worst attack points to the right one in "
            f"{of_100(auc.value)} of 100 tries. A coin is right in 50."
        )
    else:
        lines.append(f"How many {who} an attacker would find could not be measured: {auc.not_estimable}.")
    if report.decision and report.decision.detected and report.decision.direction == "far":
        lines.append(
            f"Here the leak is what is missing: {who} close to the training data are found less often than by "
            "guessing, which tells who was in it just as well."
        )
    if report.outcome == "pass" and gate and gate.upper_bound is not None and gate.limit is not None:
        lines.append(
            f"The policy tolerates up to {of_1000(gate.limit)} found; the audit rules out that any attack it ran finds "
            f"more than {ceil(gate.upper_bound * 1000)} (95 %)."
        )
    return tuple(lines)


def _dots(report: AuditReport) -> tuple[Dots, ...]:
    if report.worst is None or not isinstance(report.worst.tpr_at_fpr, Estimate) or not figures_told(report):
        return ()
    n, who = of_1000(report.worst.tpr_at_fpr.value), units(report)
    gate = chosen_gates(report).get("tpr_at_fpr")
    tone = TONES[gate.outcome] if gate else "plain"
    return (
        Dots(id="dots-in", label=f"In the data: {n} of 1,000 {who} found", n=n, tone=tone),
        Dots(id="dots-out", label="Not in the data: 10 of 1,000 wrongly named", n=10, tone="plain"),
    )


def _policy(report: AuditReport) -> tuple[tuple[str, str], ...]:
    limits = report.policy
    exposed = "reported only" if limits.exposed_allowed else "none allowed"
    return (
        ("Policy", policy_name(report)),
        (
            "Limits",
            f"at most {of_1000(limits.tpr_at_fpr)} of 1,000 members found at 10 false names in 1,000; right in at most "
            f"{of_100(limits.auc)} of 100 tries; at most {percent(limits.copies_excess)} of members copied beyond "
            f"chance; {units(report)} clearly exposed: {exposed}",
        ),
        ("Set by", sentence(shown(limits.source, 200))),
    )


def _status(report: AuditReport, gate_name: str) -> Status | None:
    gate = chosen_gates(report).get(gate_name)
    return None if gate is None else gate_status(report, gate)


def _worst_card(report: AuditReport) -> Card:
    label, worst = "Worst attack", report.worst
    if worst is None or isinstance(worst.auc, NotEstimable):
        why = worst.auc.not_estimable if worst and isinstance(worst.auc, NotEstimable) else "no attack could be run"
        return Card(label=label, figure="not tested", unit="", detail=sentence(why), status=_status(report, "auc"))
    auc, limit = worst.auc, of_100(report.policy.auc)
    below = f" or below {100 - limit}" if auc.value < 0.5 else ""
    return Card(
        label=label,
        figure=f"{of_100(auc.value)} of 100",
        unit=f"right guesses, a member or not ({of_100(auc.low)} to {of_100(auc.high)})",
        detail=f"{attack_label(worst.attack, worst.view)}. A coin: 50. Limit: {limit}{below}.{_together(report)}",
        status=_status(report, "auc"),
    )


def _together(report: AuditReport) -> str:
    """What all attacks reach together, where the limit is held against them and not against the worst one."""
    stack = report.stack
    if (
        stack is None
        or isinstance(stack.auc, NotEstimable)
        or not together_decides(report, chosen_gates(report).get("auc"))
    ):
        return ""
    return f" {words.TOGETHER}: {of_100(stack.auc.value)} ({of_100(stack.auc.low)} to {of_100(stack.auc.high)})."


def _exposed_card(report: AuditReport) -> Card:
    label, exposure = f"{units(report).capitalize()} at clear risk", report.exposure
    status = _status(report, "exposed")
    if exposure is None:
        return Card(label=label, figure="not tested", unit="", detail="See what could not be tested.", status=status)
    allowed = "Reported, no limit." if report.policy.exposed_allowed else "Nobody allowed."
    return Card(
        label=label,
        figure=count(exposure.n_exposed),
        unit=f"of {count(exposure.n_members)} members can be named with confidence",
        detail=f"At most {of_100(exposure.false_discovery_rate)} of 100 so named are expected to be wrong. {allowed}",
        status=status,
    )


def _copies_card(report: AuditReport) -> Card:
    label, copies, status = "Verbatim copies", report.copies, _status(report, "copies")
    limit = report.policy.copies_excess
    if copies.identical_to_train:
        detail = "The release holds the same rows as the training table."
        return Card(
            label=label, figure="all", unit="of the training table is in the release", detail=detail, status=status
        )
    if (named := _most_named(report)) is not None:
        in_column = f"In “{shown(named.column, 80)}”: each belongs to one person."
        return Card(
            label="Members named",
            figure=count(named.members),
            unit=f"of {count(named.n_members)} values that only members have are in the release",
            detail=f"{in_column} Limit: {percent(limit)} of the members.",
            status=status,
        )
    # The people whom the gate counts.
    told = copies.single or copies
    unit = f"of {count(told.n_train)} members are in the release word for word"
    allowed, against = percent(limit), f"Of {count(told.n_holdout)} non-members: "
    gate = chosen_gates(report).get("copies")
    if not copies.n_holdout:
        detail = "Without a holdout, chance is read off rows that train and the release repeat."
    elif no_comfort(report) is not None and (told.train or told.holdout):
        detail = (
            f"{against}{count(told.holdout)} too. The vendor seems to have known them, so both count. Limit: {allowed}."
        )
    elif not copies.recognisable and not (gate and gate.outcome == "fail"):
        detail = "So many people share their row with somebody else that chance copies may hide others."
    else:
        detail = f"{against}{count(told.holdout)}. Limit: {allowed} more."
    return Card(label=label, figure=count(told.train), unit=unit, detail=detail, status=status)


def _most_named(report: AuditReport) -> IdentifierReuse | None:
    """The column whose values name more members than may be copied, where that is why the limit of copies is broken."""
    gate = chosen_gates(report).get("copies")
    if gate is None or gate.outcome != "fail" or gate.lower_bound is None or report.identifiers is None:
        return None
    return next((column for column in report.identifiers.columns if column.excess_low == gate.lower_bound), None)


def _seen_card(report: AuditReport) -> Card:
    label, status = "Would a leak be seen?", _status(report, "positive_control")
    planted = report.controls.planted if report.controls else ()
    gating = [leak for leak in planted if leak.of and report.policy.name in leak.gates]
    smallest = report.smallest_detectable
    detail = (
        f"Weakest leak seen in {of_100(smallest.power)} of 100 cases: {of_1000(smallest.tpr_at_fpr)} of 1,000 found."
        if smallest
        else "The weakest leak that would be seen is not known."
    )
    copies = report.controls.near_copies if report.controls else ()
    if near := [leak.seen.value for leak in copies if isinstance(leak.seen, Estimate)]:
        detail += f" Near copies: {of_100(min(near))} of 100 seen."
    if not gating:
        return Card(label=label, figure="not tested", unit="", detail=detail, status=status)
    return Card(
        label=label,
        figure=f"{sum(leak.found for leak in gating)} of {sum(leak.of for leak in gating)}",
        unit="planted leaks, no larger than the limit, were found",
        detail=detail,
        status=status,
    )


def _uses(report: AuditReport) -> Table | None:
    if not report.uses:
        return None
    uses = {use.use: use for use in reversed(report.uses)}
    order = [name for name in uses if name not in words.USES] + [name for name in words.USES if name in uses]
    return Table(
        id="uses",
        caption="What this release may be used for",
        head=("Use", "Under these limits", "What decided"),
        rows=tuple(
            (
                Named(
                    text=words.USES.get(name, shown(name, 40)),
                    note="this audit's policy" if name == report.policy.name else "",
                ),
                Status(word=_allowed(report, uses[name].outcome), tone=TONES[uses[name].outcome]),
                why(report, uses[name]),
            )
            for name in order
        ),
    )


def _allowed(report: AuditReport, outcome: Outcome) -> str:
    """Whether a use is; a file that holds more than was audited is not what passed."""
    word = words.USE_WORDS[outcome]
    return f"{word}: audited copy" if outcome == "pass" and is_for_copy(report) else word
