"""Canaries of a sealed split: what they are, and what a release may not know of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed
from tables import mixed

import synthaudit
from synthaudit.adapters.readers.tables import read_table
from synthaudit.commands.split import SplitRequest, SplitResult, run_split
from synthaudit.errors import InputError
from synthaudit.sealed_split.manifest import Manifest, canaries_in, load_manifest, train_order
from synthaudit.types import Design, EpsilonBound, Estimate

N = 800


def people(seed: int, n: int = N) -> pd.DataFrame:
    """Numbers and levels, and columns that Faker fills."""
    table = mixed(n, np.random.default_rng([31, seed]), numbers=4, categories=3)
    table.insert(0, "person", [f"K-{i:05d}" for i in range(n)])
    table["email"] = [f"p{i}@example.org" for i in range(n)]
    table["joined"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n), unit="D")
    return table


def split_of(folder: Path, seed: int, n_canaries: int, **options: Any) -> SplitResult:
    people(seed).to_csv(folder / "t.csv", index=False)
    secret = f"{seed:064x}"
    return run_split(
        SplitRequest(table=folder / "t.csv", output=folder / "out", canaries=n_canaries, secret=secret, **options)
    )


def canary_rows(manifest: Manifest, n_rows: int) -> np.ndarray:
    """(n_rows,) which rows of the training file are canaries, from the secret alone."""
    n_in = int(canaries_in(manifest.secret, manifest.n_canaries).sum())
    return train_order(manifest.secret, n_rows - n_in, n_in) < 0


def test_canaries_are_rare_rows_that_nobody_is(tmp_path: Path) -> None:
    """Cells of the tails, mails and keys of nobody, and every canary in or out by its own coin."""
    made = split_of(tmp_path, 0, 200, entity="person")
    manifest = load_manifest(made.manifest)
    whole = people(0)
    train = read_table(made.train, "train").frame
    assert made.canaries is not None
    is_canary = canary_rows(manifest, len(train))
    inside = train[is_canary]
    outside = read_table(made.canaries, "canaries").frame
    both = pd.concat([inside, outside], ignore_index=True)
    assert len(both) == 200
    assert abs(len(inside) - 100) < 4 * np.sqrt(50)
    assert not set(both["person"]) & set(whole["person"])
    assert not set(both["email"]) & set(whole["email"])
    assert both["email"].str.contains("@").all()
    assert both["person"].str.fullmatch(r"[A-Z]-\d{5}").all()
    for name in ("x0", "x1"):
        low, high = np.quantile(whole[name], [0.05, 0.95])
        value = both[name].astype(float)
        assert ((value < low) | (value > high)).all()
    counts = whole["c0"].value_counts(normalize=True)
    # A level that half of the people have is drawn no more often than one that three people have.
    assert both["c0"].value_counts(normalize=True).get(counts.index[0], 0) < 2.5 / len(counts)
    assert len(train) - len(inside) + len(read_table(made.holdout, "holdout").frame) == N


def audited(folder: Path, made: SplitResult, release: pd.DataFrame) -> synthaudit.Audit:
    return synthaudit.audit(synthetic=release, manifest=made.manifest, profile="quick", jobs=1, policy="internal")


def test_canaries_are_no_members(tmp_path: Path) -> None:
    """They leave the training table: nobody counts them, and the release of fresh people knows none."""
    made = split_of(tmp_path, 1, 60)
    report = audited(tmp_path, made, people(901, 400))
    assert report.canaries is not None
    assert report.canaries.n_in + report.canaries.n_out == 60
    assert report.copies.n_train + report.copies.n_holdout == N
    assert not report.canaries.known
    assert report.canaries.copied_in == 0
    assert isinstance(report.epsilon, EpsilonBound)
    assert (report.epsilon.units, report.epsilon.n_coins, report.epsilon.lower_bound) == ("canaries", 60, 0.0)


def test_a_release_that_repeats_them_is_caught(tmp_path: Path) -> None:
    """The training file itself, moved a little: every canary is told, and epsilon is bounded near the ceiling."""
    made = split_of(tmp_path, 2, 60)
    train = pd.read_csv(made.train)
    rng = np.random.default_rng(0)
    release = train.assign(x0=train["x0"] + 0.001 * rng.normal(size=len(train)), email="nobody@example.org")
    report = audited(tmp_path, made, release)
    assert report.canaries is not None
    assert report.canaries.known
    assert report.leakage_detected
    assert isinstance(report.canaries.auc, Estimate)
    assert report.canaries.auc.value > 0.95
    assert isinstance(report.epsilon, EpsilonBound)
    assert report.epsilon.lower_bound > 1.0
    assert report.outcome != "pass"


def only_a_few_canaries(i: int, folder: Path, leak: int) -> tuple[bool, float]:
    """Fresh people, and the first ``leak`` canaries of the training file verbatim."""
    own = folder / str(i)
    own.mkdir()
    made = split_of(own, 10 + i, 100)
    train = pd.read_csv(made.train)
    rows = train[canary_rows(load_manifest(made.manifest), len(train))][:leak]
    report = audited(own, made, pd.concat([people(1_000 + i, 400), rows], ignore_index=True))
    assert report.canaries is not None
    assert isinstance(report.epsilon, EpsilonBound)
    return report.canaries.known, report.epsilon.lower_bound


@pytest.mark.statistics
def test_canaries_are_found_and_not_imagined(tmp_path: Path, record_figure: Record) -> None:
    """15 of about 50 in the release: known in at least 19 of 20; none: known in at most 4 of 100, epsilon 0 in 90."""
    (tmp_path / "leak").mkdir()
    (tmp_path / "null").mkdir()
    found = Parallel(n_jobs=2)(delayed(only_a_few_canaries)(i, tmp_path / "leak", 15) for i in range(20))
    silent = Parallel(n_jobs=2)(delayed(only_a_few_canaries)(100 + i, tmp_path / "null", 0) for i in range(100))
    record_figure("20 releases with 15 canaries: known", sum(known for known, _ in found), "at least 19")
    record_figure("100 releases without canaries: known", sum(known for known, _ in silent), "at most 4")
    record_figure("100 releases without canaries: epsilon 0", sum(bound == 0 for _, bound in silent), "at least 90")
    assert sum(known for known, _ in found) >= 19
    assert sum(known for known, _ in silent) <= 4
    assert sum(bound == 0 for _, bound in silent) >= 90


# --- what the training file tells the vendor ------------------------------------------------------------------


def test_json_canaries_are_written_as_the_rows_are(tmp_path: Path) -> None:
    """Truth values stay truth values, a key that rows lack is lacked, and no line is spaced as others are not."""
    rng = np.random.default_rng(3)
    lines = []
    for i in range(300):
        record = {"id": f"{rng.integers(16**8):08x}", "smokes": bool(i % 3), "age": int(rng.integers(20, 90)), "é": 1.5}
        if i % 4 == 0:
            del record["é"]
        lines.append(json.dumps(record))
    (tmp_path / "t.jsonl").write_text("\n".join(lines), "utf-8")
    made = run_split(SplitRequest(table=tmp_path / "t.jsonl", output=tmp_path / "out", canaries=60, secret="5" * 64))
    text = made.train.read_text("utf-8").splitlines()
    is_canary = canary_rows(load_manifest(made.manifest), len(text))
    forms = [{(key, type(value).__name__) for key, value in json.loads(line).items()} for line in text]
    assert 0 < is_canary.sum() < 60
    allowed = {frozenset(form) for form, canary in zip(forms, is_canary, strict=True) if not canary}
    assert {frozenset(form) for form, canary in zip(forms, is_canary, strict=True) if canary} <= allowed
    assert all(line == json.dumps(json.loads(line), ensure_ascii=False) for line in text)
    # Hexadecimal keys stay hexadecimal.
    assert all(set(json.loads(line)["id"]) <= set("0123456789abcdef") for line in text)


@pytest.mark.parametrize("design", ["fixed", "coins"])
def test_canaries_take_nothing_from_the_holdout(design: Design, tmp_path: Path) -> None:
    """Canaries are made of the cells of members, or of the reference where coins decide who is a member."""
    table = pd.DataFrame({"pay": np.arange(400) * 1.5, "ward": [f"w{i % 200}" for i in range(400)]})
    table.to_csv(tmp_path / "t.csv", index=False)
    made = run_split(
        SplitRequest(table=tmp_path / "t.csv", output=tmp_path / "out", canaries=100, secret="6" * 64, design=design)
    )
    train = pd.read_csv(made.train)
    is_canary = canary_rows(load_manifest(made.manifest), len(train))
    donors = train[~is_canary] if design == "fixed" else pd.read_csv(str(made.reference))
    assert made.canaries is not None
    both = pd.concat([train[is_canary], pd.read_csv(made.canaries)])
    for name in table:
        assert set(both[name]) <= set(donors[name])


def test_rows_come_in_no_order_and_cells_are_missing_as_often(tmp_path: Path) -> None:
    """A sorted table is sorted no more; a third of the notes is missing, and a third of the canaries'."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"id": np.arange(900) * 7 + 100, "note": [f"n{x}" for x in rng.integers(10**6, size=900)]})
    table.loc[rng.random(900) < 1 / 3, "note"] = "NA"
    table.to_csv(tmp_path / "t.csv", index=False)
    made = run_split(
        SplitRequest(table=tmp_path / "t.csv", output=tmp_path / "out", canaries=200, missing=["NA"], secret="7" * 64)
    )
    train = pd.read_csv(made.train, keep_default_na=False)
    is_canary = canary_rows(load_manifest(made.manifest), len(train))
    assert abs(train["id"][~is_canary].rank().corr(pd.Series(np.arange(len(train)))[~is_canary])) < 0.2
    share = (train["note"][is_canary] == "NA").mean()
    assert abs(share - 1 / 3) < 4 * np.sqrt(2 / 9 / is_canary.sum())
    assert not set(train["id"][is_canary]) & set(table["id"])
    # The audit takes the spelling of missing from the manifest, and the same rows as people.
    release = table.sample(300, random_state=0)
    report = synthaudit.audit(synthetic=release, manifest=made.manifest, profile="quick", jobs=1)
    assert report.sealed is not None
    assert report.copies.n_train == 450


def test_other_people_than_those_of_the_coins_are_refused(tmp_path: Path) -> None:
    """A spelling of missing that makes one person of the split many people of the audit: SA-243, and no bound."""
    table = people(5, 400)
    table.loc[:99, "person"] = "NA"
    table.to_csv(tmp_path / "t.csv", index=False)
    made = run_split(
        SplitRequest(
            table=tmp_path / "t.csv", output=tmp_path / "out", entity="person", design="coins", secret="8" * 64
        )
    )
    with pytest.raises(InputError, match="SA-243"):
        synthaudit.audit(synthetic=people(6, 300), manifest=made.manifest, missing=["NA"], profile="quick", jobs=1)
