"""How far an audit reaches, as its coverage says: who was attacked, beside which reference, and what was read."""

from collections.abc import Mapping

from synthaudit.attacker.candidates import SMALLEST_HOLDOUT_TO_CARVE, Pile, sampling_of
from synthaudit.attacks import ATTACKS
from synthaudit.types import AuditData, Coverage, Decidable

ROWS_READ: Mapping[str, int] = {a.name: a.declared.most_rows for a in ATTACKS if a.declared.most_rows is not None}
"""Most synthetic rows that an attack fits its model on, by its name."""


def told_beforehand(pile: Pile, can: tuple[Decidable, ...]) -> str:
    """Which uses this many people can decide at all, said before anything is attacked, and where the others are."""
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    people = f"{n1:,} members, {n0:,} non-members"
    if pile.n_drawn_from is not None:
        people += " of {:,} and {:,}, drawn at random".format(*pile.n_drawn_from)
    if any(pile.n_aside):
        people += " ({:,} and {:,} more are set aside as reference)".format(*pile.n_aside)
    chances = []
    if ruled_out := next((use.ruled_out for use in can if use.ruled_out), None):
        return f"{people}; a pass is ruled out beforehand by a gap: {ruled_out}"
    for use in can:
        needed = "more than 200,000" if use.n_needed is None else f"{use.n_needed:,}"
        more = "" if use.pass_probability >= 0.8 else f" (80 % with {needed} on each side)"
        chances.append(f"{use.use} {use.pass_probability:.0%}{more}")
    return f"{people}; chance of a pass if nothing leaks: {', '.join(chances)}"


def cover_candidates(pile: Pile) -> tuple[Coverage, ...]:
    """Of how many people those who were attacked are a sample; nothing where they are everybody."""
    if pile.n_drawn_from is None:
        return ()
    attacked = (int(pile.is_member.sum()), int((~pile.is_member).sum()))
    sides = [
        f"{some:,} of {every:,} {name}"
        for some, every, name in zip(attacked, pile.n_drawn_from, ("members", "non-members"), strict=True)
    ]
    reason = f"{' and '.join(sides)}, drawn at random, were attacked; --candidates all attacks everybody"
    return (Coverage(test="candidates", status="ran", reason=reason),)


def cover_models(names: set[str], n_rows: int) -> tuple[Coverage, ...]:
    """Which attacks fit a model on a random part of a large release only."""
    by_rows = sorted(ROWS_READ.items(), key=lambda item: item[1])
    cut = [f"{name} {most:,}" for name, most in by_rows if name in names and n_rows > most]
    if not cut:
        return ()
    reason = f"of {n_rows:,} synthetic rows some attacks fit a model on fewer, drawn at random: {', '.join(cut)}"
    return (Coverage(test="rows read by models", status="ran", reason=reason),)


def cover_reference(data: AuditData, pile: Pile) -> Coverage:
    """Which rows stand for the population."""
    if data.reference is not None:
        reason = "given; the p-values hold if it was chosen without knowing who is a member"
        return Coverage(test="reference", status="ran", reason=reason)
    if pile.aside is not None:
        members, others = pile.n_aside
        reason = (
            f"{members:,} members and {others:,} non-members were set aside at random, the same share of each; they"
            " have no score, and whatever needs none counts them too"
        )
        return Coverage(test="reference", status="ran", reason=reason)
    if sampling_of(data, None).leave_one_out:
        reason = "for each candidate all the others: the seal shows that the split was drawn at random"
        return Coverage(test="reference", status="ran", reason=reason)
    reason = (
        f"the holdout has fewer than {SMALLEST_HOLDOUT_TO_CARVE} people, so the unlabelled candidates serve"
        " as reference: valid, but weaker"
    )
    return Coverage(test="reference", status="ran_low_power", reason=reason)
