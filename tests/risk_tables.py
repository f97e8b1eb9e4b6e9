"""The risks beside membership on tables given as frames, without what an audit does around them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tables import schema_of

from synthaudit.attacker.candidates import Pile, make_pile
from synthaudit.encoding import QuantileSpace, canonical_order, fit_cells, fit_space, joined
from synthaudit.risks.measure import measure_risks
from synthaudit.types import Cells, Column, Coverage, IntArray, Risk, Risks, Schema


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """What an audit hands to the risks."""

    schema: Schema
    space: QuantileSpace
    pile: Pile
    synthetic: Cells


def encoded(
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    reference: pd.DataFrame | None,
    release: pd.DataFrame,
    *,
    schema: Schema | None = None,
    entities: tuple[IntArray, IntArray] | None = None,
    seed: int = 0,
) -> Tables:
    """Tables as the pipeline encodes them; without a reference one is carved, or the candidates serve."""
    schema = schema or schema_of(train)
    real = [table for table in (train, holdout, reference) if table is not None]
    encoder = fit_cells(schema, real, [release])
    train_entity, holdout_entity = entities or (None, None)
    pile = make_pile(
        encoder.encode(train),
        encoder.encode(holdout),
        None if reference is None else encoder.encode(reference),
        train_entity=train_entity,
        holdout_entity=holdout_entity,
        rng=np.random.default_rng([seed, 1]),
    )
    synthetic = encoder.encode(release)
    synthetic = synthetic.take(canonical_order(synthetic))
    everybody = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    return Tables(schema=schema, space=fit_space(schema, everybody, synthetic), pile=pile, synthetic=synthetic)


def measured(tables: Tables, seed: int = 0, jobs: int = 1) -> tuple[Risks, tuple[Coverage, ...]]:
    """All three risks."""
    rng = np.random.default_rng([seed, 2])
    return measure_risks(tables.schema, tables.space, tables.pile, tables.synthetic, rng, jobs=jobs)


def one(risks: Risks, kind: str, column: str | None = None) -> Risk:
    """The entry of one kind and column."""
    return next(risk for risk in risks.found if risk.kind == kind and risk.column == column)


def sensitive(table: pd.DataFrame, *names: str) -> Schema:
    """The table's schema with these columns declared sensitive."""
    columns = schema_of(table).columns
    return Schema(
        columns=tuple(
            Column(name=c.name, kind=c.kind, roles=("sensitive",) if c.name in names else ()) for c in columns
        )
    )
