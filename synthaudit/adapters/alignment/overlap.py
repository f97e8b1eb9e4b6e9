"""Rows and people that stand in two real tables: what chance explains and what it does not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.adapters.alignment.keys import RunningNumber
from synthaudit.adapters.readers.raw import percent
from synthaudit.cells import fold_key
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import Coverage, CoverageStatus, IntArray, Schema

MAX_PVALUE = 1e-6
MAX_EXCESS = 0.01
TELLING = 0.2
"""Share of different rows from which on equal rows say something: no quota or stratum is fixed by so many cells, of
fewer than five rows each."""
FEW_TWINS = 5
"""Rows with a twin below which shared rows speak for themselves."""
RANDOM_SPLITS = 200
DEVIATIONS = 5
MOST_PERIODS = 1_000
"""Lengths of a plan of quotas that are tried."""


def telling_columns(schema: Schema) -> list[str]:
    """Columns by which rows are found again in another table.

    A running number differs in every row and would hide that the rest of the row is the same.
    """
    return [c.name for c in schema.columns if c.kind != "identifier"] or schema.names


def row_codes(*tables: pd.DataFrame) -> list[IntArray]:
    """One integer per row, equal where, and only where, canonical rows are equal; (n,) for each table.

    Exact: a missing cell is equal to a missing cell alone.

    Examples
    --------
    >>> a = pd.DataFrame({"x": [1.0, float("nan")], "y": ["a", None]}, dtype=object).astype({"x": float})
    >>> b = pd.DataFrame({"x": [float("nan"), 1.0], "y": [None, "b"]}, dtype=object).astype({"x": float})
    >>> [codes.tolist() for codes in row_codes(a, b)]
    [[0, 1], [1, 2]]
    """
    columns = list(tables[0].columns)
    rows = pd.concat([table[columns] for table in tables], ignore_index=True)
    codes = rows.groupby(columns, sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
    return np.split(codes, np.cumsum([len(table) for table in tables])[:-1])


def whole_rows(schema: Schema, frames: Mapping[str, pd.DataFrame]) -> dict[str, IntArray] | None:
    """What tells the rows of train and holdout apart together with their identifiers; None where there are none.

    An identifier that numbers the rows of a table without a gap tells nobody: a copy is numbered anew. Identifiers are
    compared by their letters and digits.
    """
    tables = [frames["train"], frames["holdout"]]
    identifiers = schema.of_kind("identifier")
    running = {
        name
        for name in identifiers
        if all(RunningNumber(len(table)).read(table[name].dropna().unique()).leaves_no_gap for table in tables)
    }
    if running.issuperset(identifiers):
        return None
    names = [name for name in schema.names if name not in running]
    texts = [name for name in identifiers if name not in running and tables[0][name].dtype == object]
    folded = [
        table[names].assign(**{name: table[name].map(fold_key, na_action="ignore") for name in texts})
        for table in tables
    ]
    return dict(zip(("train", "holdout"), row_codes(*folded), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Rows of one table that also stand in another.

    Attributes
    ----------
    n_found, n_rows : int
        Rows found, and rows looked for.
    expected : float
        Share expected by chance, in [0, 1]: rows of the other table that have a twin of another person there.
    is_excess : bool
        More than 1 point above chance, binomial p below 1e-6, and, where rows have twins, beyond what random splits of
        the pooled rows share.
    is_same : bool
        Both tables hold the same rows equally often, in any order.
    is_telling : bool
        Rows can be told apart: at least a fifth of the other table's are different. Where few combinations make up a
        table, a stratified draw holds the same ones equally often and copies nobody.
    """

    n_found: int
    n_rows: int
    expected: float
    is_excess: bool
    is_same: bool
    is_telling: bool

    @property
    def share(self) -> float:
        """Share of rows found, in [0, 1]."""
        return self.n_found / self.n_rows


def overlap_of(table: IntArray, other: IntArray, other_entity: IntArray | None = None) -> Overlap:
    """How many rows of ``table`` stand in ``other``, against the leave-one-out twin share within ``other``.

    Parameters
    ----------
    table, other : (n,) and (m,) int arrays
        Row codes as from `row_codes`.
    other_entity : (m,) int array, optional
        Person of each row of ``other``; twins within one person say nothing about chance.

    Examples
    --------
    >>> overlap = overlap_of(np.arange(100), np.arange(50, 250))
    >>> overlap.n_found, round(overlap.expected, 3), overlap.is_excess
    (50, 0.005, True)
    """
    from scipy.special import bdtrc

    n_found = int(np.isin(table, other).sum())
    n_twins = int(_has_twin(other, other_entity).sum())
    # Laplace's rule: no twin among few rows does not make a twin impossible.
    expected = (n_twins + 1) / (len(other) + 2)
    pvalue = float(bdtrc(n_found - 1, len(table), expected))
    is_excess = n_found / len(table) - expected > MAX_EXCESS and pvalue < MAX_PVALUE
    if n_twins >= FEW_TWINS:
        # The twin share is itself an estimate, and a rough one where rows collide: an honest split must not be refused.
        is_excess = is_excess and _exceeds_random_splits(n_found, table, other)
    return Overlap(
        n_found=n_found,
        n_rows=len(table),
        expected=expected,
        is_excess=is_excess,
        is_same=is_same(table, other),
        is_telling=is_telling(other),
    )


def is_telling(rows: IntArray) -> bool:
    """Whether rows differ from each other often enough that equal ones say something.

    Examples
    --------
    >>> is_telling(np.array([1, 2, 3, 3])), is_telling(np.arange(60) % 2)
    (True, False)
    """
    return len(np.unique(rows)) >= TELLING * len(rows)


def same_by_chance(rows: IntArray) -> float:
    """Chance that as many draws from the law of these rows hold each of them equally often.

    Examples
    --------
    >>> round(same_by_chance(np.array([0, 1])), 3), same_by_chance(np.arange(60) % 30) < 1e-6
    (0.5, True)
    """
    from scipy.special import gammaln

    counts = np.unique(rows, return_counts=True)[1].astype(np.float64)
    n = counts.sum()
    return float(np.exp(gammaln(n + 1) - gammaln(counts + 1).sum() + (counts * np.log(counts / n)).sum()))


def in_same_order(table: IntArray, other: IntArray) -> bool:
    """Whether two tables hold the same rows in an order that neither sorting nor a plan gives.

    Sorted, equal rows lie together; by a plan of quotas the same order comes again and again.

    Examples
    --------
    >>> drawn = np.random.default_rng(0).integers(0, 3, 60)
    >>> [in_same_order(rows, rows) for rows in (drawn, np.sort(drawn), np.arange(60) % 6)]
    [True, False, False]
    """
    if not np.array_equal(table, other) or _repeats_itself(table):
        return False
    n_runs = 1 + int((np.diff(table) != 0).sum())
    return n_runs >= 2 * len(np.unique(table))


def _repeats_itself(rows: IntArray) -> bool:
    """Whether an order is that of its first part, again and again."""
    starts = 1 + np.flatnonzero(rows[1 : len(rows) // 2 + 1] == rows[0])[:MOST_PERIODS]
    return any(np.array_equal(rows[start:], rows[:-start]) for start in starts)


def holdout_overlap(
    codes: Mapping[str, IntArray],
    entity: IntArray | None,
    where: str,
    allow_overlap: bool,
    whole: Mapping[str, IntArray] | None = None,
) -> list[Coverage]:
    """Hold a holdout against train.

    Parameters
    ----------
    codes : mapping of str to (n,) int
        By role, what tells the rows of each table apart.
    entity : (n_train,) int, optional
        Person of each row of train.
    where : str
        Role and name of the holdout, for messages.
    whole : mapping of str to (n,) int, optional
        What tells them apart with their identifiers, which speak where ``codes`` look alike.

    Raises
    ------
    InputError
        SA-172 the same rows as train, SA-173 more rows of train than chance explains.
    """
    overlap = overlap_of(codes["holdout"], codes["train"], entity)
    told_by_people = entity is not None
    if not overlap.is_telling and whole is not None:
        with_identifiers = overlap_of(whole["holdout"], whole["train"], entity)
        if with_identifiers.is_telling:
            told_by_people = not with_identifiers.is_excess
            overlap = overlap if told_by_people else with_identifiers
    in_order = not told_by_people and in_same_order(codes["holdout"], codes["train"])
    if overlap.is_same and (overlap.is_telling or in_order):
        got = N_("the same rows as train, in any order")
        raise InputError("SA-172", where, got, N_("Give rows that the generator never saw."))
    if not overlap.is_telling:
        return _untold(overlap, codes["train"], where, told_by_people=told_by_people)
    if overlap.is_excess and not allow_overlap:
        raise InputError("SA-173", where, overlap_text(overlap, "train"), N_("Give rows that are not in train."))
    if not overlap.n_found:
        return []
    status: CoverageStatus = "ran_low_power" if overlap.is_excess else "ran"
    reason = f"{where}: {overlap_text(overlap, 'train')}."
    return [Coverage(test=N_("overlap"), status=status, reason=reason, blocks_pass=overlap.is_excess)]


def _untold(overlap: Overlap, rows: IntArray, where: str, *, told_by_people: bool) -> list[Coverage]:
    """What is said where rows look alike: other people by their keys, or maybe a copy that nobody could tell."""
    if not overlap.n_found:
        return []
    reason = f"{where}: {overlap_text(overlap, 'train')}"
    unlikely = overlap.is_excess or (overlap.is_same and same_by_chance(rows) < MAX_PVALUE)
    if told_by_people or not unlikely:
        return [Coverage(test=N_("overlap"), status="ran", reason=f"{reason}.")]
    equally = N_("; they stand there equally often") if overlap.is_same else ""
    reason += N_(
        "{equally}. Rows of train look alike, so a stratified draw cannot be told from a copy of train; a"
        " column that tells people apart (--entity) would"
    ).format(equally=equally)
    return [Coverage(test=N_("overlap"), status="ran_low_power", reason=f"{reason}.", blocks_pass=True)]


def is_same(rows: IntArray, other: IntArray) -> bool:
    """Whether two tables hold the same rows equally often, in any order."""
    return len(rows) == len(other) and np.array_equal(np.sort(rows), np.sort(other))


def reference_overlap(codes: Mapping[str, IntArray], entity: IntArray | None, allow_overlap: bool) -> list[Coverage]:
    """Hold a reference against train and holdout.

    Parameters
    ----------
    codes : mapping of str to (n,) int
        By role, what tells the rows of each table apart.
    entity : (n_train,) int, optional
        Person of each row of train.

    Raises
    ------
    InputError
        SA-175 more rows of train or holdout than chance explains.
    """
    notes = []
    for role in [role for role in codes if role != "reference"]:
        overlap = overlap_of(codes["reference"], codes[role], entity if role == "train" else None)
        if overlap.is_excess and overlap.is_telling and not allow_overlap:
            do = N_("Give rows that are not in {role}, or leave --reference out.").format(role=role)
            raise InputError("SA-175", "reference", overlap_text(overlap, role), do)
        if overlap.is_excess:
            reason = N_("{where}: {got}; attacks that use the reference lean on them.").format(
                where="reference", got=overlap_text(overlap, role)
            )
            notes.append(Coverage(test=N_("overlap"), status="ran_low_power", reason=reason, blocks_pass=True))
    return notes


def overlap_text(overlap: Overlap, other: str) -> str:
    """How many rows stand in the other table too, and how many chance explains."""
    share, chance = percent(overlap.share), percent(overlap.expected)
    return N_("{share} of rows are also in {other} (expected by chance {chance})").format(
        share=share, other=other, chance=chance
    )


def _exceeds_random_splits(n_found: int, table: IntArray, other: IntArray) -> bool:
    """Whether no random split of the pooled rows would share so many: five standard deviations above their mean."""
    pooled = np.unique(np.concatenate([table, other]), return_inverse=True)[1].reshape(-1)
    rng = np.random.default_rng(0)
    by_chance = []
    for _ in range(RANDOM_SPLITS):
        split = rng.permutation(pooled)
        by_chance.append(int(np.isin(split[: len(table)], split[len(table) :]).sum()))
    return bool(n_found > np.mean(by_chance) + DEVIATIONS * np.std(by_chance))


def _has_twin(rows: IntArray, entity: IntArray | None) -> npt.NDArray[np.bool_]:
    codes, row_of = np.unique(rows, return_inverse=True)
    if entity is None:
        holders = np.bincount(row_of, minlength=len(codes))
    else:
        pairs = np.unique(np.column_stack([row_of, entity]), axis=0)
        holders = np.bincount(pairs[:, 0], minlength=len(codes))
    return np.asarray(holders[row_of] > 1)


def entity_codes(train: pd.Series, holdout: pd.Series | None) -> tuple[IntArray, IntArray | None, int]:
    """Codes of the people of both tables, shared, and how many people stand in both.

    Parameters
    ----------
    train, holdout : pandas.Series of str or None
        Canonical text of the entity column; a row without a name is a person of its own.

    Examples
    --------
    >>> entity_codes(pd.Series(["a", "b", None], dtype=object), pd.Series(["b", None], dtype=object))
    (array([0, 1, 2]), array([1, 3]), 1)
    """
    both = train.to_numpy() if holdout is None else np.concatenate([train.to_numpy(), holdout.to_numpy()])
    # Sorted, so that codes do not depend on the order of rows.
    codes, names = pd.factorize(both, sort=True, use_na_sentinel=True)
    codes = codes.astype(np.int64)
    nameless = codes < 0
    codes[nameless] = len(names) + np.arange(int(nameless.sum()))
    first, second = codes[: len(train)], codes[len(train) :]
    shared = np.intersect1d(first, second).size
    return first, None if holdout is None else second, int(shared)
