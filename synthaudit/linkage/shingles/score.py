"""Scores of people by the rare pieces of their cells that stand in a release; no label is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from synthaudit.linkage.shingles.search import BACKWARDS, IN_CELL, IN_ROW, ROW_BACKWARDS
from synthaudit.types import BoolArray, FloatArray, FoundPieces, PieceGroup, PieceKind, Pieces

WAYS = {"cells": (IN_CELL, BACKWARDS), "rows": (IN_ROW, ROW_BACKWARDS)}
"""Where a piece may stand, forwards and backwards: within a cell, or across two cells of a row."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vector:
    """One score of every row."""

    kind: PieceKind
    columns: tuple[int, ...]
    """Several where it is a sum over them."""
    way: str
    rows: FloatArray


def scores_of(pieces: Pieces, found: FoundPieces) -> tuple[Vector, ...]:
    """One vector for each kind, column and way in which anything was found, and the sum over the columns of a kind."""
    vectors: list[Vector] = []
    for way in WAYS:
        groups = [group for group in pieces.groups if way == "cells" or group.kind not in ("cell", "pair")]
        for kind, of_kind in groupby(sorted(groups, key=lambda group: group.kind), lambda group: group.kind):
            single = list(_scored(list(of_kind), pieces, found, way))
            vectors += single
            if len(single) > 1:
                columns = tuple(column for vector in single for column in vector.columns)
                total = np.sum([vector.rows for vector in single], axis=0)
                vectors.append(Vector(kind=kind, columns=columns, way=way, rows=total))
    return tuple(vectors)


def _scored(groups: list[PieceGroup], pieces: Pieces, found: FoundPieces, way: str) -> Iterator[Vector]:
    for group in groups:
        scores = cell_scores(group, pieces, found, way)
        if np.ptp(scores) > 0:
            yield Vector(kind=group.kind, columns=(group.column,), way=way, rows=scores)


def cell_scores(group: PieceGroup, pieces: Pieces, found: FoundPieces, way: str) -> FloatArray:
    """(n_rows,) sum w (found - r) / sum w over all pieces of each cell, forwards and backwards; 0 without a piece.

    w = -log((c + 1) / (n + 1)) for c other people of n who hold the piece; r is the share found of all such pieces of
    the group with the same c (and the same length, or the same second column), so that neither long texts nor common
    pieces win by number.
    """
    weight = -np.log((group.count + 1) / (pieces.n_others + 1))
    stratum = group.stratum.astype(np.int64) * (int(group.count.max()) + 1) + group.count
    stratum = np.unique(stratum, return_inverse=True)[1].reshape(-1)
    n_rows, n_in = len(pieces.unit), np.bincount(stratum)
    total, weights = np.zeros(n_rows), 2 * np.bincount(group.row, weight, n_rows)
    bits = found.bits[group.piece]
    for bit in WAYS[way]:
        is_found: BoolArray = (bits & bit) > 0
        if is_found.any():
            rate = (np.bincount(stratum, is_found) / n_in)[stratum]
            total += np.bincount(group.row, weight * (is_found - rate), n_rows)
    # Rounded, so that equal cells have equal scores whatever stands beside them.
    scores = np.divide(total, weights, out=np.zeros(n_rows), where=weights > 0).round(12)
    return scores.astype(np.float64)
