"""A streamed release in dress is read as the plain one is, wherever in the file the dress begins."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counting_generator import evidence_of
from dress import NUMBERS, TIMES

import synthaudit
from synthaudit.adapters.readers import source
from synthaudit.errors import InputError

ROWS = 5_000


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that a small release has several of."""
    monkeypatch.setattr(source, "VECTORS", 1)


def accounts(n: int, seed: int) -> pd.DataFrame:
    """Amounts, some below the limit of what is measured, and times."""
    rng = np.random.default_rng(seed)
    seconds = rng.integers(0, 10**9, n)
    return pd.DataFrame(
        {
            "amount": np.round(rng.normal(500, 2_000, n), 2),
            "lead": [f"{v:.1f}" if v > 0.5 else "<0.5" for v in rng.exponential(3, n)],
            "since": pd.Timestamp("1990-01-01") + pd.to_timedelta(seconds, unit="s"),
            "branch": rng.choice(["north", "south"], n),
        }
    )


def audited(release: pd.DataFrame, path: Path, **options: Any) -> Any:
    """Evidence of a quick audit, without the release's hash and what was said of reading."""
    train, holdout = accounts(120, 1), accounts(120, 2)
    path.unlink(missing_ok=True)
    release.to_csv(path, index=False)
    made = synthaudit.audit(train, path, holdout, profile="quick", jobs=1, **options)
    evidence: Any = evidence_of(made.to_json())
    # Which marks were taken off.
    del evidence["delivered"]
    evidence["coverage"] = [line for line in evidence["coverage"] if line["test"] != "reading"]
    # Cells are searched as they were delivered.
    del evidence["provenance"]["sha256"], evidence["tables"], evidence["cells"]
    return evidence


@pytest.mark.parametrize("begins", [0, 4_000])
def test_a_dressed_stream_is_the_plain_stream(tmp_path: Path, begins: int) -> None:
    """From the first row, or from one that later batches bring."""
    release = accounts(ROWS, 3)
    release.iloc[100:160] = accounts(120, 1)[:60]
    plain = audited(release, tmp_path / "r.csv", release_rows=1_000)
    ways = {"amount": NUMBERS["german" if not begins else "dollars"], "since": TIMES["%d.%m.%Y %H:%M:%S"]}
    worn = release.assign(
        **{name: [*release[name][:begins], *map(way.write, release[name][begins:])] for name, way in ways.items()}
    )
    assert audited(worn, tmp_path / "r.csv", release_rows=1_000) == plain
    assert json.dumps(plain).count('"lead (limit)"') > 0


def test_a_stream_that_can_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    """The message is that of a release held whole."""
    release = accounts(ROWS, 3).astype({"amount": object})
    release["amount"] = [f"{i % 900 + 10},{i % 900 + 100}" for i in range(ROWS)]
    messages = []
    for rows in (1_000, "all"):
        with pytest.raises(InputError) as stopped:
            audited(release, tmp_path / "r.csv", release_rows=rows)
        messages.append(str(stopped.value))
    assert messages[0] == messages[1]
    assert messages[0].startswith("SA-131 synthetic r.csv, column 1 'amount': every ',' has three digits behind it")


def test_a_word_in_the_last_row_is_refused(tmp_path: Path) -> None:
    """A dressed column with one cell that is no number: counted over all rows."""
    release = accounts(ROWS, 3).astype({"amount": object})
    release["amount"] = release["amount"].map(NUMBERS["dollars"].write)
    release.loc[ROWS - 1, "amount"] = "k.A."
    with pytest.raises(InputError, match=r"^SA-1(44|50) synthetic r.csv, column 1 'amount': \d+ of 5000 cells"):
        audited(release, tmp_path / "r.csv", release_rows=1_000)


def test_every_batch_is_read_as_the_whole_column(tmp_path: Path) -> None:
    """Sorted, its first percents are as small as train's shares, and its last ages look like thousands."""

    def people(n: int, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        share = np.round(rng.beta(2, 6, n), 4)
        return pd.DataFrame({"share": share, "fee": rng.integers(900, 9_000, n), "site": rng.choice(["a", "b"], n)})

    release = people(ROWS, 3).assign(fee=lambda t: t["fee"] + 0.125).sort_values("fee", ascending=False)
    release.loc[release.index[3_000:], "fee"] = np.linspace(100, 2, 2_000).round() + 0.125
    release["share"] = np.sort(release["share"])
    worn = release.assign(
        share=release["share"].map(lambda v: f"{100 * v:.2f}%"), fee=release["fee"].map(lambda v: f"{v:.3f}")
    )
    held = []
    release.to_parquet(tmp_path / "r.parquet", index=False)
    worn.to_csv(tmp_path / "r.csv", index=False)
    for name in ("r.parquet", "r.csv"):
        made = synthaudit.audit(
            people(120, 1), tmp_path / name, people(120, 2), profile="quick", jobs=1, release_rows=1_000
        )
        evidence: Any = evidence_of(made.to_json())
        # Which marks were taken off.
        del evidence["delivered"]
        evidence["coverage"] = [line for line in evidence["coverage"] if line["test"] != "reading"]
        del evidence["provenance"], evidence["tables"], evidence["cells"], evidence["vendor"]
        held.append(evidence)
    assert held[0] == held[1]
