"""Releases whose truth is known: what each was made from, and whether it gives members away.

A release is a function of the sample and the seed, so all of them are made again identically. Those of other
packages take up to a minute and are cached on disk under the hash of everything they depend on.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from power.tables import ENVIRONMENTS, Sample
from synthaudit.encoding import fit_cells, fit_space
from synthaudit.generators.cart import Cart
from synthaudit.generators.copies import with_copies
from synthaudit.generators.kde import Kde
from synthaudit.generators.marginals import Marginals
from synthaudit.generators.numbers import written_like
from synthaudit.generators.smote import Smote
from synthaudit.neighbours import nearest
from synthaudit.types import BoolArray, Generator

Truth = Literal["none", "little", "leaks"]
Make = Callable[[Sample, np.random.Generator], pd.DataFrame]
HERE = Path(__file__).parent
OUTLIERS = 0.05
NOISE = 0.01
ISOLATION = 5
"""Neighbours whose mean distance says how isolated a row is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One way to make a release, and its truth."""

    name: str
    label: str
    truth: Truth
    make: Make | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of a generator that runs in an environment of its own, where ``make`` is None."""
    family: Generator | None = None
    """The generator that an attacker with shadows would refit."""


def _of(generator: Generator) -> Make:
    return lambda sample, rng: generator.fit_sample(sample.train, len(sample.train), rng)


def _copies(share: float) -> Make:
    return lambda sample, rng: with_copies(sample.train, sample.fresh, share, rng)


def _fresh(sample: Sample, rng: np.random.Generator) -> pd.DataFrame:
    return sample.fresh


def _cart_on_fresh(sample: Sample, rng: np.random.Generator) -> pd.DataFrame:
    return Cart().fit_sample(sample.fresh, len(sample.fresh), rng)


def _noisy_copies(sample: Sample, rng: np.random.Generator) -> pd.DataFrame:
    return with_copies(noisy(sample, rng), sample.fresh, 0.1, rng)


def _outliers(sample: Sample, rng: np.random.Generator) -> pd.DataFrame:
    alone = sample.train[most_isolated(sample)]
    return with_copies(alone, sample.fresh, len(alone) / len(sample.fresh), rng)


def noisy(sample: Sample, rng: np.random.Generator) -> pd.DataFrame:
    """The training rows, each with every number moved by 1 % of the column's ranks and one category drawn anew."""
    train = sample.train
    numbers, categories = sample.schema.of_kind("numeric"), sample.schema.of_kind("categorical")
    near = train.copy()
    for name in numbers:
        ascending = np.sort(train[name].to_numpy())
        step = NOISE * rng.choice([-1.0, 1.0], size=len(train))
        rank = np.searchsorted(ascending, train[name].to_numpy()) / len(train)
        near[name] = written_like(np.quantile(ascending, np.clip(rank + step, 0, 1)), train[name]).astype("float64")
    if categories:
        which = rng.integers(len(categories), size=len(train))
        for i, name in enumerate(categories):
            drawn = train[name].take(rng.integers(len(train), size=len(train))).reset_index(drop=True)
            near[name] = near[name].where(which != i, drawn)
    return near


def most_isolated(sample: Sample) -> BoolArray:
    """(n_train,) the 5 % of the members with the largest mean distance to their five nearest other members."""
    cells = fit_cells(sample.schema, [sample.train], [sample.train]).encode(sample.train)
    points = fit_space(sample.schema, cells, cells).points(cells)
    distance = nearest(points, points, ISOLATION, norm="l2", exclude_self=True).distance.mean(axis=1)
    alone = np.zeros(len(points), dtype=np.bool_)
    alone[np.argsort(-distance, kind="stable")[: max(1, round(OUTLIERS * len(points)))]] = True
    return alone


def _privbayes(epsilon: float) -> Mapping[str, Any]:
    return {"library": "privbayes", "epsilon": epsilon, "k": 1}


RELEASES: Mapping[str, Release] = MappingProxyType(
    {
        release.name: release
        for release in (
            Release(name="fresh", label="fresh real rows", truth="none", make=_fresh),
            Release(name="cart_fresh", label="CART fitted on fresh rows", truth="none", make=_cart_on_fresh),
            Release(
                name="gaussian_copula",
                label="SDV GaussianCopula",
                truth="little",
                settings={"library": "sdv", "model": "GaussianCopulaSynthesizer", "default_distribution": "norm"},
            ),
            Release(name="dp_1", label="PrivBayes, epsilon 1", truth="little", settings=_privbayes(1.0)),
            Release(name="dp_10", label="PrivBayes, epsilon 10", truth="little", settings=_privbayes(10.0)),
            Release(
                name="ctgan",
                label="SDV CTGAN",
                truth="little",
                settings={"library": "sdv", "model": "CTGANSynthesizer", "epochs": 300, "enable_gpu": False},
            ),
            Release(
                name="tvae",
                label="SDV TVAE",
                truth="little",
                settings={"library": "sdv", "model": "TVAESynthesizer", "epochs": 300, "enable_gpu": False},
            ),
            Release(
                name="marginals",
                label="independent marginals",
                truth="leaks",
                make=_of(Marginals()),
                family=Marginals(),
            ),
            Release(
                name="arf",
                label="adversarial random forest",
                truth="leaks",
                settings={"library": "arf", "num_trees": 30, "min_node_size": 5},
            ),
            Release(name="cart", label="CART, leaf 5", truth="leaks", make=_of(Cart()), family=Cart()),
            Release(name="smote", label="SMOTE", truth="leaks", make=_of(Smote()), family=Smote()),
            Release(name="kde", label="KDE, small bandwidth", truth="leaks", make=_of(Kde()), family=Kde()),
            Release(name="copies_1", label="1 % verbatim copies", truth="leaks", make=_copies(0.01)),
            Release(name="copies_5", label="5 % verbatim copies", truth="leaks", make=_copies(0.05)),
            Release(name="copies_10", label="10 % verbatim copies", truth="leaks", make=_copies(0.1)),
            Release(name="copies_100", label="the training table itself", truth="leaks", make=_copies(1.0)),
            Release(name="noisy_10", label="10 % noisy copies", truth="leaks", make=_noisy_copies),
            Release(name="outliers_5", label="the most isolated 5 %, verbatim", truth="leaks", make=_outliers),
        )
    }
)


def release_of(release: Release, sample: Sample, cache: Path) -> pd.DataFrame:
    """The release: made here, or by its own environment, or read from the cache.

    Raises
    ------
    RuntimeError
        The environment is not installed, or its generator failed; the message ends with the generator's last line.
    """
    rng = sample.stream(release.name)
    if release.make is not None:
        return release.make(sample, rng)
    environment = ENVIRONMENTS / "generators"
    if not (environment / ".done").exists():
        raise RuntimeError("the environment of the generators could not be installed")
    request = {
        "settings": dict(release.settings),
        "kinds": {column.name: column.kind for column in sample.schema.columns},
        "domain": dict(sample.domain),
        "rows": len(sample.train),
        "seed": int(rng.integers(2**31)),
    }
    train = sample.train.to_csv(index=False)
    versions = (HERE / "environments" / "generators.txt").read_text(encoding="utf-8")
    program = HERE / "fit.py"
    parts = [train, json.dumps(request, sort_keys=True), versions, program.read_text(encoding="utf-8")]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    file = cache / f"{sample.table}-{sample.split}-{release.name}-{key}.csv"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        given, asked, written = (file.with_suffix(suffix) for suffix in (".train", ".json", ".part"))
        given.write_text(train, encoding="utf-8")
        asked.write_text(json.dumps({**request, "train": str(given), "release": str(written)}), encoding="utf-8")
        command: list[str | Path] = [environment / "bin" / "python", "-P", program, asked]
        ended = subprocess.run(command, env=one_thread(), capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError((ended.stderr.strip() or "it gave no reason").splitlines()[-1])
        written.rename(file)
        given.unlink()
    return read_release(file, sample)


def one_thread() -> dict[str, str]:
    """Environment variables for a program of another environment, which computes on one thread."""
    # PYTHONPATH would let our packages into the other environment.
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    counts = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return own | dict.fromkeys(counts, "1")


def read_release(file: Path, sample: Sample) -> pd.DataFrame:
    """A written release in canonical cells; numbers in the decimals of the training table, as a publisher would."""
    kinds = {column.name: column.kind for column in sample.schema.columns}
    types: Mapping[str, Any] = {name: "float64" if kind == "numeric" else "str" for name, kind in kinds.items()}
    written = pd.read_csv(file, dtype=types, keep_default_na=False, na_values=[""])

    def cells(name: str) -> pd.Series:
        if kinds[name] == "numeric":
            return written_like(written[name].to_numpy(float), sample.train[name]).astype("float64")
        return written[name].astype(object)

    return pd.DataFrame({name: cells(name) for name in kinds})
