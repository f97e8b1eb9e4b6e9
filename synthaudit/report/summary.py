"""The first thirty seconds: what a reader takes away who reads nothing else. No metric is named here."""

from collections.abc import Iterator
from dataclasses import dataclass

from synthaudit.files.catalogue import _, marks
from synthaudit.report import words
from synthaudit.report.cards import cards
from synthaudit.report.components import TONES, Card, Dots, Named, Status, Table
from synthaudit.report.facts import deleted_in_train, gaps, heading, is_for_copy, policy_name, units
from synthaudit.report.next_steps import next_steps
from synthaudit.report.numbers import (
    capital,
    count,
    least_of_1000,
    most_of_1000,
    of_100,
    of_1000,
    percent,
    sentence,
    shown,
)
from synthaudit.report.reasons import chosen_gates, figures_told, members_found, reasons, untold, why
from synthaudit.report.retold import retold, worded
from synthaudit.report.sections.utility import one_line
from synthaudit.types import AuditReport, Estimate, Gate, Outcome, PerRecord, Subgroup, UseVerdict
from synthaudit.verdict.reasons import audited_copy_alone, claim_refuted

FIRST_STEPS = 2
"""Of what to do now that stand on the first screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What stands before the sections, ready to print: the first screen, then what follows it."""

    outcome: str
    word: str
    """The outcome in one word, the same everywhere."""
    heading: str
    """The word, for which use, and what it says."""
    lead: str
    """What decided, in one sentence."""
    alarms: tuple[str, ...]
    """What must not be missed, whatever decided."""
    badges: tuple[tuple[str, Status], ...]
    """Each use, and the outcome for it."""
    next_steps: tuple[str, ...]
    consequence: tuple[str, ...]
    dots: tuple[Dots, ...]
    cards: tuple[Card, ...]
    more_title: str
    more_reasons: tuple[str, ...]
    uses: Table | None
    policy: tuple[tuple[str, str], ...]
    quality: str
    """How like train the release is, in one sentence; empty where that is not known."""
    untested: tuple[Named, ...]

    @property
    def first_steps(self) -> tuple[str, ...]:
        """What to do now that stands on the first screen."""
        return self.next_steps[:FIRST_STEPS]

    @property
    def further_steps(self) -> tuple[str, ...]:
        """What to do after that, and where to read on."""
        return self.next_steps[FIRST_STEPS:]


def summarise(report: AuditReport) -> Summary:
    """Say in plain words what the audit found."""
    lead, *further = reasons(report) or (_("The evidence gives no reason."),)
    alarms = tuple(alarm for alarm in _alarms(report) if alarm != lead)
    more = dict.fromkeys([*further, *_also_found(report)])
    word = words.OUTCOME_WORDS[report.outcome]
    return Summary(
        outcome=report.outcome,
        word=word,
        heading=f"{word} {heading(report)}",
        lead=lead,
        alarms=alarms,
        badges=_badges(report),
        next_steps=next_steps(report),
        consequence=_consequence(report),
        dots=_dots(report),
        cards=cards(report),
        more_title=_("Also found") if report.outcome == "fail" else _("Also to know"),
        more_reasons=tuple(reason for reason in more if reason not in alarms),
        uses=_uses(report),
        policy=_policy(report),
        quality="" if report.utility is None else one_line(report.utility),
        untested=tuple(
            Named(
                text=capital(words.name_of_test(line.test)),
                note=sentence(line.reason),
                code=words.COVERAGE_WORDS[line.status],
            )
            for line in gaps(report)
        ),
    )


def _alarms(report: AuditReport) -> Iterator[str]:
    """That people said to be deleted were not, that the vendor's claim is refuted, and that a pass is not for the file
    that was delivered.
    """
    if (said := deleted_in_train(report)) is not None:
        yield said
    if (refuted := claim_refuted(report.claim)) is not None:
        yield worded(refuted)
    if report.outcome == "pass" and is_for_copy(report) and report.delivered is not None:
        yield worded(audited_copy_alone(report.delivered.beyond))


def gives_isolated_away(record: PerRecord) -> bool:
    """Whether the release says more of the most isolated people than chance does in one audit of twenty."""
    return record.pvalue < 0.05


def _also_found(report: AuditReport) -> tuple[str, ...]:
    """What no gate speaks of although a reader would want to know."""
    alarms = " ".join(_alarms(report))
    lines = [
        f"{capital(words.name_of_test(line.test))}{marks().colon}{sentence(line.reason)}"
        for line in untold(report)
        if retold(line.reason) not in alarms
    ]
    stack, decision = report.stack, report.decision
    unseen = decision is not None and not decision.detected and figures_told(report)
    # Where the stack decides, the reasons say so already.
    unseen = unseen and not report.leakage_detected
    if unseen and stack and isinstance(stack.auc, Estimate) and stack.pvalue < 0.05:
        lines.append(
            _(
                "No single attack finds more than chance explains, but all together do: a model that was taught "
                "who some members are points to the right one of a member and a non-member in {auc} of 100 "
                "tries. A coin is right in 50."
            ).format(auc=of_100(stack.auc.value))
        )
    if report.per_record and gives_isolated_away(report.per_record) and figures_told(report):
        lines.append(
            _(
                "Of the {n_records} most isolated {units}, an attacker who knows the kind of generator can tell "
                "who was in the data more often than chance explains."
            ).format(n_records=count(report.per_record.n_records), units=units(report))
        )
    if (distinct := [group for group in report.subgroups if group.stands_out]) and figures_told(report):
        surest = min(distinct, key=lambda group: group.pvalue_adjusted or 0.0)
        more = _(" (and {n} more)").format(n=count(len(distinct) - 1)) if len(distinct) > 1 else ""
        lines.append(
            _("Members of one group stand out from others of the same group: {surest}{more}.").format(
                surest=group_name(surest), more=more
            )
        )
    return tuple(lines)


def group_name(group: Subgroup) -> str:
    """A group in words: the tenth by rarity, or the level and its column."""
    if group.kind == "rarity":
        return _("the {name} by rarity").format(name=retold(shown(group.name, 80)))
    return _("“{name}” of “{by}”").format(name=shown(group.name, 80), by=shown(group.by, 80))


def _consequence(report: AuditReport) -> tuple[str, ...]:
    """What the strongest attack means for people, in natural frequencies: one figure with its interval, and how the
    bound that the verdict rests on belongs to it.
    """
    who = units(report)
    of_people = report.unit == "entity"
    gate = chosen_gates(report).get("tpr_at_fpr")
    if report.worst is None or not figures_told(report):
        because = "" if report.worst is None else _(": the people to compare with cannot be relied on")
        unmeasured = _("How many {who} an attacker would find could not be measured{because}.").format(
            who=who, because=because
        )
        if gate is None or gate.outcome != "fail" or gate.lower_bound is None:
            return (unmeasured,)
        least = int(gate.lower_bound * 1000)
        return (
            unmeasured,
            (
                _("At least {least} of 1,000 people who were in the data are found at 1 false name in 100.")
                if of_people
                else _("At least {least} of 1,000 records that were in the data are found at 1 false name in 100.")
            ).format(least=least),
        )
    auc, said = report.worst.auc, members_found(report)
    lines: list[str] = []
    if said is not None and isinstance(said[1], Estimate):
        lines.append(_per_thousand(said[1], of_people=of_people))
        lines += _bridge(gate, said[0])
    elif isinstance(auc, Estimate):
        lines.append(
            _(
                "Shown one of the {who} from the data and one from outside, the strongest attack points to the "
                "right one in {auc} of 100 tries. A coin is right in 50."
            ).format(who=who, auc=of_100(auc.value))
        )
    else:
        lines.append(
            _("How many {who} an attacker would find could not be measured: {not_estimable}.").format(
                who=who, not_estimable=retold(auc.not_estimable)
            )
        )
    if report.decision and report.decision.detected and report.decision.direction == "far":
        lines.append(
            _(
                "Here the leak is what is missing: {who} close to the training data are found less often than by "
                "guessing, which tells who was in it just as well."
            ).format(who=who)
        )
    return tuple(lines)


def _per_thousand(tpr: Estimate, *, of_people: bool) -> str:
    """Whom the strongest attack finds, beside whom it wrongly names."""
    return (
        _(
            "Of 1,000 people who were not in the data, 10 are wrongly named. Of 1,000 who were, {found} are found "
            "(95 % interval: {low} to {high}). An attacker who only guesses finds 10."
        )
        if of_people
        else _(
            "Of 1,000 records that were not in the data, 10 are wrongly named. Of 1,000 that were, {found} are found "
            "(95 % interval: {low} to {high}). An attacker who only guesses finds 10."
        )
    ).format(found=of_1000(tpr.value), low=of_1000(tpr.low), high=of_1000(tpr.high))


def _bridge(gate: Gate | None, finder: str) -> list[str]:
    """From the figure of whoever finds most to the bound for all; none where the gate has no bound."""
    if gate is None or gate.limit is None:
        return []
    low = None if gate.lower_bound is None else least_of_1000(gate.lower_bound)
    high = None if gate.upper_bound is None else most_of_1000(gate.upper_bound)
    bound = {
        "fail": None if low is None else _("at least {low}").format(low=low),
        "pass": None if high is None else _("at most {high}").format(high=high),
        "inconclusive": None
        if high is None
        else _("at most {high}").format(high=high)
        if low is None
        else _("{low} to {high}").format(low=low, high=high),
    }[gate.outcome]
    if bound is None:
        return []
    return [
        _(
            "That is {finder}, measured on other people than it was chosen on. What is held against the limit "
            "holds for every attack at once: {bound} found (95 %); the limit is {limit}."
        ).format(finder=finder, bound=bound, limit=of_1000(gate.limit))
    ]


def _dots(report: AuditReport) -> tuple[Dots, ...]:
    said = members_found(report)
    if said is None or not isinstance(said[1], Estimate) or not figures_told(report):
        return ()
    tpr, who = said[1].value, units(report)
    gate = chosen_gates(report).get("tpr_at_fpr")
    tone = TONES[gate.outcome] if gate else "plain"
    return (
        Dots(
            id="dots-in",
            label=_("In the data: {n} of 1,000 {who} found").format(n=of_1000(tpr), who=who),
            n=round(1000 * tpr),
            tone=tone,
        ),
        Dots(id="dots-out", label=_("Not in the data: 10 of 1,000 wrongly named"), n=10, tone=tone),
    )


def _policy(report: AuditReport) -> tuple[tuple[str, str], ...]:
    limits = report.policy
    exposed = _("reported, no limit") if limits.exposed_allowed else _("nobody allowed")
    return (
        (_("Policy"), policy_name(report)),
        (
            _("Limits"),
            _(
                "at most {tpr_at_fpr} of 1,000 members found at 1 false name in 100; right in at most {auc} "
                "of 100 tries; at most {copies_excess} of members copied beyond chance; {units} clearly exposed: "
                "{exposed}"
            ).format(
                tpr_at_fpr=of_1000(limits.tpr_at_fpr),
                auc=of_100(limits.auc),
                copies_excess=percent(limits.copies_excess),
                units=units(report),
                exposed=exposed,
            ),
        ),
        (_("Set by"), sentence(shown(limits.source, 200))),
    )


def _badges(report: AuditReport) -> tuple[tuple[str, Status], ...]:
    """Each use in a word."""
    return tuple(
        (_use_name(use), Status(word=outcome_word(report, use.outcome), tone=TONES[use.outcome]))
        for use in _in_order(report)
    )


def _in_order(report: AuditReport) -> list[UseVerdict]:
    """The uses, a policy of one's own first, then from the smallest circle to the largest."""
    uses = {use.use: use for use in reversed(report.uses)}
    order = [name for name in uses if name not in words.USES] + [name for name in words.USES if name in uses]
    return [uses[name] for name in order]


def _use_name(use: UseVerdict) -> str:
    return words.USES.get(use.use, shown(use.use, 40))


def _uses(report: AuditReport) -> Table | None:
    if not report.uses:
        return None
    return Table(
        id="uses",
        caption=_("What decided for each use"),
        head=(_("Use"), _("Outcome"), _("What decided")),
        rows=tuple(
            (
                Named(text=_use_name(use), note=_("this audit's policy") if use.use == report.policy.name else ""),
                Status(word=outcome_word(report, use.outcome), tone=TONES[use.outcome]),
                why(report, use),
            )
            for use in _in_order(report)
        ),
    )


def outcome_word(report: AuditReport, outcome: Outcome) -> str:
    """The outcome for a use; a file that holds more than was audited is not what passed."""
    word = words.OUTCOMES[outcome]
    return _("{word}: audited copy").format(word=word) if outcome == "pass" and is_for_copy(report) else word
