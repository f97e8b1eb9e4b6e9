"""``AuditReport`` -> strings: all that the page says, before any markup.

The report formats and never computes: rounding and natural frequencies happen here, statistics do not.
"""

from dataclasses import dataclass

from synthaudit.report import (
    attacks,
    composition,
    controls,
    no_holdout,
    other_risks,
    per_record,
    provenance,
    rare_values,
    sealed_split,
    subgroups,
    words,
)
from synthaudit.report.charts import attack_label
from synthaudit.report.components import TONES, Status, Table, table
from synthaudit.report.numbers import (
    NBSP,
    count,
    measured,
    percent,
    pvalue,
    sentence,
    shown,
)
from synthaudit.report.reasons import chosen_gates
from synthaudit.report.summary import Summary, policy_name, summarise, units
from synthaudit.types import AuditReport, Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The whole page, ready to print."""

    title: str
    release: str
    created: str
    summary: Summary
    gates: Table | None
    attacks_text: tuple[str, ...]
    attacks_note: str
    attacks: Table | None
    attacks_full: Table | None
    detection_text: tuple[str, ...]
    detection: Table | None
    isolated_text: tuple[str, ...]
    isolated: Table | None
    controls: Table | None
    planted: Table | None
    shadows: tuple[str, ...]
    copies: Table
    exposure: str
    reuse_text: tuple[str, ...]
    reuse: Table | None
    risks_text: tuple[str, ...]
    risks: Table | None
    alone_text: tuple[str, ...]
    sample_text: tuple[str, ...]
    sample: Table | None
    coverage: Table | None
    threats: Table | None
    assumption: str
    split_text: tuple[str, ...]
    epsilon_text: tuple[str, ...]
    epsilon: Table | None
    claim: Table | None
    composition_text: tuple[str, ...]
    composition: Table | None
    canaries_text: tuple[str, ...]
    scope: tuple[str, ...]
    risk_text: tuple[str, ...]
    risk: Table | None
    deleted_text: tuple[str, ...]
    deleted: Table | None
    command: str
    tables: Table | None
    columns: Table | None
    method: Table
    config: Table | None
    glossary: tuple[tuple[str, str], ...]


def page(report: AuditReport) -> PageView:
    """All words and figures of one report."""
    release = " ".join(shown(part, 80) for part in (report.vendor.name, report.vendor.release) if part)
    return PageView(
        title=f"Privacy audit of {release or 'a synthetic table'}",
        release=release,
        created=shown(report.provenance.created_utc, 40).replace("T", " ").replace("Z", " UTC"),
        summary=summarise(report),
        gates=_gates(report),
        attacks_text=attacks.text(report),
        attacks_note=attacks.note(report),
        attacks=attacks.strongest(report),
        attacks_full=attacks.every(report),
        detection_text=_detection_text(report),
        detection=_detection(report),
        isolated_text=per_record.text(report),
        isolated=per_record.attacks(report),
        controls=controls.controls(report),
        planted=controls.planted(report),
        shadows=controls.shadows(report),
        copies=_copies(report),
        exposure=_exposure(report),
        reuse_text=rare_values.text(report),
        reuse=rare_values.columns(report),
        risks_text=other_risks.text(report),
        risks=other_risks.all_risks(report),
        alone_text=no_holdout.text(report),
        sample_text=controls.sample_text(report),
        sample=controls.sample(report),
        coverage=controls.coverage(report),
        threats=_threats(report),
        assumption=sentence(report.assumption) or "The evidence states none.",
        split_text=sealed_split.split(report),
        epsilon_text=sealed_split.epsilon(report),
        epsilon=sealed_split.tries(report),
        claim=sealed_split.claim(report),
        composition_text=composition.text(report),
        composition=composition.releases(report),
        canaries_text=sealed_split.canaries(report),
        scope=words.SCOPE,
        risk_text=subgroups.text(report),
        risk=subgroups.groups(report),
        deleted_text=subgroups.deleted_text(report),
        deleted=subgroups.deleted(report),
        command=provenance.command(report.provenance.config),
        tables=provenance.tables(report),
        columns=provenance.columns(report),
        method=provenance.method(report),
        config=provenance.config(report.provenance.config),
        glossary=words.GLOSSARY,
    )


# --- limits --------------------------------------------------------------------------------------------


def _gate_figure(gate: Gate, value: float | None) -> str:
    if value is None:
        return "–"
    if gate.name == "exposed":
        return count(value)
    return f"{value:.3f}" if gate.name == "auc" else percent(value)


def _gates(report: AuditReport) -> Table | None:
    gates = chosen_gates(report).values()
    return table(
        "limits-table",
        f"Limits of the policy {policy_name(report)} and how this release stands to them",
        ("Limit", "Stands", "Limit value", "Measured", "At least", "At most", "Why"),
        [
            (
                words.gate_label(gate.name),
                Status(word=words.gate_word(gate.name, gate.outcome), tone=TONES[gate.outcome]),
                *(_gate_figure(gate, value) for value in (gate.limit, gate.value, gate.lower_bound, gate.upper_bound)),
                sentence(gate.reason),
            )
            for gate in gates
        ],
        numeric={2, 3, 4, 5},
    )


# --- detection -----------------------------------------------------------------------------------------


def _detection_text(report: AuditReport) -> tuple[str, ...]:
    if report.worst is None or not report.curve:
        return ("No attack could be measured, so there is no curve.",)
    name = attack_label(report.worst.attack, report.worst.view)
    said = [
        "The stricter an attacker is, the fewer strangers are named by mistake, and the fewer members are found. The "
        f"curve shows this trade for the worst attack, {name}; on the dotted line the attacker only guesses.",
        "The worst attack was chosen on one half of the people and measured on the other, both ways, so that being the "
        "worst of many does not flatter it.",
    ]
    if report.smallest_detectable:
        n = report.smallest_detectable.n_nonmembers
        said.append(f"With {count(n)} non-members no rate finer than 1 in {count(n)} can be seen.")
    return tuple(said)


def _detection(report: AuditReport) -> Table | None:
    return table(
        "detection-table",
        "Members found by the worst attack at several false-alarm rates",
        ("Non-members wrongly named", "Members found", "95 % interval"),
        [
            (_small_percent(p.fpr), percent(p.tpr), f"{percent(p.low)} to {percent(p.high)}".replace(" ", NBSP))
            for p in report.curve
        ],
        numeric={1, 2},
    )


def _small_percent(rate: float) -> str:
    """A rate set by us, in percent and exact: .0005 is 0.05 %."""
    return f"{rate * 100:.3g}{NBSP}%"


# --- copies and people ---------------------------------------------------------------------------------


def _copies(report: AuditReport) -> Table:
    copies, who = report.copies, units(report)
    rows: list[tuple[str, str]] = [
        (f"Members found word for word in the release, {who}", f"{count(copies.train)} of {count(copies.n_train)}"),
        (f"Non-members found word for word, {who}", f"{count(copies.holdout)} of {count(copies.n_holdout)}"),
        ("Members expected among them by chance", count(copies.expected)),
        ("Share of members less share of non-members (95 %)", measured(copies.excess, as_percent=True)),
        ("Chance of so many members if nothing leaked (p)", pvalue(copies.pvalue)),
        ("Synthetic rows equal to a training row", f"{count(copies.synthetic_rows)} of {count(copies.n_synthetic)}"),
        *_repeats(report),
        ("Release is the training table", "yes" if copies.identical_to_train else "no"),
        (
            "Copies can be recognised in this table",
            "yes" if copies.recognisable else "no, rows are often equal by nature",
        ),
    ]
    return Table(id="copies-table", caption="Verbatim copies", head=("Count", "Result"), rows=tuple(rows))


def _repeats(report: AuditReport) -> list[tuple[str, str]]:
    """How often rows of one table are equal to each other."""
    found = report.repeats
    if found is None:
        return []
    return [
        (
            "Rows of the release that repeat another of its rows",
            f"{count(found.synthetic)} of {count(found.n_synthetic)}"
            f" (training rows that do: {count(found.train)} of {count(found.n_train)})",
        )
    ]


def _exposure(report: AuditReport) -> str:
    if report.exposure is None:
        return "Whether single members stand out could not be tested."
    found = report.exposure
    return (
        f"{count(found.n_exposed)} of {count(found.n_members)} members can be named with confidence by the attack "
        f"“{attack_label(found.attack, 'cells')}”; at most {percent(found.false_discovery_rate)} of those named are "
        "expected to be wrong."
    )


# --- what could be decided -----------------------------------------------------------------------------


def _threats(report: AuditReport) -> Table | None:
    used = {finding.threat_model for finding in report.findings}
    if report.per_record:
        used.add("shadow")
    return table(
        "threats-table",
        "Attackers that were played",
        ("Attacker", "What the attacker holds", "Played here"),
        [
            (name.capitalize(), f"The attacker {holds}.", "yes" if threat in used else "no")
            for threat, (name, holds) in words.THREATS.items()
        ],
    )
