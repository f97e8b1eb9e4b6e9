"""Which columns a finding is about: where the pieces come from, and where they stand. Names, no cells."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from synthaudit.linkage.shingles.score import WAYS, Vector
from synthaudit.types import BoolArray, FoundPieces, PieceGroup, Pieces

_Key = TypeVar("_Key")
_MOST = 5
_NOTABLE = 0.5
"""Of the largest excess of members, for a column to be named beside it."""


def columns_behind(sure: Sequence[Vector], pieces: Pieces, found: FoundPieces) -> tuple[str, ...]:
    """The columns of the real tables whose pieces are found for members, the surest first.

    Of a sum over columns those in which members exceed strangers notably; of pairs the first column of each.
    """
    excess: dict[int, float] = {}
    for vector in sure:
        if vector.kind == "text":
            excess |= {column: excess.get(column, 1.0) for column in vector.columns}
        for group in _groups(vector, pieces):
            is_found = _is_found(group, vector, found)
            excess[group.column] = max(excess.get(group.column, 0.0), _excess(group, is_found, pieces))
    return tuple(pieces.columns[column] for column in _notable(excess))


def columns_holding(sure: Sequence[Vector], pieces: Pieces, found: FoundPieces) -> tuple[str, ...]:
    """The columns of the release in which they stand more often for members than for strangers."""
    excess: dict[str, float] = {}
    for vector in sure:
        if vector.kind == "text":
            excess |= {pieces.columns[column]: 1.0 for column in vector.columns}
        for group in _groups(vector, pieces):
            is_found, places = _is_found(group, vector, found), found.places[group.piece]
            for i, name in enumerate(found.names[:64]):
                here = is_found & ((places >> np.uint64(i)) & np.uint64(1) > 0)
                if here.any():
                    excess[name] = max(excess.get(name, 0.0), _excess(group, here, pieces))
    return tuple(_notable(excess))


def _groups(vector: Vector, pieces: Pieces) -> list[PieceGroup]:
    return [group for group in pieces.groups if group.kind == vector.kind and group.column in vector.columns]


def _is_found(group: PieceGroup, vector: Vector, found: FoundPieces) -> BoolArray:
    forwards, backwards = WAYS[vector.way]
    is_found: BoolArray = (found.bits[group.piece] & (forwards | backwards)) > 0
    return is_found


def _excess(group: PieceGroup, is_found: BoolArray, pieces: Pieces) -> float:
    """Mean share of their pieces that is found, of members less of strangers."""
    n_rows = len(pieces.unit)
    share = np.bincount(group.row, is_found, n_rows) / np.maximum(np.bincount(group.row, minlength=n_rows), 1)
    label = pieces.is_member[pieces.unit]
    return float(share[label].mean() - share[~label].mean())


def _notable(excess: dict[_Key, float]) -> list[_Key]:
    largest = max(excess.values(), default=0.0)
    named = [key for key, value in excess.items() if value > 0 and value >= _NOTABLE * largest]
    # Equal ones in their order.
    return sorted(named, key=lambda key: -excess[key])[:_MOST] or list(excess)[:1]
