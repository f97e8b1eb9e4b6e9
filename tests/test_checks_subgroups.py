"""Groups at risk: formed without the labels, tested as one family, and shown only where nobody can be worked out."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tables import schema_of, three

import synthaudit
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.checks.subgroups import RARE, isolation, pooled, rarity_tenths
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.evidence import from_json, to_json
from synthaudit.report.render import render_report
from synthaudit.statistics.subgroups import SMALLEST, group_tests, hidden
from synthaudit.types import Estimate

QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1}


# --- the test ----------------------------------------------------------------------------------------------------


def test_each_group_is_tested_by_its_own_ranks() -> None:
    """z is that of the Mann-Whitney test within the group, ties corrected; units of other groups do not count."""
    rng = np.random.default_rng(0)
    scores, label = rng.integers(8, size=200).astype(float), rng.random(200) < 0.4
    group = np.column_stack([np.arange(200) // 50, np.where(np.arange(200) < 90, 4, -1)])
    tests = group_tests(scores, label, group, np.arange(200), rng, n_permutations=99)
    for g in range(5):
        inside = (group == g).any(axis=1)
        x, y = scores[inside & label], scores[inside & ~label]
        theirs = stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
        z = np.sign(theirs.statistic - len(x) * len(y) / 2) * stats.norm.isf(theirs.pvalue / 2)
        assert tests.z[g] == pytest.approx(z, abs=1e-9)


def test_the_pvalue_of_one_group_is_that_of_all_relabellings() -> None:
    """Ten units, four members: the larger of the two tests is counted over all 210 ways to deal the labels."""
    scores, label = np.array([9, 8, 8, 5, 4, 4, 3, 2, 1, 0.0]), np.isin(np.arange(10), [0, 1, 3, 5])
    ranks = stats.rankdata(scores)
    sums = np.array([ranks[list(c)].sum() for c in itertools.combinations(range(10), 4)])
    two_sided = float((np.abs(sums - 22) >= abs(ranks[label].sum() - 22) - 1e-9).mean())
    # Members above the highest non-member, unit 2: units 0 and 1 by the order of ties.
    top = [min(set(range(10)) - set(c)) for c in itertools.combinations(range(10), 4)]
    upper = float(np.mean([count >= 2 for count in top]))
    lower = float(np.mean([count <= 2 for count in top]))
    expected = min(1.0, 2 * min(two_sided, float(2 * min(upper, lower))))
    group = np.zeros((10, 1), dtype=np.int64)
    tests = group_tests(scores, label, group, np.arange(10), np.random.default_rng(0), n_permutations=40_000)
    assert tests.n_top.tolist() == [2]
    assert tests.pvalue[0] == pytest.approx(expected, abs=0.02)
    assert tests.pvalue_adjusted[0] == tests.pvalue[0]


def test_a_few_people_at_the_top_of_a_large_group_are_seen() -> None:
    """20 of 200 members stand above everybody: the rank sum does not notice, the count at the top does."""
    rng = np.random.default_rng(1)
    label, group = np.arange(4_000) % 2 == 0, np.arange(4_000) // 400
    scores = rng.normal(size=4_000)
    scores[np.flatnonzero(label & (group == 9))[:20]] += 9
    tests = group_tests(scores, label, group[:, None], np.arange(4_000), rng, n_permutations=999)
    assert abs(tests.z[9]) < 2.5
    assert (tests.pvalue_adjusted < 0.01).tolist() == [False] * 9 + [True]


def test_the_limit_for_many_units_agrees_with_permutations() -> None:
    """Overlapping groups of 6,000 units, a small one, and one of nearly equal scores: the same p-values either way.

    4,002 more units that belong to no group say nothing of the groups, and make more than the 10,000 that are permuted.
    """
    rng = np.random.default_rng(2)
    label, scores = np.arange(6_000) % 2 == 0, rng.normal(size=6_000)
    scores[label] += 0.04
    group = np.column_stack([np.arange(6_000) // 3_000, 2 + rng.integers(2, size=6_000), np.full(6_000, -1)])
    group[:30, 2], group[100:2_000, 2] = 4, 5
    scores[104:2_000] = 0.0
    exact = group_tests(scores, label, group, np.arange(6_000), np.random.default_rng(3))
    scores, label = np.append(scores, rng.normal(size=4_002)), np.append(label, np.arange(4_002) % 2 == 0)
    group = np.vstack([group, np.full((4_002, 3), -1)])
    limit = group_tests(scores, label, group, np.arange(10_002), np.random.default_rng(4))
    # Both draw 9,999 times: three standard deviations of the difference of two shares, doubled as the p-values are.
    np.testing.assert_allclose(limit.pvalue, exact.pvalue, atol=0.045)
    np.testing.assert_allclose(limit.pvalue_adjusted, exact.pvalue_adjusted, atol=0.045)
    np.testing.assert_allclose(limit.z, exact.z, atol=1e-9)


# --- what may be shown ---------------------------------------------------------------------------------------------

COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12)


@given(COUNTS)
@settings(deadline=None)
def test_hidden_counts_cannot_be_subtracted_from_the_totals(counts: list[tuple[int, int]]) -> None:
    """Every small cell is hidden; what is hidden is two groups or more, with ten on both sides, or everything."""
    n1, n0 = np.array(counts).T
    out = hidden(n1, n0)
    assert out[(n1 < SMALLEST) | (n0 < SMALLEST)].all()
    assert not out.any() or out.all() or (out.sum() >= 2 and min(n1[out].sum(), n0[out].sum()) >= SMALLEST)


@given(COUNTS)
@settings(deadline=None)
def test_a_level_is_named_only_with_ten_people_on_both_sides(counts: list[tuple[int, int]]) -> None:
    """Whoever has a rare level is counted among ten others on either side, and no level's count follows from it."""
    group = np.concatenate([np.full(a + b, i) for i, (a, b) in enumerate(counts)])
    label = np.concatenate([np.arange(a + b) < a for a, b in counts])
    names, number = pooled([str(i) for i in range(len(counts))], group, label)
    for i, name in enumerate(names):
        sides = (number == i) & label, (number == i) & ~label
        if len(names) > 1:
            assert min(side.sum() for side in sides) >= SMALLEST
        if name == RARE:
            levels = [counts[g] for g in np.unique(group[number == i])]
            assert len(names) == 1 or len(levels) == 1 or min(map(sum, zip(*levels, strict=True))) >= SMALLEST
        else:
            assert min(counts[int(name)]) >= SMALLEST
    assert (number >= 0).all()


# --- how groups are formed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given_reference", [True, False])
def test_rarity_is_the_distance_to_the_five_nearest_strangers(given_reference: bool) -> None:
    """Brute force over the reference, or over the others of the pile; the most isolated row of a person counts."""
    rng = np.random.default_rng(2)
    train, holdout, reference = three((60, 80, 70), rng, numbers=3, categories=2)
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout], [reference])
    persons = np.arange(60) // 2, 1_000 + np.arange(80) // 2
    known = encoder.encode(reference) if given_reference else None
    members, others = encoder.encode(train), encoder.encode(holdout)
    pile = make_pile(members, others, known, train_entity=persons[0], holdout_entity=persons[1], rng=rng)
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    space = fit_space(schema, real, real)
    rarity = isolation(attacker(schema, space, pile.candidates, pile.reference, competing=()), pile)
    mine, theirs = (space.points(t) for t in (pile.candidates, pile.candidates if known is None else known))
    square = ((mine.numeric[:, None] - theirs.numeric) ** 2).sum(axis=2)
    distance = np.sqrt(square + (mine.codes[:, None] != theirs.codes).sum(axis=2))
    if known is None:
        distance[pile.unit[:, None] == pile.unit] = np.inf
    mean = np.sort(distance, axis=1)[:, :5].mean(axis=1)
    np.testing.assert_allclose(rarity, pd.Series(mean).groupby(pile.unit).max().to_numpy())
    tenths = rarity_tenths(rarity).group
    assert np.bincount(tenths).tolist() == [7] * 10
    assert all(rarity[tenths == i].max() <= rarity[tenths == i + 1].min() for i in range(9))


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    (table,) = three((n,), rng, numbers=3, categories=1)
    table["diagnosis"] = rng.choice(np.array(["common-dx", "Usual-Dx"], dtype=object), n)
    return table


def test_only_declared_columns_are_grouped_and_no_rare_level_is_printed() -> None:
    """What a name suggests is said and not printed; of a declared column levels of ten on both sides are."""
    rng = np.random.default_rng(3)
    train, holdout, release = (people(n, rng) for n in (400, 400, 400))
    train.loc[:8, "diagnosis"], holdout.loc[:39, "diagnosis"] = "Rare-Secret", "Rare-Secret"
    release.loc[:49, :] = train.loc[:49, :]
    guessed = synthaudit.audit(train, release, holdout, **QUICK)
    assert {group.kind for group in guessed.subgroups} == {"rarity"}
    line = next(line for line in guessed.coverage if line.test == "groups at risk")
    assert "'diagnosis' may be by name" in line.reason
    text = to_json(guessed.report) + render_report(guessed.report)
    assert not any(level in text for level in ("Usual-Dx", "common-dx", "Rare-Secret"))

    declared = synthaudit.audit(train, release, holdout, schema={"diagnosis": {"sensitive": True}}, **QUICK)
    shown = {group.name: group for group in declared.subgroups if group.by == "diagnosis"}
    # Nine members of a rare level are hidden behind the smaller of the two others.
    assert len(shown) == 2
    assert RARE in shown
    assert "Rare-Secret" not in to_json(declared.report) + render_report(declared.report)
    totals = [sum(getattr(group, side) for group in shown.values()) for side in ("n_members", "n_nonmembers")]
    assert totals == [400, 400]


def test_numbers_are_cut_into_quarters_and_people_counted_once() -> None:
    """By person: quarters of the person's mean; a person with two levels counts for the frequent one."""
    rng = np.random.default_rng(4)
    train, holdout, release = (people(n, rng) for n in (600, 600, 300))
    for table, first in ((train, 0), (holdout, 1_000)):
        table["person"] = first + np.arange(600) // 3
        table["diagnosis"] = np.where(np.arange(600) % 3 == 0, "common-dx", "Usual-Dx").astype(object)
    audit = synthaudit.audit(
        train,
        release,
        holdout,
        entity="person",
        schema={"x0": {"sensitive": True}, "diagnosis": {"sensitive": True}},
        **QUICK,
    )
    quarters = [g for g in audit.subgroups if g.by == "x0"]
    assert [(g.n_members or 0) + (g.n_nonmembers or 0) for g in quarters] == [100] * 4
    # Two rows of three say Usual-Dx, for everybody: one group is no partition.
    assert not [g for g in audit.subgroups if g.by == "diagnosis"]


def test_groups_of_few_people_are_not_shown() -> None:
    """30 on each side: no tenth has ten of both, nothing is tested, and the coverage says so."""
    rng = np.random.default_rng(5)
    train, holdout, release = (people(n, rng) for n in (30, 40, 120))
    audit = synthaudit.audit(train, release, holdout, **QUICK)
    assert all(g.n_members is None and g.pvalue is None and not isinstance(g.auc, Estimate) for g in audit.subgroups)
    assert next(c for c in audit.coverage if c.test == "groups at risk").status == "ran_low_power"
    assert "30" not in str(audit.subgroups)
    assert from_json(to_json(audit.report)) == audit.report
