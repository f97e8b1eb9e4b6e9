"""Verbatim copies, decided on canonical cells and never on a distance of 0."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from synthaudit.adapters.alignment.overlap import MAX_PVALUE, in_same_order, is_same, is_telling, same_by_chance
from synthaudit.encoding import distance_columns, row_codes
from synthaudit.statistics.copies import copies_test, copies_without_holdout
from synthaudit.types import BoolArray, Cells, Copies, IntArray, Schema

NATURAL_COLLISIONS = 0.005
"""Above this share of non-members equal to a train row, a copy cannot be told from chance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """How many rows of a release equal each real row on the compared columns."""

    train: IntArray
    """(n_train,)"""
    holdout: IntArray | None
    n_synthetic: int
    n_distinct: int
    """Different rows of the release."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """The real rows of the members, or of the non-members."""

    cells: Cells
    entity: IntArray | None = None
    """(n,) person of each row; None = every row is a unit."""
    named: BoolArray | None = None
    """(n,) whether the release holds the key of the row's person, who then counts as copied."""

    def copied(self, times: IntArray) -> BoolArray:
        """(n_units,) whether a unit occurs in the release, of whose rows each of these rows equals so many."""
        is_copied = times > 0 if self.named is None else (times > 0) | self.named
        return _by_unit(is_copied, self.entity)


def count_rows(schema: Schema, train: Cells, synthetic: Cells, holdout: Cells | None) -> Counted:
    """Look every real row up in a release that is held whole."""
    tables = {"train": train, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
    rows = row_codes(tables, compared_columns(schema))
    times = np.bincount(rows["synthetic"], minlength=1 + max(int(codes.max(initial=0)) for codes in rows.values()))
    return Counted(
        train=times[rows["train"]],
        holdout=None if holdout is None else times[rows["holdout"]],
        n_synthetic=len(synthetic),
        n_distinct=int((times > 0).sum()),
    )


def measure_copies(schema: Schema, train: Side, holdout: Side | None, counted: Counted) -> Copies:
    """Count the people whose record occurs in the release, on both sides.

    The unit is the candidate (the person where entities are declared): counting synthetic rows would call one
    popular row many leaks. Identifier columns are not compared: a copy under a new identifier is a copy.

    Parameters
    ----------
    schema : Schema
    train, holdout : Side
        The real rows.
    counted : Counted
        How many rows of the release equal each of them.
    """
    tables = {"train": train.cells} | ({} if holdout is None else {"holdout": holdout.cells})
    rows = row_codes(tables, compared_columns(schema))
    n_rows = len(rows["train"])
    first = np.unique(rows["train"], return_index=True)[1]
    times_of_distinct = counted.train[first]
    member_copied = train.copied(counted.train)
    nonmember_copied = np.zeros(0, dtype=bool)
    if holdout is None or counted.holdout is None:
        collisions = twin_share(rows["train"], train.entity)
        test = copies_without_holdout(
            int((times_of_distinct > 0).sum()),
            counted.n_distinct,
            int(member_copied.sum()),
            len(member_copied),
            n_twins=round(collisions * n_rows),
            n_train=n_rows,
        )
    else:
        nonmember_copied = holdout.copied(counted.holdout)
        collisions = float(_by_unit(np.isin(rows["holdout"], rows["train"]), holdout.entity).mean())
        is_copied = np.concatenate([member_copied, nonmember_copied])
        test = copies_test(is_copied, np.arange(len(is_copied)) < len(member_copied))
    return Copies(
        train=int(member_copied.sum()),
        holdout=int(nonmember_copied.sum()),
        n_train=len(member_copied),
        n_holdout=len(nonmember_copied),
        expected=test.expected,
        pvalue=test.pvalue,
        excess=test.excess,
        synthetic_rows=int(times_of_distinct.sum()),
        n_synthetic=counted.n_synthetic,
        identical_to_train=_is_same(counted, rows["train"]) and is_telling(rows["train"]),
        recognisable=collisions <= NATURAL_COLLISIONS,
    )


def is_identical(schema: Schema, train: Cells, synthetic: Cells) -> bool:
    """Whether the release is the training table, in any order of rows.

    Where rows look alike a quota sample has the same ones equally often: then the order of the rows must be that of
    train too, or their identifiers agree.
    """
    tables = {"train": train, "synthetic": synthetic}
    rows = row_codes(tables, compared_columns(schema))
    if not is_same(rows["train"], rows["synthetic"]):
        return False
    if is_telling(rows["train"]) or in_same_order(rows["train"], rows["synthetic"]):
        return True
    columns = identifier_mask(schema)
    whole = row_codes(tables, ~np.zeros_like(columns))
    return bool(columns.any()) and is_telling(whole["train"]) and is_same(whole["train"], whole["synthetic"])


def strangers_copied(schema: Schema, train: Side, holdout: Side, counted: Counted) -> tuple[int, float]:
    """Different rows of non-members that the release holds, and the chance of so many if nobody saw the holdout.

    Two rows of different people are equal as often in the real tables as between release and holdout: given all equal
    pairs, those with the release are binomial with its share of the pairs, whatever the law of the rows and the sizes.
    """
    rows = row_codes({"train": train.cells, "holdout": holdout.cells}, compared_columns(schema))
    n_found = len(np.unique(rows["holdout"][counted.holdout > 0])) if counted.holdout is not None else 0
    strangers = _of_people(rows["holdout"], holdout.entity)
    real = np.concatenate([_of_people(rows["train"], train.entity), strangers])
    times = np.unique(real, return_counts=True)[1].astype(np.float64)
    n_twins = int((times * (times - 1) / 2).sum())
    pairs = counted.n_distinct * len(strangers), len(real) * (len(real) - 1) / 2
    return n_found, float(binom.sf(n_found - 1, n_found + n_twins, pairs[0] / sum(pairs)))


def _of_people(rows: IntArray, entity: IntArray | None) -> IntArray:
    """Rows, each once for every person who has it."""
    return rows if entity is None else np.unique(np.stack([rows, entity]), axis=1)[0]


def looks_identical(schema: Schema, train: Cells, counted: Counted) -> bool:
    """Whether a release of rows that look alike holds each as often as train, and chance hardly does so.

    It may be the training table, or a sample by quotas; nothing tells.
    """
    rows = row_codes({"train": train}, compared_columns(schema))["train"]
    return not is_telling(rows) and _is_same(counted, rows) and same_by_chance(rows) < MAX_PVALUE


def identifier_mask(schema: Schema) -> BoolArray:
    """(d,) mask of the identifiers that make no copy by themselves."""
    return ~compared_columns(schema)


def compared_columns(schema: Schema) -> BoolArray:
    """(d,) mask of the columns that make a copy: all but identifiers, where there are others."""
    columns = distance_columns(schema)
    return columns if columns.any() else np.ones(len(columns), dtype=bool)


def _is_same(counted: Counted, train: IntArray) -> bool:
    """Whether the release holds each row of train as often as train does, and no other."""
    times = np.unique(train, return_inverse=True, return_counts=True)
    return counted.n_synthetic == len(train) and np.array_equal(counted.train, times[2][times[1].reshape(-1)])


def _by_unit(is_copied: BoolArray, entity: IntArray | None) -> BoolArray:
    return is_copied if entity is None else _any_row(is_copied, entity)


def _any_row(mask: BoolArray, entity: IntArray) -> BoolArray:
    """(n_units,) whether any row of the unit is marked."""
    codes, inverse = np.unique(entity, return_inverse=True)
    return np.bincount(inverse, weights=mask, minlength=len(codes)) > 0


def twin_share(rows: IntArray, entity: IntArray | None) -> float:
    """Share of rows that a row of somebody else in the same table equals."""
    person = np.arange(len(rows)) if entity is None else entity
    _, row = np.unique(rows, return_inverse=True)
    # Each content counts once for each person who has it.
    holders = np.unique(np.stack([row, person]), axis=1)[0]
    return float((np.bincount(holders)[row] > 1).mean())
