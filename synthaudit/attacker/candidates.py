"""The pile of candidates: members and non-members shuffled together, labels hidden, and the way back.

Rows are first put in the order of their content and only then drawn from, so that no figure depends on the order
of a file; a random draw over sorted rows is a random draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthaudit.encoding import canonical_order, joined
from synthaudit.statistics.units import entity_scores
from synthaudit.types import Attack, AuditData, BoolArray, Cells, FloatArray, IntArray

SMALLEST_HOLDOUT_TO_CARVE = 552
"""Below this many non-members none is set aside: 368 have to stay for a lower bound of the TPR at 1 % FPR."""
_ENOUGH_ASIDE = 500
"""Units of a reference beyond which only a sixth of the holdout is taken."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """Scores of every candidate row, in the order of the given tables; internal, never part of a report."""

    names: tuple[str, ...]
    train: FloatArray
    """(n_attacks, n_train), NaN where a row was set aside as reference or not drawn."""
    holdout: FloatArray
    """(n_attacks, n_holdout), NaN where a row was set aside as reference or not drawn."""
    train_unit: IntArray
    """(n_train,) first row with a score of the person whose row it is; the row itself where rows are counted."""
    holdout_unit: IntArray
    """(n_holdout,) the same in the holdout."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampling:
    """How many people are attacked, where there are more.

    Attributes
    ----------
    most : int, optional
        Units of each side; None = all of them.
    blind : bool
        Draw from both sides together: where people were put on a side by coins, a sample of fixed numbers would be
        chosen with a look at the coins.
    pair : mapping of str to (n,) int, optional
        Pair of each row of ``train`` and ``holdout``; partners are attacked, or set aside, both or neither.
    leave_one_out : bool
        Set nobody aside: every candidate has all the others as reference. Only where the draw is known to be random,
        for nobody is left then to show that the tables hold relatives of each other; and only where a row is a
        person, whose other rows would else be part of the reference.
    """

    most: int | None = None
    blind: bool = False
    pair: Mapping[str, IntArray] | None = None
    leave_one_out: bool = False


def sampling_of(data: AuditData, most: int | None) -> Sampling:
    """The sampling that an audit's split allows."""
    design = "fixed" if data.sealed is None else data.sealed.design
    return Sampling(
        most=most,
        blind=design != "fixed",
        pair=data.pair if design == "pairs" else None,
        leave_one_out=data.sealed is not None and design == "fixed" and data.train_entity is None,
    )


EVERYBODY = Sampling()
"""Nobody is left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Real rows, whose they are, and who was in train; only the auditor reads it."""

    cells: Cells
    unit: IntArray
    """(n_rows,)"""
    is_member: BoolArray
    """(n_units,)"""

    def by_unit(self, rows: BoolArray) -> BoolArray:
        """(n_rows, d) -> (n_units, d) whether any row of a unit is marked."""
        marked = np.zeros((len(self.is_member), rows.shape[1]), dtype=np.bool_)
        row, column = np.nonzero(rows)
        marked[self.unit[row], column] = True
        return marked


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
    n_units: tuple[int, int]
    """Everybody of train and of the holdout, attacked or not."""
    by_person: bool
    aside: People | None = None
    """Who was set aside as reference, row by row of ``reference``; None where it was given, or nobody was."""
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

    @property
    def n_aside(self) -> tuple[int, int]:
        """Members and non-members who were set aside as reference, and have no score."""
        if self.aside is None:
            return 0, 0
        return int(self.aside.is_member.sum()), int((~self.aside.is_member).sum())

    @property
    def everybody(self) -> People:
        """Candidates, then those set aside as reference: what needs no score counts all of them."""
        if self.aside is None:
            return People(cells=self.candidates, unit=self.unit, is_member=self.is_member)
        return People(
            cells=joined(self.candidates, self.aside.cells),
            unit=np.r_[self.unit, len(self.is_member) + self.aside.unit],
            is_member=np.r_[self.is_member, self.aside.is_member],
        )

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
        return Scores(
            names=tuple(f"{a.name}/{a.view}" for a in attacks),
            train=train,
            holdout=holdout,
            train_unit=self._first_rows(self.from_train, self.n_train),
            holdout_unit=self._first_rows(~self.from_train, self.n_holdout),
        )

    def _first_rows(self, side: BoolArray, n_rows: int) -> IntArray:
        """(n_rows,) the first row of each candidate's person in its table; every other row is its own."""
        first = np.full(len(self.is_member), n_rows, dtype=np.int64)
        np.minimum.at(first, self.unit[side], self.source_row[side])
        rows = np.arange(n_rows, dtype=np.int64)
        rows[self.source_row[side]] = first[self.unit[side]]
        return rows


def make_pile(
    train: Cells,
    holdout: Cells,
    reference: Cells | None,
    *,
    train_entity: IntArray | None,
    holdout_entity: IntArray | None,
    rng: np.random.Generator,
    sampling: Sampling = EVERYBODY,
    sorted_by: Sequence[Cells] = (),
) -> Pile:
    """Set a reference aside where none is given, and shuffle the rest, or a sample of the rest.

    Rows are sorted by their cells, or by ``sorted_by``: the rows of train and holdout encoded without the release,
    whose rounding would make ties.

    The reference has as many units as a quarter of the holdout, of one above 2,000 units 500 or a sixth, whichever is
    more; at most as many as train. From a holdout below 552 units nothing is taken, nor where the ``sampling`` leaves
    one out at a time. It takes the same share of either side, drawn at random: one of non-members alone holds the
    relatives of members only, and favours them.
    Partners of a pair go together. With a ``sampling`` neither the reference nor a side has more units than it says.
    """
    sides = _sides(train, holdout, train_entity, holdout_entity, sorted_by)
    n_all = tuple(len(np.unique(side.unit)) for side in sides)
    aside: People | None = None
    if reference is None and not sampling.leave_one_out:
        sides, set_aside = _carve(sides, sampling, rng)
        if set_aside:
            aside = _people(set_aside, rng)[0]
            reference = aside.cells
    elif reference is not None:
        reference = reference.take(canonical_order(reference))
        if sampling.most is not None and len(reference) > sampling.most:
            reference = reference.take(np.sort(rng.permutation(len(reference))[: sampling.most]))
    n_left = tuple(len(np.unique(side.unit)) for side in sides)
    sides, is_sample = _sampled(sides, sampling, rng)
    people, source, from_train = _people(sides, rng)
    return Pile(
        candidates=people.cells,
        reference=reference,
        unit=people.unit,
        is_member=people.is_member,
        source_row=source,
        from_train=from_train,
        n_train=len(train),
        n_holdout=len(holdout),
        n_units=(n_all[0], n_all[1]),
        by_person=train_entity is not None,
        aside=aside,
        n_drawn_from=(n_left[0], n_left[1]) if is_sample else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """Some rows of train, or of the holdout, in the order of their content."""

    table: Cells
    rows: IntArray
    """(n,) where they stand in the table."""
    unit: IntArray
    """(n,) unit of each."""

    def take(self, keep: BoolArray) -> "_Side":
        return replace(self, rows=self.rows[keep], unit=self.unit[keep])


def _sides(
    train: Cells,
    holdout: Cells,
    train_entity: IntArray | None,
    holdout_entity: IntArray | None,
    sorted_by: Sequence[Cells],
) -> list[_Side]:
    """Members, then non-members."""
    keys = sorted_by or (train, holdout)
    sides = []
    for table, key, entity in zip((train, holdout), keys, (train_entity, holdout_entity), strict=True):
        rows = canonical_order(key, entity)
        sides.append(_Side(table=table, rows=rows, unit=rows if entity is None else entity[rows]))
    return sides


def _people(sides: Sequence[_Side], rng: np.random.Generator) -> tuple[People, IntArray, BoolArray]:
    """The rows of both sides shuffled together; where each stands in its table, and in which."""
    order = rng.permutation(sum(len(side.rows) for side in sides))
    source = np.concatenate([side.rows for side in sides])[order]
    from_train = (np.arange(len(order)) < len(sides[0].rows))[order]
    # Somebody on both sides, where that was allowed, is two units: dropping either would depend on the labels.
    person = np.concatenate([side.unit for side in sides])[order] * 2 + from_train
    unit = pd.factorize(person)[0].astype(np.int64)
    is_member = np.zeros(unit.max(initial=-1) + 1, dtype=bool)
    is_member[unit] = from_train
    cells = joined(*(side.table.take(side.rows) for side in sides)).take(order)
    return People(cells=cells, unit=unit, is_member=is_member), source, from_train


def _drawn_by(sides: Sequence[_Side], sampling: Sampling) -> tuple[IntArray, IntArray]:
    """(n,) of either side: what is drawn as one, the pair or the unit."""
    if sampling.pair is not None:
        return sampling.pair["train"][sides[0].rows], sampling.pair["holdout"][sides[1].rows]
    return 2 * sides[0].unit, 2 * sides[1].unit + 1


def _sampled(sides: list[_Side], sampling: Sampling, rng: np.random.Generator) -> tuple[list[_Side], bool]:
    """The rows of either side that are attacked, in their order, and whether any were left out."""
    if sampling.most is None:
        return sides, False
    drawn_by = _drawn_by(sides, sampling)
    if sampling.blind:
        both = pd.unique(np.concatenate(drawn_by))
        most = sampling.most if sampling.pair is not None else 2 * sampling.most
        chosen = rng.permutation(both)[:most] if len(both) > most else both
    else:
        each = [pd.unique(own) for own in drawn_by]
        chosen = np.concatenate(
            [rng.permutation(own)[: sampling.most] if len(own) > sampling.most else own for own in each]
        )
    kept = [np.isin(own, chosen) for own in drawn_by]
    return [side.take(keep) for side, keep in zip(sides, kept, strict=True)], not all(keep.all() for keep in kept)


def units_aside(n1: int, n0: int, most: int | None = None) -> tuple[int, int]:
    """Members and non-members whom an audit sets aside as reference, of so many, where none is given.

    Examples
    --------
    >>> units_aside(2000, 1500), units_aside(2000, 500), units_aside(3000, 3000), units_aside(5000, 5000)
    ((214, 161), (0, 0), (250, 250), (416, 417))
    """
    if n0 < SMALLEST_HOLDOUT_TO_CARVE:
        return 0, 0
    # Beyond some hundred people a larger reference teaches an attacker less than more candidates decide.
    take = min(max(min(n0 // 4, _ENOUGH_ASIDE), n0 // 6), n1)
    take = take if most is None else min(take, most)
    of_train = round(take * n1 / (n1 + n0))
    return of_train, take - of_train


def _carve(sides: list[_Side], sampling: Sampling, rng: np.random.Generator) -> tuple[list[_Side], list[_Side] | None]:
    """The rows that stay candidates, and those set aside; None where nobody is."""
    n1, n0 = (len(np.unique(side.unit)) for side in sides)
    numbers_aside = units_aside(n1, n0, sampling.most)
    if sum(numbers_aside) == 0:
        return sides, None
    drawn_by = _drawn_by(sides, sampling)
    if sampling.pair is not None:
        chosen = rng.permutation(pd.unique(np.concatenate(drawn_by)))[: sum(numbers_aside) // 2]
    else:
        numbers = zip(drawn_by, numbers_aside, strict=True)
        chosen = np.concatenate([rng.permutation(pd.unique(own))[:number] for own, number in numbers])
    aside = [np.isin(own, chosen) for own in drawn_by]
    return (
        [side.take(~gone) for side, gone in zip(sides, aside, strict=True)],
        [side.take(gone) for side, gone in zip(sides, aside, strict=True)],
    )
