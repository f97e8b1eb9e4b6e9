"""The audit, end to end, from frames to a verdict."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from faker import Faker
from tables import mixed, three

import synthaudit
from synthaudit.adapters.policy import policies
from synthaudit.attacks import SHADOW_ATTACKS
from synthaudit.errors import GateError, InputError
from synthaudit.evidence import from_json
from synthaudit.generators.marginals import Marginals
from synthaudit.settings import Settings
from synthaudit.shadows.score import without_shadows
from synthaudit.types import Estimate

# Faker is seeded for a stable run; nothing depends on which names it makes.
FAKER = Faker(["ja_JP", "pl_PL", "ar_EG", "fr_FR"])
FAKER.seed_instance(0)
NAMES = [FAKER.name() for _ in range(20)]
QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1}


def judged(
    train: pd.DataFrame, release: pd.DataFrame, holdout: pd.DataFrame | None, **options: Any
) -> synthaudit.Audit:
    return synthaudit.audit(train, release, holdout, **{**QUICK, **options})


def people(n: int, seed: int) -> pd.DataFrame:
    """Names with quotes and in other scripts, a category of 600 levels, codes with leading zeros, numbers."""
    rng = np.random.default_rng(seed)
    names = np.array([*NAMES, "O'Neil", 'Anna "Änn" Öz', "d’Arc, Jeanne"], dtype=object)
    return pd.DataFrame(
        {
            "name": rng.choice(names, n),
            "level": np.array([f"level {i}" for i in rng.integers(600, size=n)], dtype=object),
            "zip": np.array([f"{i:05d}" for i in rng.integers(90_000, size=n)], dtype=object),
            "age": rng.integers(18, 90, n),
            "income": np.round(rng.lognormal(10, 1, n), 2),
        }
    )


def low(n: int, seed: int, columns: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({f"c{i}": rng.choice(np.array(["a", "b", "c"], dtype=object), n) for i in range(columns)})


DISGUISES = {
    "same order": lambda t: t,
    "rows shuffled": lambda t: t.sample(frac=1, random_state=0),
    "columns shuffled": lambda t: t[t.columns[::-1]],
    "numbers as float": lambda t: t.assign(age=t["age"].astype(float)),
    "numbers as text": lambda t: t.assign(
        age=t["age"].astype(str).astype(object), income=t["income"].map("{:.4f}".format)
    ),
    "codes as numbers": lambda t: t.assign(zip=t["zip"].astype(int)),
    "categories": lambda t: t.assign(name=t["name"].astype("category"), level=t["level"].astype("category")),
    "case and spaces": lambda t: t.assign(level=" " + t["level"].str.upper()),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_of_train_fails_in_every_disguise(disguise: str) -> None:
    """However the table is rewritten, it is the training table, also under the loosest policy."""
    train, holdout = people(200, 0), people(200, 1)
    result = judged(train, DISGUISES[disguise](train), holdout, policy="internal")
    assert result.outcome == "fail"
    assert result.leakage_detected is True
    assert result.copies.identical_to_train


@pytest.mark.parametrize(
    ("columns", "in_order", "outcome", "detected", "blocks"),
    [
        (1, False, "inconclusive", False, False),  # three numbers: a quota gives them as well
        (1, True, "fail", True, False),
        (2, False, "inconclusive", False, True),  # nine numbers, by chance 1.6e-9: a copy, or quotas
        (4, False, "fail", True, False),  # 80 combinations of 300 rows: nobody's quotas
    ],
)
def test_a_copy_of_a_table_of_few_levels(
    columns: int, in_order: bool, outcome: str, detected: bool, blocks: bool
) -> None:
    """Rows collide by nature here: a copy is claimed where rows, or their order, tell; else it is no pass."""
    train, holdout = low(300, 0, columns), low(300, 1, columns)
    result = judged(train, train if in_order else train.sample(frac=1, random_state=1), holdout)
    assert (result.outcome, result.leakage_detected) == (outcome, detected)
    assert result.copies.identical_to_train is detected
    alike = (
        "the release holds every combination of values exactly as often as train; rows of this table look alike, so a"
        " copy of it cannot be told from a sample by quotas"
    )
    assert [line.reason for line in result.coverage if line.test == "verbatim copies" and line.blocks_pass] == (
        [alike] if blocks else []
    )


def test_quotas_in_the_order_of_a_plan_are_no_copy() -> None:
    """Train, holdout and release ask the same twelve kinds of people in turn; the release is not called train."""
    asked = pd.DataFrame({"sex": ["f", "m"] * 150, "region": ["n", "s", "e"] * 100, "age": [20, 30, 40, 50] * 75})
    result = judged(asked, asked, asked)
    assert (result.outcome, result.leakage_detected, result.copies.identical_to_train) == ("inconclusive", False, False)


def test_a_copy_fails_when_numbers_are_jittered_below_what_train_writes() -> None:
    """Noise beyond the decimals of the real table is rounded away before cells are compared."""
    train, holdout = people(300, 0), people(300, 1)
    rng = np.random.default_rng(2)
    release = train.assign(income=train["income"] + rng.uniform(-1e-4, 1e-4, 300))
    assert judged(train, release, holdout).copies.train == 300


@pytest.mark.parametrize("copies_test", [True, False])
def test_five_percent_of_copies_is_found(copies_test: bool) -> None:
    """50 copies among 1,000 rows, and so by the attacks alone."""
    train, holdout, release = three((1_000, 1_000, 1_000), np.random.default_rng(3))
    release.iloc[:50] = train.iloc[:50]
    result = judged(train, release, holdout, copies_test=copies_test)
    assert result.leakage_detected is True
    assert result.outcome == "fail" if copies_test else result.outcome != "pass"


def test_fresh_rows_pass_and_say_what_was_not_run() -> None:
    """A leak-free release of enough people passes; shadows were not asked for and the record says so."""
    train, holdout, release = three((1_500, 2_300, 1_500), np.random.default_rng(4))
    result = judged(train, release, holdout)
    assert (result.outcome, result.leakage_detected) == ("pass", False)
    assert {c.test: c.status for c in result.coverage}["shadow attacks"] == "not_run"
    result.gate()


@pytest.mark.parametrize(("profile", "blocks"), [("quick", False), ("standard", False), ("thorough", True)])
def test_shadows_that_a_profile_asks_for_are_missed(profile: str, blocks: bool) -> None:
    """`--shadows 0` rules out a pass under ``thorough`` only, and is not said to be the profile's own choice."""
    settings = Settings(policy=policies()[0], built_in=policies(), profile=profile, shadows=0)
    found = without_shadows(settings).coverage
    assert (found.status, found.blocks_pass) == ("not_run", blocks)
    assert ("switched off" in found.reason) == blocks


def test_rows_near_members_deleted_are_flagged() -> None:
    """A filter that keeps distance from members gives them away: two-sided tests, never a pass."""
    train, holdout, fresh = three((1_000, 1_600, 3_000), np.random.default_rng(5), numbers=4, categories=0)
    scale = train.rank(pct=True)
    from sklearn.neighbors import NearestNeighbors

    ranks = fresh.apply(lambda c: np.searchsorted(np.sort(train[c.name]), c) / len(train))
    nearest = NearestNeighbors(n_neighbors=1).fit(scale.to_numpy()).kneighbors(ranks.to_numpy())[0][:, 0]
    release = fresh[nearest > np.quantile(nearest, 0.25)].reset_index(drop=True)
    result = judged(train, release, holdout)
    assert result.leakage_detected is True
    assert result.decision is not None
    assert result.decision.direction == "far"
    assert result.outcome != "pass"


def test_no_holdout_never_passes() -> None:
    """Without a holdout a clean release is inconclusive, and a copy still fails."""
    train, release = three((400, 400), np.random.default_rng(6))
    result = judged(train, release, None)
    assert (result.outcome, result.leakage_detected) == ("inconclusive", None)
    assert "holdout" in result.reasons[0]
    copied = judged(train, train, None)
    assert (copied.outcome, copied.leakage_detected) == ("fail", True)
    half = judged(train, pd.concat([train[:100], release[:300]], ignore_index=True), None)
    assert (half.outcome, half.leakage_detected) == ("fail", True)


def comparable(result: synthaudit.Audit) -> Any:
    """Evidence without what may differ between two runs."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in ("seconds", "created_utc", "config", "sha256")}
        return [strip(v) for v in value] if isinstance(value, list) else value

    return strip(json.loads(result.to_json()))


def test_workers_change_nothing_and_order_changes_nothing() -> None:
    """One or two workers, rows and columns in any order: the same evidence, shadows included."""
    train, holdout, release = three((300, 600, 300), np.random.default_rng(7))
    one = judged(train, release, holdout, shadows=6, seed=5)
    two = judged(train, release, holdout, shadows=6, seed=5, jobs=2)
    assert comparable(one) == comparable(two)
    shuffled = judged(
        train.sample(frac=1, random_state=1),
        release.sample(frac=1, random_state=2),
        holdout.sample(frac=1, random_state=3),
        shadows=0,
        seed=5,
    )
    plain = judged(train, release, holdout, shadows=0, seed=5)
    assert comparable(shuffled) == comparable(plain)
    columns = judged(train, release[release.columns[::-1]], holdout, shadows=0, seed=5)
    assert comparable(columns)["findings"] == comparable(plain)["findings"]
    assert comparable(columns)["uses"] == comparable(plain)["uses"]


def families(n: int, size: int, rng: np.random.Generator, start: int) -> pd.DataFrame:
    """Rows of one family are nearly the same."""
    base = mixed(n, rng, numbers=4, categories=2)
    table = base.loc[np.repeat(np.arange(n), size)].reset_index(drop=True)
    for column in [c for c in table if str(c).startswith("x")]:
        table[column] += rng.normal(scale=0.01, size=len(table))
    table["family"] = np.repeat(np.arange(start, start + n), size)
    return table.sample(frac=1, random_state=int(rng.integers(1_000))).reset_index(drop=True)


def test_people_are_counted_not_rows() -> None:
    """With an entity column every figure is by person: units, copies, views, and order still plays no part."""
    rng = np.random.default_rng(8)
    train, holdout, fresh = families(150, 4, rng, 0), families(200, 4, rng, 1_000), families(150, 4, rng, 5_000)
    release = pd.concat([train.iloc[:60], fresh.iloc[60:]], ignore_index=True).drop(columns="family")
    result = judged(train, release, holdout, entity="family", policy="internal")
    assert result.unit == "entity"
    assert (result.copies.n_train, result.copies.n_holdout) == (150, 200)
    assert result.copies.train == train.iloc[:60]["family"].nunique()
    assert {f.view.rsplit(":", 1)[1] for f in result.findings} == {"max", "mean"}
    assert all(e.n == 350 for f in result.findings for e in f.estimates.values() if isinstance(e, Estimate))
    assert result.leakage_detected is True
    shuffled = judged(
        train.sample(frac=1, random_state=1),
        release,
        holdout.sample(frac=1, random_state=2),
        entity="family",
        policy="internal",
    )
    # Whether the release follows the order of train is the one question that has to do with order.
    assert result.delivered != shuffled.delivered
    assert {**comparable(shuffled), "delivered": None} == {**comparable(result), "delivered": None}


def test_somebody_on_both_sides_is_refused() -> None:
    """A person in train and holdout is bad input, not a statistic."""
    rng = np.random.default_rng(9)
    train, holdout, fresh = families(60, 2, rng, 0), families(60, 2, rng, 30), families(60, 2, rng, 900)
    with pytest.raises(InputError, match="SA-174"):
        judged(train, fresh.drop(columns="family"), holdout, entity="family")


class Failing:
    """Marginals that stop half of the time."""

    name = "failing"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        if rng.random() < 0.5:
            raise ValueError("cell 'secret value' is odd")
        return Marginals().fit_sample(table, n_rows, rng)


def test_a_failing_shadow_is_reported_and_the_rest_goes_on() -> None:
    """The cause is named without the value it quotes, and what it cost is said."""
    train, holdout, release = three((200, 200, 200), np.random.default_rng(10))
    result = judged(train, release, holdout, generator=Failing(), shadows=16)
    assert result.shadows is not None
    assert result.shadows.requested == 16
    assert 0 < result.shadows.finished < 16
    assert len(result.shadows.failures) == 16 - result.shadows.finished
    assert "ValueError" in result.shadows.failures[0]
    assert "secret value" not in result.to_json()
    assert str(16 - result.shadows.finished) in result.shadows.cost
    assert {c.test: c.status for c in result.coverage}["shadow attacks"] in ("ran_low_power", "not_run")


def test_cart_shadows_find_members_of_a_cart_release() -> None:
    """The generator family refitted: all shadow attacks rank members of a memorising CART above strangers, and their
    learned combination is hardly behind the best of them."""
    from synthaudit.generators.cart import Cart

    train, holdout = three((400, 400), np.random.default_rng(11))
    release = Cart(leaf=5).fit_sample(train, 400, np.random.default_rng(12))
    result = judged(train, release, holdout, shadows=16, copies_test=False)
    aucs = {f"{f.attack}/{f.view}": f.estimates["auc"] for f in result.findings if f.threat_model == "shadow"}
    attacks = [attack for attack in SHADOW_ATTACKS if attack.name != "replay"]
    assert set(aucs) == {f"{attack.name}/{attack.view}" for attack in attacks}
    found = {name: estimate for name, estimate in aucs.items() if isinstance(estimate, Estimate)}
    assert len(found) == len(attacks)
    assert min(estimate.low for estimate in found.values()) > 0.5
    best = max(estimate.value for estimate in found.values())
    assert found["shadow_stack/all_bases"].value > max(0.8, best - 0.02)


def test_outputs_are_written_and_read_back(tmp_path: Path) -> None:
    """evidence.json is the report; scores point at the rows of the given tables."""
    import duckdb

    train, holdout, release = three((200, 600, 200), np.random.default_rng(13))
    release.iloc[:20] = train.iloc[:20]
    result = synthaudit.audit(train, release, holdout, output=tmp_path / "out", scores=True, **QUICK)
    folder = tmp_path / "out"
    assert from_json((folder / "evidence.json").read_text()) == result.report
    assert {p.name for p in folder.iterdir()} == {
        "evidence.json",
        "seal.json",
        "report.html",
        "metrics.csv",
        "metrics.prom",
        "junit.xml",
        "summary.md",
        "badge.svg",
        "scores.parquet",
    }
    scores = duckdb.connect().execute(f"select * from '{folder / 'scores.parquet'}'").df()
    dcr = scores[(scores["attack"] == "dcr") & (scores["view"] == "quantile_l2")].set_index(["table", "row"])["score"]
    # 38 of 200 members and 112 of 600 others are set aside as reference and have no score.
    assert len(dcr.loc["train"]) == 162
    assert len(dcr.loc["holdout"]) == 488
    copied = dcr.loc["train"].index < 20
    assert (dcr.loc["train"][copied] == 0).all()
    assert copied.sum() > 5
    with pytest.raises(GateError, match="fail under partner"):
        result.gate()
    assert len(result.to_frame()) == len(result.findings)


def test_tiny_releases_are_judged_by_copies_only() -> None:
    """A release of one row is no basis for a pass, and a copy in it is still counted."""
    train, holdout, release = three((300, 300, 60), np.random.default_rng(14))
    release.iloc[0] = train.iloc[0]
    result = judged(train, release, holdout, policy="internal")
    assert result.outcome != "pass"
    assert result.copies.train == 1
    assert any("at least 100" in c.reason and c.blocks_pass for c in result.coverage)
