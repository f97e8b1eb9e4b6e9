"""Poor fidelity alone is no gap; what may be a disguise is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from dresses import DRESSES, keyed, on_numbers, renamed
from scipy import stats
from tables import schema_of

from synthaudit.attacker.undressed import undress
from synthaudit.checks.fidelity import check_resemblance
from synthaudit.encoding import delivered_numbers, fit_cells, joined
from synthaudit.generators.cart import Cart
from synthaudit.types import Coverage, FloatArray

N = 1_000
Make = Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]


def clients(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Amounts, an age and levels, all tied to two factors."""
    wealth, habit = rng.normal(size=(2, n))

    def among(levels: str, x: FloatArray) -> npt.NDArray[Any]:
        place = np.round((len(levels) - 1) / 2 + len(levels) / 5 * (x + rng.normal(size=n)))
        kinds: npt.NDArray[Any] = np.array(list(levels), dtype=object)
        return np.asarray(kinds[np.clip(place, 0, len(levels) - 1).astype(int)])

    return pd.DataFrame(
        {
            "age": np.clip(np.round(45 + 12 * (0.6 * wealth + 0.8 * rng.normal(size=n))), 18, 95),
            "income": np.round(np.exp(10 + 0.6 * wealth + 0.4 * rng.normal(size=n))),
            "balance": np.round(np.exp(7 + 0.6 * wealth + 0.5 * habit + 0.7 * rng.normal(size=n)), 2),
            "amount": np.round(np.exp(4 + 0.8 * habit + 0.8 * rng.normal(size=n)), 2),
            "job": among("abcdefgh", wealth),
            "channel": among("wbp", habit),
        }
    )


def judged(release: pd.DataFrame, real: list[pd.DataFrame]) -> Coverage:
    schema = schema_of(real[0])
    encoder = fit_cells(schema, real, [release])
    everybody, cells = joined(*map(encoder.encode, real)), encoder.encode(release)
    look = undress(schema, everybody, cells, delivered_numbers(schema, release))
    return check_resemblance(schema, everybody, cells, look, np.random.default_rng(0))


def marginals(fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return fresh.apply(lambda column: rng.permutation(column.to_numpy()))


def copula(fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Normal laws with the correlations of normal scores; levels by their shares."""
    codes = fresh.assign(**{c: pd.Categorical(fresh[c]).codes for c in ("job", "channel")}).astype(float)
    shuffled = codes.sample(frac=1, random_state=rng)
    scores = stats.norm.ppf((shuffled.rank(method="first") - 0.5) / len(codes))
    drawn = rng.multivariate_normal(np.zeros(codes.shape[1]), np.corrcoef(np.asarray(scores).T), len(codes))
    made = pd.DataFrame(drawn, columns=codes.columns)
    for name in fresh:
        if fresh[name].dtype.kind == "f":
            made[name] = np.round(fresh[name].mean() + fresh[name].std() * made[name], 2)
        else:
            levels = np.sort(fresh[name].to_numpy())
            made[name] = levels[(stats.norm.cdf(made[name].to_numpy(float)) * len(levels)).astype(int)]
    return made


def noisy_marginals(fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Each column from a histogram of 16 bins with Laplace noise of scale 12, as for a budget shared by the columns."""
    made = {}
    for name in fresh:
        if fresh[name].dtype.kind == "f":
            count, edges = np.histogram(fresh[name], 16)
        else:
            edges, count = np.unique(fresh[name].to_numpy(str), return_counts=True)
        share = np.clip(count + rng.laplace(0, 12, len(count)), 0, None)
        place = rng.choice(len(count), len(fresh), p=share / share.sum())
        is_number = fresh[name].dtype.kind == "f"
        made[name] = edges[place] + rng.random(len(fresh)) * (edges[1] - edges[0]) if is_number else edges[place]
    return pd.DataFrame(made)


POOR: dict[str, Make] = {
    "fresh": lambda fresh, rng: fresh,
    "marginals": marginals,
    "copula": copula,
    "tree": lambda fresh, rng: Cart(leaf=5).fit_sample(fresh, len(fresh), rng),
    "noisy marginals": noisy_marginals,
    "too wide": lambda fresh, rng: on_numbers(lambda x, i: np.median(x) + 1.5 * (x - np.median(x)))(fresh),
    "too narrow": lambda fresh, rng: on_numbers(lambda x, i: np.median(x) + 0.5 * (x - np.median(x)))(fresh),
    "a third of the people three times": lambda fresh, rng: pd.concat([fresh[: N // 3]] * 3, ignore_index=True),
}
DISGUISED: dict[str, tuple[Make, str]] = {
    "every second column negated": (lambda t, rng: DRESSES["every second negated"](t), "reversed"),
    "eighths in another order": (lambda t, rng: on_numbers(keyed)(t), ""),
    "levels renamed": (lambda t, rng: renamed(t), "no real row has"),
    "levels exchanged": (
        lambda t, rng: t.assign(job=t["job"].map(dict(zip("abcdefgh", "efghabcd", strict=True)))),
        "associat",
    ),
}


@pytest.fixture
def people(request: pytest.FixtureRequest) -> list[pd.DataFrame]:
    """Train, holdout, fresh people."""
    rng = np.random.default_rng(getattr(request, "param", 0))
    return [clients(N, rng) for _ in range(3)]


@pytest.mark.parametrize("name", POOR)
def test_poor_fidelity_is_no_gap(people: list[pd.DataFrame], name: str) -> None:
    *real, fresh = people
    said = judged(POOR[name](fresh, np.random.default_rng(1)), real)
    assert not said.blocks_pass, said.reason


@pytest.mark.parametrize("name", DISGUISED)
def test_what_may_be_a_disguise_blocks_a_pass(people: list[pd.DataFrame], name: str) -> None:
    """Of members' own rows as of anybody's."""
    make, words = DISGUISED[name]
    train, holdout, _ = people
    said = judged(make(train, np.random.default_rng(1)), [train, holdout])
    assert said.blocks_pass
    assert words in said.reason


def wide(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Four columns more, which have nothing to do with the others: one with a few common levels of many."""
    n = len(people)
    branches = rng.choice([f"b{i:02}" for i in range(30)], n, p=(p := 1 / np.arange(1, 31) ** 1.7) / p.sum())
    more = {f"c{i}": rng.choice(list("xyz"), n) for i in range(3)}
    return people.assign(branch=branches, **more)


BRANCHES: dict[str, tuple[Callable[[pd.DataFrame, np.random.Generator], npt.ArrayLike], bool]] = {
    "as common as each other": (lambda t, rng: rng.choice(np.unique(t["branch"]), len(t)), False),
    "exchanged": (lambda t, rng: t["branch"].map({f"b{i:02}": f"b{29 - i:02}" for i in range(30)}), True),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_one_column_in_ten_may_be_flattened_but_not_exchanged(people: list[pd.DataFrame], name: str) -> None:
    rng = np.random.default_rng(2)
    train, holdout, fresh = (wide(table, rng) for table in people)
    change, is_disguise = BRANCHES[name]
    release = fresh.assign(branch=np.asarray(change(fresh, rng)))
    said = judged(release, [train, holdout])
    assert said.blocks_pass == is_disguise, said.reason
    assert not is_disguise or "1 column ('branch') whose levels have other shares" in said.reason
    narrow = judged(release.drop(columns="c0"), [train.drop(columns="c0"), holdout.drop(columns="c0")])
    assert narrow.blocks_pass


def test_what_was_compared_by_rank_is_named(people: list[pd.DataFrame]) -> None:
    *real, fresh = people
    said = judged(DRESSES["standardised"](fresh), real)
    assert said.reason.startswith(
        "4 columns ('age', 'income', 'balance', 'amount') of another law than in the real rows"
    )
