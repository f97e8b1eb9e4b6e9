"""Searches and metrics of other packages: ``peers.py TOOL JOB.json``, run where that package is installed.

Every tool reads its files, runs once on a few rows, so that nobody's seconds hold imports and compilers, and is then
timed on all of them. The last line printed is JSON with the seconds.
"""

import importlib
import json
import math
import signal
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Job = dict[str, Any]
Work = Callable[[], Any]
Tool = Callable[[Job, slice], Work]
"""From a job and the rows of each table to take: what is to be timed."""
FEW = slice(0, 300)
ALL = slice(None)
LONG_ENOUGH = 5.0
"""Seconds from which on a second run would tell nothing new."""
ROLES = ("train", "holdout", "synthetic")


def main(tools: Mapping[str, Tool], tool: str, job: str) -> None:
    """Warm up, set the alarm, work, tell the seconds."""
    asked: Job = json.loads(Path(job).read_text(encoding="utf-8"))
    answers, sys.stdout = sys.stdout, sys.stderr  # some of them print
    np.random.seed(0)  # noqa: NPY002  some of them draw from the global state
    # A tool that fails here would be charged with its imports later, so it is to fail for good.
    tools[tool](asked, FEW)()
    work = tools[tool](asked, ALL)
    print(json.dumps(timed(work, math.ceil(asked["limit"]))), file=answers, flush=True)


def timed(work: Work, limit: int) -> dict[str, Any]:
    """Seconds of the quickest of three runs, of one where that takes long enough; and what the work itself tells."""
    quickest = math.inf
    for _ in range(3):
        signal.alarm(limit)
        began = time.perf_counter()
        result = work()
        took = time.perf_counter() - began
        quickest = min(quickest, took)
        if took > LONG_ENOUGH:
            break
    signal.alarm(0)
    return {"seconds": quickest, **(result if isinstance(result, dict) else {})}


def tables_of(job: Job, rows: slice) -> list[pd.DataFrame]:
    """Train, holdout and release, numbers as floats and categories as text."""
    kinds = job["kinds"]
    types = {name: "float64" if kind == "numeric" else "str" for name, kind in kinds.items()}
    read = [
        pd.read_csv(job["files"][role], dtype=types, keep_default_na=False, na_values=[""], nrows=rows.stop)
        for role in ROLES
    ]
    objects = {name: object for name, kind in kinds.items() if kind != "numeric"}
    return [table.astype(objects) for table in read]


def of_kind(job: Job, kind: str) -> list[str]:
    """Columns of one kind."""
    return [name for name, its in job["kinds"].items() if its == kind]


# --- searches of points -----------------------------------------------------------------------------------


def arrays_of(job: Job, rows: slice) -> list[np.ndarray]:
    """Numbers and codes of the queries, numbers and codes of the rows searched."""
    names = ("queries-numeric", "queries-codes", "rows-numeric", "rows-codes")
    return [np.load(Path(job["folder"]) / f"{name}.npy")[rows] for name in names]


def scikit_learn(job: Job, rows: slice) -> Work:
    """NearestNeighbors by brute force; categories one-hot, which the work does not hold."""
    neighbours = importlib.import_module("sklearn.neighbors").NearestNeighbors
    query_numbers, query_codes, row_numbers, row_codes = arrays_of(job, rows)
    levels = [np.unique(np.r_[query_codes[:, i], row_codes[:, i]]) for i in range(row_codes.shape[1])]
    queries, table = one_hot(query_numbers, query_codes, levels), one_hot(row_numbers, row_codes, levels)

    def work() -> None:
        search = neighbours(n_neighbors=job["k"], algorithm="brute", n_jobs=job["jobs"]).fit(table)
        np.save(Path(job["folder"]) / "scikit-learn.npy", search.kneighbors(queries)[0])

    return work


def one_hot(numeric: np.ndarray, codes: np.ndarray, levels: list[np.ndarray]) -> np.ndarray:
    """(n, p) coordinates in which squared Euclidean distance counts 1 for each mismatch."""
    width = numeric.shape[1]
    hot = np.zeros((len(numeric), width + sum(map(len, levels))))
    hot[:, :width] = numeric
    for i, level in enumerate(levels):
        hot[:, width : width + len(level)] = (codes[:, i][:, None] == level) / np.sqrt(2)
        width += len(level)
    return hot


# --- metrics of tables --------------------------------------------------------------------------------------


def sdmetrics_overfitting(job: Job, rows: slice) -> Work:
    """DCROverfittingProtection of SDMetrics: the release searched in train and in holdout."""
    train, holdout, release = tables_of(job, rows)
    protection = importlib.import_module("sdmetrics.single_table").DCROverfittingProtection
    return lambda: protection.compute(train, release, holdout, _sdmetrics_columns(job), None)


def sdmetrics_baseline(job: Job, rows: slice) -> Work:
    """DCRBaselineProtection of SDMetrics: the release and as many random rows searched in train."""
    train, _, release = tables_of(job, rows)
    protection = importlib.import_module("sdmetrics.single_table").DCRBaselineProtection
    return lambda: protection.compute(train, release, _sdmetrics_columns(job), None)


def _sdmetrics_columns(job: Job) -> dict[str, Any]:
    words = {"numeric": "numerical", "categorical": "categorical"}
    return {"columns": {name: {"sdtype": words[kind]} for name, kind in job["kinds"].items()}}


def anonymeter(job: Job, rows: slice) -> Work:
    """MixedTypeKNeighbors of Anonymeter, which all of its evaluators search with."""
    train, _, release = tables_of(job, rows)
    importlib.import_module("anonymeter.evaluators")  # which the next import needs, and cannot import by itself
    neighbours = importlib.import_module("anonymeter.neighbors.mixed_types_kneighbors").MixedTypeKNeighbors
    return lambda: neighbours(n_neighbors=job["k"], n_jobs=job["jobs"]).fit(release).kneighbors(train)


def syntheval(job: Job, rows: slice) -> Work:
    """NNDR of SynthEval: train and holdout searched in the release."""
    train, holdout, release = tables_of(job, rows)
    metric = importlib.import_module("syntheval.metrics.privacy.metric_nn_distance_ratio").NearestNeighbourDistanceRatio
    columns = {"cat_cols": of_kind(job, "categorical"), "num_cols": of_kind(job, "numeric")}

    def work() -> None:
        metric(train, release, holdout, **columns, nn_dist="gower", verbose=False, plot_figures=False).evaluate()

    return work


def mostlyai_search(job: Job, rows: slice) -> Work:
    """Embeddings of mostlyai-qa, and its DCR and NNDR of the release in train and in holdout."""
    train, holdout, release = tables_of(job, rows)
    encode = importlib.import_module("mostlyai.qa._embeddings").encode_data
    search = importlib.import_module("mostlyai.qa._distances").calculate_dcrs_nndrs

    def work() -> None:
        drawn, seen, unseen = encode(release, train, holdout)
        search(seen, drawn)
        search(unseen, drawn)

    return work


def mostlyai_report(job: Job, rows: slice) -> Work:
    """The distances that a report of mostlyai-qa computes: three searches in each of seven sets of columns."""
    train, holdout, release = tables_of(job, rows)
    encode = importlib.import_module("mostlyai.qa._embeddings").encode_data
    distances = importlib.import_module("mostlyai.qa._distances").calculate_distances

    def work() -> None:
        drawn, seen, unseen = encode(release, train, holdout)
        distances(syn_embeds=drawn, trn_embeds=seen, hol_embeds=unseen)

    return work


TOOLS: dict[str, Tool] = {
    "scikit-learn": scikit_learn,
    "sdmetrics-overfitting": sdmetrics_overfitting,
    "sdmetrics-baseline": sdmetrics_baseline,
    "anonymeter": anonymeter,
    "syntheval": syntheval,
    "mostlyai-search": mostlyai_search,
    "mostlyai-report": mostlyai_report,
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(TOOLS, *sys.argv[1:])
