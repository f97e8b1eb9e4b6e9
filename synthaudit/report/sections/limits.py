"""How the verdict was reached: every limit of the policy with what was measured."""

import math

from synthaudit.files.catalogue import _, marks
from synthaudit.report import words
from synthaudit.report.components import TextAndTable, table
from synthaudit.report.facts import gate_status, policy_name
from synthaudit.report.numbers import NBSP, count, decimals, of_100, of_1000, percent, sentence, shown
from synthaudit.report.reasons import chosen_gates, figures_told, in_people
from synthaudit.types import AuditReport, Gate, Policy
from synthaudit.verdict.levels import PASS_ERROR

_FALSE = 0.01
"""Share of non-members wrongly named at which the limit of members found holds."""


def view(report: AuditReport) -> TextAndTable:
    """Limit, value and bounds of every gate, and why the limits are what they are."""
    gates = table(
        "limits-table",
        _("Limits of the policy {policy} and how this release stands to them").format(policy=policy_name(report)),
        (_("Limit"), _("Stands"), _("Limit value"), _("Largest measured"), _("At least"), _("At most"), _("Why")),
        [
            (
                words.gate_label(gate.name),
                gate_status(report, gate),
                *(
                    _gate_figure(report, gate, value)
                    for value in (gate.limit, gate.value, gate.lower_bound, gate.upper_bound)
                ),
                in_people(report, gate),
            )
            for gate in chosen_gates(report).values()
        ],
        numeric={2, 3, 4, 5},
    )
    return TextAndTable(text=_why(report.policy), table=gates)


def _gate_figure(report: AuditReport, gate: Gate, value: float | None) -> str:
    """A limit or a measurement; of members held against non-members none is told where these cannot be compared."""
    is_told = gate.outcome == "fail" or gate.name not in _COMPARES or figures_told(report)
    if value is None or not (is_told or value is gate.limit):
        return "–"
    if gate.name == "exposed":
        return _("nobody") if value is gate.limit else count(value)
    if gate.name == "auc":
        return decimals(value)
    # As fine as the sentence of the gate, so that a figure has one value.
    exact = f"{100 * value:.2f}"
    text = exact if gate.name == "copies" else exact.rstrip("0").rstrip(".")
    return f"{marks().number(text)}{NBSP}%"


_COMPARES = ("auc", "tpr_at_fpr", "exposed", "attributes")


def _why(policy: Policy) -> tuple[str, ...]:
    """Where the limits come from, and what each of them means for people."""
    found = of_1000(policy.tpr_at_fpr)
    right = round(100 * policy.tpr_at_fpr / (policy.tpr_at_fpr + _FALSE))
    people = math.ceil(math.log(PASS_ERROR) / math.log1p(-policy.copies_excess))
    exposed = (
        _("People clearly exposed are reported, without a limit: the policy leaves it to whoever hands the release on.")
        if policy.exposed_allowed
        else _(
            "Nobody may be clearly exposed: an average that is small may hide a few people who stand out to everybody."
        )
    )
    secrets = (
        ()
        if policy.attribute_excess is None
        else (
            _(
                "Guessed attributes, {attribute_excess}: only what is guessed of members beyond others counts, "
                "for what follows from the population follows from any good release."
            ).format(attribute_excess=percent(policy.attribute_excess)),
        )
    )
    return (
        _(
            "{source} They say how much more than guessing is tolerated; who may see the release decides how "
            "much that is."
        ).format(source=sentence(shown(policy.source, 200))),
        _(
            "Members found, {found} of 1,000: an attacker who guesses finds 10, as many as are wrongly named. At "
            "{found}, {right} of 100 people named are right where as many are in the data as outside. The count "
            "is made at few false names, since whoever names people must rarely be wrong to do harm."
        ).format(found=found, right=right),
        _(
            "A member or not, {auc:.2f}: right in {right} of 100 tries, where a coin is in 50. That is an "
            "average over everybody, which a leak about few people moves little; so it stands beside the limit "
            "above and not in its place."
        ).format(auc=policy.auc, right=of_100(policy.auc)),
        _(
            "Copies, {copies_excess} of members beyond chance: a copied record needs no attack, so little is "
            "tolerated. None can be no limit, for no number of people would show it; {people} members of whom "
            "none is copied show this one."
        ).format(copies_excess=percent(policy.copies_excess), people=count(people)),
        exposed,
        *secrets,
        _("A smaller limit takes more people to pass: see “What this sample could decide”."),
    )
