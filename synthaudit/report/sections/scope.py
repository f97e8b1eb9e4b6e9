"""Scope and limits: what the figures speak of, what they assume, and which attackers were played."""

from dataclasses import dataclass

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report import words
from synthaudit.report.components import Table, table
from synthaudit.report.numbers import capital, sentence
from synthaudit.types import AuditReport

_DESIGNS: Labels[str, str] = Labels(
    {
        "fixed": N_("a share of the people, drawn at random"),
        "coins": N_("one fair coin for each"),
        "pairs": N_("one fair coin for each random pair"),
    }
)


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
        scope=tuple(map(_, words.SCOPE)),
        assumption=sentence(report.assumption) or _("The evidence states none."),
        split=_split(report),
        threats=_threats(report),
    )


def _split(report: AuditReport) -> tuple[str, ...]:
    """What stands behind the p-values: the auditor's own draw, or an assumption."""
    if report.sealed is None:
        return ()
    return (
        _(
            "The split was drawn by synthaudit ({design}) and sealed. The tables of this audit are the ones "
            "that were sealed, and the draw follows from its secret."
        ).format(design=_DESIGNS[report.sealed.design]),
        _("Commitment: {commitment}. It must be the one that came with the training table.").format(
            commitment=report.sealed.commitment
        ),
    )


def _threats(report: AuditReport) -> Table | None:
    used = {finding.threat_model for finding in report.findings}
    if report.per_record:
        used.add("shadow")
    return table(
        "threats-table",
        _("Attackers that were played"),
        (_("Attacker"), _("What the attacker holds"), _("Played here")),
        [
            (capital(name), _("The attacker {holds}.").format(holds=holds), _("yes") if threat in used else _("no"))
            for threat, (name, holds) in words.THREATS.items()
        ],
    )
