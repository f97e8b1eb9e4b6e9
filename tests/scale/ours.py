"""What synthaudit does of the same work: ``python -m scale.ours TOOL JOB.json``, timed as the peers are."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from tables import schema_of, three

import synthaudit
from scale.peers import Job, Tool, Work, arrays_of, main, tables_of
from scale.tables import points
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import Effort
from synthaudit.generators.shadow_sets import fit_shadows
from synthaudit.neighbours import nearest
from synthaudit.types import CodeArray, FloatArray, Neighbours, Points


def search(job: Job, rows: slice) -> Work:
    """Nearest rows of points, as an audit searches them."""
    queries, table = _points_of(job, rows)

    def work() -> None:
        found = nearest(queries, table, job["k"], norm="l2", jobs=job["jobs"])
        np.save(Path(job["folder"]) / "synthaudit.npy", found.distance)
        np.save(Path(job["folder"]) / "synthaudit-rows.npy", found.row)

    return work


def _points_of(job: Job, rows: slice) -> tuple[Points, Points]:
    query_numbers, query_codes, row_numbers, row_codes = arrays_of(job, rows)
    return Points(numeric=query_numbers, codes=query_codes), Points(numeric=row_numbers, codes=row_codes)


def search_tables(job: Job, rows: slice) -> Work:
    """Encode two tables, and find the nearest rows of the release for each training row."""
    train, _, release = tables_of(job, rows)

    def work() -> None:
        queries, table = points(train, release)
        nearest(queries, table, job["k"], norm="l2", jobs=job["jobs"])

    return work


def search_both(job: Job, rows: slice) -> Work:
    """Encode three tables, and find the nearest rows of train and of holdout for each row of the release."""
    train, holdout, release = tables_of(job, rows)
    schema = schema_of(train)

    def work() -> None:
        encoder = fit_cells(schema, [train, holdout], [release])
        seen, unseen, drawn = (encoder.encode(table) for table in (train, holdout, release))
        space = fit_space(schema, joined(seen, unseen), drawn)
        for real in (seen, unseen):
            nearest(space.points(drawn), space.points(real), job["k"], norm="l2", jobs=job["jobs"])

    return work


def exact(job: Job, rows: slice) -> Work:
    """How many of some queries have other neighbours or other distances, in any bit, than a plain scan finds."""
    queries, table = _points_of(job, rows)

    def work() -> dict[str, int]:
        found = Neighbours(
            distance=np.load(Path(job["folder"]) / "synthaudit.npy"),
            row=np.load(Path(job["folder"]) / "synthaudit-rows.npy"),
        )
        sampled = np.random.default_rng(0).choice(len(queries), min(job["sampled"], len(queries)), replace=False)
        return {"differ": sum(differs(queries, table, int(i), found) for i in sampled)}

    return work


def differs(queries: Points, rows: Points, i: int, found: Neighbours) -> bool:
    """Whether query i has other neighbours or other distances than a plain scan of all rows finds."""
    distance = scan(queries.numeric[i], queries.codes[i], rows)
    k = found.row.shape[1]
    # Only rows up to the k-th smallest distance have to be sorted.
    near = np.flatnonzero(distance <= np.partition(distance, k - 1)[k - 1])
    nearest_rows = near[np.lexsort([near, distance[near]])][:k]
    return not (
        np.array_equal(found.row[i], nearest_rows)
        and np.array_equal(found.distance[i], np.sqrt(distance[nearest_rows]))
    )


def scan(numeric: FloatArray, codes: CodeArray, rows: Points) -> FloatArray:
    """(m,) squared distance of one query to all rows: mismatches first, then numbers from left to right."""
    total: FloatArray = (rows.codes != codes).sum(axis=1).astype(np.float64)
    for column, value in enumerate(numeric):
        total += (rows.numeric[:, column] - value) ** 2
    return total


def shadows(job: Job, rows: slice) -> Work:
    """Fit CART on sets of half of the candidates and draw a release from each."""
    train, holdout, _ = tables_of(job, rows)
    pool = pd.concat([train, holdout], ignore_index=True)

    def work() -> None:
        n, rng = len(train), np.random.default_rng(0)
        made = fit_shadows(pool, np.arange(len(pool)), n, n, job["shadows"], Cart(), rng, Effort(jobs=job["jobs"]))
        if made.failures:
            raise RuntimeError(made.failures[0])

    return work


def notebook(job: Job, rows: slice) -> Work:
    """One audit as a notebook runs it, once everything is imported and compiled."""
    tables = three([2_000] * 4, np.random.default_rng(2028), numbers=8, categories=6)
    train, release, holdout, reference = (table[:600] if rows.stop else table for table in tables)

    return lambda: synthaudit.audit(train, release, holdout, reference=reference, profile=job["profile"])


TOOLS: dict[str, Tool] = {
    "search": search,
    "search-tables": search_tables,
    "search-both": search_both,
    "exact": exact,
    "shadows": shadows,
    "notebook": notebook,
}

if __name__ == "__main__":
    main(TOOLS, *sys.argv[1:])
