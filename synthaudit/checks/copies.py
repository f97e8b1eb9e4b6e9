"""Verbatim copies, decided on canonical cells and never on a distance of 0."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synthaudit.adapters.alignment.overlap import MAX_PVALUE, in_same_order, is_same, is_telling, same_by_chance
from synthaudit.checks.met_people import Lookup
from synthaudit.encoding import distance_columns, row_codes
from synthaudit.statistics import exact_difference
from synthaudit.statistics.copies import CopiesTest, copies_test, excess_over_chance
from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low
from synthaudit.statistics.meetings import met_too_often, strangers_met
from synthaudit.types import BoolArray, Cells, Copies, IntArray, Schema, SingleCopies
from synthaudit.verdict.levels import COPIES_ALPHA, PASS_ERROR, people_to_tell_copies

NATURAL_COLLISIONS = 0.005
"""Above this share of rows that are equal by chance, an equal row is no sign of the same person."""


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

    def copied_alone(self, times: IntArray, is_single: BoolArray) -> BoolArray:
        """(n_single,) the same of units that have a single row, by such a row or by their key."""
        by_row = _by_unit((times > 0) & is_single, self.entity)
        by_key = np.zeros_like(by_row) if self.named is None else _by_unit(self.named, self.entity)
        return (by_row | by_key)[_by_unit(is_single, self.entity)]


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
    train: Side,
    holdout: Side | None,
    counted: Counted,
    *,
    limit: float,
    released: Cells | None = None,
) -> Copies:
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
    limit : float
        Of the policy, above 0: whether copies beyond it can be told from chance.
    released : Cells, optional
        Rows of the release that are held. Needed where there is no holdout: chance is read off them and train.
    """
    tables = {"train": train.cells} | ({} if holdout is None else {"holdout": holdout.cells})
    rows = row_codes(tables, compared_columns(schema))
    first = np.unique(rows["train"], return_index=True)[1]
    times_of_distinct = counted.train[first]
    member_copied = train.copied(counted.train)
    nonmember_copied = np.zeros(0, dtype=bool)
    single = None
    if holdout is None or counted.holdout is None:
        if released is None:
            raise ValueError("without a holdout chance is read off the rows of the release")
        twins = twin_share(rows["train"], train.entity)
        test = _alone(schema, train, counted, released, int(member_copied.sum()))
    else:
        nonmember_copied = holdout.copied(counted.holdout)
        single, test = _single(train, holdout, counted, rows)
        twins = single.twins
    n_least = min(len(member_copied), len(nonmember_copied) or len(member_copied))
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
        recognisable=people_to_tell_copies(twins, limit) <= n_least,
        single=single,
    )


def _alone(schema: Schema, train: Side, counted: Counted, released: Cells, n_copied: int) -> CopiesTest:
    """Hold copies of people who have their row alone against the rows that train and the release repeat."""
    columns = tuple(np.flatnonzero(compared_columns(schema)).tolist())
    met = Lookup(schema, train.cells, released, _persons(train)).meetings(columns)
    pvalue, n_repeated, pairs = met.pvalue, met.n_repeated, met.pairs
    if counted.n_synthetic > len(released):
        # Of a release that is held in part, rows that repeat are at most those that are not different.
        row = row_codes({"train": train.cells}, compared_columns(schema))["train"]
        is_met = (counted.train > 0) & ~_has_twin(row, _persons(train))
        n_repeated = counted.n_synthetic - counted.n_distinct
        pairs *= counted.n_synthetic / len(released)
        pvalue = met_too_often(int(_by_unit(is_met, train.entity).sum()), met.n_twins, n_repeated, pairs)
    chance = min(strangers_met(met.n_twins, n_repeated, pairs, COPIES_ALPHA / 2) / met.n_people, 1.0)
    excess = excess_over_chance(n_copied, met.n_people, chance)
    return CopiesTest(expected=chance * met.n_people, pvalue=pvalue, excess=excess)


def _single(
    train: Side, holdout: Side, counted: Counted, rows: Mapping[str, IntArray]
) -> tuple[SingleCopies, CopiesTest]:
    """Count the people who have a row that nobody else has, without a look at who is a member."""
    held = np.concatenate([rows["train"], rows["holdout"]])
    person = np.concatenate([_persons(train), len(train.cells) + _persons(holdout)])
    is_single = ~_has_twin(held, person)
    alone = is_single[: len(rows["train"])], is_single[len(rows["train"]) :]
    assert counted.holdout is not None
    members, others = train.copied_alone(counted.train, alone[0]), holdout.copied_alone(counted.holdout, alone[1])
    is_copied = np.concatenate([members, others])
    counts = int(members.sum()), len(members), int(others.sum()), len(others)
    twins = np.concatenate([_by_unit(~alone[0], train.entity), _by_unit(~alone[1], holdout.entity)])
    is_measured = min(len(members), len(others)) > 0
    of_both = _of_both(counts, twins, counted.n_distinct) if is_measured else (-1.0, 1.0)
    single = SingleCopies(
        train=counts[0],
        holdout=counts[2],
        n_train=counts[1],
        n_holdout=counts[3],
        lower_bound=exact_difference.lower_bound(*counts, COPIES_ALPHA) if is_measured else -1.0,
        upper_bound=exact_difference.upper_bound(*counts, PASS_ERROR) if is_measured else 1.0,
        twins=float(twins.mean()),
        lower_bound_of_both=of_both[0],
        upper_bound_of_both=of_both[1],
    )
    return single, copies_test(is_copied, np.arange(len(is_copied)) < len(members))


def _of_both(counts: tuple[int, int, int, int], twins: BoolArray, n_distinct: int) -> tuple[float, float]:
    """Bounds of the share of people copied, whichever side they are on (Clopper and Pearson).

    The lower one is less what chance explains: a fresh row meets one of the real rows about as often as these meet each
    other, and more often where the release has more rows. The upper one is no smaller than that of the members alone.
    """
    members, n_members, others, n_others = counts
    copied, n = members + others, n_members + n_others
    chance = clopper_pearson_high(int(twins.sum()), len(twins), COPIES_ALPHA) * max(1.0, n_distinct / len(twins))
    high = (clopper_pearson_high(k, of, PASS_ERROR) for k, of in ((copied, n), (members, n_members)))
    return clopper_pearson_low(copied, n, COPIES_ALPHA) - chance, max(high)


def _persons(side: Side) -> IntArray:
    """(n,) person of each row, below the number of rows."""
    n = len(side.cells)
    return np.arange(n) if side.entity is None else np.unique(side.entity, return_inverse=True)[1].reshape(-1)


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
    return float(_has_twin(rows, person).mean())


def _has_twin(rows: IntArray, person: IntArray) -> BoolArray:
    """(n,) whether somebody else has an equal row."""
    row = np.unique(rows, return_inverse=True)[1].reshape(-1)
    # Each content counts once for each person who has it.
    holders = np.unique(np.stack([row, person]), axis=1)[0]
    return np.asarray(np.bincount(holders)[row] > 1, dtype=np.bool_)
