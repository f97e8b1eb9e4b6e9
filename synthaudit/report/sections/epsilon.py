"""Epsilon and the vendor's claim: what the coins of a sealed split say of them, and of the canaries."""

from dataclasses import dataclass

from synthaudit.files.catalogue import N_, Labels, _, number
from synthaudit.report.components import Status, Table, Tone, table
from synthaudit.report.numbers import count, decimals, measured, most_of_1000, p_is, percent, sentence, shown
from synthaudit.report.retold import retold
from synthaudit.types import AuditReport, ClaimCheck, EpsilonBound, NotEstimable

_NEIGHBOURS: Labels[str | None, str] = Labels(
    {
        "add_remove": N_("one unit added or removed"),
        "replace_one": N_("one unit replaced by another"),
        None: N_("not said"),
    }
)
_STANDS: dict[str, tuple[str, Tone]] = {
    "refuted": (N_("refuted"), "bad"),
    "not_refuted": (N_("not refuted"), "plain"),
    "not_tested": (N_("could not be tested"), "open"),
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
        why = _("no holdout was given") if bound is None else bound.not_estimable
        return (_("Epsilon is not estimable: {why}").format(why=sentence(why)),)
    at = _("at delta {delta:g}, for {neighbours}").format(delta=bound.delta, neighbours=_NEIGHBOURS[bound.relation])
    if bound.lower_bound > 0:
        finding = _(
            "Whatever the generator claims, this release shows an epsilon of at least {lower_bound:.2f} "
            "({at}); in at most {error} of audits is such a bound too high."
        ).format(lower_bound=bound.lower_bound, at=at, error=percent(1 - bound.confidence_level))
    else:
        finding = _(
            "The guesses rule out no epsilon ({at}). A bound of 0 is no evidence of safety: attacks may be too weak."
        ).format(at=at)
    return (
        finding,
        _(
            "{n_coins} coins of {units} were guessed from this one release, by an attack and in numbers fixed "
            "beforehand. Had every guess been right, the bound would be {ceiling:.2f}: no more can be shown."
        ).format(n_coins=count(bound.n_coins), units=retold(bound.units), ceiling=bound.ceiling),
    )


def _tries(report: AuditReport) -> Table | None:
    """The guesses, right and wrong."""
    bound = report.epsilon
    return table(
        "epsilon-table",
        _("Guesses of who was in the training data"),
        (_("Guesses"), _("Right"), _("A coin would be right in"), _("Epsilon is at least")),
        [
            (
                count(attempt.n_guesses),
                count(attempt.n_right),
                number(attempt.n_guesses / 2, "g"),
                decimals(attempt.lower_bound, 2),
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
        (
            _("Claimed"),
            _("epsilon {epsilon:g}, delta {delta:g}, for one {unit}").format(
                epsilon=claim.epsilon, delta=claim.delta, unit=shown(claim.unit, 40)
            ),
        ),
        (_("Neighbouring tables differ by"), _NEIGHBOURS[claim.relation]),
        *((_("Conversion {i}").format(i=i), sentence(step)) for i, step in enumerate(claim.conversion, 1)),
        (_("In the terms of this audit"), _converted(claim)),
        (
            _("If it holds, an attacker finds, at 1 false name in 100"),
            _("not known")
            if claim.largest_tpr is None
            else _("at most {largest_tpr} of 1,000 members").format(largest_tpr=most_of_1000(claim.largest_tpr)),
        ),
        (_("The claim is"), Status(word=_(word), tone=tone)),
        (_("Why"), sentence(claim.reason)),
    ]
    return Table(id="claim-table", caption=_("The vendor's claim"), head=(_("What"), _("Value")), rows=tuple(rows))


def _converted(claim: ClaimCheck) -> str:
    if claim.converted_epsilon is None or claim.converted_delta is None:
        return _("cannot be converted")
    return _("epsilon {epsilon:g}, delta {delta:.3g}").format(
        epsilon=claim.converted_epsilon, delta=claim.converted_delta
    )


def _canaries(report: AuditReport) -> tuple[str, ...]:
    """What became of the made-up people."""
    canaries = report.canaries
    if canaries is None:
        return ()
    return (
        _(
            "{n} made-up people were prepared; fair coins put {n_in} of them into the training table. "
            "{copied_in} of these and {copied_out} of the others occur in the release word for word."
        ).format(
            n=count(canaries.n_in + canaries.n_out),
            n_in=count(canaries.n_in),
            copied_in=count(canaries.copied_in),
            copied_out=count(canaries.copied_out),
        ),
        _(
            "Told apart by the one attack fixed beforehand: AUC {auc}. By the whole family of attacks: {pvalue}. "
            "{reason}"
        ).format(auc=measured(canaries.auc), pvalue=p_is(canaries.pvalue), reason=sentence(canaries.reason)),
    )
