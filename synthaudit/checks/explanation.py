"""Why single records are flagged, for the internal edition: which synthetic row fits a member best, and where.

Linkage agreement adds up over columns, so a flagged record explains itself. What is made here names rows of the real
table: it never becomes part of the evidence or of the shareable report. It holds positions and agreements, no cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from synthaudit.attacker.candidates import Pile, Scores
from synthaudit.attacker.view import Attacker
from synthaudit.attacks import EXPOSURE, STRICT
from synthaudit.encoding import doubled_ranks
from synthaudit.linkage.agreement import Agreement, Rule, count_of
from synthaudit.statistics.exposure import exposed_mask
from synthaudit.types import Attack, BoolArray, Cells, CodeArray, FloatArray, IntArray, Schema
from synthaudit.types.column_bars import ColumnBars

MOST_RECORDS = 50
CLOSE = 0.1
"""Numbers with at most this share of the population between them are called close."""
FPR = 0.01
Relation = Literal["same", "close", "different", "one_missing", "both_missing"]
Why = Literal["exposed", "threshold"]
WHY: Mapping[Why, str] = {"exposed": EXPOSURE.name, "threshold": STRICT.name}
"""Which attack flags: the tolerant one calls people exposed, those above the 1 % threshold of the strict one follow."""
RULE: Mapping[str, Rule] = {attack.name: attack.rule for attack in (EXPOSURE, STRICT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one column adds to the agreement of a record with its best synthetic row."""

    column: str
    nats: float
    """M_c(x, t), counted from a column that does not agree at all."""
    relation: Relation
    apart: float | None = None
    """Share of the population between two numbers that differ, in [0, 1]; None for anything else."""
    n_same: int = 0
    """Others of the attacker's sample that hold the record's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One flagged member: where it stands, and what in the release points to it."""

    row: int
    """0-based position in the train table; of a person with several rows, the most suspicious one."""
    synthetic_row: int
    """0-based position in the synthetic table of the row that agrees best, the first of several."""
    why: Why
    """``exposed``: on the list with a bounded share of false names; ``threshold``: above the 1 % threshold only."""
    attack: str
    score: float
    agreement: float
    """M(x, t) with that row, in nats: the sum of the contributions."""
    contributions: tuple[Contribution, ...]
    """One per column, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """The flagged members; internal."""

    records: tuple[Explanation, ...]
    """Exposed members first, then those above the threshold, each by falling score; at most 50."""
    attacks: tuple[str, ...]
    """Attacks that flag single records and ran; empty where ``--attacks`` left them out."""
    n_exposed: int
    n_above: int
    """Members above the 1 % threshold and not exposed."""
    n_members: int
    n_reference: int
    """Size of the attacker's sample that agreement is weighed by."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Internal:
    """What an audit knows of single rows and of levels; never part of a report that is handed on."""

    scores: Scores | None = None
    """None without a holdout."""
    explanations: Explanations | None = None
    """None where nobody asked for them, or without a holdout."""
    column_bars: ColumnBars | None = None
    """None where nobody asked for them."""


def explain(
    attacker: Attacker,
    pile: Pile,
    synthetic: Cells,
    given_row: IntArray,
    rows: FloatArray,
    attacks: Sequence[Attack],
) -> Explanations:
    """Explain the members that stand out.

    Parameters
    ----------
    attacker : Attacker
        The candidates prepared under each rule, as the attacks had them.
    pile : Pile
        The candidates with their labels.
    synthetic : Cells
        The m rows of the release, in any order.
    given_row : (m,) int
        Position of each of them in the table as it was given.
    rows : (n_attacks, n_rows) float
        Scores of candidate rows.
    attacks : sequence of Attack
        Whose scores they are; without linkage attacks nobody can be explained.

    Returns
    -------
    Explanations
    """
    names = [attack.name for attack in attacks]
    flagged = _flagged(pile, names, rows)
    # Ranks in the reference are the same under every rule.
    ranks = _ranks(next(iter(attacker.agreement.values())), synthetic)
    return Explanations(
        records=tuple(_explained(attacker, pile, synthetic, given_row, ranks, flag) for flag in flagged[:MOST_RECORDS]),
        attacks=tuple(name for name in WHY.values() if name in names),
        n_exposed=sum(flag.why == "exposed" for flag in flagged),
        n_above=sum(flag.why == "threshold" for flag in flagged),
        n_members=int(pile.is_member.sum()),
        n_reference=len(attacker.reference) - int(attacker.reference_is_candidates),
    )


class _Flag(NamedTuple):
    """A member that stands out, by its most suspicious row of the pile."""

    row: int
    why: Why
    attack: str
    score: float


def _flagged(pile: Pile, names: Sequence[str], rows: FloatArray) -> list[_Flag]:
    """Exposed members, then those above the threshold that are not exposed, each by falling score."""
    flags: list[_Flag] = []
    is_flagged = np.zeros(len(pile.is_member), dtype=np.bool_)
    for why, name in WHY.items():
        if name not in names:
            continue
        score = rows[names.index(name)]
        unit_score = pile.by_unit(score[None])[0]
        mask = exposed_mask(unit_score, pile.is_member) if why == "exposed" else _above(unit_score, pile.is_member)
        mask &= ~is_flagged
        is_flagged |= mask
        flags += [_Flag(row, why, name, float(score[row])) for row in _strongest(score, mask[pile.unit], pile)]
    return flags


def _explained(
    attacker: Attacker,
    pile: Pile,
    synthetic: Cells,
    given_row: IntArray,
    ranks: CodeArray,
    flag: _Flag,
) -> Explanation:
    """One flagged member beside the synthetic row that agrees best; ``ranks`` are those of the release's numbers."""
    agreement, row = attacker.agreement[RULE[flag.attack]], flag.row
    parts = contributions(agreement, row, synthetic, ranks)
    total = parts.sum(axis=1)
    tied = np.flatnonzero(total == total.max())
    best = int(tied[np.argmin(given_row[tied])])
    own = int(attacker.reference_is_candidates)
    n_same = count_of(pile.candidates.take(np.array([row])), attacker.reference)[0] - own
    return Explanation(
        row=int(pile.source_row[row]),
        synthetic_row=int(given_row[best]),
        why=flag.why,
        attack=flag.attack,
        score=flag.score,
        agreement=float(total[best]),
        contributions=_by_column(
            attacker.schema, agreement, row, synthetic.codes[best], ranks[best], parts[best], n_same
        ),
    )


def contributions(agreement: Agreement, candidate: int, rows: Cells, ranks: CodeArray | None = None) -> FloatArray:
    """(m, d) what each column adds to M(x, t), in nats, for one candidate x and every row t.

    The sum over columns is the M whose log-sum :meth:`Agreement.log_sums` gives. ``ranks`` are
    those of the rows' numbers in the reference, where they are known already.
    """
    ranks = _ranks(agreement, rows) if ranks is None else ranks
    mine = agreement.codes[candidate]
    is_same = (rows.codes == mine) & (mine >= 0)
    parts = np.where(is_same, agreement.weight[candidate], 0.0)
    for i, column in enumerate(agreement.numbers):
        rank = agreement.ranks[candidate, i]
        is_near = ~is_same[:, column] & (ranks[:, i] >= 0) & (rank >= 0)
        parts[is_near, column] = agreement.worth[np.abs(ranks[is_near, i] - rank)]
    return np.asarray(parts, dtype=np.float64)


def _ranks(agreement: Agreement, rows: Cells) -> CodeArray:
    """(m, p) doubled mid-ranks of the rows' numbers in the reference, -1 where missing."""
    ranks = np.full((len(rows), len(agreement.numbers)), -1, dtype=np.int32)
    for i, column in enumerate(agreement.numbers):
        values = rows.values[:, column]
        ranks[:, i] = np.where(np.isnan(values), -1, doubled_ranks(values, agreement.ascending[i]))
    return ranks


def _above(score: FloatArray, is_member: BoolArray) -> BoolArray:
    """(n_units,) members that score above all but 1 % of the non-members."""
    nonmembers = np.sort(score[~is_member])[::-1]
    return np.asarray(is_member & (score > nonmembers[int(FPR * len(nonmembers))]), dtype=np.bool_)


def _strongest(score: FloatArray, is_flagged: BoolArray, pile: Pile) -> list[int]:
    """The best row of every flagged unit, by falling score; ties by position in the given table."""
    rows = np.flatnonzero(is_flagged)
    rows = rows[np.lexsort((pile.source_row[rows], -score[rows]))]
    _, first = np.unique(pile.unit[rows], return_index=True)
    return [int(row) for row in rows[np.sort(first)]]


def _by_column(
    schema: Schema,
    agreement: Agreement,
    candidate: int,
    codes: CodeArray,
    ranks: CodeArray,
    nats: FloatArray,
    n_same: IntArray,
) -> tuple[Contribution, ...]:
    """One candidate against one synthetic row (its codes, ranks and contributions), the largest first."""
    place = {int(column): i for i, column in enumerate(agreement.numbers)}
    columns = []
    for i, column in enumerate(schema.columns):
        mine, theirs = agreement.codes[candidate, i], codes[i]
        relation: Relation = "different"
        apart = None
        if mine == theirs and mine >= 0:
            relation = "same" if mine else "both_missing"
        elif 0 in (mine, theirs):
            relation = "one_missing"
        elif i in place:
            between = abs(int(agreement.ranks[candidate, place[i]]) - int(ranks[place[i]]))
            apart = between / (2 * agreement.n_reference)
            relation = "close" if apart <= CLOSE else "different"
        columns.append(
            Contribution(column=column.name, nats=float(nats[i]), relation=relation, apart=apart, n_same=int(n_same[i]))
        )
    # What is equally strong starts with the rarest value.
    return tuple(sorted(columns, key=lambda column: (-column.nats, column.n_same)))
