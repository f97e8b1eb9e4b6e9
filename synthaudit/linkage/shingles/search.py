"""A release searched for pieces: every cell of every column as it was delivered, and the cells of a row joined.

A piece backwards stands in a text exactly if the piece stands in the text backwards, so both ways are read off the same
two prefix sums. Parts of a release are read one after another; neither their sizes nor their order changes a bit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from synthaudit.cells import characters_of
from synthaudit.linkage.shingles.codes import FEWEST, exchanged, unpacked
from synthaudit.linkage.shingles.texts import WHOLE, Hashes, TextColumn, Texts, folded, powers, spelled_levels
from synthaudit.runtime.jit import bare, inlined, jit
from synthaudit.types import FoundPieces, IntArray, Pieces

IN_CELL, BACKWARDS, IN_ROW, ROW_BACKWARDS = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)
_LAST_PLACE = 63
_AT_ONCE = 16_000_000
"""Characters that are read at a time, each cell counted as 16 more."""
_ROWS_EACH = 10_000
"""Fewest rows for which another thread is worth the memory of what it notes."""


class _Index(NamedTuple):
    """What is looked for, and what was found so far."""

    hashes: Hashes
    first: IntArray
    """Where those begin that share their first bits."""
    taken: npt.NDArray[np.uint8]
    """A filter by more bits than that, eight slots in a byte."""
    shift: int
    filter_shift: int
    bits: npt.NDArray[np.uint8]
    places: Hashes


class _Powers(NamedTuple):
    """Of the base of the hashes."""

    power: Hashes
    inverse: Hashes
    whole: np.uint64
    """What is added to the hash of a whole cell."""


class Search:
    """Takes up a release part by part, or several releases.

    Parameters
    ----------
    pieces : Pieces
        What is looked for.
    jobs : int
        Threads; the result does not depend on it.
    """

    def __init__(self, pieces: Pieces, jobs: int = 1) -> None:
        self.pieces, self._jobs = pieces, jobs
        self._index = _index_of(pieces.hashes)
        self._names: dict[str, int] = {}
        self._first: dict[str, int] = {}
        self._differ: set[str] = set()
        self._n_rows = 0
        self._powers = _Powers(*powers(64), WHOLE)

    def read(self, columns: Mapping[str, pd.Series]) -> None:
        """Take up some rows, whole: their raw columns by name, always in the same order.

        Cells of a row are joined in this order.
        """
        n_rows = len(next(iter(columns.values())))
        for start, end in _parts(columns, n_rows):
            self._read({name: cells.iloc[start:end] for name, cells in columns.items()})
        self._n_rows += n_rows

    def found(self) -> FoundPieces:
        """What stands in all that was read."""
        return FoundPieces(
            bits=self._index.bits,
            places=self._index.places,
            names=tuple(self._names),
            unread=tuple(name for name in self._names if name not in self._differ),
            n_rows=self._n_rows,
        )

    def _read(self, columns: Mapping[str, pd.Series]) -> None:
        spelled = {name: spelled_levels(cells) for name, cells in columns.items()}
        texts = {name: TextColumn(folded(levels), codes) for name, (levels, codes) in spelled.items()}
        for name in texts:
            self._names.setdefault(name, len(self._names))
        longest = 64 * len(texts)
        if longest >= len(self._powers.power):
            self._powers = _Powers(*powers(2 * longest), WHOLE)
        for name, text in texts.items():
            wholes = self._search(name, text.texts, self.pieces.cell_lengths)
            self._note(name, wholes[text.texts.length > 0])
            self._search_codes(name, spelled[name][0])
        if self.pieces.row_lengths:
            lengths = np.array(self.pieces.row_lengths, dtype=np.int64)
            values, start, cells = _end_to_end(list(texts.values()))
            places = self._places_of(list(texts))

            def search(rows: IntArray, index: _Index) -> None:
                _search_rows(values, start, rows, places, lengths, self._powers, index)

            self._side_by_side(search, cells)

    def _search(self, name: str, texts: Texts, lengths: Sequence[int]) -> Hashes:
        """Note what stands in texts of a column, and return the hash of each."""
        wholes = np.zeros(len(texts.length), dtype=np.uint64)
        if (longest := int(texts.length.max(initial=0))) >= len(self._powers.power):
            self._powers = _Powers(*powers(2 * longest), WHOLE)
        runs, place = np.array(lengths, dtype=np.int64), self._places_of([name])[0]
        _search_cells(texts.values, texts.start, runs, self._powers, place, self._index, wholes)
        return wholes

    def _search_codes(self, name: str, texts: Sequence[str]) -> None:
        """The same in what texts say in a code; by chance any code says short ones."""
        if clear := unpacked(texts):
            self._search(name, folded(clear), self.pieces.cell_lengths)
        if clear := exchanged(texts):
            self._search(name, folded(clear), [n for n in self.pieces.cell_lengths if n >= FEWEST])

    def _side_by_side(self, search: Callable[[IntArray, _Index], None], cells: IntArray) -> None:
        """Search rows in threads, each of which notes by itself what it finds."""
        n_threads = max(1, min(self._jobs, len(cells) // _ROWS_EACH))
        found = [self._index, *(_unmarked(self._index) for _ in range(1, n_threads))]
        parts = np.array_split(cells, len(found))
        Parallel(n_jobs=len(found), prefer="threads")(map(delayed(search), parts, found))
        for index in found[1:]:
            np.bitwise_or(self._index.bits, index.bits, out=self._index.bits)
            np.bitwise_or(self._index.places, index.places, out=self._index.places)

    def _places_of(self, names: Sequence[str]) -> Hashes:
        places = [min(self._names[name], _LAST_PLACE) for name in names]
        return np.uint64(1) << np.array(places, dtype=np.uint64)

    def _note(self, name: str, wholes: Hashes) -> None:
        """Whether any two cells of a column differ."""
        if not len(wholes) or name in self._differ:
            return
        first = self._first.setdefault(name, int(wholes[0]))
        if (wholes != np.uint64(first)).any():
            self._differ.add(name)


def searched(pieces: Pieces, frame: pd.DataFrame) -> FoundPieces:
    """Search one table that is held whole."""
    search = Search(pieces)
    search.read({str(name): frame.iloc[:, i] for i, name in enumerate(frame.columns)})
    return search.found()


def _parts(columns: Mapping[str, pd.Series], n_rows: int) -> Iterator[tuple[int, int]]:
    """First row and end of parts that are small enough to be held as numbers."""
    size = np.full(n_rows, 16 * len(columns), dtype=np.int64)
    for cells in columns.values():
        if cells.dtype == object:
            size += characters_of(cells)
    part = np.cumsum(size) // _AT_ONCE
    starts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), n_rows]
    return pairwise(starts)


def _index_of(hashes: Hashes) -> _Index:
    n_bits = max(4, min(24, len(hashes).bit_length()))
    filter_bits = min(28, n_bits + 4)
    is_taken = np.zeros(1 << filter_bits, dtype=np.bool_)
    is_taken[hashes >> np.uint64(64 - filter_bits)] = True
    begin = (hashes >> np.uint64(64 - n_bits)).astype(np.int64)
    return _Index(
        hashes=hashes,
        first=np.append(0, np.cumsum(np.bincount(begin, minlength=1 << n_bits))),
        taken=np.packbits(is_taken, bitorder="little"),
        shift=64 - n_bits,
        filter_shift=64 - filter_bits,
        bits=np.zeros(len(hashes), dtype=np.uint8),
        places=np.zeros(len(hashes), dtype=np.uint64),
    )


def _unmarked(index: _Index) -> _Index:
    """The same without what was found."""
    return index._replace(bits=np.zeros_like(index.bits), places=np.zeros_like(index.places))


def _end_to_end(columns: list[TextColumn]) -> tuple[Hashes, IntArray, npt.NDArray[np.int64]]:
    """All texts of all columns; where each begins; and (n_rows, d) which text a cell is, -1 where missing."""
    values = np.concatenate([column.texts.values for column in columns])
    offsets = [0, *accumulate(len(column.texts.values) for column in columns)]
    starts = [column.texts.start[:-1] + offset for column, offset in zip(columns, offsets, strict=False)]
    counts = [0, *accumulate(len(start) for start in starts)]
    cells = [
        np.where(column.codes < 0, -1, column.codes + count) for column, count in zip(columns, counts, strict=False)
    ]
    return values, np.concatenate([*starts, [len(values)]]).astype(np.int64), np.stack(cells, axis=1)


@inlined
def _mark(value: np.uint64, bit: np.uint8, place: np.uint64, index: _Index) -> None:
    """Note a piece, if it is one that is looked for."""
    z = value
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    slot = z >> np.uint64(index.filter_shift)
    if index.taken[slot >> np.uint64(3)] >> np.uint8(slot & np.uint64(7)) & np.uint8(1):
        bucket = z >> np.uint64(index.shift)
        for k in range(index.first[bucket], index.first[bucket + np.uint64(1)]):
            if index.hashes[k] == z:
                index.bits[k] |= bit
                index.places[k] |= place


@jit
def _search_cells(
    values: Hashes,
    start: IntArray,
    lengths: IntArray,
    powers: _Powers,
    place: np.uint64,
    index: _Index,
    wholes: Hashes,
) -> None:
    """All runs of these lengths in each text, and the text itself, forwards and backwards."""
    powers, index = bare(powers), bare(index)
    power, inverse = powers.power, powers.inverse
    longest = 0
    for text in range(len(start) - 1):
        longest = max(longest, start[text + 1] - start[text])
    ahead, back = np.zeros(longest + 1, dtype=np.uint64), np.zeros(longest + 1, dtype=np.uint64)
    for text in range(len(start) - 1):
        begin = start[text]
        n = start[text + 1] - begin
        if n == 0:
            continue
        for i in range(n):
            ahead[i + 1] = ahead[i] * power[1] + values[begin + i]
            back[i + 1] = back[i] + values[begin + i] * power[i]
        wholes[text] = ahead[n]
        _mark(ahead[n] ^ powers.whole, np.uint8(1), place, index)
        _mark(back[n] ^ powers.whole, np.uint8(2), place, index)
        for length in lengths:
            for i in range(n - length + 1):
                _mark(ahead[i + length] - ahead[i] * power[length], np.uint8(1), place, index)
                _mark((back[i + length] - back[i]) * inverse[i], np.uint8(2), place, index)


@jit
def _search_rows(
    values: Hashes,
    start: IntArray,
    cells: IntArray,
    column_place: Hashes,
    lengths: IntArray,
    powers: _Powers,
    index: _Index,
) -> None:
    """All runs of these lengths that cross the border of two cells of a row."""
    powers, index = bare(powers), bare(index)
    power, inverse = powers.power, powers.inverse
    n_rows, n_columns = cells.shape
    longest = lengths[-1]
    capacity = 2 * longest * n_columns + 1
    ahead, back = np.zeros(capacity, dtype=np.uint64), np.zeros(capacity, dtype=np.uint64)
    cell_end = np.zeros(capacity, dtype=np.int64)
    column_of = np.zeros(capacity, dtype=np.int64)
    for row in range(n_rows):
        n = 0
        for column in range(n_columns):
            text = cells[row, column]
            if text < 0:
                continue
            begin, end = start[text], start[text + 1]
            size = end - begin
            # Of a long cell only its ends can be part of such a run: what lies between keeps them apart.
            gap = size > 2 * longest - 2
            kept = 2 * longest - 2 if gap else size
            for i in range(kept):
                at = begin + i if not gap or i < longest - 1 else end - kept + i
                ahead[n + 1] = ahead[n] * power[1] + values[at]
                back[n + 1] = back[n] + values[at] * power[n]
                column_of[n] = column
                n += 1
            for i in range(n - kept, n):
                cell_end[i] = n
        for i in range(n):
            for length in lengths:
                end = i + length
                if end <= cell_end[i]:
                    continue
                if end > n:
                    break
                place = column_place[column_of[i]] | column_place[column_of[end - 1]]
                _mark(ahead[end] - ahead[i] * power[length], np.uint8(4), place, index)
                _mark((back[end] - back[i]) * inverse[i], np.uint8(8), place, index)
