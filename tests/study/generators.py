"""Generators fitted on people of neither table, which cannot leak, and the same ones fitted on train."""

from pathlib import Path

from study.given import Given, fitted
from study.plan import Case
from study.tables import sample
from synthaudit.generators.copies import with_copies


def generated(case: Case, cache: Path) -> Given:
    """Train, holdout, and a release of the generator that the case names."""
    drawn = sample(case.table, case.size, case.seed)
    on = drawn.train if case.part in ("fitted on train", "leaks, no holdout") else drawn.fresh
    release = drawn.train if on is drawn.train and case.kind == "fresh rows" else fitted(case.kind, drawn, on, cache)
    return Given(train=drawn.train, release=release, holdout=drawn.holdout)


def alone(case: Case, cache: Path) -> Given:
    """The same without a holdout, and two leaks that the power bench does not have."""
    drawn = sample(case.table, case.size, case.seed)
    rng = drawn.stream(case.kind)
    if case.kind == "shuffled columns":
        release = drawn.train.apply(lambda column: rng.permutation(column.to_numpy()))
    elif case.kind == "5 % copies":
        release = with_copies(drawn.train, drawn.fresh, 0.05, rng)
    else:
        release = generated(case, cache).release
    return Given(train=drawn.train, release=release, holdout=None)
