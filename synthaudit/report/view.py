"""``AuditReport`` -> strings: all that the page says, before any markup.

The report formats and never computes: rounding and natural frequencies happen here, statistics do not.
"""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synthaudit.report import words
from synthaudit.report.charts import attack_label, by_strength, named_controls, stands
from synthaudit.report.numbers import (
    count,
    duration,
    level,
    measured,
    number_or_dash,
    of_1000,
    percent,
    pvalue,
    sentence,
    shown,
)
from synthaudit.report.parts import TONES, Named, Status, Table, Tone
from synthaudit.report.summary import Summary, chosen_gates, policy_name, summarise, units
from synthaudit.types import AuditReport, Estimate, Finding, Gate, Outcome

_STANDS: dict[str, Status] = {
    "below": Status(word="below the limits", tone="good"),
    "open": Status(word="not decided", tone="open"),
    "above": Status(word="above a limit", tone="bad"),
}
_COVERAGE_TONES: dict[str, Tone] = {"ran": "good", "ran_low_power": "open", "not_run": "open", "not_applicable": "plain"}
_CONTROL_TONES: dict[str, Tone] = {"ok": "good", "noted": "open", "failed": "bad", "not_run": "open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One release on the index page of a batch."""

    name: str
    outcome: Outcome | Literal["error"]
    reason: str
    """Why: the deciding sentence, or the error's message."""
    link: str | None = None
    """Relative path of the release's report; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The whole page, ready to print."""

    title: str
    release: str
    created: str
    summary: Summary
    gates: Table | None
    attacks_text: tuple[str, ...]
    attacks: Table | None
    attacks_full: Table | None
    detection_text: tuple[str, ...]
    detection: Table | None
    controls: Table
    planted: Table | None
    shadows: tuple[str, ...]
    copies: Table
    exposure: str
    sample_text: tuple[str, ...]
    sample: Table | None
    coverage: Table | None
    threats: Table | None
    assumption: str
    scope: tuple[str, ...]
    subgroups: tuple[str, ...]
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
        attacks_text=_attacks_text(report),
        attacks=_attacks(report),
        attacks_full=_attacks_full(report),
        detection_text=_detection_text(report),
        detection=_detection(report),
        controls=_controls(report),
        planted=_planted(report),
        shadows=_shadows(report),
        copies=_copies(report),
        exposure=_exposure(report),
        sample_text=_sample_text(report),
        sample=_sample(report),
        coverage=_coverage(report),
        threats=_threats(report),
        assumption=sentence(report.assumption) or "The evidence states none.",
        scope=words.SCOPE,
        subgroups=report.subgroups,
        command=_command(report.provenance.config),
        tables=_tables(report),
        columns=_columns(report),
        method=_method(report),
        config=_config(report.provenance.config),
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
    return _table(
        "limits-table",
        f"Limits of the policy {policy_name(report)} and how this release stands to them",
        ("Limit", "Stands", "Limit value", "Measured", "At least", "At most", "Why"),
        [
            (
                words.GATES[gate.name],
                Status(word=words.gate_word(gate.name, gate.outcome), tone=TONES[gate.outcome]),
                *(_gate_figure(gate, value) for value in (gate.limit, gate.value, gate.lower_bound, gate.upper_bound)),
                sentence(gate.reason),
            )
            for gate in gates
        ],
        numeric={2, 3, 4, 5},
    )


# --- attacks -------------------------------------------------------------------------------------------


def _attacks_text(report: AuditReport) -> tuple[str, ...]:
    decision = report.decision
    if decision is None:
        return ("No membership attack could be run; the coverage record below says why.",)
    verdict = "more than chance explains" if decision.detected else "nothing that chance does not explain"
    attack, _, view = decision.strongest.partition("/")
    return (
        f"{count(decision.n_attacks)} attacks, chosen before looking, were judged together: they find {verdict}. "
        f"Telling members apart: p = {pvalue(decision.pvalue_auc)}; members among the top scores: "
        f"p = {pvalue(decision.pvalue_top)}; either counts below {decision.alpha_each:g}.",
        f"Strongest evidence: {attack_label(attack, view or 'cells')}. {count(decision.n_permutations)} random "
        "relabellings of members and non-members say what chance can do.",
    )


def _attack_name(finding: Finding) -> Named:
    code = f"{shown(finding.attack, 60)}/{shown(finding.view, 40)}"
    return Named(text=attack_label(finding.attack, finding.view), code=code)


def _estimate(finding: Finding, metric: str) -> str:
    value = finding.estimates.get(metric)
    if value is None:
        return "not measured"
    return measured(value, as_percent=metric != "auc")


def _attacks(report: AuditReport) -> Table | None:
    return _table(
        "attacks-table",
        "Every attack with its 95 % interval, the strongest first",
        ("Attack", "Stands", "AUC", "Members found at 1 false name in 100", "The attacker holds"),
        [
            (
                _attack_name(finding),
                _STANDS[stands(finding, report.policy)],
                _estimate(finding, "auc"),
                _estimate(finding, "tpr_at_fpr_0.01"),
                words.THREATS[finding.threat_model][0],
            )
            for finding in by_strength(report.findings)
        ],
        numeric={2, 3},
    )


def _attacks_full(report: AuditReport) -> Table | None:
    return _table(
        "attacks-full",
        "Bounds, further false-alarm rates and p-values of every attack",
        (
            "Attack",
            "AUC at least",
            "AUC at most",
            "Found at 1 in 100, at least",
            "at most",
            "Found at 1 in 10",
            "Found at 1 in 1,000",
            "p",
            "Adjusted p",
            "Members above the 1 % threshold",
            "Tied there",
        ),
        [
            (
                _attack_name(finding),
                number_or_dash(finding.lower_bounds.get("auc")),
                number_or_dash(finding.upper_bounds.get("auc")),
                _bound(finding.lower_bounds.get("tpr_at_fpr_0.01")),
                _bound(finding.upper_bounds.get("tpr_at_fpr_0.01")),
                _estimate(finding, "tpr_at_fpr_0.1"),
                _estimate(finding, "tpr_at_fpr_0.001"),
                pvalue(finding.pvalue),
                pvalue(finding.pvalue_adjusted),
                count(finding.n_true_positives),
                count(finding.tie_block),
            )
            for finding in by_strength(report.findings)
        ],
        numeric=set(range(1, 11)),
    )


def _bound(value: float | None) -> str:
    return "none" if value is None else percent(value)


# --- detection -----------------------------------------------------------------------------------------


def _detection_text(report: AuditReport) -> tuple[str, ...]:
    if report.worst is None or not report.curve:
        return ("No attack could be measured, so there is no curve.",)
    name = attack_label(report.worst.attack, report.worst.view)
    said = [
        f"The stricter an attacker is, the fewer strangers are named by mistake, and the fewer members are found. The "
        f"curve shows this trade for the worst attack, {name}; on the dotted line the attacker does no better than guessing.",
        "The worst attack was chosen on one half of the people and measured on the other, both ways, so that being the "
        "worst of many does not flatter it.",
    ]
    if report.smallest_detectable:
        n = report.smallest_detectable.n_nonmembers
        said.append(f"With {count(n)} non-members no rate finer than 1 in {count(n)} can be seen.")
    return tuple(said)


def _detection(report: AuditReport) -> Table | None:
    return _table(
        "detection-table",
        "Members found by the worst attack at several false-alarm rates",
        ("Non-members wrongly named", "Members found", "95 % interval"),
        [
            (_small_percent(p.fpr), percent(p.tpr), f"{percent(p.low)} to {percent(p.high)}")
            for p in report.curve
        ],
        numeric={1, 2},
    )


def _small_percent(rate: float) -> str:
    """A rate set by us, in percent and exact: .0005 is 0.05 %."""
    return f"{rate * 100:.4g}\u00a0%"


# --- controls ------------------------------------------------------------------------------------------


def _controls(report: AuditReport) -> Table:
    rows = [
        (
            Named(text=words.CONTROLS[name][0], note=words.CONTROLS[name][1]),
            Status(word=words.CONTROL_WORDS[control.status], tone=_CONTROL_TONES[control.status]),
            measured(control.auc),
            pvalue(control.pvalue),
            sentence(control.reason),
        )
        for name, control in named_controls(report)
    ]
    return Table(
        id="controls-table",
        caption="Audits of tables whose truth is known",
        head=("Control", "Result", "AUC", "p", "In words"),
        rows=tuple(rows),
        numeric=frozenset({2, 3}),
    )


def _planted(report: AuditReport) -> Table | None:
    return _table(
        "planted-table",
        "Leaks planted on purpose and how often the attacks found them",
        ("Planted", "Share of members", "Found", "Positive control of"),
        [
            (
                words.PLANTED[leak.kind],
                percent(leak.share),
                f"{leak.found} of {leak.of}",
                ", ".join(leak.gates) or "none: for the curve only",
            )
            for leak in report.controls.planted
        ],
        numeric={1, 2},
    )


def _shadows(report: AuditReport) -> tuple[str, ...]:
    record = report.shadows
    if record is None:
        return ()
    said = [
        f"{record.finished} of {record.requested} shadow generators ({shown(record.generator, 60)}) were fitted, "
        f"in {duration(record.seconds)}.",
        *(f"Failed: {sentence(failure)}" for failure in record.failures),
    ]
    return (*said, sentence(record.cost)) if record.cost else tuple(said)


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
        ("Release is the training table", "yes" if copies.identical_to_train else "no"),
        ("Copies can be recognised in this table", "yes" if copies.recognisable else "no, rows are often equal by nature"),
    ]
    return Table(id="copies-table", caption="Verbatim copies", head=("Count", "Result"), rows=tuple(rows), numeric=frozenset({1}))


def _exposure(report: AuditReport) -> str:
    if report.exposure is None:
        return "Whether single members stand out could not be tested."
    found = report.exposure
    return (
        f"{count(found.n_exposed)} of {count(found.n_members)} members can be named with confidence by the attack "
        f"“{attack_label(found.attack, 'cells')}”; at most {percent(found.false_discovery_rate)} of those named are "
        "expected to be wrong. Who they are is in no report."
    )


# --- what could be decided -----------------------------------------------------------------------------


def _sample_text(report: AuditReport) -> tuple[str, ...]:
    smallest, who = report.smallest_detectable, units(report)
    if smallest is None:
        return ("What this sample could have shown was not measured.",)
    return (
        f"{count(smallest.n_members)} members and {count(smallest.n_nonmembers)} non-members ({who}) took part. "
        f"The weakest leak that this audit would have seen in {percent(smallest.power)} of cases: an AUC of "
        f"{smallest.auc:.3f}, or {of_1000(smallest.tpr_at_fpr)} of 1,000 members found at 10 false names in 1,000.",
        "The table was simulated before the first attack: it says what a release without any leak could reach.",
    )


def _sample(report: AuditReport) -> Table | None:
    return _table(
        "sample-table",
        "What this number of people can decide",
        ("Use", "Chance of a pass if nothing leaks", "Members and non-members, each, for a chance of 80 %"),
        [
            (
                words.USES.get(line.use, shown(line.use, 40)),
                percent(line.pass_probability),
                "more than 200,000" if line.n_needed is None else count(line.n_needed),
            )
            for line in report.decidable
        ],
        numeric={1, 2},
    )


def _coverage(report: AuditReport) -> Table | None:
    return _table(
        "coverage-table",
        "Coverage record: every test, run or not",
        ("Test", "Status", "Reason", "A pass"),
        [
            (
                shown(line.test, 120),
                Status(word=words.COVERAGE_WORDS[line.status], tone="bad" if line.blocks_pass else _COVERAGE_TONES[line.status]),
                sentence(line.reason),
                "is blocked by this" if line.blocks_pass else "is not blocked",
            )
            for line in report.coverage
        ],
    )


def _threats(report: AuditReport) -> Table | None:
    used = {finding.threat_model for finding in report.findings}
    return _table(
        "threats-table",
        "Attackers that were played",
        ("Attacker", "What the attacker holds", "Played here"),
        [
            (name.capitalize(), f"The attacker {holds}.", "yes" if threat in used else "no")
            for threat, (name, holds) in words.THREATS.items()
        ],
    )


# --- method --------------------------------------------------------------------------------------------


def _tables(report: AuditReport) -> Table | None:
    return _table(
        "tables-table",
        "Tables of this audit",
        ("Table", "Rows", "People", "SHA-256"),
        [
            (
                words.ROLES[table.role],
                count(table.n_rows),
                "not declared" if table.n_units is None else count(table.n_units),
                Named(text="", code=shown(table.sha256, 80)),
            )
            for table in report.tables
        ],
        numeric={1, 2},
    )


def _columns(report: AuditReport) -> Table | None:
    return _table(
        "columns-table",
        "Columns of this audit",
        ("Column", "Kind", "Used"),
        [(shown(column.name, 80), words.KINDS[column.kind], words.USED[column.used]) for column in report.columns],
    )


def _method(report: AuditReport) -> Table:
    made = report.provenance
    libraries = ", ".join(f"{shown(name, 40)} {shown(version, 40)}" for name, version in sorted(made.libraries.items()))
    levels = sorted({value.confidence_level for f in report.findings for value in f.estimates.values() if isinstance(value, Estimate)})
    rows: list[tuple[str, str]] = [
        ("synthaudit", shown(made.synthaudit_version, 40)),
        ("Seed", str(made.seed)),
        ("Profile", shown(report.profile, 40)),
        ("Counted unit", "person (an entity column is declared)" if report.unit == "entity" else "row"),
        ("Confidence level of intervals", ", ".join(map(level, levels)) or "none measured"),
        ("Libraries", libraries or "not recorded"),
        ("Time taken", duration(made.seconds)),
        ("Evidence schema", str(report.schema_version)),
    ]
    return Table(id="method-table", caption="How these figures were made", head=("What", "Value"), rows=tuple(rows))


def _config(config: Mapping[str, Any]) -> Table | None:
    return _table(
        "config-table",
        "Resolved settings, folders left out",
        ("Setting", "Value"),
        [
            (shown(str(key), 80), Named(text="", code=shown(json.dumps(_without_folders(value), ensure_ascii=False), 600)))
            for key, value in sorted(config.items())
            if key != "command"
        ],
    )


def _command(config: Mapping[str, Any]) -> str:
    """The command line with file names but without folders, which name people and machines; "" if unknown."""
    command = config.get("command")
    try:
        tokens = shlex.split(command) if isinstance(command, str) else [str(token) for token in command or ()]
    except (TypeError, ValueError):
        return ""
    return shown(shlex.join(_without_folders(token) for token in tokens), 2000)


def _without_folders(value: Any) -> Any:
    if isinstance(value, str):
        option, equals, path = value.rpartition("=")
        return option + equals + re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    if isinstance(value, Mapping):
        return {str(key): _without_folders(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_folders(item) for item in value]
    return value


def _table(
    name: str, caption: str, head: tuple[str, ...], rows: list[tuple[str | Status | Named, ...]], numeric: set[int] | None = None
) -> Table | None:
    """A table, or None where it would have no row."""
    if not rows:
        return None
    return Table(id=name, caption=caption, head=head, rows=tuple(rows), numeric=frozenset(numeric or ()))
