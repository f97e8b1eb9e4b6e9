"""Three audits whose truth is known: a release fitted well, one that memorised, one with verbatim copies.

The table is real (RAND Health Insurance Experiment, see ``datasets/SOURCES.md``), the releases come from the
generators that ship with synthaudit, and no network is used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthaudit.api import audit
from synthaudit.errors import CannotFinishError
from synthaudit.files import prepare_output_folder, write_atomic
from synthaudit.generators.cart import Cart
from synthaudit.generators.copies import with_copies
from synthaudit.generators.smoothing import smooth_rare
from synthaudit.types import Outcome

SEED = 1
"""Of the split and the releases; the verdicts are the same for seeds 0 to 5 (``make test-statistics``)."""
ENTITY = "family"
DATASET = "RAND Health Insurance Experiment"
POLICY = "internal"
TRAIN_SHARE = 0.4
"""Of the families; the rest is the holdout, larger because the attacker's reference is as large as a third of it."""
LARGE_LEAF = 150
"""More than seven families of the largest size: no leaf, and no exact value that is passed on, is a few families'."""
COPIED_SHARE = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A release of the demo, what is known of it, and the verdict that it must get."""

    name: str
    vendor: str
    """Invented, as everything about it."""
    truth: str
    expected: Outcome


CASES = (
    Case(
        name="well-fitted",
        vendor="Fernhill Synthetics (fictitious)",
        truth=f"trees with at least {LARGE_LEAF} rows in a leaf, rare values blurred",
        expected="pass",
    ),
    Case(
        name="memorised",
        vendor="Elephant & Sons Data (fictitious)",
        truth="trees with single rows in their leaves",
        expected="fail",
    ),
    Case(
        name="verbatim-copies",
        vendor="Carbon Paper Labs (fictitious)",
        truth=f"the well-fitted release with {COPIED_SHARE:.0%} of its rows replaced by training rows",
        expected="fail",
    ),
)


def run_demo(
    out: Path,
    *,
    write: Callable[[str], None] = print,
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Make the tables and releases of the demo, audit them, and compare the verdicts with the truth.

    Parameters
    ----------
    out : Path
        Gets ``data/`` with every table as CSV, and one folder with report and evidence per release.
    write : callable, optional
        Takes one line of text at a time.
    progress : callable, optional
        Told ``(stage, done, total)`` by each audit.

    Returns
    -------
    int
        0 where all three verdicts are the expected ones, else 1.
    """
    train, holdout = split(load())
    tables = {"train": train, "holdout": holdout, **releases(train)}
    prepare_output_folder(out)
    data = prepare_output_folder(out / "data", within=True)
    for name, table in tables.items():
        write_atomic(data / f"{name}.csv", table.to_csv(index=False, float_format="%.12g", lineterminator="\n"))
    n_families = [table[ENTITY].nunique() for table in (train, holdout)]
    write(
        f"{DATASET}: {len(train):,} training rows of {n_families[0]:,} families,"
        f" {len(holdout):,} rows of {n_families[1]:,} families held out; tables in {data}"
    )
    as_expected = []
    for case in CASES:
        prepare_output_folder(out / case.name, within=True)
        result = audit(
            data / "train.csv",
            data / f"{case.name}.csv",
            data / "holdout.csv",
            policy=POLICY,
            entity=ENTITY,
            seed=SEED,
            vendor=case.vendor,
            dataset=DATASET,
            purpose="to show what synthaudit finds",
            auditor="synthaudit demo",
            output=out / case.name,
            progress=progress,
        )
        as_expected.append(result.outcome == case.expected)
        verdict = f"{result.outcome}, as expected" if as_expected[-1] else f"{result.outcome}, EXPECTED {case.expected}"
        write("")
        write(f"{case.name} ({case.truth})")
        write(f"  verdict  {verdict}")
        write(f"  because  {result.reasons[0]}")
        write(f"  report   {out / case.name / 'report.html'}")
    return 0 if all(as_expected) else 1


def load() -> pd.DataFrame:
    """The committed table, from the installed package or from the checkout.

    Raises
    ------
    CannotFinishError
        SA-305: neither place has it.
    """
    here = Path(__file__).parent
    for folder in (here / "datasets", here.parent / "datasets"):
        if (folder / "randhie.csv").is_file():
            return pd.read_csv(folder / "randhie.csv", dtype="float64").astype({ENTITY: "int64"})
    raise CannotFinishError("SA-305 datasets/randhie.csv: not in this installation. Install synthaudit-privacy again.")


def split(table: pd.DataFrame, seed: int = SEED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train and holdout, families drawn at random and kept whole."""
    families = np.random.default_rng([seed, 0]).permutation(table[ENTITY].unique())
    in_train = table[ENTITY].isin(families[: round(TRAIN_SHARE * len(families))])
    return table[in_train].reset_index(drop=True), table[~in_train].reset_index(drop=True)


def releases(train: pd.DataFrame, seed: int = SEED) -> Mapping[str, pd.DataFrame]:
    """One release per case, each as long as ``train`` and without its family numbers."""
    people = train.drop(columns=ENTITY)
    large, small, copies, blur = np.random.default_rng([seed, 1]).spawn(4)
    well_fitted = smooth_rare(
        people, Cart(leaf=LARGE_LEAF).fit_sample(people, len(people), large), at_least=LARGE_LEAF, rng=blur
    )
    return {
        "well-fitted": well_fitted,
        "memorised": Cart(leaf=1).fit_sample(people, len(people), small),
        "verbatim-copies": with_copies(people, well_fitted, COPIED_SHARE, copies),
    }
