"""Figures of one release as the cells of a comparison: short, each with its interval, or why there is none."""

from collections.abc import Sequence

from synthaudit.files.catalogue import _
from synthaudit.report.components import Missing, Named, Table
from synthaudit.report.numbers import NBSP, count, of_100, of_1000, sentence, shown
from synthaudit.report.reasons import figures_told
from synthaudit.report.retold import retold
from synthaudit.types import AuditReport, EpsilonBound, Estimate, Measured

_NAME = 40


def top_figures(report: AuditReport) -> tuple[Estimate, Estimate] | None:
    """Members found and AUC of the strongest attack; None where there is none, or none that means anything."""
    worst = report.worst
    if worst is None or not figures_told(report):
        return None
    found, auc = worst.tpr_at_fpr, worst.auc
    return (found, auc) if isinstance(found, Estimate) and isinstance(auc, Estimate) else None


def members_found(report: AuditReport) -> str | Missing:
    """Of 1,000 members, at 1 false name in 100."""
    measured = None if report.worst is None else report.worst.tpr_at_fpr
    if not isinstance(measured, Estimate) or not figures_told(report):
        return _missing(report, measured)
    return _with_interval(of_1000(measured.value), of_1000(measured.low), of_1000(measured.high))


def right_guesses(report: AuditReport) -> str | Missing:
    """Of 100 guesses which of two people was in the data; a coin has 50."""
    measured = None if report.worst is None else report.worst.auc
    if not isinstance(measured, Estimate) or not figures_told(report):
        return _missing(report, measured)
    return _with_interval(of_100(measured.value), of_100(measured.low), of_100(measured.high))


def beside(names: Sequence[str], reports: Sequence[AuditReport]) -> Table:
    """What else decides: right guesses, copies, people who stand out, epsilon, and quality."""
    return Table(
        id="figures-table",
        caption=_("What else to look at"),
        head=(
            _("Release"),
            _("Right guesses of 100"),
            _("Copied word for word"),
            _("Clearly exposed"),
            _("Epsilon"),
            _("Likeness to train, of 100"),
        ),
        rows=tuple(
            (
                name,
                right_guesses(report),
                _copies(report),
                _exposed(report),
                _epsilon(report),
                _quality(report),
            )
            for name, report in zip(names, reports, strict=True)
        ),
    )


def _with_interval(n: str | int, low: str | int, high: str | int) -> str:
    """On one line, however narrow the column."""
    return _("{n} ({low} to {high})").format(n=n, low=low, high=high).replace(" ", NBSP)


def _missing(report: AuditReport, measured: Measured | None) -> Missing:
    if measured is None:
        return Missing(why=_("Not tested: no attack could be run."))
    if isinstance(measured, Estimate):
        return Missing(why=_("Not decided, for members and non-members cannot be compared."))
    return Missing(why=sentence(retold(measured.not_estimable)))


def _copies(report: AuditReport) -> Named:
    if report.copies.identical_to_train:
        return Named(text=_("all"), note=_("the whole training table"))
    counted = report.copies.single or report.copies
    text = _("{n} of {of}").format(n=count(counted.train), of=count(counted.n_train))
    if not counted.n_holdout:
        return Named(text=text, note=_("others: not tested"))
    note = _("others: {n} of {of}").format(n=count(counted.holdout), of=count(counted.n_holdout))
    return Named(text=text, note=note)


def _exposed(report: AuditReport) -> str | Missing:
    exposure = report.exposure
    if exposure is None:
        return Missing(why=_("Not tested: who stands out."))
    if not figures_told(report):
        return Missing(why=_("Not decided, for members and non-members cannot be compared."))
    return _("{n} of {of}").format(n=count(exposure.n_exposed), of=count(exposure.n_members))


def _epsilon(report: AuditReport) -> Named:
    """As claimed, and below it what the release shows."""
    bound = report.epsilon
    low = _("shown: at least {low:.2f}").format(low=bound.lower_bound) if isinstance(bound, EpsilonBound) else ""
    if (claimed := report.claim) is None:
        return Named(text=_("no claim"), note=low or _("shown: not tested"))
    stands = {"refuted": _("refuted"), "not_refuted": _("not refuted"), "not_tested": _("not tested")}[claimed.stands]
    notes = ", ".join(filter(None, (stands, low)))
    return Named(text=_("{epsilon:g} claimed").format(epsilon=claimed.epsilon), note=notes)


def _quality(report: AuditReport) -> Named | str:
    utility = report.utility
    if utility is None:
        return "–"
    note = _("real people: {real}").format(real=of_100(utility.marginals.real))
    if (prediction := utility.prediction) is not None:
        note += _("; models of {column}: {release} (of train: {real})").format(
            column=shown(prediction.column, _NAME),
            release=f"{100 * prediction.release:.0f}",
            real=f"{100 * prediction.real:.0f}",
        )
    return Named(text=str(of_100(utility.marginals.release)), note=note)
