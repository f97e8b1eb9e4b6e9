"""Releases that give members away, at twice the limit where a limit applies."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import gaming
import numpy as np
import pandas as pd
from gaming import N, People, simulated
from hidden_cells import PLANTS
from hidden_cells import tables as tables_with_text

from study.dresses import dressed
from study.given import Given
from study.plan import Case
from study.tables import SOURCES, bank
from synthaudit.generators.cart import Cart
from synthaudit.generators.kde import Kde
from synthaudit.generators.smote import Smote
from synthaudit.types import Generator

PEOPLE: Mapping[str, Callable[..., People]] = {**gaming.LAWS, "bank": simulated(bank, SOURCES["bank"].amount)}
NOTES, IDENTIFIERS = 0.05, 0.01
"""Shares of the release's cells that are a member's."""


def leaky(case: Case) -> Given:
    """Train, holdout, and the release of this kind, in the dress that the kind names."""
    kind, _, dress = case.kind.rpartition(", ") if case.part == "in a dress" else (case.kind, "", "")
    given = _text(kind, case) if case.table == "text" else _numbers(kind, case)
    if not dress:
        return given
    return replace(given, release=dressed(given.release, dress, np.random.default_rng([case.seed, 31])))


def _text(kind: str, case: Case) -> Given:
    train, holdout, release = tables_with_text(case.size, case.seed, kind if kind in PLANTS else None)
    rng = np.random.default_rng([case.seed, 32])
    if kind not in PLANTS:
        column, share = {"members' notes": ("note", NOTES), "members' identifiers": ("key", IDENTIFIERS)}[kind]
        members = train[column].sample(round(share * len(release)), random_state=rng)
        release.loc[rng.permutation(len(release))[: len(members)], column] = members.to_numpy()
    return Given(train=train, release=release, holdout=holdout)


def _numbers(kind: str, case: Case) -> Given:
    rng = np.random.default_rng([case.seed, 33])
    people = PEOPLE[case.table](rng, carved=True)
    people = replace(people, holdout=people.holdout[:N].reset_index(drop=True))
    make = MAKERS.get(kind) or gaming.LEAKS[kind]
    return Given(train=people.train, release=make(people, rng), holdout=people.holdout)


def _of(generator: Generator) -> gaming.Make:
    return lambda people, rng: generator.fit_sample(people.members, N, rng)


def _seen_holdout(people: People, rng: np.random.Generator) -> pd.DataFrame:
    return Kde().fit_sample(pd.concat([people.train, people.holdout], ignore_index=True), N, rng)


def _swapped(people: People, rng: np.random.Generator) -> pd.DataFrame:
    return Kde().fit_sample(people.holdout, N, rng)


MAKERS: Mapping[str, gaming.Make] = {
    "seen holdout": _seen_holdout,
    "swapped tables": _swapped,
    "near copies": gaming.jittered_copies,
    "kernels": _of(Kde()),
    "SMOTE": _of(Smote()),
    "CART, leaf 1": _of(Cart(leaf=1)),
}
"""Beside those of ``gaming``."""
