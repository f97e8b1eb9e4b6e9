"""What of one person's record can be compared with other people: blank cells say nothing, and some are like nobody's.

An attack compares a record with strangers, and that is fair only in cells that a stranger could have as well. A blank
cell agrees with the blanks of a release; a number beyond everybody's is nearest to whoever lies at that end; a level
that nobody has costs no agreement where every stranger loses some. All three can lift a stranger above the others
though the release knows nothing, so their columns are left out for everybody, and the reader is told which.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import NUMBERS
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import BoolArray, Cells, Schema

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparable:
    """Which rows and columns of a record are compared, and which columns are unlike those of everybody else."""

    rows: BoolArray
    """(n_rows,) the record's rows that speak."""
    filled: BoolArray
    """(d,) columns without a blank in these rows."""
    beyond: BoolArray
    """(d,) a number or time outside the range of all other real rows."""
    unknown: BoolArray
    """(d,) a level that no other real row has."""
    nowhere: BoolArray
    """(d,) a level that the release does not have either."""

    @property
    def columns(self) -> BoolArray:
        """(d,) what the attack compares.

        A level that the release has and nobody else stays: it may be the person's own, used again.
        """
        return self.filled & ~self.beyond & ~self.nowhere

    @property
    def unlike(self) -> BoolArray:
        """(d,) columns in which the record is like no other real row."""
        return self.beyond | self.unknown


def comparable(schema: Schema, record: Cells, real: Sequence[Cells], synthetic: Cells) -> Comparable:
    """Find out what of a record can be compared.

    Of several rows those with the fewest blank cells speak, all with the same cells blank: other people are scored by
    the best of all their rows, so fewer rows never raise a score.

    Parameters
    ----------
    schema : Schema
    record : Cells
        The person's rows.
    real : sequence of Cells
        Real rows of other people.
    synthetic : Cells
        The release.
    """
    blank = record.codes == 0
    speaks = _fewest(blank)
    filled = ~blank[speaks].any(axis=0)
    beyond, unknown, nowhere = (np.zeros(len(filled), dtype=np.bool_) for _ in range(3))
    values_of_others = np.concatenate([table.values for table in real])
    for i, column in enumerate(schema.columns):
        if not filled[i]:
            continue
        if column.kind in NUMBERS:
            mine, theirs = record.values[speaks, i], values_of_others[~np.isnan(values_of_others[:, i]), i]
            beyond[i] = not len(theirs) or mine.min() < theirs.min() or mine.max() > theirs.max()
        elif column.kind in ("categorical", "boolean"):
            codes = record.codes[speaks, i]
            unknown[i] = not np.isin(codes, np.concatenate([table.codes[:, i] for table in real])).all()
            nowhere[i] = unknown[i] and not np.isin(codes, synthetic.codes[:, i]).all()
    return Comparable(rows=speaks, filled=filled, beyond=beyond, unknown=unknown, nowhere=nowhere)


def warnings_of(schema: Schema, compared: Comparable) -> tuple[str, ...]:
    """What a reader must know of a record, by the names of columns and without a cell."""
    silent = len(compared.rows) - int(compared.rows.sum())
    left_out = N_("says nothing of the person; left out of the comparison, for everybody")
    reasons = [
        (~compared.filled, N_("blank in the record, which {left_out}").format(left_out=left_out)),
        (
            compared.beyond,
            N_("outside the range of everybody else, so nobody can be compared there; left out, for everybody"),
        ),
        (compared.nowhere, N_("a level that nobody else has and the release lacks as well; left out, for everybody")),
        (compared.unknown & ~compared.nowhere, N_("a level that no other real row has, and the release has")),
    ]
    warnings = [f"{_names(schema, columns)}: {what}." for columns, what in reasons if columns.any()]
    if compared.unlike.any():
        warnings.append(
            N_("The record is unlike the tables, so strangers like those of the holdout may be no measure of it.")
        )
    if silent:
        warnings.append(
            N_("{silent} of {n} rows have more blank cells, or others, and were left out.").format(
                silent=silent, n=len(compared.rows)
            )
        )
    return tuple(warnings)


def _fewest(blank: BoolArray) -> BoolArray:
    """The rows with the fewest blanks; of several patterns the most frequent, whatever the order of the rows."""
    patterns, which, times = np.unique(blank, axis=0, return_inverse=True, return_counts=True)
    best = min(range(len(patterns)), key=lambda i: (patterns[i].sum(), -times[i], tuple(patterns[i])))
    return np.asarray(which.reshape(-1) == best, dtype=np.bool_)


def _names(schema: Schema, columns: BoolArray) -> str:
    names = [f"'{printable(schema.columns[i].name)}'" for i in np.flatnonzero(columns)]
    return ", ".join(names[:_SHOWN]) + (
        N_(" and {shown} more").format(shown=len(names) - _SHOWN) if len(names) > _SHOWN else ""
    )
