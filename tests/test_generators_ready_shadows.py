"""Ready shadow releases: who was in which is what the lists say, and lists that say nonsense are refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tables import three

import synthaudit
from synthaudit.adapters.config import load_config
from synthaudit.errors import InputError
from synthaudit.generators.exchange import csv_text
from synthaudit.generators.ready_shadows import Membership, Releases, plan_releases, rings_of
from synthaudit.generators.shadow_sets import inclusion_windows

N_TRAIN, N_HOLDOUT = 60, 50


@pytest.fixture
def pool() -> pd.DataFrame:
    """Every row of train and most of the holdout, shuffled, as a pile of candidates is."""
    return pd.DataFrame({"x": np.random.default_rng(0).permutation(N_TRAIN + N_HOLDOUT)[:100].astype(float)})


@pytest.fixture
def membership(pool: pd.DataFrame) -> Membership:
    """Row x of the pool is row x of train, or row x - 60 of the holdout; everybody has one row."""
    position = pool["x"].to_numpy().astype(np.int64)
    return Membership(
        from_train=position < N_TRAIN,
        row=np.where(position < N_TRAIN, position, position - N_TRAIN),
        unit=np.arange(len(pool)),
        n_train=N_TRAIN,
        n_holdout=N_HOLDOUT,
    )


def fill(folder: Path, k: int = 8) -> list[set[float]]:
    """Planned lists, and for each a release that is the listed rows themselves."""
    plan_releases(folder, N_TRAIN, N_HOLDOUT, k=k, rng=np.random.default_rng(1))
    sets = []
    for path in sorted(folder.glob("*.members.csv")):
        listed = pd.read_csv(path)
        x = listed["row"] + np.where(listed["table"] == "holdout", N_TRAIN, 0)
        sets.append(set(x.astype(float)))
        (folder / path.name.replace(".members", "")).write_text("x\n" + "".join(f"{v}\n" for v in x))
    return sets


def test_membership_is_that_of_the_lists(tmp_path: Path, pool: pd.DataFrame, membership: Membership) -> None:
    """Row by row of the pool, whatever its order; rows that are not in the pool change nothing."""
    sets = fill(tmp_path)
    shadows = Releases.of(tmp_path).shadows(pool, membership, 8)
    assert shadows.failures == ()
    for listed, included, release in zip(sets, shadows.included, shadows.releases, strict=True):
        assert set(pool["x"][included]) == listed & set(pool["x"])
        assert set(release["x"]) == listed
        assert release.dtypes.equals(pool.dtypes)
    few = Releases.of(tmp_path).shadows(pool, membership, 3)
    assert np.array_equal(few.included, shadows.included[:3])


@pytest.mark.parametrize(("n_train", "n_holdout", "k"), [(50, 50, 8), (80, 20, 16), (20, 80, 16)])
def test_planned_lists_are_blind_and_sufficient(tmp_path: Path, n_train: int, n_holdout: int, k: int) -> None:
    """Sets of the size of train, everybody in and out at least twice, and one seed gives one plan."""
    for name in ("a", "b"):
        plan_releases(tmp_path / name, n_train, n_holdout, k=k, rng=np.random.default_rng(3))
    texts = [[p.read_text() for p in sorted((tmp_path / name).iterdir())] for name in ("a", "b")]
    assert texts[0] == texts[1]
    tables = [pd.read_csv(path) for path in sorted((tmp_path / "a").iterdir())]
    assert [len(table) for table in tables] == [n_train] * k
    times = pd.concat(tables).value_counts().reindex(
        pd.MultiIndex.from_tuples([("train", i) for i in range(n_train)] + [("holdout", i) for i in range(n_holdout)]),
        fill_value=0,
    )  # fmt: skip
    assert times.between(2, k - 2).all()


def test_people_are_planned_as_a_whole(tmp_path: Path) -> None:
    """With persons, all rows of one are in a list or none, and the lists hold as many persons as train."""
    unit = np.concatenate([np.repeat(np.arange(10), 3), np.repeat(np.arange(10, 20), 2)])
    plan_releases(tmp_path, 30, 20, k=4, rng=np.random.default_rng(0), unit=unit)
    for path in tmp_path.iterdir():
        listed = pd.read_csv(path)
        person = unit[listed["row"] + np.where(listed["table"] == "holdout", 30, 0)]
        names, counts = np.unique(person, return_counts=True)
        assert len(names) == 10
        assert np.array_equal(counts, np.where(names < 10, 3, 2))


@pytest.mark.parametrize(("n_included", "k"), [(500, 8), (800, 16), (623, 16), (250, 16)])
def test_rings_are_found_from_the_sets_alone(n_included: int, k: int) -> None:
    """Sets cut from one permutation get one number, sets of different ones different numbers, in any order."""
    included, ring = inclusion_windows(1000, n_included, k, np.random.default_rng(0))
    order = np.random.default_rng(1).permutation(k)
    rings = rings_of(included[order])
    same = ring[order][:, None] == ring[order][None, :]
    assert np.array_equal(rings[:, None] == rings[None, :], same)


def test_sets_drawn_apart_have_rings_of_their_own() -> None:
    """Independent random halves tell nothing of each other."""
    included = np.random.default_rng(0).random((12, 1000)) < 0.5
    assert np.array_equal(rings_of(included), np.arange(12))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (None, "not a folder"),
        ([], "an empty folder"),
        ([".hidden"], "an empty folder"),
        (["a.csv"], "no a.members.csv beside a.csv"),
        (["a.members.csv"], "no release beside a.members.csv"),
        (["a.csv", "a.parquet", "a.members.csv"], "two releases of the name a"),
        (["a.csv", "a.members.csv", "b\x07.csv"], "no b\\u0007.members.csv beside b\\u0007.csv"),
    ],
)
def test_a_folder_that_cannot_be_right(tmp_path: Path, files: list[str] | None, expected: str) -> None:
    """Every release has its list and every list its release, or the audit does not begin."""
    folder = tmp_path / "ready"
    if files is not None:
        folder.mkdir()
        for name in files:
            (folder / name).write_text("x")
    with pytest.raises(InputError) as error:
        Releases.of(folder)
    usage = "Put NAME.csv and NAME.members.csv there for every release."
    assert str(error.value) == f"SA-213 --generator releases:ready: {expected}. {usage}"


def test_a_name_too_long_for_a_folder_is_none() -> None:
    """An answer, not an error of the operating system."""
    with pytest.raises(InputError, match=r"SA-213 .*not a folder"):
        Releases.of("x" * 5_000)


WRITE = "Write the columns table (train or holdout) and row (0-based position there)."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"SA-214 {{}}: not a table that can be read (SA-102). {WRITE}"),
        ("row,table\n1,train\n", f"SA-214 {{}}: its columns are not table and row. {WRITE}"),
        ("train,5\ntrain,7\n", f"SA-214 {{}}: its columns are not table and row. {WRITE}"),
        ("table,row\ntrain,1\ntest,2\n", f"SA-214 {{}}: data row 2 names neither train nor holdout. {WRITE}"),
        ("table,row\ntrain,Ms 4711\n", f"SA-214 {{}}: data row 1 has no row number. {WRITE}"),
        ("table,row\ntrain,-1\n", f"SA-214 {{}}: data row 1 has no row number. {WRITE}"),
        ("table,row\ntrain,1\ntrain,\n", f"SA-214 {{}}: data row 2 has no row number. {WRITE}"),
        (
            "table,row\nholdout,50\n",
            f"SA-214 {{}}: data row 1 names a row of holdout beyond its 50 rows, which count from 0. {WRITE}",
        ),
        (
            "table,row\ntrain,7\nholdout,7\ntrain,07\n",
            "SA-214 {}: data row 3 names a row that an earlier one names. Remove one.",
        ),
    ],
)
def test_a_wrong_list_is_refused(
    tmp_path: Path, pool: pd.DataFrame, membership: Membership, text: str, expected: str
) -> None:
    """With the place of the first mistake and without what stands there."""
    fill(tmp_path)
    (tmp_path / "shadow-03.members.csv").write_text(text)
    with pytest.raises(InputError) as error:
        Releases.of(tmp_path).shadows(pool, membership, 8)
    assert str(error.value) == expected.format("membership list shadow-03.members.csv")


def test_lists_that_know_who_is_in_train_are_refused(
    tmp_path: Path, pool: pd.DataFrame, membership: Membership
) -> None:
    """Lists of training rows alone would carry the truth into every score; blind ones of any size pass."""
    fill(tmp_path)
    (tmp_path / "shadow-02.members.csv").write_text("table,row\n" + "".join(f"train,{i}\n" for i in range(54)))
    with pytest.raises(InputError) as error:
        Releases.of(tmp_path).shadows(pool, membership, 8)
    share = np.mean(membership.row[membership.from_train] < 54)
    assert str(error.value) == (
        f"SA-215 --generator releases: a list holds {share:.0%} of train and 0% of the holdout under test. Draw every"
        " list blindly from both together; plan_releases does."
    )


def test_half_a_person_is_refused(tmp_path: Path, pool: pd.DataFrame, membership: Membership) -> None:
    """Where rows belong to persons, a list holds all of a person's rows or none."""
    fill(tmp_path)
    pairs = Membership(
        from_train=membership.from_train,
        row=membership.row,
        unit=np.unique(pool["x"].to_numpy() // 2, return_inverse=True)[1],
        n_train=N_TRAIN,
        n_holdout=N_HOLDOUT,
    )
    with pytest.raises(InputError, match=r"SA-216 membership list shadow-01.members.csv: \d+ persons have rows in"):
        Releases.of(tmp_path).shadows(pool, pairs, 8)


def test_a_release_that_cannot_be_read_costs_itself_only(
    tmp_path: Path, pool: pd.DataFrame, membership: Membership
) -> None:
    """Its cause is a code without a word of its content, and the others keep their own lists."""
    sets = fill(tmp_path)
    (tmp_path / "shadow-02.csv").write_text("Ms 4711,Ms 4711\n1,2\n")
    (tmp_path / "shadow-05.csv").write_text("y\n1\n2\n")
    shadows = Releases.of(tmp_path).shadows(pool, membership, 8)
    assert shadows.failures == (
        "shadow shadow-02: the release cannot be read in the form of the real tables (SA-132)",
        "shadow shadow-05: the release cannot be read in the form of the real tables (SA-138)",
    )
    for i, listed in enumerate(sets[j] for j in (0, 2, 3, 5, 6, 7)):
        assert set(pool["x"][shadows.included[i]]) == listed & set(pool["x"])
    assert len(shadows.ring) == 6


def test_the_fingerprint_is_that_of_the_files(tmp_path: Path) -> None:
    """A release or a list that changed is another folder; its place is not."""
    fill(tmp_path / "a", k=4)
    fill(tmp_path / "b", k=4)
    a, b = Releases.of(tmp_path / "a"), Releases.of(tmp_path / "b")
    assert a.fingerprint() == b.fingerprint()
    (tmp_path / "b" / "shadow-01.csv").write_text("x\n1\n2\n")
    assert b.fingerprint() != a.fingerprint()


def test_the_folder_counts_from_the_configuration(tmp_path: Path) -> None:
    """``[threat] generator`` names a folder beside the file; a program is left as it is written."""
    config = tmp_path / "audit.toml"
    for written, meant in (
        ("releases:ready", f"releases:{tmp_path / 'ready'}"),
        (f"releases:{tmp_path / 'x'}", f"releases:{tmp_path / 'x'}"),
        ("command:make {train} {out}", "command:make {train} {out}"),
        ("kde", "kde"),
    ):
        config.write_text(f"version = 1\n[threat]\ngenerator = '{written}'\nshadows = 8\n")
        threat = load_config(config).threat
        assert (threat.generator, threat.shadows) == (meant, 8)


def test_an_audit_finds_what_ready_releases_memorise(tmp_path: Path) -> None:
    """From lists to releases to an audit: a vendor that resamples rows is seen by shadow attacks."""
    train, holdout = three((120, 120), np.random.default_rng(1))
    both = pd.concat([train, holdout], ignore_index=True)
    rng = np.random.default_rng(2)
    plan_releases(tmp_path, 120, 120, k=8, rng=rng)
    for path in sorted(tmp_path.iterdir()):
        listed = pd.read_csv(path)
        rows = both.iloc[listed["row"] + np.where(listed["table"] == "holdout", 120, 0)]
        release = rows.sample(120, replace=True, random_state=rng)
        (tmp_path / path.name.replace(".members", "")).write_text(csv_text(release.reset_index(drop=True)))
    release = train.sample(120, replace=True, random_state=7).reset_index(drop=True)
    result = synthaudit.audit(
        train, release, holdout, generator=tmp_path, attacks=["lira"], profile="quick", copies_test=False
    )
    assert result.shadows is not None
    assert (result.shadows.generator, result.shadows.requested, result.shadows.finished) == ("releases", 8, 8)
    assert min(f.pvalue for f in result.findings) <= 0.001
    (coverage,) = [c for c in result.coverage if c.test == "shadow attacks"]
    assert coverage.reason == (
        "releases made elsewhere; who is in which is taken from their lists. Every shadow release was read."
    )
