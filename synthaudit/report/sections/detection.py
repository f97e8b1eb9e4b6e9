"""Members found against false names: the curve of the strongest attack."""

from dataclasses import dataclass

from markupsafe import Markup

from synthaudit.files.catalogue import _, number
from synthaudit.report import charts
from synthaudit.report.components import Table, table
from synthaudit.report.numbers import NBSP, count, percent
from synthaudit.types import AuditReport


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionView:
    """The section, ready to print."""

    text: tuple[str, ...]
    chart: Markup | None
    curve: Table | None


def view(report: AuditReport) -> DetectionView:
    """The trade between members found and non-members named."""
    return DetectionView(text=_text(report), chart=charts.detection(report), curve=_curve(report))


def _text(report: AuditReport) -> tuple[str, ...]:
    if report.worst is None or not report.curve:
        return (_("No attack could be measured, so there is no curve."),)
    name = charts.attack_name(report.worst.attack)
    lines = [
        _(
            "The stricter an attacker is, the fewer non-members are named by mistake, and the fewer members are "
            "found. The curve shows this trade for the strongest attack, {name}; on the dotted line the attacker "
            "only guesses."
        ).format(name=name),
        _(
            "The strongest attack was chosen on one half of the people and measured on the other, both ways, so "
            "that being the strongest of many does not flatter it."
        ),
    ]
    if report.smallest_detectable:
        n = report.smallest_detectable.n_nonmembers
        lines.append(_("With {n} non-members no rate finer than 1 in {n} can be seen.").format(n=count(n)))
    return tuple(lines)


def _curve(report: AuditReport) -> Table | None:
    return table(
        "detection-table",
        _("Members found by the strongest attack at several shares of false names"),
        (_("Non-members wrongly named"), _("Members found"), _("95 % interval")),
        [
            (
                _small_percent(p.fpr),
                percent(p.tpr),
                _("{low} to {high}").format(low=percent(p.low), high=percent(p.high)).replace(" ", NBSP),
            )
            for p in report.curve
        ],
        numeric={1, 2},
    )


def _small_percent(rate: float) -> str:
    """A rate set by us, in percent and exact: .0005 is 0.05 %."""
    return f"{number(rate * 100, '.3g')}{NBSP}%"
