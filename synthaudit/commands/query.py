"""The pointed question, of one person: was the record in the training data, as far as the release can tell.

The record is scored by the one attack that is fixed beforehand for single people, as one more candidate, and compared
with members and non-members. If it stands in train or holdout itself, that person is left out: nobody may be judged by
a copy of oneself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from synthaudit._version import __version__
from synthaudit.adapters.alignment.align import RealTables, with_synthetic
from synthaudit.adapters.alignment.deleted import one_person
from synthaudit.adapters.alignment.together import together
from synthaudit.adapters.readers.tables import read_table, sources_of
from synthaudit.adapters.values import checked_source
from synthaudit.attacker.candidates import Pile, make_pile, sampling_of
from synthaudit.attacks import EXPOSURE
from synthaudit.checks.comparable_cells import comparable, warnings_of
from synthaudit.commands.answer import CAUTIONS, Answer
from synthaudit.commands.audit import open_real
from synthaudit.commands.request import Request
from synthaudit.encoding import (
    canonical_order,
    distance_columns,
    fit_cells,
    joined,
    number_columns,
    row_codes,
)
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.linkage.agreement import prepare
from synthaudit.settings import CANDIDATES
from synthaudit.statistics.evidence_levels import Level, Reached, levels_of, strongest
from synthaudit.statistics.single_person import percentile, pvalue_of, share_as_high
from synthaudit.statistics.units import entity_scores
from synthaudit.types import (
    AgreementSums,
    AtLeast,
    AttackerView,
    AuditData,
    BoolArray,
    Cells,
    FloatArray,
    IntArray,
    NotEstimable,
    Schema,
)

_Side = Literal["train", "holdout"]
PRIORS = (0.5, 0.1, 0.01)
"""Shares of the people asked about who are members, before the release is looked at."""


def ask(request: Request, record: Any, synthetic: Any) -> Answer:
    """Answer the pointed question about one person.

    Parameters
    ----------
    request : Request
        Real tables, how they are read, the seed.
    record : path or frame
        The person's row, or rows where an entity column is named.
    synthetic : path or frame
        The release.

    Raises
    ------
    InputError
        SA-190 more than one person, SA-191 no holdout, SA-192 nothing to compare, and whatever an audit of these
        tables would raise.
    """
    if request.holdout is None:
        do = N_("Give rows of the same population that the vendor never saw.")
        raise InputError(
            "SA-191", "holdout", N_("none was given, and without one nobody knows what chance looks like"), do
        )
    real = open_real(request)
    frame, key = one_person(
        real, read_table(checked_source("record", record), "record", options=request.read_of("record"))
    )
    sources = [checked_source("synthetic", release) for release in sources_of(synthetic)]
    read = request.read_of("synthetic")
    data = together([with_synthetic(real, read_table(release, "synthetic", options=read)) for release in sources])
    with threadpool_limits(limits=1):
        return _answer(data, _own_key(real, key), frame, request.settings.seed, request.settings.jobs)


def _own_key(real: RealTables, key: str | None) -> dict[str, BoolArray]:
    """Role -> which rows are the person's own by key; empty where the record has none."""
    if key is None:
        return {}
    return {role: np.asarray(real.keys[role] == key, dtype=np.bool_) for role in ("train", "holdout")}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Encoded:
    """The tables and the record as cells, by one encoding."""

    train: Cells
    holdout: Cells
    synthetic: Cells
    record: Cells
    reference: Cells | None
    columns: BoolArray
    """(n_columns,) which ones tell one row from another."""

    @property
    def by_role(self) -> dict[str, Cells]:
        """What rows are looked for in."""
        return {name: getattr(self, name) for name in ("train", "holdout", "synthetic", "record")}

    @property
    def beside(self) -> list[Cells]:
        """The reference, where there is one."""
        return [] if self.reference is None else [self.reference]


def _answer(data: AuditData, by_key: Mapping[str, BoolArray], record: pd.DataFrame, seed: int, jobs: int) -> Answer:
    tables = _encoded(data, record)
    rows = row_codes(tables.by_role, tables.columns)
    stands_in, own = _twin(data, rows, _in_part(data.schema, tables), by_key)
    others = {role: ~own if stands_in == role else np.ones(len(rows[role]), bool) for role in ("train", "holdout")}
    real = tables.train.take(others["train"]), tables.holdout.take(others["holdout"])
    odd = comparable(data.schema, tables.record, [*real, *tables.beside], tables.synthetic)
    if not odd.columns.any():
        got = N_("no cell of {n} that can be compared: all are blank, or like nobody else's").format(
            n=len(data.schema.columns)
        )
        raise InputError("SA-192", "record", got, N_("Fill in what is known of the person, as train writes it."))
    pile = _pile(data, real, tables.reference, others, seed)
    filled = tables.record.take(odd.rows)
    by_row = _score(data.schema, pile, filled, tables.synthetic, odd.columns, jobs)
    people = by_row[: len(pile.candidates)]
    scores = entity_scores(people, pile.unit)["max"] if pile.by_person else people
    score = float(by_row[len(pile.candidates) :].max())
    members, strangers = scores[pile.is_member], scores[~pile.is_member]
    in_filled = row_codes({**tables.by_role, "record": filled}, tables.columns & odd.filled)
    held = _held(in_filled, others, _units(data))
    levels = levels_of(score, members, strangers, held)
    level = strongest(levels)
    names = np.array(data.schema.names, dtype=object)
    return Answer(
        attack=EXPOSURE.name,
        n_rows=len(record),
        stands_in=stands_in,
        n_members=len(members),
        n_nonmembers=len(strangers),
        level=None if level is None else level.name,
        levels=levels,
        ppv={f"{prior:g}": _worth(level, prior) for prior in PRIORS},
        pvalue=pvalue_of(score, strangers),
        percentile_members=percentile(score, members),
        percentile_nonmembers=percentile(score, strangers),
        tpr=share_as_high(score, members),
        fpr=share_as_high(score, strangers),
        verbatim=held.record or bool(np.isin(rows["record"], rows["synthetic"]).any()),
        verbatim_members=held.members,
        verbatim_nonmembers=held.strangers,
        left_out=tuple(names[~odd.columns]),
        unlike=tuple(names[odd.unlike]),
        warnings=warnings_of(data.schema, odd),
        cautions=CAUTIONS,
        seed=seed,
        synthaudit_version=__version__,
    )


def _worth(level: Level | None, prior: float) -> AtLeast | NotEstimable:
    if level is None:
        return NotEstimable(not_estimable="tells nothing: no level is reached")
    return level.worth(prior)


def _encoded(data: AuditData, record: pd.DataFrame) -> _Encoded:
    assert data.holdout is not None
    real = [table for table in (data.train, data.holdout, data.reference, record) if table is not None]
    encoder = fit_cells(data.schema, real, [data.synthetic])
    columns = distance_columns(data.schema)
    return _Encoded(
        train=encoder.encode(data.train),
        holdout=encoder.encode(data.holdout),
        synthetic=encoder.encode(data.synthetic),
        record=encoder.encode(record),
        reference=None if data.reference is None else encoder.encode(data.reference),
        columns=columns if columns.any() else np.ones(len(columns), dtype=bool),
    )


def _in_part(schema: Schema, tables: _Encoded) -> Mapping[str, IntArray] | None:
    """Rows by the cells of the record that can be compared; None where those are all, or none."""
    real = [tables.train, tables.holdout, *tables.beside]
    columns = tables.columns & comparable(schema, tables.record, real, tables.synthetic).columns
    columns &= (tables.record.codes != 0).all(axis=0)
    return row_codes(tables.by_role, columns) if columns.any() and (columns < tables.columns).any() else None


def _pile(
    data: AuditData,
    real: tuple[Cells, Cells],
    reference: Cells | None,
    others: Mapping[str, BoolArray],
    seed: int,
) -> Pile:
    """Whom the record is compared with: the ``others`` than the person, as an audit would attack them."""
    unit = {role: None if unit is None else unit[others[role]] for role, unit in _units(data).items()}
    pile = make_pile(
        *real,
        reference,
        train_entity=unit["train"],
        holdout_entity=unit["holdout"],
        # The stream of an audit's own pile: the same people are set aside as the attacker's sample.
        rng=np.random.default_rng(seed).spawn(1)[0],
        sampling=sampling_of(data, CANDIDATES["standard"]),
    )
    n_members, n_nonmembers = int(pile.is_member.sum()), int((~pile.is_member).sum())
    if min(n_members, n_nonmembers) < 2:
        got = N_("{n_members} members and {n_nonmembers} non-members to compare with").format(
            n_members=n_members, n_nonmembers=n_nonmembers
        )
        raise InputError("SA-170", "holdout", got, N_("Give more people on both sides."))
    return pile


def _units(data: AuditData) -> dict[_Side, IntArray | None]:
    """Role -> the person of each row, where rows are not people."""
    return {"train": data.train_entity, "holdout": data.holdout_entity}


def _held(
    rows: Mapping[str, IntArray], others: Mapping[str, BoolArray], units: Mapping[_Side, IntArray | None]
) -> Reached:
    """Whom the release holds word for word, in one of their rows at least: the person, and the ``others``."""
    copied = {}
    for role, unit in units.items():
        is_copied, mine = np.isin(rows[role], rows["synthetic"])[others[role]], others[role]
        person = np.arange(len(is_copied)) if unit is None else unit[mine]
        copied[role] = len(np.unique(person[is_copied])), len(np.unique(person))
    return Reached(
        record=bool(np.isin(rows["record"], rows["synthetic"]).any()),
        members=copied["train"][0],
        n_members=copied["train"][1],
        strangers=copied["holdout"][0],
        n_strangers=copied["holdout"][1],
    )


def _twin(
    data: AuditData,
    rows: Mapping[str, IntArray],
    in_part: Mapping[str, IntArray] | None,
    by_key: Mapping[str, BoolArray],
) -> tuple[Literal["train", "holdout", "neither"], BoolArray]:
    """Where the person stands already, and which rows there are the person's: by key, else by equal rows.

    Without a key one person whose rows are those of the record is taken: the first where several are equal, which are
    other people who happen to be alike. Where some cells cannot be compared, ``in_part`` compares the others, and
    whoever is alone in agreeing with all of them is taken; of several nobody, for it would say where they stand.
    """
    nobody = np.zeros(0, dtype=np.bool_)
    roles: tuple[Literal["train", "holdout"], ...] = ("train", "holdout")
    if by_key:
        return next(((role, by_key[role]) for role in roles if by_key[role].any()), ("neither", nobody))
    units = _units(data)
    equal = [(role, own) for role in roles for own in _alike(rows, role, units[role])]
    if not equal and in_part is not None:
        equal = [(role, own) for role in roles for own in _alike(in_part, role, units[role])]
        equal = equal if len(equal) == 1 else []
    return equal[0] if equal else ("neither", nobody)


def _alike(rows: Mapping[str, IntArray], role: str, unit: IntArray | None) -> list[BoolArray]:
    """Of each person of the table whose rows are those of the record, which rows they are."""
    record = np.sort(rows["record"])
    person = np.arange(len(rows[role])) if unit is None else unit
    owns = [person == candidate for candidate in np.unique(person[rows[role] == record[0]])]
    return [own for own in owns if np.array_equal(np.sort(rows[role][own]), record)]


def _score(schema: Schema, pile: Pile, record: Cells, synthetic: Cells, columns: BoolArray, jobs: int) -> FloatArray:
    """(n_candidates + rows of the record,) the attack's score by some columns, the record a candidate like others."""
    schema = replace(schema, columns=tuple(c for c, is_used in zip(schema.columns, columns, strict=True) if is_used))
    cells = _only(joined(pile.candidates, record), columns)
    itself = pile.reference is None
    reference = cells if pile.reference is None else _only(pile.reference, columns)
    agreement = prepare(EXPOSURE.rule, cells, reference, number_columns(schema), reference_is_candidates=itself)
    synthetic = _only(synthetic, columns)
    synthetic = synthetic.take(canonical_order(synthetic))
    sums = AgreementSums(
        synthetic=agreement.log_sums(synthetic, jobs=jobs),
        reference=agreement.log_sums(reference, exclude_self=itself, jobs=jobs),
    )
    view = AttackerView(
        schema=schema,
        synthetic=synthetic,
        reference=reference,
        reference_is_candidates=itself,
        agreement={EXPOSURE.rule: sums},
        jobs=jobs,
    )
    return EXPOSURE.score(cells, view, np.random.default_rng(0))


def _only(cells: Cells, columns: BoolArray) -> Cells:
    return Cells(codes=cells.codes[:, columns], values=cells.values[:, columns])
