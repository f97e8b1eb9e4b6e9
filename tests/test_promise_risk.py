"""Who is at risk: false alarms, planted leaks, and answers about one person (``make test-statistics``)."""

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed
from scipy import stats
from tables import mixed, three

import synthaudit
from synthaudit.adapters.policy import policies
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks.linkage import Linkage
from synthaudit.checks.subgroups import measure_groups
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.generators.cart import Cart
from synthaudit.pipeline.steps.deletion import measure_deleted
from synthaudit.settings import Settings
from synthaudit.types import AuditData, Column, Deleted, Kind, Schema, Subgroup

pytestmark = pytest.mark.statistics

FIRST_SEED = 9_000


def schema_with(table: pd.DataFrame, *sensitive: str) -> Schema:
    def column(name: str) -> Column:
        kind: Kind = "numeric" if table[name].dtype.kind == "f" else "categorical"
        return Column(name=name, kind=kind, roles=("sensitive",) if name in sensitive else ())

    return Schema(columns=tuple(map(column, map(str, table.columns))))


def grouped(
    train: pd.DataFrame, holdout: pd.DataFrame, release: pd.DataFrame, seed: int, *sensitive: str
) -> tuple[Subgroup, ...]:
    """The groups of one release as an audit measures them, without what else an audit does."""
    schema, rng = schema_with(train, *sensitive), np.random.default_rng(seed)
    data = AuditData(schema=schema, train=train, synthetic=release, holdout=holdout)
    encoder = fit_cells(schema, [train, holdout], [release])
    members, others, synthetic = map(encoder.encode, (train, holdout, release))
    pile = make_pile(members, others, None, train_entity=None, holdout_entity=None, rng=rng)
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    space = fit_space(schema, real, synthetic)
    attacking = attacker(schema, space, pile.candidates, pile.reference, views=("quantile_l2",), competing=())
    view = attacking.look_at(synthetic, views=())
    scores = Linkage("linkage_tolerant", "tolerant").score(pile.candidates, view, rng)
    order = rng.permutation(len(scores))
    return measure_groups(data, pile, attacking, scores, order, rng, n_permutations=999)[0]


def smallest(groups: tuple[Subgroup, ...]) -> float:
    return min(g.pvalue_adjusted for g in groups if g.pvalue_adjusted is not None)


def clean(i: int, release: str) -> float:
    """Independent tables of 400 rows, two sensitive columns: the family-wise p-value of an audit."""
    rng = np.random.default_rng([FIRST_SEED, i])
    train, holdout, fresh = three((400, 500, 400), rng)
    made = fresh if release == "fresh" else Cart().fit_sample(fresh, 400, rng)
    return smallest(grouped(train, holdout, made, i, "c0", "x1"))


@pytest.mark.parametrize("release", ["fresh", "cart"])
def test_groups_of_leak_free_releases_are_rarely_named(release: str, record_figure: Record) -> None:
    """200 splits: family-wise p below .05 in at most 16, and not far from uniform below the middle."""
    found = np.array(Parallel(n_jobs=2)(delayed(clean)(i, release) for i in range(200)))
    record_figure(f"200 leak-free releases ({release}): a group named, p < .05", int((found < 0.05).sum()), "<= 16")
    record_figure(f"200 leak-free releases ({release}): p < .5", int((found < 0.5).sum()), "<= 121")
    assert (found < 0.05).sum() <= 16
    # 100 expected at most; 121 is three standard deviations above.
    assert (found < 0.5).sum() <= 121


def with_outliers(n: int, outliers: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """A table in which some people's columns have nothing to do with each other, and with a level of their own."""
    table = mixed(n, rng)
    odd = rng.permutation(n)[:outliers]
    for name in table.columns:
        table.loc[odd, name] = mixed(10 * outliers, rng)[name].sample(outliers, random_state=rng).to_numpy()
    for name in ("c0", "c1", "c2"):
        table.loc[odd, name] = np.array([f"odd {i}" for i in rng.integers(60, size=outliers)], dtype=object)
    return table, odd


def outliers_leaked(i: int) -> tuple[bool, int]:
    """20 outliers among 2,000 members, and as many among 3,000 others; the release holds the members' ones."""
    rng = np.random.default_rng([FIRST_SEED + 1, i])
    train, odd = with_outliers(2_000, 20, rng)
    holdout, _ = with_outliers(3_000, 30, rng)
    release, _ = with_outliers(2_000, 20, rng)
    release.iloc[:20] = train.iloc[odd]
    groups = grouped(train, holdout, release, i)
    return groups[-1].stands_out, sum(g.stands_out for g in groups[:-1])


def test_leaked_outliers_name_the_rarest_tenth(record_figure: Record) -> None:
    """20 of 2,000 people leak: the rarest tenth is named in at least 19 of 20."""
    found = Parallel(n_jobs=2)(delayed(outliers_leaked)(i) for i in range(20))
    named = sum(rarest for rarest, _ in found)
    record_figure("20 outliers of 2,000 leaked: the rarest tenth is named, of 20", named, ">= 19")
    record_figure("20 outliers of 2,000 leaked: other tenths named, of 180", sum(n for _, n in found), "<= 4")
    assert named >= 19
    assert sum(n for _, n in found) <= 4


def ward_leaked(i: int) -> tuple[bool, int]:
    """One of nine wards, about 60 of 2,000 members, is copied with every number moved a little."""
    rng = np.random.default_rng([FIRST_SEED + 2, i])
    tables = three((2_000, 3_000, 2_000), rng)
    for table in tables:
        share = np.r_[0.03, np.full(8, 0.97 / 8)]
        table["ward"] = np.array([f"ward {k}" for k in rng.choice(9, size=len(table), p=share)], dtype=object)
    train, holdout, release = tables
    leaked = train[train["ward"] == "ward 0"].reset_index(drop=True)
    for name in ("x0", "x1", "x2", "x3", "x4"):
        leaked[name] += 0.01 * leaked[name].std() * rng.normal(size=len(leaked))
    release = pd.concat([leaked, release[release["ward"] != "ward 0"]], ignore_index=True).iloc[:2_000]
    groups = [g for g in grouped(train, holdout, release, i, "ward") if g.by == "ward"]
    named = {g.name for g in groups if g.stands_out}
    return "ward 0" in named, len(named - {"ward 0"})


def test_a_leak_in_one_small_group_is_named(record_figure: Record) -> None:
    """The leaking ward is named in at least 19 of 20, other wards hardly ever."""
    found = Parallel(n_jobs=2)(delayed(ward_leaked)(i) for i in range(20))
    named, others = sum(one for one, _ in found), sum(n for _, n in found)
    record_figure("one ward of 60 leaked: named, of 20", named, ">= 19")
    record_figure("one ward of 60 leaked: other wards named, of 160", others, "<= 4")
    assert named >= 19
    assert others <= 4


def strangers(i: int) -> list[float]:
    """Five strangers asked about a release of which a third are copies of members."""
    rng = np.random.default_rng([FIRST_SEED + 3, i])
    train, holdout, release, asked = three((200, 200, 200, 5), rng)
    release.iloc[:60] = train.iloc[:60]
    return [synthaudit.query(asked.iloc[[k]], train, release, holdout, jobs=1).pvalue for k in range(5)]


def test_pvalues_of_strangers_are_uniform(record_figure: Record) -> None:
    """200 strangers: Kolmogorov-Smirnov against the uniform law does not reject at .001, and none is too small."""
    found = np.concatenate(Parallel(n_jobs=2)(delayed(strangers)(i) for i in range(40)))
    pvalue = float(stats.kstest(found, "uniform").pvalue)
    low = int((found <= 0.05).sum())
    record_figure("200 strangers asked about: KS p", pvalue, ">= .001")
    record_figure("200 strangers asked about: p <= .05", low, "<= 20")
    assert pvalue >= 0.001
    assert low <= 20


def listed(i: int, planted: int, n: int) -> Deleted:
    """A list of 30 people; the release is a tree generator's, made from train and from the planted ones of the list."""
    rng = np.random.default_rng([FIRST_SEED + 4, i])
    train, holdout, deleted = three((n, n, 30), rng)
    release = Cart().fit_sample(train, n, rng)
    release.iloc[:planted] = deleted.iloc[:planted]
    release.loc[: planted - 1, "x0"] += 0.001
    schema = schema_with(train)
    data = AuditData(schema=schema, train=train, synthetic=release, holdout=holdout, deleted=deleted)
    settings = Settings(policy=policies()[0], built_in=policies(), profile="quick", seed=i)
    found, _ = measure_deleted(data, settings, np.random.default_rng(i))
    assert found is not None
    return found


def test_people_who_were_deleted_are_rarely_said_to_be_known(record_figure: Record) -> None:
    """200 lists of strangers to a release that leaks its members: known in at most 7."""
    found = Parallel(n_jobs=2)(delayed(listed)(i, 0, 250) for i in range(200))
    known = sum(one.known for one in found)
    record_figure("200 lists of deleted people: said to be known, p < .01", known, "<= 7")
    record_figure("200 lists of deleted people: p < .05", sum(one.pvalue < 0.05 for one in found), "<= 16")
    assert known <= 7
    assert sum(one.pvalue < 0.05 for one in found) <= 16


def test_people_who_were_not_deleted_are_found(record_figure: Record) -> None:
    """30 people whose rows are in the release with one number moved: known in at least 19 of 20."""
    found = Parallel(n_jobs=2)(delayed(listed)(1_000 + i, 30, 500) for i in range(20))
    record_figure("30 listed people in the release: known, of 20", sum(one.known for one in found), ">= 19")
    assert sum(one.copied for one in found) == 0
    assert sum(one.known for one in found) >= 19
