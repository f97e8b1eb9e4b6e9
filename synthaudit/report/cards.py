"""The cards: one figure each on what decided, the farthest above its limit first."""

from synthaudit.files.catalogue import N_, _
from synthaudit.report import words
from synthaudit.report.charts import attack_name
from synthaudit.report.components import Card, Status, Tone
from synthaudit.report.facts import gate_status
from synthaudit.report.numbers import count, of_100, of_1000, percent, sentence, shown
from synthaudit.report.reasons import chosen_gates, figures_told, together_decides
from synthaudit.types import AuditReport, Estimate, IdentifierReuse, NotEstimable
from synthaudit.verdict.void import no_comfort

_GRAVEST: dict[Tone, int] = {"bad": 0, "open": 1, "good": 2, "plain": 3}
_NOT_TESTED = N_("not tested")
_VOID = N_("Members and non-members cannot be compared, so no figure is told.")


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

    measured = [(name, card) for name, card in made.items() if card.figure != _(_NOT_TESTED)]
    return tuple(card for _, card in sorted(measured, key=place))


def _status(report: AuditReport, gate_name: str) -> Status | None:
    gate = chosen_gates(report).get(gate_name)
    return None if gate is None else gate_status(report, gate)


def _told_apart(report: AuditReport) -> Card:
    label, worst, status = _("A member or not?"), report.worst, _status(report, "auc")
    if worst is None or isinstance(worst.auc, NotEstimable):
        why = worst.auc.not_estimable if worst and isinstance(worst.auc, NotEstimable) else _("no attack could be run")
        return Card(label=label, figure=_(_NOT_TESTED), unit="", detail=sentence(why), status=status)
    if not figures_told(report):
        return Card(label=label, figure=_("not decided"), unit="", detail=_(_VOID), status=status)
    auc, limit = worst.auc, of_100(report.policy.auc)
    below = _(" or below {limit}").format(limit=100 - limit) if auc.value < 0.5 else ""
    return Card(
        label=label,
        figure=_("{auc} of 100").format(auc=of_100(auc.value)),
        unit=_("guesses of the strongest attack are right ({low} to {high})").format(
            low=of_100(auc.low), high=of_100(auc.high)
        ),
        detail=_("{attack}. A coin: 50. Limit: {limit}{below}.{together}").format(
            attack=attack_name(worst.attack), limit=limit, below=below, together=_together(report)
        ),
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
    return _(" {together}: {auc} ({low} to {high}).").format(
        together=_(words.TOGETHER), auc=of_100(stack.auc.value), low=of_100(stack.auc.low), high=of_100(stack.auc.high)
    )


def _exposed_card(report: AuditReport) -> Card:
    exposure = report.exposure
    label = _("People clearly exposed") if report.unit == "entity" else _("Records clearly exposed")
    status = _status(report, "exposed")
    if exposure is None:
        return Card(
            label=label, figure=_(_NOT_TESTED), unit="", detail=_("See what could not be tested."), status=status
        )
    if not figures_told(report):
        void = Status(word=words.gate_word("exposed", "inconclusive"), tone="open")
        return Card(label=label, figure=_("not decided"), unit="", detail=_(_VOID), status=void)
    allowed = _("Reported, no limit.") if report.policy.exposed_allowed else _("Nobody allowed.")
    return Card(
        label=label,
        figure=count(exposure.n_exposed),
        unit=_("of {n_members} members can be named with confidence").format(n_members=count(exposure.n_members)),
        detail=_("At most {false_discovery_rate} of 100 so named are expected to be wrong. {allowed}").format(
            false_discovery_rate=of_100(exposure.false_discovery_rate), allowed=allowed
        ),
        status=status,
    )


def _copies_card(report: AuditReport) -> Card:
    label, copies, status = _("Verbatim copies"), report.copies, _status(report, "copies")
    limit = report.policy.copies_excess
    if copies.identical_to_train:
        detail = _("The release holds the same rows as the training table.")
        return Card(
            label=label,
            figure=_("all"),
            unit=_("of the training table is in the release"),
            detail=detail,
            status=status,
        )
    if (named := _most_named(report)) is not None:
        in_column = _("In “{column}”: each belongs to one person.").format(column=shown(named.column, 80))
        return Card(
            label=_("Members named"),
            figure=count(named.members),
            unit=_("of {n_members} values that only members have are in the release").format(
                n_members=count(named.n_members)
            ),
            detail=_("{in_column} Limit: {limit} of the members.").format(in_column=in_column, limit=percent(limit)),
            status=status,
        )
    # The people whom the gate counts.
    told = copies.single or copies
    unit = _("of {n_train} members are in the release word for word").format(n_train=count(told.n_train))
    allowed, against = percent(limit), _("Of {n_holdout} non-members: ").format(n_holdout=count(told.n_holdout))
    gate = chosen_gates(report).get("copies")
    if not copies.n_holdout:
        detail = _("Without a holdout, chance is read off rows that train and the release repeat.")
    elif no_comfort(report) is not None and (told.train or told.holdout):
        detail = _(
            "{against}{holdout} too. The vendor seems to have known them, so both count. Limit: {allowed}."
        ).format(against=against, holdout=count(told.holdout), allowed=allowed)
    elif not copies.recognisable and not (gate and gate.outcome == "fail"):
        detail = _("So many people share their row with somebody else that chance copies may hide others.")
    else:
        detail = _("{against}{holdout}. Limit: {allowed} more.").format(
            against=against, holdout=count(told.holdout), allowed=allowed
        )
    return Card(label=label, figure=count(told.train), unit=unit, detail=detail, status=status)


def _most_named(report: AuditReport) -> IdentifierReuse | None:
    """The column whose values name more members than may be copied, where that is why the limit of copies is broken."""
    gate = chosen_gates(report).get("copies")
    if gate is None or gate.outcome != "fail" or gate.lower_bound is None or report.identifiers is None:
        return None
    return next((column for column in report.identifiers.columns if column.excess_low == gate.lower_bound), None)


def _seen_card(report: AuditReport) -> Card:
    label, status = _("Would a leak be seen?"), _status(report, "positive_control")
    planted = report.controls.planted if report.controls else ()
    gating = [leak for leak in planted if leak.of and report.policy.name in leak.gates]
    smallest = report.smallest_detectable
    detail = (
        _("Weakest leak seen in {power} of 100 cases: {tpr_at_fpr} of 1,000 found.").format(
            power=of_100(smallest.power), tpr_at_fpr=of_1000(smallest.tpr_at_fpr)
        )
        if smallest
        else _("The weakest leak that would be seen is not known.")
    )
    copies = report.controls.near_copies if report.controls else ()
    if near := [leak.seen.value for leak in copies if isinstance(leak.seen, Estimate)]:
        detail += _(" Near copies: {near} of 100 seen.").format(near=of_100(min(near)))
    if not gating:
        return Card(label=label, figure=_(_NOT_TESTED), unit="", detail=detail, status=status)
    return Card(
        label=label,
        figure=_("{found} of {planted}").format(
            found=sum(leak.found for leak in gating), planted=sum(leak.of for leak in gating)
        ),
        unit=_("planted leaks, no larger than the limit, were found"),
        detail=detail,
        status=status,
    )
