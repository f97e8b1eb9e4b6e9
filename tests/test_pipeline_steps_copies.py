"""Rows of non-members in a release: what the real tables have in common explains some, a holdout that was seen more."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from tables import mixed, schema_of

import synthaudit
from synthaudit.checks.copies import Side, count_rows
from synthaudit.checks.strangers import strangers_copied
from synthaudit.encoding import fit_cells
from synthaudit.types import Cells, IntArray, StrangersCopied

N = 300


def counted(
    train: pd.DataFrame, holdout: pd.DataFrame, release: pd.DataFrame, people: IntArray | None = None
) -> StrangersCopied:
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout], [release])
    cells: list[Cells] = [encoder.encode(table) for table in (train, holdout, release)]
    entity = (None, None) if people is None else (people, people + 10_000)
    members, others = (Side(cells=side, entity=codes) for side, codes in zip(cells[:2], entity, strict=True))
    return strangers_copied(schema, members, others, count_rows(schema, cells[0], cells[2], cells[1]))


@pytest.mark.parametrize(
    ("n_found", "n_release", "seen"), [(0, N, False), (6, N, False), (7, N, True), (9, 900, False), (40, 900, True)]
)
def test_rows_that_nobody_shares(n_found: int, n_release: int, seen: bool) -> None:
    """No twin among 600 people: each found one is a pair with the release, at its share of all pairs."""
    rng = np.random.default_rng(0)
    train, holdout, release = (mixed(n, rng) for n in (N, N, n_release))
    release.iloc[:n_found] = holdout.iloc[:n_found]
    share = N * n_release / (N * n_release + 2 * N * (2 * N - 1) / 2)
    strangers = counted(train, holdout, release)
    assert (strangers.rows, strangers.pvalue < 0.001) == (n_found, seen)
    assert strangers.pvalue == pytest.approx(binom.sf(n_found - 1, n_found, share))
    sharper = 3 * share / (1 - share + 3 * share)
    assert strangers.pvalue_sharper == pytest.approx(binom.sf(n_found - 1, n_found, sharper))


def test_rows_that_many_share_accuse_nobody() -> None:
    """Three columns of three levels: 27 rows stand in every table, and twins of the real tables explain them."""
    rng = np.random.default_rng(1)
    tables = [pd.DataFrame({f"c{i}": rng.choice(list("abc"), N) for i in range(3)}) for _ in range(3)]
    strangers = counted(tables[0], tables[1], tables[2])
    assert strangers.rows == len(tables[1].drop_duplicates())
    assert strangers.pvalue > 0.99


def coarse(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of a law that repeats itself: skewed categories, and two numbers that are often 0."""
    columns = {f"c{i}": np.array([f"l{k}" for k in rng.zipf(1.6, n).clip(max=30)], dtype=object) for i in range(3)}
    numbers = {f"x{i}": rng.zipf(1.5, n).clip(max=200).astype(float) for i in range(2)}
    return pd.DataFrame({**columns, **numbers})


@pytest.mark.parametrize("seed", range(20))
def test_tables_without_their_equal_rows_accuse_nobody(seed: int) -> None:
    """Fresh people repeat themselves and meet common rows of strangers; that real rows do not was made so by hand."""
    rng = np.random.default_rng([seed, 3])
    real = coarse(9_000, rng).drop_duplicates(ignore_index=True).sample(2_000, random_state=seed, ignore_index=True)
    strangers = counted(real[:1_000], real[1_000:].reset_index(drop=True), coarse(1_000, rng))
    assert strangers.rows >= 7
    assert strangers.pvalue >= 0.001


@pytest.mark.parametrize("seed", range(20))
def test_picked_strangers_are_seen_whatever_the_release_repeats(seed: int) -> None:
    """Rows of random non-members among new ones, in a table without equal rows: junk that is repeated excuses none."""
    rng = np.random.default_rng([seed, 4])
    real = coarse(9_000, rng).drop_duplicates(ignore_index=True).sample(2_000, random_state=seed, ignore_index=True)
    holdout = real[1_000:].reset_index(drop=True)
    fresh = coarse(3_000, rng).drop_duplicates(ignore_index=True)
    fresh = fresh[~fresh.apply(tuple, axis=1).isin(set(real.apply(tuple, axis=1)))]
    release = pd.concat([fresh[:300], fresh[:200], holdout.sample(60, random_state=seed)], ignore_index=True)
    assert counted(real[:1_000], holdout, release).pvalue_sharper < 0.001


def test_rows_of_one_person_are_no_twins() -> None:
    """Every person twice, alike: nobody shares a row with somebody else."""
    rng = np.random.default_rng(2)
    people = np.repeat(np.arange(N // 2), 2)
    train, holdout = (mixed(N // 2, rng).iloc[people].reset_index(drop=True) for _ in range(2))
    release = mixed(N, rng)
    release.iloc[:20] = holdout.iloc[:20]
    strangers = counted(train, holdout, release, people)
    assert (strangers.rows, strangers.pvalue < 0.001) == (10, True)
    assert counted(train, holdout, release).pvalue > 0.5


def test_what_an_audit_says_of_a_holdout_that_was_seen() -> None:
    """9 members and 9 non-members word for word: no pass, and no word of no leakage; of 20 and 20, leakage."""
    rng = np.random.default_rng(3)
    train, holdout, release = (mixed(900, rng) for _ in range(3))
    release.iloc[:40] = pd.concat([train[:20], holdout[:20]]).to_numpy()
    assert synthaudit.audit(train, release, holdout, profile="quick", jobs=1).leakage_detected is True
    release.iloc[18:40] = mixed(22, rng).to_numpy()
    release.iloc[:18] = pd.concat([train[:9], holdout[:9]]).to_numpy()
    report = synthaudit.audit(train, release, holdout, policy="internal", profile="quick", jobs=1)
    assert report.leakage_detected is None
    reason = (
        "9 different rows of non-members occur verbatim in the release, beyond what rows of the real tables have in"
        " common: this points to a holdout that the vendor has seen"
    )
    assert [line.reason for line in report.coverage if line.test == "verbatim copies" and line.blocks_pass] == [reason]
    assert {use.outcome for use in report.uses} == {"inconclusive"}


@pytest.mark.parametrize(("n_copied", "outcome"), [(0, "pass"), (9, "inconclusive"), (20, "fail")])
def test_copies_of_members_and_strangers_alike_are_no_comfort(n_copied: int, outcome: str) -> None:
    """As many of either side: their difference is 0, and what counts is both."""
    rng = np.random.default_rng(4)
    train, holdout, release = (mixed(900, rng) for _ in range(3))
    release.iloc[: 2 * n_copied] = pd.concat([train[:n_copied], holdout[:n_copied]]).to_numpy()
    report = synthaudit.audit(train, release, holdout, policy="partner", profile="quick", jobs=1)
    gate = next(gate for gate in report.uses[0].gates if gate.name == "copies")
    assert gate.outcome == outcome
    assert ("both count as copied" in gate.reason) == (n_copied > 0)


def test_one_rule_says_whether_copies_can_be_told_from_chance() -> None:
    """Of 900 people on each side 6 have a twin: under internal they are enough, under partner the record says not."""
    rng = np.random.default_rng(5)
    train, holdout, release = (mixed(900, rng) for _ in range(3))
    train.iloc[:3] = train.iloc[3:6].to_numpy()
    for policy, is_enough in (("internal", True), ("partner", False)):
        report = synthaudit.audit(train, release, holdout, policy=policy, profile="quick", jobs=1)
        gate = next(gate for gate in report.uses[0].gates if gate.name == "copies")
        assert report.copies.recognisable is is_enough
        assert ("somebody else has too" in gate.reason) is not is_enough
        line = next(line for line in report.coverage if line.test == "verbatim copies")
        assert (line.status == "ran") is is_enough
        if not is_enough:
            needed = "to tell chance copies from others takes 3,334 people on each side"
            assert needed in gate.reason
            assert needed in line.reason
