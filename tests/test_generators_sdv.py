"""SDV's generators: the asked form, one seed one release wherever it runs, and no trace in global state."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from scipy.stats import spearmanr
from test_generators_smote import with_everything

from synthaudit.generators.exchange import csv_text
from synthaudit.generators.fit_each import Effort
from synthaudit.generators.sdv import Sdv
from synthaudit.generators.shadow_sets import fit_shadows

pytestmark = pytest.mark.sdv

Name = Literal["gaussian_copula", "ctgan", "tvae", "copulagan"]
NAMES: tuple[Name, ...] = ("gaussian_copula", "ctgan", "tvae", "copulagan")
N = 200


def quick(name: Name, **options: bool) -> Sdv:
    """Two epochs are enough to see where randomness comes from."""
    return Sdv(name=name, options={} if name == "gaussian_copula" else {"epochs": 2}, **options)


def table() -> pd.DataFrame:
    """Every kind of column, many levels, names that SDV would call personal, and a year that nanoseconds lack."""
    everything = with_everything(N)
    rng = np.random.default_rng(1)
    everything["email"] = pd.Series([f"level {i}" for i in rng.integers(600, size=N)], dtype=object)
    everything["ssn"] = np.round(rng.normal(size=N), 2)
    far = np.datetime64("9000-01-01", "us") + rng.integers(300, size=N) * np.timedelta64(86_400_000_000, "us")
    everything["until"] = pd.Series(far)
    return everything


def digest(release: pd.DataFrame) -> str:
    """Hash of every cell, in full precision."""
    return hashlib.sha256(csv_text(release).encode()).hexdigest()


def make(name: Name, seed: int) -> str:
    """One small release, as its hash."""
    return digest(quick(name).fit_sample(table(), 100, np.random.default_rng(seed)))


@pytest.fixture(scope="module")
def hashes() -> dict[Name, str]:
    """The releases of seed 3, made in this thread."""
    return {name: make(name, 3) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_asked_form(name: Name) -> None:
    """Rows, columns and dtypes as asked; levels, decimals, days and constants are those of the training table."""
    train = table()
    release = quick(name).fit_sample(train, 333, np.random.default_rng(0))
    assert list(release.columns) == list(train.columns)
    assert release.dtypes.equals(train.dtypes)
    assert release.index.equals(pd.RangeIndex(333))
    for column in ("c0", "c1", "email"):
        assert set(release[column].dropna()) <= set(train[column].dropna())
        assert release[column].map(lambda cell: cell is None or type(cell) is str).all()
    assert (release["x2"] == release["x2"].round()).all()
    assert release["ssn"].round(2).equals(release["ssn"])
    assert (release["one"] == 7).all()
    assert release[["none", "nothing", "never"]].isna().all(axis=None)
    for column in ("on", "until"):
        assert release[column].dropna().between(train[column].min(), train[column].max()).all()
    for column in ("x0", "on"):
        # SDV draws missing numbers by their share; a fifth of the training cells are missing.
        assert abs(release[column].isna().mean() - train[column].isna().mean()) <= 5 * np.sqrt(0.2 * 0.8 / 333)
    assert release["on"].nunique() > 30


@pytest.mark.parametrize("name", NAMES)
def test_seeds_differ(name: Name, hashes: dict[Name, str]) -> None:
    """Another stream is another release: shadows are not one stream that SDV restarts after every fit."""
    assert make(name, 4) != hashes[name]


def test_the_same_seed_gives_the_same_bytes_in_threads(hashes: dict[Name, str]) -> None:
    """Four fits at once in threads, which share the global state that SDV draws from."""
    with ThreadPoolExecutor(4) as threads:
        assert dict(zip(NAMES, threads.map(make, NAMES, [3] * 4), strict=True)) == hashes


def test_the_same_seed_gives_the_same_bytes_in_processes(hashes: dict[Name, str]) -> None:
    """Worker processes with a global state of their own, and another number of threads, agree with this one."""
    assert Parallel(n_jobs=2, backend="loky")(delayed(make)(name, 3) for name in NAMES) == list(hashes.values())


def test_shadows_do_not_depend_on_jobs() -> None:
    """One worker or two: the same releases, byte for byte, and none of them is another one."""
    train = table()[["x0", "x2", "c0", "on"]]
    serial, parallel = (
        fit_shadows(
            train, np.arange(N), N // 2, 50, 4, quick("gaussian_copula"), np.random.default_rng(5), Effort(jobs=jobs)
        )
        for jobs in (1, 2)
    )
    assert serial.failures == parallel.failures == ()
    hashes = [digest(release) for release in serial.releases]
    assert hashes == [digest(release) for release in parallel.releases]
    assert len(set(hashes)) == 4


def states() -> tuple[Any, ...]:
    """Global state of numpy and torch."""
    import torch

    numpy_state = np.random.get_state()  # noqa: NPY002 - the global state is watched
    return (*(str(part) for part in numpy_state), torch.get_rng_state().tolist(), torch.get_num_threads())


@pytest.mark.parametrize("name", NAMES)
def test_global_state_is_put_back(name: Name) -> None:
    """Neither numpy's nor torch's global generator has moved, also where the fit fails."""
    before = states()
    quick(name).fit_sample(table(), 10, np.random.default_rng(0))
    assert states() == before
    with pytest.raises(TypeError):
        Sdv(name=name, options={"no such option": 1}).fit_sample(table(), 10, np.random.default_rng(0))
    assert states() == before


def test_dependence_is_learnt() -> None:
    """Two columns that go together do so in the release of a copula, within sampling error."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    train = pd.DataFrame({"x": x, "y": x + 0.5 * rng.normal(size=1000)})
    release = quick("gaussian_copula").fit_sample(train, 1000, rng)
    true, drawn = (spearmanr(t["x"], t["y"]).statistic for t in (train, release))
    # Fisher: the standard error of a transformed correlation is about 1 / sqrt(n), once for either table.
    assert abs(np.arctanh(drawn) - np.arctanh(true)) <= 5 * np.sqrt(2 / 1000)


def test_a_default_release_replays() -> None:
    """Whoever has the rows gets a vendor's default release back, cell by cell; one row changed, or a seed, and not."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    everything = with_everything(N)
    train = everything[["x0", "x2", "c0", "c1", "on"]]
    columns = {"x0": "numerical", "x2": "numerical", "c0": "categorical", "c1": "categorical", "on": "datetime"}
    metadata = Metadata.load_from_dict(
        {
            "METADATA_SPEC_VERSION": "V2",
            "relationships": [],
            "tables": {"table": {"columns": {name: {"sdtype": kind} for name, kind in columns.items()}}},
        }
    )
    vendor = GaussianCopulaSynthesizer(metadata)
    # The vendor's table has types of its own.
    vendor.fit({"table": train.assign(x2=train["x2"].astype(int), on=train["on"].astype("datetime64[ns]"))})
    release = vendor.sample(num_rows=150)["table"]
    replay = quick("gaussian_copula", reseed=False)

    def same(rows: pd.DataFrame, generator: Sdv) -> float:
        replayed = generator.fit_sample(rows, 150, np.random.default_rng(9))
        return float((replayed["x0"].fillna(-99.0) == release["x0"].fillna(-99.0)).mean())

    assert same(train, replay) == 1.0
    assert same(train, quick("gaussian_copula")) < 0.5
    other = train.copy()
    other.loc[0, "x0"] = 0.123
    assert same(other, replay) < 0.5
