"""What an audit is handed, and a release fitted by a generator of the power bench."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from power.releases import RELEASES, release_of
from power.tables import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """The tables of one audit, and its options beside seed, policy and profile."""

    train: pd.DataFrame
    release: pd.DataFrame
    holdout: pd.DataFrame | None
    options: Mapping[str, Any] = field(default_factory=dict)
    as_file: bool = False
    """Whether the audit reads the release from a file: a frame is never streamed."""


FITTED: Mapping[str, str] = {
    "fresh rows": "fresh",
    "CART": "cart",
    "marginals": "marginals",
    "GaussianCopula": "gaussian_copula",
    "CTGAN": "ctgan",
    "DP, epsilon 1": "dp_1",
    "SMOTE": "smote",
    "kernels": "kde",
}
"""The power bench's names of the generators; those of other packages run in their own environment and are cached."""


def fitted(kind: str, sample: Sample, on: pd.DataFrame, cache: Path) -> pd.DataFrame:
    """As many rows as train has, of the generator fitted on these."""
    return release_of(RELEASES[FITTED[kind]], replace(sample, train=on), cache)
