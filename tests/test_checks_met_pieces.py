"""Rare pieces of texts without a holdout: notes of members are found, notes of others and keys are not."""

import numpy as np
import pandas as pd

from synthaudit.checks.met_pieces import met_pieces
from synthaudit.types import Column, Schema

SCHEMA = Schema(
    columns=(Column(name="note", kind="text"), Column(name="no", kind="identifier"), Column(name="x", kind="numeric"))
)


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    words = np.array([f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("lm", "nt", "rs", "st")])
    notes = [" ".join(rng.choice(words, 12)) for _ in range(n)]
    return pd.DataFrame(
        {
            "note": np.array(notes, dtype=object),
            "no": np.array([f"{k:07}" for k in rng.choice(20 * n, n, replace=False)], dtype=object),
            "x": rng.normal(size=n),
        }
    ).astype({"note": object, "no": object})


def smallest(train: pd.DataFrame, release: pd.DataFrame) -> float:
    found = met_pieces(SCHEMA, train, release, np.arange(len(train)), 0, np.random.default_rng(1))
    return min(1.0, len(found) * min((each.pvalue for each in found), default=1.0))


def test_notes_of_members_in_another_column_are_found() -> None:
    """One in ten with a word before it, in place of the key of a fresh row."""
    rng = np.random.default_rng(0)
    train, release = people(600, rng), people(600, rng)
    release.loc[:59, "no"] = ["dear " + note for note in train["note"][:60]]
    assert smallest(train, release) < 0.001


def test_fresh_notes_and_keys_are_not() -> None:
    """10 fresh releases: none below .005."""
    for seed in range(10):
        rng = np.random.default_rng([1, seed])
        assert smallest(people(300, rng), people(300, rng)) > 0.005
