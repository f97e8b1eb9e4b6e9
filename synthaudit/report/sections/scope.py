"""Scope and limits: what the figures speak of, what they assume, and which attackers were played."""

from dataclasses import dataclass

from synthaudit.report import words
from synthaudit.report.components import Table, table
from synthaudit.report.numbers import sentence
from synthaudit.types import AuditReport

_DESIGNS = {
    "fixed": "a share of the people, drawn at random",
    "coins": "one fair coin for each",
    "pairs": "one fair coin for each random pair",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeView:
    """The section, ready to print."""

    scope: tuple[str, ...]
    assumption: str
    split: tuple[str, ...]
    threats: Table | None


def view(report: AuditReport) -> ScopeView:
    """What no figure here speaks about."""
    return ScopeView(
        scope=words.SCOPE,
        assumption=sentence(report.assumption) or "The evidence states none.",
        split=_split(report),
        threats=_threats(report),
    )


def _split(report: AuditReport) -> tuple[str, ...]:
    """What stands behind the p-values: the auditor's own draw, or an assumption."""
    if report.sealed is None:
        return ()
    return (
        f"The split was drawn by synthaudit ({_DESIGNS[report.sealed.design]}) and sealed. The tables of this audit "
        "are the ones that were sealed, and the draw follows from its secret.",
        f"Commitment: {report.sealed.commitment}. It must be the one that came with the training table.",
    )


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
