"""The real people nearest to each row of a release, searched for once for all attacks that ask."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Literal

import numpy as np

from synthaudit.encoding import joined
from synthaudit.neighbours import nearest
from synthaudit.types import AttackerView, Cells, IntArray, Points

Columns = Literal["all", "numbers"]
"""What people are near in: all columns, or the numbers alone."""
MOST_NEAR = 20
"""People who are searched for; who asks for fewer gets the nearest of them."""
MOST_KEPT = 4_000_000
"""Rows times people near to each: of larger releases nothing is kept."""


def people_of(candidates: Cells, view: AttackerView) -> tuple[Cells, Points]:
    """The people whom a row may come from, candidates and then the reference, as cells and as points."""
    points = view.points["candidates"]
    if view.reference_is_candidates:
        return candidates, points
    aside = view.points["reference"]
    both = Points(
        numeric=np.concatenate([points.numeric, aside.numeric]), codes=np.concatenate([points.codes, aside.codes])
    )
    return joined(candidates, view.reference), both


def near_people(view: AttackerView, rows: Points, people: Points, k: int, columns: Columns, *, jobs: int) -> IntArray:
    """(m, k) positions among :func:`people_of` of those nearest to each row in these columns, nearest first.

    Parameters
    ----------
    rows : Points
        m rows of the release: those that ``view`` holds, which are searched once, or a part of them.
    k : int
        At most as many as there are people.
    """

    def search(n: int) -> IntArray:
        queries, known = (rows, people) if columns == "all" else (_numbers(rows), _numbers(people))
        return nearest(queries, known, n, norm="l1", jobs=jobs).row

    most = max(k, min(MOST_NEAR, len(people)))
    if rows is not view.points["synthetic"] or most > MOST_NEAR or len(rows) * most > MOST_KEPT:
        return search(k)
    return _once(view, f"near_people/{columns}", lambda: search(most))[:, :k]


def _once(view: AttackerView, name: str, work: Callable[[], IntArray]) -> IntArray:
    """What was worked out of this view; an attack that comes meanwhile waits for the one that is at it."""
    mine: Future[IntArray] = Future()
    kept: Future[IntArray] = view.kept.setdefault(name, mine)
    if kept is mine:
        try:
            mine.set_result(work())
        except BaseException as error:
            mine.set_exception(error)
    return kept.result()


def _numbers(points: Points) -> Points:
    return Points(numeric=points.numeric, codes=points.codes[:, :0])
