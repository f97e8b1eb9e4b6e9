"""The pile of candidates: members and non-members shuffled together, labels hidden, and the way back.

Rows are first put in the order of their content and only then drawn from, so that no figure depends on the order
of a file; a random draw over sorted rows is a random draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.encoding import canonical_order
from synthaudit.statistics.units import entity_scores
from synthaudit.types import Attack, AuditData, BoolArray, Cells, FloatArray, IntArray

SMALLEST_HOLDOUT_TO_CARVE = 552
"""Below this many non-members none is set aside as reference."""
_ESTIMABLE_AT_1_PERCENT = 368
"""Non-members that a lower bound of the TPR at 1 % FPR needs; carving never leaves fewer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """Scores of every candidate row, in the order of the given tables; internal, never part of a report."""

    names: tuple[str, ...]
    train: FloatArray
    """(n_attacks, n_train), NaN where a row was not drawn as a candidate."""
    holdout: FloatArray
    """(n_attacks, n_holdout), NaN where a row was set aside as reference or not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampling:
    """How many people are attacked, where there are more.

    Attributes
    ----------
    most : int
        Units of each side.
    blind : bool
        Draw from both sides together: where people were put on a side by coins, a sample of fixed numbers would be
        chosen with a look at the coins.
    pair : mapping of str to (n,) int, optional
        Pair of each row of ``train`` and ``holdout``; partners are attacked both or neither.
    """

    most: int
    blind: bool = False
    pair: Mapping[str, IntArray] | None = None


def sampling_of(data: AuditData, most: int | None) -> Sampling | None:
    """The sampling that an audit's split allows; None where everybody is attacked."""
    if most is None:
        return None
    design = "fixed" if data.sealed is None else data.sealed.design
    return Sampling(most=most, blind=design != "fixed", pair=data.pair if design == "pairs" else None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pile:
    """Candidates, the reference set aside from them, and the truth that only the auditor reads."""

    candidates: Cells
    reference: Cells | None
    unit: IntArray
    """(n_rows,) unit of each candidate row, 0-based, numbered by first appearance."""
    is_member: BoolArray
    """(n_units,)"""
    source_row: IntArray
    """(n_rows,) position in the table the row came from."""
    from_train: BoolArray
    """(n_rows,)"""
    n_train: int
    n_holdout: int
    n_holdout_units: int
    by_person: bool
    n_drawn_from: tuple[int, int] | None = None
    """Members and non-members that the candidates are a random sample of; None where they are everybody."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Views that one attack gives: a person is scored by the largest and by the mean over the person's rows."""
        return (":max", ":mean") if self.by_person else ("",)

    def by_unit(self, rows: FloatArray) -> FloatArray:
        """(n_attacks, n_rows) -> (n_attacks * len(suffixes), n_units)."""
        if not self.by_person:
            return rows
        persons = [entity_scores(row, self.unit) for row in rows]
        return np.array([person[how] for person in persons for how in ("max", "mean")])

    def frame(self, data: AuditData) -> pd.DataFrame:
        """The candidates as a table, for generators."""
        both = pd.concat([data.train, data.holdout], ignore_index=True)
        position = np.where(self.from_train, self.source_row, self.source_row + self.n_train)
        return both.iloc[position].reset_index(drop=True)

    def scores_by_row(self, rows: FloatArray, attacks: Sequence[Attack]) -> Scores:
        """Put scores back into the order of the given tables."""
        train = np.full((len(rows), self.n_train), np.nan)
        holdout = np.full((len(rows), self.n_holdout), np.nan)
        train[:, self.source_row[self.from_train]] = rows[:, self.from_train]
        holdout[:, self.source_row[~self.from_train]] = rows[:, ~self.from_train]
        return Scores(names=tuple(f"{a.name}/{a.view}" for a in attacks), train=train, holdout=holdout)


def make_pile(
    train: Cells,
    holdout: Cells,
    reference: Cells | None,
    *,
    train_entity: IntArray | None,
    holdout_entity: IntArray | None,
    rng: np.random.Generator,
    sampling: Sampling | None = None,
    sorted_by: Sequence[Cells] = (),
) -> Pile:
    """Set a reference aside where none is given, and shuffle the rest, or a sample of the rest.

    Rows are sorted by their cells, or by ``sorted_by``: the rows of train and holdout encoded without the release,
    whose rounding would make ties.

    The reference is a simple random sample of a third of the holdout's units, at most as many as train has, never
    leaving fewer than 368 non-members; from a holdout below 552 units nothing is taken. With a ``sampling`` neither
    the reference nor a side has more units than it says.
    """
    train_cells, holdout_cells = sorted_by or (train, holdout)
    set_aside, stay = np.empty(0, dtype=np.int64), canonical_order(holdout_cells, holdout_entity)
    n_train_units = len(train) if train_entity is None else len(np.unique(train_entity))
    if reference is None:
        largest = n_train_units if sampling is None else min(n_train_units, sampling.most)
        set_aside, stay = _carve(stay, holdout_entity, largest, rng)
        reference = holdout.take(set_aside) if len(set_aside) else None
    else:
        reference = reference.take(canonical_order(reference))
        if sampling is not None and len(reference) > sampling.most:
            reference = reference.take(np.sort(rng.permutation(len(reference))[: sampling.most]))
    train_rows = canonical_order(train_cells, train_entity)
    n_all = n_train_units, len(stay) if holdout_entity is None else len(np.unique(holdout_entity[stay]))
    train_rows, stay, is_sample = _sampled(train_rows, stay, train_entity, holdout_entity, sampling, rng)
    order = rng.permutation(len(train_rows) + len(stay))
    source = np.concatenate([train_rows, stay])[order]
    from_train = (np.arange(len(order)) < len(train_rows))[order]
    candidates = Cells(
        codes=np.concatenate([train.codes[train_rows], holdout.codes[stay]])[order],
        values=np.concatenate([train.values[train_rows], holdout.values[stay]])[order],
    )
    unit, is_member = _units(source, from_train, train_entity, holdout_entity)
    return Pile(
        candidates=candidates,
        reference=reference,
        unit=unit,
        is_member=is_member,
        source_row=source,
        from_train=from_train,
        n_train=len(train),
        n_holdout=len(holdout),
        n_holdout_units=len(holdout) if holdout_entity is None else len(np.unique(holdout_entity)),
        by_person=train_entity is not None,
        n_drawn_from=n_all if is_sample else None,
    )


def _units(
    source: IntArray, from_train: BoolArray, train_entity: IntArray | None, holdout_entity: IntArray | None
) -> tuple[IntArray, BoolArray]:
    """Unit of each candidate row, and which units are members."""
    if train_entity is None or holdout_entity is None:
        return np.arange(len(source)), from_train
    person = np.empty(len(source), dtype=np.int64)
    person[from_train] = train_entity[source[from_train]]
    person[~from_train] = holdout_entity[source[~from_train]]
    # Somebody on both sides, where that was allowed, is two units: dropping either would depend on the labels.
    unit = pd.factorize(person * 2 + from_train)[0].astype(np.int64)
    is_member = np.zeros(unit.max() + 1, dtype=bool)
    is_member[unit] = from_train
    return unit, is_member


def _sampled(
    train_rows: IntArray,
    stay: IntArray,
    train_entity: IntArray | None,
    holdout_entity: IntArray | None,
    sampling: Sampling | None,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray, bool]:
    """The rows of either table that are attacked, in their order, and whether any were left out."""
    if sampling is None:
        return train_rows, stay, False
    if sampling.pair is not None:
        mine, theirs = sampling.pair["train"][train_rows], sampling.pair["holdout"][stay]
    else:
        mine = 2 * (train_rows if train_entity is None else train_entity[train_rows])
        theirs = 2 * (stay if holdout_entity is None else holdout_entity[stay]) + 1
    if sampling.blind:
        both = pd.unique(np.concatenate([mine, theirs]))
        most = sampling.most if sampling.pair is not None else 2 * sampling.most
        chosen = rng.permutation(both)[:most] if len(both) > most else both
    else:
        sides = [pd.unique(side) for side in (mine, theirs)]
        chosen = np.concatenate(
            [rng.permutation(side)[: sampling.most] if len(side) > sampling.most else side for side in sides]
        )
    keep_train, keep = np.isin(mine, chosen), np.isin(theirs, chosen)
    return train_rows[keep_train], stay[keep], not (keep_train.all() and keep.all())


def _carve(
    order: IntArray, entity: IntArray | None, n_train_units: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Split ``order`` into the rows set aside and the rows that stay candidates."""
    unit = order if entity is None else entity[order]
    units = pd.unique(unit)
    take = 0
    if len(units) >= SMALLEST_HOLDOUT_TO_CARVE:
        take = min(len(units) // 3, n_train_units, len(units) - _ESTIMABLE_AT_1_PERCENT)
    chosen = np.isin(unit, rng.permutation(units)[:take])
    return order[chosen], order[~chosen]
