"""Who drew the split, what its coins say of epsilon, and how the vendor's claim and the canaries stand."""

from synthaudit.report.components import Status, Table, Tone, table
from synthaudit.report.numbers import capital, count, measured, of_1000, p_is, percent, sentence, shown
from synthaudit.types import AuditReport, ClaimCheck, EpsilonBound, NotEstimable

_DESIGNS = {
    "fixed": "a share of the people, drawn at random",
    "coins": "one fair coin for each",
    "pairs": "one fair coin for each random pair",
}
_NEIGHBOURS = {
    "add_remove": "one unit added or removed",
    "replace_one": "one unit replaced by another",
    None: "not said",
}
_STANDS: dict[str, tuple[str, Tone]] = {
    "refuted": ("contradicted", "bad"),
    "not_refuted": ("not contradicted", "plain"),
    "not_tested": ("could not be tested", "open"),
}


def split(report: AuditReport) -> tuple[str, ...]:
    """What stands behind the p-values: the auditor's own draw, or an assumption."""
    if report.sealed is None:
        return ()
    return (
        f"The split was drawn by synthaudit ({_DESIGNS[report.sealed.design]}) and sealed. The tables of this audit "
        "are the ones that were sealed, and the draw follows from its secret.",
        f"Commitment: {report.sealed.commitment}. It must be the one that came with the training table.",
    )


def epsilon(report: AuditReport) -> tuple[str, ...]:
    """The bound in words, with its ceiling and what it does not say."""
    found = report.epsilon
    if found is None or isinstance(found, NotEstimable):
        why = "no holdout was given" if found is None else found.not_estimable
        return (f"Epsilon is not estimable: {sentence(why)}",)
    at = f"at delta {found.delta:g}, for {_NEIGHBOURS[found.relation]}"
    if found.lower_bound > 0:
        said = (
            f"Whatever the generator claims, this release shows an epsilon of at least {found.lower_bound:.2f} ({at}); "
            f"in at most {percent(1 - found.confidence_level)} of audits is such a bound too high."
        )
    else:
        said = (
            f"The guesses rule out no epsilon ({at}). A bound of 0 is no evidence of safety: attacks may be too weak."
        )
    return (
        said,
        f"{count(found.n_coins)} coins of {found.units} were guessed from this one release, by an attack and in "
        f"numbers fixed beforehand. Had every guess been right, the bound would be {found.ceiling:.2f}: no more can be "
        "shown.",
    )


def tries(report: AuditReport) -> Table | None:
    """The guesses, right and wrong."""
    found = report.epsilon
    return table(
        "epsilon-table",
        "Guesses of who was in the training data",
        ("Guesses", "Right", "A coin would be right in", "Epsilon is at least"),
        [
            (count(one.n_guesses), count(one.n_right), f"{one.n_guesses / 2:g}", f"{one.lower_bound:.2f}")
            for one in (found.tries if isinstance(found, EpsilonBound) else ())
        ],
        numeric={0, 1, 2, 3},
    )


def claim(report: AuditReport) -> Table | None:
    """The vendor's claim of differential privacy, converted step by step."""
    told = report.claim
    if told is None:
        return None
    word, tone = _STANDS[told.stands]
    rows: list[tuple[str, str | Status]] = [
        ("Claimed", f"epsilon {told.epsilon:g}, delta {told.delta:g}, for one {shown(told.unit, 40)}"),
        ("Neighbouring tables differ by", _NEIGHBOURS[told.relation]),
        *((f"Conversion {i}", sentence(capital(step))) for i, step in enumerate(told.conversion, 1)),
        ("In the terms of this audit", _converted(told)),
        (
            "If it holds, an attacker finds, at 10 false names in 1,000",
            "not known" if told.largest_tpr is None else f"at most {of_1000(told.largest_tpr)} of 1,000 members",
        ),
        ("The claim is", Status(word=word, tone=tone)),
        ("Why", sentence(capital(told.reason))),
    ]
    return Table(id="claim-table", caption="The vendor's claim", head=("What", "Value"), rows=tuple(rows))


def _converted(told: ClaimCheck) -> str:
    if told.converted_epsilon is None or told.converted_delta is None:
        return "cannot be converted"
    return f"epsilon {told.converted_epsilon:g}, delta {told.converted_delta:.3g}"


def canaries(report: AuditReport) -> tuple[str, ...]:
    """What became of the made-up people."""
    found = report.canaries
    if found is None:
        return ()
    return (
        f"{count(found.n_in + found.n_out)} made-up people were prepared; fair coins put {count(found.n_in)} of them "
        f"into the training table. {count(found.copied_in)} of these and {count(found.copied_out)} of the others occur "
        "in the release word for word.",
        f"Told apart by the one attack fixed beforehand: AUC {measured(found.auc)}. By the whole family of attacks: "
        f"{p_is(found.pvalue)}. {sentence(found.reason)}",
    )
