"""What this sample could decide: the weakest leak that would be seen, and the chance of a pass."""

from synthaudit.files.catalogue import _, plural
from synthaudit.report import words
from synthaudit.report.components import Table, TextAndTable, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, of_1000, percent, shown
from synthaudit.report.retold import retold
from synthaudit.types import AuditReport, Decidable


def view(report: AuditReport) -> TextAndTable:
    """What this number of people can decide."""
    return TextAndTable(text=_text(report), table=_table(report))


def _text(report: AuditReport) -> tuple[str, ...]:
    """The weakest leak that this audit would have seen."""
    smallest, who = report.smallest_detectable, units(report)
    if smallest is None:
        return (_("What this sample could have shown was not measured."),)
    return (
        _(
            "{n_members} members and {n_nonmembers} non-members ({who}) took part. The weakest leak that this "
            "audit would have seen in {power} of cases: an AUC of {auc:.3f}, or {tpr_at_fpr} of 1,000 members "
            "found at 1 false name in 100."
        ).format(
            n_members=count(smallest.n_members),
            n_nonmembers=count(smallest.n_nonmembers),
            who=who,
            power=percent(smallest.power),
            auc=smallest.auc,
            tpr_at_fpr=of_1000(smallest.tpr_at_fpr),
        ),
        *_beforehand(report),
    )


def _beforehand(report: AuditReport) -> tuple[str, ...]:
    """What the table of chances counts, and what it does not."""
    if not report.decidable:
        return ()
    counted = _("of the AUC and of members found")
    if n := max(line.n_secrets for line in report.decidable):
        secrets = plural("a secret", "{n} secrets", n).format(n=n)
        counted = _(
            "of the AUC, of members found, and of {secrets} guessed (as if half of all guesses were right)"
        ).format(secrets=secrets)
    lines = (
        _(
            "The table was worked out before the first attack: it says what a release without any leak could "
            "reach. The chance counts the limits {counted}; not copies, people exposed, or the tests of the test."
        ).format(counted=counted),
    )
    gap = next((line.ruled_out for line in report.decidable if line.ruled_out), None)
    if gap is None:
        return lines
    return (
        *lines,
        _("No pass could be given, however many people take part: see “{gap}” in the coverage record.").format(
            gap=retold(shown(gap, 120))
        ),
    )


def _table(report: AuditReport) -> Table | None:
    """What this number of people can decide."""
    return table(
        "sample-table",
        _("What this number of people can decide"),
        (_("Use"), _("Chance of a pass if nothing leaks"), _("Members and non-members, each, for a chance of 80 %")),
        [
            (
                words.USES.get(line.use, shown(line.use, 40)),
                _("none: ruled out beforehand") if line.ruled_out else percent(line.pass_probability),
                _needed(line),
            )
            for line in report.decidable
        ],
        numeric={1, 2},
    )


def _needed(line: Decidable) -> str:
    if line.ruled_out:
        return _("no number")
    return _("more than 200,000") if line.n_needed is None else count(line.n_needed)
