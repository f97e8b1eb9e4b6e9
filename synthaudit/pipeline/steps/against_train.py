"""Without a holdout: the release held against what the people of train have in common with each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.attacks.common.scale import standardised
from synthaudit.checks.copies import compared_columns
from synthaudit.checks.met_people import Lookup, Meetings, combinations
from synthaudit.checks.met_pieces import MetPieces, met_pieces
from synthaudit.checks.near_train import Kept, keeping_to_people
from synthaudit.encoding import canonical_order, fit_space
from synthaudit.files.catalogue import N_
from synthaudit.linkage.shingles.counters import counts_rows
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.types import AgainstTrain, Cells, Coverage, IntArray, PeopleMet, PiecesMet, Points, RowsKept
from synthaudit.verdict.levels import ALONE_ALPHA


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    """Both tables in an order of their content."""

    train: Cells
    frame: pd.DataFrame
    """Of train."""
    person: IntArray
    release: Cells


def run(context: Tables) -> Result[AgainstTrain]:
    """Single people by their cells, by nearness, and by pieces of their texts."""
    data, schema = context.data, context.data.schema
    order = canonical_order(context.train, data.train_entity)
    person = np.arange(len(order)) if data.train_entity is None else pd.factorize(data.train_entity[order])[0]
    held = _Held(
        train=context.train.take(order),
        frame=data.train.iloc[order].reset_index(drop=True),
        person=person.astype(np.int64),
        release=context.synthetic.take(canonical_order(context.synthetic)),
    )
    by_cells, by_distance, by_text = context.rng.spawn(3)
    counters = tuple(column.name for column in schema.columns if counts_rows(data.train[column.name], column.kind))
    meetings = _meetings(context, held, counters, by_cells)
    kept = _kept(context, held, by_distance)
    pieces = met_pieces(schema, held.frame, data.synthetic, held.person, context.settings.seed, by_text)
    against = AgainstTrain(
        pvalue_met=_of_all([each.pvalue for each in meetings]),
        pvalue_kept=_of_all([each.pvalue for _, each in kept]),
        pvalue_pieces=_of_all([each.pvalue for each in pieces]),
        met=_surest_met(meetings, schema.names),
        kept=_surest_kept(kept),
        pieces=_surest_pieces(pieces),
        n_combinations=len(meetings),
        found_at_least=max((each.found_at_least(ALONE_ALPHA / len(meetings)) for each in meetings), default=0.0),
        counters=counters,
        kept_at_least=max((each.found_at_least(ALONE_ALPHA / len(kept)) for _, each in kept), default=0.0),
    )
    return Result(value=against, coverage=_cover(context, against, bool(kept)))


def _meetings(context: Tables, held: _Held, counters: Sequence[str], rng: np.random.Generator) -> list[Meetings]:
    schema = context.data.schema
    used = compared_columns(schema) & ~np.isin(schema.names, counters)
    if not len(held.release):
        return []
    lookup = Lookup(schema, held.train, held.release, held.person)
    return [lookup.meetings(columns) for columns in combinations(np.flatnonzero(used), rng)]


def _kept(context: Tables, held: _Held, rng: np.random.Generator) -> list[tuple[str, Kept]]:
    """By ranks, in which no scale matters, and by values, in which noise on numbers that repeat stays small."""
    schema, jobs = context.data.schema, context.settings.jobs
    space = fit_space(schema, held.train, held.release)
    scaled = standardised(schema, held.train)
    views: list[tuple[str, Points, Points]] = [
        ("ranks", space.points(held.train), space.points(held.release)),
        ("values", scaled(held.train), scaled(held.release)),
    ]
    return [
        (scale, kept)
        for scale, train, release in views
        for kept in keeping_to_people(train, release, held.person, rng, jobs)
    ]


def _of_all(pvalues: Sequence[float]) -> float:
    """The smallest, for their number (Bonferroni)."""
    return min(1.0, len(pvalues) * min(pvalues)) if pvalues else 1.0


def _surest_met(meetings: Sequence[Meetings], names: Sequence[str]) -> PeopleMet | None:
    surest = min(meetings, key=lambda each: each.pvalue, default=None)
    if surest is None or surest.pvalue == 1:
        return None
    return PeopleMet(
        columns=tuple(names[column] for column in surest.columns),
        met=surest.n_met,
        n_people=surest.n_people,
        twins=surest.n_twins,
        repeated=surest.n_repeated,
        pvalue=surest.pvalue,
    )


def _surest_kept(kept: Sequence[tuple[str, Kept]]) -> RowsKept | None:
    if not kept:
        return None
    scale, surest = min(kept, key=lambda each: each[1].pvalue)
    return RowsKept(
        scale="ranks" if scale == "ranks" else "values",
        of_release=surest.of_release,
        n_release=surest.n_release,
        of_train=surest.of_train,
        n_train=surest.n_train,
        pvalue=surest.pvalue,
    )


def _surest_pieces(pieces: Sequence[MetPieces]) -> PiecesMet | None:
    surest = min(pieces, key=lambda each: each.pvalue, default=None)
    if surest is None:
        return None
    return PiecesMet(
        kind=surest.kind,
        column=surest.column,
        in_release=surest.in_release,
        in_train=surest.in_train,
        n_people=surest.n_people,
        pvalue=surest.pvalue,
    )


def _cover(context: Tables, against: AgainstTrain, is_near_asked: bool) -> tuple[Coverage, ...]:
    sample = (
        N_(" of {n:,} rows drawn from the release").format(n=len(context.data.synthetic)) if context.streamed else ""
    )
    reason = N_(
        "{n_combinations:,} columns and combinations of columns{sample} were looked up; chance is read off "
        "people of train who share them. Something can be detected by this, and nothing passes"
    ).format(n_combinations=against.n_combinations, sample=sample)
    lines = [line(STEP.name, "ran", reason)]
    if against.counters:
        names = ", ".join(f"'{name}'" for name in against.counters[:5])
        lines.append(line(STEP.name, "ran", N_("not looked up, for they count the rows: {names}").format(names=names)))
    if not is_near_asked:
        lines.append(line(STEP.name, "ran_low_power", N_("too few different people to say how close people lie")))
    return tuple(lines)


STEP: Step[Tables, AgainstTrain] = Step(
    name=N_("train against its own halves"), stage="no_holdout", run=run, stream=(26,), progress=N_("halves of train")
)
