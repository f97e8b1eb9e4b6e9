"""The study of the forecast (``make study-forecast``): is ``plan`` right about the chance of a pass if nothing leaks?

It may be killed at any time and goes on where it was.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from power.tables import canonical

import synthaudit
from study.plan import FIRST_SEED, TABLES
from study.rows import code_of
from study.run import FIGURES, KEPT, PROCESSES, ROOT, commit_id
from study.tables import SOURCES
from synthaudit.commands.plan import plan_people
from synthaudit.commands.request import request

PEOPLE = (500, 1_000, 2_000)
"""In all; half of them held out."""
AUDITS = 200
"""For each number of people."""
PROFILES = ("quick", "standard")
POLICIES = ("internal", "partner", "public")
NEAR = 0.08
"""Largest distance of the share of audits that pass from the forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one audit said under each policy."""

    people: int
    table: str
    profile: str
    seed: int
    internal: str
    partner: str
    public: str
    commit: str
    code: str


def audited(people: int, seed: int, code: str, commit: str) -> Outcome:
    """Split so many people, sealed, and audit fresh rows of others."""
    table = TABLES[seed % len(TABLES)]
    profile = PROFILES[seed // len(TABLES) % len(PROFILES)]
    rows = canonical(SOURCES[table].read(seed))
    rows = rows.iloc[np.random.default_rng([seed, people]).permutation(len(rows))].reset_index(drop=True)
    with tempfile.TemporaryDirectory(prefix="study-") as folder:
        parts = synthaudit.split(rows[:people], Path(folder) / "split")
        report = synthaudit.audit(
            parts.train,
            rows[people : people + people // 2].reset_index(drop=True),
            parts.holdout,
            manifest=parts.manifest,
            profile=profile,
            seed=seed,
            jobs=1,
        )
    outcomes = {use.use: use.outcome for use in report.uses}
    return Outcome(
        people=people,
        table=table,
        profile=profile,
        seed=seed,
        commit=commit,
        code=code,
        **{policy: outcomes[policy] for policy in POLICIES},
    )


def markdown(outcomes: pd.DataFrame) -> tuple[str, int]:
    """The report, and how many figures are missed."""
    lines, missed = [], 0
    for people, policy in product(PEOPLE, POLICIES):
        own = outcomes[outcomes["people"] == people]
        forecast = (
            float(np.mean([planned_chance(people, profile, policy) for profile in own["profile"]])) if len(own) else 0.0
        )
        passed = int((own[policy] == "pass").sum())
        apart = abs(passed / max(len(own), 1) - forecast)
        state = "not yet run" if len(own) < AUDITS else "MET" if apart <= NEAR else "MISSED"
        missed += state == "MISSED"
        lines.append(
            f"| {people:,} | {policy} | {forecast:.0%} | {passed} of {len(own)} | {100 * apart:.0f} | {state} |"
        )
    commits = ", ".join(sorted(set(outcomes["commit"]))) or "none"
    text = [
        "# The forecast of a pass",
        "",
        "Written by `make study-forecast` from `forecast.csv`: `synthaudit plan --people N` against audits of fresh"
        " rows, which leak nothing. N people of four tables in turn, split and sealed, half of them held out; the"
        " profiles quick and standard in turn. Required: at most"
        f" {100 * NEAR:.0f} points apart. Seeds from {FIRST_SEED:,} on; commits {commits}.",
        "",
        "| people | policy | forecast | passed | points apart | state |",
        "| ---: | --- | ---: | ---: | ---: | --- |",
        *lines,
        "",
    ]
    return "\n".join(text), missed


@cache
def planned_chance(people: int, profile: str, policy: str) -> float:
    """What ``plan`` says beforehand."""
    planned = plan_people(people, request("train.csv", profile=profile, policy=policy).settings)
    return planned.uses[0].pass_probability


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what no row answers yet, write; 1 if a figure is missed."""
    parser = argparse.ArgumentParser(prog="make study-forecast", description=__doc__)
    parser.add_argument("--pilot", action="store_true", help="seeds from 0 on, rows and report to an ignored folder")
    parser.add_argument("--audits", type=int, default=AUDITS, help="for each number of people")
    asked = parser.parse_args(arguments)
    folder = KEPT / "pilot" if asked.pilot else FIGURES
    folder.mkdir(parents=True, exist_ok=True)
    first, file = (0 if asked.pilot else FIRST_SEED), folder / "forecast.csv"
    code, commit = code_of(ROOT / "synthaudit"), commit_id()
    done = set(zip(*_of_program(file, code)[["people", "seed"]].to_numpy().T.tolist(), strict=True))
    left = [case for case in product(PEOPLE, range(first, first + asked.audits)) if case not in done]
    work = (delayed(audited)(people, seed, code, commit) for people, seed in left)
    for outcome in Parallel(n_jobs=PROCESSES, return_as="generator_unordered", batch_size=1)(work):
        pd.DataFrame([asdict(outcome)]).to_csv(file, mode="a", header=not file.exists(), index=False)
    text, missed = markdown(_of_program(file, code))
    (folder / "forecast.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if missed else 0


def _of_program(file: Path, code: str) -> pd.DataFrame:
    if not file.exists():
        return pd.DataFrame(columns=list(Outcome.__dataclass_fields__))
    rows = pd.read_csv(file)
    return rows[rows["code"] == code]


if __name__ == "__main__":
    sys.exit(main())
