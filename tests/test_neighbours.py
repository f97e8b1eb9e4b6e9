"""The nearest rows are the nearest rows."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from synthaudit.neighbours import nearest
from synthaudit.types import FloatArray, Points


def points(n: int, rng: np.random.Generator, p: int = 4, q: int = 3) -> Points:
    return Points(numeric=rng.random((n, p)), codes=rng.integers(0, 5, (n, q)).astype(np.int32))


def dense(queries: Points, rows: Points, norm: str) -> FloatArray:
    """All distances by the definition, one pair of tables at a time."""
    difference = np.abs(queries.numeric[:, None, :] - rows.numeric[None, :, :])
    mismatch = (queries.codes[:, None, :] != rows.codes[None, :, :]).sum(axis=2)
    if norm == "l1":
        return np.asarray(difference.sum(axis=2) + mismatch)
    return np.asarray(np.sqrt((difference**2).sum(axis=2) + mismatch))


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
    one, two = (nearest(queries, rows, 9, norm="l2", jobs=jobs) for jobs in (1, 2))
    assert one.distance.tobytes() == two.distance.tobytes()
    assert one.row.tobytes() == two.row.tobytes()
