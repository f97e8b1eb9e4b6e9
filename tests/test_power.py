"""The power bench measures what it says: releases of known truth, figures right, nothing computed twice."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from power import bench, releases
from power.cache import Kept, digest
from power.measure import power
from power.paired import compared
from power.releases import RELEASES, most_isolated, noisy, release_of
from power.report import Pair, Row, best, checks, chosen_elsewhere, long_table, means
from power.tables import PARTS, TABLES, RealTable, Sample, sample
from sklearn.metrics import roc_auc_score, roc_curve
from tables import mixed

PEOPLE = RealTable(name="people", rows=200, read=lambda: mixed(900, np.random.default_rng(0)))
NUMBERS = RealTable(name="numbers", rows=60, read=lambda: mixed(300, np.random.default_rng(0), categories=0))


def rows_of(table: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(table.itertuples(index=False, name=None))


def made(name: str, one: Sample) -> pd.DataFrame:
    return release_of(RELEASES[name], one, Path("no cache is needed"))


# --- samples ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [PEOPLE, TABLES["breast_cancer"], TABLES["diabetes"]], ids=lambda t: t.name)
def test_samples_are_disjoint_and_equal_in_size(table: RealTable) -> None:
    """Train, holdout, reference and fresh share no row, are of the stated size, and come from the table."""
    one = sample(table, 100)
    parts = [rows_of(getattr(one, part)) for part in PARTS]
    assert [len(part) for part in parts] == [table.rows] * 4
    assert len(set().union(*parts)) == 4 * table.rows


def test_a_split_is_its_seed() -> None:
    """The same seed draws the same rows in the same order; another seed draws others."""
    one, again, other = sample(PEOPLE, 100), sample(PEOPLE, 100), sample(PEOPLE, 101)
    pd.testing.assert_frame_equal(one.train, again.train)
    assert not one.train.equals(other.train)
    assert one.stream("a").random() == again.stream("a").random() != one.stream("b").random()


def test_a_table_that_is_too_small_is_refused() -> None:
    """Four samples of 200 rows do not come out of 700."""
    with pytest.raises(ValueError, match="has 700 distinct rows, too few for 4 x 200"):
        sample(RealTable(name="few", rows=200, read=lambda: mixed(700, np.random.default_rng(0))), 0)


# --- releases -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "copied"),
    [("fresh", 0), ("copies_1", 2), ("copies_5", 10), ("copies_10", 20), ("copies_100", 200), ("outliers_5", 10)],
)
def test_copies_are_as_many_as_stated(name: str, copied: int) -> None:
    """So many rows of the release are training rows, all others fresh rows, and none is of holdout or reference."""
    one = sample(PEOPLE, 100)
    release = rows_of(made(name, one))
    assert len(release & rows_of(one.train)) == copied
    assert len(release & rows_of(one.fresh)) == 200 - copied


def test_leak_free_releases_do_not_read_the_members() -> None:
    """Other training rows give the same fresh rows, and the same trees fitted on them."""
    one = sample(PEOPLE, 100)
    other = Sample(**{name: getattr(one, name) for name in Sample.__slots__} | {"train": one.holdout})
    for name in (name for name, release in RELEASES.items() if release.truth == "none"):
        pd.testing.assert_frame_equal(made(name, one), made(name, other))


def test_the_most_isolated_rows_are_the_outliers() -> None:
    """Ten people far from everybody, and from each other, are the 5 % of 200 that are copied."""
    one = sample(PEOPLE, 100)
    far = one.train.copy()
    for column in range(4):
        far.iloc[:10, 5 + column] = [f"only {i}" for i in range(10)]
    planted = Sample(**{name: getattr(one, name) for name in Sample.__slots__} | {"train": far})
    assert np.flatnonzero(most_isolated(planted)).tolist() == list(range(10))
    assert rows_of(made("outliers_5", planted)) & rows_of(far) == rows_of(far[:10])


def test_noisy_copies_are_near_and_never_verbatim() -> None:
    """Numbers move by at most 1 % of the ranks, at most one category changes, and no row stays as it was."""
    one = sample(PEOPLE, 100)
    near = noisy(one, np.random.default_rng(0))
    for name in one.schema.of_kind("numeric"):
        old, new, ranks = one.train[name].to_numpy(), near[name].to_numpy(), one.train[name].to_numpy()
        low, high = np.minimum(old, new), np.maximum(old, new)
        between = (low[:, None] < ranks) & (ranks < high[:, None])
        # 1 % of 200 ranks, and the next one, as the place may lie between two.
        assert between.sum(axis=1).max() <= 3 * (ranks[:, None] == ranks).sum(axis=0).max()
    changed = (one.train[one.schema.of_kind("categorical")] != near[one.schema.of_kind("categorical")]).sum(axis=1)
    assert changed.max() == 1
    assert not rows_of(near) & rows_of(one.train)


def test_smote_lies_between_two_members() -> None:
    """Every row is on the line between two training rows, numbers being continuous."""
    one = sample(NUMBERS, 100)
    kept = [name for name in one.schema.names if name != "x2"]
    x, s = (table[kept].to_numpy(float) for table in (one.train, made("smote", one)))
    x, s = x / x.std(axis=0), s / x.std(axis=0)
    start, step = x[:, None, :], x[None, :, :] - x[:, None, :]
    length = (step**2).sum(axis=2)
    for row in s:
        place = np.clip(((row - start) * step).sum(axis=2) / np.where(length > 0, length, 1), 0, 1)
        assert np.abs(start + place[..., None] * step - row).max(axis=2).min() < 1e-9


def test_a_generator_in_an_environment_of_its_own_runs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it wrote is read again from the cache; another sample is another run; a failure says why."""
    program = tmp_path / "generators" / "bin" / "python"
    program.parent.mkdir(parents=True)
    (tmp_path / "generators" / ".done").touch()
    copy = "import json, shutil, sys; r = json.load(open(sys.argv[1])); shutil.copy(r['train'], r['release'])"
    program.write_text(f'#!/bin/sh\necho run >> {tmp_path}/runs\nexec {sys.executable} -c "{copy}" "$3"\n')
    program.chmod(0o755)
    monkeypatch.setattr(releases, "ENVIRONMENTS", tmp_path)
    for split in (100, 100, 101):
        one = sample(PEOPLE, split)
        pd.testing.assert_frame_equal(release_of(RELEASES["ctgan"], one, tmp_path / "cache"), one.train)
    assert (tmp_path / "runs").read_text() == "run\nrun\n"
    program.write_text("#!/bin/sh\necho 'ValueError: no such model' >&2\nexit 1\n")
    with pytest.raises(RuntimeError, match=r"^ValueError: no such model$"):
        release_of(RELEASES["tvae"], one, tmp_path / "cache")


# --- figures ------------------------------------------------------------------------------------------


def test_figures_are_those_of_scikit_learn() -> None:
    """AUC with ties, and TPR at the last step of the ROC curve whose FPR is at most 1 %."""
    rng = np.random.default_rng(0)
    is_member = rng.random(1_000) < 0.4
    score = rng.normal(size=1_000) + is_member
    rounded = np.round(score)
    found = power(score, is_member, rng)
    fpr, tpr, _ = roc_curve(is_member, score, drop_intermediate=False)
    assert found.auc == pytest.approx(roc_auc_score(is_member, score), abs=1e-12)
    assert found.tpr == pytest.approx(tpr[fpr <= 0.01].max(), abs=1e-12)
    assert (found.found, found.members) == (round(found.tpr * is_member.sum()), is_member.sum())
    assert power(rounded, is_member, rng).auc == pytest.approx(roc_auc_score(is_member, rounded), abs=1e-12)


def test_ties_favour_nobody() -> None:
    """One score for everybody: AUC 1/2, and (k + 1)/(n0 + 1) of the members above k of n0 non-members, on average."""
    is_member = np.arange(400) < 200
    found = [power(np.zeros(400), is_member, np.random.default_rng(seed)) for seed in range(400)]
    assert {one.auc for one in found} == {0.5}
    tprs = [one.tpr for one in found]
    assert abs(np.mean(tprs) - 3 / 201) < 3 * np.std(tprs) / np.sqrt(len(tprs))


def row(release: str, split: int, attacks: dict[str, Pair], who: str = "synthaudit", table: str = "people") -> Row:
    figures = {name: {"auc": pair.auc, "tpr": pair.tpr, "seconds": 1.0} for name, pair in attacks.items()}
    return Row(table=table, split=split, release=release, who=who, result={"attacks": figures})


def test_means_weigh_tables_equally_and_leave_out_attacks_with_gaps() -> None:
    """Two splits of one table count as much as one of another; an attack that failed on a table has no mean."""
    rows = [
        row("cart", 0, {"a": Pair(0.6, 0.1), "b": Pair(0.9, 0.9)}),
        row("cart", 1, {"a": Pair(0.8, 0.3), "b": Pair(0.9, 0.9)}),
        row("cart", 0, {"a": Pair(0.5, 0.0)}, table="others"),
    ]
    found = means(long_table(rows))
    assert found.keys() == {("cart", "label-free", "a")}
    assert found["cart", "label-free", "a"] == pytest.approx(Pair(0.6, 0.1))


def test_hindsight_and_its_absence() -> None:
    """The best of both is .7 / .5; chosen on the other split, the worse attack of each split is taken."""
    rows = [
        row("cart", 0, {"a": Pair(0.8, 0.6), "b": Pair(0.5, 0.1)}),
        row("cart", 1, {"a": Pair(0.6, 0.2), "b": Pair(0.7, 0.9)}),
    ]
    lines = long_table(rows)
    chosen = best(means(lines), "cart", "label-free")
    assert chosen is not None
    assert chosen.attack == "a"
    assert chosen.pair == pytest.approx(Pair(0.7, 0.5))
    # On split 1 alone b is best and reaches .5 / .1 on split 0; on split 0 alone a, which reaches .6 / .2 on split 1.
    assert chosen_elsewhere(lines, "cart") == pytest.approx(Pair(0.55, 0.15))
    assert chosen_elsewhere(lines[lines["split"] == 0], "cart") is None


def test_required_figures_are_checked() -> None:
    """A peer ahead by more than .005, and a TPR below 1.5 times the best peer's, are missed; no other is."""
    peer = {"peer x": Pair(0.71, 0.2), "peer y": Pair(0.6, 0.1)}

    def missed(auc: float, tpr: float) -> list[bool]:
        rows = [row("cart", 0, {"a": Pair(auc, tpr)}), row("cart", 0, peer, who="peer")]
        return [not check.met for check in checks(long_table(rows))]

    assert missed(0.705, 0.3) == [False, False]
    assert missed(0.704, 0.3) == [True, False]
    assert missed(0.8, 0.29) == [False, True]
    both = [
        row(name, 0, attacks, who=who)
        for name, own, theirs in (("cart", Pair(0.8, 0.4), Pair(0.6, 0.2)), ("copies_100", Pair(1, 1), Pair(1, 1)))
        for who, attacks in (("synthaudit", {"a": own}), ("peer", {"peer x": theirs}))
    ]
    ratio = checks(long_table(both))[-1]
    assert not ratio.met
    assert ratio.measured.startswith("1.17 (0.700 against 0.600, peer x); 2.00 (0.400 against 0.200, peer x) without")
    leak_free = [row("fresh", 0, {"a": Pair(0.5, 0.01)}), row("fresh", 0, peer, who="peer")]
    assert checks(long_table(leak_free)) == []


# --- the run ------------------------------------------------------------------------------------------


def test_results_are_kept_under_what_they_depend_on(tmp_path: Path) -> None:
    """The same key reads the result back; other tables or other code do not."""
    table = mixed(5, np.random.default_rng(0))
    places = [
        Kept(folder=tmp_path, table="t", split=0, release="r", who="w", key=digest([one, code]))
        for one, code in ((table, "code"), (table.copy(), "code"), (table[::-1], "code"), (table, "cod"))
    ]
    places[0].write({"auc": 0.5})
    assert [place.read() for place in places] == [{"auc": 0.5}, {"auc": 0.5}, None, None]


def test_a_run_tells_copies_from_fresh_rows_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The training table itself is detected and separated, fresh rows are neither; a second run attacks nothing."""
    monkeypatch.setattr(bench, "PROCESSES", 1)
    asked = ["--tables", "diabetes", "--splits", "100", "--releases", "fresh", "copies_100", "--peers"]
    asked += ["--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "power.md")]
    assert bench.main(asked) == 0
    text = (tmp_path / "power.md").read_text("utf-8")
    leaked, fresh = (
        next(line for line in text.splitlines() if line.startswith(f"| {RELEASES[name].label} |"))
        for name in ("copies_100", "fresh")
    )
    assert " 1.000 / 1.000 " in leaked
    assert leaked.endswith("| 1 of 1 |")
    assert fresh.endswith("| 0 of 1 |")
    monkeypatch.setattr(bench, "_attacked", None)
    assert bench.main(asked) == 0
    assert (tmp_path / "power.md").read_text("utf-8") == text
    capsys.readouterr()


def test_two_commits_are_held_against_each_other() -> None:
    """By hand: +.02 and -.01 over two splits, a fall of .1 in both, and the same bits on both sides."""

    def figures(values: dict[str, tuple[float, float]]) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"table": "t", "split": split, "release": release, "of": "stack", "metric": "auc", "is": value}
                for release, pair in values.items()
                for split, value in enumerate(pair)
            ]
        )

    old = figures({"mixed": (0.70, 0.70), "fell": (0.80, 0.90), "same": (0.6, 0.61)})
    new = figures({"mixed": (0.72, 0.69), "fell": (0.70, 0.80), "same": (0.6, 0.61)})
    text, n_below = compared(old, new, ("before", "after"))
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert rows == [
        "| mixed | stack | auc | 0.7000 | 0.7050 | +0.0050 | 0.0150 |  |",
        "| fell | stack | auc | 0.8500 | 0.7500 | -0.1000 | 0.0000 | BELOW |",
        "| same | stack | auc | 0.6050 | 0.6050 | +0.0000 | 0.0000 |  |",
    ]
    assert n_below == 1
    assert "`make bench-power-pairs OLD=before`, new: after" in text
