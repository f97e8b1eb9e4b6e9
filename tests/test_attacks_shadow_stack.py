"""The stack of shadows: limiting generators, a planted law, and what it must not know."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, mannwhitneyu, norm
from sklearn.metrics import roc_auc_score
from tables import mixed, schema_of

from synthaudit.adapters.policy import policies
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks import SHADOW_BASES
from synthaudit.attacks.shadow import CalibratedDifference, Lira
from synthaudit.attacks.shadow_stack import ShadowStack
from synthaudit.encoding import fit_cells, fit_space
from synthaudit.generators.shadow_sets import inclusion_windows
from synthaudit.settings import Settings
from synthaudit.shadows.score import run_shadows
from synthaudit.shadows.target import Target
from synthaudit.types import (
    Attack,
    AttackerView,
    AuditData,
    BoolArray,
    Cells,
    FloatArray,
    Generator,
    IntArray,
    Schema,
    ShadowScores,
)


@dataclass(frozen=True)
class Publish:
    """Its release is its training table."""

    name: str = "publish"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        return table.iloc[:n_rows]


@dataclass(frozen=True)
class Constant:
    """Its release is a table of its own, whatever it was given."""

    release: pd.DataFrame
    name: str = "constant"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        return self.release


def shadowed(
    seed: int, generator: Generator, release: pd.DataFrame | None = None, *, relabelled: bool = False
) -> tuple[FloatArray, BoolArray]:
    """Scores of 60 members and 60 strangers, shadows and all, and who is a member.

    ``relabelled``: the truth is exchanged after the pile was made.
    """
    rng = np.random.default_rng([seed, 1])
    train, holdout = (mixed(60, rng, numbers=2, categories=2) for _ in range(2))
    synthetic = train if release is None else release
    schema = schema_of(train)
    data = AuditData(schema=schema, train=train, holdout=holdout, synthetic=synthetic)
    encoder = fit_cells(schema, [train, holdout], [synthetic])
    real = encoder.encode(train), encoder.encode(holdout)
    pile = make_pile(*real, None, train_entity=None, holdout_entity=None, rng=rng)
    cells = encoder.encode(synthetic)
    attacking = attacker(schema, fit_space(schema, pile.candidates, cells), pile.candidates, None)
    settings = Settings(policy=policies()[0], built_in=policies(), shadows=8, generator=generator)
    asked = replace(pile, is_member=rng.permutation(pile.is_member)) if relabelled else pile
    stream = np.random.default_rng(seed)
    target = Target(
        data=data, pile=asked, attacking=attacking, encoder=encoder, settings=settings, progress=lambda *_: None
    )
    found = run_shadows(target, stream)
    return stacked(attacking.look_at(cells, found.scores), tuple(SHADOW_BASES)), pile.is_member


def stacked(view: AttackerView, bases: tuple[str, ...]) -> FloatArray:
    return ShadowStack(bases).score(view.synthetic, view, np.random.default_rng(0))


def test_published_data_are_told_apart_without_an_error() -> None:
    """The generator returns its training rows: AUC 1."""
    scores, is_member = shadowed(0, Publish())
    assert scores[is_member].min() > scores[~is_member].max()


def test_a_generator_that_looks_at_nobody_gives_chance() -> None:
    """The same release whatever the data: in 10 audits no more alarms at .05 than 99.9 % of fair tests would raise."""
    alarms = 0
    for seed in range(10):
        release = mixed(60, np.random.default_rng([seed, 2]), numbers=2, categories=2)
        scores, is_member = shadowed(seed, Constant(release), release)
        alarms += int(mannwhitneyu(scores[is_member], scores[~is_member]).pvalue < 0.05)
    assert alarms <= binom.ppf(0.999, 10, 0.05)


def test_the_truth_of_the_audit_is_never_read() -> None:
    """Members and strangers exchanged at random after the pile was made: no bit of any score changes."""
    scores, _ = shadowed(1, Publish())
    np.testing.assert_array_equal(scores, shadowed(1, Publish(), relabelled=True)[0])


def view_of(scores: Mapping[str, tuple[FloatArray, FloatArray]], included: BoolArray, ring: IntArray) -> AttackerView:
    """A view of nothing but base scores: (target, shadow) by name."""
    nothing = Cells(codes=np.zeros((1, 1), dtype=np.int32), values=np.zeros((1, 1)))
    return AttackerView(
        schema=Schema(columns=()),
        synthetic=nothing,
        reference=nothing,
        reference_is_candidates=False,
        shadows={
            base: ShadowScores(base=base, target=target, shadow=shadow, included=included, ring=ring)
            for base, (target, shadow) in scores.items()
        },
    )


@pytest.mark.parametrize("n_shadows", [8, 16])
def test_it_puts_two_base_scores_together_and_beats_each(n_shadows: int) -> None:
    """Two scores, each how easy a person is to hit (sd 2) plus noise (sd 1) plus 1.2 for members.

    With the difficulty known, one score has AUC Phi(1.2 / sqrt 2) = .802, the two together Phi(1.2) = .885. The stack,
    which has to learn the difficulty from shadows, reaches 90 % of that advantage; each attack on one score stays
    below what one can give.
    """
    n, shift = 1_000, 1.2
    attacks: list[Attack] = [attack(base) for base in "ab" for attack in (Lira, CalibratedDifference)]
    stack, single = [], []
    for seed in range(4):
        rng = np.random.default_rng([2, seed])
        included, ring = inclusion_windows(n, n // 2, n_shadows, rng)
        is_member = rng.permutation(n) < n // 2
        base_scores = {}
        for base in "ab":
            difficulty = 2 * rng.normal(size=n)
            target = difficulty + shift * is_member + rng.normal(size=n)
            base_scores[base] = target, difficulty + shift * included + rng.normal(size=(n_shadows, n))
        view = view_of(base_scores, included, ring)
        stack.append(roc_auc_score(is_member, stacked(view, ("a", "b"))))
        single.append([roc_auc_score(is_member, attack.score(view.synthetic, view, rng)) for attack in attacks])
    assert np.mean(stack) > 0.5 + 0.9 * (norm.cdf(shift) - 0.5)
    assert np.mean(single, axis=0).max() < norm.cdf(shift / np.sqrt(2)) + 0.01


def test_shadows_of_one_ring_teach_nothing_of_each_other() -> None:
    """Scores of pure noise: a model that takes two complementary halves for independent sets learns, from how often
    the others hold x, who is in; with the ring left out it learns next to nothing.

    Four shadows, 10 seeds, by the spread of the log odds that it gives the release.
    """
    spread: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(10):
        rng = np.random.default_rng([3, seed])
        included, ring = inclusion_windows(400, 200, 4, rng)
        noise = {"a": (rng.normal(size=400), rng.normal(size=(4, 400)))}
        for told, found in spread.items():
            found.append(float(stacked(view_of(noise, included, ring if told else np.arange(4)), ("a",)).std()))
    assert np.mean(spread[True]) < 0.05
    assert np.mean(spread[False]) > 3 * np.mean(spread[True])


def test_scores_that_tell_nobody_apart_tie_everybody() -> None:
    """Base scores that are constant: one log odds for all, an AUC of exactly 1/2."""
    rng = np.random.default_rng(4)
    included, ring = inclusion_windows(50, 20, 8, rng)
    scores = stacked(view_of({"a": (np.ones(50), np.ones((8, 50)))}, included, ring), ("a",))
    assert np.isfinite(scores).all()
    assert len(np.unique(scores)) == 1


def test_a_single_ring_leaves_out_the_shadow_itself() -> None:
    """Four sets of a quarter each, one ring: scores that grow by 3 with x still give a nearly perfect answer."""
    rng = np.random.default_rng(5)
    n = 800
    included = np.arange(4)[:, None] == rng.permutation(n) % 4
    is_member = rng.permutation(n) < n // 4
    scores = 5 * is_member + rng.normal(size=n), 5 * included + rng.normal(size=(4, n))
    view = view_of({"a": scores}, included, np.zeros(4, dtype=np.int64))
    assert roc_auc_score(is_member, stacked(view, ("a",))) > 0.95
