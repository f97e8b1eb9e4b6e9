"""How the release resembles the members it gives away: whole, or in some columns; and whether these are rare people.

Asked only where leakage was found, to put it into words. Nothing here decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.view import Attacker
from synthaudit.attacks import CLAIM, EXPOSURE, STRICT
from synthaudit.checks.explanation import contributions
from synthaudit.encoding import doubled_ranks
from synthaudit.linkage.agreement import Agreement
from synthaudit.statistics.exposure import exposed_mask
from synthaudit.types import Attack, Cells, FloatArray, IntArray

PREFERRED = tuple((attack.name, attack.view) for attack in (CLAIM, STRICT, EXPOSURE))
"""By whose scores members are called given away; the first by which enough are."""
MOST = 100
"""Members that are looked at."""
FEWEST = 8
"""Of fewer members that stand out no pattern is told."""
UNRELATED = 0.05
"""Numbers with more of the population between them than this have nothing to do with each other."""
PART = 0.15
"""Mean share of unrelated columns from which on rows are said to agree in part of the columns. Of two halves glued
together a quarter is unrelated: in the other columns strangers are related by chance."""
ISOLATED = 0.9
"""Half of the members lie beyond this share of all candidates by distance to their nearest neighbour: rare people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What the members that stand out have in common with the rows that give them away; counts only."""

    n_members: int
    """Members looked at: those that stand out one by one, at most one in ten of them by chance."""
    same: float
    """Columns in which the best row has the member's very value, on average."""
    related: float
    """Columns in which it has the same value or a number within a twentieth of the population, on average."""
    n_columns: int
    isolated: bool
    """Whether they typically are people far from everybody else."""

    @property
    def in_part(self) -> bool:
        """Whether the rows typically agree with the member in part of the columns only."""
        return self.related < (1 - PART) * self.n_columns


def measure_likeness(
    attacking: Attacker, pile: Pile, synthetic: Cells, rows: FloatArray, attacks: Sequence[Attack]
) -> Likeness | None:
    """Compare the members that stand out with the row of the release that fits each of them best.

    Parameters
    ----------
    attacking : Attacker
        The attacker of the audit, whose agreement is used.
    pile : Pile
        Candidates with their labels.
    synthetic : Cells
        The m rows of the release.
    rows : (n_attacks, n_rows) float
        Scores of candidate rows.
    attacks : sequence of Attack
        Whose scores they are.

    Returns
    -------
    Likeness or None
        None where no linkage attack ran, or fewer than 8 members stand out.

    Notes
    -----
    Who stands out is told by conformal p-values cut by Benjamini and Hochberg (``statistics/exposure.py``); which row
    fits is the one of the largest agreement M (``linkage/agreement.py``). Averages describe; no pattern is printed.
    """
    names = [(attack.name, attack.view) for attack in attacks]
    flagged = np.empty(0, dtype=np.int64)
    for preferred in PREFERRED:
        if preferred in names and len(flagged) < FEWEST:
            flagged = _flagged(rows[names.index(preferred)], pile)
    if len(flagged) < FEWEST or len(synthetic) == 0:
        return None
    agreement = attacking.agreement[("blended" if "blended" in attacking.agreement else "surprisal")]
    same, related = np.array([_columns(agreement, int(row), synthetic) for row in flagged]).T
    far = attacking.to_reference[next(iter(attacking.to_reference))].distance[:, 0]
    share_nearer = np.searchsorted(np.sort(far), far[flagged], side="left") / len(far)
    return Likeness(
        n_members=len(flagged),
        same=float(same.mean()),
        related=float(related.mean()),
        n_columns=synthetic.codes.shape[1],
        isolated=bool(np.median(share_nearer) >= ISOLATED),
    )


def _flagged(score: FloatArray, pile: Pile) -> IntArray:
    """The best row of each member that stands out, the strongest hundred."""
    unit_score = pile.by_unit(score[None])[0]
    units = np.flatnonzero(exposed_mask(unit_score, pile.is_member))
    units = units[np.argsort(-unit_score[units], kind="stable")[:MOST]]
    member_rows = np.flatnonzero(np.isin(pile.unit, units))
    member_rows = member_rows[np.lexsort((member_rows, -score[member_rows]))]
    _, first = np.unique(pile.unit[member_rows], return_index=True)
    return np.sort(member_rows[first]).astype(np.int64)


def _columns(agreement: Agreement, candidate: int, synthetic: Cells) -> tuple[int, int]:
    """In how many columns the best row has the very value, and in how many one that is related."""
    best = int(np.argmax(contributions(agreement, candidate, synthetic).sum(axis=1)))
    theirs = synthetic.take(np.array([best]))
    is_same = theirs.codes[0] == agreement.codes[candidate]
    is_related = is_same.copy()
    for i, column in enumerate(agreement.numbers):
        value, mine = theirs.values[0, column], agreement.ranks[candidate, i]
        if np.isnan(value) or mine < 0:
            continue
        rank = doubled_ranks(np.array([value]), agreement.ascending[i])[0]
        is_related[column] |= abs(int(rank) - int(mine)) <= UNRELATED * 2 * agreement.n_reference
    return int(is_same.sum()), int(is_related.sum())
