"""How far an audit reaches, as its coverage says: who was attacked, beside which reference, and what was read."""

from collections.abc import Sequence

from synthaudit.attacker.candidates import SMALLEST_HOLDOUT_TO_CARVE, Pile, sampling_of
from synthaudit.attacks.by_rank import ByRank
from synthaudit.attacks.common.declared import FamilyAttack
from synthaudit.files.catalogue import N_
from synthaudit.types import AuditData, Coverage, Decidable, RowsRead

ENOUGH_ROWS = 20_000
"""Of a sample, below which it rules out a pass. Most models are fitted on no more rows of a whole release either."""


def told_beforehand(pile: Pile, can: tuple[Decidable, ...]) -> str:
    """Which uses this many people can decide at all, said before anything is attacked, and where the others are."""
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    people = N_("{n1:,} members, {n0:,} non-members").format(n1=n1, n0=n0)
    if pile.n_drawn_from is not None:
        people += N_(" of {n1:,} and {n0:,}, drawn at random").format(n1=pile.n_drawn_from[0], n0=pile.n_drawn_from[1])
    if any(pile.n_aside):
        people += N_(" ({n1:,} and {n0:,} more are set aside as reference)").format(
            n1=pile.n_aside[0], n0=pile.n_aside[1]
        )
    chances = []
    if ruled_out := next((use.ruled_out for use in can if use.ruled_out), None):
        return N_("{people}; a pass is ruled out beforehand by a gap: {ruled_out}").format(
            people=people, ruled_out=ruled_out
        )
    for use in can:
        needed = N_("more than 200,000") if use.n_needed is None else f"{use.n_needed:,}"
        more = "" if use.pass_probability >= 0.8 else N_(" (80 % with {needed} on each side)").format(needed=needed)
        chances.append(f"{use.use} {use.pass_probability:.0%}{more}")
    return N_("{people}; chance of a pass if nothing leaks: {chances}").format(
        people=people, chances=", ".join(chances)
    )


def cover_candidates(pile: Pile) -> tuple[Coverage, ...]:
    """Of how many people those who were attacked are a sample; nothing where they are everybody."""
    if pile.n_drawn_from is None:
        return ()
    attacked = (int(pile.is_member.sum()), int((~pile.is_member).sum()))
    sides = [
        N_("{some:,} of {every:,} {name}").format(some=some, every=every, name=name)
        for some, every, name in zip(attacked, pile.n_drawn_from, ("members", "non-members"), strict=True)
    ]
    reason = N_("{sides}, drawn at random, were attacked; --candidates all attacks everybody").format(
        sides=" and ".join(sides)
    )
    return (Coverage(test=N_("candidates"), status="ran", reason=reason),)


def rows_read(attacks: Sequence[FamilyAttack], n_rows: int, n_held: int) -> tuple[RowsRead, ...]:
    """Which attacks read a random part of a release only, the smallest part first.

    Parameters
    ----------
    attacks : sequence of FamilyAttack
    n_rows, n_held : int
        Rows of the release, and of what is held of it: a sample where it is larger than memory.
    """
    parts: dict[str, int] = {}
    for attack in attacks:
        n = n_held if attack.declared.reads_sample else n_rows
        most = n if attack.declared.most_rows is None else min(n, attack.declared.most_rows)
        if most < n_rows:
            parts[f"{attack.name}/{attack.view}" if isinstance(attack, ByRank) else attack.name] = most
    return tuple(RowsRead(attack=name, n_rows=n) for name, n in sorted(parts.items(), key=lambda item: item[1]))


def cover_models(read: Sequence[RowsRead], n_rows: int, n_held: int) -> tuple[Coverage, ...]:
    """Which attacks fit a model on a random part of a large release only; a small sample rules out a pass."""
    if not read:
        return ()
    cut = ", ".join(f"{part.attack} {part.n_rows:,}" for part in read)
    do = N_("fit a model on") if n_held == n_rows else "read"
    reason = N_("of {n_rows:,} synthetic rows some attacks {do} fewer, drawn at random: {cut}").format(
        n_rows=n_rows, do=do, cut=cut
    )
    if n_held == n_rows or n_held >= ENOUGH_ROWS:
        return (Coverage(test=N_("rows read by models"), status="ran", reason=reason),)
    reason += N_("; a pass takes {enough:,} (--release-rows {rows})").format(enough=ENOUGH_ROWS, rows=2 * ENOUGH_ROWS)
    return (Coverage(test=N_("rows read by models"), status="ran_low_power", reason=reason, blocks_pass=True),)


def cover_reference(data: AuditData, pile: Pile) -> Coverage:
    """Which rows stand for the population."""
    if data.reference is not None:
        reason = N_("given; the p-values hold if it was chosen without knowing who is a member")
        return Coverage(test=N_("reference"), status="ran", reason=reason)
    if pile.aside is not None:
        members, others = pile.n_aside
        reason = N_(
            "{members:,} members and {others:,} non-members were set aside at random, the same share of "
            "each; they have no score, and whatever needs none counts them too"
        ).format(members=members, others=others)
        return Coverage(test=N_("reference"), status="ran", reason=reason)
    if sampling_of(data, None).leave_one_out:
        reason = N_("for each candidate all the others: the seal shows that the split was drawn at random")
        return Coverage(test=N_("reference"), status="ran", reason=reason)
    reason = N_(
        "the holdout has fewer than {smallest_holdout_to_carve} people, so the unlabelled candidates serve "
        "as reference: valid, but weaker"
    ).format(smallest_holdout_to_carve=SMALLEST_HOLDOUT_TO_CARVE)
    return Coverage(test=N_("reference"), status="ran_low_power", reason=reason)
