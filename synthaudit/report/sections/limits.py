"""How the verdict was reached: every limit of the policy with what was measured."""

from synthaudit.report import words
from synthaudit.report.components import TextAndTable, table
from synthaudit.report.facts import gate_status, policy_name
from synthaudit.report.numbers import count, percent, sentence
from synthaudit.report.reasons import chosen_gates
from synthaudit.types import AuditReport, Gate


def view(report: AuditReport) -> TextAndTable:
    """Limit, value and bounds of every gate."""
    gates = table(
        "limits-table",
        f"Limits of the policy {policy_name(report)} and how this release stands to them",
        ("Limit", "Stands", "Limit value", "Measured", "At least", "At most", "Why"),
        [
            (
                words.gate_label(gate.name),
                gate_status(report, gate),
                *(_gate_figure(gate, value) for value in (gate.limit, gate.value, gate.lower_bound, gate.upper_bound)),
                sentence(gate.reason),
            )
            for gate in chosen_gates(report).values()
        ],
        numeric={2, 3, 4, 5},
    )
    return TextAndTable(table=gates)


def _gate_figure(gate: Gate, value: float | None) -> str:
    if value is None:
        return "–"
    if gate.name == "exposed":
        return count(value)
    return f"{value:.3f}" if gate.name == "auc" else percent(value)
