"""Columns whose rare values the release repeats: counted by unit, tested without the labels, named without a value."""

import json

import numpy as np
import pytest
from example_report import FAIL
from scipy import stats

from synthaudit.attacker.candidates import Pile, make_pile
from synthaudit.checks.rare_values import measure_reuse
from synthaudit.evidence import from_json, to_json
from synthaudit.statistics.multiplicity import holm
from synthaudit.types import Cells, Column, ColumnReuse, IntArray, Reuse, Schema


def cells(*columns: object) -> Cells:
    """Categories only, one list of codes per column; 0 is missing."""
    codes = np.array(columns, dtype=np.int32).T
    return Cells(codes=np.ascontiguousarray(codes), values=np.full(codes.shape, np.nan))


def schema(d: int) -> Schema:
    return Schema(columns=tuple(Column(name=f"c{i}", kind="categorical") for i in range(d)))


def piled(
    train: Cells,
    holdout: Cells,
    reference: Cells | None,
    train_entity: IntArray | None = None,
    holdout_entity: IntArray | None = None,
) -> Pile:
    rng = np.random.default_rng(0)
    return make_pile(train, holdout, reference, train_entity=train_entity, holdout_entity=holdout_entity, rng=rng)


def by_name(reuse: Reuse) -> dict[str, ColumnReuse]:
    return {column.column: column for column in reuse.columns}


def test_values_that_the_population_holds_at_most_once_are_counted_where_the_release_repeats_them() -> None:
    """Rare and repeated counts; common, missing, or absent from the release does not."""
    reference = cells([1, 2, 2, 3, 3, 3])
    # Codes: 1 once in the reference, 2 twice, 9 never; 0 is missing; 8 is in no release row.
    train, holdout = cells([1, 9, 2, 0, 8, 1]), cells([2, 3, 9, 0, 0, 2])
    pile = piled(train, holdout, reference)
    reuse = measure_reuse(schema(1), pile, cells([1, 9, 9, 2, 0, 3]))
    column = reuse.columns[0]
    assert (column.members, column.nonmembers) == (3, 1)
    assert (reuse.at_most, reuse.n_reference, reuse.n_members, reuse.n_nonmembers) == (1, 6, 6, 6)


def test_a_candidate_does_not_make_its_own_value_common() -> None:
    """Where the candidates serve as population, a row leaves itself out: held by two is rare, held by three is not."""
    train, holdout = cells([1, 2, 2, 3, 3]), cells([1, 2, 4, 4, 4])
    pile = piled(train, holdout, None)
    assert pile.reference is None
    reuse = measure_reuse(schema(1), pile, cells([1, 2, 3, 4]))
    # 1 and 3 are held by two candidates each, 2 and 4 by three.
    assert (reuse.columns[0].members, reuse.columns[0].nonmembers) == (3, 1)


def test_people_are_counted_and_leave_all_their_rows_out() -> None:
    """Four rows of one person with one value: one person, and rare for everybody else."""
    train, holdout = cells([7, 7, 7, 7, 1, 1]), cells([1, 1, 8, 8, 8, 1])
    who = np.array([0, 0, 0, 0, 1, 1]), np.array([2, 2, 3, 3, 3, 4])
    pile = piled(train, holdout, None, *who)
    reuse = measure_reuse(schema(1), pile, cells([7, 8, 1]))
    assert (reuse.n_members, reuse.n_nonmembers) == (2, 3)
    assert (reuse.columns[0].members, reuse.columns[0].nonmembers) == (1, 1)


def test_those_set_aside_as_reference_have_values_to_lose_too() -> None:
    """600 values of members and 600 of non-members, each one's own, all repeated: everybody counts, none twice."""
    train, holdout = cells(range(1, 601)), cells(range(1_001, 1_601))
    pile = piled(train, holdout, None)
    assert pile.n_aside == (75, 75)
    reuse = measure_reuse(schema(1), pile, cells([*range(1, 601), *range(1_001, 1_601)]))
    assert (reuse.n_reference, reuse.n_members, reuse.n_nonmembers) == (150, 600, 600)
    assert (reuse.columns[0].members, reuse.columns[0].nonmembers) == (600, 600)


def test_the_planted_column_is_named_and_no_other() -> None:
    """One of nine columns is resampled from train, the others come from the population: it alone is reused."""
    rng = np.random.default_rng(1)

    def table(n: int) -> np.ndarray:
        return rng.integers(1, 100_000, (9, n))

    train, holdout, reference, release = table(800), table(800), table(1_000), table(800)
    release[4] = rng.permutation(train[4])
    pile = piled(cells(*train), cells(*holdout), cells(*reference))
    reuse = measure_reuse(schema(9), pile, cells(*release))
    assert [column.column for column in reuse.columns if column.reused] == ["c4"]
    column = by_name(reuse)["c4"]
    rare = [
        np.isin(values, release[4]) & ((reference[4] == values[:, None]).sum(1) <= 1)
        for values in (train[4], holdout[4])
    ]
    assert (column.members, column.nonmembers) == (rare[0].sum(), rare[1].sum())
    table_2x2 = [[column.members, 800 - column.members], [column.nonmembers, 800 - column.nonmembers]]
    fisher = stats.fisher_exact(np.array(table_2x2), alternative="greater")
    assert column.pvalue == pytest.approx(fisher.pvalue, rel=1e-9)
    assert column.pvalue_adjusted == pytest.approx(column.pvalue * len(reuse.columns), rel=1e-9)


def test_values_missing_from_members_alone_are_no_reuse() -> None:
    """A release that repeats rare values of non-members names no column: the test has one side."""
    rng = np.random.default_rng(2)
    train, holdout, reference = (rng.integers(1, 100_000, (1, 500)) for _ in range(3))
    pile = piled(cells(*train), cells(*holdout), cells(*reference))
    reuse = measure_reuse(schema(1), pile, cells(*holdout))
    assert reuse.columns[0].nonmembers > 400
    assert not reuse.columns[0].reused


def test_holm_is_the_step_down_of_bonferroni() -> None:
    """Against the definition: reject while p(i) <= alpha / (k - i + 1), for every alpha."""
    rng = np.random.default_rng(3)
    for k in (1, 2, 7):
        p = rng.random(k) ** 3
        adjusted = holm(p)
        for alpha in (0.01, 0.05, 0.3, 0.9):
            rejected = np.zeros(k, dtype=bool)
            for i, place in enumerate(np.argsort(p)):
                if p[place] > alpha / (k - i):
                    break
                rejected[place] = True
            assert ((adjusted <= alpha) == rejected).all()
    assert holm([]).shape == (0,)


def test_honest_releases_name_a_column_in_at_most_one_of_twenty_audits() -> None:
    """Train, holdout and release of one law, codes that collide by nature: at most 16 of 200 audits name any column."""
    rng = np.random.default_rng(4)
    named = 0
    for _ in range(200):
        tables = [np.minimum(rng.geometric(0.02, (6, 300)), 400) for _ in range(4)]
        train, holdout, reference, release = (cells(*table) for table in tables)
        pile = piled(train, holdout, reference)
        named += any(column.reused for column in measure_reuse(schema(6), pile, release).columns)
    assert named <= 16


def test_the_order_of_rows_changes_nothing() -> None:
    """Shuffled tables give the same counts and p-values."""
    rng = np.random.default_rng(5)
    train, holdout, release = (cells(*rng.integers(1, 500, (3, 400))) for _ in range(3))
    first = measure_reuse(schema(3), piled(train, holdout, None), release)
    again = measure_reuse(
        schema(3),
        piled(train.take(rng.permutation(400)), holdout.take(rng.permutation(400)), None),
        release.take(rng.permutation(400)),
    )
    assert again == first


def test_evidence_of_earlier_audits_is_still_read() -> None:
    """A file without the field is a file that did not test it."""
    evidence = json.loads(to_json(FAIL))
    assert evidence.pop("reuse")["columns"][2]["members"] == 212
    assert from_json(json.dumps(evidence)).reuse is None
