"""How many planted near copies are seen: against a law worked out by hand, whatever the table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from planted_cases import in_parts, ready
from scipy.stats import binom, chi
from tables import mixed

from synthaudit.attacks import ATTACKS
from synthaudit.attacks.noise_likelihood import NoiseLikelihood
from synthaudit.pipeline.steps.controls import ControlSetup
from synthaudit.pipeline.steps.near_copies import near_copies
from synthaudit.statistics.units import entity_scores
from synthaudit.types import AttackerView, Estimate, FloatArray, NearCopies, NotEstimable

FAMILY = [attack for attack in ATTACKS if attack.threat_model != "shadow"]


def uniform(n: int, rng: np.random.Generator, d: int = 3) -> pd.DataFrame:
    return pd.DataFrame({f"u{i}": rng.random(n) for i in range(d)})


def shares(leak: NearCopies) -> tuple[Estimate, Estimate]:
    assert isinstance(leak.seen, Estimate)
    assert isinstance(leak.known, Estimate)
    return leak.seen, leak.known


def seen_of_uniform(size: float, m: int, d: int = 3) -> float:
    """Share of near copies that the likelihood ratio sees in d independent uniform columns, far from the ends.

    Strangers stand as near as r to any of m rows with chance .01 where m times the volume of the ball is that; the
    copy is as near as r to its original with the chance of a chi variable.
    """
    ball = {1: 2.0, 2: np.pi, 3: 4 * np.pi / 3}[d]
    r = (-np.log(0.99) / (m * ball)) ** (1 / d)
    return float(1 - 0.99 * (1 - chi.cdf(r / size, d)))


def setup_of(*tables: pd.DataFrame | None) -> tuple[ControlSetup, AttackerView]:
    members, strangers, release, reference = tables
    assert members is not None
    assert strangers is not None
    assert release is not None
    return ready(members, strangers, release, reference)


@pytest.mark.parametrize("d", [2, 3])
def test_the_share_seen_of_independent_uniform_numbers_is_the_one_of_the_law(d: int) -> None:
    """By who knows the noise: within what 400 people scatter, for every size; the attacks see about as many."""
    rng = np.random.default_rng([0, d])
    setup, view = setup_of(*(uniform(1_500, rng, d) for _ in range(4)))
    for leak in near_copies(setup, view, FAMILY, rng):
        seen, known = shares(leak)
        expected = seen_of_uniform(leak.size, 1_500, d)
        low, high = (float(binom.ppf(end, known.n, expected)) / known.n for end in (0.0005, 0.9995))
        # The threshold is that of 1 % of the people at hand, and ends of the columns are nearer to nobody.
        assert low - 0.04 <= known.value <= high + 0.04, (leak.size, expected)
        assert known.n == seen.n == 400
        assert abs(seen.value - known.value) < 0.2


def test_what_the_attack_has_kept_changes_nothing() -> None:
    """The likelihood ratio worked out before, of these candidates or of others, or not at all: the same counts."""
    rng = np.random.default_rng(5)
    setup, view = setup_of(*(mixed(300, rng) for _ in range(4)))
    attack, candidates = NoiseLikelihood(), setup.attacker.candidates
    fresh = near_copies(setup, replace(view, kept={}), FAMILY, np.random.default_rng(6))
    for others in (candidates, candidates.take(np.arange(len(candidates))[::-1])):
        after = replace(view, kept={})
        attack.score(others, after, rng)
        assert after.kept
        assert near_copies(setup, after, FAMILY, np.random.default_rng(6)) == fresh


def test_the_number_of_workers_changes_nothing() -> None:
    """One thread or two."""
    rng = np.random.default_rng(1)
    setup, view = setup_of(*(mixed(300, rng) for _ in range(4)))
    two = replace(setup, attacker=replace(setup.attacker, jobs=2))
    first, second = (near_copies(each, view, FAMILY, np.random.default_rng(2)) for each in (setup, two))
    assert first == second


def test_rich_tables_are_seen_by_the_attacks_and_poor_ones_by_nobody() -> None:
    """Ten columns: most near copies; two categories: about as many as strangers, even by who knows the noise."""
    rng = np.random.default_rng(3)
    tables = [mixed(600, rng, numbers=6, categories=4) for _ in range(4)]
    rich = near_copies(*setup_of(*tables), FAMILY, np.random.default_rng(4))
    poor = near_copies(*setup_of(*(table[["c0", "c1"]] for table in tables)), FAMILY, np.random.default_rng(4))
    assert [leak.size for leak in rich[:2]] == [0.01, 0.03]
    assert 0.003 <= rich[2].size <= 0.03
    for many, few in zip(rich, poor, strict=True):
        assert shares(many)[0].value > 0.8
        assert shares(few)[0].value < 0.1
        assert shares(few)[1].value < 0.1


@pytest.mark.parametrize(("columns", "low", "high"), [(["x0", "c0"], 0.0, 0.1), (None, 0.8, 1.0)])
def test_a_leak_of_the_release_itself_neither_shows_nor_hides(
    columns: list[str] | None, low: float, high: float
) -> None:
    """The release is the training table: near copies are seen in all columns and not in two, as in any release."""
    rng = np.random.default_rng(5)
    members, strangers, reference = (mixed(600, rng) for _ in range(3))
    tables = [table if columns is None else table[columns] for table in (members, strangers, members, reference)]
    for leak in near_copies(*setup_of(*tables), FAMILY, rng):
        assert low <= shares(leak)[0].value <= high


def test_people_are_planted_with_all_their_rows() -> None:
    """Two rows each: 400 people of 1,000 rows, seen by the largest or the mean of their scores."""
    rng = np.random.default_rng(6)
    setup, view = setup_of(*(mixed(1_000, rng, numbers=6) for _ in range(4)))
    unit = np.arange(2_000) // 2

    def by_unit(rows: FloatArray) -> FloatArray:
        people = [entity_scores(row, unit) for row in rows]
        return np.array([person[how] for person in people for how in ("max", "mean")])

    by_person = replace(setup, unit=unit, is_member=np.arange(1_000) < 500, by_unit=by_unit, by_person=True)
    for leak in near_copies(by_person, view, FAMILY, rng):
        seen, known = shares(leak)
        assert seen.value > 0.9
        # A fifth of 1,000 rows is 100 people, three times.
        assert seen.n == known.n == 300


def test_few_people_are_planted_and_their_interval_says_so() -> None:
    """Of 20 candidates 10 are planted at most; of one nobody."""
    rng = np.random.default_rng(7)
    tables = [mixed(10, rng) for _ in range(4)]
    for leak in near_copies(*setup_of(*tables), FAMILY, np.random.default_rng(8)):
        seen, _ = shares(leak)
        assert seen.n <= 10
        assert seen.low < 0.5 or seen.value == 1.0
    alone = near_copies(*setup_of(*(table[:1] for table in tables[:2]), *tables[2:]), FAMILY, rng)
    assert all(isinstance(leak.seen, NotEstimable) and isinstance(leak.known, NotEstimable) for leak in alone)


def test_a_small_release_is_planted_into_several_times() -> None:
    """No planting replaces more than a fifth of it, and there are three at most."""
    rng = np.random.default_rng(9)
    members, strangers, release, reference = (mixed(500, rng) for _ in range(4))
    for leak in near_copies(*setup_of(members, strangers, release[:100], reference), FAMILY, rng):
        assert shares(leak)[0].n == 60


def test_in_parts_as_many_are_seen_as_in_the_whole() -> None:
    """Of 1,500 rows 300 are held: copies stand beside all, and both attackers see whom they see in the whole."""
    rng = np.random.default_rng(10)
    members, strangers, release, reference = (mixed(n, rng) for n in (300, 300, 1_500, 300))
    setup, view = setup_of(members, strangers, release, reference)
    parts = in_parts(setup.attacker, view, np.arange(300), (600, 1, 899))
    held, streamed = (near_copies(setup, look, FAMILY, np.random.default_rng(12)) for look in (view, parts))
    for one, other in zip(held, streamed, strict=True):
        assert one.size == other.size
        for mine, theirs in ((one.seen, other.seen), (one.known, other.known)):
            assert isinstance(mine, Estimate)
            assert isinstance(theirs, Estimate)
            assert mine.n == theirs.n == 300
            # A tenth of the rows goes in the one and stays in the other.
            assert mine.value == pytest.approx(theirs.value, abs=0.05)


def test_only_attacks_of_the_audit_see() -> None:
    """An attack that was not asked for sees nothing; none of those that can be made again: nobody knows."""
    rng = np.random.default_rng(11)
    setup, view = setup_of(*(mixed(200, rng) for _ in range(4)))
    distance = [attack for attack in ATTACKS if (attack.name, attack.view) == ("dcr", "quantile_l2")]
    assert {leak.attack for leak in near_copies(setup, view, distance, rng)} == {"dcr/quantile_l2"}
    claim = [attack for attack in ATTACKS if attack.name == "linkage_claim"]
    for leak in near_copies(setup, view, claim, rng):
        assert leak.seen == NotEstimable(not_estimable="None of the attacks that are made again was asked for.")


@pytest.mark.parametrize(
    "shape", ["one number", "one category", "wide", "constant", "gaps", "no reference", "all equal"]
)
def test_odd_tables_are_measured(shape: str) -> None:
    """Shares and intervals are numbers, whatever the columns are."""
    rng = np.random.default_rng(12)
    tables: list[pd.DataFrame] = [mixed(60, rng) for _ in range(4)]
    if shape == "one number":
        tables = [table[["x0"]] for table in tables]
    elif shape == "one category":
        tables = [table[["c0"]] for table in tables]
    elif shape == "wide":
        tables = [pd.DataFrame(rng.normal(size=(60, 70))).add_prefix("x") for _ in tables]
    elif shape == "constant":
        tables = [table.assign(x0=1.0, c0="same") for table in tables]
    elif shape == "gaps":
        tables = [table.assign(x0=np.nan, x1=table["x1"].where(rng.random(60) < 0.5), c0=None) for table in tables]
    elif shape == "all equal":
        tables = [pd.DataFrame({"x": np.ones(60), "c": ["same"] * 60}) for _ in tables]
    members, strangers, release, reference = tables
    setup, view = setup_of(members, strangers, release, None if shape == "no reference" else reference)
    for leak in near_copies(setup, view, FAMILY, rng):
        for share in shares(leak):
            assert 0 <= share.low <= share.value <= share.high <= 1
        if shape == "all equal":
            assert shares(leak)[1].value <= 0.1
