"""The cards: one figure each on what decided, the farthest above its limit first."""

from synthaudit.report import words
from synthaudit.report.charts import attack_name
from synthaudit.report.components import Card, Status, Tone
from synthaudit.report.facts import gate_status, units
from synthaudit.report.numbers import count, of_100, of_1000, percent, sentence, shown
from synthaudit.report.reasons import chosen_gates, figures_told, together_decides
from synthaudit.types import AuditReport, Estimate, IdentifierReuse, NotEstimable
from synthaudit.verdict.void import no_comfort

_GRAVEST: dict[Tone, int] = {"bad": 0, "open": 1, "good": 2, "plain": 3}
_NOT_TESTED = "not tested"
_VOID = "Members and non-members cannot be compared, so no figure is told."


def cards(report: AuditReport) -> tuple[Card, ...]:
    """What was measured, what failed first. Whether a leak would be seen is no matter of a fail, and what was not
    tested is told in its own place.
    """
    made = {
        "auc": _told_apart(report),
        "exposed": _exposed_card(report),
        "copies": _copies_card(report),
        "positive_control": _seen_card(report),
    }
    if report.outcome == "fail":
        del made["positive_control"]
    places = {reason: place for place, reason in enumerate(report.reasons)}

    def place(item: tuple[str, Card]) -> tuple[int, int]:
        name, card = item
        gate = chosen_gates(report).get(name)
        tone = _GRAVEST[card.status.tone] if card.status else len(_GRAVEST)
        # Reasons come the gravest first.
        return tone, len(places) if gate is None else places.get(gate.reason, len(places))

    measured = [(name, card) for name, card in made.items() if card.figure != _NOT_TESTED]
    return tuple(card for _, card in sorted(measured, key=place))


def _status(report: AuditReport, gate_name: str) -> Status | None:
    gate = chosen_gates(report).get(gate_name)
    return None if gate is None else gate_status(report, gate)


def _told_apart(report: AuditReport) -> Card:
    label, worst, status = "A member or not?", report.worst, _status(report, "auc")
    if worst is None or isinstance(worst.auc, NotEstimable):
        why = worst.auc.not_estimable if worst and isinstance(worst.auc, NotEstimable) else "no attack could be run"
        return Card(label=label, figure=_NOT_TESTED, unit="", detail=sentence(why), status=status)
    if not figures_told(report):
        return Card(label=label, figure="not decided", unit="", detail=_VOID, status=status)
    auc, limit = worst.auc, of_100(report.policy.auc)
    below = f" or below {100 - limit}" if auc.value < 0.5 else ""
    return Card(
        label=label,
        figure=f"{of_100(auc.value)} of 100",
        unit=f"guesses of the strongest attack are right ({of_100(auc.low)} to {of_100(auc.high)})",
        detail=f"{attack_name(worst.attack)}. A coin: 50. Limit: {limit}{below}.{_together(report)}",
        status=status,
    )


def _together(report: AuditReport) -> str:
    """What all attacks reach together, where the limit is held against them and not against the strongest one."""
    stack = report.stack
    if (
        stack is None
        or isinstance(stack.auc, NotEstimable)
        or not together_decides(report, chosen_gates(report).get("auc"))
    ):
        return ""
    return f" {words.TOGETHER}: {of_100(stack.auc.value)} ({of_100(stack.auc.low)} to {of_100(stack.auc.high)})."


def _exposed_card(report: AuditReport) -> Card:
    label, exposure = f"{units(report).capitalize()} clearly exposed", report.exposure
    status = _status(report, "exposed")
    if exposure is None:
        return Card(label=label, figure=_NOT_TESTED, unit="", detail="See what could not be tested.", status=status)
    if not figures_told(report):
        void = Status(word=words.gate_word("exposed", "inconclusive"), tone="open")
        return Card(label=label, figure="not decided", unit="", detail=_VOID, status=void)
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
        return Card(label=label, figure=_NOT_TESTED, unit="", detail=detail, status=status)
    return Card(
        label=label,
        figure=f"{sum(leak.found for leak in gating)} of {sum(leak.of for leak in gating)}",
        unit="planted leaks, no larger than the limit, were found",
        detail=detail,
        status=status,
    )
