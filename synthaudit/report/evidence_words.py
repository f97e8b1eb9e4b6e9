"""Figures of an audit as short clauses, each with its word where nothing was measured: "not tested", "not decided"."""

from synthaudit.files.catalogue import _, marks
from synthaudit.report import words
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, most_of_1000, of_1000, percent, shown
from synthaudit.report.reasons import chosen_gates, figures_told
from synthaudit.report.reasons import members_found as most_found
from synthaudit.report.reported_findings import reported_findings
from synthaudit.types import AuditReport, EpsilonBound, Estimate

_NAME = 60


def not_tested() -> str:
    """The word for what this audit says nothing of."""
    return _("not tested")


def _void() -> str:
    return _("not decided, for members and non-members cannot be compared")


def members_found(report: AuditReport) -> str:
    """How many members the strongest attack finds, with its interval."""
    said = most_found(report)
    if said is None or not isinstance(tpr := said[1], Estimate):
        return _("members found: not tested")
    if not figures_told(report):
        return _("members found: {word}").format(word=_void())
    return _("members found: {n} of 1,000 ({low} to {high}) at 1 false name in 100").format(
        n=of_1000(tpr.value), low=of_1000(tpr.low), high=of_1000(tpr.high)
    )


def most_members_found(report: AuditReport) -> str:
    """The upper bound of members found that holds for every attack made."""
    gate = chosen_gates(report).get("tpr_at_fpr")
    if gate is None or gate.upper_bound is None:
        return _("upper bound of members found: not tested")
    if not figures_told(report):
        return _("upper bound of members found: {word}").format(word=_void())
    return _("upper bound of members found: {n} of 1,000 (95 %)").format(n=most_of_1000(gate.upper_bound))


def exposed(report: AuditReport) -> str:
    """How many people stand out."""
    if report.exposure is None:
        return _("clearly exposed: not tested")
    if not figures_told(report):
        return _("clearly exposed: {word}").format(word=_void())
    return _("clearly exposed: {n} of {of} {units}").format(
        n=count(report.exposure.n_exposed), of=count(report.exposure.n_members), units=units(report)
    )


def copies(report: AuditReport) -> str:
    """Members copied word for word, and others."""
    if report.copies.identical_to_train:
        return _("word for word: the whole training table")
    counted = report.copies.single or report.copies
    members = _("word for word: {n} of {of} members").format(n=count(counted.train), of=count(counted.n_train))
    if not counted.n_holdout:
        return _("{members}, others not tested").format(members=members)
    return _("{members}, {n} of {of} others").format(
        members=members, n=count(counted.holdout), of=count(counted.n_holdout)
    )


def own_values(report: AuditReport) -> str:
    """In how many columns values of single people are used again."""
    if report.identifiers is None:
        return _("values of one person: no such column")
    return _("values of one person: used again in {n} of {of} columns").format(
        n=sum(column.reused for column in report.identifiers.columns), of=len(report.identifiers.columns)
    )


def risk(report: AuditReport, kind: str) -> str:
    """Singling out or linking: how much more often it succeeds for members."""
    measured = next((each for each in report.risks.found if each.kind == kind), None) if report.risks else None
    label = words.RISKS_WITHIN[kind]
    if measured is None or not isinstance(measured.excess, Estimate):
        return _("{risk}: not tested").format(risk=label)
    if not figures_told(report):
        return _("{risk}: {word}").format(risk=label, word=_void())
    excess = measured.excess
    return _("{risk}: members beyond others by {excess} ({low} to {high})").format(
        risk=label, excess=percent(excess.value), low=percent(excess.low), high=percent(excess.high)
    )


def guessed(report: AuditReport) -> str:
    """The attribute that is guessed best of members beyond others."""
    every = [each for each in report.risks.found if each.kind == "attribute_inference"] if report.risks else []
    measured = [(each.excess, each.column or "") for each in every if isinstance(each.excess, Estimate)]
    if not measured:
        return _("guessing attributes: not tested")
    if not figures_told(report):
        return _("guessing attributes: {word}").format(word=_void())
    excess, column = max(measured, key=lambda pair: pair[0].value)
    return _("guessing attributes: {n} tried, the largest excess {excess} ({low} to {high}), of “{column}”").format(
        n=len(measured),
        excess=percent(excess.value),
        low=percent(excess.low),
        high=percent(excess.high),
        column=shown(column, _NAME),
    )


def attackers(report: AuditReport) -> str:
    """Which attackers were played."""
    played = {finding.threat_model for finding in report.findings} | ({"shadow"} if report.per_record else set())
    if not played:
        return _("attackers: not tested")
    names = marks().semicolon.join(name for threat, (name, _holds) in words.THREATS.items() if threat in played)
    return _("attackers played: {names}").format(names=names)


def on_call(report: AuditReport) -> str:
    """Whether somebody was played who asks the generator for more."""
    if any(finding.threat_model == "black_box" for finding in report.findings):
        return _("the generator was asked for more releases")
    return _("asking the generator: not tested")


def largest_risk(report: AuditReport) -> str:
    """Whose risk was looked at beside the average."""
    n_groups = sum(group.n_members is not None for group in report.subgroups)
    groups = (
        _("groups: {n} looked at, {distinct} stand out").format(
            n=n_groups, distinct=sum(group.stands_out for group in report.subgroups)
        )
        if n_groups and figures_told(report)
        else _("groups: not tested")
    )
    isolated = (
        _("the most isolated people: not tested")
        if report.per_record is None
        else _("the most isolated people: {n} looked at").format(n=count(report.per_record.n_records))
    )
    return f"{groups}{marks().semicolon}{isolated}"


def controls(report: AuditReport) -> str:
    """Whether attacks that work were run: how many, and whether they saw what was planted."""
    if not report.findings:
        return _("adversarial tests of membership: not tested")
    every = report.controls.planted if report.controls else ()
    planted = [leak for leak in every if leak.of and report.policy.name in leak.gates]
    if not planted:
        return _("{n} attacks; planted leaks: not tested").format(n=len(report.findings))
    return _("{n} attacks; planted leaks, no larger than the limit, seen: {seen} of {of}").format(
        n=len(report.findings), seen=sum(leak.found for leak in planted), of=sum(leak.of for leak in planted)
    )


def epsilon(report: AuditReport) -> str:
    """What the release shows of epsilon."""
    bound = report.epsilon
    if not isinstance(bound, EpsilonBound):
        return _("epsilon shown: not tested")
    return _("epsilon shown: at least {low:.2f} at delta {delta:g} (95 %)").format(
        low=bound.lower_bound, delta=bound.delta
    )


def claim(report: AuditReport) -> str:
    """What the vendor claims, and how it stands."""
    claimed = report.claim
    if claimed is None:
        return _("epsilon claimed: none")
    stands = {"refuted": _("refuted"), "not_refuted": _("not refuted"), "not_tested": _("not tested")}[claimed.stands]
    return _("epsilon claimed: {epsilon:g}, delta {delta:g}, for one {unit}; {stands}").format(
        epsilon=claimed.epsilon, delta=claimed.delta, unit=shown(claimed.unit, 40), stands=stands
    )


def data_features(report: AuditReport) -> str:
    """Whose data these are, and how many columns were audited."""
    if not report.columns:
        return _("columns: not tested")
    used = sum(column.used != "left_out" for column in report.columns)
    return _("{n} of {of} columns audited; counted by {units}").format(
        n=used, of=len(report.columns), units=units(report)
    )


def n_findings(report: AuditReport) -> str:
    """How many findings there are."""
    return _("findings: {n}").format(n=len(reported_findings(report)))
