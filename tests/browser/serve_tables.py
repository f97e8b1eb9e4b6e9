"""CSV files for the way through the local page: a real table with a column that needs a word, a bad release, others.

python -P serve_tables.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

N_ROWS = 300


def main(folder: Path) -> None:
    """Write ``train.csv``, ``holdout.csv`` and ``release.csv``; half of the release are copies."""
    rng = np.random.default_rng(1)

    def people(first: int) -> pd.DataFrame:
        days = pd.to_timedelta(rng.integers(0, 700, N_ROWS), unit="D")
        return pd.DataFrame(
            {
                "patient": range(first, first + N_ROWS),
                "age": rng.integers(18, 90, N_ROWS),
                "zip": rng.choice(["00501", "10001", "94110"], N_ROWS),
                "sex": rng.choice(["f", "m"], N_ROWS),
                "income": rng.normal(40_000, 9_000, N_ROWS).round(2),
                "visit": pd.Timestamp("2024-01-01") + days,
            }
        )

    train, others, holdout = people(1_000), people(5_000), people(9_000)
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    holdout.to_csv(folder / "holdout.csv", index=False)
    pd.concat([train[: N_ROWS // 2], others[N_ROWS // 2 :]]).to_csv(folder / "release.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
