"""Several releases of one source: what one gives away, and what all do."""

from synthaudit.files.catalogue import _
from synthaudit.report.charts import attack_label
from synthaudit.report.components import Named, Status, Table, TextAndTable, figure, table
from synthaudit.report.numbers import count, pvalue
from synthaudit.types import AuditReport, Estimate, Finding, ReleaseAlone


def view(report: AuditReport) -> TextAndTable | None:
    """How much the releases add up to; None where there is one."""
    return TextAndTable(text=_text(report), table=_table(report)) if report.releases else None


def _text(report: AuditReport) -> tuple[str, ...]:
    n, label = len(report.releases), attack_label(*report.releases[0].attack.split("/", 1))
    estimates = [
        (release.auc.value, i) for i, release in enumerate(report.releases, 1) if isinstance(release.auc, Estimate)
    ]
    union = _union(report)
    opening = _(
        "{n} releases of one source were given. Everything else on this page is about all of them together, "
        "as somebody sees them who collects them."
    ).format(n=count(n))
    if not estimates or union is None or not isinstance(union.estimates["auc"], Estimate):
        return (opening,)
    value, which = max(estimates)
    return (
        opening,
        _(
            "By one attack that was fixed beforehand ({label}), release {which} alone reaches an AUC of "
            "{value:.3f}, all together {union:.3f}."
        ).format(label=label, which=which, value=value, union=union.estimates["auc"].value),
    )


def _table(report: AuditReport) -> Table | None:
    """Each release by itself, then the union."""
    rows = [
        (
            Named(text=_("Release {i}").format(i=i), code=release.sha256[:12]),
            count(release.n_rows),
            figure(release.auc),
            figure(release.tpr_at_fpr, as_percent=True),
            f"{count(release.copies_train)} / {count(release.copies_holdout)}",
            Status(word=_("yes") if release.detected else _("no"), tone="bad" if release.detected else "plain"),
            pvalue(release.pvalue),
        )
        for i, release in enumerate(report.releases, 1)
    ]
    union = _union(report)
    if union is not None:
        detected, decision = bool(report.leakage_detected), report.decision
        rows.append(
            (
                Named(text=_("All together"), note=_("this audit")),
                count(sum(release.n_rows for release in report.releases)),
                figure(union.estimates["auc"]),
                figure(union.estimates["tpr_at_fpr_0.01"], as_percent=True),
                f"{count(report.copies.train)} / {count(report.copies.holdout)}",
                Status(word=_("yes") if detected else _("no"), tone="bad" if detected else "plain"),
                pvalue(None if decision is None else min(1.0, 2 * min(decision.pvalue_auc, decision.pvalue_top))),
            )
        )
    head = (
        _("Release"),
        _("Rows"),
        _("AUC (95 %)"),
        _("Members found at 1 false name in 100 (95 %)"),
        _("Members / non-members copied"),
        _("Leakage detected"),
        "p",
    )
    return table(
        "releases-table", _("What one release gives away, and what all do"), head, rows, numeric={1, 2, 3, 4, 6}
    )


def _union(report: AuditReport) -> Finding | None:
    first: ReleaseAlone = report.releases[0]
    return next((f for f in report.findings if f"{f.attack}/{f.view}" == first.attack), None)
