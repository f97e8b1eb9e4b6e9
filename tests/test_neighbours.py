"""The nearest rows are the nearest rows."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from synthaudit.neighbours import NearestLists, RowIndex, log_kernel_sums, nearest
from synthaudit.neighbours.coarse import BLOCK, Table, add_bounds, as_bytes, metric_of, units
from synthaudit.neighbours.lists import empty_lists
from synthaudit.neighbours.scan import in_order, scan
from synthaudit.neighbours.search import search
from synthaudit.neighbours.tree import grow
from synthaudit.types import FloatArray, IntArray, Points


def points(n: int, rng: np.random.Generator, p: int = 4, q: int = 3) -> Points:
    return Points(numeric=rng.random((n, p)), codes=rng.integers(0, 5, (n, q)).astype(np.int32))


def dense(queries: Points, rows: Points, norm: str) -> FloatArray:
    """All distances by the definition, one pair of tables at a time."""
    difference = np.abs(queries.numeric[:, None, :] - rows.numeric[None, :, :])
    mismatch = (queries.codes[:, None, :] != rows.codes[None, :, :]).sum(axis=2)
    if norm == "l1":
        return np.asarray(difference.sum(axis=2) + mismatch)
    return np.asarray(np.sqrt((difference**2).sum(axis=2) + mismatch))


def measured(queries: Points, rows: Points, squared: bool) -> FloatArray:
    """All (squared) distances to the bit: mismatches first, then numbers column by column."""
    total = np.zeros((len(queries), len(rows)))
    for mine, theirs in zip(queries.codes.T, rows.codes.T, strict=True):
        total += mine[:, None] != theirs
    for left, right in zip(queries.numeric.T, rows.numeric.T, strict=True):
        apart = left[:, None] - right
        total += apart * apart if squared else np.abs(apart)
    return total


def nearest_of(total: FloatArray, k: int, first_self: int = -1) -> tuple[FloatArray, IntArray]:
    """The k smallest of every line and where they are, the earlier of equal ones first."""
    total = total.copy()
    if first_self >= 0:
        total[np.arange(len(total)), first_self + np.arange(len(total))] = np.inf
    where = np.argsort(total, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(total, where, axis=1), where


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_equals_the_definition_on_mixed_rows(norm: str) -> None:
    """Distances agree with all pairs computed by the definition, missing entries are inf and -1."""
    rng = np.random.default_rng(1)
    queries, rows = points(700, rng), points(15, rng)
    found = nearest(queries, rows, 20, norm=norm)
    full = dense(queries, rows, norm)
    np.testing.assert_allclose(found.distance[:, :15], np.sort(full, axis=1), rtol=1e-12)
    np.testing.assert_allclose(np.take_along_axis(full, found.row[:, :15], axis=1), np.sort(full, axis=1), rtol=1e-12)
    assert np.isinf(found.distance[:, 15:]).all()
    assert (found.row[:, 15:] == -1).all()


@pytest.mark.parametrize("norm", ["l1", "l2"])
@pytest.mark.parametrize("m", [300, 3_000])
def test_within_a_distance_the_same_rows_are_listed(norm: str, m: int) -> None:
    """No row that is as near as asked, to the last bit, is left out, and none that is farther comes in."""
    rng = np.random.default_rng(11)
    rows = points(m, rng)
    queries = points(600, rng)
    whole = nearest(queries, rows, 8, norm=norm)
    # As far as one of the listed rows, as far as a row that is the query itself, as far as any, and halfway.
    within = whole.distance[np.arange(600), np.arange(600) % 8]
    within[::5] = np.inf
    within[1::5] = 0.0
    within[2::5] /= 2
    queries.numeric[1::10], queries.codes[1::10] = rows.numeric[:60], rows.codes[:60]
    whole = nearest(queries, rows, 8, norm=norm)
    found = nearest(queries, rows, 8, norm=norm, within=within)
    is_near = whole.distance <= within[:, None]
    np.testing.assert_array_equal(found.distance, np.where(is_near, whole.distance, np.inf))
    np.testing.assert_array_equal(found.row, np.where(is_near, whole.row, -1))


def test_agrees_with_scikit_learn_on_numbers() -> None:
    """On numbers alone the result is scikit-learn's brute force."""
    rng = np.random.default_rng(2)
    queries, rows = points(300, rng, q=0), points(500, rng, q=0)
    theirs = NearestNeighbors(n_neighbors=7, algorithm="brute").fit(rows.numeric).kneighbors(queries.numeric)
    ours = nearest(queries, rows, 7, norm="l2")
    np.testing.assert_allclose(ours.distance, theirs[0], rtol=1e-9)
    np.testing.assert_array_equal(ours.row, theirs[1])


def test_copies_are_at_distance_zero_exactly() -> None:
    """A row meets itself at 0.0, not at a rounding error of a matrix product."""
    table = points(400, np.random.default_rng(3), p=30)
    found = nearest(table, table, 1, norm="l2")
    assert (found.distance == 0.0).all()
    np.testing.assert_array_equal(found.row[:, 0], np.arange(400))


def test_a_table_searched_in_itself_leaves_each_row_out() -> None:
    """With ``exclude_self`` the nearest row is the second nearest of a plain search."""
    table = points(1_100, np.random.default_rng(4))
    plain = nearest(table, table, 2, norm="l1")
    others = nearest(table, table, 1, norm="l1", exclude_self=True)
    np.testing.assert_array_equal(others.distance[:, 0], plain.distance[:, 1])


def test_workers_change_no_bit() -> None:
    """One and two workers give the same bytes."""
    rng = np.random.default_rng(5)
    queries, rows = points(1_500, rng), points(900, rng)
    alone, threaded = (nearest(queries, rows, 9, norm="l2", jobs=jobs) for jobs in (1, 2))
    assert alone.distance.tobytes() == threaded.distance.tobytes()
    assert alone.row.tobytes() == threaded.row.tobytes()


def skewed(n: int, rng: np.random.Generator) -> Points:
    """Heaps, a constant, a column of thousands of levels, one of two levels in 99 to 1, codes that nobody saw."""
    numeric = np.array(
        [np.where(rng.random(n) < 0.6, 0.25, rng.random(n)), np.full(n, 0.5), rng.integers(0, 4, n) / 4, rng.random(n)]
    ).T
    codes = np.array(
        [rng.integers(0, 3_000, n), rng.random(n) < 0.01, np.minimum(rng.geometric(0.3, n), 12), np.full(n, -1)]
    ).T
    return Points(numeric=np.ascontiguousarray(numeric), codes=np.ascontiguousarray(codes, dtype=np.int32))


def empty(n: int, p: int, q: int) -> Points:
    return Points(numeric=np.zeros((n, p)), codes=np.zeros((n, q), dtype=np.int32))


TABLES: dict[str, Callable[[int, np.random.Generator], Points]] = {
    "mixed": lambda n, rng: points(n, rng),
    "numbers": lambda n, rng: points(n, rng, p=7, q=0),
    "categories": lambda n, rng: points(n, rng, p=0, q=5),
    "one number": lambda n, rng: points(n, rng, p=1, q=0),
    "skewed": skewed,
    "all the same": lambda n, rng: empty(n, 3, 2),
}


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("name", TABLES)
def test_tree_and_scan_find_what_measuring_all_rows_finds(name: str, squared: bool) -> None:
    """Distances and rows agree to the last bit, ties included, for queries inside and outside the range of the rows."""
    rng = np.random.default_rng(6)
    rows, inside = TABLES[name](3_000, rng), TABLES[name](150, rng)
    outside = Points(numeric=inside.numeric * 3 - 1, codes=inside.codes)
    tree, blocks = grow(rows), in_order(rows)
    for queries in (inside, outside, rows.take(np.arange(150))):
        total = measured(queries, rows, squared)
        for k, first_self in ((1, -1), (20, -1), (4, 0)):
            distance, where = nearest_of(total, k, first_self)
            searched, scanned = empty_lists(150, k), empty_lists(150, k)
            search(queries, tree, searched, squared=squared, first_self=first_self)
            scan(queries, blocks, scanned, squared=squared, first_self=first_self)
            for lists in (searched, scanned):
                assert lists.distance.tobytes() == distance.tobytes()
                assert lists.row.tobytes() == where.tobytes()


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("name", TABLES)
def test_a_large_tree_finds_what_a_scan_finds(name: str, squared: bool) -> None:
    """Rows that follow the splits of others, on one thread or two: the same leaves, the same answers."""
    rng = np.random.default_rng(16)
    rows, queries = TABLES[name](40_000, rng), TABLES[name](60, rng)
    alone, threaded = (grow(rows, jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(alone.leaves.row, threaded.leaves.row)
    lists = empty_lists(len(queries), 7)
    search(queries, threaded, lists, squared=squared)
    distance, where = nearest_of(measured(queries, rows, squared), 7)
    assert lists.distance.tobytes() == distance.tobytes()
    assert lists.row.tobytes() == where.tobytes()


def spread(n: int, rng: np.random.Generator) -> Points:
    """Numbers of every size, on and beside the borders of intervals, and codes that share their last byte."""
    numeric = np.array(
        [
            rng.integers(0, 256, n) / 255,
            np.nextafter(rng.integers(0, 256, n) / 255, rng.choice([-1.0, 2.0], n)),
            rng.standard_cauchy(n),
            rng.random(n) * 1e-9,
        ]
    ).T
    return Points(numeric=np.ascontiguousarray(numeric), codes=(rng.integers(0, 3, (n, 2)) * 256).astype(np.int32))


SPREAD: dict[str, Callable[[int, np.random.Generator], Points]] = {
    **TABLES,
    "spread": spread,
    "400 columns": lambda n, rng: points(n, rng, p=300, q=100),
    "70,000 columns": lambda n, rng: points(min(n, 200), rng, p=1, q=70_000),
}


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("name", SPREAD)
def test_no_bound_exceeds_the_distance(name: str, squared: bool) -> None:
    """What a row is passed over by is never more than how far it is: of all pairs, in units and by its own distance."""
    rng = np.random.default_rng(18)
    rows, queries = SPREAD[name](600, rng), SPREAD[name](40, rng)
    blocks = in_order(rows)
    metric, cells = metric_of(blocks, squared), as_bytes(Table(queries.numeric, queries.codes), blocks.scale)
    total, room = measured(queries, rows, squared), np.empty(BLOCK, dtype=np.uint16)
    for i, block in itertools.product(range(len(queries)), range(len(blocks.cells))):
        held = total[i, block * BLOCK : (block + 1) * BLOCK]
        assert add_bounds(room, cells, i, blocks.cells, block, metric, 65_535)
        for bound, distance in zip(room, held, strict=False):
            assert bound <= units(distance, metric.unit)


def test_bounds_pass_over_nearly_all_rows() -> None:
    """Of 20 uniform numbers, whose distances are all alike, fewer than one row in a hundred has to be measured."""
    rng = np.random.default_rng(19)
    rows, queries = points(12_800, rng, p=20, q=0), points(50, rng, p=20, q=0)
    blocks = in_order(rows)
    metric, cells = metric_of(blocks, True), as_bytes(Table(queries.numeric, queries.codes), blocks.scale)
    fifth = nearest_of(measured(queries, rows, True), 5)[0][:, -1]
    room, n_measured = np.empty(BLOCK, dtype=np.uint16), 0
    for i, block in itertools.product(range(len(queries)), range(len(blocks.cells))):
        most = units(fifth[i], metric.unit)
        if add_bounds(room, cells, i, blocks.cells, block, metric, most):
            n_measured += int((room <= most).sum())
    assert 5 * len(queries) <= n_measured <= 0.01 * len(queries) * len(rows)


@pytest.mark.parametrize("n", [5_000, 50_000])
def test_every_row_stands_in_one_leaf(n: int) -> None:
    """The leaves partition the table, and every box holds its rows."""
    rows = skewed(n, np.random.default_rng(7))
    tree = grow(rows)
    leaves = np.flatnonzero(tree.left < 0)
    assert sorted(tree.leaves.row) == list(range(n))
    assert sorted(zip(tree.start[leaves], tree.stop[leaves], strict=True))[0][0] == 0
    assert (tree.stop - tree.start)[leaves].sum() == n
    for node in range(len(tree.left)):
        held = rows.take(tree.leaves.row[tree.start[node] : tree.stop[node]])
        np.testing.assert_array_equal(held.numeric.min(axis=0), tree.boxes.low[node])
        np.testing.assert_array_equal(held.numeric.max(axis=0), tree.boxes.high[node])
        assert held.codes.shape[0] == tree.stop[node] - tree.start[node]


def test_a_thousand_twins_cost_no_more_than_one() -> None:
    """Of identical rows, whatever their number, one leaf is compared."""
    lists = empty_lists(10, 5)
    compared = search(empty(10, 3, 2), grow(empty(50_000, 3, 2)), lists, squared=True)
    np.testing.assert_array_equal(lists.row, np.tile(np.arange(5), (10, 1)))
    assert compared <= 10 * 128


def test_a_tree_that_prunes_nothing_is_not_used() -> None:
    """Fifty independent numbers are scanned; a table of few clusters goes through the tree, a tenth of it or less."""
    rng = np.random.default_rng(8)
    hopeless, centres = points(20_000, rng, p=50, q=0), points(50, rng)
    clustered = centres.take(rng.integers(0, 50, 20_000))
    clustered = Points(numeric=clustered.numeric + rng.random(clustered.numeric.shape) / 100, codes=clustered.codes)
    assert not RowIndex(hopeless).is_worth_a_tree(NearestLists(hopeless, 5, norm="l2"))
    assert RowIndex(clustered).is_worth_a_tree(NearestLists(clustered, 5, norm="l2"))


@pytest.mark.parametrize("bandwidth", [0.003, 0.3, 30.0])
def test_kernel_sums_equal_the_definition(bandwidth: float) -> None:
    """The log of the sum of exp(-distance / h) over all rows, far out in the tail too."""
    rng = np.random.default_rng(9)
    queries, rows = points(300, rng, p=5), points(1_000, rng, p=5)
    expected = np.logaddexp.reduce(-dense(queries, rows, "l1") / bandwidth, axis=1)
    np.testing.assert_allclose(log_kernel_sums(queries, rows, bandwidth, jobs=2), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_reading_batch_after_batch_is_searching_all_at_once(norm: str) -> None:
    """Lists filled from batches of any size, by tree and by scan, are those of one search, rows and bits alike."""
    rng = np.random.default_rng(17)
    rows, queries = points(9_000, rng), points(300, rng)
    # Rows that repeat across batches: of equal distances the earlier row comes first.
    rows = rows.take(np.r_[0:9_000, 0:200])
    whole = nearest(queries, rows, 8, norm=norm)
    for cuts in ([0, 9_200], [0, 5_000, 5_003, 9_200], [0, 1, 9_000, 9_200]):
        lists = NearestLists(queries, 8, norm=norm)
        for start, stop in itertools.pairwise(cuts):
            lists.read(RowIndex(rows.take(np.arange(start, stop))), jobs=2)
        found = lists.found()
        assert lists.n_rows == len(rows)
        assert np.array_equal(found.distance, whole.distance)
        assert np.array_equal(found.row, whole.row)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_lists_of_parts_join_to_the_list_of_the_whole(norm: str) -> None:
    """Parts searched each by itself, fewer rows than neighbours among them: joined in order, the same bits and rows."""
    rng = np.random.default_rng(20)
    rows, queries = points(900, rng), points(100, rng)
    rows = rows.take(np.r_[0:900, 0:100])
    whole, joined = nearest(queries, rows, 8, norm=norm), NearestLists(queries, 8, norm=norm)
    for start, stop in itertools.pairwise([0, 3, 500, 1_000]):
        part = NearestLists(queries, 8, norm=norm)
        part.read(RowIndex(rows.take(np.arange(start, stop))))
        joined.join(part)
    assert joined.n_rows == len(rows)
    assert joined.found().distance.tobytes() == whole.distance.tobytes()
    assert joined.found().row.tobytes() == whole.row.tobytes()
