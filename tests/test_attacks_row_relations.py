"""Rows whose values were all moved, and still stand to each other as a member's do, give the member away."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from attack_cases import cells_view
from sklearn.metrics import roc_auc_score

from synthaudit.attacks.common.sorted_columns import sorted_columns
from synthaudit.attacks.row_relations import RowRelations, _surprise
from synthaudit.types import FloatArray

N = 1_000


def stays(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Stays in a hospital: four days, and a score that has nothing to do with them."""
    admitted = pd.Timestamp("2018-01-01") + pd.to_timedelta(rng.integers(0, 1_400, n), unit="D")
    left = admitted + pd.to_timedelta(1 + rng.poisson(9, n), unit="D")
    born = admitted - pd.to_timedelta(rng.integers(7_000, 30_000, n), unit="D")
    seen = left + pd.to_timedelta(rng.integers(20, 400, n), unit="D")
    return pd.DataFrame(
        {"born": born, "admitted": admitted, "left": left, "seen": seen, "score": rng.normal(size=n).round(2)}
    )


def accounts(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Three amounts with cents that hang together, and two numbers beside them."""
    level = rng.normal(size=(n, 1))
    amounts = np.exp(6 + 0.7 * level + 0.8 * rng.normal(size=(n, 3))).round(2)
    return pd.DataFrame(amounts, columns=["income", "balance", "spent"]).assign(
        age=rng.integers(18, 90, n).astype(float), visits=rng.poisson(6, n).astype(float)
    )


def loads(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A day of twelve readings of one meter."""
    level = np.exp(0.4 * rng.normal(size=(n, 1)))
    return pd.DataFrame((level * (5 + rng.normal(size=(n, 12)))).round(2), columns=[f"h{k:02}" for k in range(12)])


def calls(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A first and a last call, to the second."""
    first = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, n), unit="s")
    return pd.DataFrame({"first": first, "last": first + pd.to_timedelta(rng.integers(0, 40 * 86_400, n), unit="s")})


def dates_moved(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """All dates of a member by one number of days, another number for each."""
    days = pd.to_timedelta(rng.integers(-1_000, 1_000, N), unit="D")
    moved = {name: members[name] + days for name in ("born", "admitted", "left", "seen")}
    return fresh.assign(**moved)


def dates_moved_roughly(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The same, and each date by up to one day more."""
    moved = dates_moved(members, fresh, rng)
    return moved.assign(
        **{name: moved[name] + pd.to_timedelta(rng.integers(0, 2, N), unit="D") for name in ("admitted", "left")}
    )


def scaled(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The three amounts of a member times one factor, another one for each; age and visits are somebody else's."""
    amounts = ["income", "balance", "spent"]
    factor = np.exp(0.3 * rng.normal(size=(N, 1)))
    fresh[amounts] = (members[amounts].to_numpy() * factor).round(2)
    return fresh


def raised(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every reading of a member raised by one number."""
    return (members + rng.normal(size=(N, 1)).round(2)).round(2)


def begun_later(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A member's day, begun another number of hours later."""
    hours = rng.integers(3, 10, N)
    rolled = np.stack([np.roll(row, k) for row, k in zip(members.to_numpy(), hours, strict=True)])
    return pd.DataFrame(rolled, columns=members.columns)


def cents_kept(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Somebody else's amounts with a member's cents, as noise in whole units leaves them."""
    amounts = ["income", "balance", "spent"]
    fresh[amounts] = (np.floor(fresh[amounts]) + np.mod(members[amounts], 1)).round(2)
    return fresh


def days_moved(members: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The two calls of a member, each on another day at the same time of day."""
    return pd.DataFrame(
        {name: fresh[name].dt.normalize() + (members[name] - members[name].dt.normalize()) for name in members}
    )


Law = Callable[[int, np.random.Generator], pd.DataFrame]
Move = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]


def scored(law: Law, move: Move | None, view: str, seed: int) -> tuple[FloatArray, FloatArray]:
    """Scores of members and of strangers, where the release is made of members, or of nobody known."""
    rng = np.random.default_rng([seed, 81])
    members, strangers, fresh, reference = (law(n, rng) for n in (N, N, N, 3 * N // 2))
    order = rng.permutation(N)
    shuffled = members.iloc[order].reset_index(drop=True)
    release = fresh if move is None else move(shuffled, fresh, rng)
    candidates, attacked = cells_view(pd.concat([members, strangers], ignore_index=True), release, reference)
    scores = RowRelations(view).score(candidates, attacked, rng)  # type: ignore[arg-type]
    return scores[:N], scores[N:]


MOVES: list[tuple[str, Law, Move, float]] = [
    ("gaps", stays, dates_moved, 0.95),
    ("gaps", stays, dates_moved_roughly, 0.6),
    ("gaps", accounts, scaled, 0.6),
    ("gaps", loads, raised, 0.95),
    ("order", loads, begun_later, 0.9),
    ("remainders", accounts, cents_kept, 0.6),
    ("remainders", calls, days_moved, 0.9),
]


@pytest.mark.parametrize(("view", "law", "move", "least"), MOVES)
def test_members_whose_rows_were_moved_as_a_whole_are_found(view: str, law: Law, move: Move, least: float) -> None:
    """At 1 % of strangers; values alone say nothing there: every one of them was moved, or is somebody else's."""
    members, strangers = scored(law, move, view, seed=0)
    assert (members > np.quantile(strangers, 0.99, method="higher")).mean() >= least


@pytest.mark.parametrize("view", ["gaps", "remainders", "order"])
@pytest.mark.parametrize("law", [stays, accounts, loads, calls])
def test_a_release_of_strangers_tells_nobody_apart(law: Law, view: str) -> None:
    """AUC within four standard errors of one half."""
    members, strangers = scored(law, None, view, seed=1)
    standard_error = np.sqrt((2 * N + 1) / (12 * N * N))
    auc = roc_auc_score(np.repeat([1, 0], N), np.concatenate([members, strangers]))
    assert abs(auc - 0.5) < 4 * standard_error


def test_surprise_is_the_share_of_others_as_near() -> None:
    """By counting; where nobody else is as near, by how much farther the nearest is, to a thousandth of that."""
    rng = np.random.default_rng(2)
    values = np.sort(np.concatenate([rng.normal(size=60), np.full(4, 0.25)]))
    people = sorted_columns(values[:, None])
    for here in values:
        others = np.delete(values, np.searchsorted(values, here))
        apart_of_others = np.abs(others - here)
        for apart in (0.0, 1e-5, 0.01, 0.3, 2.0):
            near = int((apart_of_others <= apart + 1e-8).sum())
            share = near if near else max(1e-3, min(1.0, apart / apart_of_others.min()))
            surprise = _surprise(people, 0, here, apart)
            assert surprise == pytest.approx(np.log(len(values) / share), rel=1e-6)


def test_a_score_is_the_best_row_of_the_release_above_the_best_of_the_reference() -> None:
    """Of two numbers there is one gap and one ratio: the nearest row on either side decides, in plain Python."""
    rng = np.random.default_rng(3)
    candidates, release, reference = (
        pd.DataFrame(np.exp(rng.normal(size=(n, 2))).round(3), columns=["a", "b"]) for n in (40, 30, 50)
    )
    x, attacked = cells_view(candidates, release, reference)
    expected = np.zeros(40)

    def gap(table: pd.DataFrame) -> FloatArray:
        return (table["b"] - table["a"]).to_numpy()

    def ratio(table: pd.DataFrame) -> FloatArray:
        return np.asarray(np.log(table["b"] / table["a"]))

    for of in (gap, ratio):
        everybody = np.sort(np.concatenate([of(candidates), of(reference)]))
        low, high = np.quantile(everybody, [0.01, 0.99], method="inverted_cdf")
        far = 0.5 * np.clip(everybody, low, high).std()

        def best(rows: FloatArray, here: float, everybody: FloatArray = everybody, far: float = far) -> float:
            rows = np.sort(rows)
            at = int(np.searchsorted(rows, here))
            apart = np.abs(rows[max(0, at - 1) : at + 1] - here)
            people = sorted_columns(everybody[:, None])
            return max((max(0.0, _surprise(people, 0, here, e) - 1) for e in apart if e <= far), default=0.0)

        for i, here in enumerate(of(candidates)):
            expected[i] = max(expected[i], best(of(release), here) - best(of(reference), here))
    np.testing.assert_allclose(RowRelations("gaps").score(x, attacked, rng), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("view", ["gaps", "remainders", "order"])
def test_tables_without_relations_say_nothing_of_anybody(view: str) -> None:
    """One column of numbers, or categories alone: everybody has 0, as have people without a cell."""
    rng = np.random.default_rng(4)
    levels = pd.DataFrame({"a": rng.choice(["x", "y"], 50), "b": rng.choice(["u", "v"], 50)}).astype(object)
    number = pd.DataFrame({"a": rng.normal(size=50)})
    missing = loads(50, rng).mask(rng.random((50, 12)) < 0.5)
    missing.loc[:4] = np.nan
    missing.loc[5, "h00"] = 1e300
    for table in (levels, number):
        candidates, attacked = cells_view(table, table, None)
        assert not RowRelations(view).score(candidates, attacked, rng).any()  # type: ignore[arg-type]
    candidates, attacked = cells_view(missing, missing[5:], None)
    scores = RowRelations(view).score(candidates, attacked, rng)  # type: ignore[arg-type]
    assert np.isfinite(scores).all()
    assert not scores[:5].any()
