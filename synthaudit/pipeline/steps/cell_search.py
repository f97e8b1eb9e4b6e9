"""Rare pieces of people's cells, of any kind, searched in every cell of the release as it was delivered."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.linkage.shingles.columns import columns_behind, columns_holding
from synthaudit.linkage.shingles.people import people_of
from synthaudit.linkage.shingles.pieces import pieces_of
from synthaudit.linkage.shingles.score import Vector, scores_of
from synthaudit.linkage.shingles.search import searched
from synthaudit.linkage.shingles.similarity import text_similarity
from synthaudit.pipeline.context import Attacked, Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.runtime.engine import spread
from synthaudit.settings import Settings
from synthaudit.statistics.one_sided import members_found, one_sided_test
from synthaudit.statistics.units import entity_scores, random_order
from synthaudit.statistics.worst_attack import worst_attack
from synthaudit.types import (
    AuditData,
    CellSearch,
    Coverage,
    FloatArray,
    FoundPieces,
    Kind,
    NotEstimable,
    Pieces,
)
from synthaudit.verdict.levels import CELLS_ALPHA

_READ_BY: dict[Kind, str] = {
    "numeric": N_("distances, agreement of cells, and the search of pieces"),
    "datetime": N_("distances, agreement of cells, and the search of pieces"),
    "boolean": N_("distances, agreement of cells, and pairs in the search of pieces"),
    "categorical": N_("distances and agreement of cells, which see whole levels, and the search of pieces"),
    "text": N_("the search of pieces and text_similarity; distances see whole texts alone"),
    "identifier": N_("the search of pieces; they are in no distance"),
}


def run(context: Attacked) -> Result[CellSearch]:
    """Everybody of train and holdout, not only the candidates of the family."""
    return measure_cells(context.data, context.settings, context.rng)


def measure_cells(data: AuditData, settings: Settings, rng: np.random.Generator) -> Result[CellSearch]:
    """Score everybody, and decide; what reads which columns is said beside it.

    Parameters
    ----------
    data : AuditData
        With what was found in the release as it was delivered; else its canonical cells are searched.
    settings : Settings
        Seed of the sample of people, permutations, workers.
    rng : numpy.random.Generator
    """
    pieces, found = _looked_up(data, settings.seed)
    vectors = (*scores_of(pieces, found), *_texts(data, pieces))
    label, order = pieces.is_member, random_order(len(pieces.is_member), rng)
    by_unit = [scores for vector in vectors for scores in _by_unit(vector, pieces)]
    owner = [vector for vector in vectors for _ in _by_unit(vector, pieces)]
    nothing = NotEstimable(not_estimable=N_("Nothing that was looked for stands in the release."))
    search = CellSearch(
        detected=False,
        pvalue=1.0,
        n_scores=len(by_unit),
        n_pieces=len(pieces.hashes),
        n_members=int(label.sum()),
        n_nonmembers=int((~label).sum()),
        kind=None,
        columns_from=(),
        columns_in=(),
        auc=nothing,
        tpr_at_fpr=nothing,
        tpr_lower_bound=None,
        counters=pieces.counters,
    )
    if by_unit:
        scores = np.array(by_unit)
        test = one_sided_test(
            scores,
            label,
            order,
            rng=rng,
            n_permutations=settings.n_permutations,
            run=partial(spread, engine=settings.engine, jobs=settings.jobs),
        )
        worst = worst_attack(scores, [""] * len(scores), label, rng, order)
        met = members_found(scores, label, order, rng=rng, alpha=CELLS_ALPHA)
        strongest, detected = owner[test.strongest], test.pvalue <= CELLS_ALPHA
        sure = _sure(owner, test.each, test.strongest) if detected else []
        search = replace(
            search,
            detected=detected,
            pvalue=test.pvalue,
            kind=strongest.kind,
            columns_from=columns_behind(sure, pieces, found),
            columns_in=columns_holding(sure, pieces, found),
            auc=worst.auc,
            tpr_at_fpr=met.share,
            tpr_lower_bound=met.lower_bound,
        )
    return Result(value=search, coverage=_coverage(data, pieces, found))


def _looked_up(data: AuditData, seed: int) -> tuple[Pieces, FoundPieces]:
    """What was looked for, and found; in the canonical cells where no release as delivered is at hand."""
    if data.pieces is not None and data.found is not None:
        return data.pieces, data.found
    tables = {"train": data.train, "holdout": data.holdout, "reference": data.reference}
    given = {role: table for role, table in tables.items() if table is not None}
    entity = {"train": data.train_entity, "holdout": data.holdout_entity}
    people = people_of(given, {role: codes for role, codes in entity.items() if codes is not None}, seed)
    pieces = pieces_of(people, data.schema)
    return pieces, searched(pieces, data.synthetic)


def _texts(data: AuditData, pieces: Pieces) -> list[Vector]:
    """The nearness of texts, by column and over all of them."""
    names = data.schema.of_kind("text")
    vectors = []
    for name in names:
        both = pd.concat([table[name] for table in (data.train, data.holdout) if table is not None], ignore_index=True)
        rows = text_similarity(both.iloc[pieces.source].reset_index(drop=True), pieces.unit, data.synthetic[name])
        if np.ptp(rows) > 0:
            vectors.append(Vector(kind="text", columns=(pieces.columns.index(name),), way="cells", rows=rows))
    if len(vectors) > 1:
        total = np.sum([vector.rows for vector in vectors], axis=0)
        columns = tuple(column for vector in vectors for column in vector.columns)
        vectors.append(Vector(kind="text", columns=columns, way="cells", rows=total))
    return vectors


def _by_unit(vector: Vector, pieces: Pieces) -> list[FloatArray]:
    """One score of each row's person; of a person with several rows the largest and the mean."""
    if not pieces.by_person:
        return [vector.rows]
    summary = entity_scores(vector.rows, pieces.unit)
    return [summary["max"], summary["mean"]]


def _sure(owner: Sequence[Vector], pvalues: FloatArray, strongest: int) -> list[Vector]:
    """The scores of the strongest one's kind that detect leakage by themselves, the surest first."""
    sure = [i for i in np.argsort(pvalues, kind="stable").tolist() if pvalues[i] <= CELLS_ALPHA]
    alike = [owner[i] for i in sure if owner[i].kind == owner[strongest].kind]
    return list(dict.fromkeys([owner[strongest], *alike]))


def _coverage(data: AuditData, pieces: Pieces, found: FoundPieces) -> tuple[Coverage, ...]:
    where = N_("every cell of all {n_rows:,} rows of the release, in {n} columns").format(
        n_rows=found.n_rows, n=len(found.names)
    )
    sample = N_(" of {n:,} people drawn at random").format(n=len(pieces.is_member)) if pieces.is_sample else ""
    reason = N_("{n:,} rare pieces of cells{sample} were looked up in {where}").format(
        n=len(pieces.hashes), sample=sample, where=where
    )
    lines = [line(STEP.name, "ran", reason)]
    if pieces.counters:
        names = _names(pieces.counters)
        lines.append(line(STEP.name, "ran", N_("not looked up, for they count the rows: {names}").format(names=names)))
    kinds = dict.fromkeys(column.kind for column in data.schema.columns)
    lines += [line(N_("what reads the columns"), "ran", f"{kind}: {_READ_BY[kind]}") for kind in kinds]
    unread = [
        column.name
        for column in data.schema.columns
        if column.kind in ("identifier", "text") and column.name in (*pieces.without, *found.unread)
    ]
    if unread:
        reason = N_("no attack reads {unread}: no cell of it differs from others in a rare piece").format(
            unread=_names(tuple(unread))
        )
        lines.append(line(N_("what reads the columns"), "not_run", reason, blocks_pass=True))
    return tuple(lines)


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{printable(name, 80)}'" for name in names[:5])
    return shown + (N_(" and {n} more").format(n=len(names) - 5) if len(names) > 5 else "")


def alone(context: Tables) -> Result[None]:
    """Without a holdout nobody can be compared."""
    reason = N_("without a holdout pieces of texts alone are searched, held against one half of train")
    return Result(value=None, coverage=(line(ALONE.name, "not_applicable", reason),))


ALONE: Step[Tables, None] = Step(name=N_("cell shingles"), stage="no_holdout", run=alone)
STEP: Step[Attacked, CellSearch] = Step(name=N_("cell shingles"), stage="attacked", run=run, stream=(18,))
