"""Linkage agreement is what its definition says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthaudit.linkage.agreement import RULES, SUM_RULES, Rule, agree, agree_row_by_row, count_of, prepare
from synthaudit.types import Cells


def cells(numbers: np.ndarray, categories: np.ndarray, levels: np.ndarray) -> Cells:
    """Numbers coded by their place among ``levels``, categories as they are; NaN and 0 are missing."""
    codes = np.where(np.isnan(numbers), 0, np.searchsorted(levels, numbers) + 1)
    return Cells(
        codes=np.concatenate([codes, categories], axis=1).astype(np.int32),
        values=np.concatenate([numbers, np.full(categories.shape, np.nan)], axis=1),
    )


def tables(seed: int, n_rows: int = 40) -> tuple[Cells, Cells, Cells, np.ndarray]:
    rng = np.random.default_rng(seed)
    levels = np.arange(-50, 51) / 10

    def table(n: int) -> Cells:
        numbers = np.clip(rng.normal(size=(n, 2)).round(1), -5, 5)
        numbers[rng.random((n, 2)) < 0.1] = np.nan
        return cells(numbers, rng.integers(0, 4, (n, 2)), levels)

    return table(60), table(n_rows), table(50), np.array([True, True, False, False])


def brute(rule: Rule, x: Cells, rows: Cells, reference: Cells, own: int) -> np.ndarray:
    """M(x, t) cell by cell as the definition reads, in plain Python; the tolerant rule from ``log e`` a column up."""
    if rule == "blended":
        exact, near = (brute(one, x, rows, reference, own) for one in SUM_RULES)
        return np.asarray((exact + near) / 2)
    n_reference, e, b = len(reference), 0.2, 0.02

    def rank(value: float, column: np.ndarray) -> float:
        column = column[~np.isnan(column)]
        return float(((column < value).sum() + 0.5 * (column == value).sum()) / n_reference)

    def ranks(table: Cells) -> np.ndarray:
        return np.array([[rank(v, reference.values[:, c]) for c, v in enumerate(row[:2])] for row in table.values])

    rank_x, rank_rows = ranks(x), ranks(rows)
    out = np.zeros((len(x), len(rows)))
    for i in range(len(x)):
        frequency = ((reference.codes == x.codes[i]).sum(axis=0) - own + 0.1) / (n_reference + 1)
        for j in range(len(rows)):
            for c in range(4):
                is_equal = x.codes[i, c] == rows.codes[j, c]
                are_numbers = c < 2 and x.codes[i, c] and rows.codes[j, c]
                apart = abs(rank_x[i, c] - rank_rows[j, c]) if are_numbers else 0.0
                if rule == "tolerant" and are_numbers:
                    out[i, j] += np.log(e + (1 - e) / (2 * b) * np.exp(-apart / b)) - np.log(e)
                elif rule == "tolerant" and is_equal:
                    out[i, j] += max(0.0, np.log((1 - e) / frequency[c] + e) - np.log(e))
                elif is_equal:
                    out[i, j] += max(0.0, -np.log(frequency[c]))
                elif are_numbers and rule == "surprisal":
                    out[i, j] += -np.log(min(1.0, 2 * apart + 1 / n_reference))
    return out


@pytest.mark.parametrize("rule", RULES)
def test_log_sums_equal_the_definition(rule: Rule) -> None:
    """The blocked sums are the log-sum of M, with and without a row meeting itself."""
    x, rows, reference, numeric = tables(0)
    ours = prepare(rule, x, reference, numeric, reference_is_candidates=False).log_sums(rows)
    np.testing.assert_allclose(ours, np.logaddexp.reduce(brute(rule, x, rows, reference, 0), axis=1), rtol=1e-10)

    itself = brute(rule, x, x, x, 1)
    np.fill_diagonal(itself, -np.inf)
    ours = prepare(rule, x, x, numeric, reference_is_candidates=True).log_sums(x, exclude_self=True)
    np.testing.assert_allclose(ours, np.logaddexp.reduce(itself, axis=1), rtol=1e-10)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("with_rivals", [True, False])
def test_claims_are_the_largest_share_of_a_row(rule: Rule, with_rivals: bool) -> None:
    """The softmax of M over all people, row by row, its largest value for each candidate: more rows than a chunk and
    a tile, and the log-sums that come with them are those of a pass of their own."""
    x, rows, reference, numeric = tables(2, n_rows=300)
    prepared = prepare(rule, x, reference, numeric, reference_is_candidates=False)
    rivals, people = None, brute(rule, x, rows, reference, 0)
    if with_rivals:
        rivals = prepare(rule, reference, reference, numeric, reference_is_candidates=True)
        people = np.concatenate([people, brute(rule, reference, rows, reference, 1)])
    shares = people - np.logaddexp.reduce(people, axis=0)
    sums, claims = prepared.claims(rows, rivals)
    np.testing.assert_allclose(claims, shares[:60].max(axis=1), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(sums, prepared.log_sums(rows))


@pytest.mark.parametrize("rule", RULES)
def test_workers_change_no_bit(rule: Rule) -> None:
    """One and two workers give the same bytes, over several chunks."""
    x, rows, reference, numeric = tables(1, n_rows=600)
    prepared = prepare(rule, x, reference, numeric, reference_is_candidates=False)
    rivals = prepare(rule, reference, reference, numeric, reference_is_candidates=True)
    assert prepared.log_sums(rows, jobs=1).tobytes() == prepared.log_sums(rows, jobs=2).tobytes()
    for one, two in zip(prepared.claims(rows, rivals, jobs=1), prepared.claims(rows, rivals, jobs=2), strict=True):
        assert one.tobytes() == two.tobytes()


def test_a_row_that_only_one_person_can_have_caused_is_claimed_whole() -> None:
    """Everything agrees with one candidate and nothing with the others: log share 0; a row shared by k gives -log k."""
    codes = np.array([[1] * 40, [2] * 40, [2] * 40, [3] * 40], dtype=np.int32)
    people = Cells(codes=codes, values=np.full(codes.shape, np.nan))
    prepared = prepare("surprisal", people, people, np.zeros(40, dtype=bool), reference_is_candidates=True)
    _, claims = prepared.claims(people.take(np.array([0, 1])))
    np.testing.assert_allclose(claims[:3], [0.0, -np.log(2), -np.log(2)], atol=1e-9)
    assert claims[3] < -20


def test_no_rows_give_no_sum_and_no_claim() -> None:
    """An empty table: minus infinity for everybody."""
    x, rows, reference, numeric = tables(3)
    prepared = prepare("tolerant", x, reference, numeric, reference_is_candidates=False)
    for out in prepared.claims(rows.take(np.zeros(len(rows), dtype=bool))):
        assert (out == -np.inf).all()


def test_cells_that_no_fitted_table_holds_agree_with_nothing() -> None:
    """Two unseen cells share the code -1 and still do not count as equal."""
    x = Cells(codes=np.array([[-1], [1]], dtype=np.int32), values=np.full((2, 1), np.nan))
    rows = Cells(codes=np.array([[-1], [-1]], dtype=np.int32), values=np.full((2, 1), np.nan))
    assert count_of(x, rows).tolist() == [[0], [0]]
    prepared = prepare("surprisal", x, rows, np.array([False]), reference_is_candidates=False)
    np.testing.assert_allclose(prepared.log_sums(rows), np.log(2))


@pytest.mark.parametrize("with_rivals", [True, False])
def test_products_and_logarithms_say_the_same(with_rivals: bool) -> None:
    """All rules in one pass of products equal each rule in a pass of logarithms, which wide tables are left to."""
    x, rows, reference, numeric = tables(4, n_rows=700)
    people = [prepare(rule, x, reference, numeric, reference_is_candidates=False) for rule in RULES]
    rivals = [
        prepare(rule, reference, reference, numeric, reference_is_candidates=True) if with_rivals else None
        for rule in RULES
    ]
    for i, (sums, claims) in enumerate(agree(people, rivals, rows)):
        by_logs = agree_row_by_row(people[i], rivals[i], rows)
        np.testing.assert_allclose(sums, by_logs[0], rtol=1e-12)
        np.testing.assert_allclose(claims, by_logs[1], rtol=1e-9, atol=1e-9)


def test_a_wide_table_does_not_overflow() -> None:
    """Three hundred rare agreements, far beyond what a product holds: the sum is still the definition's."""
    codes = np.tile(np.arange(1, 41, dtype=np.int32)[:, None], (1, 300))
    people = Cells(codes=codes, values=np.full(codes.shape, np.nan))
    prepared = prepare("surprisal", people, people, np.zeros(300, dtype=bool), reference_is_candidates=False)
    expected = -300 * np.log((1 + 0.1) / 41)
    np.testing.assert_allclose(prepared.log_sums(people), expected, rtol=1e-12)
    np.testing.assert_allclose(prepared.claims(people)[1], 0.0, atol=1e-9)


def hard_tables(seed: int) -> tuple[Cells, Cells, Cells, np.ndarray]:
    """As :func:`tables`, with any number of rows, levels and missing cells, common and unique numbers, a constant
    column, people who are twins, and cells that no fitted table holds."""
    rng = np.random.default_rng(seed)
    levels, n_levels = np.arange(-500, 501) / 100, int(rng.integers(1, 40))
    steps, share_missing = (int(rng.integers(0, 3)), int(rng.integers(0, 3))), rng.choice([0.0, 0.1, 0.6])

    def table(n: int) -> Cells:
        numbers = np.stack([np.clip(rng.normal(size=n), -5, 5).round(digits) for digits in steps], axis=1)
        numbers[rng.random((n, 2)) < share_missing] = np.nan
        return cells(numbers, np.stack([rng.integers(0, n_levels, n), np.ones(n)], axis=1), levels)

    people, rows, reference = (table(int(rng.integers(1, most))) for most in (60, 200, 50))
    # The reference is always among the fitted tables.
    for made in (people, rows):
        made.codes[rng.random(made.codes.shape) < 0.02] = -1
    return people.take(rng.integers(0, len(people), 60)), rows, reference, np.array([True, True, False, False])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), with_rivals=st.booleans(), exclude_self=st.booleans())
def test_products_equal_logarithms_on_any_table(seed: int, with_rivals: bool, exclude_self: bool) -> None:
    """All rules in one pass, and each rule alone, are what a plain pass over logarithms says, within 1e-9; people who
    hold the same cells are tied to the last bit, in whatever order the kernel meets them."""
    x, rows, reference, numeric = hard_tables(seed)
    rows = x if exclude_self else rows
    people = [prepare(rule, x, reference, numeric, reference_is_candidates=False) for rule in RULES]
    rivals = [prepare(rule, reference, reference, numeric, reference_is_candidates=True) for rule in RULES]
    competing = rivals if with_rivals else [None] * len(RULES)
    _, first, twin = np.unique(np.c_[x.codes, x.values], axis=0, return_index=True, return_inverse=True)
    for i, (sums, claims) in enumerate(agree(people, competing, rows, exclude_self=exclude_self)):
        alone = agree([people[i]], [competing[i]], rows, exclude_self=exclude_self)[0]
        by_logs = agree_row_by_row(people[i], competing[i], rows, exclude_self=exclude_self)
        for ours in ((sums, claims), alone):
            np.testing.assert_allclose(ours[0], by_logs[0], rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(ours[1], by_logs[1], rtol=1e-9, atol=1e-9)
        if not exclude_self:
            np.testing.assert_array_equal(sums, sums[first[twin.ravel()]])
            np.testing.assert_array_equal(claims, claims[first[twin.ravel()]])


def test_rules_that_only_sum_and_rules_that_compete_share_a_pass() -> None:
    """Sums by two rules and claims by the third, as the profile quick asks: what three passes say."""
    x, rows, reference, numeric = tables(6, n_rows=1_300)
    people = [prepare(rule, x, reference, numeric, reference_is_candidates=False) for rule in RULES]
    rivals = prepare("blended", reference, reference, numeric, reference_is_candidates=True)
    together = agree(people, [None, None, rivals], rows)
    for i, others in enumerate([None, None, rivals]):
        sums, claims = agree_row_by_row(people[i], others, rows)
        np.testing.assert_allclose(together[i][0], sums, rtol=1e-12)
        np.testing.assert_allclose(together[i][1], claims, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("n_rows", [1, 128, 129, 600, 5_000])
def test_claims_are_the_same_whatever_had_to_be_kept_back(n_rows: int) -> None:
    """Rows that grow ever more alike to candidates, so that every one brings a larger claim and claims kept back run
    over, and the same in other orders: the largest share of a row each time, to the last bit with two workers."""
    rng = np.random.default_rng(5)
    codes = rng.integers(1, 30, (40, 8)).astype(np.int32)
    made = codes[rng.integers(0, 40, n_rows)].copy()
    is_changed = rng.random(made.shape) > np.linspace(0, 1, n_rows)[:, None]
    made[is_changed] = rng.integers(1, 30, int(is_changed.sum()))
    people, rows = (Cells(codes=each, values=np.full(each.shape, np.nan)) for each in (codes, made))
    prepared = prepare("blended", people, people, np.zeros(8, dtype=bool), reference_is_candidates=True)
    expected = agree_row_by_row(prepared, prepared.nobody(), rows)[1]
    for order in (np.arange(n_rows), np.arange(n_rows)[::-1], rng.permutation(n_rows)):
        once, twice = (prepared.claims(rows.take(order), jobs=jobs)[1] for jobs in (1, 2))
        np.testing.assert_allclose(once, expected, rtol=1e-9, atol=1e-9)
        assert once.tobytes() == twice.tobytes()


@pytest.mark.parametrize("n_rivals", [0, 400])
def test_more_people_and_rows_than_meet_at_once(n_rivals: int) -> None:
    """Two blocks of people and tasks of several tiles, near and far: sums and claims by every rule."""
    rng = np.random.default_rng(8)
    levels = np.arange(-500, 501) / 100

    def table(n: int) -> Cells:
        numbers = np.clip(rng.normal(size=(n, 3)), -5, 5).round(2)
        return cells(numbers, rng.integers(1, 5, (n, 2)), levels)

    x, reference, rows = table(500), table(max(n_rivals, 100)), table(10_300)
    numeric = np.array([True, True, True, False, False])
    people = [prepare(rule, x, reference, numeric, reference_is_candidates=False) for rule in RULES]
    rivals = [prepare(rule, reference, reference, numeric, reference_is_candidates=True) for rule in RULES]
    rivals = rivals if n_rivals else [by_rule.nobody() for by_rule in rivals]
    for i, ours in enumerate(agree(people, rivals, rows)):
        expected = agree_row_by_row(people[i], rivals[i], rows)
        np.testing.assert_allclose(ours[0], expected[0], rtol=1e-11)
        np.testing.assert_allclose(ours[1], expected[1], rtol=1e-9, atol=1e-9)
