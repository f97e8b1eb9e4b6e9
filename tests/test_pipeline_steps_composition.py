"""Several releases of one source: what they add up to."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from tables import mixed, schema_of

import synthaudit
from synthaudit.adapters.alignment.align import align_real, with_synthetic
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.together import together
from synthaudit.adapters.readers.tables import read_table
from synthaudit.attacks.pair_claim import PairClaim
from synthaudit.cli.main import cli
from synthaudit.encoding import fit_cells, fit_space
from synthaudit.errors import InputError
from synthaudit.neighbours import nearest
from synthaudit.types import AttackerView, Cells, Estimate, FloatArray

N = 600
SHARE = 0.1


def with_members(train: pd.DataFrame, first: int, rng: np.random.Generator) -> pd.DataFrame:
    """A fresh table in which a tenth of the rows are members, other members for every ``first``."""
    size = round(SHARE * N)
    return pd.concat([train.iloc[first * size : (first + 1) * size], mixed(N - size, rng)], ignore_index=True)


def test_releases_add_up() -> None:
    """A tenth of the members in one release, another tenth in the other: one law for each, the sum's for the union."""
    rng = np.random.default_rng(7)
    train, holdout, reference = mixed(N, rng), mixed(N, rng), mixed(N, rng)
    parts = [with_members(train, i, rng) for i in range(2)]
    report = synthaudit.audit(train, parts, holdout, reference=reference, policy="internal", profile="quick", jobs=1)
    shown = f"{report.releases[0].attack}"
    union = next(f for f in report.findings if f"{f.attack}/{f.view}" == shown).estimates["tpr_at_fpr_0.01"]
    assert [one.copies_train for one in report.releases] == [60, 60]
    assert report.copies.train == 120
    assert report.provenance.n_rows["synthetic"] == 2 * N
    assert isinstance(union, Estimate)
    for one in report.releases:
        assert isinstance(one.tpr_at_fpr, Estimate)
        assert one.detected
        # Copies are found at a false-alarm rate of 0, so the rate is their share and 1 % of the rest.
        assert one.tpr_at_fpr.value == pytest.approx(SHARE, abs=0.03)
    assert union.value == pytest.approx(2 * SHARE, abs=0.03)


def test_what_does_not_leak_does_not_add_up() -> None:
    """Three fresh tables: nobody is found in any, nor in all."""
    rng = np.random.default_rng(8)
    train, holdout = mixed(N, rng), mixed(N, rng)
    report = synthaudit.audit(train, [mixed(N, rng) for _ in range(3)], holdout, profile="quick", jobs=1)
    assert [one.detected for one in report.releases] == [False] * 3
    assert report.leakage_detected is False


def test_a_release_that_is_train_fails_among_others() -> None:
    """One of two is the training table: the union is not, and fails all the same."""
    rng = np.random.default_rng(9)
    train, holdout = mixed(N, rng), mixed(N, rng)
    report = synthaudit.audit(
        train, [mixed(N, rng), train.sample(frac=1, random_state=0)], holdout, profile="quick", jobs=1
    )
    assert report.outcome == "fail"
    assert report.copies.identical_to_train


def test_a_person_named_by_any_release_is_named() -> None:
    """The union of the entity keys counts, and every release keeps its own hash."""
    rng = np.random.default_rng(10)
    train, holdout = (mixed(20, rng).assign(who=[f"{s}{i}x7" for i in range(20)]) for s in ("a", "b"))
    real = align_real(read_table(train, "train"), read_table(holdout, "holdout"), None, AlignOptions(entity="who"))
    parts = [with_synthetic(real, read_table(train.iloc[at], "synthetic")) for at in ([0, 1], [1, 2, 3])]
    union = together(parts)
    assert union.train_named is not None
    assert np.flatnonzero(union.train_named).tolist() == [0, 1, 2, 3]
    hashes = [part.sha256["synthetic"] for part in parts]
    assert [one.sha256 for one in union.releases] == hashes
    assert union.sha256["synthetic"] == hashlib.sha256(" ".join(hashes).encode()).hexdigest()


def test_two_releases_on_the_command_line(tmp_path: Path) -> None:
    """``--synthetic A --synthetic B``; the report has a section that one release does not have."""
    rng = np.random.default_rng(11)
    for name in ("train", "holdout", "a", "b"):
        mixed(N, rng).to_csv(tmp_path / f"{name}.csv", index=False)
    flags = [part for name in ("train", "holdout") for part in (f"--{name}", str(tmp_path / f"{name}.csv"))]
    for releases, expected in ((["a", "b"], True), (["a"], False)):
        given = [part for name in releases for part in ("--synthetic", str(tmp_path / f"{name}.csv"))]
        out = tmp_path / "-".join(releases)
        done = CliRunner().invoke(cli, ["audit", *flags, *given, "--profile", "quick", "-o", str(out), "--quiet"])
        assert done.exit_code in (0, 3), done.output
        text = (out / "report.html").read_text("utf-8")
        assert ("Several releases of one source" in text) is expected


def test_a_release_that_leaks_by_itself_is_not_hidden_by_others() -> None:
    """Rows near members are missing from the first; ten times as many fresh rows do not bury that."""
    rng = np.random.default_rng(12)
    train, holdout, fresh = mixed(1_000, rng), mixed(1_500, rng), mixed(4_000, rng)
    schema = schema_of(train)
    encoder = fit_cells(schema, [train], [fresh])
    space = fit_space(schema, encoder.encode(train), encoder.encode(fresh))
    points, known = (space.points(encoder.encode(table)) for table in (fresh, train))
    distance = nearest(points, known, 1, norm="l1").distance[:, 0]
    filtered = fresh[distance > np.quantile(distance, 0.5)].head(800)
    report = synthaudit.audit(train, [filtered, mixed(8_000, rng)], holdout, policy="internal", profile="quick", jobs=2)
    assert report.releases[0].pvalue < 0.005
    assert report.outcome != "pass"
    assert report.leakage_detected


def test_the_same_release_twice_is_refused() -> None:
    """It would look like two independent ones."""
    rng = np.random.default_rng(13)
    train, holdout, release = (mixed(200, rng) for _ in range(3))
    with pytest.raises(InputError, match="SA-189"):
        synthaudit.audit(train, [release, release.copy()], holdout, profile="quick", jobs=1)


def test_an_attack_that_fails_on_one_release_rules_out_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with its release; a smaller family must not count as a silent one."""

    def broken(self: object, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        raise ValueError

    monkeypatch.setattr(PairClaim, "score", broken)
    rng = np.random.default_rng(14)
    train, holdout = mixed(200, rng), mixed(200, rng)
    releases = [mixed(200, rng) for _ in range(2)]
    report = synthaudit.audit(train, releases, holdout, profile="quick", jobs=1, attacks=["linkage_claim"])
    gaps = [line for line in report.coverage if line.blocks_pass and "alone" in line.test]
    assert [line.test for line in gaps] == [f"release {i} alone, attack pair_claim on near_in_all" for i in (1, 2)]
    assert report.outcome != "pass"
