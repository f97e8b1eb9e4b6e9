"""People near to the rows of a release: one search for all attacks that ask, and the same lists as from their own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import numpy as np
import pytest
from attack_cases import Case, unknown

from synthaudit.attacks.common import near_people as module
from synthaudit.attacks.common.near_people import Columns, near_people, people_of
from synthaudit.neighbours import nearest
from synthaudit.types import IntArray, Neighbours, Points


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many neighbours every search asked for."""
    asked: list[int] = []

    def counted(queries: Points, rows: Points, k: int, *, norm: str, jobs: int) -> Neighbours:
        asked.append(k)
        return nearest(queries, rows, k, norm=norm, jobs=jobs)

    monkeypatch.setattr(module, "nearest", counted)
    return asked


def asked_anew(with_reference: bool = True) -> Case:
    """A case whose view keeps nothing yet: other tests read the same."""
    attacked = unknown(0, with_reference)
    return replace(attacked, view=replace(attacked.view, kept={}))


def lists(attacked: Case, k: int, columns: Columns) -> IntArray:
    """Of all rows that the view holds."""
    view = attacked.view
    _, people = people_of(attacked.ready.candidates, view)
    return near_people(view, view.points["synthetic"], people, k, columns, jobs=1)


@pytest.mark.parametrize("with_reference", [True, False])
@pytest.mark.parametrize("columns", ["all", "numbers"])
def test_lists_are_those_of_a_sort_by_distance(with_reference: bool, columns: Columns) -> None:
    """However many are asked for, nearest first, equally near people in their order."""
    attacked = asked_anew(with_reference)
    rows = attacked.view.points["synthetic"]
    cells, people = people_of(attacked.ready.candidates, attacked.view)
    apart = np.abs(rows.numeric[:, None] - people.numeric).sum(axis=2)
    if columns == "all":
        apart += (rows.codes[:, None] != people.codes).sum(axis=2)
    expected = np.argsort(np.round(apart, 9), axis=1, kind="stable")
    assert len(cells) == len(people) == apart.shape[1]
    for k in (10, 20, 25):
        found = lists(attacked, k, columns)
        np.testing.assert_allclose(
            np.take_along_axis(apart, found, 1), np.take_along_axis(apart, expected[:, :k], 1), atol=1e-9
        )


def test_who_asks_later_finds_the_search_done(searches: list[int]) -> None:
    """Ten are the first of the twenty; more than twenty, and a part of the release, are searched for by themselves."""
    attacked = asked_anew()
    view = attacked.view
    ten, twenty = lists(attacked, 10, "all"), lists(attacked, 20, "all")
    assert np.array_equal(ten, twenty[:, :10])
    assert searches == [20]
    lists(attacked, 25, "all")
    _, people = people_of(attacked.ready.candidates, view)
    part = near_people(view, view.points["synthetic"].take(np.arange(5)), people, 10, "all", jobs=1)
    assert np.array_equal(part, ten[:5])
    assert searches == [20, 25, 10]


def test_who_asks_meanwhile_waits_for_the_search(searches: list[int]) -> None:
    """Attacks run in threads, and views that differ in their workers alone keep together."""
    attacked = asked_anew()
    _, people = people_of(attacked.ready.candidates, attacked.view)
    views = [attacked.view, replace(attacked.view, jobs=2)]
    together = Barrier(2)

    def ask(i: int) -> IntArray:
        together.wait()
        return near_people(views[i], views[i].points["synthetic"], people, 20, "all", jobs=1)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ask, range(2))
    assert np.array_equal(first, second)
    assert searches == [20]


def test_a_search_that_fails_fails_for_everybody_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever, and nobody gets lists of a search that never ended."""

    def broken(*_: object, **__: object) -> Neighbours:
        raise MemoryError

    monkeypatch.setattr(module, "nearest", broken)
    attacked = asked_anew()
    for _ in range(2):
        with pytest.raises(MemoryError):
            lists(attacked, 20, "all")
