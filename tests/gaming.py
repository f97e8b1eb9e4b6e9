"""Releases made to look good: what a vendor who knows our tests might hand in, each with its truth known.

A case takes what the vendor has, the training table and as many fresh people as it likes, and makes a release. Whether
it leaks is known by construction; so is what the audit ought to say of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from tables import mixed, schema_of
from test_promise_false_alarms import table

from synthaudit.generators.cart import Cart
from synthaudit.generators.copies import with_copies
from synthaudit.types import FloatArray, IntArray

N = 2_000
RAND = Path(__file__).parent.parent / "datasets" / "randhie.csv"
FAMILY = "family"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Real tables of one law, and a source of fresh people."""

    train: pd.DataFrame
    holdout: pd.DataFrame
    reference: pd.DataFrame
    fresh: Callable[[int], pd.DataFrame]
    amount: str
    """A column of amounts."""
    entity: str | None = None

    @property
    def members(self) -> pd.DataFrame:
        """The training table as a generator sees it, without the key of the person."""
        return self.train.drop(columns=[self.entity] if self.entity else []).reset_index(drop=True)


def simulated(make: Callable[[int, np.random.Generator], pd.DataFrame], amount: str) -> Callable[..., People]:
    """People of a law that can be drawn from for ever; 2,000 on either side once a reference is set aside."""

    def people(rng: np.random.Generator, *, carved: bool) -> People:
        train, reference = make(N, rng), make(N, rng)
        holdout = make(N + N // 2 if carved else N, rng)
        return People(train=train, holdout=holdout, reference=reference, fresh=lambda n: make(n, rng), amount=amount)

    return people


def rand(rng: np.random.Generator, *, carved: bool) -> People:
    """RAND by whole families, a quarter (2,240 rows) on each side; beyond a quarter a CART of the fresh families."""
    whole = pd.read_csv(RAND).astype("float64")
    codes = np.unique(whole[FAMILY])
    part = (rng.permutation(len(codes)) * 4 // len(codes))[np.searchsorted(codes, whole[FAMILY])]
    train, holdout, reference, unseen = (whole[part == k].reset_index(drop=True) for k in range(4))
    unseen = unseen.drop(columns=FAMILY)

    def fresh(n: int) -> pd.DataFrame:
        order = rng.permutation(len(unseen))
        return unseen.iloc[order[:n]].reset_index(drop=True) if n <= len(unseen) else Cart().fit_sample(unseen, n, rng)

    if carved:
        holdout = pd.concat([holdout, reference], ignore_index=True)
    return People(
        train=train, holdout=holdout, reference=reference.drop(columns=FAMILY), fresh=fresh, amount="lpi", entity=FAMILY
    )


LAWS: Mapping[str, Callable[..., People]] = {
    "mixed": simulated(lambda n, rng: mixed(n, rng).assign(x1=lambda t: 1_000 * t["x1"]), "x1"),
    "heavy": simulated(lambda n, rng: table(n, 14, rng), "income2"),
    "rand": rand,
}


# --- what a vendor measures ------------------------------------------------------------------------------------


def points(rows: pd.DataFrame, known: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Numbers by their rank in ``known``, levels one-hot with 1 per mismatch; by scikit-learn, not the code tested."""
    numbers = list(schema_of(known).of_kind("numeric"))
    ranks = [
        np.column_stack([np.searchsorted(np.sort(known[name]), one[name]) / len(known) for name in numbers])
        for one in (rows, known)
    ]
    both = pd.concat([rows, known], ignore_index=True).drop(columns=numbers)
    levels = pd.get_dummies(both, dtype=float).to_numpy() / np.sqrt(2) if both.shape[1] else np.zeros((len(both), 0))
    cut = len(rows)
    return np.hstack([ranks[0], levels[:cut]]), np.hstack([ranks[1], levels[cut:]])


def distance(rows: pd.DataFrame, known: pd.DataFrame) -> FloatArray:
    """(n,) to the nearest known row."""
    a, b = points(rows, known)
    return np.asarray(NearestNeighbors(n_neighbors=1).fit(b).kneighbors(a)[0][:, 0])


def most_isolated(known: pd.DataFrame, k: int) -> IntArray:
    """The k rows farthest from their nearest neighbour."""
    a, _ = points(known, known)
    to_next = NearestNeighbors(n_neighbors=2).fit(a).kneighbors(a)[0][:, 1]
    return np.argsort(-to_next, kind="stable")[:k].astype(np.int64)


def jittered(rows: pd.DataFrame, known: pd.DataFrame, noise: float, rng: np.random.Generator) -> pd.DataFrame:
    """Every number moved by normal noise in ranks; where numbers repeat, to one that ``known`` holds."""
    moved = rows.copy()
    for name in schema_of(known).of_kind("numeric"):
        ascending = np.sort(known[name].to_numpy())
        low, high = (np.searchsorted(ascending, rows[name], side=side) for side in ("left", "right"))
        # A value shared by many covers many ranks: one of them is drawn, so that it moves only near an end of them.
        place = rng.uniform(low, np.maximum(high - 1, low) + 1e-9) + noise * len(ascending) * rng.normal(size=len(rows))
        place = np.clip(place, 0, len(ascending) - 1)
        if len(np.unique(ascending)) > 0.9 * len(ascending):
            moved[name] = np.interp(place, np.arange(len(ascending)), ascending)
        else:
            moved[name] = ascending[place.round().astype(int)]
    return moved


def pushed_away(rows: pd.DataFrame, known: pd.DataFrame, least: float, rng: np.random.Generator) -> pd.DataFrame:
    """Rows nearer than ``least`` to a known row, moved by growing noise until they are just beyond it."""
    moved, noise = rows.copy(), 0.005
    near = distance(moved, known) < least
    while near.any() and noise < 1:
        moved.loc[near] = jittered(rows[near], known, noise, rng).to_numpy()
        near = distance(moved, known) < least
        noise *= 1.3
    return moved[~near].astype(rows.dtypes.to_dict()).reset_index(drop=True)


def threshold(people: People, share: float) -> float:
    """What a filter asks for: the distance that this share of fresh people fall below."""
    return float(np.quantile(distance(people.fresh(N), people.members), share))


def noise_rows(people: People, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows with the right margins and nothing else."""
    rows = people.fresh(n)
    return pd.DataFrame({name: rng.permutation(rows[name].to_numpy()) for name in rows.columns})


def halves(columns: pd.Index, rng: np.random.Generator) -> list[str]:
    """A random half of the columns."""
    return [str(name) for name in rng.permutation(columns)[: len(columns) // 2]]


def mixed_rows(first: pd.DataFrame, second: pd.DataFrame, of_second: list[str]) -> pd.DataFrame:
    """Rows of ``first`` with some columns of ``second``."""
    return first.reset_index(drop=True).assign(**{n: second[n].reset_index(drop=True) for n in of_second})


# --- the cases -------------------------------------------------------------------------------------------------

Make = Callable[[People, np.random.Generator], pd.DataFrame]


def honest(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Fresh people."""
    return people.fresh(N)


def filtered(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Fresh people without the quarter nearest to train."""
    rows = people.fresh(N * 4 // 3)
    order = np.argsort(distance(rows, people.members), kind="stable")
    return rows.iloc[np.sort(order[len(rows) // 4 :])].reset_index(drop=True)


def pushed_copies(share: float) -> Make:
    """One row in ten is a member, moved until a filter that refuses this share of fresh people lets it through."""

    def make(people: People, rng: np.random.Generator) -> pd.DataFrame:
        members, least = people.members, threshold(people, share)
        copies = pushed_away(members.sample(N // 10, random_state=rng), members, least, rng)
        return with_copies(copies, people.fresh(N), len(copies) / N, rng)

    return make


def pushed_cart(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """A CART with single rows in its leaves, its rows near train moved until the filter lets them through."""
    made = Cart(leaf=1).fit_sample(people.members, N, rng)
    return pushed_away(made, people.members, threshold(people, 0.1), rng)


def padded(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """One row in ten is a copy; the others are noise with the right margins."""
    return with_copies(people.members, noise_rows(people, N, rng), 0.1, rng)


def few_copies(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """20 copies among fresh people."""
    return with_copies(people.members, people.fresh(N), 0.01, rng)


def few_in_noise(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """20 copies among noise with the right margins."""
    return with_copies(people.members, noise_rows(people, N, rng), 0.01, rng)


def glued(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Every row is two members: a random half of the columns from one, the others from another."""
    first, second = (people.members.sample(N, replace=len(people.train) < N, random_state=rng) for _ in range(2))
    return mixed_rows(first, second, halves(people.members.columns, rng))


def spread(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Half of the members, each over two rows: one half of the columns here, the other there, the rest fresh."""
    members = people.members.sample(N // 2, random_state=rng)
    here = halves(members.columns, rng)
    there = [name for name in members.columns if name not in here]
    fresh = people.fresh(N)
    one = mixed_rows(fresh[: N // 2], members, here)
    other = mixed_rows(fresh[N // 2 :].reset_index(drop=True), members, there)
    return pd.concat([one, other], ignore_index=True)


def rare_copied(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """The 20 most isolated members, word for word, among fresh people."""
    members = people.members
    return with_copies(members.iloc[most_isolated(members, 20)], people.fresh(N), 0.01, rng)


def rare_jittered(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """The 20 most isolated members, every number moved by 1 % of the ranks, among fresh people."""
    members = people.members
    moved = jittered(members.iloc[most_isolated(members, 20)], members, 0.01, rng)
    return with_copies(moved, people.fresh(N), 0.01, rng)


def one_column(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Fresh people with the amounts of members."""
    made = people.fresh(N)
    amounts = people.members[people.amount].to_numpy()
    made[people.amount] = rng.permutation(amounts)[: len(made)]
    return made


def doubled(make: Make) -> Make:
    """Every row twice."""

    def twice(people: People, rng: np.random.Generator) -> pd.DataFrame:
        once = make(people, rng)
        return pd.concat([once, once], ignore_index=True)

    return twice


def cart(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """A CART that memorises: two rows in a leaf."""
    return Cart(leaf=2).fit_sample(people.members, N, rng)


def jittered_copies(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """One row in ten is a member, every number moved by 1 % of the ranks."""
    members = people.members
    copies = jittered(members.sample(N // 10, random_state=rng), members, 0.01, rng)
    return with_copies(copies, people.fresh(N), 0.1, rng)


def tenfold(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Ten times the rows; 200 of the 20,000 are members, moved as above."""
    members = people.members
    copies = jittered(members.sample(N // 10, random_state=rng), members, 0.01, rng)
    return with_copies(copies, people.fresh(10 * N), 0.01, rng)


def tenfold_honest(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """Ten times the rows, none of them a member's."""
    return people.fresh(10 * N)


def rounded(people: People, to: int) -> People:
    """The same people with amounts rounded, on every side."""

    def coarse(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{people.amount: (frame[people.amount] / to).round() * to})

    return People(
        train=coarse(people.train),
        holdout=coarse(people.holdout),
        reference=coarse(people.reference),
        fresh=lambda n: coarse(people.fresh(n)),
        amount=people.amount,
        entity=people.entity,
    )


def audit_options(people: People, *, carved: bool) -> dict[str, Any]:
    """Keywords of ``synthaudit.audit`` beside the tables."""
    return {"entity": people.entity, "reference": None if carved else people.reference}


LEAKS: Mapping[str, Make] = {
    "filtered": filtered,
    "pushed_copies_0.5": pushed_copies(0.005),
    "pushed_copies_1": pushed_copies(0.01),
    "pushed_copies_5": pushed_copies(0.05),
    "pushed_cart": pushed_cart,
    "padded": padded,
    "few_copies": few_copies,
    "few_in_noise": few_in_noise,
    "glued": glued,
    "spread": spread,
    "rare_copied": rare_copied,
    "rare_jittered": rare_jittered,
    "one_column": one_column,
    "doubled_cart": doubled(cart),
    "doubled_copies": doubled(jittered_copies),
    "tenfold": tenfold,
}
HONEST: Mapping[str, Make] = {
    "honest": honest,
    "doubled_honest": doubled(honest),
    "tenfold_honest": tenfold_honest,
}
