"""Three vendors whose truth is known, side by side: one fits well, one memorises, one hides copies.

The table is real (RAND Health Insurance Experiment, see ``datasets/SOURCES.md``), the releases come from the
generators that ship with synthaudit, and no network is used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthaudit.api import Audit, audit
from synthaudit.commands.compare import compare_releases
from synthaudit.errors import CannotFinishError
from synthaudit.files import prepare_output_folder, write_atomic
from synthaudit.files.catalogue import N_, _
from synthaudit.generators.cart import Cart
from synthaudit.generators.copies import with_copies
from synthaudit.generators.smoothing import smooth_rare
from synthaudit.report.comparison_page import terminal_lines
from synthaudit.report.retold import retold
from synthaudit.report.words import OUTCOMES
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
COPIED_SHARE = 0.2
DISGUISE = "mdvis"
"""Visits in the year: the one value that is another in a copy than in its original."""
COMPARISON = "compare.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A release of the demo, what is known of it, and the verdict that it must get."""

    name: str
    vendor: str
    """Invented, as everything about it."""
    says: str
    """What the vendor says of the release."""
    truth: str
    expected: Outcome


CASES = (
    Case(
        name="well-fitted",
        vendor="Fernhill Synthetics (fictitious)",
        says=N_("Our model learns groups, not people."),
        truth=N_("trees with at least {n} rows in a leaf, rare values blurred").format(n=LARGE_LEAF),
        expected="pass",
    ),
    Case(
        name="memorised",
        vendor="Elephant & Sons Data (fictitious)",
        says=N_("Our release is as rich in detail as your table."),
        truth=N_("trees with single rows in their leaves"),
        expected="fail",
    ),
    Case(
        name="disguised-copies",
        vendor="Carbon Paper Labs (fictitious)",
        says=N_("No record of yours is copied into our release. Search it."),
        truth=N_(
            "the well-fitted release with {share:.0%} of its rows replaced by training rows, with a few visits more in"
            " each, so that a search for copies finds none of them"
        ).format(share=COPIED_SHARE),
        expected="fail",
    ),
)
_TABLES = N_(
    "{dataset}: {n_train:,} training rows of {families:,} families, {n_holdout:,} rows of {families_out:,} families"
    " held out; tables in {folder}"
)


def run_demo(
    out: Path,
    *,
    write: Callable[[str], None] = print,
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Make the tables and releases of the demo, audit and compare them, and hold the verdicts against the truth.

    Parameters
    ----------
    out : Path
        Gets ``data/`` with every table as CSV, one folder with report and evidence per release, and ``compare.html``,
        which links to the reports.
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
        _(_TABLES).format(
            dataset=DATASET,
            n_train=len(train),
            families=n_families[0],
            n_holdout=len(holdout),
            families_out=n_families[1],
            folder=data,
        )
    )
    as_expected = []
    for case in CASES:
        result = _audited(case, out, progress)
        as_expected.append(result.outcome == case.expected)
        _tell(write, case, result.outcome, result.reasons[0], out / case.name / "report.html")
    compared = compare_releases([out / case.name for case in CASES], out / COMPARISON)
    write("")
    for line in terminal_lines(compared.comparison):
        write(line)
    write(_("comparison: {path}").format(path=compared.page))
    return 0 if all(as_expected) else 1


def _audited(case: Case, out: Path, progress: Callable[[str, int, int], None] | None) -> Audit:
    """One release of the demo, from the files that the demo wrote."""
    data = out / "data"
    prepare_output_folder(out / case.name, within=True)
    return audit(
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
        # Of the same people the comparison tells more; whoever they are is public here.
        scores=True,
        output=out / case.name,
        progress=progress,
    )


def _tell(write: Callable[[str], None], case: Case, outcome: Outcome, reason: str, page: Path) -> None:
    """How one release came out, beside what was said and what was expected."""
    verdict = _("{outcome}, as expected").format(outcome=OUTCOMES[outcome])
    if outcome != case.expected:
        expected = OUTCOMES[case.expected]
        verdict = _("{outcome}, EXPECTED {expected}").format(outcome=OUTCOMES[outcome], expected=expected)
    write("")
    write(f"{case.vendor}: {case.name}")
    write(_("  says     “{words}”").format(words=_(case.says)))
    write(_("  truth    {truth}").format(truth=retold(case.truth)))
    write(_("  verdict  {verdict}").format(verdict=verdict))
    write(_("  because  {reason}").format(reason=retold(reason)))
    write(_("  report   {path}").format(path=page))


def load() -> pd.DataFrame:
    """The committed table, from the installed package or from the checkout.

    Raises
    ------
    CannotFinishError
        SA-305: neither place has it.
    """
    here = Path(__file__).parents[1]
    for folder in (here / "datasets", here.parent / "datasets"):
        if (folder / "randhie.csv").is_file():
            return pd.read_csv(folder / "randhie.csv", dtype="float64").astype({ENTITY: "int64"})
    raise CannotFinishError(
        N_("SA-305 datasets/randhie.csv: not in this installation. Install synthaudit-privacy again.")
    )


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
        "disguised-copies": with_copies(_disguised(people), well_fitted, COPIED_SHARE, copies),
    }


def _disguised(people: pd.DataFrame) -> pd.DataFrame:
    """Every row with so many visits more that it is nobody's row."""
    known = set(people.itertuples(index=False, name=None))
    moved = people.copy()
    while any(is_known := [row in known for row in moved.itertuples(index=False, name=None)]):
        moved.loc[is_known, DISGUISE] += 1
    return moved
