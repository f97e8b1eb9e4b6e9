"""Whether models trained on the release do for real people what models trained on real rows do."""

from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from synthaudit.checks.utility import COMPARED, drawn_rows
from synthaudit.encoding import NUMBERS, number_columns
from synthaudit.files.catalogue import N_
from synthaudit.types import Cells, Column, FloatArray, IntArray, Prediction, Schema

MOST_ROWS = 20_000
"""Rows that a model is trained on."""
FEWEST_ROWS = 100
"""Of fewer rows to train on, or to test on, nothing is said."""
MOST_LEVELS = 50
"""Of a target; one with more is no class to predict."""


def measure_prediction(
    schema: Schema, target: str, train: Cells, holdout: Cells, release: Cells, rng: np.random.Generator
) -> Prediction | str:
    """Train on synthetic rows, test on real ones.

    Parameters
    ----------
    schema : Schema
    target : str
        A column with levels, or a number.
    train, holdout, release : Cells
    rng : Generator
        Rows that models are trained on; none of the figures depends on the order of a table.

    Returns
    -------
    Prediction or str
        Or why there is none.

    Notes
    -----
    Train-on-synthetic, test-on-real (Esteban, Hyland and Rätsch 2017), by scikit-learn's histogram gradient boosting
    with its defaults, levels weighted alike and no early stopping, on as many rows of either table. All compared
    columns but the target are read, keys and sentences are not.
    """
    place = schema.names.index(target)
    column = schema.columns[place]
    is_number = column.kind in NUMBERS
    tables = [cells.take(_rows_with(cells, place, column)) for cells in (train, release, holdout)]
    n = min(len(tables[0]), len(tables[1]), MOST_ROWS)
    if min(n, len(tables[2])) < FEWEST_ROWS:
        return N_("fewer than {fewest_rows} rows with a value of the target").format(fewest_rows=FEWEST_ROWS)
    trained = [drawn_rows(table, n, rng) for table in tables[:2]]
    known = np.unique(trained[0].codes[:, place])
    if not is_number and not 2 <= len(known) <= MOST_LEVELS:
        return N_("the target has {n} levels in train; from 2 to {most_levels} can be guessed").format(
            n=len(known), most_levels=MOST_LEVELS
        )
    tested = drawn_rows(tables[2], MOST_ROWS, rng)
    truth = _target(tested, place, is_number=is_number)
    real, made = (_score(truth, _guesses(schema, place, rows, tested), is_number=is_number) for rows in trained)
    measure: Literal["balanced_accuracy", "r_squared"] = "r_squared" if is_number else "balanced_accuracy"
    return Prediction(
        column=target,
        measure=measure,
        release=made,
        real=real,
        guess=0.0 if is_number else 1 / len(np.unique(truth)),
        n_trained=n,
        n_tested=len(tested),
    )


def _rows_with(cells: Cells, place: int, column: Column) -> IntArray:
    """Rows with a value of the target."""
    has = ~np.isnan(cells.values[:, place]) if column.kind in NUMBERS else cells.codes[:, place] != 0
    return np.flatnonzero(has)


def _target(cells: Cells, place: int, *, is_number: bool) -> FloatArray:
    return cells.values[:, place] if is_number else cells.codes[:, place].astype(np.float64)


def _features(schema: Schema, place: int, cells: Cells) -> FloatArray:
    """(n, d) numbers, and codes of levels; missing numbers are NaN."""
    others = [i for i, column in enumerate(schema.columns) if i != place and column.kind in COMPARED]
    is_number = number_columns(schema)
    return np.column_stack(
        [cells.values[:, i] if is_number[i] else cells.codes[:, i].astype(np.float64) for i in others]
        or [np.zeros(len(cells))]
    )


def _guesses(schema: Schema, place: int, rows: Cells, tested: Cells) -> FloatArray:
    """(n_tested,) by trees that were grown on ``rows``."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    is_number = schema.columns[place].kind in NUMBERS
    x, truth = _features(schema, place, rows), _target(rows, place, is_number=is_number)
    if len(np.unique(truth)) < 2:
        return np.full(len(tested), truth[0])
    kind: Any = HistGradientBoostingRegressor if is_number else HistGradientBoostingClassifier
    model = kind(early_stopping=False, random_state=0, **({} if is_number else {"class_weight": "balanced"}))
    # One thread: several wait for each other where an audit runs beside others.
    with threadpool_limits(limits=1, user_api="openmp"):
        return np.asarray(model.fit(x, truth).predict(_features(schema, place, tested)), dtype=np.float64)


def _score(truth: FloatArray, guess: FloatArray, *, is_number: bool) -> float:
    """``r_squared`` of numbers, ``balanced_accuracy`` of levels."""
    if is_number:
        spread = float(((truth - truth.mean()) ** 2).sum())
        return 1 - float(((truth - guess) ** 2).sum()) / spread if spread else 0.0
    return float(np.mean([(guess[truth == level] == level).mean() for level in np.unique(truth)]))
