"""In which order releases stand, and what would change it."""

from collections.abc import Iterator

from synthaudit.files.catalogue import _
from synthaudit.report.comparison import Comparison
from synthaudit.report.comparison_figures import top_figures
from synthaudit.report.numbers import count
from synthaudit.types import AuditReport, Outcome

_FIRST: dict[Outcome, int] = {"pass": 0, "inconclusive": 1, "fail": 2}


def place_of(report: AuditReport) -> tuple[int, float]:
    """What releases are sorted by: the verdict, then members found; those without that figure last."""
    top = top_figures(report)
    return _FIRST[report.outcome], 2.0 if top is None else top[0].value


def what_would_change(comparison: Comparison) -> tuple[str, ...]:
    """What to do so that the next page says more, the most useful first."""
    if comparison.differences:
        return tuple(_(difference.do) for difference in comparison.differences)
    return tuple(_changes(comparison, [release.report for release in comparison.releases]))


def _changes(comparison: Comparison, reports: list[AuditReport]) -> Iterator[str]:
    if comparison.unpaired and comparison.pairs:
        yield _(
            "Audits with --scores: the same people are then compared one by one, and smaller differences show. The "
            "scores are internal and stay with you."
        )
    people = [top[0].n for report in reports if (top := top_figures(report)) is not None]
    if people and any(not pair.is_told_apart for pair in comparison.pairs):
        yield _(
            "More people: {n} of them are behind these figures. Four times as many halve every interval. Releases that "
            "share a letter may then stand the other way round."
        ).format(n=count(min(people)))
    needed = [
        use.n_needed
        for report in reports
        if report.outcome == "inconclusive"
        for use in report.decidable
        if use.use == report.policy.name and use.n_needed is not None
    ]
    if needed:
        yield _("An inconclusive release moves as soon as it is decided: {n} people of each side do, mostly.").format(
            n=count(max(needed))
        )
    yield _("Another policy: other limits change verdicts, and so the rows. The letters stay.")
    yield _(
        "Another release of the same vendor: these figures are of one table each, and not of the generator behind it."
    )
    if all(report.utility is None or report.utility.prediction is None for report in reports):
        yield _("A declared --target: the page then says how well each release serves what it is for. No letter moves.")
    if any(report.claim is not None and report.claim.stands == "not_tested" for report in reports):
        yield _("A split drawn by coins (synthaudit split --coins): claims of epsilon can then be tested.")
