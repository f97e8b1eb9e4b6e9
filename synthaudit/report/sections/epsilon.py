"""Epsilon and the vendor's claim: what the coins of a sealed split say of them, and of the canaries."""

from dataclasses import dataclass

from synthaudit.report.components import Status, Table, Tone, table
from synthaudit.report.numbers import capital, count, measured, of_1000, p_is, percent, sentence, shown
from synthaudit.types import AuditReport, ClaimCheck, EpsilonBound, NotEstimable

_NEIGHBOURS = {
    "add_remove": "one unit added or removed",
    "replace_one": "one unit replaced by another",
    None: "not said",
}
_STANDS: dict[str, tuple[str, Tone]] = {
    "refuted": ("refuted", "bad"),
    "not_refuted": ("not refuted", "plain"),
    "not_tested": ("could not be tested", "open"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonView:
    """The section, ready to print."""

    text: tuple[str, ...]
    tries: Table | None
    claim: Table | None
    canaries: tuple[str, ...]


def view(report: AuditReport) -> EpsilonView:
    """The bound, the vendor's claim, and the made-up people."""
    return EpsilonView(text=_text(report), tries=_tries(report), claim=_claim(report), canaries=_canaries(report))


def _text(report: AuditReport) -> tuple[str, ...]:
    """The bound in words, with its ceiling and what it does not say."""
    bound = report.epsilon
    if bound is None or isinstance(bound, NotEstimable):
        why = "no holdout was given" if bound is None else bound.not_estimable
        return (f"Epsilon is not estimable: {sentence(why)}",)
    at = f"at delta {bound.delta:g}, for {_NEIGHBOURS[bound.relation]}"
    if bound.lower_bound > 0:
        finding = (
            f"Whatever the generator claims, this release shows an epsilon of at least {bound.lower_bound:.2f} ({at}); "
            f"in at most {percent(1 - bound.confidence_level)} of audits is such a bound too high."
        )
    else:
        finding = (
            f"The guesses rule out no epsilon ({at}). A bound of 0 is no evidence of safety: attacks may be too weak."
        )
    return (
        finding,
        f"{count(bound.n_coins)} coins of {bound.units} were guessed from this one release, by an attack and in "
        f"numbers fixed beforehand. Had every guess been right, the bound would be {bound.ceiling:.2f}: no more can be "
        "shown.",
    )


def _tries(report: AuditReport) -> Table | None:
    """The guesses, right and wrong."""
    bound = report.epsilon
    return table(
        "epsilon-table",
        "Guesses of who was in the training data",
        ("Guesses", "Right", "A coin would be right in", "Epsilon is at least"),
        [
            (
                count(attempt.n_guesses),
                count(attempt.n_right),
                f"{attempt.n_guesses / 2:g}",
                f"{attempt.lower_bound:.2f}",
            )
            for attempt in (bound.tries if isinstance(bound, EpsilonBound) else ())
        ],
        numeric={0, 1, 2, 3},
    )


def _claim(report: AuditReport) -> Table | None:
    """The vendor's claim of differential privacy, converted step by step."""
    claim = report.claim
    if claim is None:
        return None
    word, tone = _STANDS[claim.stands]
    rows: list[tuple[str, str | Status]] = [
        ("Claimed", f"epsilon {claim.epsilon:g}, delta {claim.delta:g}, for one {shown(claim.unit, 40)}"),
        ("Neighbouring tables differ by", _NEIGHBOURS[claim.relation]),
        *((f"Conversion {i}", sentence(capital(step))) for i, step in enumerate(claim.conversion, 1)),
        ("In the terms of this audit", _converted(claim)),
        (
            "If it holds, an attacker finds, at 10 false names in 1,000",
            "not known" if claim.largest_tpr is None else f"at most {of_1000(claim.largest_tpr)} of 1,000 members",
        ),
        ("The claim is", Status(word=word, tone=tone)),
        ("Why", sentence(capital(claim.reason))),
    ]
    return Table(id="claim-table", caption="The vendor's claim", head=("What", "Value"), rows=tuple(rows))


def _converted(claim: ClaimCheck) -> str:
    if claim.converted_epsilon is None or claim.converted_delta is None:
        return "cannot be converted"
    return f"epsilon {claim.converted_epsilon:g}, delta {claim.converted_delta:.3g}"


def _canaries(report: AuditReport) -> tuple[str, ...]:
    """What became of the made-up people."""
    canaries = report.canaries
    if canaries is None:
        return ()
    return (
        f"{count(canaries.n_in + canaries.n_out)} made-up people were prepared; fair coins put {count(canaries.n_in)} "
        f"of them into the training table. {count(canaries.copied_in)} of these and {count(canaries.copied_out)} of "
        "the others occur in the release word for word.",
        f"Told apart by the one attack fixed beforehand: AUC {measured(canaries.auc)}. By the whole family of attacks: "
        f"{p_is(canaries.pvalue)}. {sentence(canaries.reason)}",
    )
