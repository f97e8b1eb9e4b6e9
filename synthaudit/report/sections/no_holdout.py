"""Without a holdout that can be believed: what train and the release show and hint at, and how to get one."""

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
        "No people were given whom the generator never saw, so no release can pass. The command synthaudit split TABLE "
        "--out DIR draws a holdout at random, before the vendor gets anything.",
        *(_against(hints.against_train) if hints.against_train else ()),
        "What follows are hints: none of it can pass a release or fail it.",
        *_nearness(hints),
        *(_kind(hints.kind, units(report)) if hints.kind else ()),
    )
    return TextAndTable(text=text)


def _refused(against: AgainstTrain) -> tuple[str, ...]:
    return (
        "The holdout cannot be believed; the reasons say why. So this audit also says what it would have said without "
        "one. Nothing can pass by it. Draw a new holdout at random that the vendor never sees.",
        *_against(against),
    )


def _against(against: AgainstTrain) -> tuple[str, ...]:
    """What was looked up, and what came of it; the sentences of what was detected stand above, among the reasons."""
    tests = (
        ("what single people have alone", against.pvalue_met, ALONE_ALPHA),
        ("rows that keep close to single people", against.pvalue_kept, ALONE_ALPHA),
        ("rare pieces of texts", against.pvalue_pieces, CELLS_ALPHA),
    )
    results = ", ".join(
        f"{what}: p = {pvalue:.2g} (leakage is detected below {alpha:g})" for what, pvalue, alpha in tests
    )
    return (
        "The release was held against what people of the training table have in common with each other, as if half of "
        f"them were the release: {results}. {count(against.n_combinations)} columns and combinations of columns were "
        "looked up. A release may meet people three times as often as people meet each other before this counts, or "
        "twice as often as it repeats itself.",
    )


def _nearness(hints: WithoutHoldout) -> tuple[str, ...]:
    share = hints.nearer
    if isinstance(share, NotEstimable):
        return (f"Distances within the training table could not be compared: {sentence(share.not_estimable)}",)
    meaning = {
        "near": "More near rows than that: leakage is suspected. A generator that memorises puts its rows there. One "
        "that smooths may do the same, for its rows lie where people are dense.",
        "far": "Fewer near rows than that: a filter is suspected, which removed rows near the training data and gives "
        "away who was in it. A generator that misses the law of the table looks the same.",
        None: "That is what rows of fresh people would do. It is no proof: a few copies move no average.",
    }[hints.suspected]
    return (
        "The training table was cut in two random halves that share nobody. Of one row of the release and one of the "
        f"second half, that of the release lies nearer to the first half in {percent(share.value)} of comparisons "
        f"(95 % interval: {percent(share.low)} to {percent(share.high)}; {count(hints.n_synthetic)} distinct rows). "
        f"Rows of fresh people would in 50 %. {meaning}",
    )


def _kind(kind: KindOfGenerator, who: str) -> tuple[str, ...]:
    name = shown(kind.generator, 60)
    start = (
        f"A generator of this kind ({name}), fitted on half of your table, would give away who was in that half: "
        if isinstance(kind.auc, Estimate)
        else f"What a generator of this kind ({name}) would give away could not be measured: "
    )
    if isinstance(kind.auc, NotEstimable):
        return (start + sentence(kind.auc.not_estimable).lower(),)
    label = attack_label(*kind.attack.split("/", 1)) if "/" in kind.attack else shown(kind.attack, 60)
    top = kind.tpr_at_fpr
    at_top = (
        f" Of 1,000 {who} in it, {of_1000(top.value)} are found ({of_1000(top.low)} to {of_1000(top.high)}) where 10 "
        "of 1,000 others are wrongly named."
        if isinstance(top, Estimate)
        else ""
    )
    return (
        f"{start}an attack points to the right one of a member and a non-member in {of_100(kind.auc.value)} of 100 "
        f"tries ({of_100(kind.auc.low)} to {of_100(kind.auc.high)}; a coin: 50; most often by “{label}”).{at_top} This "
        f"rests on {count(kind.finished)} of {count(kind.requested)} random halves. It speaks of the kind of "
        "generator assumed and of this table, not of the release under audit.",
        *(f"Failed: {sentence(failure)}" for failure in kind.failures),
    )
