"""An audit of a release of which a sample is held: what is asked of all its rows, and what is said of the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.attacker.undressed import Undoing
from synthaudit.attacker.view import K_NEIGHBOURS, AllRows, Attacker
from synthaudit.cells import number_text
from synthaudit.checks.copies import Counted, compared_columns
from synthaudit.checks.reused_identifiers import Released
from synthaudit.encoding import NUMBERS, CellEncoder, joined
from synthaudit.files.catalogue import N_
from synthaudit.linkage.agreement import count_of
from synthaudit.runtime.engine import LOCAL, Engine
from synthaudit.streaming.lookup import PART, delivered_batches, nearest_of_all, real_rows, values_met
from synthaudit.types import AuditData, BoolArray, Cells, Column, Coverage, Neighbours, Points, Schema, WholeRelease


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """The questions that an audit puts to every row of a large release."""

    whole: WholeRelease
    schema: Schema
    n_sample: int

    @classmethod
    def of(cls, data: AuditData) -> "Streamed | None":
        """None where the release is held whole."""
        return None if data.whole is None else cls(data.whole, data.schema, len(data.synthetic))

    @property
    def told(self) -> str:
        """What a user should know before and after."""
        return N_(
            "{n_rows:,} synthetic rows, too many to hold: copies, repeats, distances, agreement, claims, "
            "counts of values, rare pieces and guesses of secrets come from all of them; attacks that fit a "
            "model, nearness of texts, and what is said of whole columns read {n_sample:,} drawn at random "
            "(--release-rows all reads everything)"
        ).format(n_rows=self.whole.n_rows, n_sample=self.n_sample)

    def coverage(self) -> Coverage:
        """What was read in full and what was not."""
        return Coverage(test=N_("rows of the release"), status="ran", reason=self.told)

    def counted(self, encoder: CellEncoder, train: Cells, holdout: Cells | None) -> Counted:
        """How many of all rows equal each real one."""
        real = train if holdout is None else joined(train, holdout)
        times = real_rows(self.whole, encoder, real, compared_columns(self.schema))
        return Counted(
            train=times[: len(train)],
            holdout=None if holdout is None else times[len(train) :],
            n_synthetic=self.whole.n_rows,
            n_distinct=int(self.whole.occurrences[:, 1].sum()),
        )

    def is_copied(self, encoder: CellEncoder, real: Cells) -> BoolArray:
        """(n,) whether any of all rows equals a real one."""
        return real_rows(self.whole, encoder, real, compared_columns(self.schema)) > 0

    def is_met(self, encoder: CellEncoder, real: Cells) -> BoolArray:
        """(n, d) whether any of all rows holds the value of a real cell in its column."""
        return values_met(self.whole, encoder, real)

    def released_values(
        self, encoder: CellEncoder, data: AuditData, real: Sequence[Cells], columns: Sequence[Column]
    ) -> Mapping[str, Released]:
        """Which values of members and non-members any of all rows holds; every row may hold another value."""
        tables = [table for table in (data.train, data.holdout) if table is not None]
        met: list[BoolArray] = []
        if any(column.kind in NUMBERS for column in columns):
            met = [self.is_met(encoder, cells) for cells in real]
        n, released = self.whole.n_rows, {}
        for column in columns:
            keys, digits = self.whole.keys_met[column.name], self.whole.digits_met[column.name]
            if column.kind in NUMBERS:
                place = self.schema.names.index(column.name)
                sides = [table[column.name][is_met[:, place]] for table, is_met in zip(tables, met, strict=True)]
                keys = frozenset(number_text(float(value)) for value in pd.concat(sides))
            released[column.name] = Released(keys=keys, digits=digits, n_keys=n, n_digits=n)
        return released

    def all_rows(
        self, encoder: CellEncoder, attacking: Attacker, engine: Engine = LOCAL, undoing: Undoing | None = None
    ) -> AllRows:
        """All rows as this attacker reads them, and the nearest of them; brought back to the law of the real rows
        where that is asked for.
        """

        def rows(size: int | None = None) -> Iterator[Cells]:
            for cells, delivered in delivered_batches(self.whole, encoder, size):
                yield cells if undoing is None else undoing.rows(cells, delivered)

        def parts() -> Iterator[tuple[Cells, Points]]:
            for cells in rows(PART):
                yield cells, attacking.space.points(cells)

        neighbours = nearest_of_all(
            (attacking.space.points(cells) for cells in rows()),
            attacking.candidate_points,
            views=tuple(attacking.to_reference),
            k=K_NEIGHBOURS,
            engine=engine,
            jobs=attacking.jobs,
        )
        unplaced = {
            view: Neighbours(distance=lists.distance, row=np.full(lists.row.shape, -1, dtype=np.int64))
            for view, lists in neighbours.items()
        }
        counts = np.zeros(attacking.candidates.codes.shape, dtype=np.int64)
        for cells in rows():
            counts += count_of(attacking.candidates, cells)
        n_looks = 1 if undoing is None else len(undoing.signs)
        return AllRows(n=n_looks * self.whole.n_rows, parts=parts, neighbours=unplaced, value_counts=counts)
