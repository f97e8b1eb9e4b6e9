"""No finished shadow is paid for twice: not by a second release, not by a second run, not after a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counting_generator import Counting, evidence_of, n_fits
from tables import three

import synthaudit
from synthaudit.errors import InputError

K = 6


def tables(n: int = 110) -> list[pd.DataFrame]:
    return three((n, n, n), np.random.default_rng(11), numbers=3, categories=2)


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    folder = tmp_path / "counts"
    folder.mkdir()
    return folder


def run(counts: Path, output: Path | None = None, release: pd.DataFrame | None = None, **options: Any) -> object:
    """Evidence of one audit with K shadows of a generator that counts its fits."""
    train, holdout, synthetic = tables()
    settings = {"generator": Counting(str(counts)), "shadows": K, "profile": "quick", "jobs": 1, **options}
    release = synthetic if release is None else release
    return evidence_of(synthaudit.audit(train, release, holdout, output=output, **settings).to_json())


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.fit"))


def test_a_second_audit_fits_nothing_and_finds_the_same(counts: Path, tmp_path: Path) -> None:
    """K fits, then none; the evidence is that of an audit without a store."""
    without = run(counts)
    assert n_fits(counts) == K
    assert run(counts, tmp_path / "out") == without
    assert n_fits(counts) == 2 * K
    assert run(counts, tmp_path / "out") == without
    assert n_fits(counts) == 2 * K
    assert len(entries(tmp_path / "out" / ".shadows")) == K


def test_another_release_of_the_same_people_pays_nothing(counts: Path, tmp_path: Path) -> None:
    """Fewer decimals, other levels, another order of rows: the real tables and the size alone decide a shadow."""
    release = tables()[2].sample(frac=1, random_state=0)
    run(counts, tmp_path / "one", shadow_store=tmp_path / "store")
    other = release.round(1)
    other.loc[:50, "c0"] = "a level that nobody has"
    run(counts, tmp_path / "two", other, shadow_store=tmp_path / "store")
    assert n_fits(counts) == K
    assert not (tmp_path / "one" / ".shadows").exists()


@pytest.mark.parametrize("change", [{"seed": 1}, {"columns": ["x0", "c0"]}])
def test_what_decides_a_shadow_is_in_its_key(counts: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    """Another seed, other columns: other shadows, all fitted."""
    store = tmp_path / "store"
    run(counts, shadow_store=store)
    before = run(counts, **change)
    done = n_fits(counts)
    assert run(counts, shadow_store=store, **change) == before
    assert n_fits(counts) - done == K


def test_more_shadows_keep_those_that_are_there(counts: Path, tmp_path: Path) -> None:
    """With as many members as non-members, two more shadows cost two fits."""
    run(counts, shadow_store=tmp_path)
    run(counts, shadow_store=tmp_path, shadows=K + 2)
    assert n_fits(counts) == K + 2


def test_another_size_of_release_needs_shadows_of_its_own(counts: Path, tmp_path: Path) -> None:
    """A shadow has as many rows as the release under audit."""
    run(counts, shadow_store=tmp_path)
    run(counts, None, tables()[2].iloc[:105], shadow_store=tmp_path)
    assert n_fits(counts) == 2 * K


def test_a_generator_that_nobody_can_tell_is_not_stored(counts: Path, tmp_path: Path) -> None:
    """A function may have changed under the same name: it is fitted every time."""

    def make(table: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
        return Counting(str(counts)).fit_sample(table, n_rows, np.random.default_rng(seed))

    for _ in range(2):
        run(counts, shadow_store=tmp_path, generator=make)
    assert n_fits(counts) == 2 * K
    assert not entries(tmp_path)


@pytest.mark.parametrize("how", ["flipped", "torn", "pickle", "swapped"])
def test_what_is_damaged_is_made_again(counts: Path, tmp_path: Path, how: str) -> None:
    """Damaged or foreign entries cost their own fits, and nothing else: the evidence is the same."""
    first = run(counts, shadow_store=tmp_path)
    first_entry, second_entry = entries(tmp_path)[:2]
    data = first_entry.read_bytes()
    if how == "flipped":
        first_entry.write_bytes(data[:-200] + bytes([data[-200] ^ 64]) + data[-199:])
    elif how == "torn":
        first_entry.write_bytes(data[: len(data) // 2])
    elif how == "pickle":
        first_entry.write_bytes(b"\x80\x04cposix\nsystem\n(S'touch ran'\ntR.")
    else:
        first_entry.write_bytes(second_entry.read_bytes())
        second_entry.write_bytes(data)
    assert run(counts, shadow_store=tmp_path) == first
    assert n_fits(counts) == K + (2 if how == "swapped" else 1)
    assert run(counts, shadow_store=tmp_path) == first
    assert n_fits(counts) == K + (2 if how == "swapped" else 1)


def test_fresh_fits_all_again(counts: Path, tmp_path: Path) -> None:
    """``fresh`` uses nothing that an earlier run finished."""
    first = run(counts, shadow_store=tmp_path)
    assert run(counts, shadow_store=tmp_path, fresh=True) == first
    assert n_fits(counts) == 2 * K


def test_a_batch_fits_its_shadows_once(counts: Path, tmp_path: Path) -> None:
    """Releases of one size share them, also in a run that is fresh, and the next run has nothing to fit."""
    train, holdout, release = tables()
    (tmp_path / "releases").mkdir()
    release.to_csv(tmp_path / "releases" / "a.csv", index=False)
    release.sample(frac=1, random_state=0).to_csv(tmp_path / "releases" / "b.csv", index=False)
    for n_done, fresh in ((K, False), (K, False), (2 * K, True)):
        synthaudit.audit_batch(
            tmp_path / "releases",
            train,
            holdout,
            output=tmp_path / "out",
            fresh=fresh,
            generator=Counting(str(counts)),
            shadows=K,
            profile="quick",
            jobs=1,
        )
        assert n_fits(counts) == n_done


def test_a_shared_folder_is_refused(tmp_path: Path) -> None:
    """SA-217 before any table is read."""
    tmp_path.chmod(0o777)
    with pytest.raises(InputError, match=r"^SA-217 --shadow-store"):
        synthaudit.audit("train.csv", "release.csv", shadow_store=tmp_path)


def test_a_killed_run_goes_on_where_it_stopped(counts: Path, tmp_path: Path) -> None:
    """Killed with -9 in its fourth fit: three are kept, K - 3 are fitted afterwards, and the evidence is the same."""
    for name, table in zip(("train", "holdout", "synthetic"), tables(), strict=True):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    program = Path(__file__).with_name("counting_generator.py")
    generator = f"command:{sys.executable} -P {program} {counts} {{train}} {{rows}} {{seed}} {{out}}"
    command = [sys.executable, "-P", "-m", "synthaudit", "audit", "--profile", "quick", "--jobs", "1", "--quiet"]
    command += ["--shadows", str(K), "--generator", generator]
    for name in ("train", "holdout", "synthetic"):
        command += [f"--{name}", str(tmp_path / f"{name}.csv")]

    def audit(output: str, **more: str) -> int:
        return subprocess.run(
            [*command, "--output", str(tmp_path / output)], env={**os.environ, **more}, capture_output=True, check=False
        ).returncode

    assert audit("out", KILL_AT="4") == -signal.SIGKILL
    assert n_fits(counts) == 3
    assert len(entries(tmp_path / "out" / ".shadows")) == 3
    assert audit("out") in (0, 1, 3)
    assert n_fits(counts) == K
    assert audit("whole") in (0, 1, 3)
    resumed, uninterrupted = (evidence_of((tmp_path / name / "evidence.json").read_text()) for name in ("out", "whole"))
    assert resumed == uninterrupted
