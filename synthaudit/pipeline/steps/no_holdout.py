"""An audit without a holdout: hints from train and the release alone, which neither pass nor fail.

What no chance explains is found by the step beside this one (``against_train``).

Distances say whether the release keeps unusually near to train, or far from it. And where the kind of generator is
known, train is cut in halves, the generator is fitted on one, and the attacks tell that half from the other. That is a
statement about generators of this kind on this table, and none about the release.
"""

import time
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.attacker.candidates import Sampling, make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks import QUICK_CLAIMS, QUICK_FAMILY, QUICK_VIEWS
from synthaudit.checks.train_distance import measure_nearness
from synthaudit.encoding import canonical_order, fit_cells, fit_space, joined
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.generators.auto import Auto
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import fit_one
from synthaudit.generators.ready_shadows import Releases
from synthaudit.pipeline import comparable
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.suite import names_of, run_attacks
from synthaudit.settings import CANDIDATES, Progress, Settings
from synthaudit.statistics.ranks import centred_ranks
from synthaudit.statistics.roc import auc, tpr_at_fpr
from synthaudit.types import (
    AuditData,
    BoolArray,
    Cells,
    Coverage,
    Estimate,
    FloatArray,
    Generator,
    IntArray,
    KindOfGenerator,
    Measured,
    NotEstimable,
    WithoutHoldout,
)

N_HALVES = 4
FEWEST_PEOPLE = 100
"""People in train below which no half tells anything."""
FPR = 0.01
TEST = N_("kind of generator on halves of train")


def measure_alone(
    data: AuditData,
    train: Cells,
    synthetic: Cells,
    settings: Settings,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[WithoutHoldout, tuple[Coverage, ...]]:
    """Everything that an audit can say without a holdout, beside copies.

    Parameters
    ----------
    data, settings, progress
        As for the audit.
    train, synthetic : Cells
        The two tables, encoded.
    rng : numpy.random.Generator

    Returns
    -------
    WithoutHoldout
        Hints.
    tuple of Coverage
        What ran and what did not; none of it lifts the gap that the holdout leaves.
    """
    near, kind = rng.spawn(2)
    # A random draw over sorted rows does not depend on the order of the file.
    order = canonical_order(train, data.train_entity)
    entity = None if data.train_entity is None else data.train_entity[order]
    measured = measure_nearness(data.schema, train.take(order), synthetic, entity, near, settings.jobs)
    nearness = Coverage(
        test=N_("distances within train"),
        status="ran",
        reason=N_("a hint alone: chance is read off train itself, so it neither passes nor fails"),
    )
    statement, covered = _kind(data, order, settings, kind, progress)
    return (
        WithoutHoldout(
            nearer=measured.nearer,
            suspected=measured.suspected,
            n_synthetic=measured.n_synthetic,
            n_train=measured.n_train,
            kind=statement,
        ),
        (nearness, covered),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Half:
    """What the attacks say of one half against the other."""

    names: list[str]
    scores: FloatArray
    """(K, n_units)"""
    is_member: BoolArray
    order: IntArray
    """(n_units,) breaks ties."""

    def auc_of(self, name: str) -> float:
        """Value alone."""
        score = self.scores[self.names.index(name)]
        n1 = int(self.is_member.sum())
        ranks = centred_ranks(score, np.argsort(-score, kind="stable"))
        return 0.5 + float(ranks[self.is_member].sum()) / (2 * n1 * (len(score) - n1))


def _kind(
    data: AuditData, order: IntArray, settings: Settings, rng: np.random.Generator, progress: Progress
) -> tuple[KindOfGenerator | None, Coverage]:
    generator = settings.generator or (Cart() if settings.profile == "thorough" else None)
    if generator is None:
        return None, _not_run(
            N_("name the kind of generator with --generator to learn what it gives away on this table")
        )
    if isinstance(generator, Auto):
        return None, _not_run(N_("the family is chosen beside a holdout; name the kind of generator with --generator"))
    if isinstance(generator, Releases):
        return None, _not_run(N_("ready releases cannot be fitted again on halves of train"))
    table = data.train.iloc[order].reset_index(drop=True)
    entity = None if data.train_entity is None else data.train_entity[order]
    person = np.arange(len(table)) if entity is None else np.unique(entity, return_inverse=True)[1]
    n_people = int(person.max()) + 1
    if n_people < FEWEST_PEOPLE:
        return None, _not_run(
            N_("train has {n_people} people; at least {fewest_people} are needed to cut it in halves").format(
                n_people=n_people, fewest_people=FEWEST_PEOPLE
            )
        )
    began = time.monotonic()
    halves: list[_Half | str] = []
    for done, stream in enumerate(rng.spawn(N_HALVES)):
        progress(N_("halves of train"), done, N_HALVES)
        halves.append(_one_half(data, table, person, entity is not None, generator, settings.jobs, stream))
    progress(N_("halves of train"), N_HALVES, N_HALVES)
    finished = [half for half in halves if not isinstance(half, str)]
    failures = tuple(sorted({half for half in halves if isinstance(half, str)}))
    if len(finished) < 2:
        reason = N_("{n} of {n_halves} fits were made, and two are needed").format(n=len(finished), n_halves=N_HALVES)
        return None, _not_run(" ; ".join((reason, *failures)))
    chosen, cross_auc, top = _cross_chosen(finished)
    statement = KindOfGenerator(
        generator=generator.name,
        requested=N_HALVES,
        finished=len(finished),
        failures=failures,
        attack=chosen,
        auc=cross_auc,
        tpr_at_fpr=top,
        seconds=round(time.monotonic() - began, 3),
    )
    status = "ran" if len(finished) == N_HALVES else "ran_low_power"
    reason = N_("{name}, fitted on {n} random halves; says nothing about this release").format(
        name=generator.name, n=len(finished)
    )
    return statement, Coverage(test=TEST, status=status, reason=reason)  # type: ignore[arg-type]


def _one_half(
    data: AuditData,
    table: pd.DataFrame,
    person: IntArray,
    by_person: bool,
    generator: Generator,
    jobs: int,
    rng: np.random.Generator,
) -> _Half | str:
    """Fit on a random half of the people and attack it; or why that was not possible."""
    draw, fit, pile_rng, attack_rng = rng.spawn(4)
    n_people = int(person.max()) + 1
    inside = (draw.permutation(n_people) < n_people // 2)[person]
    n_rows = max(round(len(data.synthetic) * inside.mean()), 1)
    release = fit_one(table, inside, n_rows, generator, fit)
    if isinstance(release, str):
        return release
    encoder = fit_cells(data.schema, [table], [release])
    real, synthetic = encoder.encode(table), encoder.encode(release)
    synthetic = synthetic.take(canonical_order(synthetic))
    pile = make_pile(
        real.take(inside),
        real.take(~inside),
        None,
        train_entity=person[inside] if by_person else None,
        holdout_entity=person[~inside] if by_person else None,
        rng=pile_rng,
        sampling=Sampling(most=CANDIDATES["standard"]),
    )
    known = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    space = fit_space(data.schema, known, synthetic)
    attacking = attacker(
        data.schema, space, pile.candidates, pile.reference, jobs=jobs, views=QUICK_VIEWS, competing=QUICK_CLAIMS
    )
    try:
        scored = run_attacks(QUICK_FAMILY, attacking.look_at(synthetic), pile.candidates, attack_rng, lambda *_: None)
    except InputError:
        return N_("no attack could be run")
    scores = pile.by_unit(scored.rows)
    return _Half(
        names=names_of(scored.attacks, pile.suffixes),
        scores=scores,
        is_member=pile.is_member,
        order=attack_rng.permutation(scores.shape[1]),
    )


def _cross_chosen(halves: list[_Half]) -> tuple[str, Measured, Measured]:
    """The strongest attack of the other fits, measured on each fit; means over fits.

    Halves are drawn independently, so an attack and its direction are chosen without the labels they are measured by.
    The fits share their people and may err together: the mean of the ends covers the mean however they do, for the
    half-width of a mean is at most the mean of the half-widths.
    """
    common = [name for name in halves[0].names if all(name in half.names for half in halves)]
    table = np.array([[half.auc_of(name) for name in common] for half in halves])
    aucs: list[Measured] = []
    rates: list[Measured] = []
    chosen = []
    for k, half in enumerate(halves):
        others = np.delete(table, k, axis=0).mean(axis=0) - 0.5
        best = int(np.abs(others).argmax())
        score = half.scores[half.names.index(common[best])] * (-1.0 if others[best] < 0 else 1.0)
        chosen.append(common[best])
        aucs.append(auc(score, half.is_member))
        rates.append(tpr_at_fpr(score, half.is_member, FPR, order=half.order))
    return Counter(chosen).most_common(1)[0][0], _mean(aucs), _mean(rates)


def _mean(parts: list[Measured]) -> Measured:
    known = [part for part in parts if isinstance(part, Estimate)]
    if len(known) < len(parts):
        return next(part for part in parts if isinstance(part, NotEstimable))
    value, low, high = (float(np.mean([getattr(part, end) for part in known])) for end in ("value", "low", "high"))
    level, n = known[0].confidence_level, min(part.n for part in known)
    return Estimate(value=value, low=low, high=high, confidence_level=level, n=n)


def _not_run(reason: str) -> Coverage:
    return Coverage(test=TEST, status="not_run", reason=reason)


def _run_missing(context: Tables) -> Result[None]:
    reason = N_(
        "no holdout was given; set one aside at random before the vendor gets anything (synthaudit split "
        "TABLE --out DIR)"
    )
    risks = N_("without a holdout nobody knows what is guessed without the release")
    shares = N_("without a holdout nothing is held against the shares of levels that were declared as rebalanced")
    lines = (
        line(MISSING.name, "not_run", reason, blocks_pass=True),
        line(N_("other risks"), "not_run", risks),
        *((line(comparable.TEST, "not_applicable", shares),) if context.data.rebalanced else ()),
    )
    return Result(value=None, coverage=lines)


def _run_hints(context: Tables) -> Result[WithoutHoldout]:
    hints, coverage = measure_alone(
        context.data, context.train, context.synthetic, context.settings, context.rng, context.progress
    )
    return Result(value=hints, coverage=coverage)


MISSING: Step[Tables, None] = Step(name=N_("membership attacks"), stage="no_holdout", run=_run_missing)
HINTS: Step[Tables, WithoutHoldout] = Step(
    name=N_("hints without a holdout"), stage="no_holdout", run=_run_hints, stream=(15,)
)
