"""Without a holdout that can be believed: what train and the release show and hint at, and how to get one."""

from synthaudit.files.catalogue import _, marks
from synthaudit.report.charts import attack_label
from synthaudit.report.components import TextAndTable
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, of_100, of_1000, percent, sentence, shown
from synthaudit.types import AgainstTrain, AuditReport, Estimate, KindOfGenerator, NotEstimable, WithoutHoldout
from synthaudit.verdict.levels import ALONE_ALPHA, CELLS_ALPHA


def view(report: AuditReport) -> TextAndTable | None:
    """Hints in words; None where there was a holdout that can be believed."""
    hints = report.without_holdout
    if hints is None:
        return None if report.refused_holdout is None else TextAndTable(text=_refused(report.refused_holdout))
    text = (
        _(
            "No people were given whom the generator never saw, so no release can pass. The command synthaudit "
            "split TABLE --out DIR draws a holdout at random, before the vendor gets anything."
        ),
        *(_against(hints.against_train) if hints.against_train else ()),
        _("What follows are hints: none of it can pass a release or fail it."),
        *_nearness(hints),
        *(_kind(hints.kind, units(report)) if hints.kind else ()),
    )
    return TextAndTable(text=text)


def _refused(against: AgainstTrain) -> tuple[str, ...]:
    return (
        _(
            "The holdout cannot be believed; the reasons say why. So this audit also says what it would have "
            "said without one. Nothing can pass by it. Draw a new holdout at random that the vendor never sees."
        ),
        *_against(against),
    )


def _against(against: AgainstTrain) -> tuple[str, ...]:
    """What was looked up, and what came of it; the sentences of what was detected stand above, among the reasons."""
    tests = (
        (_("what single people have alone"), against.pvalue_met, ALONE_ALPHA),
        (_("rows that keep close to single people"), against.pvalue_kept, ALONE_ALPHA),
        (_("rare pieces of texts"), against.pvalue_pieces, CELLS_ALPHA),
    )
    results = ", ".join(
        _("{what}: p = {pvalue:.2g} (leakage is detected below {alpha:g})").format(
            what=what, pvalue=pvalue, alpha=alpha
        )
        for what, pvalue, alpha in tests
    )
    return (
        _(
            "The release was held against what people of the training table have in common with each other, as "
            "if half of them were the release: {results}. {n_combinations} columns and combinations of columns "
            "were looked up. A release may meet people three times as often as people meet each other before "
            "this counts, or twice as often as it repeats itself."
        ).format(results=results, n_combinations=count(against.n_combinations)),
    )


def _nearness(hints: WithoutHoldout) -> tuple[str, ...]:
    share = hints.nearer
    if isinstance(share, NotEstimable):
        return (
            _("Distances within the training table could not be compared: {not_estimable}").format(
                not_estimable=sentence(share.not_estimable)
            ),
        )
    meaning = {
        "near": _(
            "More near rows than that: leakage is suspected. A generator that memorises puts its rows there. One "
            "that smooths may do the same, for its rows lie where people are dense."
        ),
        "far": _(
            "Fewer near rows than that: a filter is suspected, which removed rows near the training data and "
            "gives away who was in it. A generator that misses the law of the table looks the same."
        ),
        None: _("That is what rows of fresh people would do. It is no proof: a few copies move no average."),
    }[hints.suspected]
    return (
        _(
            "The training table was cut in two random halves that share nobody. Of one row of the release and "
            "one of the second half, that of the release lies nearer to the first half in {nearer} of comparisons "
            "(95 % interval: {low} to {high}; {n_synthetic} distinct rows). Rows of fresh people would in 50 %. "
            "{meaning}"
        ).format(
            nearer=percent(share.value),
            low=percent(share.low),
            high=percent(share.high),
            n_synthetic=count(hints.n_synthetic),
            meaning=meaning,
        ),
    )


def _kind(kind: KindOfGenerator, who: str) -> tuple[str, ...]:
    name = shown(kind.generator, 60)
    start = (
        _(
            "A generator of this kind ({name}), fitted on half of your table, would give away who was in that half: "
        ).format(name=name)
        if isinstance(kind.auc, Estimate)
        else _("What a generator of this kind ({name}) would give away could not be measured: ").format(name=name)
    )
    if isinstance(kind.auc, NotEstimable):
        return (start + marks().within(sentence(kind.auc.not_estimable)),)
    label = attack_label(*kind.attack.split("/", 1)) if "/" in kind.attack else shown(kind.attack, 60)
    top = kind.tpr_at_fpr
    at_top = (
        _(
            " Of 1,000 {who} in it, {top} are found ({low} to {high}) where 10 of 1,000 others are wrongly named."
        ).format(who=who, top=of_1000(top.value), low=of_1000(top.low), high=of_1000(top.high))
        if isinstance(top, Estimate)
        else ""
    )
    return (
        _(
            "{start}an attack points to the right one of a member and a non-member in {auc} of 100 tries ({low} "
            "to {high}; a coin: 50; most often by “{label}”).{at_top} This rests on {finished} of {requested} "
            "random halves. It speaks of the kind of generator assumed and of this table, not of the release "
            "under audit."
        ).format(
            start=start,
            auc=of_100(kind.auc.value),
            low=of_100(kind.auc.low),
            high=of_100(kind.auc.high),
            label=label,
            at_top=at_top,
            finished=count(kind.finished),
            requested=count(kind.requested),
        ),
        *(_("Failed: {failure}").format(failure=sentence(failure)) for failure in kind.failures),
    )
