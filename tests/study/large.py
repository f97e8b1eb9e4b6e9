"""Releases of known truth that are read part by part: 300,000 rows, and smaller ones that are held whole as well."""

from collections.abc import Callable, Iterator, Mapping

import gaming
import numpy as np
import pandas as pd
from gaming import People, jittered

from study.given import Given
from study.leaks import PEOPLE
from study.plan import LAWS, Case, Cell, Part
from synthaudit.generators.cart import Cart
from synthaudit.generators.copies import with_copies
from synthaudit.generators.kde import Kde
from synthaudit.generators.marginals import Marginals
from synthaudit.types import Generator

ROWS: Mapping[Part, int] = {"larger than memory": 300_000, "part by part": 60_000, "held whole": 60_000}
RELEASE_ROWS: Mapping[Part, int | str] = {"larger than memory": 100_000, "part by part": 40_000, "held whole": "all"}
COPIED, NEAR = 0.02, 0.1
"""Shares of the members of whom one row of the release is a copy, or a near copy."""
Make = Callable[[People, int, np.random.Generator], pd.DataFrame]


def _copies(people: People, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """So many different members, each in one row."""
    members = people.members
    return with_copies(members, people.fresh(n_rows), COPIED * len(members) / n_rows, rng)


def _near_copies(people: People, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Likewise, every number moved by 1 % of the ranks."""
    members = people.members
    copies = jittered(members.sample(frac=NEAR, random_state=rng), members, 0.01, rng)
    return with_copies(copies, people.fresh(n_rows), len(copies) / n_rows, rng)


def _fitted(generator: Generator) -> Make:
    return lambda people, n_rows, rng: generator.fit_sample(people.members, n_rows, rng)


def _of_others(generator: Generator) -> Make:
    return lambda people, n_rows, rng: generator.fit_sample(people.fresh(len(people.train)), n_rows, rng)


LEAKY: Mapping[str, Make] = {
    "copies of 2 %": _copies,
    "near copies of 10 %": _near_copies,
    "CART, leaf 1": _fitted(Cart(leaf=1)),
    "kernels": _fitted(Kde()),
}
HARMLESS: Mapping[str, Make] = {
    "fresh rows": lambda people, n_rows, rng: people.fresh(n_rows),
    "CART of others": _of_others(Cart()),
    "marginals of others": _of_others(Marginals()),
    "kernels of others": _of_others(Kde()),
}
BOTH = ("quick", "standard")


def cells() -> Iterator[Cell]:
    """20 releases with a leak and 20 without; of 20 smaller ones, half of them leaky, each is audited twice."""
    for kind in (*LEAKY, *HARMLESS):
        yield Cell(part="larger than memory", kind=kind, seeds=5, tables=LAWS, profiles=BOTH)
    for kinds, seeds in ((LEAKY, (3, 3, 2, 2)), (HARMLESS, (3, 3, 2, 2))):
        for kind, n in zip(kinds, seeds, strict=True):
            for part in ("part by part", "held whole"):
                yield Cell(part=part, kind=kind, seeds=n, tables=LAWS, profiles=BOTH)


def large(case: Case) -> Given:
    """Train, holdout, and the release of this kind, the same in parts and held whole."""
    rng = np.random.default_rng([case.seed, 36])
    people = PEOPLE[case.table](rng, carved=True)
    make = {**LEAKY, **HARMLESS}[case.kind]
    return Given(
        train=people.train,
        release=make(people, ROWS[case.part], rng),
        holdout=people.holdout[: gaming.N].reset_index(drop=True),
        options={"release_rows": RELEASE_ROWS[case.part]},
        as_file=True,
    )
