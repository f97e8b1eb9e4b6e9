"""The verdict for a monitoring system: OpenMetrics text, which readers of Prometheus' older format take as well."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import get_args

from synthaudit.report.numbers import shown
from synthaudit.report.reasons import chosen_gates, figures_told, members_found
from synthaudit.types import AuditReport, CoverageStatus, Engagement, Estimate, Gate, Measured, Outcome

_Labels = tuple[tuple[str, str], ...]
_Samples = Iterator[tuple[_Labels, float]]
_LEAKAGE = {True: "detected", False: "not_detected", None: "not_tested"}
_MOST = 200
"""Characters of a name."""
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def metrics_prom(report: AuditReport) -> str:
    r"""Verdict, gates, figures and counts as gauges, labelled by dataset, vendor, release and policy.

    Parameters
    ----------
    report : AuditReport
        Its names may be hostile.

    Returns
    -------
    str
        OpenMetrics 1.0. What was not measured has no line, and neither have figures that cannot be relied on: it is
        never 0. A verdict is one of three lines with 1, the others with 0, so that none looks like another.

    Examples
    --------
    >>> print(_sample("synthaudit_outcome", (("release", 'a "b"'), ("outcome", "pass")), 1))
    synthaudit_outcome{release="a \"b\"",outcome="pass"} 1
    """
    about = report.engagement or Engagement()
    names = {"dataset": about.dataset, "vendor": report.vendor.name, "release": report.vendor.release}
    common: _Labels = (*names.items(), ("policy", report.policy.name))
    lines = []
    for name, (meaning, samples) in _families(report).items():
        # Two lines of the same labels would make readers refuse the file: the first is that of the chosen policy.
        values: dict[_Labels, float] = {}
        for labels, value in samples:
            values.setdefault(tuple((label, shown(text, _MOST)) for label, text in (*common, *labels)), value)
        if values:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines += [_sample(name, labels, value) for labels, value in values.items()]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _sample(name: str, labels: _Labels, value: float) -> str:
    inside = ",".join(f'{label}="{text.translate(_ESCAPES)}"' for label, text in labels)
    return f"{name}{{{inside}}} {value!r}"


def _families(report: AuditReport) -> Mapping[str, tuple[str, _Samples]]:
    """Name -> what it is, and its samples."""
    gates = chosen_gates(report).values()
    copies, made = report.copies, report.provenance
    relied_on = figures_told(report)
    members = members_found(report) if relied_on else None
    counts = Counter(item.status for item in report.coverage)
    sides = {"members": (copies.train, copies.n_train), "nonmembers": (copies.holdout, copies.n_holdout)}
    return {
        "synthaudit_outcome": ("Verdict for the chosen policy.", _one_of(report.outcome)),
        "synthaudit_use_outcome": (
            "Verdict for each use.",
            (sample for use in report.uses for sample in _one_of(use.outcome, ("use", use.use))),
        ),
        "synthaudit_leakage": (
            "Whether leakage was detected.",
            (((("state", state),), int(report.leakage_detected is key)) for key, state in _LEAKAGE.items()),
        ),
        "synthaudit_gate_outcome": (
            "How the release stands to each limit of the policy.",
            (sample for gate in gates for sample in _one_of(gate.outcome, ("gate", gate.name))),
        ),
        "synthaudit_gate_limit": ("The limit.", _of_gates(gates, lambda gate: gate.limit)),
        "synthaudit_gate_lower_bound": ("Above the limit it fails.", _of_gates(gates, lambda gate: gate.lower_bound)),
        "synthaudit_gate_upper_bound": ("Below the limit it passes.", _of_gates(gates, lambda gate: gate.upper_bound)),
        "synthaudit_worst_attack_auc": (
            "Telling members from non-members by the worst attack; 0.5 is chance.",
            _interval(report.worst.auc if report.worst and relied_on else None),
        ),
        "synthaudit_members_found": (
            "Share of members found at 1 false name in 100; 0.01 is chance.",
            _interval(members[1] if members else None),
        ),
        "synthaudit_copied": (
            "People whose record the release holds word for word.",
            (((("of", side),), copied) for side, (copied, n) in sides.items() if n),
        ),
        "synthaudit_people": ("People looked up.", (((("of", side),), n) for side, (_, n) in sides.items() if n)),
        "synthaudit_rows": ("Rows of each table.", (((("table", role),), n) for role, n in made.n_rows.items())),
        "synthaudit_tests": (
            "Lines of the coverage record; those not run tell what was not looked at.",
            (((("status", status),), counts[status]) for status in get_args(CoverageStatus)),
        ),
        "synthaudit_audit_seconds": ("Seconds that the audit took.", iter([((), made.seconds)])),
        "synthaudit_audit_timestamp_seconds": ("When the audit was made, in Unix time.", _moment(made.created_utc)),
        "synthaudit_audit_info": ("What made the audit; always 1.", iter([(_maker(report), 1)])),
    }


def _one_of(outcome: Outcome, *labels: tuple[str, str]) -> _Samples:
    return (((*labels, ("outcome", word)), int(outcome == word)) for word in get_args(Outcome))


def _of_gates(gates: Collection[Gate], number: Callable[[Gate], float | None]) -> _Samples:
    for gate in gates:
        value = number(gate)
        if value is not None:
            yield (("gate", gate.name),), value


def _interval(measured: Measured | None) -> _Samples:
    if isinstance(measured, Estimate):
        for part, value in (("value", measured.value), ("low", measured.low), ("high", measured.high)):
            yield (("part", part),), value


def _moment(created_utc: str) -> _Samples:
    try:
        moment = datetime.strptime(created_utc, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return
    yield (), int(moment.timestamp())


def _maker(report: AuditReport) -> _Labels:
    version, schema = report.provenance.synthaudit_version, str(report.schema_version)
    return (("version", version), ("schema_version", schema), ("profile", report.profile))
