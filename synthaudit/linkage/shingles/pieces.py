"""Rare pieces of the cells of train and holdout: what a release is searched for, whoever is a member."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from synthaudit.cells import number_text
from synthaudit.encoding import stable_order
from synthaudit.linkage.shingles.counters import counts_rows
from synthaudit.linkage.shingles.texts import (
    WHOLE,
    Hashes,
    TextColumn,
    folded,
    mixed,
    powers,
    run_hashes,
    text_column_of,
    whole_hashes,
)
from synthaudit.types import BoolArray, Column, IntArray, PieceGroup, PieceKind, Pieces, Schema

COMMON = 0.005
"""Share of other people above which a piece tells nobody apart."""
INSIDE = (5, 16)
"""Characters of a cell, or digits of a number, that is looked for within longer texts."""
RUNS: dict[int, PieceKind] = {8: "run_8", 16: "run_16", 32: "run_32"}
PAIR = (6, 14)
_POWER = powers(PAIR[1])[0]
_MOST_PAIRED = 24
"""Columns whose cells are joined in pairs: those with the most different cells."""
_MOST_CHARACTERS = 20_000_000
"""Of one column; of longer texts the beginnings are looked for."""
_MOST_PIECES = 600_000
"""Of one kind in one column; of more, those are looked for whose hash is small."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Rows in the order of their people: first those whose membership is asked, then those of a reference."""

    frame: pd.DataFrame
    source: IntArray
    """(n_asked,) place in train followed by holdout."""
    unit: IntArray
    """(n,) ascending."""
    n_units: int
    """With those of the reference."""
    n_asked: int
    """Rows before the reference."""
    is_member: BoolArray
    by_person: bool
    is_sample: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """P times that a row holds a piece, by row ascending."""

    row: IntArray
    hash: Hashes
    stratum: IntArray


class _Rare(NamedTuple):
    """Of these the rare ones, by row ascending."""

    row: IntArray
    stratum: IntArray
    hashes: Hashes
    """Of the pieces, each once, ascending."""
    piece: IntArray
    """Which of the hashes a row holds."""
    others: IntArray
    """How many other people hold it."""


def pieces_of(people: People, schema: Schema, key: str | None = None) -> Pieces:
    """The rare pieces of these people's cells.

    Parameters
    ----------
    people : People
        Columns of the schema in canonical cells, and ``key``.
    schema : Schema
    key : str, optional
        The column of people's keys, which is none of the schema.
    """
    columns = [*schema.columns, *([] if key is None else [Column(name=key, kind="identifier")])]
    counters = [column.name for column in columns if counts_rows(people.frame[column.name], column.kind)]
    read = [column for column in columns if column.name not in counters]
    texts = {column.name: text_column_of(people.frame[column.name], _MOST_CHARACTERS) for column in read}
    limit = int(COMMON * (people.n_units - 1))
    groups: list[tuple[PieceKind, int, _Rare]] = []
    for i, column in enumerate(columns):
        if column.name in texts:
            for kind, held in _of_column(texts[column.name], column, people):
                groups += [(kind, i, rare)] if len((rare := _rare(held, people, limit)).row) else []
    for i, held in _pairs(read, columns, texts, people):
        groups += [("pair", i, rare)] if len((rare := _rare(held, people, limit)).row) else []
    hashes = _distinct([rare.hashes for _, _, rare in groups])
    own = {columns[i].name for kind, i, _ in groups if kind != "pair"}
    kinds = {kind for kind, _, _ in groups}
    inside = range(INSIDE[0], INSIDE[1] + 1) if "inside" in kinds else ()
    runs = [length for length, kind in RUNS.items() if kind in kinds]
    paired = range(PAIR[0], PAIR[1] + 1) if "pair" in kinds else ()
    return Pieces(
        hashes=hashes,
        groups=tuple(
            PieceGroup(
                kind=kind,
                column=i,
                row=rare.row.astype(np.int32),
                piece=np.searchsorted(hashes, rare.hashes).astype(np.int32)[rare.piece],
                count=rare.others.astype(np.int32),
                stratum=rare.stratum.astype(np.int32),
            )
            for kind, i, rare in groups
        ),
        columns=tuple(column.name for column in columns),
        source=people.source,
        unit=people.unit[: people.n_asked],
        is_member=people.is_member,
        by_person=people.by_person,
        n_others=people.n_units - 1,
        cell_lengths=tuple(sorted({*inside, *runs, *paired})),
        row_lengths=tuple(sorted({*inside, *runs})),
        counters=tuple(counters),
        without=tuple(column.name for column in read if column.name not in own),
        is_sample=people.is_sample,
    )


def _of_column(text: TextColumn, column: Column, people: People) -> Iterator[tuple[PieceKind, _Held]]:
    """Whole cells, cells to be found within others, and runs."""
    whole, length = whole_hashes(text.texts), text.texts.length
    present = text.codes >= 0
    there = _uncommon(np.flatnonzero(present & (length > 0)[text.codes]), text.codes, whole, people)
    yield "cell", _held(there, (whole ^ WHOLE)[text.codes[there]])
    parts = _digits(people.frame[column.name]) if column.kind == "numeric" else text
    part, size = whole_hashes(parts.texts), parts.texts.length
    fits = (size >= INSIDE[0]) & (size <= INSIDE[1])
    fitting = _uncommon(np.flatnonzero((parts.codes >= 0) & fits[parts.codes]), parts.codes, part, people)
    yield "inside", _held(fitting, part[parts.codes[fitting]], size[parts.codes[fitting]])
    if column.kind in ("categorical", "text", "identifier"):
        for size_of_run, kind in RUNS.items():
            hashes, first = run_hashes(text.texts, size_of_run)
            yield kind, _of_levels(mixed(hashes), first, text, people)


def _uncommon(rows: IntArray, codes: IntArray, hashes: Hashes, people: People) -> IntArray:
    """Rows whose cell may be rare: levels are counted before rows are sorted; of people with several rows, all."""
    if people.n_units < len(people.unit):
        return rows
    # Levels that read alike are one piece.
    alike = np.unique(hashes, return_inverse=True)[1].reshape(-1)
    holders = np.bincount(alike, np.bincount(codes[rows], minlength=len(hashes)))[alike]
    return rows[(holders <= int(COMMON * (people.n_units - 1)) + 1)[codes[rows]]]


def _held(row: IntArray, hashes: Hashes, stratum: IntArray | None = None) -> _Held:
    return _Held(row.astype(np.int64), mixed(hashes), np.zeros(len(row), np.int64) if stratum is None else stratum)


def _of_levels(hashes: Hashes, first: IntArray, text: TextColumn, people: People) -> _Held:
    """Pieces of levels as those of rows; a level of many people gives each piece as often as makes it common."""
    n_runs = np.diff(first)
    rows = np.flatnonzero(text.codes >= 0)
    order = rows[stable_order(text.codes[rows])]
    code = text.codes[order]
    place = np.arange(len(order)) - np.searchsorted(code, code)
    limit = int(COMMON * (people.n_units - 1))
    if not people.by_person:
        order = order[place <= limit + 1]
    total = int(n_runs[text.codes[order]].sum())
    if total > _MOST_PIECES:
        # Chosen by its content, a piece is kept wherever it stands.
        kept = hashes < np.uint64(min(_MOST_PIECES / total, 1.0) * float(2**64 - 2**12))
        hashes, n_runs = hashes[kept], np.diff(np.r_[0, np.cumsum(kept)][first])
        first = np.r_[0, np.cumsum(n_runs)]
    order = np.sort(order)
    code = text.codes[order]
    n = n_runs[code]
    start = np.repeat(first[code] - np.r_[0, np.cumsum(n)[:-1]], n)
    return _Held(np.repeat(order, n), hashes[start + np.arange(int(n.sum()))], np.zeros(int(n.sum()), np.int64))


def _pairs(
    read: list[Column], columns: list[Column], texts: dict[str, TextColumn], people: People
) -> Iterator[tuple[int, _Held]]:
    """Ordered pairs of a row's cells joined, by the first of the two columns; whole numbers padded, and as they are."""
    wide = sorted(read, key=lambda column: -len(texts[column.name].texts.length))[:_MOST_PAIRED]
    chosen = [column for column in read if column in wide]
    plain = [_sized(texts[column.name]) for column in chosen]
    padded = [_sized(_padded(people.frame[column.name], column, texts[column.name])) for column in chosen]
    for i, column in enumerate(chosen):
        rows, joined, strata = [], [], []
        for j in range(len(chosen)):
            for form, cells in enumerate((padded, plain)):
                row = _fitting(cells[i], cells[j]) if i != j else np.empty(0, np.int64)
                if form:
                    row = row[(plain[i].size != padded[i].size)[row] | (plain[j].size != padded[j].size)[row]]
                rows.append(row)
                joined.append(cells[i].hash[row] * _POWER[cells[j].size[row]] + cells[j].hash[row])
                strata.append(np.full(len(row), 2 * j + form, np.int64))
        row = np.concatenate(rows)
        order = stable_order(row)
        yield columns.index(column), _held(row[order], np.concatenate(joined)[order], np.concatenate(strata)[order])


class _Sized(NamedTuple):
    """Length and hash of the cell of each row; of no length where it is missing."""

    size: IntArray
    hash: Hashes


def _sized(text: TextColumn) -> _Sized:
    size = np.append(text.texts.length, 0)[text.codes]
    return _Sized(size, np.append(whole_hashes(text.texts), np.uint64(0))[text.codes])


def _fitting(first: _Sized, second: _Sized) -> IntArray:
    """Rows in which both are there, and long enough together and not too long."""
    total = first.size + second.size
    fits = (total >= PAIR[0]) & (total <= PAIR[1]) & (first.size > 0) & (second.size > 0)
    return np.flatnonzero(fits).astype(np.int64)


def _padded(cells: pd.Series, column: Column, text: TextColumn) -> TextColumn:
    """Short whole numbers with zeros before, as wide as the widest of their column."""
    if column.kind != "numeric":
        return text
    numbers = cells.to_numpy(float)
    there = numbers[~np.isnan(numbers)]
    if not len(there) or there.min() < 0 or (there != np.round(there)).any() or there.max() >= 10 ** PAIR[1]:
        return text
    codes, levels = pd.factorize(numbers, use_na_sentinel=True)
    width = len(str(int(there.max())))
    return TextColumn(folded([str(int(level)).zfill(width) for level in levels]), codes.astype(np.int64))


def _digits(cells: pd.Series) -> TextColumn:
    """Significant digits of numbers, without sign, point and exponent."""
    codes, levels = pd.factorize(cells.to_numpy(float), use_na_sentinel=True)
    spelled = [number_text(level).lstrip("-").split("e")[0].replace(".", "").lstrip("0") for level in levels]
    return TextColumn(folded([digits[: INSIDE[1]] for digits in spelled]), codes.astype(np.int64))


def _distinct(parts: list[Hashes]) -> Hashes:
    """Ascending, each once; sorting scattered numbers is quicker than counting them."""
    ascending = np.sort(np.concatenate([np.empty(0, np.uint64), *parts]))
    distinct: Hashes = ascending[np.r_[True, ascending[1:] != ascending[:-1]][: len(ascending)]]
    return distinct


def _rare(held: _Held, people: People, limit: int) -> _Rare:
    """Those that at most ``limit`` other people hold, once a row; the reference only counts."""
    order = stable_order(held.hash)
    hashes, row = held.hash[order], held.row[order]
    is_new = np.r_[True, hashes[1:] != hashes[:-1]][: len(hashes)]
    again = np.r_[False, (row[1:] == row[:-1])][: len(hashes)] & ~is_new
    order, hashes, row, is_new = order[~again], hashes[~again], row[~again], is_new[~again]
    unit = people.unit[row]
    holder = is_new | np.r_[True, unit[1:] != unit[:-1]][: len(unit)]
    piece = np.cumsum(is_new) - 1
    others = np.bincount(piece, weights=holder).astype(np.int64)[piece] - 1 if len(piece) else piece
    kept = (others <= limit) & (row < people.n_asked)
    order, piece = order[kept], piece[kept]
    # The pieces that nobody asked holds are numbered no longer.
    is_next = np.r_[True, piece[1:] != piece[:-1]][: len(piece)]
    back = np.argsort(order)
    return _Rare(
        row=row[kept][back],
        stratum=held.stratum[order][back],
        hashes=hashes[kept][is_next],
        piece=(np.cumsum(is_next) - 1)[back],
        others=others[kept][back],
    )
