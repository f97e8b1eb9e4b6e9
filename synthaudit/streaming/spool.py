"""A release of millions of rows, read once: every cell checked and encoded to disk, and a random sample of the rows.

Nothing as long as the release is held but one number a row, by which the sample is drawn and repeats are counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables, places_of, with_synthetic
from synthaudit.adapters.alignment.audited import grain_of
from synthaudit.adapters.alignment.beyond import beyond_keys
from synthaudit.adapters.alignment.canonical import canonical_column
from synthaudit.adapters.alignment.dressed_column import Notation
from synthaudit.adapters.alignment.keys import RunningNumber, running_note
from synthaudit.adapters.alignment.made_up import known_keys
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.people import ReleaseKeys
from synthaudit.adapters.alignment.person_key import keyed
from synthaudit.adapters.alignment.release import refuse_token
from synthaudit.adapters.readers.drawn import NOTHING, HashArray, mixed, sampled
from synthaudit.adapters.readers.source import Source
from synthaudit.cells import KNOWN_MISSING, digits_of, identity_key, levels_of, text_column
from synthaudit.encoding import MOST_DECIMALS, NUMBERS, decimals_of, distance_columns, keys_of
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.linkage.digests import digest_keys
from synthaudit.streaming.dress import first_notations, marked, whole_notation
from synthaudit.types import AuditData, BeyondCopy, Column, FloatArray, IntArray, Rounding, WholeRelease

_MOST_KNOWN = 1 << 18
"""Levels of a column whose reading is remembered from batch to batch."""
MOST_FOREIGN = 1 << 16
"""Levels of a category that no real table has; where a release has more of them, none gets a code."""


def spooled(real: RealTables, source: Source, folder: Path, n_sample: int, seed: int) -> AuditData:
    """Lay a release that is too large to hold against the aligned real tables.

    Parameters
    ----------
    source : Source
        The release, of more than ``n_sample`` rows.
    folder : Path
        Gets its cells, 8 bytes a number and 4 any other; must outlive the audit.
    n_sample : int
        Rows of the sample, which becomes ``synthetic``.
    seed : int
        Of the sample, which depends on the contents of the tables too and not on the order of their rows.

    Raises
    ------
    InputError
        As for a release that is read whole; a bad cell anywhere is one.
    """
    names = [real.options.rename.get(name, name) for name in source.names]
    source = keyed(source, real.schema.entity, real.key, real.options.release_writing.missing, names)
    header = source.table(pd.DataFrame({name: pd.Series(dtype=object) for name in source.names}))
    places = places_of(real, header)
    schema, numbers, codes = real.schema, folder / "numbers", folder / "codes"
    notations = first_notations(real, source, places)
    columns, keys, content, compared = _passed(real, source, places, notations, numbers, codes)
    rows = sampled(content, n_sample, np.random.SeedSequence([seed, _content_of(real, columns)]))
    table, aligned, made_up = source.pick(rows), real, tuple[BeyondCopy, ...]()
    if keys is not None:
        # Its keys were looked up in all rows; of a sample of them only what is made up is counted.
        delivered = mark_missing(table.frame.rename(columns=real.options.rename), real.options.release_writing.missing)
        made_up = () if keys.counts else tuple(beyond_keys(delivered, known_keys(real.keys.values(), real.key)))
        held = [old for old in table.frame.columns if real.options.rename.get(old, old) in (schema.entity, *real.key)]
        table = replace(table, frame=table.frame.drop(columns=held))
        rename = {old: new for old, new in real.options.rename.items() if old not in held}
        aligned = replace(real, options=replace(real.options, rename=rename))
    data = _without_running(with_synthetic(aligned, table, notations), columns, codes)
    whole = WholeRelease(
        n_rows=source.n_rows,
        sampled=rows,
        numbers=numbers,
        codes=codes,
        levels=_levels(data.synthetic, rows, columns, codes),
        rounding=tuple(reader.rounding for reader in columns if reader.column.kind in NUMBERS),
        extremes=pd.DataFrame({reader.column.name: reader.extremes() for reader in columns}),
        occurrences=_occurrences(compared),
        keys_met={reader.column.name: frozenset(reader.keys_met) for reader in columns},
        digits_met={reader.column.name: frozenset(reader.digits_met) for reader in columns},
    )
    if keys is None or schema.entity is None:
        return replace(data, whole=whole)
    named, notes = keys.named(schema.entity)
    by_role: dict[str, Any] = {f"{role}_named": named.get(role) for role in ("train", "holdout", "deleted", "canaries")}
    beyond, coverage = (*data.beyond, *made_up), (*data.coverage, *notes)
    return replace(data, whole=whole, beyond=beyond, coverage=coverage, **by_role)


def _levels(
    sample: pd.DataFrame, rows: IntArray, columns: "list[_Reader]", codes: Path
) -> tuple[tuple[str | None, ...], ...]:
    """By column, what the codes from 1 on stand for; further levels of a category as the sample calls them."""
    others = [reader for reader in columns if reader.column.kind not in NUMBERS]
    with machine_faults():
        coded = np.memmap(codes, dtype="<i4", mode="r").reshape(-1, len(others))[rows] if others else np.zeros((0, 0))
    levels: list[tuple[str | None, ...]] = []
    for reader, code in zip(others, coded.T, strict=True):
        names: dict[int, str] = dict(zip(code.tolist(), sample[reader.column.name], strict=True))
        has_room = len(reader.levels) <= reader.n_real + MOST_FOREIGN
        further = range(reader.n_real + 1, len(reader.levels) + 1) if has_room else ()
        levels.append((*list(reader.levels)[: reader.n_real], *(names.get(foreign) for foreign in further)))
    return tuple(levels)


def _without_running(data: AuditData, columns: "list[_Reader]", codes: Path) -> AuditData:
    """Empty identifiers that only number the rows, in the sample and on disk; see ``without_running_numbers``."""
    others = [reader for reader in columns if reader.column.kind not in NUMBERS]
    running = [reader for reader in others if reader.column.kind == "identifier" and reader.running.holds]
    if not running or all(reader.column.kind == "identifier" for reader in columns):
        return data
    with machine_faults():
        stored = np.memmap(codes, dtype="<i4", mode="r+")
        coded = stored.reshape(-1, len(others))
        for reader in running:
            coded[:, others.index(reader)] = 0
            reader.keys_met, reader.digits_met = set(), set()
        stored.flush()
    emptied = {reader.column.name: text_column(np.full(len(data.synthetic), None)) for reader in running}
    notes = [running_note(name) for name in emptied]
    # The sample has gaps, so that its numbers were taken for made-up ones.
    beyond = tuple(part for part in data.beyond if part.kind != "identifiers" or part.column not in emptied)
    coverage = (*data.coverage, *notes)
    return replace(data, synthetic=data.synthetic.assign(**emptied), beyond=beyond, coverage=coverage)


def _passed(
    real: RealTables,
    source: Source,
    places: Mapping[str, int],
    notations: dict[str, Notation],
    numbers: Path,
    codes: Path,
) -> "tuple[list[_Reader], ReleaseKeys | None, HashArray, HashArray]":
    """One pass over all rows; ``notations`` gets what turns out to be dressed on the way, and all is read again."""
    while True:
        columns = [_Reader.of(c, places[c.name], real, source.n_rows, notations) for c in real.schema.columns]
        keys = ReleaseKeys(real.keys) if real.schema.entity in places else None
        try:
            content, compared = _encoded(real, source, columns, places, keys, numbers, codes)
        except _Dressed as dressed:
            notations[dressed.name] = dressed.notation
        else:
            return columns, keys, content, compared


def _encoded(
    real: RealTables,
    source: Source,
    columns: "list[_Reader]",
    places: Mapping[str, int],
    keys: ReleaseKeys | None,
    numbers: Path,
    codes: Path,
) -> tuple[HashArray, HashArray]:
    """Check every row and write its cells to two files; (n,) hashes of whole rows, and of the columns compared."""
    schema = real.schema
    content, compared = np.empty(source.n_rows, dtype=np.uint64), np.empty(source.n_rows, dtype=np.uint64)
    is_compared = distance_columns(schema)
    done = 0
    wanted = list(dict.fromkeys(places.values()))
    with machine_faults(), create_private(numbers) as number_file, create_private(codes) as code_file:
        for batch in source.batches(wanted):
            cells = dict(zip(wanted, batch, strict=True))
            if keys is not None and schema.entity is not None:
                named_by = pd.DataFrame({"key": cells[places[schema.entity]]})
                keys.read(mark_missing(named_by, real.options.release_writing.missing)["key"])
            size = len(batch[0])
            parts = [_read(reader, cells[reader.place], source, real) for reader in columns]
            _write(number_file, [part[0] for part in parts if part[0].dtype == np.float64], size)
            _write(code_file, [part[0] for part in parts if part[0].dtype != np.float64], size)
            for target, used in ((compared, is_compared), (content, ~is_compared)):
                row = np.zeros(size, dtype=np.uint64) if target is compared else compared[done : done + size]
                for (_, cell), use in zip(parts, used, strict=True):
                    row = mixed(row + cell) if use else row
                target[done : done + size] = row
            done += size
    return content, compared


# --- cells ----------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True, eq=False)
class _Reader:
    """One column of the release: what its levels were read as, and what was seen of its numbers."""

    column: Column
    place: int
    rounding: Rounding
    levels: dict[str, int]
    """Folded level -> code: of the real tables, and of a category those that the release has beyond."""
    n_real: int
    """Levels of the real tables."""
    tokens: frozenset[str] | None
    """Levels that may look like a spelling of missing; None where any may."""
    notations: Mapping[str, Notation]
    """How dressed columns of the release are written."""
    own: tuple[frozenset[str], frozenset[str]]
    """What members and non-members have in a column of text: by letters and digits, and by digits alone."""
    running: RunningNumber
    known: dict[Any, tuple[Any, int]] = field(default_factory=dict)
    keys_met: set[str] = field(default_factory=set)
    digits_met: set[str] = field(default_factory=set)
    decimals: int = 0
    witness: float = 0.0
    has_missing: bool = False

    @classmethod
    def of(
        cls, column: Column, place: int, real: RealTables, n_rows: int, notations: Mapping[str, Notation]
    ) -> "_Reader":
        """From the real tables, for a release of so many rows."""
        cells = pd.concat([table[column.name] for table in real.tables], ignore_index=True)
        places, levels, tokens = None, {}, None
        own: tuple[frozenset[str], frozenset[str]] = frozenset(), frozenset()
        running = RunningNumber(n_rows)
        if column.kind == "numeric":
            places = decimals_of(np.unique(cells.to_numpy(float)))
            places = None if places > MOST_DECIMALS else places
        if column.kind not in NUMBERS:
            # A list of deleted people changes no figure of the audit, so it has no say in decimals.
            listed = [] if real.deleted is None else [real.deleted[column.name]]
            folded = {key for key in keys_of(pd.concat([cells, *listed]), column.kind, None) if key is not None}
            levels = {key: i + 1 for i, key in enumerate(sorted(folded))}
            both = pd.concat([t[column.name] for t in (real.train, real.holdout) if t is not None])
            tokens = frozenset(both.dropna()) if both.isna().any() and column.kind != "boolean" else None
            texts = both.dropna().unique()
            hashed = digest_keys(texts) if column.kind == "identifier" else frozenset()
            own = frozenset(map(identity_key, texts)) | hashed, frozenset(map(digits_of, texts)) - {""}
        return cls(
            column=column,
            place=place,
            rounding=Rounding(decimals=places, grain=grain_of(cells) if column.kind == "datetime" else 1),
            levels=levels,
            n_real=len(levels),
            tokens=tokens,
            notations=dict(notations),
            own=own,
            running=running,
        )

    def extremes(self) -> pd.Series:
        """Two cells: of the most decimals, and missing where any is."""
        if self.column.kind == "numeric":
            return pd.Series([self.witness, np.nan if self.has_missing else self.witness])
        if self.column.kind == "datetime":
            return pd.Series([0, "NaT" if self.has_missing else 0]).astype("datetime64[us]")
        return pd.Series([None, None], dtype=object)

    def read(self, raw: pd.Series, source: Source, real: RealTables) -> tuple[npt.NDArray[Any], HashArray]:
        """(n,) numbers or codes, and a hash of each cell."""
        if self.column.kind == "numeric" and raw.dtype.kind in "iuf" and not real.options.release_writing.missing:
            numbers = raw.to_numpy(dtype=np.float64) + 0.0
            if np.isinf(numbers).any():
                raise _Misfit
            return self._numbers(numbers)
        if self.column.kind == "datetime" and raw.dtype.kind == "M":
            return self._numbers(keys_of(raw, "datetime", None))
        codes, values = pd.factorize(raw.to_numpy(), use_na_sentinel=True)
        new = [value for value in values if value not in self.known]
        if len(self.known) + len(new) > _MOST_KNOWN:
            self.known, new = {}, list(values)
        if new:
            self.known.update(zip(new, self._cells(pd.Series(new, dtype=values.dtype), source, real), strict=True))
        cell_and_hash = [self.known[value] for value in values]
        if self.column.kind in NUMBERS:
            return self._numbers(np.array([*(cell for cell, _ in cell_and_hash), np.nan], dtype=np.float64)[codes])
        table = np.array([*(cell for cell, _ in cell_and_hash), 0], dtype=np.int32)
        return table[codes], np.array([*(own for _, own in cell_and_hash), NOTHING], dtype=np.uint64)[codes]

    def _cells(self, values: pd.Series, source: Source, real: RealTables) -> list[tuple[Any, int]]:
        """Number or code of each level, and its hash."""
        name = real.notations.limits.get(self.column.name, self.column.name)
        table = marked(real, source.table(pd.DataFrame({name: values})))
        try:
            table = real.notations.read(table, real.options.release_writing, self.notations)
        except InputError:
            raise _Misfit from None
        raw = table.frame[self.column.name]
        if not levels_of(raw).n_present:
            empty: Any = np.nan if self.column.kind in NUMBERS else 0
            return [(empty, int(NOTHING))] * len(values)
        try:
            cells, _ = canonical_column(
                table, self.column, real.options.release_writing.decimal, real.spellings.get(self.column.name)
            )
        except InputError:
            raise _Misfit from None
        if self.tokens is not None and any(
            isinstance(cell, str) and cell.strip() in KNOWN_MISSING and cell not in self.tokens for cell in cells
        ):
            raise _Misfit
        keys = keys_of(cells, self.column.kind, None)
        if self.column.kind in NUMBERS:
            return [(float(key), 0) for key in keys]
        texts = [cell for cell in cells if isinstance(cell, str)]
        self.keys_met |= self.own[0].intersection(map(identity_key, texts))
        if self.column.kind == "identifier":
            self.running.read(texts)
        self.digits_met |= self.own[1].intersection(map(digits_of, texts))
        own = pd.util.hash_array(np.array(["" if key is None else key for key in keys], dtype=object), categorize=False)
        return [
            (0, int(NOTHING)) if key is None else (self._code(key), int(mine))
            for key, mine in zip(keys, own, strict=True)
        ]

    def _code(self, key: str) -> int:
        if self.column.kind != "categorical" or len(self.levels) > self.n_real + MOST_FOREIGN:
            return self.levels.get(key, -1)
        return self.levels.setdefault(key, len(self.levels) + 1)

    def _numbers(self, delivered: FloatArray) -> tuple[FloatArray, HashArray]:
        gone = np.isnan(delivered)
        numbers = self.rounding.of(delivered)
        self.has_missing |= bool(gone.any())
        if self.column.kind == "numeric" and self.decimals <= MOST_DECIMALS:
            needed = decimals_of(numbers)
            if needed > self.decimals:
                self.decimals = needed
                self.witness = next(n for n in numbers[~gone].tolist() if decimals_of(np.array([n])) == needed)
        return delivered, np.where(gone, NOTHING, (numbers + 0.0).view(np.uint64))


class _Dressed(Exception):  # noqa: N818
    """A column turns out to be dressed further down."""

    def __init__(self, name: str, notation: Notation) -> None:
        super().__init__(name)
        self.name, self.notation = name, notation


class _Misfit(Exception):  # noqa: N818
    """A batch has a cell that cannot be read; the whole column says which and how many."""


def _read(reader: _Reader, raw: pd.Series, source: Source, real: RealTables) -> tuple[npt.NDArray[Any], HashArray]:
    try:
        return reader.read(raw, source, real)
    except _Misfit:
        _explain(reader, source, real)
        raise AssertionError("a column that cannot be read in part can be read whole") from None


def _explain(reader: _Reader, source: Source, real: RealTables) -> None:
    """Raise how the whole column is dressed, or what it has against it."""
    column = reader.column
    name = real.notations.limits.get(column.name, column.name)
    notation = whole_notation(real, source, name, reader.place) if name in real.notations.columns else None
    if notation is not None and reader.notations.get(name) != notation:
        raise _Dressed(name, notation)
    table = source.column(reader.place)
    theirs = str(table.frame.columns[reader.place])
    cells = mark_missing(table.frame[[theirs]], real.options.release_writing.missing)[theirs]
    renamed = replace(table, frame=table.frame.assign(**{theirs: cells}).rename(columns={theirs: column.name}))
    decimal = real.options.release_writing.decimal
    canonical, _ = canonical_column(renamed, column, decimal, real.spellings.get(column.name))
    both = pd.concat([t[column.name] for t in (real.train, real.holdout) if t is not None], ignore_index=True)
    refuse_token(canonical, both, renamed.where_column(column.name))


def _write(file: Any, columns: list[npt.NDArray[Any]], size: int) -> None:
    if columns:
        file.write(np.ascontiguousarray(np.stack(columns, axis=1)).data)


# --- rows -----------------------------------------------------------------------------------------------------


def _occurrences(content: HashArray) -> IntArray:
    times = np.unique(content, return_counts=True)[1]
    return np.stack(np.unique(times, return_counts=True), axis=1).astype(np.int64)


def _content_of(real: RealTables, columns: list[_Reader]) -> int:
    """A number for what the real tables hold, which a vendor who never saw the holdout cannot know beforehand."""
    total = 0
    for table in (real.train, real.holdout):
        if table is None:
            continue
        row = np.zeros(len(table), dtype=np.uint64)
        for reader in columns:
            keys = keys_of(table[reader.column.name], reader.column.kind, reader.rounding.decimals)
            if reader.column.kind in NUMBERS:
                cell = np.where(np.isnan(keys), NOTHING, keys.view(np.uint64))
            else:
                texts = np.array(["" if key is None else key for key in keys], dtype=object)
                cell = pd.util.hash_array(texts, categorize=True)
            row = mixed(row + cell)
        total = (total * 3 + int(row.sum(dtype=np.uint64))) % (1 << 64)
    return total
