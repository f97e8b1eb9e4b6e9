"""Linkage agreement is what its definition says."""

import numpy as np

from synthaudit.agreement import count_of, prepare
from synthaudit.types import Cells


def cells(numbers: np.ndarray, categories: np.ndarray, levels: np.ndarray) -> Cells:
    """Numbers coded by their place among ``levels``, categories as they are; NaN and 0 are missing."""
    codes = np.where(np.isnan(numbers), 0, np.searchsorted(levels, numbers) + 1)
    return Cells(
        codes=np.concatenate([codes, categories], axis=1).astype(np.int32),
        values=np.concatenate([numbers, np.full(categories.shape, np.nan)], axis=1),
    )


def tables(seed: int) -> tuple[Cells, Cells, Cells, np.ndarray]:
    rng = np.random.default_rng(seed)
    levels = np.arange(-50, 51) / 10

    def table(n: int) -> Cells:
        numbers = np.clip(rng.normal(size=(n, 2)).round(1), -5, 5)
        numbers[rng.random((n, 2)) < 0.1] = np.nan
        return cells(numbers, rng.integers(0, 4, (n, 2)), levels)

    return table(60), table(40), table(50), np.array([True, True, False, False])


def brute(x: Cells, rows: Cells, reference: Cells, own: int) -> np.ndarray:
    """M(x, t) cell by cell as the definition reads, in plain Python."""
    n_reference = len(reference)

    def rank(value: float, column: np.ndarray) -> float:
        column = column[~np.isnan(column)]
        return float(((column < value).sum() + 0.5 * (column == value).sum()) / n_reference)

    out = np.zeros((len(x), len(rows)))
    for i in range(len(x)):
        for j in range(len(rows)):
            for c in range(4):
                a, b = x.codes[i, c], rows.codes[j, c]
                if a == b:
                    count = (reference.codes[:, c] == a).sum() - own
                    out[i, j] += max(0.0, -np.log((count + 0.1) / (n_reference + 1)))
                elif c < 2 and a and b:
                    apart = abs(
                        rank(x.values[i, c], reference.values[:, c]) - rank(rows.values[j, c], reference.values[:, c])
                    )
                    out[i, j] += -np.log(min(1.0, 2 * apart + 1 / n_reference))
    return out


def test_log_sums_equal_the_definition() -> None:
    """The blocked sums are the log-sum of M, with and without a row meeting itself."""
    x, rows, reference, numeric = tables(0)
    ours = prepare("surprisal", x, reference, numeric, reference_is_candidates=False).log_sums(rows)
    np.testing.assert_allclose(ours, np.logaddexp.reduce(brute(x, rows, reference, 0), axis=1), rtol=1e-10)

    itself = brute(x, x, x, 1)
    np.fill_diagonal(itself, -np.inf)
    ours = prepare("surprisal", x, x, numeric, reference_is_candidates=True).log_sums(x, exclude_self=True)
    np.testing.assert_allclose(ours, np.logaddexp.reduce(itself, axis=1), rtol=1e-10)


def test_workers_change_no_bit() -> None:
    """One and two workers give the same bytes."""
    x, rows, reference, numeric = tables(1)
    prepared = prepare("surprisal", x, reference, numeric, reference_is_candidates=False)
    assert prepared.log_sums(rows, jobs=1).tobytes() == prepared.log_sums(rows, jobs=2).tobytes()


def test_cells_that_no_fitted_table_holds_agree_with_nothing() -> None:
    """Two unseen cells share the code -1 and still do not count as equal."""
    x = Cells(codes=np.array([[-1], [1]], dtype=np.int32), values=np.full((2, 1), np.nan))
    rows = Cells(codes=np.array([[-1], [-1]], dtype=np.int32), values=np.full((2, 1), np.nan))
    assert count_of(x, rows).tolist() == [[0], [0]]
    prepared = prepare("surprisal", x, rows, np.array([False]), reference_is_candidates=False)
    np.testing.assert_allclose(prepared.log_sums(rows), np.log(2))
