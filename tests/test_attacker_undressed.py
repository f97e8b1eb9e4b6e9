"""What is undone, and what never is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dresses import DRESSES, on_numbers
from figures import Record
from scipy import stats
from tables import schema_of, three

from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.undressed import Undressed, undress
from synthaudit.attacker.view import attacker
from synthaudit.attacks import BY_RANK
from synthaudit.encoding import UNSEEN, delivered_numbers, fit_cells, fit_space, joined
from synthaudit.pipeline.suite import run_attacks
from synthaudit.statistics.family_test import family_decision
from synthaudit.types import Cells


def looked_at(real: list[pd.DataFrame], release: pd.DataFrame) -> tuple[Cells, Cells, Undressed | None]:
    """The real rows, the release, and the release with the law of the real rows."""
    schema = schema_of(real[0])
    encoder = fit_cells(schema, real, [release])
    everybody, cells = joined(*map(encoder.encode, real)), encoder.encode(release)
    return everybody, cells, undress(schema, everybody, cells, delivered_numbers(schema, release))


def undone(real: list[pd.DataFrame], release: pd.DataFrame) -> Undressed:
    found = looked_at(real, release)[2]
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tables() -> list[pd.DataFrame]:
    """Train, holdout, and a release of the same law."""
    return three((900, 900, 900), np.random.default_rng(0))


def test_a_release_of_the_same_law_is_left_alone() -> None:
    """At most 1 of 1,000 by chance; none of 20."""
    for seed in range(20):
        *real, release = three((400, 400, 400), np.random.default_rng(seed))
        assert looked_at(real, release)[2] is None


@pytest.mark.parametrize("name", [name for name in DRESSES if name != "negated" and "renamed" not in name])
def test_numbers_in_other_dress_come_back(tables: list[pd.DataFrame], name: str) -> None:
    """Ranks of the release among the real rows, before the dress and after undoing it, differ by chance alone."""
    *real, release = tables
    everybody, plain, _ = looked_at(real, release)
    look = undone(real, DRESSES[name](release))
    for i in range(5):
        ascending = np.sort(everybody.values[:, i])
        ranks = [np.searchsorted(ascending, cells.values[:, i]) / len(ascending) for cells in (plain, look.cells)]
        assert np.abs(ranks[0] - ranks[1]).mean() < 0.05
    assert np.array_equal(look.cells.codes[:, 5:], plain.codes[:, 5:])


def test_turned_columns_are_named(tables: list[pd.DataFrame]) -> None:
    *real, release = tables
    look = undone(real, DRESSES["every second negated"](release))
    assert look.turned == ("x1", "x3")


def test_both_orientations_are_kept_where_nothing_tells_them() -> None:
    """Independent normal columns without a level: exp of a column or of the column turned around, nobody can say."""
    rng = np.random.default_rng(4)
    real = [pd.DataFrame(rng.normal(size=(800, 3)), columns=list("abc")) for _ in range(2)]
    release = pd.DataFrame(rng.normal(size=(800, 3)), columns=list("abc"))
    look = undone(real, release.apply(np.exp))
    assert look.mirrored is not None
    assert len(look.rows) == 2 * len(release)
    turned = stats.spearmanr(look.cells.values[:, 0], look.mirrored.values[:, 0]).statistic
    assert turned == pytest.approx(-1)


def test_symmetric_columns_that_may_all_be_turned_are_looked_at_both_ways(tables: list[pd.DataFrame]) -> None:
    """All numbers of one sign changed: associations among them are the same, and only one law tells."""
    *real, release = tables
    look = undone(real, DRESSES["negated"](release))
    assert look.mirrored is not None
    everybody, plain, _ = looked_at(real, release)
    for i in range(5):
        ascending = np.sort(everybody.values[:, i])
        before, *after = (
            np.searchsorted(ascending, cells.values[:, i]) / len(ascending)
            for cells in (plain, look.cells, look.mirrored)
        )
        assert min(np.abs(before - ranks).mean() for ranks in after) < 0.05


def test_levels_that_real_tables_know_keep_their_names(tables: list[pd.DataFrame]) -> None:
    """Two known levels exchanged, one renamed: only the last is undone."""
    *real, release = tables
    swapped = release.assign(c0=release["c0"].replace({"level 0": "level 1", "level 1": "level 0", "level 2": "new"}))
    _, cells, look = looked_at(real, swapped)
    assert look is not None
    assert look.columns == ("c0",)
    _, plain, _ = looked_at(real, release)
    is_new = (release["c0"] == "level 2").to_numpy()
    assert np.array_equal(look.cells.codes[~is_new, 5], cells.codes[~is_new, 5])
    assert np.array_equal(look.cells.codes[is_new, 5], plain.codes[is_new, 5])


def test_no_mapped_number_equals_a_number_that_one_row_has_alone(tables: list[pd.DataFrame]) -> None:
    """Else every row of the release would share an exact value with some person."""
    *real, release = tables
    everybody, _, look = looked_at(real, on_numbers(lambda x, i: x**3)(release))
    assert look is not None
    for i in range(5):
        code, count = np.unique(everybody.codes[:, i], return_counts=True)
        assert not np.isin(look.cells.codes[:, i], code[count == 1]).any()
        assert np.isin(look.cells.codes[:, i], [UNSEEN, *code[count > 1]]).all()


def test_the_order_of_rows_changes_nothing(tables: list[pd.DataFrame]) -> None:
    *real, release = tables
    dressed = DRESSES["curved, levels renamed"](release)
    order = np.random.default_rng(6).permutation(len(release))
    one, other = undone(real, dressed), undone([t[::-1] for t in real[::-1]], dressed.iloc[order])
    assert one.columns == other.columns
    assert np.array_equal(one.cells.values[order], other.cells.values, equal_nan=True)


def p_values(seed: int, n: int) -> tuple[float, float]:
    """Of the family that attacks a leak-free curved release by rank alone."""
    rng = np.random.default_rng(seed)
    train, holdout, release = three((n, n, n), rng)
    release = DRESSES["curved"](release)
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout], [release])
    members, others, cells = map(encoder.encode, (train, holdout, release))
    pile = make_pile(members, others, None, train_entity=None, holdout_entity=None, rng=rng)
    look = undress(schema, pile.candidates, cells, delivered_numbers(schema, release))
    assert look is not None
    space = fit_space(schema, pile.candidates, cells)
    view = attacker(schema, space, pile.candidates, pile.reference).look_at(look.rows)
    scored = run_attacks(BY_RANK, replace(view, by_rank=view), pile.candidates, rng, lambda *_: None)
    names = [f"{attack.name}/{attack.view}" for attack in scored.attacks]
    scores = pile.by_unit(scored.rows)
    decision = family_decision(scores, names, pile.is_member, rng=rng, n_permutations=999).decision
    return decision.pvalue_auc, decision.pvalue_top


@pytest.mark.statistics
def test_p_values_by_rank_are_valid(record_figure: Record) -> None:
    """200 leak-free releases: uniform up to ties, never too small."""
    pvalues = np.array([p_values(seed, 250) for seed in range(1000, 1200)])
    for name, values in zip(("AUC", "members at the top"), pvalues.T, strict=True):
        record_figure(
            f"200 leak-free releases by rank, p of {name} at most .05", int((values <= 0.05).sum()), "at most 17"
        )
        assert (values <= 0.05).sum() <= 17
    uniform = stats.kstest(pvalues[:, 0], "uniform", alternative="greater").pvalue
    record_figure("p of AUC uniform: Kolmogorov", float(uniform), "at least .01")
    assert uniform >= 0.01
