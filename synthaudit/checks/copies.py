"""Verbatim copies, decided on canonical cells and never on a distance of 0."""

from dataclasses import dataclass

import numpy as np

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


def measure_copies(
    schema: Schema,
    train: Cells,
    synthetic: Cells,
    holdout: Cells | None,
    train_entity: IntArray | None = None,
    holdout_entity: IntArray | None = None,
    train_named: BoolArray | None = None,
    holdout_named: BoolArray | None = None,
    *,
    counted: Counted | None = None,
) -> Copies:
    """Count the people whose record occurs in the release, on both sides.

    The unit is the candidate (the person where entities are declared): counting synthetic rows would call one
    popular row many leaks. Identifier columns are not compared: a copy under a new identifier is a copy. A person whose
    key the release holds (``train_named``, ``holdout_named``) counts as copied. ``counted`` says what was found in a
    release that ``synthetic`` is only a sample of.
    """
    counted = count_rows(schema, train, synthetic, holdout) if counted is None else counted
    tables = {"train": train} | ({} if holdout is None else {"holdout": holdout})
    rows = row_codes(tables, compared_columns(schema))
    _, first, inverse, times = np.unique(rows["train"], return_index=True, return_inverse=True, return_counts=True)
    identical = counted.n_synthetic == len(train) and np.array_equal(counted.train, times[inverse.reshape(-1)])
    member_copied = _by_unit(_or(counted.train > 0, train_named), train_entity)
    synthetic_rows = int(counted.train[first].sum())
    if holdout is None or counted.holdout is None:
        twins = twin_share(rows["train"], train_entity)
        found = copies_without_holdout(
            int((counted.train[first] > 0).sum()),
            counted.n_distinct,
            int(member_copied.sum()),
            len(member_copied),
            n_twins=round(twins * len(train)),
            n_train=len(train),
        )
        return Copies(
            train=int(member_copied.sum()),
            holdout=0,
            n_train=len(member_copied),
            n_holdout=0,
            expected=found.expected,
            pvalue=found.pvalue,
            excess=found.excess,
            synthetic_rows=synthetic_rows,
            n_synthetic=counted.n_synthetic,
            identical_to_train=identical,
            recognisable=twins <= NATURAL_COLLISIONS,
        )
    nonmember_copied = _by_unit(_or(counted.holdout > 0, holdout_named), holdout_entity)
    collisions = _by_unit(np.isin(rows["holdout"], rows["train"]), holdout_entity).mean()
    is_copied = np.concatenate([member_copied, nonmember_copied])
    is_member = np.concatenate([np.ones(len(member_copied), bool), np.zeros(len(nonmember_copied), bool)])
    expected, pvalue, excess = copies_test(is_copied, is_member)
    return Copies(
        train=int(member_copied.sum()),
        holdout=int(nonmember_copied.sum()),
        n_train=len(member_copied),
        n_holdout=len(nonmember_copied),
        expected=expected,
        pvalue=pvalue,
        excess=excess,
        synthetic_rows=synthetic_rows,
        n_synthetic=counted.n_synthetic,
        identical_to_train=identical,
        recognisable=bool(collisions <= NATURAL_COLLISIONS),
    )


def is_identical(schema: Schema, train: Cells, synthetic: Cells) -> bool:
    """Whether the release is the training table, in any order of rows."""
    rows = row_codes({"train": train, "synthetic": synthetic}, compared_columns(schema))
    return _is_same(rows["train"], rows["synthetic"])


def compared_columns(schema: Schema) -> BoolArray:
    """(d,) mask of the columns that make a copy: all but identifiers, where there are others."""
    columns = distance_columns(schema)
    return columns if columns.any() else np.ones(len(columns), dtype=bool)


def _is_same(train: IntArray, synthetic: IntArray) -> bool:
    return len(train) == len(synthetic) and np.array_equal(np.sort(train), np.sort(synthetic))


def _or(is_copied: BoolArray, is_named: BoolArray | None) -> BoolArray:
    return is_copied if is_named is None else is_copied | is_named


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
