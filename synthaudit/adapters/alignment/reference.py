"""A reference of more rows than are held: every row of it is checked, and a random sample is kept."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables, spellings_of
from synthaudit.adapters.alignment.beside import beside
from synthaudit.adapters.alignment.canonical import canonical_column
from synthaudit.adapters.alignment.columns import match_names
from synthaudit.adapters.alignment.differences import differences
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.overlap import reference_overlap
from synthaudit.adapters.alignment.people import known_in_reference
from synthaudit.adapters.alignment.person_key import keyed
from synthaudit.adapters.readers.drawn import HashArray, row_hashes, sampled
from synthaudit.adapters.readers.source import Source
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import Coverage


def with_reference(real: RealTables, source: Source, n_sample: int, seed: int) -> RealTables:
    """Lay a large reference beside the aligned train and holdout, as a sample of its rows.

    Parameters
    ----------
    real : RealTables
        Without a reference.
    source : Source
        The reference, of more than ``n_sample`` rows.
    n_sample : int
        Rows that are kept.
    seed : int
        Of the sample, which depends on the contents of the tables too and not on the order of their rows.

    Raises
    ------
    InputError
        As for a reference that is read whole: a bad cell, or somebody of train or holdout, in any of its rows.

    Notes
    -----
    Rows are told by hashes of 64 bits: equal rows have equal ones, so that nobody hides; by chance two different rows
    have, among 2^20 and 2^20, with a probability of 1 in 2^24.
    """
    schema, options = real.schema, real.options
    source = keyed(source, schema.entity, real.key, options.writing_of("reference").missing, source.names)
    header = source.table(pd.DataFrame({name: pd.Series(dtype=object) for name in source.names}))
    match_names(header, schema.names, real.train_names, schema.entity)
    # A reference that is held whole is read in the spelling of train, before there is one of all tables.
    spelled = replace(real, spellings=spellings_of(schema, {"train": real.train}))
    passed = _read_through(spelled, source)
    notes: list[Coverage] = []
    if schema.entity is not None:
        notes += known_in_reference(passed.n_known, schema.entity, header.where, options.allow_overlap)
    frames = {"train": real.train} | ({} if real.holdout is None else {"holdout": real.holdout})
    codes = {role: row_hashes(frame[real.telling]).view(np.int64) for role, frame in frames.items()}
    hashes = passed.telling.view(np.int64)
    notes += reference_overlap({**codes, "reference": hashes}, real.train_entity, options.allow_overlap)
    known_rows = [int(row_hashes(frame).sum(dtype=np.uint64)) for frame in frames.values()]
    rows = sampled(passed.content, n_sample, np.random.SeedSequence([seed, *known_rows]))
    picked = source.pick(rows)
    sample, _, noticed = beside(spelled, picked, needs_entity=False)
    notes += differences(picked, sample, real.train, schema, real.train_entity)
    reason = N_(
        "{n_sample:,} of {n:,} rows, drawn at random, serve as reference; people and rows of train and"
        " holdout were looked for in all of them"
    ).format(n_sample=n_sample, n=source.n_rows)
    sampled_note = Coverage(test=N_("rows of the reference"), status="ran", reason=reason)
    return replace(
        real,
        reference=sample,
        reference_hashes=hashes,
        spellings=spellings_of(schema, {**frames, "reference": sample}),
        coverage=(*real.coverage, *noticed, *notes, sampled_note),
        sha256={**real.sha256, "reference": picked.sha256},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Passed:
    """What one pass over all rows of a reference leaves."""

    telling: HashArray
    """(n,) hash of each row on the columns that rows are told by."""
    content: HashArray
    """(n,) hash of each whole row."""
    n_known: int
    """People of train or holdout among them."""


def _read_through(real: RealTables, source: Source) -> _Passed:
    """Check every row, and hash it."""
    schema = real.schema
    columns = [i for i, name in enumerate(source.names) if name in (*schema.names, schema.entity)]
    known = {key for keys in real.keys.values() for key in keys.dropna()}
    met: set[str] = set()
    telling, content = (np.empty(source.n_rows, dtype=np.uint64) for _ in range(2))
    present = dict.fromkeys(schema.names, False)
    done = 0
    for batch in source.batches(columns):
        table = source.table(pd.DataFrame({source.names[i]: cells for i, cells in zip(columns, batch, strict=True)}))
        try:
            frame, keys, _ = beside(real, table, needs_entity=False)
        except InputError:
            _explain(real, source)
            raise
        part = slice(done, done + len(frame))
        telling[part], content[part] = row_hashes(frame[real.telling]), row_hashes(frame)
        met |= set() if keys is None else set(keys.dropna()) & known
        for name in schema.names:
            present[name] |= bool(frame[name].notna().any())
        done += len(frame)
    if not all(present.values()):
        _explain(real, source)
    return _Passed(telling=telling, content=content, n_known=len(met))


def _explain(real: RealTables, source: Source) -> None:
    """Raise what a whole column has against it."""
    for column in real.schema.columns:
        table = source.column(source.names.index(column.name))
        marked = replace(table, frame=mark_missing(table.frame, real.options.writing_of("reference").missing))
        canonical_column(marked, column, real.options.writing_of("reference").decimal, real.spellings.get(column.name))
