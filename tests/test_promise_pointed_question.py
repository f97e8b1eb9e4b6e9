"""What the pointed question promises, counted: bounds that hold, and strangers who get no evidence against them.

In each world the truth is counted too: of all people of train, of whom the question sees a third, and of 4,000
strangers whom it does not see.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from figures import Record
from tables import mixed, schema_of

import synthaudit
from synthaudit.attacker.candidates import make_pile
from synthaudit.commands.query import PRIORS, _score
from synthaudit.encoding import fit_cells, joined, row_codes
from synthaudit.generators.smote import Smote
from synthaudit.statistics.advantage import ppv
from synthaudit.statistics.evidence_levels import Level, Reached, levels_of, share_of_strangers, strongest
from synthaudit.types import AtLeast

QUESTIONS, FIRST_SEED = 400, 1_000
"""The leaks were set up on other seeds, below 100."""
N_TRAIN, N_MEMBERS, N_STRANGERS, N_REFERENCE, N_RELEASE, N_FRESH = 2_400, 800, 1_000, 300, 800, 4_000


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return mixed(n, rng, numbers=4, categories=3)


def coarse(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """The same people in so few values that the release meets about one stranger in 100 word for word by chance."""
    table = people(n, rng)
    return table.assign(
        x0=np.round(table["x0"]),
        x1=np.round(np.log(table["x1"])),
        x2=np.round(table["x2"] / 10),
        x3=np.round(2 * table["x3"]) / 2,
    )


def copies(train: pd.DataFrame, other: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One member in ten, word for word."""
    return pd.concat([train.iloc[: N_TRAIN // 10], other.iloc[N_TRAIN // 10 :]], ignore_index=True)


def near_copies(train: pd.DataFrame, other: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The same, every number moved by a twentieth of its deviation and one category of a stranger's."""
    release = copies(train, other, rng)
    moved = {
        f"x{i}": release[f"x{i}"] + 0.05 * release[f"x{i}"].std() * rng.normal(size=len(release)) for i in range(4)
    }
    return release.assign(**moved, c1=other["c1"].to_numpy())


def between_members(train: pd.DataFrame, other: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every row lies between two members: a third of them leaves a trace, each a weak one."""
    return Smote(k=5).fit_sample(train, N_RELEASE, rng)


Leak = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]
LEAKS: dict[str, tuple[Callable[[int, np.random.Generator], pd.DataFrame], Leak]] = {
    "copies": (people, copies),
    "near copies": (people, near_copies),
    "between members": (people, between_members),
    "copies in a coarse table": (coarse, copies),
}


@dataclass
class World:
    """Scores and copies of everybody, in the order in which they were drawn."""

    scores: dict[str, np.ndarray]
    held: dict[str, np.ndarray]
    tables: dict[str, pd.DataFrame]

    def levels(self, score: float, is_held: bool, members: slice = slice(N_MEMBERS)) -> tuple[Level, ...]:
        """What the question would say of such a person; copies are counted over all of train, as there."""
        held = self.held
        reached = Reached(
            record=is_held,
            members=int(held["train"].sum()),
            n_members=len(held["train"]),
            strangers=int(held["holdout"].sum()),
            n_strangers=len(held["holdout"]),
        )
        return levels_of(score, self.scores["train"][members], self.scores["holdout"], reached)

    def reach(self, level: Level, role: str) -> np.ndarray:
        """(n,) who of these people reaches the level."""
        if level.name == "word_for_word":
            return self.held[role]
        strangers = np.sort(self.scores["holdout"])
        return np.asarray(self.scores[role] > strangers[-((len(strangers) + 1) // level.one_in)])

    def truth(self, level: Level, prior: float) -> float:
        """Share of members among those who reach the level."""
        tpr, fpr = (float(self.reach(level, role).mean()) for role in ("train", "fresh"))
        return ppv(tpr, fpr, prior)


def world(leak: str, seed: int) -> World:
    """Two thousand members, a release that knows some of them, and strangers."""
    law, released = LEAKS[leak]
    rng = np.random.default_rng([17, seed])
    sizes = {"train": N_TRAIN, "holdout": N_STRANGERS, "reference": N_REFERENCE, "fresh": N_FRESH}
    tables = {role: law(n, rng) for role, n in sizes.items()}
    synthetic = released(tables["train"], law(N_RELEASE, rng), rng)
    synthetic = synthetic.sample(frac=1, random_state=int(rng.integers(2**31)), ignore_index=True)
    tables["train"] = tables["train"].sample(frac=1, random_state=int(rng.integers(2**31)), ignore_index=True)
    schema = schema_of(tables["train"])
    encoder = fit_cells(schema, list(tables.values()), [synthetic])
    cells = {role: encoder.encode(table) for role, table in tables.items()}
    release = encoder.encode(synthetic)
    # With a reference of its own a score depends on nobody else's, so that everybody may be asked about at once.
    two = {role: cells[role].take(np.arange(2)) for role in ("train", "holdout")}
    pile = make_pile(two["train"], two["holdout"], cells["reference"], train_entity=None, holdout_entity=None, rng=rng)
    asked = joined(cells["train"], joined(cells["holdout"], cells["fresh"]))
    score = _score(schema, pile, asked, release, np.ones(len(schema.columns), dtype=bool), 1)[len(pile.candidates) :]
    rows = row_codes({"asked": asked, "synthetic": release}, np.ones(len(schema.columns), dtype=bool))
    held = np.isin(rows["asked"], rows["synthetic"])
    ends = np.cumsum([N_TRAIN, N_STRANGERS])
    roles = ("train", "holdout", "fresh")
    return World(
        scores=dict(zip(roles, np.split(score, ends), strict=True)),
        held=dict(zip(roles, np.split(held, ends), strict=True)),
        tables=tables | {"synthetic": synthetic},
    )


@pytest.mark.parametrize("leak", LEAKS)
def test_the_study_asks_as_the_question_does(leak: str) -> None:
    """Of the world's levels for a stranger whom the study does not see, every figure is that of ``query``."""
    given = world(leak, 9_999)
    for person in (int(given.scores["fresh"].argmax()), 5):
        answer = synthaudit.query(
            given.tables["fresh"].iloc[[person]],
            *(given.tables[role] for role in ("train", "synthetic", "holdout")),
            reference=given.tables["reference"],
            allow_overlap=True,
            jobs=1,
        )
        score, is_held = given.scores["fresh"][person], bool(given.held["fresh"][person])
        if answer.stands_in == "neither":
            assert answer.levels == given.levels(float(score), is_held, slice(None))


def is_above(given: World, level: Level, prior: float) -> bool:
    """Whether the bound that is stated exceeds what is true; none may be below the prior."""
    bound = level.worth(prior)
    assert not isinstance(bound, AtLeast) or bound.at_least > prior
    return isinstance(bound, AtLeast) and bound.at_least > given.truth(level, prior)


def strangers_accused(given: World) -> dict[str, float]:
    """Share of fresh strangers who reach each level, and any of them."""
    # Whoever is held word for word and scores above everybody reaches all that anybody can.
    reached = {level.name: given.reach(level, "fresh") for level in given.levels(np.inf, True) if level.met}
    return {name: float(them.mean()) for name, them in reached.items()} | {
        "any level": float(np.any(list(reached.values()), axis=0).mean())
    }


@pytest.mark.statistics
@pytest.mark.parametrize("leak", LEAKS)
def test_the_bounds_hold_and_strangers_are_rarely_accused(leak: str, record_figure: Record) -> None:
    """400 questions, half about members: in at most one of twenty is the bound above the truth, at each prior, or that
    of any level; strangers reach a level as seldom as is stated."""
    above, any_above, stated, useful = Counter[float](), 0, 0, 0
    accused: list[dict[str, float]] = []
    for seed in range(FIRST_SEED, FIRST_SEED + QUESTIONS):
        given = world(leak, seed)
        rng = np.random.default_rng([18, seed])
        role = "train" if rng.random() < 0.5 else "fresh"
        person = int(rng.integers(N_MEMBERS, N_TRAIN) if role == "train" else rng.integers(N_FRESH))
        levels = given.levels(float(given.scores[role][person]), bool(given.held[role][person]))
        any_above += any(is_above(given, level, PRIORS[0]) for level in levels)
        if (level := strongest(levels)) is not None:
            stated += 1
            useful += isinstance(level.worth(PRIORS[0]), AtLeast)
            above.update(prior for prior in PRIORS if is_above(given, level, prior))
        accused.append(strangers_accused(given))
    record_figure(f"{leak}: questions answered by a level, of these by a bound", (stated, useful), "recorded")
    for prior in PRIORS:
        record_figure(f"{leak}, {QUESTIONS} questions at prior {prior:g}: bound above the truth", above[prior], "<= 20")
    record_figure(f"{leak}, {QUESTIONS} questions: bound of any level above the truth", any_above, "<= 20")
    allowed: dict[str, float] = {level.name: 1 / level.one_in for level in levels}
    allowed["any level"] = share_of_strangers(levels)
    too_many = []
    for name, share in allowed.items():
        of_worlds = np.array([of_world.get(name, 0.0) for of_world in accused])
        mean, error = float(of_worlds.mean()), 3 * float(of_worlds.std()) / QUESTIONS**0.5
        record_figure(f"{leak}: mean share of strangers who reach {name}", mean, f"<= {share:g} + {error:.1g}")
        too_many += [name] if mean > share + error else []
    assert too_many == []
    assert max(above.values(), default=0) <= QUESTIONS // 20
    assert any_above <= QUESTIONS // 20
