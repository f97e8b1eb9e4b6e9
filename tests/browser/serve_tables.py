"""CSV files for the ways through the local page: a real table with a column that needs a word, a bad release, others;
and tables whose thorough audit takes hours, for what happens meanwhile.

python -P serve_tables.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

N_ROWS, N_LARGE = 300, 10_000


def main(folder: Path) -> None:
    """Write ``train.csv``, ``holdout.csv`` and ``release.csv``, and the same with ``large-`` before; half of the small
    release are copies.
    """
    rng = np.random.default_rng(1)

    def people(first: int, n: int = N_ROWS) -> pd.DataFrame:
        days = pd.to_timedelta(rng.integers(0, 700, n), unit="D")
        return pd.DataFrame(
            {
                "patient": range(first, first + n),
                "age": rng.integers(18, 90, n),
                "zip": rng.choice(["00501", "10001", "94110"], n),
                "sex": rng.choice(["f", "m"], n),
                "income": rng.normal(40_000, 9_000, n).round(2),
                "visit": pd.Timestamp("2024-01-01") + days,
            }
        )

    train, others, holdout = people(1_000), people(5_000), people(9_000)
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    holdout.to_csv(folder / "holdout.csv", index=False)
    pd.concat([train[: N_ROWS // 2], others[N_ROWS // 2 :]]).to_csv(folder / "release.csv", index=False)
    for i, name in enumerate(("train", "holdout", "release"), 1):
        people(100_000 * i, N_LARGE).to_csv(folder / f"large-{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
